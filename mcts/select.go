package mcts

import "math"

// potential fills z with the paper's Z of city i's candidates, and returns the
// sum of those that may be drawn:
//
//	Z_ij = W_ij / Omega_i + alpha sqrt(ln(M+1) / (Q_ij+1))
//
// Z is 0 for cities that are not drawn: two excluded ones, and those with
// Z < 1. Where a city's whole row is 0, no edge is better than another and the
// first term is 1.
func (st *stats) potential(i, not1, not2 int32, z []float64) (sum float64) {
	lo, hi := st.cand.Start[i], st.cand.Start[i+1]
	cities := st.cand.City[lo:hi]
	weight := st.weight[lo:hi][:len(cities)] // lengths agree: no bounds checks below
	visits := st.visits[lo:hi][:len(cities)]
	z = z[:len(cities)]
	invOmega, base := 0.0, 1.0
	if o := st.omega[i]; o > 0 {
		invOmega, base = 1/o, 0
	}
	explore := st.explore
	for k, c := range cities {
		x := base + float64(weight[k]*invOmega)
		if explore > 0 {
			x += explore / math.Sqrt(float64(visits[k]+1))
		}
		if x < 1 || c == not1 || c == not2 {
			x = 0
		}
		z[k] = x
		sum += x
	}
	return sum
}

// selectCandidate draws the city that the free end of w.path, city b, is
// connected to: among the candidates of b, without a1 and b's neighbour on the
// path, that have Z >= 1, with probability proportional to Z. It returns the
// candidate's slot, its rank and its segment; the slot is -1 without a candidate.
func (w *worker) selectCandidate(a1, b int32) (slot, rank int32, segment int) {
	st, tour, p := w.stats, w.tour, w.path
	lo := st.cand.Start[b]
	z := w.z[:st.cand.Start[b+1]-lo]
	sum := st.potential(b, a1, p.City(tour, p.Second()), z)
	for sum > 0 {
		u := float64(w.rng.unit() * sum)
		pick := -1
		for k, x := range z {
			if x > 0 {
				pick = k
				if u -= x; u < 0 {
					break
				}
			}
		}
		if pick < 0 {
			break
		}
		c := st.cand.City[lo+int32(pick)]
		rank = p.Rank(tour, c)
		segment = p.Find(rank)
		if !w.in.HasFixed() {
			return lo + int32(pick), rank, segment
		}
		before, _ := p.Before(segment, rank)
		if !w.in.IsFixed(c, p.City(tour, before)) {
			return lo + int32(pick), rank, segment
		}
		z[pick] = 0 // the edge that would be removed is fixed: draw among the others
		sum = 0     // not by subtraction, which leaves crumbs when no other is left
		for _, x := range z {
			sum += x
		}
	}
	return -1, 0, 0
}
