package tsp

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRankEdges compares the radix sort with a stable one by comparisons.
func TestRankEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var spare []RankedEdge
	for _, n := range []int{0, 1, 2, 100, 5000} {
		for _, bound := range []uint64{1, 7, 1 << 20, 1 << 63} {
			edges := make([]RankedEdge, n)
			for i := range edges {
				edges[i] = RankedEdge{r.Uint64N(bound), int32(i), 0}
			}
			want := slices.Clone(edges)
			slices.SortStableFunc(want, func(a, b RankedEdge) int { return cmp.Compare(a.Key, b.Key) })
			if spare, _ = RankEdges(t.Context(), edges, spare); !slices.Equal(edges, want) {
				t.Errorf("%d edges with keys below %d are not in order", n, bound)
			}
		}
	}
}
