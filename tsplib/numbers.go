package tsplib

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"tspmcts/tsp"
)

// ReadNumbers reads text of numbers without a header (package doc: Bare numbers).
// It returns either the one instance that the whole text is, or, with a nil
// instance, the reader of its data set lines. The warnings say what was assumed.
// Of data set lines only as much is read as tells them from a matrix, one or two mostly.
func ReadNumbers(r io.Reader, name string) (*tsp.Instance, *Lines, []Warning, error) {
	rec := &recorder{r: r, keep: true}
	t := &table{scanner: newScanner(rec, name), rec: rec}
	in, err := t.read()
	if err == nil && in == nil {
		return nil, NewLines(io.MultiReader(&rec.buf, r), name), nil, nil
	}
	return in, nil, t.warnings, err
}

// recorder keeps what was read through it, for it to be read again.
type recorder struct {
	r    io.Reader
	buf  bytes.Buffer
	keep bool
}

func (rec *recorder) Read(b []byte) (int, error) {
	n, err := rec.r.Read(b)
	if rec.keep {
		rec.buf.Write(b[:n])
	}
	return n, err
}

// forget keeps nothing any more: the text is no data set.
func (rec *recorder) forget() {
	rec.keep = false
	rec.buf = bytes.Buffer{}
}

// table is what is read of text of bare numbers.
type table struct {
	*scanner
	rec       *recorder
	count     int // of a first line that holds one number, 0 without
	countLine int
	width     int       // numbers of a row
	first     int       // the line of the first row
	v         []float64 // row after row
	warnings  []Warning
}

// row appends the numbers of the next line to v and returns how many they are, the line, and
// the word that ended them. ok is false at the end of the text, or at the word EOF.
func (t *table) row() (n, line int, word string, ok bool) {
	if _, more := t.skipSpace(); !more {
		return 0, t.line, "", false
	}
	line = t.line
	for {
		tok := t.inLine()
		if tok == nil {
			return n, line, "", true
		}
		v, number := tsp.ParseDecimal(tok)
		if !number {
			if n == 0 && strings.EqualFold(string(tok), "EOF") {
				return 0, line, "", false
			}
			word = string(tok)
			t.skipLine()
			return n, line, word, true
		}
		t.v = append(t.v, v)
		n++
	}
}

// read returns nil without an error for data set lines.
func (t *table) read() (*tsp.Instance, error) {
	if err := t.open(); err != nil {
		return nil, err
	}
	n, line, word, _ := t.row()
	if n == 1 && word == "" {
		t.rec.forget()
		if t.v[0] < 1 || t.v[0] != math.Trunc(t.v[0]) || t.v[0] > math.MaxInt32/2 {
			return nil, t.fail(line, "", "one number, "+quote(strconv.FormatFloat(t.v[0], 'g', -1, 64)), wantNumbers, nil)
		}
		t.count, t.countLine = int(t.v[0]), line
		t.v = t.v[:0]
		var ok bool
		n, line, word, ok = t.row()
		switch {
		case !ok:
			return nil, t.fail(t.countLine, "", "a number alone", wantNumbers, nil)
		case word != "":
			return nil, t.fail(line, "", quote(word)+" after the number of line "+strconv.Itoa(t.countLine), "the coordinates of its cities, one a line; data set lines need no count", nil)
		case n == 1:
			return nil, t.fail(line, "", "one number a line", wantNumbers, nil)
		}
	}
	if word != "" { // output, or something that the reader of lines refuses
		return nil, t.broken()
	}
	t.width, t.first = n, line
	if n <= 3 {
		t.rec.forget()
		return t.readCities()
	}
	return t.readWide()
}

// maxWhole is the most numbers of a line for which whole numbers are read on until they are
// no square: what is held of a data set is to stay small, and its coordinates are whole rarely.
const maxWhole = 2000

const wantNumbers = "coordinates, one city a line (x y, or number x y), a square matrix of distances, or data set lines (x1 y1 x2 y2 ... output 1 3 2 1)"

// headed ends errors about text that can be read in more than one way.
const headed = "; write a TSPLIB header above it that says what it is"

// readCities reads on where the first row has two or three numbers.
func (t *table) readCities() (*tsp.Instance, error) {
	rows := 1
	for ; ; rows++ {
		n, line, word, ok := t.row()
		if !ok {
			break
		}
		if word != "" {
			return nil, t.fail(line, "", quote(word), fmt.Sprintf("a line of %d numbers like line %d", t.width, t.first), nil)
		}
		if n != t.width {
			looks := ""
			switch {
			case t.count > 0 || rows > 1:
			case t.width == 2 && n == 3 && t.whole(0, 2):
				looks = "; this looks like a graph given by its edges, which is no problem for this program"
			case t.width == 2 && t.whole(0, 2):
				looks = "; this looks like a graph, which is no problem for this program"
			}
			return nil, t.fail(line, "", fmt.Sprintf("%d numbers", n), fmt.Sprintf("%d, as on line %d: coordinates, one city a line%s", t.width, t.first, looks), nil)
		}
	}
	if err := t.broken(); err != nil {
		return nil, err
	}
	if t.count > 0 && rows != t.count {
		return nil, t.fail(t.line, "", fmt.Sprintf("%d lines", rows), fmt.Sprintf("%d, as line %d says", t.count, t.countLine), nil)
	}
	shape := fmt.Sprintf("%d lines of %d numbers that ", rows, t.width)
	numbered := t.width == 3 && t.counts(rows)
	if rows == t.width && rows > 1 {
		switch symmetric, flat := t.matrix(); {
		case symmetric && flat && t.v[0] == 0 && (rows == 2 || numbered):
			return nil, t.fail(t.first, "", shape+"may be coordinates or a matrix", "one or the other"+headed, nil)
		case symmetric && flat && t.v[0] == 0:
			return t.explicit(false)
		case flat && t.v[0] == 0 && rows == 3 && !numbered:
			return t.explicit(true)
		}
	}
	whole := t.whole(0, len(t.v))
	switch {
	case t.width == 3 && !numbered && whole && t.count == 0:
		return nil, t.fail(t.first, "", shape+"do not number the lines: this looks like a graph given by its edges (from, to, weight)", wantNumbers+headed, nil)
	case t.width == 3 && !numbered:
		return nil, t.fail(t.first, "", shape+"do not number the lines: this looks like coordinates in space, or edges", wantNumbers+headed, nil)
	case t.width == 2 && whole && t.edges(rows):
		return nil, t.fail(t.first, "", shape+"look like a graph given by its edges", wantNumbers+"; for coordinates"+strings.TrimPrefix(headed, ";"), nil)
	}
	x, y := make([]float64, rows), make([]float64, rows)
	for i := range rows {
		x[i], y[i] = t.v[i*t.width+t.width-2], t.v[i*t.width+t.width-1]
	}
	in, err := tsp.NewPoints(BaseName(t.name), tsp.Exact2D, x, y, nil)
	if err != nil {
		return nil, &ParseError{Name: t.name, Line: t.first, Err: err}
	}
	how := "one a line"
	if numbered {
		how = "one a line behind its number"
	}
	cities := "cities"
	if rows == 1 {
		cities = "city"
	}
	t.warnings = append(t.warnings, Warning{t.name, t.first, fmt.Sprintf("no TSPLIB header: read as the coordinates of %d %s, %s, with distances that are not rounded (EXACT_2D)", rows, cities, how)})
	return in, nil
}

// readWide reads on where the first row has four numbers or more: as long as
// the rows may be those of a matrix, or of some table.
func (t *table) readWide() (*tsp.Instance, error) {
	k := t.width
	rows := 1
	square, symmetric, flat, counting := true, true, true, true // flat: all on the diagonal is the same
	whole, large := k <= maxWhole && t.whole(0, k), slices.Max(t.v) > 1
	ended := false
	for square && (symmetric || flat || whole || counting && rows < 3) {
		if rows > k {
			square = false
			break
		}
		n, line, word, ok := t.row()
		if !ok {
			ended = true
			break
		}
		if word != "" {
			square = false
			break
		}
		if n != k {
			if t.count == 0 && k%2 == 0 && n%2 == 0 {
				square = false // data set lines may differ
				break
			}
			looks := ""
			if n == k-1 || n == k+1 {
				looks = "; this looks like a triangle of a matrix, for TSPLIB's EDGE_WEIGHT_SECTION"
			}
			return nil, t.fail(line, "", fmt.Sprintf("%d numbers after %d on line %d", n, k, t.first), "pairs x y on every line, or as many numbers as lines"+looks, nil)
		}
		if i := rows; i < k {
			row := t.v[i*k : i*k+k]
			flat = flat && row[i] == t.v[0]
			for j := 0; symmetric && j < i; j++ {
				symmetric = row[j] == t.v[j*k+i]
			}
			whole = whole && t.whole(i*k, i*k+k)
			large = large || slices.Max(row) > 1
		}
		counting = counting && t.v[rows*k] == t.v[0]+float64(rows)
		rows++
	}
	if err := t.broken(); err != nil {
		return nil, err
	}
	if ended && rows == k && square {
		switch {
		case symmetric || flat:
			t.rec.forget()
			return t.explicit(!symmetric)
		case whole && large:
			return nil, t.fail(t.first, "", fmt.Sprintf("%d lines of %d whole numbers: an asymmetric matrix of distances", k, k),
				"0 on its diagonal, or a TSPLIB header above it with TYPE : ATSP; for a data set write output and a tour behind the first line", nil)
		}
	}
	switch {
	case t.count > 0:
		return nil, t.fail(t.first, "", fmt.Sprintf("lines of %d numbers after the number of line %d", k, t.countLine),
			fmt.Sprintf("that many lines x y, number x y, or %d numbers each; data set lines need no count", t.count), nil)
	case k%2 == 0 && rows >= 3 && counting:
		return nil, t.fail(t.first, "", fmt.Sprintf("lines of %d numbers, the first of which count up: a table", k), wantNumbers, nil)
	case k == 4 && rows >= 2:
		return nil, t.fail(t.first, "", "several lines of 4 numbers: a table, or edges", wantNumbers+"; behind two cities of a data set write output 1 2 1", nil)
	}
	return nil, nil
}

// matrix tells whether the square of numbers is symmetric, and whether its diagonal is all the
// same.
func (t *table) matrix() (symmetric, flat bool) {
	k := t.width
	symmetric, flat = true, true
	for i := range k {
		flat = flat && t.v[i*k+i] == t.v[0]
		for j := range i {
			symmetric = symmetric && t.v[i*k+j] == t.v[j*k+i]
		}
	}
	return symmetric, flat
}

// explicit returns the instance of a matrix. What stands on the diagonal is 0.
func (t *table) explicit(directed bool) (*tsp.Instance, error) {
	k := t.width
	w := make([]int32, k*k)
	for at, v := range t.v {
		i, j := at/k, at%k
		if i == j {
			continue
		}
		what := fmt.Sprintf("d(%d,%d) = %v in a matrix of distances", i+1, j+1, v)
		switch {
		case v != math.Trunc(v):
			return nil, t.fail(t.first, "", what, "whole numbers; multiply all distances by a power of ten", nil)
		case v < 0:
			return nil, t.fail(t.first, "", what, fmt.Sprintf("0 to %d; add one constant to all distances to make none negative", tsp.MaxDist), nil)
		case v > tsp.MaxDist:
			return nil, t.fail(t.first, "", what, fmt.Sprintf("0 to %d; divide all distances", tsp.MaxDist), nil)
		}
		w[at] = int32(v)
	}
	build, how := tsp.NewMatrix, "distances"
	if directed {
		build, how = tsp.NewDirected, "asymmetric distances"
	}
	in, err := build(BaseName(t.name), k, w)
	if err != nil {
		return nil, &ParseError{Name: t.name, Line: t.first, Err: err}
	}
	t.warnings = append(t.warnings, Warning{t.name, t.first, fmt.Sprintf("no TSPLIB header: read as the matrix of %s between %d cities", how, k)})
	return in, nil
}

// counts reports whether the first column counts up by 1.
func (t *table) counts(rows int) bool {
	for i := range rows {
		if t.v[i*t.width] != t.v[0]+float64(i) {
			return false
		}
	}
	return t.v[0] == math.Trunc(t.v[0])
}

// whole reports whether the numbers from..to-1 are whole and not negative.
func (t *table) whole(from, to int) bool {
	for _, v := range t.v[from:to] {
		if v < 0 || v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// edges reports whether whole numbers, two a line, look like the edges of a
// graph: those of a connected one that join different cities out of 0 or 1 to some
// number, each of which occurs; or the numbers of cities and of edges, and then as many edges.
func (t *table) edges(rows int) bool {
	if t.joins(t.v) {
		return true
	}
	return t.count == 0 && t.v[1] == float64(rows-1) && t.joins(t.v[2:])
}

func (t *table) joins(v []float64) bool {
	lines := len(v) / 2
	if lines < 3 {
		return false
	}
	lo, hi := v[0], v[0]
	for i, c := range v {
		if i%2 == 1 && c == v[i-1] {
			return false
		}
		lo, hi = min(lo, c), max(hi, c)
	}
	if lo > 1 || hi > float64(lines+1) {
		return false
	}
	seen := make([]bool, int(hi)+1)
	count := 0
	for _, c := range v {
		if !seen[int(c)] {
			seen[int(c)] = true
			count++
		}
	}
	return count == int(hi-lo)+1 && lines >= count-1
}
