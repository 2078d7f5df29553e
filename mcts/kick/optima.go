package kick

import (
	"context"
	"slices"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Optima returns count local optima of the chain over the given neighbours: the
// first from a greedy tour, each other from the one before, shaken all over, so
// that about as many of its edges are new as the landscape allows. The same
// arguments give the same tours. Cost: some microseconds a city and tour up to
// 100,000 cities, where reversals begin to tell. The error is ctx's.
func Optima(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int, seed uint64) ([]tsp.Tour, error) {
	const longest = 30
	tour, err := tsp.GreedyEdge(ctx, in, nb)
	if err != nil {
		return nil, err
	}
	cand := twoopt.NewCandidates(in, func(i int32) []int32 { return nb.Of(i)[:min(8, nb.K)] })
	c := New(Config{Breadth: []int{5, 3, 1}, Depth: 25}, meter.New(ctx, meter.Budget{}, nil))
	c.Seed(seed, meter.ForOptima, 0, 0)
	c.Load(in, cand, NewTour(in, slices.Clone(tour)), 0, in.N())
	var tours []tsp.Tour
	for range count {
		if len(tours) == 0 {
			c.Descend(0)
		} else {
			c.shake(longest)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tour := make(tsp.Tour, in.N())
		c.Store(tour)
		tours = append(tours, tour)
	}
	return tours, nil
}
