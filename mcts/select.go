package mcts

// scale is what Z is multiplied by and rounded to an integer, so that sums are
// exact and a draw needs no floating point. Z is below n plus a few.
const scale = 1 << 30

// sums holds what draws need of every city: the running sums of the paper's Z
// over its candidates, as of the statistics' epoch in which the city was last
// drawn from. An action visits few cities, each of them many times.
type sums struct {
	upto  []int64 // scaled; for a city 0, the sums up to and with each candidate, the last of them again
	epoch []int64 // per city
}

func newSums(st *stats) sums {
	n := len(st.cand.Start) - 1
	return sums{make([]int64, len(st.cand.City)+2*n), make([]int64, n)}
}

// of returns the sums of city i.
func (s *sums) of(st *stats, i int32) []int64 {
	row := s.upto[st.cand.Start[i]+2*i : st.cand.Start[i+1]+2*i+2]
	if s.epoch[i] != st.epoch {
		s.epoch[i] = st.epoch
		st.fill(i, row)
	}
	return row
}

// fill sums up the paper's Z over the candidates of city i,
//
//	Z_ij = W_ij / Omega_i + alpha sqrt(ln(M+1) / (Q_ij+1))
//
// where Z < 1 counts as 0, since such a candidate is not drawn. Where a city's
// whole row is 0, no edge is better than another and the first term is 1.
func (st *stats) fill(i int32, row []int64) {
	lo, hi := st.cand.Start[i], st.cand.Start[i+1]
	invOmega, base := st.invOmega[i], 0.0
	if invOmega == 0 {
		base = 1
	}
	sum := int64(0)
	for k := lo; k < hi; k++ {
		z := base + float64(st.weight[k]*invOmega)
		if st.explore > 0 {
			z += float64(st.explore * st.rarity[k])
		}
		if z >= 1 {
			sum += int64(z * scale)
		}
		row[k-lo+1] = sum
	}
	row[hi-lo+1] = sum
}

// selectCandidate draws the city that the free end of w.path, city b, is
// connected to: among the candidates of b, without a1 and b's neighbour on the
// path, that have Z >= 1, with probability proportional to Z. It returns the
// candidate's slot, its rank and its segment; the slot is -1 without a candidate.
func (w *worker) selectCandidate(a1, b int32) (slot, rank int32, segment int) {
	tour, p := w.tour, w.path
	lo := w.cand.Start[b]
	cities := w.cand.City[lo:w.cand.Start[b+1]]
	row := w.sums.of(w.stats, b)
	second := p.City(tour, p.Second())
	// Without branches, which would be guessed wrong once a level.
	skip := len(cities) // the second's candidate; none: the empty one at the end
	for k, c := range cities {
		skip += (k - len(cities)) & (int((c^second)-1) >> 63)
	}
	before, width := row[skip], row[skip+1]-row[skip]
	sum := row[len(cities)] - width
	if sum <= 0 {
		return -1, 0, 0
	}
	u := w.rng.below64(sum)
	u += width &^ ((u - before) >> 63)
	pick := len(cities)
	for _, s := range row[1 : len(cities)+1] {
		pick += int((u - s) >> 63)
	}
	for open := []int64(nil); ; {
		c := cities[pick]
		if c != a1 {
			rank = p.Rank(tour, c)
			segment = p.Find(rank)
			if !w.in.HasFixed() {
				return lo + int32(pick), rank, segment
			}
			if before, _ := p.Before(segment, rank); !w.in.IsFixed(c, p.City(tour, before)) {
				return lo + int32(pick), rank, segment
			}
		}
		// a1, or the edge that would be removed is fixed: draw among the others.
		if open == nil {
			open = w.open[:len(cities)]
			for k := range open {
				open[k] = row[k+1] - row[k]
			}
			open[min(skip, len(open)-1)] -= width
		}
		sum -= open[pick]
		if open[pick] = 0; sum <= 0 {
			return -1, 0, 0
		}
		u = w.rng.below64(sum)
		for pick = 0; u >= open[pick]; pick++ {
			u -= open[pick]
		}
	}
}
