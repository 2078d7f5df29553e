package tsplib

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tspmcts/tsp"
)

// layout is an EDGE_WEIGHT_FORMAT. A triangle is read in one of two orders only:
// the upper one by rows is the lower one by columns.
type layout struct {
	name  string
	shape shape
	diag  bool
}

type shape uint8

const (
	full shape = iota
	upper
	lower
)

var layouts = []layout{
	{"FULL_MATRIX", full, true},
	{"UPPER_ROW", upper, false}, {"LOWER_ROW", lower, false}, {"UPPER_DIAG_ROW", upper, true}, {"LOWER_DIAG_ROW", lower, true},
	{"UPPER_COL", lower, false}, {"LOWER_COL", upper, false}, {"UPPER_DIAG_COL", lower, true}, {"LOWER_DIAG_COL", upper, true},
}

// size returns how many numbers a matrix of n cities has.
func (l layout) size(n int64) int64 {
	switch {
	case l.shape == full:
		return n * n
	case l.diag:
		return n * (n + 1) / 2
	}
	return n * (n - 1) / 2
}

// readMatrix reads an EDGE_WEIGHT_SECTION. An entry inf, or 2147483647, is no edge. The square of n
// cities is only allocated once all numbers are there. What stands on the diagonal is kept if it is
// a distance, else it becomes 0: nobody reads it.
func (p *problem) readMatrix(section int) error {
	const key = "EDGE_WEIGHT_SECTION"
	l, err := p.layout(section)
	if err != nil {
		return err
	}
	n, want := int64(p.n), l.size(int64(p.n))
	var w []int32
	i, j := int64(0), int64(0) // row and column of the next number
	if !l.diag {
		i, j = 0, 1
		if l.shape == lower {
			i, j = 1, 0
		}
	}
	for int64(len(w)) < want {
		if !p.atEntry() {
			if err := p.stray(key, "a whole number"); err != nil {
				return err
			}
			return p.matrixSize(p.line, l, int64(len(w)))
		}
		line := p.line
		v, err := p.distance(i == j)
		if err != nil {
			return err
		}
		if l.shape == full && j < i && p.kind != "ATSP" && int64(w[j*n+i]) != v {
			instead := "a symmetric matrix, or TYPE ATSP"
			if p.kind == "HPP" {
				instead += " solved with --path"
			}
			err := p.fail(line, key, fmt.Sprintf("d(%d,%d) = %s but d(%d,%d) = %s", i+1, j+1, entryText(v), j+1, i+1, entryText(int64(w[j*n+i]))), instead, ErrUnsupported)
			if have := int64(len(w)) + 1 + p.countEntries(); have != want { // a triangle, rather
				return p.matrixSize(p.line, l, have)
			}
			return err
		}
		if len(w) == cap(w) && len(w) >= 1<<22 && want <= 64*int64(len(w)) {
			w = slices.Grow(w, int(want)-len(w)) // once: no copy of gigabytes, and what is not read is not touched
		}
		w = append(w, int32(v))
		j++
		switch {
		case l.shape == lower && (j > i || j == i && !l.diag):
			i, j = i+1, 0
		case j == n:
			i, j = i+1, 0
			if l.shape == upper {
				j = i
				if !l.diag {
					j++
				}
			}
		}
	}
	if p.atEntry() {
		line := p.line
		return p.matrixSize(line, l, want+p.countEntries())
	}
	if l.shape != full {
		w = unfold(w, p.n, l)
	}
	p.matrix = w
	return nil
}

// layout returns the EDGE_WEIGHT_FORMAT of the section that begins on a line.
func (p *problem) layout(section int) (l layout, err error) {
	format := p.format["EDGE_WEIGHT_FORMAT"]
	for _, l = range layouts {
		if l.name == format {
			break
		}
	}
	if l.name != format {
		var names []string
		for _, l := range layouts {
			names = append(names, l.name)
		}
		found, line := quote(format), p.seen["EDGE_WEIGHT_FORMAT"]
		if line == 0 {
			found, line = "none before the matrix", section
		}
		return l, p.fail(line, "EDGE_WEIGHT_FORMAT", found, "one of "+strings.Join(names, ", "), nil)
	}
	if p.kind == "ATSP" && l.shape != full {
		return l, p.fail(p.seen["EDGE_WEIGHT_FORMAT"], "EDGE_WEIGHT_FORMAT", l.name, "FULL_MATRIX, for TYPE ATSP; or TYPE TSP", nil)
	}
	return l, nil
}

// distance reads one entry of a matrix, on its diagonal or not.
func (p *problem) distance(diagonal bool) (int64, error) {
	const key = "EDGE_WEIGHT_SECTION"
	line := p.line
	tok := p.token()
	v, ok := parseInt(tok)
	switch {
	case isInf(tok) || ok && v == math.MaxInt32:
		if v = tsp.NoEdge; diagonal {
			v = 0
		}
	case diagonal:
		if _, number := tsp.ParseDecimal(tok); !number {
			return 0, p.fail(line, key, quote(tok), "a number", nil)
		}
		if !ok || v < 0 || v > tsp.MaxDist {
			v = 0
		}
	case !ok:
		if f, number := tsp.ParseDecimal(tok); number && f != math.Trunc(f) {
			return 0, p.fail(line, key, quote(tok), "a whole number; multiply all distances by a power of ten", nil)
		}
		return 0, p.fail(line, key, quote(tok), fmt.Sprintf("a whole number, 0 to %d", tsp.MaxDist), nil)
	case v < 0:
		return 0, p.fail(line, key, quote(tok), fmt.Sprintf("0 to %d; add one constant to all distances to make none negative", tsp.MaxDist), nil)
	case v > tsp.MaxDist:
		return 0, p.fail(line, key, quote(tok), fmt.Sprintf("0 to %d, or inf for no edge; divide all distances", tsp.MaxDist), nil)
	}
	return v, nil
}

// isInf reports whether a token is the word for no edge.
func isInf(tok []byte) bool {
	return strings.EqualFold(string(tok), "inf") || strings.EqualFold(string(tok), "infinity")
}

// entryText is an entry of a matrix as files have it.
func entryText(v int64) string {
	if v == tsp.NoEdge {
		return "inf"
	}
	return strconv.FormatInt(v, 10)
}

// atEntry goes to the next token and reports whether it is a number or inf.
func (p *problem) atEntry() bool {
	c, ok := p.skipSpace()
	if !ok || startsNumber(c) {
		return ok
	}
	if c != 'i' && c != 'I' {
		return false
	}
	tok := p.token()
	p.pos -= len(tok) // still in the buffer
	return isInf(tok)
}

// countEntries passes over the entries that are left of the section and returns how many.
func (p *problem) countEntries() int64 {
	n := int64(0)
	for ; p.atEntry(); n++ {
		p.token()
	}
	return n
}

// matrixSize returns the error about a matrix of have numbers where DIMENSION asks for others.
func (p *problem) matrixSize(line int, l layout, have int64) error {
	want := fmt.Sprintf("%d for %s and the %d cities of line %d", l.size(int64(p.n)), l.name, p.n, p.seen["DIMENSION"])
	for _, other := range layouts[:5] {
		if other.size(int64(p.n)) == have {
			want += "; it may be " + other.name
			break
		}
	}
	return p.fail(line, "EDGE_WEIGHT_SECTION", fmt.Sprintf("%d numbers", have), want, nil)
}

// unfold makes the square of a triangle's numbers.
func unfold(w []int32, n int, l layout) []int32 {
	m := make([]int32, n*n)
	k := 0
	for i := range n {
		from, to := 0, i // lower: the columns before the diagonal
		if l.shape == upper {
			from, to = i+1, n
		}
		if l.diag && l.shape == upper {
			from = i
		} else if l.diag {
			to = i + 1
		}
		for j := from; j < to; j++ {
			m[i*n+j], m[j*n+i] = w[k], w[k]
			k++
		}
	}
	return m
}
