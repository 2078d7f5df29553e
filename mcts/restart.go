package mcts

import (
	"math"

	"tspmcts/tsp"
)

// drawTour returns a first tour as the paper draws it: from a start city, the
// next one among the unvisited with probability proportional to exp(W_ij), where
// edges that are no candidates have W = 0. Weights are integers, so that every
// machine draws the same. Fixed edges are followed as soon as one of their ends
// is reached. Cost: O(n k). It returns nil when the budget ended.
func (w *worker) drawTour() tsp.Tour {
	in, st := w.in, w.stats
	n := int32(in.N())
	// free holds the unvisited cities that may be entered: all but those between two fixed edges.
	free, at := w.free[:0], w.freeAt
	for i := range n {
		at[i] = -1
		if _, b := in.FixedPartners(i); b < 0 {
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
	tour := w.fresh[:0]
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
	visit(free[w.rng.below(int32(len(free)))])
	for len(free) > 0 {
		if len(tour)&1023 == 0 && w.poll() {
			return nil
		}
		c := tour[len(tour)-1]
		lo, hi := st.cand.Start[c], st.cand.Start[c+1]
		w.drawSlot = w.drawSlot[:0]
		top := 0.0
		for k := lo; k < hi; k++ {
			if at[st.cand.City[k]] >= 0 {
				w.drawSlot = append(w.drawSlot, k)
				top = max(top, st.weight[k])
			}
		}
		var sum uint64
		weight := func(x float64) uint64 { return uint64(math.Exp(x-top) * (1 << 32)) }
		others := weight(0) * uint64(len(free)-len(w.drawSlot))
		sum = others
		for _, k := range w.drawSlot {
			sum += weight(st.weight[k])
		}
		if sum == 0 { // only cities that are no candidates are left, at vanishing weight
			visit(free[w.rng.below(int32(len(free)))])
			continue
		}
		u := uint64(w.rng.below64(int64(sum)))
		if u < others {
			for {
				c := free[w.rng.below(int32(len(free)))]
				listed := false
				for _, k := range w.drawSlot {
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
		for _, k := range w.drawSlot {
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

// twoOptSweeps applies improving 2-opt moves that add an edge to a candidate, from
// either side, first improvement, in sweeps over all cities until one finds none. A look at a move
// counts its two new edges and a simulation; applying one backpropagates it. It
// reports false when the budget ended.
func (w *worker) twoOptSweeps() bool {
	in, st, s := w.in, w.stats, w.tour
	n := int32(in.N())
	for improved := true; improved; {
		improved = false
		for i := range n {
			if i&63 == 0 && w.poll() {
				return false
			}
			for k := st.cand.Start[i]; k < st.cand.Start[i+1]; k++ {
				j := st.cand.City[k]
				for _, back := range [2]bool{false, true} {
					ni, nj := s.Next(i), s.Next(j)
					if back {
						ni, nj = s.Prev(i), s.Prev(j)
					}
					if nj == i || ni == j {
						continue
					}
					if in.HasFixed() && (in.IsFixed(i, ni) || in.IsFixed(j, nj)) {
						continue
					}
					st.sims++
					if w.cfg.Alpha > 0 {
						st.visit(k)
						st.visitEdge(ni, nj)
					}
					gain := int64(in.Dist(i, ni)) + int64(in.Dist(j, nj)) - int64(st.cand.Dist[k]) - int64(in.Dist(ni, nj))
					if gain <= 0 {
						continue
					}
					w.added = append(w.added[:0], [2]int32{i, j}, [2]int32{ni, nj})
					st.backpropagate(w.added, w.cfg.Beta, gain, w.length)
					if back {
						s.Reverse(i, nj)
					} else {
						s.Reverse(ni, j)
					}
					w.length -= gain
					improved = true
				}
			}
		}
	}
	return true
}

// firstResort returns the tour that needs no preparation: cities in the order
// of a space-filling curve, fixed edges followed as soon as one of their ends is met.
func firstResort(in *tsp.Instance) tsp.Tour {
	curve := tsp.SpaceFillingCurve(in)
	if in.Fixed == nil {
		return curve
	}
	t := make(tsp.Tour, 0, len(curve))
	seen := make([]bool, len(curve))
	follow := func(c int32) {
		for c >= 0 && !seen[c] {
			seen[c] = true
			t = append(t, c)
			a, b := in.FixedPartners(c)
			if a >= 0 && !seen[a] {
				c = a
			} else {
				c = b
			}
		}
	}
	for _, c := range curve {
		if _, second := in.FixedPartners(c); second < 0 {
			follow(c)
		}
	}
	if len(t) == 0 { // every edge is fixed
		follow(0)
	}
	return t
}
