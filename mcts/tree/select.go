package tree

import (
	"math"
	"slices"

	"tspmcts/twoopt"
)

// scale is what Z is multiplied by and rounded to an integer, so that sums are
// exact and a draw needs no floating point. Z is below n plus a few.
const scale = 1 << 30

// A draw takes one candidate of the free end of the path, city b: among those
// without a1 and b's neighbour on the path, second, that have Z >= 1, with
// probability proportional to Z. An action visits few cities, each of them many
// times, so that the sums over a city's candidates are kept for its length.

// fanWidth is the longest list that a fan holds.
const fanWidth = 6

// draws is what a search draws from: fans where all lists are short, else rows.
type draws struct {
	fans []fan // nil: rows are used
	rows rows
	open []int64 // a row without the candidates that would remove a fixed edge
}

// fan is what a draw reads of a city with a short list.
type fan struct {
	upto  [8]int64 // scaled running sums of Z: 0, up to and with each candidate, and the last of them from there on
	city  [8]int32 // the candidates, and from there on a number that is no city's
	first int32    // slot of the first candidate
	as    int64    // the M of the action that the sums are as of
}

// newFans returns every city's, nil when a list is too long.
func newFans(cand *twoopt.Candidates) []fan {
	fans := make([]fan, len(cand.Start)-1)
	for i := range fans {
		f := &fans[i]
		list, _ := cand.Of(int32(i))
		if len(list) > fanWidth {
			return nil
		}
		for k := range f.city {
			f.city[k] = math.MaxInt32
		}
		copy(f.city[:], list)
		f.first = cand.Start[i]
	}
	return fans
}

// drawFan draws from a fan. It returns the candidate's slot, -1 without one, and its
// city.
func (w *Search) drawFan(a1, b, second int32) (slot, a int32) {
	f := &w.draws.fans[b]
	if f.as != w.stats.sims {
		f.as = w.stats.sims
		w.stats.fill(f.upto[:], a1, b)
	}
	// Without branches, which would be guessed wrong once a level.
	c, upto := &f.city, &f.upto
	skip := fanWidth + // the second's place; none: an empty one
		(0-fanWidth)&same(c[0], second) + (1-fanWidth)&same(c[1], second) + (2-fanWidth)&same(c[2], second) +
		(3-fanWidth)&same(c[3], second) + (4-fanWidth)&same(c[4], second) + (5-fanWidth)&same(c[5], second)
	before := upto[skip&7]
	width := upto[(skip+1)&7] - before
	sum := upto[fanWidth] - width
	if sum <= 0 {
		return -1, 0
	}
	u := w.rng.Below64(sum)
	u += width &^ ((u - before) >> 63)
	pick := fanWidth + int32((u-upto[1])>>63+(u-upto[2])>>63+(u-upto[3])>>63+(u-upto[4])>>63+(u-upto[5])>>63+(u-upto[6])>>63)
	return f.first + pick, c[pick&7]
}

// same is -1 when two cities are the same, otherwise 0.
func same(a, b int32) int { return int((int64(a^b) - 1) >> 63) }

// rows are the sums of cities with lists of any length.
type rows struct {
	upto []int64 // as of a fan; for every city two more than it has candidates
	as   []int64
}

func newRows(cand *twoopt.Candidates) rows {
	n := len(cand.Start) - 1
	return rows{make([]int64, len(cand.City)+2*n), make([]int64, n)}
}

// drawRow draws from a row, which drawFan does faster. Nothing is drawn that would
// remove a fixed edge.
func (w *Search) drawRow(a1, b, second int32) (slot, a int32) {
	lo, hi := w.cand.Start[b], w.cand.Start[b+1]
	cities := w.cand.City[lo:hi]
	row := w.draws.rows.upto[lo+2*b : hi+2*b+2]
	if w.draws.rows.as[b] != w.stats.sims {
		w.draws.rows.as[b] = w.stats.sims
		w.stats.fill(row, a1, b)
	}
	if w.in.HasFixed() {
		row = w.withoutFixed(row, cities)
	}
	skip := len(cities)
	if slot := w.stats.find(b, second); slot >= 0 {
		skip = int(slot - lo)
	}
	before, width := row[skip], row[skip+1]-row[skip]
	sum := row[len(cities)] - width
	if sum <= 0 {
		return -1, 0
	}
	u := w.rng.Below64(sum)
	u += width &^ ((u - before) >> 63)
	pick, _ := slices.BinarySearch(row[1:], u+1) // of the sums, the first above u
	return lo + int32(pick), cities[pick]
}

// newSums makes room for the sums that draws read.
func (w *Search) newSums() {
	if !w.in.HasFixed() {
		w.draws.fans = newFans(w.cand)
	}
	if w.draws.fans == nil {
		w.draws.rows = newRows(w.cand)
	}
}

// fill sums up the paper's Z over the candidates of city i, where a1 and
// candidates with Z < 1, which are not drawn, count as 0.
func (st *Stats) fill(upto []int64, a1, i int32) {
	lo, hi := st.cand.Start[i], st.cand.Start[i+1]
	sum, k := int64(0), lo
	for j := range upto {
		upto[j] = sum
		if k < hi {
			if z := st.Potential(i, k); z >= 1 && st.cand.City[k] != a1 {
				sum += int64(z * scale)
			}
			k++
		}
	}
}

// withoutFixed returns row, the running sums over the candidates of the free
// end, without those that would remove a fixed edge.
func (w *Search) withoutFixed(row []int64, cities []int32) []int64 {
	open := append(w.draws.open[:0], row...)
	gone := int64(0)
	for k, c := range cities {
		if w.in.IsFixed(c, w.action.path.Toward(w.tour, c)) {
			gone += row[k+1] - row[k]
		}
		open[k+1] -= gone
	}
	open[len(cities)+1] -= gone
	w.draws.open = open
	return open
}
