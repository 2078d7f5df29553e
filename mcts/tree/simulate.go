package tree

import "slices"

// simulate runs one action of the paper's search (section 3): a k-opt move a1 b1
// a2 b2 ... from a uniformly drawn city a1 and its successor b1, each a_(i+1)
// drawn among b_i's candidates, b_(i+1) its predecessor. It ends at the first
// positive closed gain, which is returned with the move left in w.action.path, at depth
// K, or without a candidate, when it returns 0. Nothing is applied. Cost: O(K)
// segments a level instead of O(n) cities.
//
// The chosen edges are counted in Q when the action is over, as it is in M.
func (w *Search) simulate() int64 {
	w.stats.simulate(w.cfg.Alpha)
	gain := w.move()
	if w.cfg.Alpha > 0 { // otherwise nothing reads Q
		for _, k := range w.action.chosen {
			w.stats.Visit(k)
		}
	}
	return gain
}

func (w *Search) move() int64 {
	a1 := w.rng.Below(int32(w.in.N()))
	p := w.action.path
	p.Start(w.tour, a1, false)
	w.action.chosen = w.action.chosen[:0]
	b, second := p.Ends(w.tour)
	if w.in.IsFixed(a1, b) {
		return 0
	}
	open := int64(w.in.Dist(a1, b))
	// Two levels in five take back the one before. The path makes a step only
	// when the next level does not.
	var (
		last    = int32(-1) // what the step that is put off leads to, -1 without one
		segment int
		rank    int32
		was     struct { // before it
			b, second int32
			open      int64
		}
	)
	for level := 1; level < w.cfg.Depth; level++ {
		var k, a int32
		if w.draws.fans != nil {
			k, a = w.drawFan(a1, b, second)
		} else {
			k, a = w.drawRow(a1, b, second)
		}
		if k < 0 {
			return 0
		}
		w.action.chosen = append(w.action.chosen, k)
		if a == last {
			b, second, open, last = was.b, was.second, was.open, -1
			continue
		}
		if last >= 0 {
			p.Step(segment, rank)
		}
		was.b, was.second, was.open, last = b, second, open, a
		segment, rank, b, second = p.Peek(w.tour, a)
		removed, closing := w.in.Dists(b, a, a1)
		open += int64(removed) - int64(w.cand.Dist[k])
		gain := open - int64(closing)
		if gain > 0 || w.in.HasFixed() { // in which case drawRow looks at the path
			p.Step(segment, rank)
			last = -1
		}
		if gain > 0 {
			return gain
		}
	}
	return 0
}

// edges returns the edges that the last action added, that which closes it last.
func (w *Search) edges() [][2]int32 {
	w.action.added = w.action.added[:0]
	for _, k := range w.action.chosen {
		next, _ := slices.BinarySearch(w.cand.Start, k+1)
		w.action.added = append(w.action.added, [2]int32{int32(next - 1), w.cand.City[k]})
	}
	b, _ := w.action.path.Ends(w.tour)
	return append(w.action.added, [2]int32{b, w.action.path.Last(w.tour)})
}
