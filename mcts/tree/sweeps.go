package tree

// twoOptSweeps applies improving 2-opt moves that add an edge to a candidate, from
// either side, first improvement, in sweeps over all cities until one finds none. A
// look at a move counts its two new edges and a simulation; applying one backpropagates
// it. It reports false when the budget ended.
func (w *Search) twoOptSweeps() bool {
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
						st.Visit(k)
						st.visitEdge(ni, nj)
					}
					gain := int64(in.Dist(i, ni)) + int64(in.Dist(j, nj)) - int64(st.cand.Dist[k]) - int64(in.Dist(ni, nj))
					if gain <= 0 {
						continue
					}
					w.action.added = append(w.action.added[:0], [2]int32{i, j}, [2]int32{ni, nj})
					st.Backpropagate(w.action.added, w.cfg.Beta, gain, w.length)
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
