package places

import (
	"fmt"
	"math"

	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// maxDecimals is how many decimals are kept at most, near to the largest power of ten that a float64
// holds. Within them a largest number of at least least has the digits that there is room for.
const (
	maxDecimals = 300
	least       = 1e-290
)

// matrix is a matrix being read, row by row, as whole numbers of a unit that shrinks
// with the digits that come, and grows where larger numbers leave it no room.
type matrix struct {
	// w holds twice the numbers, rounded down, as uint32, and noRoad. Rounded down again they are
	// what they would have been in the larger unit at once, so that equal numbers end as equal
	// ones; what is nearest is told by the halves, in the end.
	w      []int32
	n      int     // numbers of a row, 0 before the first row
	scale  float64 // 10^decimals
	digits int     // decimals
	most   float64 // the largest number
	cut    bool    // some digits were lost
	own    int     // numbers on the diagonal that are not 0
}

// noRoad is what no number is, in w.
const noRoad = -1

// add appends a number of row i, from 0: at least 0, or infinite for no road. It returns what is
// wanted instead, empty if the number will do. The diagonal is passed over.
func (m *matrix) add(i int, v float64) (want string) {
	if len(m.w) == i*m.n+i {
		if v != 0 && !math.IsNaN(v) && !math.IsInf(v, 0) {
			m.own++
		}
		m.w = append(m.w, 0)
		return ""
	}
	switch {
	case math.IsNaN(v):
		return "a number, or infinity where there is no road"
	case v < 0:
		return "0 or more; add one constant to all distances to make none negative"
	case math.IsInf(v, 0):
		m.w = append(m.w, noRoad)
		return ""
	case v > tsp.MaxDist:
		return fmt.Sprintf("0 to %d, or infinity where there is no road; divide all distances", tsp.MaxDist)
	}
	m.most = max(m.most, v)
	if !m.cut && !holds(v, m.digits) {
		m.refine(v)
	}
	digits := m.digits
	for digits > 0 && !m.fits(digits) {
		m.cut = true
		digits--
	}
	if digits < m.digits {
		m.rescale(digits)
	}
	halves := math.Round(v * 2 * m.scale)
	if x := halves / (2 * m.scale); x > v && !same(x, v, m.digits) {
		halves--
	}
	m.w = append(m.w, int32(uint32(halves)))
	return ""
}

// holds reports whether v has at most so many decimals.
func holds(v float64, digits int) bool {
	scale := math.Pow10(digits)
	return same(math.Round(v*scale)/scale, v, digits)
}

// same reports whether v is x, which was divided by so many powers of ten. More than 22 are not held
// to the last bit, and neither is what is divided by them.
func same(x, v float64, digits int) bool {
	return x == v || digits > 22 && math.Abs(x-v) < v*0x1p-50
}

// fits reports whether there is room for so many decimals of the largest number. Rounded numbers
// leave some of it to the search, which adds prices to distances.
func (m *matrix) fits(digits int) bool {
	room := float64(tsp.MaxDist)
	if m.cut {
		room /= 4
	}
	return digits <= maxDecimals && m.most*math.Pow10(digits) <= room
}

// refine makes room for the decimals of v, or for as many as there is room for.
func (m *matrix) refine(v float64) {
	digits := m.digits + 1
	for m.fits(digits) && !holds(v, digits) {
		digits++
	}
	if !m.fits(digits) {
		m.cut = true
		for digits--; digits > m.digits && !m.fits(digits); {
			digits--
		}
	}
	m.rescale(digits)
}

// rescale goes over to so many decimals. 10^19 is as good as more: only zeros are multiplied by that,
// and all becomes 0 that is divided by it.
func (m *matrix) rescale(digits int) {
	by := func(more int) uint64 { return uint64(math.Pow10(min(max(0, more), 19))) }
	up, down := by(digits-m.digits), by(m.digits-digits)
	for i, v := range m.w {
		if v != noRoad {
			m.w[i] = int32(uint32(uint64(uint32(v)) * up / down))
		}
	}
	m.digits, m.scale = digits, math.Pow10(digits)
}

func newMatrix() *matrix { return &matrix{scale: 1} }

// row ends row i, the first of which tells how many numbers a row has. It makes room for all rows
// once a 64th of them is there: what a file claims costs no memory, and growing would leave behind
// as much again. The error is that of Options.Fits.
func (m *matrix) row(f *file, i int) error {
	if i == 0 {
		m.n = len(m.w)
		if f.opt.Fits != nil {
			if err := f.opt.Fits(m.n); err != nil {
				return err
			}
		}
	}
	if rows := i + 1; cap(m.w) < m.n*m.n && 64*rows >= m.n {
		w := make([]int32, len(m.w), m.n*m.n)
		copy(w, m.w)
		m.w = w
	}
	return nil
}

// coordinates reports whether the numbers may well be coordinates, as of two places in the plane.
func (m *matrix) coordinates() bool { return m.n <= 3 && m.own == m.n }

// suspect warns about numbers that may be coordinates too, as those of three places behind the
// places' numbers, 0, 1, 2, which are 0 in the first line.
func (f *file) suspect(m *matrix, line int) {
	if m.n <= 4 && m.own > 0 {
		f.warn(line, "not all numbers on the diagonal are 0: read as distances; coordinates are a CSV file with the columns x and y, or lat and lon")
	}
}

// unnamed returns the instance of a matrix of which nothing more is known, unless it may as well be
// coordinates.
func (f *file) unnamed(m *matrix, line int) (*tsp.Instance, error) {
	if m.coordinates() {
		return nil, f.fail(line, "", fmt.Sprintf("%d rows of %[1]d numbers, none on the diagonal 0", m.n), "a square matrix with 0 there; coordinates are a CSV file with the columns x and y, or lat and lon", nil)
	}
	f.suspect(m, line)
	return f.instance(m, line, entries, "")
}

// times multiplies all numbers, and rounds them to a thousandth. It returns what is wanted instead
// of the product of a row and column, empty if all will do.
func (m *matrix) times(factor float64) (i, j int, want string) {
	if factor == 1 {
		return 0, 0, ""
	}
	to := &matrix{w: m.w[:0], n: m.n, scale: 1} // in the place of what was read
	for k, w := range m.w {
		v := math.Inf(1)
		if w != noRoad {
			v = math.Round(float64(uint32(w))/2/m.scale*factor*1000) / 1000
		}
		if i, j = k/m.n, k%m.n; i == j {
			v = 0
		}
		if want := to.add(i, v); want != "" {
			return i, j, want
		}
	}
	to.cut = to.cut || m.cut
	*m = *to
	return 0, 0, ""
}

// entries are the numbers of a matrix of which nothing more is known.
const entries = "entries"

// instance returns the instance of the matrix, which is square. what names its
// numbers for people, and unit is theirs.
func (f *file) instance(m *matrix, line int, what, unit string) (*tsp.Instance, error) {
	if f.opt.Metric != "" {
		return nil, f.fail(line, "", "a matrix of "+what, "coordinates for --metric; leave it out", nil)
	}
	if f.opt.Weight != "" && what == entries {
		return nil, f.fail(line, "", "one matrix", "durations and distances for --weight; leave it out", nil)
	}
	if m.most > 0 && m.most < least {
		return nil, f.fail(line, "", fmt.Sprintf("%v as the largest of the %s", m.most, what), fmt.Sprintf("%v or more; multiply all distances", least), nil)
	}
	if m.digits > 0 || m.cut {
		text := "the " + what + " are fractions"
		if m.cut {
			text += " of more digits than the search holds, rounded"
		}
		f.warn(line, "%s: searched as whole numbers of %.15g%s, the scale is %v", text, 1/m.scale, suffix(unit), m.scale)
	}
	for k, v := range m.w {
		if m.w[k] = int32((uint32(v) + 1) / 2); v == noRoad {
			m.w[k] = tsp.NoEdge
		}
	}
	in, err := tsp.NewSquare(tsplib.BaseName(f.name), m.n, m.w)
	if err != nil {
		return nil, &tsplib.ParseError{Name: f.name, Line: line, Err: err}
	}
	in.Scale, in.Unit = m.scale, unit
	return in, nil
}

// suffix returns a unit behind a number.
func suffix(unit string) string {
	if unit == "" {
		return ""
	}
	return " " + unit
}

// transpose turns a matrix that was read by columns.
func (m *matrix) transpose() {
	for i := range m.n {
		for j := range i {
			m.w[i*m.n+j], m.w[j*m.n+i] = m.w[j*m.n+i], m.w[i*m.n+j]
		}
	}
}
