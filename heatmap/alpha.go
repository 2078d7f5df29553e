package heatmap

import (
	"context"

	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// AlphaRanks is the share of edges of short tours that lead to a city's
// (r+1)-th candidate by alpha-nearness, after AlphaSteps steps of ascent.
var AlphaRanks = Ranks{.463, .364, .106, .0406, .0154, .0056, .0026, .0012, .0006, .0003}

// AlphaSteps is the number of steps of subgradient ascent after which more
// steps make the candidates no better (package onetree has the table).
const AlphaSteps = 30

// Alpha returns the prior over alpha-nearness (Helsgaun 2000, section 4.1): P_ij =
// ranks[r] where j is i's (r+1)-th candidate by alpha, the growth of the
// minimum 1-tree that must hold the edge, made symmetric. Cost: O(n log n) for each of
// the steps. The error is ctx's.
func Alpha(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps int, ranks Ranks) (*Map, error) {
	alpha, err := Nearness(ctx, in, nb, steps, len(ranks))
	if err != nil {
		return nil, err
	}
	return symmetric(ctx, "alpha", in.N(), func(i int32, add func(int32, float32)) {
		cities, _ := alpha.Of(i)
		for k, j := range cities[:min(len(cities), len(ranks))] {
			add(j, float32(ranks[k]))
		}
	})
}

// AlphaLists returns each city's first k candidates by alpha-nearness, in order. The error is
// ctx's.
func AlphaLists(ctx context.Context, in *tsp.Instance, steps, k int) (func(i int32) []int32, error) {
	nb, err := tsp.NearestNeighbors(ctx, in, 10)
	if err != nil {
		return nil, err
	}
	alpha, err := Nearness(ctx, in, nb, steps, k)
	if err != nil {
		return nil, err
	}
	return func(i int32) []int32 { cities, _ := alpha.Of(i); return cities }, nil
}

// Nearness returns each city's first k candidates by alpha-nearness, after the given steps of
// ascent on a graph of nb. The error is ctx's.
func Nearness(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps, k int) (*onetree.Candidates, error) {
	g, err := onetree.NewGraph(ctx, in, nb, 2)
	if err != nil {
		return nil, err
	}
	opt := onetree.Options{Steps: steps}
	if !in.Planar() && in.Metric != tsp.Graph {
		opt.Grow = 4 // without geometry the penalties run away along edges that the graph lacks
	}
	if in.Paired() {
		if !in.Reduced() { // else no way is shorter than 0 already
			a, err := onetree.Assign(ctx, in)
			if err != nil {
				return nil, err
			}
			opt.Pi = a.Start(g)
		}
		if in.N() > 1000 {
			opt.Grow = 1 // each costs the square of n, and with these prices hardly an edge is missing
		}
	}
	r := onetree.Ascend(ctx, g, opt)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.Alpha(ctx, k), nil
}
