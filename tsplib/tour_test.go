package tsplib

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"tspmcts/tsp"
)

func TestReadTours(t *testing.T) {
	a, b := tsp.Tour{0, 2, 1}, tsp.Tour{2, 1, 0}
	tests := map[string]struct {
		text string
		want []tsp.Tour
	}{
		"plain":         {"NAME: x\nTYPE: TOUR\nDIMENSION: 3\nTOUR_SECTION\n1\n3\n2\n-1\nEOF\n", []tsp.Tour{a}},
		"one line":      {"TYPE: TOUR\nDIMENSION: 3\nTOUR_SECTION\n1 3 2 -1\n", []tsp.Tour{a}},
		"no DIMENSION":  {"TYPE: TOUR\nTOUR_SECTION\n1 3 2\n-1\n", []tsp.Tour{a}},
		"no TYPE":       {"TOUR_SECTION\n1 3 2\n-1\n", []tsp.Tour{a}},
		"no -1":         {"TOUR_SECTION\n1 3 2\nEOF\n", []tsp.Tour{a}},
		"no EOF":        {"TOUR_SECTION\n1 3 2", []tsp.Tour{a}},
		"two":           {"TOUR_SECTION\n1 3 2 -1\n3 2 1 -1\n-1\nEOF\n", []tsp.Tour{a, b}},
		"two, one -1":   {"DIMENSION: 3\nTOUR_SECTION :\n1 3 2 -1\n3 2 1 -1\nEOF\n", []tsp.Tour{a, b}},
		"-1 after":      {"TOUR_SECTION\n1 3 2 -1\n-1\n-1\nEOF\n", []tsp.Tour{a}},
		"CRLF":          {"\xef\xbb\xbfTYPE : TOUR\r\nTOUR_SECTION\r\n001\r\n3\r\n2\r\n-1\r\nEOF\r\n", []tsp.Tour{a}},
		"CR alone":      {"TYPE : TOUR\rCOMMENT : TOUR_SECTION\rTOUR_SECTION\r1\r3\r2\r-1\rEOF\r", []tsp.Tour{a}},
		"unknown":       {"WHAT: 5\nTOUR_SECTION\n1 3 2 -1\n", []tsp.Tour{a}},
		"no -1, then =": {"TOUR_SECTION\n1 3 2\nNAME=x\n", []tsp.Tour{a}},
		"DIMENSION end": {"TOUR_SECTION\n1 3 2 -1\nDIMENSION: 3\n", []tsp.Tour{a}},
		"words behind":  {"TOUR_SECTION\n1 3 2 -1\nLength 7\nby hand\n", []tsp.Tour{a}},
		"n = 1":         {"TOUR_SECTION\n1\n-1\n", []tsp.Tour{{0}}},
	}
	for name, tt := range tests {
		got, err := ReadTours(strings.NewReader(tt.text), "x.tour")
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestTourErrors(t *testing.T) {
	tests := []struct {
		name, text string
		line       int
		want       string
		cause      error
	}{
		{"empty", "", 1, "found nothing", ErrEmpty},
		{"binary", "\x00", 1, "found binary data", ErrBinary},
		{"prose", "Hello\n", 1, "without a keyword", nil},
		{"problem", "NAME: x\nTYPE: TSP\n", 2, `TYPE: found "TSP", want TOUR`, nil},
		{"no section", "NAME: x\nTYPE: TOUR\nEOF\n", 3, "TOUR_SECTION: found the end of the file", nil},
		{"no tour", "TOUR_SECTION\n-1\nEOF\n", 2, "found no city", nil},
		{"repeated", "DIMENSION: 3\nTOUR_SECTION\n1\n2\n1\n-1\n", 5, "found city 1 a second time, want each of the cities 1 to 3 once", nil},
		{"repeated, short", "DIMENSION: 9\nTOUR_SECTION\n1\n2\n\n1\n-1\n", 6, "found city 1 a second time, want each of the cities 1 to 9 once", nil},
		{"closed", "DIMENSION: 3\nTOUR_SECTION\n1\n2\n3\n1\n-1\n", 6, "found city 1 a second time", nil},
		{"out of range", "DIMENSION: 3\nTOUR_SECTION\n1\n4\n2\n-1\n", 4, "found city 4, want each of the cities 1 to 3", nil},
		{"out of range, no DIMENSION", "TOUR_SECTION\n1\n4\n2\n-1\n", 3, "found city 4, want each of the cities 1 to 3", nil},
		{"zero", "TOUR_SECTION\n0\n1\n2\n-1\n", 2, `found "0", want a city's number, from 1`, nil},
		{"negative", "TOUR_SECTION\n1\n-2\n-1\n", 3, `found "-2"`, nil},
		{"word", "TOUR_SECTION\n1\n2\nthree\n3\n-1\n", 4, `TOUR_SECTION: found "three", want a city's number, or -1 after the tour`, nil},
		{"huge", "TOUR_SECTION\n1\n3000000000\n-1\n", 3, `found "3000000000"`, nil},
		{"largest", "TOUR_SECTION\n1\n2147483647\n-1\n", 3, `found city 2147483647`, nil},
		{"number and letter", "TOUR_SECTION\n1\n2b\n-1\n", 3, `found "2b"`, nil},
		{"short", "DIMENSION: 4\nTOUR_SECTION\n1\n3\n2\n-1\n", 6, "found the end of the tour after 3 cities, want 4", nil},
		{"word between tours", "TOUR_SECTION\n1\n3\n2\n-1\nNEXT\n1\n2\n3\n-1\n", 6, `TOUR_SECTION: found "NEXT", want a city's number, or -1 after the tour`, nil},
		{"bad DIMENSION", "DIMENSION: 0\n", 1, `found "0"`, nil},
		{"twice", "TOUR_SECTION\n1\n-1\n-1\nTOUR_SECTION\n1\n-1\n", 5, "a second time", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tours, err := ReadTours(strings.NewReader(tt.text), "x.tour")
			checkError(t, err, "x.tour", tt.line, tt.want, tt.cause)
			if tours != nil {
				t.Error("tours besides the error")
			}
		})
	}
}

// A tour that is none is told of, and the others are read.
func TestToursBesideErrors(t *testing.T) {
	text := "TOUR_SECTION\n1 3 2 -1\n1\n1\n3\n-1\n3 2 1 -1\n1\n2\n-1\n-1\nEOF\n"
	tours, err := ReadTours(strings.NewReader(text), "x.tour")
	if want := []tsp.Tour{{0, 2, 1}, nil, {2, 1, 0}, nil}; !reflect.DeepEqual(tours, want) {
		t.Errorf("read %v, want %v", tours, want)
	}
	var bad TourErrors
	if !errors.As(err, &bad) || len(bad) != 2 {
		t.Fatalf("%v, want two errors", err)
	}
	checkError(t, bad[0], "x.tour", 4, "found city 1 a second time, want each of the cities 1 to 3 once", nil)
	checkError(t, bad[1], "x.tour", 10, "found the end of the tour after 2 cities, want 3", nil)
	if want := bad[0].Error() + "; so it is with 1 more"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
}

func TestWriteTour(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTour(&b, "x.tour", "length 7\nby hand", tsp.Tour{2, 0, 1}); err != nil {
		t.Fatal(err)
	}
	want := "NAME : x.tour\nCOMMENT : length 7\nCOMMENT : by hand\nTYPE : TOUR\nDIMENSION : 3\nTOUR_SECTION\n3\n1\n2\n-1\nEOF\n"
	if b.String() != want {
		t.Errorf("%s", b.String())
	}
	for _, bad := range []tsp.Tour{nil, {}, {1}, {0, 0}, {-1, 0}, {0, 1, 3}} {
		if err := WriteTour(&b, "", "", bad); err == nil {
			t.Errorf("%v written", bad)
		}
	}
}
