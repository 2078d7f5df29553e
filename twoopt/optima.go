package twoopt

import (
	"context"
	"math/rand/v2"
	"slices"

	"tspmcts/tsp"
)

// Optima returns count local optima of the chain over the given neighbours: the
// first from a greedy tour, each other from the one before, shaken all over
// by exchanges of short stretches, three to a stretch's length, so that about as
// many of its edges are new as the landscape allows. The same arguments give
// the same tours. Cost: some microseconds a city and tour up to 100,000 cities, where
// reversals begin to tell. The error is ctx's.
func Optima(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int, seed uint64) ([]tsp.Tour, error) {
	const longest, shakes = 30, 3
	n := int32(in.N())
	first, err := tsp.GreedyEdge(ctx, in, nb)
	if err != nil {
		return nil, err
	}
	cand := NewCandidates(in, func(i int32) []int32 { return nb.Of(i)[:min(8, nb.K)] })
	tour := NewTour(first)
	chain := NewChain(in, tour, cand, ChainConfig{Breadth: []int{5, 3, 1}, Depth: 25})
	rng := rand.New(rand.NewPCG(seed, 0x6f7074696d61))
	settle := func() error {
		for !chain.Idle() {
			if err := ctx.Err(); err != nil {
				return err
			}
			chain.Run(1000)
		}
		return nil
	}
	for i := range n {
		chain.Push(i)
	}
	if err := settle(); err != nil {
		return nil, err
	}
	size := min(longest, (n-1)/3)
	tours := []tsp.Tour{slices.Clone(tsp.Tour(tour.Order))}
	for len(tours) < count {
		for kicks := shakes * n / longest; size > 0 && kicks >= 0; kicks-- {
			p := rng.Int32N(n)
			s1, s2, s3 := 1+rng.Int32N(size), 1+rng.Int32N(size), 1+rng.Int32N(size)
			if s1+s2+s3 >= n {
				continue
			}
			var ends [8]int32
			for k, at := range [4]int32{0, s1, s1 + s2, s1 + s2 + s3} {
				ends[2*k] = tour.Order[(int64(p)+int64(at)+int64(n)-1)%int64(n)]
				ends[2*k+1] = tour.Order[(int64(p)+int64(at))%int64(n)]
			}
			if in.IsFixed(ends[0], ends[1]) || in.IsFixed(ends[2], ends[3]) || in.IsFixed(ends[4], ends[5]) || in.IsFixed(ends[6], ends[7]) {
				continue
			}
			tour.Swap3(p, s1, s2, s3)
			for _, city := range ends {
				chain.Push(city)
			}
			if err := settle(); err != nil {
				return nil, err
			}
		}
		tours = append(tours, slices.Clone(tsp.Tour(tour.Order)))
	}
	return tours, nil
}
