package mcts

import "slices"

// scale is what Z is multiplied by and rounded to an integer, so that sums are
// exact and a draw needs no floating point. Z is below n plus a few.
const scale = 1 << 30

// sums holds what draws need of every city: the running sums of the paper's Z
// over its candidates, as of the action that last drew from it. An action visits
// few cities, each of them many times.
type sums struct {
	upto []int64 // scaled; for a city 0, the sums up to and with each candidate, the last of them again
	as   []int64 // per city: the M of that action
}

func newSums(st *stats) sums {
	n := len(st.cand.Start) - 1
	return sums{make([]int64, len(st.cand.City)+2*n), make([]int64, n)}
}

// fill sums up the paper's Z over the candidates of city i, where a1 and
// candidates with Z < 1, which are not drawn, count as 0.
func (st *stats) fill(row []int64, a1, i int32) {
	lo, hi := st.cand.Start[i], st.cand.Start[i+1]
	sum := int64(0)
	for k := lo; k < hi; k++ {
		if z := st.potential(i, k); z >= 1 && st.cand.City[k] != a1 {
			sum += int64(z * scale)
		}
		row[k-lo+1] = sum
	}
	row[hi-lo+1] = sum
}

// draw draws the city that the free end of w.path, city b, is connected to:
// among the candidates of b, without a1 and b's neighbour on the path, second,
// that have Z >= 1, with probability proportional to Z. It returns the
// candidate's slot, -1 without one.
func (w *worker) draw(a1, b, second int32) int32 {
	lo, hi := w.cand.Start[b], w.cand.Start[b+1]
	cities := w.cand.City[lo:hi]
	row := w.sums.upto[lo+2*b : hi+2*b+2]
	if w.sums.as[b] != w.stats.sims {
		w.sums.as[b] = w.stats.sims
		w.stats.fill(row, a1, b)
	}
	if w.in.HasFixed() {
		row = w.withoutFixed(row, cities)
	}
	// Short lists are read without branches, which would be guessed wrong once a level.
	k := len(cities)
	skip := k // the second's candidate; none: the empty one at the end
	if k <= shortList {
		for i, c := range cities {
			skip += (i - k) & (int((c^second)-1) >> 63)
		}
	} else if slot := w.stats.find(b, second); slot >= 0 {
		skip = int(slot - lo)
	}
	before, width := row[skip], row[skip+1]-row[skip]
	sum := row[k] - width
	if sum <= 0 {
		return -1
	}
	u := w.rng.below64(sum)
	u += width &^ ((u - before) >> 63)
	pick := k // of the sums, the first above u
	if upto := row[1 : k+1]; k <= shortList {
		for _, s := range upto {
			pick += int((u - s) >> 63)
		}
	} else {
		pick, _ = slices.BinarySearch(upto, u+1)
	}
	return lo + int32(pick)
}

// withoutFixed returns row, the running sums over the candidates of the free
// end, without those that would remove a fixed edge.
func (w *worker) withoutFixed(row []int64, cities []int32) []int64 {
	open := append(w.open[:0], row...)
	gone := int64(0)
	for k, c := range cities {
		if w.in.IsFixed(c, w.path.Toward(w.tour, c)) {
			gone += row[k+1] - row[k]
		}
		open[k+1] -= gone
	}
	open[len(cities)+1] -= gone
	return open
}
