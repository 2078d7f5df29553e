package onetree

import (
	"context"

	"tspmcts/tsp"
)

// roundSteps returns how many steps of ascent a round of Bound has.
func roundSteps(n int) int { return min(300, max(100, 1000000/max(n, 1))) }

// Bound proves a lower bound in rounds: an ascent over the candidate graph, then
// the price over the complete graph, whose missing edges join the graph for the next round, from
// the best penalties so far and in steps the smaller the less a round brings. It ends when a round of
// small steps raises the bound by less than the given share of it, 1e-4 for a
// bound in little time, 1e-6 for the Held-Karp bound to all that matters; converged
// reports whether it did. nb should hold 8 to 10 neighbours a city. When ctx ends, the best of what was
// proven by then is returned; the error is ctx's when that is nothing. Of pairs the
// bound is at least that of the assignment, from whose prices the ascent begins.
func Bound(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, tolerance float64) (best *Result, converged bool, err error) {
	g, err := NewGraph(ctx, in, nb, 2)
	if err != nil {
		return nil, false, err
	}
	opt := Options{Steps: roundSteps(in.N()), Damp: 1}
	if in.Paired() {
		a, failed := Assign(ctx, in)
		if failed != nil {
			return nil, false, failed
		}
		opt.Pi = a.Start(g)
		defer func() { // which bound is the better one depends on the instance
			if best == nil {
				best, err = &Result{g: g, Bound: a.Length}, nil
			}
			best.Bound = max(best.Bound, a.Length)
		}()
	}
	for {
		r := Ascend(ctx, g, opt)
		if _, err := r.Price(ctx); err != nil {
			if best == nil {
				return nil, false, err
			}
			return best, false, nil
		}
		grown := r.g != g
		g = r.g
		gain := int64(0)
		if best == nil {
			best, opt.Damp = r, 4
			opt.Pi = r.Pi
			if in.N() < 3 {
				return best, true, nil
			}
			continue
		}
		if r.Bound > best.Bound {
			gain = r.Bound - best.Bound
			best = r
			opt.Pi = r.Pi
		}
		if float64(gain) <= tolerance*float64(best.Bound) {
			if opt.Damp >= smallestDamp && !grown || tolerance >= coarse {
				return best, true, nil
			}
			opt.Damp = min(2*opt.Damp, smallestDamp)
		}
	}
}

const (
	smallestDamp = 64   // divides the first step of a round from which no more is to be had
	coarse       = 1e-4 // from this tolerance on a single poor round is enough
)
