package mcts

// simulate runs one action of the paper's search (section 3): a k-opt move a1 b1
// a2 b2 ... from a uniformly drawn city a1 and its successor b1, each a_(i+1)
// drawn among b_i's candidates, b_(i+1) its predecessor. It ends at the first
// positive closed gain, which is returned with the move left in w.path and its
// edges in w.added, at depth K, or without a candidate, when it returns 0.
// Nothing is applied. Cost: O(K) segments a level instead of O(n) cities.
func (w *worker) simulate() int64 {
	w.stats.simulate(w.cfg.Alpha)
	a1 := w.rng.below(int32(w.in.N()))
	p := w.path
	p.Start(w.tour, a1, false)
	b := p.City(w.tour, 0)
	if w.in.IsFixed(a1, b) {
		return 0
	}
	open := int64(w.in.Dist(a1, b))
	w.added = w.added[:0]
	for level := 1; level < w.cfg.Depth; level++ {
		k, r, segment := w.selectCandidate(a1, b)
		if k < 0 {
			return 0
		}
		a := w.stats.cand.City[k]
		if w.cfg.Alpha > 0 { // otherwise nothing reads Q
			w.stats.visit(k)
		}
		w.added = append(w.added, [2]int32{b, a})
		before, _ := p.Before(segment, r)
		p.Step(segment, r)
		b = p.City(w.tour, before)
		open += int64(w.in.Dist(b, a)) - int64(w.stats.cand.Dist[k])
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
