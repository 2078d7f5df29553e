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
// steps make the candidates no better.
const AlphaSteps = 30

// Alpha returns the prior over alpha-nearness (Helsgaun 2000, section 4.1): P_ij = ranks[r] where j
// is i's (r+1)-th candidate by alpha, the growth of the minimum 1-tree that must hold the edge,
// made symmetric. Cost: O(n log n) for each of the steps. told may be nil. The error is ctx's.
func Alpha(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps int, ranks Ranks, told Told) (*Map, error) {
	alpha, err := ranked(ctx, in, nb, steps, len(ranks), told)
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

// AlphaLists returns each city's first k candidates by alpha-nearness, in order, after AlphaSteps
// steps. The error is ctx's.
func AlphaLists(ctx context.Context, in *tsp.Instance, k int) (func(i int32) []int32, error) {
	nb, err := tsp.NearestNeighbors(ctx, in, 10)
	if err != nil {
		return nil, err
	}
	alpha, err := ranked(ctx, in, nb, AlphaSteps, k, nil)
	if err != nil {
		return nil, err
	}
	return func(i int32) []int32 { cities, _ := alpha.Of(i); return cities }, nil
}

// Told is told of some cities, in parts of some thousands that lie together, and of candidates for
// them, the most promising first: of all cities once with the nearest ones, while the graph of the
// ascent is made, and once more with those by alpha, which are not known of others yet.
type Told func(parts [][]int32, candidates func(i int32) []int32, alpha bool)

// Alpha is found by parts from so many cities on, of so many: C100k.1 is searched to 0.34 % in 15 s
// so, and to 0.52 with parts of 4000.
const (
	leastByParts = 100000
	ofPart       = 1 << 14
)

// ByParts reports whether alpha-nearness is found by parts, and Told called.
func ByParts(in *tsp.Instance) bool {
	if base := in.Base(); base != nil {
		in = base
	}
	return in.Placed() && in.N() >= leastByParts
}

// Nearness returns each city's first k candidates by alpha-nearness, after the given steps of
// ascent on a graph of nb; of a path and of forbidden edges those of tours without, as far as they
// are allowed. The error is ctx's.
func Nearness(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps, k int) (*onetree.Candidates, error) {
	return ofBase(ctx, in, nb, k, func(in *tsp.Instance, nb *tsp.Neighbors) (*onetree.Candidates, error) {
		g, opt, err := ascent(ctx, in, nb, steps)
		if err != nil {
			return nil, err
		}
		r := onetree.Ascend(ctx, g, opt)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return r.Alpha(ctx, k), nil
	})
}

// ranked is Nearness, but by parts, and without alpha, where there are many cities.
func ranked(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps, k int, told Told) (*onetree.Candidates, error) {
	if !ByParts(in) {
		return Nearness(ctx, in, nb, steps, k)
	}
	return ofBase(ctx, in, nb, k, func(in *tsp.Instance, nb *tsp.Neighbors) (*onetree.Candidates, error) {
		g, err := onetree.NewGraphByParts(ctx, in, nb, 2, ofPart, func(parts [][]int32) {
			if told != nil {
				told(parts, nb.Of, false)
			}
		})
		if err != nil {
			return nil, err
		}
		return g.AlphaByParts(ctx, onetree.Options{Steps: steps}, k, ofPart, func(c *onetree.Candidates, parts [][]int32) {
			if told != nil {
				told(parts, func(i int32) []int32 { cities, _ := c.Of(i); return cities }, true)
			}
		})
	})
}

// ofBase returns the k candidates that find has for each city, or, where in has a base, for that:
// without forbidden edges then, and with neighbours for the city that a path may take more. nb is in's.
func ofBase(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, k int,
	find func(in *tsp.Instance, nb *tsp.Neighbors) (*onetree.Candidates, error)) (*onetree.Candidates, error) {
	base := in.Base()
	if base == nil {
		return find(in, nb)
	}
	near, err := tsp.NearestNeighbors(ctx, base, nb.K)
	if err != nil {
		return nil, err
	}
	c, err := find(base, near)
	if err != nil {
		return nil, err
	}
	n := int32(in.N())
	allowed := &onetree.Candidates{Unit: c.Unit, Off: make([]int32, 1, n+1), City: make([]int32, 0, len(c.City)+k)}
	add := func(j int32, alpha int64) {
		allowed.City = append(allowed.City, j)
		if c.Alpha != nil {
			allowed.Alpha = append(allowed.Alpha, alpha)
		}
	}
	for i := range n {
		if int(i) < base.N() {
			cities, alpha := c.Of(i)
			for r, j := range cities {
				switch {
				case in.Dist(i, j) >= tsp.NoEdge:
				case alpha == nil:
					add(j, 0)
				default:
					add(j, alpha[r])
				}
			}
		} else {
			for _, j := range nb.Of(i)[:min(k, nb.K)] {
				add(j, 0)
			}
		}
		allowed.Off = append(allowed.Off, int32(len(allowed.City)))
	}
	return allowed, nil
}

// ascent returns the graph of an ascent, and how it is to go on.
func ascent(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps int) (*onetree.Graph, onetree.Options, error) {
	opt := onetree.Options{Steps: steps}
	g, err := onetree.NewGraph(ctx, in, nb, 2)
	if err != nil {
		return nil, opt, err
	}
	if !g.Geometric() && in.Metric != tsp.Graph {
		// Without geometry the penalties run away along edges that the graph lacks: 3162 cities in
		// clusters, as a matrix, stand at .33 % after .5 s without this, and at .03 with it. To grow
		// four times, as for a bound, takes as much longer, and ends the same.
		opt.Grow = 1
	}
	if in.Paired() {
		if !in.Reduced() { // else no way is shorter than 0 already
			a, err := onetree.Assign(ctx, in)
			if err != nil {
				return nil, opt, err
			}
			opt.Pi = a.Start(g)
		}
	}
	return g, opt, nil
}
