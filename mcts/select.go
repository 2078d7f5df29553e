package mcts

import "math"

// potential returns the sum of the paper's Z over the candidates of city i that may be drawn,
//
//	Z_ij = W_ij / Omega_i + alpha sqrt(ln(M+1) / (Q_ij+1))
//
// and fills upto with the sums up to and with each candidate. Z counts as 0
// for cities that are not drawn: two excluded ones, and those with Z < 1. Where
// a city's whole row is 0, no edge is better than another and the first term is 1.
func (st *stats) potential(i, not1, not2 int32, upto []float64) (sum float64) {
	lo, hi := st.cand.Start[i], st.cand.Start[i+1]
	cities := st.cand.City[lo:hi]
	weight := st.weight[lo:hi][:len(cities)] // lengths agree: no bounds checks below
	rarity := st.rarity[lo:hi][:len(cities)]
	upto = upto[:len(cities)]
	invOmega, base := st.invOmega[i], 0.0
	if invOmega == 0 {
		base = 1
	}
	explore := st.explore
	for k, c := range cities {
		x := base + float64(weight[k]*invOmega)
		if explore > 0 {
			x += float64(explore * rarity[k])
		}
		// x = 0 if c is excluded or x < 1, without branches, which would be
		// guessed wrong once a level: the sign bit of a|-a is set unless a is 0,
		// and non-negative floats are ordered like their bits.
		a, b, bits := int64(c^not1), int64(c^not2), int64(math.Float64bits(x))
		allowed := ((a | -a) & (b | -b) &^ (bits - oneBits)) >> 63
		sum += math.Float64frombits(uint64(bits & allowed))
		upto[k] = sum
	}
	return sum
}

// oneBits is math.Float64bits(1).
const oneBits = 0x3ff << 52

// selectCandidate draws the city that the free end of w.path, city b, is
// connected to: among the candidates of b, without a1 and b's neighbour on the
// path, that have Z >= 1, with probability proportional to Z. It returns the
// candidate's slot, its rank and its segment; the slot is -1 without a candidate.
func (w *worker) selectCandidate(a1, b int32) (slot, rank int32, segment int) {
	st, tour, p := w.stats, w.tour, w.path
	lo := st.cand.Start[b]
	upto := w.upto[:st.cand.Start[b+1]-lo]
	sum := st.potential(b, a1, p.City(tour, p.Second()), upto)
	for sum > 0 {
		u := float64(w.rng.unit() * sum)
		pick := 0
		bits := int64(math.Float64bits(u))
		for _, s := range upto { // counts the sums up to u, without a branch
			pick += 1 + int((bits-int64(math.Float64bits(s)))>>63)
		}
		if pick == len(upto) { // u was rounded up to the sum: take the last that may be drawn
			for pick--; pick > 0 && upto[pick-1] == sum; pick-- {
			}
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
		sum = without(upto, pick) // the edge that would be removed is fixed: draw among the others
	}
	return -1, 0, 0
}

// without takes candidate pick out of the partial sums and returns their total,
// exactly 0 when no other candidate is left.
func without(upto []float64, pick int) (sum float64) {
	before := 0.0
	for k, s := range upto {
		x := s - before
		before = s
		if k == pick {
			x = 0
		}
		sum += x
		upto[k] = sum
	}
	return sum
}
