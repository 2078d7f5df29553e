package mcts

// simulate runs one action of the paper's search (section 3): a k-opt move a1 b1
// a2 b2 ... from a uniformly drawn city a1 and its successor b1, each a_(i+1)
// drawn among b_i's candidates, b_(i+1) its predecessor. It ends at the first
// positive closed gain, which is returned with the move left in w.path and its
// edges in w.added, at depth K, or without a candidate, when it returns 0.
// Nothing is applied. Cost: O(K) segments a level instead of O(n) cities.
//
// The chosen edges are counted in Q when the action is over, as it is in M.
func (w *worker) simulate() int64 {
	w.stats.simulate(w.cfg.Alpha)
	gain := w.move()
	if w.cfg.Alpha > 0 { // otherwise nothing reads Q
		for _, k := range w.chosen {
			w.stats.visit(k)
		}
	}
	return gain
}

func (w *worker) move() int64 {
	a1 := w.rng.below(int32(w.in.N()))
	p := w.path
	p.Start(w.tour, a1, false)
	b := p.City(w.tour, 0)
	w.added, w.chosen = w.added[:0], w.chosen[:0]
	if w.in.IsFixed(a1, b) {
		return 0
	}
	open := int64(w.in.Dist(a1, b))
	for level := 1; level < w.cfg.Depth; level++ {
		k, r, segment := w.selectCandidate(a1, b)
		if k < 0 {
			return 0
		}
		a := w.cand.City[k]
		w.chosen = append(w.chosen, k)
		w.added = append(w.added, [2]int32{b, a})
		before, _ := p.Before(segment, r)
		p.Step(segment, r)
		b = p.City(w.tour, before)
		open += int64(w.in.Dist(b, a)) - int64(w.cand.Dist[k])
		if open <= 0 { // as it mostly is: closing cannot gain
			continue
		}
		if closed := open - int64(w.in.Dist(b, a1)); closed > 0 {
			w.added = append(w.added, [2]int32{b, a1})
			return closed
		}
	}
	return 0
}
