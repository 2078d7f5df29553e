package tree

import (
	"math"

	"tspmcts/tsp"
)

// firstTour is how a search begins, and the scratch of drawing a tour.
type firstTour struct {
	given  tsp.Tour // nil: drawn
	tour   tsp.Tour
	free   []int32 // cities that may be entered
	freeAt []int32 // where they stand in free, -1 for the others
	slots  []int32
}

// DrawTour returns a first tour as the paper draws it: from a start city, the
// next one among the unvisited with probability proportional to exp(W_ij), where
// edges that are no candidates have W = 0. Weights are integers, so that every
// machine draws the same. The tour is overwritten by the next call. Fixed edges are followed as soon as one of their ends
// is reached. Cost: O(n k). It returns nil when the budget ended.
func (w *Search) DrawTour() tsp.Tour {
	in, st := w.in, w.stats
	n := int32(in.N())
	// free holds the unvisited cities that may be entered: all but those between two fixed edges.
	free, at := w.first.free[:0], w.first.freeAt
	for i := range n {
		at[i] = -1
		if _, b := in.FixedPartners(i); b < 0 && !(in.Paired() && i&1 == 1) { // a city is entered, and left behind it
			at[i] = int32(len(free))
			free = append(free, i)
		}
	}
	take := func(c int32) {
		p := at[c]
		last := free[len(free)-1]
		free[p], at[last] = last, p
		free = free[:len(free)-1]
		at[c] = -1
	}
	tour := w.first.tour[:0]
	visit := func(c int32) { // and whatever is fixed to it
		prev := int32(-1)
		for {
			if at[c] >= 0 {
				take(c)
			}
			tour = append(tour, c)
			a, b := in.FixedPartners(c)
			next := a
			if a == prev || a < 0 {
				next = b
			}
			if next < 0 || next == prev || next == tour[0] {
				return
			}
			prev, c = c, next
		}
	}
	if len(free) == 0 { // every edge is fixed
		visit(0)
		return tour
	}
	visit(free[w.rng.Below(int32(len(free)))])
	for len(free) > 0 {
		if len(tour)&1023 == 0 && w.poll() {
			return nil
		}
		c := tour[len(tour)-1]
		lo, hi := st.cand.Start[c], st.cand.Start[c+1]
		w.first.slots = w.first.slots[:0]
		top := 0.0
		for k := lo; k < hi; k++ {
			if at[st.cand.City[k]] >= 0 {
				w.first.slots = append(w.first.slots, k)
				top = max(top, st.weight[k])
			}
		}
		var sum uint64
		weight := func(x float64) uint64 { return uint64(math.Exp(x-top) * (1 << 32)) }
		others := weight(0) * uint64(len(free)-len(w.first.slots))
		sum = others
		for _, k := range w.first.slots {
			sum += weight(st.weight[k])
		}
		if sum == 0 { // only cities that are no candidates are left, at vanishing weight
			visit(free[w.rng.Below(int32(len(free)))])
			continue
		}
		u := uint64(w.rng.Below64(int64(sum)))
		if u < others {
			for {
				c := free[w.rng.Below(int32(len(free)))]
				listed := false
				for _, k := range w.first.slots {
					listed = listed || st.cand.City[k] == c
				}
				if !listed {
					visit(c)
					break
				}
			}
			continue
		}
		u -= others
		for _, k := range w.first.slots {
			x := weight(st.weight[k])
			if u < x {
				visit(st.cand.City[k])
				break
			}
			u -= x
		}
	}
	return tour
}
