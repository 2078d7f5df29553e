package stage

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestRank compares the radix sort with a stable one by comparisons.
func TestRank(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 2, 100, 5000} {
		for _, bound := range []uint64{1, 7, 1 << 20, 1 << 63} {
			edges := make([]ranked, n)
			for i := range edges {
				edges[i] = ranked{r.Uint64N(bound), int32(i), 0}
			}
			want := slices.Clone(edges)
			slices.SortStableFunc(want, func(a, b ranked) int { return cmp.Compare(a.key, b.key) })
			if rank(t.Context(), edges); !slices.Equal(edges, want) {
				t.Errorf("%d edges with keys below %d are not in order", n, bound)
			}
		}
	}
}
