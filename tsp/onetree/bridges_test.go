package onetree

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Law: the bridges hold a minimum spanning tree of the groups, and of each two groups one that is as short
// as any edge to a nearest city outside, with any number of processors.
func TestBridges(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	several := 0
	for _, m := range metrics {
		for trial := range 12 {
			n := 2 + rng.IntN(400)
			in := random(m, n, rng, []int{0, 300, 12}[trial%3], trial%2 == 1)
			if trial%4 == 3 {
				tsptest.FixSome(in, uint64(trial))
			}
			k := 1 + trial%5
			nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, k+1))
			got := tsptest.Must(Bridges(tsp.WithWorkers(t.Context(), 1), in, nb, k))
			if again := tsptest.Must(Bridges(tsp.WithWorkers(t.Context(), 5), in, nb, k)); !slices.Equal(got, again) {
				t.Fatalf("%v, %d cities: %v with one processor, %v with five", m, n, got, again)
			}
			group := grouped(in, nb, k)
			joined := newUnion(n)
			seen := map[[2]int32]bool{}
			tree, groups := int64(0), 0
			for i, g := range group {
				joined.join(int32(i), g)
				if int(g) == i {
					groups++
				}
			}
			least, outside := between(in, group)
			short := map[[2]int32]int32{} // of the bridges, by groups
			for i, e := range got {
				d := in.Dist(e[0], e[1])
				pair := [2]int32{min(group[e[0]], group[e[1]]), max(group[e[0]], group[e[1]])}
				if pair[0] == pair[1] || i > 0 && d < in.Dist(got[i-1][0], got[i-1][1]) {
					t.Fatalf("%v, %d cities: bridge %d, %v, is %d long, within a group or out of order", m, n, i, e, d)
				}
				if old, ok := short[pair]; !ok || d < old {
					short[pair] = d
				}
				if at := [2]int32{min(e[0], e[1]), max(e[0], e[1])}; seen[at] {
					t.Fatalf("%v, %d cities: bridge %v twice", m, n, e)
				} else {
					seen[at] = true
				}
				if joined.join(e[0], e[1]) {
					tree += int64(d)
					groups--
				}
			}
			if want := spanned(n, group, least); groups != 1 || tree != want {
				t.Fatalf("%v, %d cities: %d bridges leave %d pieces; their tree is %d long, the shortest %d", m, n, len(got), groups, tree, want)
			}
			for pair, d := range outside {
				if have, ok := short[pair]; !ok || have > d {
					t.Fatalf("%v, %d cities: an edge of %d to a nearest city outside, the shortest bridge there %d (%v)", m, n, d, have, ok)
				}
			}
			if len(got) > 3 {
				several++
			}
		}
	}
	if several < 40 {
		t.Errorf("%d instances of several groups only", several)
	}
}

// grouped returns the least city of each one's group.
func grouped(in *tsp.Instance, nb *tsp.Neighbors, k int) []int32 {
	uf := newUnion(in.N())
	for i := range int32(in.N()) {
		of := nb.Of(i)
		for _, j := range of[:min(k, len(of))] {
			uf.join(i, j)
		}
	}
	for _, e := range in.Fixed {
		uf.join(e[0], e[1])
	}
	group := make([]int32, in.N())
	for i := range group {
		group[i] = uf.find(int32(i))
	}
	return group
}

// between returns the length of the shortest edge between each two groups, and of the shortest one that
// leads from a city to the nearest outside of its group, where no other group has one as near.
func between(in *tsp.Instance, group []int32) (least, outside map[[2]int32]int32) {
	least, outside = map[[2]int32]int32{}, map[[2]int32]int32{}
	for i, g := range group {
		nearest, to := int32(math.MaxInt32), int32(-1)
		for j, h := range group {
			if g == h {
				continue
			}
			d := in.Dist(int32(i), int32(j))
			enter(least, g, h, d)
			if d < nearest {
				nearest, to = d, h
			} else if d == nearest && h != to {
				to = -1
			}
		}
		if to >= 0 {
			enter(outside, g, to, nearest)
		}
	}
	return least, outside
}

// enter makes d the length of two groups if it is shorter.
func enter(lengths map[[2]int32]int32, g, h, d int32) {
	pair := [2]int32{min(g, h), max(g, h)}
	if old, ok := lengths[pair]; !ok || d < old {
		lengths[pair] = d
	}
}

// spanned returns the length of a minimum spanning tree of the groups.
func spanned(n int, group []int32, least map[[2]int32]int32) (sum int64) {
	pairs := make([][2]int32, 0, len(least))
	for p := range least {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(p, q [2]int32) int { return int(least[p] - least[q]) })
	uf := newUnion(n)
	for _, p := range pairs {
		if uf.join(p[0], p[1]) {
			sum += int64(least[p])
		}
	}
	return sum
}

// TestBridgesStop pins that Bridges ends with its context.
func TestBridgesStop(t *testing.T) {
	in := tsptest.Clustered(2000, 1)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 5))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if edges, err := Bridges(ctx, in, nb, 5); err == nil {
		t.Errorf("%d bridges, want the context's error", len(edges))
	}
}
