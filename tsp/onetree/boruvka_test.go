package onetree

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Law: the spanning tree is the same in however many parts it is made, also where most edges cost
// the same.
func TestParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	for _, m := range metrics {
		for trial := range 20 {
			n := 16 + rng.IntN(400)
			g := graph(random(m, n, rng, []int{4, 30, 0}[trial%3], trial%2 == 1), 4, 1)
			cost := make([]int64, len(g.u))
			for e := range cost {
				cost[e] = int64(g.d[e]) + rng.Int64N(1<<(trial%4))
			}
			var want []int32
			for _, parts := range []int{1, 2, 3, 4, 8} {
				f := newForest(n, g.u, g.v, parts)
				for range 2 { // the scratch is used again
					f.span(tsp.WithWorkers(context.Background(), 3), g.u, g.v, cost, nil)
				}
				got := slices.Sorted(slices.Values(f.tree))
				if want == nil {
					want = got
				}
				if len(got) != n-1 || !slices.Equal(got, want) {
					t.Fatalf("%v, %d cities, %d parts: another tree of %d edges", m, n, parts, len(got))
				}
			}
		}
	}
}

// Law: a step is the same on one core and on many, whether these have more parts or the same.
func TestStepOnCores(t *testing.T) {
	for _, n := range []int{4*leastOfPart + 30, 2*citiesOfPart + 100} {
		in := random(tsp.Euc2D, n, rand.New(rand.NewPCG(8, 1)), 0, false)
		var want *Result
		for _, workers := range []int{1, 2, 5} {
			ctx := tsp.WithWorkers(context.Background(), workers)
			g, err := NewGraph(ctx, in, tsptest.Must(tsp.NearestNeighbors(ctx, in, 6)), 2)
			if err != nil {
				t.Fatal(err)
			}
			r := Ascend(ctx, g, Options{Steps: 6})
			if want == nil {
				want = r
				continue
			}
			c, d := want.Alpha(ctx, 5), r.Alpha(ctx, 5)
			if want.estimate != r.estimate || !slices.Equal(want.Pi, r.Pi) || !slices.Equal(c.City, d.City) || !slices.Equal(c.Alpha, d.Alpha) {
				t.Fatalf("%d cities, %d workers: another estimate %v, want %v, or other penalties or candidates", n, workers, r.estimate, want.estimate)
			}
		}
	}
}
