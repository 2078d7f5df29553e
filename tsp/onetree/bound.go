package onetree

import (
	"context"

	"tspmcts/tsp"
)

// roundSteps returns how many steps of ascent a round of Bound has.
func roundSteps(n int) int { return min(300, max(100, 1000000/max(n, 1))) }

// Bound proves a lower bound in two stages. The first are rounds of an ascent over the candidate
// graph, each followed by the price over the complete graph, whose missing edges join the graph for
// the next round, which goes on from the best penalties so far in smaller steps. Rounds that prove
// nothing begin anew with Options.Grow. When a round raises the bound by less than a
// thousandth, comb inequalities join (see relax), until some rounds in a row raise it by less than
// the share tolerance: 1e-4 for a bound in little time, 1e-6 for all that matters; converged
// reports whether it came to that. nb should hold 8 to 10 neighbours a city. When ctx ends, the
// best of what was proven by then is returned; the error is ctx's when that is nothing. Of pairs
// the bound is at least that of the assignment, from whose prices the ascent begins.
//
// The result's penalties are those of the first stage: its Price proves what they do alone.
func Bound(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, tolerance float64) (best *Result, converged bool, err error) {
	g, err := NewGraph(ctx, in, nb, 2)
	if err != nil {
		return nil, false, err
	}
	opt := Options{Steps: roundSteps(in.N()), Damp: 1}
	if in.Paired() && in.N() > 2 { // one city has no way to another
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
	best, ready, err := climb(ctx, g, opt)
	if ready && best.Bound == 0 { // penalties ran away along edges that g lacks
		opt.Grow = 4
		if again, done, _ := climb(ctx, g, opt); again != nil {
			best, ready = again, done
		}
	}
	if !ready || in.N() < 3 {
		return best, ready, err
	}
	best.Bound, converged = relax(ctx, best, tolerance)
	return best, converged, nil
}

// climb is the first stage of Bound; ready is whether it came to its end.
func climb(ctx context.Context, g *Graph, opt Options) (best *Result, ready bool, err error) {
	for {
		r := Ascend(ctx, g, opt)
		if err := r.Price(ctx); err != nil {
			if best == nil {
				return nil, false, err
			}
			return best, false, nil
		}
		g = r.g
		if best == nil {
			best, opt.Pi, opt.Damp = r, r.Pi, 4
			if g.n < 3 {
				return best, true, nil
			}
			continue
		}
		gain := r.Bound - best.Bound
		if gain > 0 {
			best, opt.Pi = r, r.Pi
		}
		if float64(gain) <= 1e-3*float64(best.Bound) {
			return best, true, nil
		}
	}
}
