package onetree

import (
	"cmp"
	"context"
	"slices"

	"tspmcts/tsp"
)

// Patch returns the tour of the paired instance in that joins the cycles of the assignment
// (R. M. Karp, "A patching algorithm for the nonsymmetric traveling-salesman problem",
// SIAM Journal on Computing 8, 1979): the two largest become one, by the exchange of the ways out of
// one city of each that costs least, until one is left. Fixed ways stay. O(n^2) time. The error is ctx's.
func (a *Assignment) Patch(ctx context.Context, in *tsp.Instance) (tsp.Tour, error) {
	next := slices.Clone(a.Entry)
	way := func(i, j int32) int64 { return int64(in.Dist(2*i+1, 2*j)) }
	cycles := a.cycles(in)
	whole := cycles[0].free // of the largest, which every patch makes larger
	for _, c := range cycles[1:] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		least, from, to := int64(0), int32(-1), int32(-1)
		for _, i := range c.free {
			own := way(i, next[i])
			for _, j := range whole {
				if d := way(i, next[j]) + way(j, next[i]) - own - way(j, next[j]); from < 0 || d < least {
					least, from, to = d, i, j
				}
			}
		}
		next[from], next[to] = next[to], next[from]
		whole = append(whole, c.free...)
	}
	t := make(tsp.Tour, 0, 2*len(next))
	for c := int32(0); len(t) < cap(t); c = next[c] {
		t = append(t, 2*c, 2*c+1)
	}
	return t, nil
}

// cycle is one of an assignment.
type cycle struct {
	size int
	free []int32 // its cities whose way out is not fixed
}

// cycles returns those of a, the largest first, of equal ones that with the lowest city.
func (a *Assignment) cycles(in *tsp.Instance) (all []cycle) {
	seen := make([]bool, len(a.Entry))
	for i := range a.Entry {
		var c cycle
		for at := int32(i); !seen[at]; at = a.Entry[at] {
			seen[at] = true
			c.size++
			if _, second := in.FixedPartners(2*at + 1); second < 0 {
				c.free = append(c.free, at)
			}
		}
		if c.size > 0 {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(b, c cycle) int { return cmp.Compare(c.size, b.size) })
	return all
}
