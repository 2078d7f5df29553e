package tsplib

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"tspmcts/tsp"
)

// What text of bare numbers is: coordinates, a matrix, data set lines, or refused.
func TestReadNumbers(t *testing.T) {
	var set strings.Builder
	rng := rand.New(rand.NewPCG(1, 2))
	for range 12 { // as many lines as numbers on each
		for range 12 {
			fmt.Fprintf(&set, "%v ", rng.Float64())
		}
		set.WriteByte('\n')
	}
	var matrix, skewed, varied, bits, longer strings.Builder
	for i := range 12 {
		for j := range 12 {
			d := (i - j) * (i - j)
			fmt.Fprintf(&matrix, "%d ", d)
			if i > j {
				d++
			}
			fmt.Fprintf(&skewed, "%d ", d)
			fmt.Fprintf(&varied, "%d ", d+i)
			fmt.Fprintf(&bits, "%d ", (i*j+i)/2%2)
		}
		matrix.WriteByte('\n')
		skewed.WriteByte('\n')
		varied.WriteByte('\n')
		bits.WriteByte('\n')
	}
	longer.WriteString(varied.String() + strings.Repeat("7 ", 12) + "\n")
	for _, tt := range []struct{ name, text, want string }{
		{"coordinates", "0.1 0.2\n0.3 0.4\n0.5 0.6\n", "cities 3 EXACT_2D"},
		{"whole coordinates", "0 0\n0 10\n10 10\n10 0\n", "cities 4 EXACT_2D"},
		{"a grid", "0 0\n0 1\n1 0\n1 1\n", "cities 4 EXACT_2D"},
		{"pairs that meet nowhere", "1 2\n3 4\n5 6\n", "cities 3 EXACT_2D"},
		{"two lines behind a head are too few for a graph", "9 2\n0 1\n1 2\n", "cities 3 EXACT_2D"},
		{"more numbers than lines join", "0 1\n2 3\n4 0\n", "cities 3 EXACT_2D"},
		{"one city", "0.5 0.5", "cities 1 EXACT_2D"},
		{"count", "3\n0.1 0.2\n0.3 0.4\n0.5 0.6\n", "cities 3 EXACT_2D"},
		{"count and ids", "4\n1 27462.5 11003.6\n2 0 0\n3 5 5\n4 1e3 +7\n", "cities 4 EXACT_2D"},
		{"ids from 0", "0 5 5\n1 6 6\n2 7 9\n", "cities 3 EXACT_2D"},
		{"ids, tabs, CRLF, BOM, EOF", "\xef\xbb\xbf1\t5\t5\r\n\r\n2\t6\t6\r\n3\t1\t2\r\nEOF\r\n", "cities 3 EXACT_2D"},
		{"CR alone", "1 2.5\r3 4\r5 6\r", "cities 3 EXACT_2D"},
		{"matrix", matrix.String(), "cities 12 EXPLICIT"},
		{"matrix with count", "12\n" + matrix.String(), "cities 12 EXPLICIT"},
		{"matrix of three", "0 5 6\n5 0 7\n6 7 0\n", "cities 3 EXPLICIT"},
		{"matrix with a diagonal", "99 1 2 3\n1 99 4 5\n2 4 99 6\n3 5 6 99\n", "cities 4 EXPLICIT"},
		{"set", "0 0 0 1 1 1 1 0 output 1 2 3 4 1\n", "set"},
		{"set of one line", "0 0 0 1 1 1 1 0\n", "set"},
		{"two cities on one line", "0 0 0 1", "set"},
		{"set of few cities with tours", "0 0 output 1 1\n0 0 1 1 output 1 2 1\n", "set"},
		{"set without tours", "0 0 0 1 1 1\n0 0 0 1 1 1\n", "set"},
		{"a set in which the numbers are as many as the lines", set.String(), "set"},
		{"a set of corners, as many lines as numbers", bits.String(), "set"},
		{"a set of whole numbers, more lines than numbers", longer.String(), "set"},
		{"a set of whole numbers with tours, as many lines as numbers", strings.ReplaceAll(varied.String(), "\n", "output 1 2 3 4 5 6 1\n"), "set"},
		{"set of different sizes", "0 0 0 1 1 1\n0 0 0 1 1 1 0 1\n", "set"},
		{"set of one instance with a tour of the form of a matrix", "0 1 1 0 output 1 2 1\n0 1 1 0 output 1 2 1\n", "set"},
		{"asymmetric", skewed.String(), "cities 12 EXPLICIT, 1 there and 2 back"},
		{"asymmetric with a diagonal", varied.String(), "12 lines of 12 whole numbers: an asymmetric matrix"},
		{"asymmetric of three", "0 5 6\n4 0 7\n2 3 0\n", "cities 3 EXPLICIT, 5 there and 4 back"},
		{"asymmetric with one number on the diagonal", "9 5 6 1\n4 9 7 1\n2 3 9 1\n1 1 2 9\n", "cities 4 EXPLICIT, 5 there and 4 back"},
		{"asymmetric of fractions", "0 1.5 2 3\n1 0 4 5\n2 4 0 6\n3 5 6 0\n", "whole numbers; multiply"},
		{"fractions", "0 1.5 2 3\n1.5 0 4 5\n2 4 0 6\n3 5 6 0\n", "whole numbers; multiply"},
		{"negative", "0 -1 2 3\n-1 0 4 5\n2 4 0 6\n3 5 6 0\n", "add one constant"},
		{"huge", "0 9e9 2 3\n9e9 0 4 5\n2 4 0 6\n3 5 6 0\n", "divide"},
		{"two by two", "0 1\n1 0\n", "coordinates or a matrix"},
		{"three numbered cities with coordinates like an asymmetric matrix", "0 1 2\n1 0 3\n2 4 0\n", "cities 3 EXACT_2D"},
		{"numbered matrix", "0 1 2\n1 0 1\n2 1 0\n", "coordinates or a matrix"},
		{"edges", "0 1\n1 2\n2 3\n3 0\n", "a graph given by its edges"},
		{"edges with count", "4\n0 1\n1 2\n2 3\n3 0\n", "a graph given by its edges"},
		{"edges with a head of three", "3 3\n1 2\n2 3\n1 3\n", "a graph given by its edges"},
		{"edges with a head", "4 5\n0 1\n1 2\n2 3\n3 0\n0 2\n", "a graph given by its edges"},
		{"weighted edges", "0 1 7\n0 2 9\n1 2 4\n", "a graph given by its edges"},
		{"weighted edges with a head", "3 3\n0 1 7\n0 2 9\n1 2 4\n", "looks like a graph"},
		{"neighbours of each", "2 3\n1 3 4 5\n", "looks like a graph"},
		{"in space", "0.5 0.5 0.5\n0.1 0.2 0.3\n", "coordinates in space"},
		{"table", "1 40 50 0 1236 0\n2 45 68 10 912 90\n3 45 70 30 825 90\n", "a table"},
		{"four numbers", "0.1 0.2 5 7\n0.3 0.4 5 7\n", "several lines of 4 numbers"},
		{"triangle", "0 1 2 3\n0 4 5\n0 6\n0\n", "a triangle"},
		{"odd", "0 0 0 1 1\n", "set"}, // the reader of lines refuses it
		{"count too high", "4\n0.1 0.2\n0.3 0.4\n", "found 2 lines, want 4"},
		{"count too low", "1\n0.1 0.2\n0.3 0.4\n", "found 2 lines, want 1"},
		{"count and set", "2\n0 0 0 1 1 1\n0 0 0 1 1 2\n", "need no count"},
		{"count and set with tours", "1\n0 0 0 1 1 1 output 1 2 3 1\n", "need no count"},
		{"number", "5\n", "a number alone"},
		{"fraction", "0.5\n1 1\n", "found one number"},
		{"numbers below each other", "1\n2\n3\n", "one number a line"},
		{"ragged", "0.1 0.2\n0.3\n", "found 1 numbers, want 2"},
		{"word", "0.1 0.2\n0.3 x\n", `found "x"`},
		{"empty", "\n", "nothing"},
		{"binary", "1 2\x00", "binary"},
	} {
		for _, r := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text))} {
			in, lines, warnings, err := ReadNumbers(r, "dir/f.txt")
			got := "set"
			switch {
			case err != nil:
				got = err.Error()
				checkFuzzError(t, err)
			case in != nil:
				got = fmt.Sprintf("cities %d %v", in.N(), in.Metric)
				if in.Directed {
					got += fmt.Sprintf(", %d there and %d back", in.Dist(0, 1), in.Dist(1, 0))
				}
				if len(warnings) != 1 || !strings.Contains(warnings[0].String(), "f.txt:") || strings.Contains(warnings[0].String(), "asymmetric") != in.Directed || in.Name != "f" {
					t.Errorf("%s: %v, named %s", tt.name, warnings, in.Name)
				}
			default:
				all, _ := io.ReadAll(lines.s.r)
				if string(all) != tt.text {
					t.Errorf("%s: the set lost its beginning", tt.name)
				}
			}
			if got != tt.want && (err == nil || tt.want == "set" || !strings.Contains(got, tt.want)) {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		}
	}
	broken := errors.New("gone")
	for _, text := range []string{"0 1\n1 0", "0 1 2 3\n1 0 2 3\n", "7\n", "0 1 2 3 4 5\n"} {
		_, _, _, err := ReadNumbers(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), "f")
		if !errors.Is(err, broken) {
			t.Errorf("%q: %v, want the reader's error", text, err)
		}
	}
}

// FuzzReadNumbers reads anything; a set gives its bytes back, and an instance is whole.
func FuzzReadNumbers(f *testing.F) {
	for _, text := range []string{"0.1 0.2\n0.3 0.4", "3\n1 5 5\n2 6 6\n3 7 9", "0 1 2 3\n1 0 4 5\n2 4 0 6\n3 5 6 0\n", "0 0 1 1 1 0\n", "0 1\n1 2\n2 0", "4\r1 2\r3 4\r"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		in, lines, _, err := ReadNumbers(bytes.NewReader(data), "f.txt")
		switch {
		case err != nil:
			checkFuzzError(t, err)
		case in != nil:
			if tour := identity(in.N()); in.Check(tour) != nil || in.Metric != tsp.Exact2D && in.Metric != tsp.Explicit {
				t.Fatal(in.Metric, in.N())
			}
		default:
			if all, _ := io.ReadAll(lines.s.r); !bytes.Equal(all, data) {
				t.Fatal("the set lost bytes")
			}
		}
	})
}
