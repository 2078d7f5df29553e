package onetree

import (
	"context"

	"tspmcts/tsp"
)

// BoundSteps returns how many steps of ascent a bound for n cities is worth:
// on uniform cities it then lies within 0.05 % of the Held-Karp bound.
func BoundSteps(n int) int { return min(1000, max(50, 1000000/max(n, 1))) }

// Bound returns the result with the larger proven bound of two ascents of that
// many steps: one over the candidate graph, and one over a graph that grows by
// what belongs into the complete graph's 1-tree. The first is better where the
// graph is good, the second where cities are clustered, many in one place, or given by
// a matrix. nb should hold 8 to 10 neighbours a city. When ctx ends, the better of what was
// proven by then is returned; the error is ctx's when that is nothing.
func Bound(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, steps int) (*Result, error) {
	g, err := NewGraph(ctx, in, nb, 2)
	if err != nil {
		return nil, err
	}
	var best *Result
	for _, grow := range []int{0, 4} {
		r := Ascend(ctx, g, Options{Steps: steps, Grow: grow})
		if _, err := r.Price(ctx); err != nil {
			if best == nil {
				return nil, err
			}
			break
		}
		if best == nil || r.Bound > best.Bound {
			best = r
		}
	}
	return best, nil
}
