package tsplib

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tspmcts/tsp"
)

// Lines reads data set lines, one instance at a time.
type Lines struct {
	s     *scanner
	base  string
	index int
	began bool
	x, y  []float64 // of the line being read
	tour  tsp.Tour
}

// NewLines returns a reader of the data set lines of r. Nothing is read yet.
func NewLines(r io.Reader, name string) *Lines {
	return &Lines{s: newScanner(r, name), base: BaseName(name)}
}

// begin goes to the next line that is not blank; io.EOF if there is none.
func (l *Lines) begin() error {
	if !l.began {
		l.began = true
		if err := l.s.open(); err != nil {
			l.s.pos = l.s.end // the next call finds the end
			if l.s.err == nil {
				l.s.err = io.EOF
			}
			return err
		}
	}
	if _, ok := l.s.skipSpace(); !ok {
		if err := l.s.broken(); err != nil {
			return err
		}
		return io.EOF
	}
	return nil
}

// Skip passes over one instance without looking at it. It returns io.EOF after the last; a file
// that holds nothing, or no text, is a [*ParseError], as for Next.
func (l *Lines) Skip() error {
	if err := l.begin(); err != nil {
		return err
	}
	l.s.skipLine()
	l.index++
	return nil
}

// Next returns the next instance and its reference tour, nil if the line has
// none, and io.EOF after the last. The instance is EXACT_2D and named after the
// file and its place in it, from 0: tsp1000_0 is the first of tsp1000.txt. Blank
// lines do not count. A [*ParseError] about one line leaves the reader at the
// next, unless it wraps an error of the underlying reader.
func (l *Lines) Next() (*tsp.Instance, tsp.Tour, error) {
	if err := l.begin(); err != nil {
		return nil, nil, err
	}
	in, t, err := l.read()
	if l.s.broken() != nil && l.s.pos == l.s.end { // the line may have been cut
		return nil, nil, l.s.broken()
	}
	l.s.skipLine()
	l.index++
	return in, t, err
}

func (l *Lines) read() (*tsp.Instance, tsp.Tour, error) {
	s, line := l.s, l.s.line
	l.x, l.y = l.x[:0], l.y[:0]
	output := false
	for {
		tok := s.inLine()
		if tok == nil {
			break
		}
		if output = strings.EqualFold(string(tok), "output"); output {
			break
		}
		v, ok := tsp.ParseDecimal(tok)
		if !ok {
			want := "a coordinate, a finite number"
			if k := strings.ToUpper(strings.TrimRight(string(tok), ":")); knownKey[k] {
				want += "; this looks like a TSPLIB file, not like data set lines"
			} else if strings.ContainsAny(k, ",;") {
				want += ", with blanks between numbers"
			}
			return nil, nil, s.fail(line, "", quote(tok), want, nil)
		}
		if len(l.x) == len(l.y) {
			l.x = append(l.x, v)
		} else {
			l.y = append(l.y, v)
		}
	}
	n := len(l.x)
	switch {
	case n == 0:
		return nil, nil, s.fail(line, "", "no coordinates", "x1 y1 x2 y2 ...", nil)
	case len(l.y) != n:
		return nil, nil, s.fail(line, "", fmt.Sprintf("%d coordinates", n+len(l.y)), "pairs x y: one instance a line", nil)
	}
	in, err := tsp.NewPoints(l.base+"_"+strconv.Itoa(l.index), tsp.Exact2D, slices.Clone(l.x), slices.Clone(l.y), nil)
	if err != nil {
		return nil, nil, &ParseError{Name: s.name, Line: line, Err: err}
	}
	if !output {
		return in, nil, nil
	}
	t, err := l.readTour(line, n)
	if err != nil {
		return nil, nil, err
	}
	return in, t, nil
}

// readTour reads the cities after the word output. The last may be the first again.
func (l *Lines) readTour(line, n int) (tsp.Tour, error) {
	const key = "output"
	t := l.tour[:0]
	for {
		tok := l.s.inLine()
		if tok == nil {
			break
		}
		v, ok := parseInt(tok)
		if !ok || v < 1 || v > int64(n) {
			return nil, l.s.fail(line, key, "city "+quote(tok), fmt.Sprintf("1 to %d", n), nil)
		}
		t = append(t, int32(v-1))
	}
	l.tour = t
	if len(t) == n+1 && t[n] == t[0] {
		t = t[:n]
	}
	if i, found := badCity(t, n); i >= 0 {
		return nil, l.s.fail(line, key, fmt.Sprintf("%s, at position %d", found, i+1), fmt.Sprintf("each of the cities 1 to %d once", n), nil)
	}
	if len(t) != n {
		return nil, l.s.fail(line, key, fmt.Sprintf("%d cities", len(t)), fmt.Sprintf("a tour of %d, or no output", n), nil)
	}
	return slices.Clone(t), nil
}
