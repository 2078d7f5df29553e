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

// DrawTour returns a first tour as the paper draws it: from a start city, the next one
// among the unvisited with probability proportional to exp(W_ij), where edges that are
// no candidates have W = 0. Weights are integers, so that every machine draws the same.
// The tour is overwritten by the next call. Fixed edges are followed as soon as one of
// their ends is reached. Cost: O(n k). It returns nil when the budget ended.
func (w *Search) DrawTour() tsp.Tour {
	f := &w.first
	f.reset(w.in)
	if len(f.free) == 0 { // every edge is fixed
		f.visit(w.in, 0)
		return f.tour
	}
	f.visit(w.in, w.anyFree())
	for len(f.free) > 0 {
		if len(f.tour)&1023 == 0 && w.poll() {
			return nil
		}
		f.visit(w.in, w.drawNext(f.tour[len(f.tour)-1]))
	}
	return f.tour
}

// reset frees every city but those between two fixed edges.
func (f *firstTour) reset(in *tsp.Instance) {
	f.tour, f.free = f.tour[:0], f.free[:0]
	for i := range int32(in.N()) {
		f.freeAt[i] = -1
		if _, b := in.FixedPartners(i); b < 0 {
			f.freeAt[i] = int32(len(f.free))
			f.free = append(f.free, i)
		}
	}
}

// visit appends city c and whatever is fixed to it.
func (f *firstTour) visit(in *tsp.Instance, c int32) {
	prev := int32(-1)
	for {
		if p := f.freeAt[c]; p >= 0 {
			last := f.free[len(f.free)-1]
			f.free[p], f.freeAt[last] = last, p
			f.free = f.free[:len(f.free)-1]
			f.freeAt[c] = -1
		}
		f.tour = append(f.tour, c)
		a, b := in.FixedPartners(c)
		next := a
		if a == prev || a < 0 {
			next = b
		}
		if next < 0 || next == prev || next == f.tour[0] {
			return
		}
		prev, c = c, next
	}
}

// anyFree draws a free city, all equally likely.
func (w *Search) anyFree() int32 { return w.first.free[w.rng.Below(int32(len(w.first.free)))] }

// drawNext draws the free city that follows c.
func (w *Search) drawNext(c int32) int32 {
	st, f := w.stats, &w.first
	f.slots = f.slots[:0]
	top := 0.0
	for k := st.cand.Start[c]; k < st.cand.Start[c+1]; k++ {
		if f.freeAt[st.cand.City[k]] >= 0 {
			f.slots = append(f.slots, k)
			top = max(top, st.weight[k])
		}
	}
	weight := func(x float64) uint64 { return uint64(math.Exp(x-top) * (1 << 32)) }
	others := weight(0) * uint64(len(f.free)-len(f.slots))
	sum := others
	for _, k := range f.slots {
		sum += weight(st.weight[k])
	}
	if sum == 0 { // only cities that are no candidates are left, at vanishing weight
		return w.anyFree()
	}
	u := uint64(w.rng.Below64(int64(sum)))
	for u < others {
		c := w.anyFree()
		listed := false
		for _, k := range f.slots {
			listed = listed || st.cand.City[k] == c
		}
		if !listed {
			return c
		}
	}
	u -= others
	for _, k := range f.slots {
		x := weight(st.weight[k])
		if u < x {
			return st.cand.City[k]
		}
		u -= x
	}
	panic("tree: a draw beyond the sum of the weights")
}
