package tsplib

import (
	"fmt"
	"io"
	"math"
	"strings"

	"tspmcts/tsp"
)

// ReadTours reads the tours of a TSPLIB file of TYPE TOUR: one or more, each a
// permutation of its cities, all of one length. Without a DIMENSION the first
// tour tells the number of cities. Where some are none, the rest comes with an error that is a
// [TourErrors], and nil in their places.
func ReadTours(r io.Reader, name string) ([]tsp.Tour, error) {
	p := newParser(newScanner(r, name))
	if err := p.open(); err != nil {
		return nil, err
	}
	var tours []tsp.Tour
	var bad TourErrors
	for {
		key, line, ok, err := p.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		switch key {
		case "TYPE":
			if tok := strings.ToUpper(string(p.inLine())); tok != "TOUR" {
				return nil, p.fail(line, key, quote(tok), "TOUR: a file that holds tours", nil)
			}
			p.skipLine()
		case "TOUR_SECTION":
			if tours, bad, err = p.readTours(); err != nil {
				return nil, err
			}
		default:
			p.ignore(key, line)
			word := tours != nil && !knownKey[key] && !strings.HasSuffix(key, "_SECTION")
			if c, ok := p.skipSpace(); word && ok && '0' <= c && c <= '9' { // a tour would be lost
				return nil, p.fail(line, "TOUR_SECTION", quote(key), "a city's number, or -1 after the tour", nil)
			}
		}
	}
	switch {
	case len(p.seen) == 0:
		return nil, p.fail(1, "", "text without a keyword of TSPLIB", "a TSPLIB file with a TOUR_SECTION", nil)
	case tours == nil:
		return nil, p.fail(p.line, "TOUR_SECTION", "the end of the file", "the section", nil)
	}
	switch {
	case len(bad) == len(tours):
		return nil, bad
	case bad != nil:
		return tours, bad
	}
	return tours, nil
}

// TourErrors are what is wrong with tours of a file that can be read on, each a [*ParseError].
type TourErrors []error

// Error tells the first, and how many follow.
func (e TourErrors) Error() string {
	if len(e) == 1 {
		return e[0].Error()
	}
	return fmt.Sprintf("%v; so it is with %d more", e[0], len(e)-1)
}

// Unwrap returns them.
func (e TourErrors) Unwrap() []error { return e }

// readTours reads a TOUR_SECTION: tours that each end with -1, then one more -1.
// Both may be missing at the end of the section. What has a city twice, or one that is none, is nil.
func (p *parser) readTours() (tours []tsp.Tour, bad TourErrors, err error) {
	const section = "TOUR_SECTION"
	n := p.n
	var lines []int // of each city of the tour being read
	var t tsp.Tour
	for {
		c, more := p.skipSpace()
		more = more && startsNumber(c)
		line := p.line
		if !more && len(t) > 0 { // a tour that goes on behind a word would be cut there
			if err := p.stray(section, "a city's number, or -1 after the tour"); err != nil {
				return nil, nil, err
			}
		}
		if more {
			tok := p.token()
			v, ok := parseInt(tok)
			if !ok || v != -1 {
				if !ok || v < 1 || v > math.MaxInt32 {
					return nil, nil, p.fail(line, section, quote(tok), "a city's number, from 1, or -1 after the tour", nil)
				}
				t = append(t, int32(v-1))
				lines = append(lines, line)
				continue
			}
		}
		if len(t) > 0 {
			if n == 0 {
				n = len(t)
			}
			if i, found := badCity(t, n); i >= 0 {
				bad = append(bad, p.fail(lines[i], section, found, fmt.Sprintf("each of the cities 1 to %d once", n), nil))
				t = nil
			} else if len(t) != n {
				bad = append(bad, p.fail(line, section, fmt.Sprintf("the end of the tour after %d cities", len(t)), fmt.Sprintf("%d", n), nil))
				t = nil
			}
			tours = append(tours, t)
			t, lines = nil, lines[:0]
			if more {
				continue
			}
		}
		if len(tours) == 0 {
			return nil, nil, p.fail(line, section, "no city", "a tour", nil)
		}
		return tours, bad, nil
	}
}

// badCity returns the first position at which t holds a city above n or one that it
// held before, and what that is; -1 if there is none. It allocates in proportion to t.
func badCity(t tsp.Tour, n int) (int, string) {
	if len(t) < n { // too short, and n may be a lie
		seen := make(map[int32]bool, len(t))
		for i, v := range t {
			if int(v) >= n || seen[v] {
				return i, cityFault(v, n)
			}
			seen[v] = true
		}
		return -1, ""
	}
	seen := make([]bool, n)
	for i, v := range t {
		if int(v) >= n || seen[v] {
			return i, cityFault(v, n)
		}
		seen[v] = true
	}
	return -1, ""
}

func cityFault(v int32, n int) string {
	if int(v) >= n {
		return fmt.Sprintf("city %d", int64(v)+1)
	}
	return fmt.Sprintf("city %d a second time", v+1)
}
