package tsplib

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"tspmcts/tsp"
)

func TestLines(t *testing.T) {
	text := "\xef\xbb\xbf0 0 0 1 1 1 1 0 output 1 2 3 4 1 \r\n" +
		"\n" +
		"0.5 0.25 1e-3 .75\t0 -1\n" + // no tour
		"0 0 0 1 1 1 output 3 1 2\n" + // not closed
		"0 0 Output 1 1\n" +
		"0.1 0.2 0.3 0.4 output 2 1 2" // no line end
	want := []struct {
		n    int
		tour tsp.Tour
	}{{4, tsp.Tour{0, 1, 2, 3}}, {3, nil}, {3, tsp.Tour{2, 0, 1}}, {1, tsp.Tour{0}}, {2, tsp.Tour{1, 0}}}
	l := NewLines(iotest.HalfReader(strings.NewReader(text)), "dir/square.txt")
	for i, w := range want {
		in, tour, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if in.N() != w.n || !slices.Equal(tour, w.tour) || (tour == nil) != (w.tour == nil) || in.Metric != tsp.Exact2D || in.Name != "square_"+strconv.Itoa(i) {
			t.Errorf("line %d: %s of %d cities, tour %v", i, in.Name, in.N(), tour)
		}
		if i == 0 && in.Value(tour) != 4 {
			t.Errorf("length %v, want 4", in.Value(tour))
		}
	}
	for range 2 {
		if _, _, err := l.Next(); err != io.EOF {
			t.Errorf("%v at the end, want io.EOF", err)
		}
		if err := l.Skip(); err != io.EOF {
			t.Errorf("%v at the end, want io.EOF", err)
		}
	}
}

// TestSkip pins that skipped lines count, even bad ones, and that blank ones do not.
func TestSkip(t *testing.T) {
	l := NewLines(strings.NewReader("0 0\nnonsense\n\n \n1 1\n2 2\n3 3"), "f.txt")
	for range 3 {
		if err := l.Skip(); err != nil {
			t.Fatal(err)
		}
	}
	in, _, err := l.Next()
	if err != nil || in.Name != "f_3" || in.X[0] != 2 {
		t.Fatal(in, err)
	}
	if err := l.Skip(); err != nil {
		t.Fatal(err)
	}
	if err := l.Skip(); err != io.EOF {
		t.Fatal(err)
	}
}

func TestLineErrors(t *testing.T) {
	tests := []struct {
		name, text, want string
		cause            error
	}{
		{"empty", "", "found nothing", ErrEmpty},
		{"binary", "0.1 \x00", "found binary data", ErrBinary},
		{"TSPLIB", "NAME: a280\n", `found "NAME:", want a coordinate, a finite number; this looks like a TSPLIB file`, nil},
		{"word", "0 0 1 l\n", `found "l", want a coordinate`, nil},
		{"NaN", "0 0 NaN 1\n", `found "NaN"`, nil},
		{"odd", "0 0 1\n", "found 3 coordinates, want pairs", nil},
		{"only output", "output 1\n", "found no coordinates", nil},
		{"no tour", "0 0 1 1 output\n", "output: found 0 cities, want a tour of 2, or no output", nil},
		{"short tour", "0 0 1 1 2 2 output 1 2\n", "output: found 2 cities", nil},
		{"closed too early", "0 0 1 1 2 2 output 1 2 1\n", "output: found city 1 a second time, at position 3", nil},
		{"long tour", "0 0 1 1 output 1 2 2\n", "found city 2 a second time", nil},
		{"much too long", "0 0 1 1 output 1 2 1 2\n", "found city 1 a second time", nil},
		{"city 0", "0 0 1 1 output 0 1 0\n", `found city "0", want 1 to 2`, nil},
		{"city 3", "0 0 1 1 output 1 3 1\n", `found city "3", want 1 to 2`, nil},
		{"city a word", "0 0 1 1 output 1 two 1\n", `found city "two"`, nil},
		{"range", "-1e308 0 1e308 0\n", ": the coordinates span", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := NewLines(strings.NewReader(tt.text), "d.txt").Next()
			checkError(t, err, "d.txt", 1, tt.want, tt.cause)
			if tt.cause != nil {
				l := NewLines(strings.NewReader(tt.text), "d.txt")
				checkError(t, l.Skip(), "d.txt", 1, tt.want, tt.cause)
				if err := l.Skip(); err != io.EOF {
					t.Errorf("then %v, want io.EOF", err)
				}
				return
			}
			// behind a good line, and with one behind it
			l := NewLines(strings.NewReader("0 0\n\n"+strings.TrimSuffix(tt.text, "\n")+"\n9 9\n"), "d.txt")
			l.Next()
			_, _, err = l.Next()
			checkError(t, err, "d.txt", 3, tt.want, tt.cause)
			in, _, err := l.Next()
			if err != nil || in.Name != "d_2" || in.X[0] != 9 {
				t.Errorf("after the error: %v", err)
			}
		})
	}
}

// TestLongLines pins lines far longer than any buffer.
func TestLongLines(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var b bytes.Buffer
	var want []*tsp.Instance
	for i, n := range []int{20000, 1, 3000} {
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = rng.Float64(), rng.Float64()
		}
		in, err := tsp.NewPoints(fmt.Sprint("f_", i), tsp.Exact2D, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, in)
		if err := WriteLine(&b, in, identity(n)); err != nil {
			t.Fatal(err)
		}
	}
	l := NewLines(&b, "f.txt")
	for _, w := range want {
		in, tour, err := l.Next()
		if err != nil || !reflect.DeepEqual(in, w) || !slices.Equal(tour, identity(w.N())) {
			t.Fatal(w.Name, err)
		}
	}
}

func TestWriteLine(t *testing.T) {
	in, err := tsp.NewPoints("x", tsp.Exact2D, []float64{0, 0.5, 1e-9}, []float64{1, 0.1, 0.30000000000000004}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		tour tsp.Tour
		want string
	}{{nil, "0 1 0.5 0.1 1e-09 0.30000000000000004\n"}, {tsp.Tour{2, 0, 1}, "0 1 0.5 0.1 1e-09 0.30000000000000004 output 3 1 2 3\n"}} {
		var b bytes.Buffer
		if err := WriteLine(&b, in, tt.tour); err != nil || b.String() != tt.want {
			t.Errorf("%q, %v", b.String(), err)
		}
	}
	if err := WriteLine(io.Discard, in, tsp.Tour{0, 0, 1}); err == nil {
		t.Error("a line with a bad tour")
	}
	euc, _ := tsp.NewPoints("x", tsp.Euc2D, []float64{0}, []float64{0}, nil)
	if err := WriteLine(io.Discard, euc, nil); err == nil {
		t.Error("a line of EUC_2D")
	}
	if err := in.SetFixed([][2]int32{{0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := WriteLine(io.Discard, in, nil); err == nil {
		t.Error("a line with fixed edges")
	}
}

// square returns a matrix of fractions, 0 on its diagonal.
func square(n int, between string) string {
	var b strings.Builder
	for i := range n {
		for j := range n {
			b.WriteString(map[bool]string{true: "0", false: "1.5"}[i == j])
			b.WriteString(map[bool]string{true: "\n", false: between}[j == n-1])
		}
	}
	return b.String()
}

func TestSniff(t *testing.T) {
	long, blank := strings.Repeat("COMMENT: words\n", 1000), strings.Repeat(" \r\n", 2*SniffLen)
	tests := []struct {
		text string
		want Kind
	}{
		{blank + "NAME: a\nTYPE: TOUR\n", KindTour}, {blank + "lat,lon\n1,2\n", KindPlaces}, {BOM + blank + "1 2\n", KindLines}, {blank, KindEmpty},
		{strings.Repeat(" ", 3*SniffLen) + "{", KindPlaces}, {blank + "\t1\t2\t3\t4\n1\t0\t1\t1\t1\n" + strings.Repeat("x", SniffLen), KindPlaces},
		{long + "TYPE : TOUR\n", KindTour}, {long + "TYPE : TSP\nCOMMENT: TOUR_SECTION\n", KindProblem}, {"COMMENT: " + strings.Repeat("x", SniffLen-14) + "\nTYPE:TOUR", KindTour},
		{"", KindEmpty}, {" \n\t\r\n", KindEmpty}, {"\xef\xbb\xbf\n", KindEmpty},
		{"\x1f\x8b\x08", KindBinary}, {"abc\x00", KindBinary}, {"\xff\xfea\x00", KindBinary},
		{"0.5 0.25 output 1 1\n", KindLines}, {"\n\n  -1e-3 .5", KindLines}, {".5 .5", KindLines}, {"\xef\xbb\xbf.5 .5", KindLines},
		{"NAME: x\nTYPE : TSP\n", KindProblem}, {"type:atsp", KindProblem}, {"NAME : x", KindProblem}, {long, KindProblem},
		{"DIMENSION: 5\nNODE_COORD_SECTION\n1 TOUR_SECTION\n", KindProblem}, {"WHAT: 4\nEDGE_WEIGHT_TYPE: GEO\n", KindProblem},
		{"NAME: TYPE : TOUR\nTYPE : TSP\n", KindProblem},
		{"NAME: x\nTYPE : TOUR\n", KindTour}, {"\xef\xbb\xbfNAME=x\r\nType=tour\r\n", KindTour}, {"DIMENSION: 3\nTOUR_SECTION\n1\n", KindTour},
		{"Hello world\n1 2 3\n", KindUnknown}, {"<html>", KindXML}, {"\xef\xbb\xbf\n<?xml version=\"1.0\"?>\n<kml>13.1,52.1</kml>\n", KindXML}, {"NAME a, b\nTYPE : TSP\n", KindProblem}, {"COMMENT\tlat\tso\nTYPE : TOUR", KindTour},
		{"{\"a\": 1}", KindPlaces}, {"\xef\xbb\xbf\n [[0]]", KindPlaces}, {"x,y\n1,2\n", KindPlaces}, {"name\tlat\tlon\n", KindPlaces}, {"NAME;LATITUDE;lng\r\n", KindPlaces},
		{"Name\tA\tB\nA\t0\t1\nB\t3\t0\n", KindPlaces}, {"\xef\xbb\xbf\nType\tA\tB\r\nType\t0\t1\t2\r\n", KindPlaces}, {"Comment\tA\tB\rA\t0\t1\r", KindPlaces},
		{"NAME\t:\tx\nTYPE\t:\tTSP\n", KindProblem}, {"COMMENT\ta\tb\nTYPE\tTSP\t\nTOUR_SECTION\n", KindProblem}, {"COMMENT\ta\tb", KindProblem},
		{"Name\t" + strings.Repeat("A\t", 3000) + "A\n", KindPlaces}, {"Name" + strings.Repeat("\tA", 1500) + "\nA" + strings.Repeat("\t1.5", 1500) + "\n", KindPlaces},
		{"0,5\n5,0\n", KindPlaces}, {"0;5,5\n5,5;0\n", KindPlaces}, {",a,b\na,0,1\n", KindPlaces}, {"1,Bonn,50,7\n", KindPlaces}, {"\x93NUMPY\x01\x00", KindPlaces},
		{"0\t5\n5\t0\n", KindLines}, {"0\t5\t7\n1\t0\t9\n2\t3\t0\n", KindLines}, {square(4, "\t"), KindPlaces}, {"\xef\xbb\xbf" + strings.ReplaceAll(square(4, "\t"), "\n", "\r\n"), KindPlaces},
		{square(4, " "), KindLines}, {square(4, "\t") + "EOF\n", KindLines}, {square(4, "\t") + "1\t2\t3\t4\n", KindLines}, {strings.Replace(square(4, "\t"), "0", "1", 1), KindLines},
		{"\t0\t1\n0\t0\t5\n1\t5\t0\n", KindPlaces}, {"\xef\xbb\xbf\n\t10\t20\r\n10\t0\t5\r\n20\t5\t0\r\n", KindPlaces}, {"\t1\t2\n\t1\t2\n", KindLines}, {"\t1\t2\n2\t1\n", KindLines},
		{"\t0\t1\t2\t" + strings.Repeat("3\t", 3000) + "\n", KindPlaces}, {"\t" + strings.Repeat("0.5\t", 2000) + "output\t1\n", KindLines},
		{square(200, "\t"), KindPlaces}, {"4\n" + square(4, "\t"), KindLines}, {strings.Repeat("0\t0\t0\t0\n", 2000), KindLines}, {"0.1 0.2 output 1, 2, 1\n", KindLines},
	}
	for _, tt := range tests {
		if got := Sniff([]byte(tt.text)); got != tt.want {
			t.Errorf("%.40q: %v, want %v", tt.text, got, tt.want)
		}
		kind, r, err := Detect(iotest.OneByteReader(strings.NewReader(tt.text)))
		if err != nil || kind != tt.want {
			t.Errorf("%.40q: %v, %v, want %v", tt.text, kind, err, tt.want)
		}
		if all, _ := io.ReadAll(r); string(all) != tt.text {
			t.Errorf("%.40q lost its beginning", tt.text)
		}
	}
	broken := errors.New("gone")
	if _, _, err := Detect(iotest.ErrReader(broken)); err != broken {
		t.Errorf("%v, want the reader's error", err)
	}
	for k := KindUnknown; k <= KindXML; k++ {
		if k.String() == "" || k > 0 && k.String() == KindUnknown.String() {
			t.Errorf("kind %d has no name", k)
		}
	}
}

func BenchmarkLines(b *testing.B) {
	rng := rand.New(rand.NewPCG(9, 10))
	var text []byte
	for i := range 2_000_000 {
		text = strconv.AppendFloat(text, rng.Float64(), 'f', -1, 64)
		text = append(text, ' ')
		if i%20000 == 19999 {
			text = append(text, '\n')
		}
	}
	b.Run("next", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			l := NewLines(bytes.NewReader(text), "f.txt")
			for {
				_, _, err := l.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("skip", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			l := NewLines(bytes.NewReader(text), "f.txt")
			for l.Skip() == nil {
			}
		}
	})
}

// FuzzLines reads anything as data set lines; what is read must come back from
// what is written.
func FuzzLines(f *testing.F) {
	f.Add([]byte("0 0 0 1 1 1 1 0 output 1 2 3 4 1\n0.1 0.2\n\n0.5 1e-3 .5 7 output 2 1 2"))
	f.Add([]byte("0 0 1 1 output 1\n5 5 output 1\r\n"))
	f.Add([]byte("\xef\xbb\xbf0.25 -1e300 output 1 1 "))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, skip := NewLines(bytes.NewReader(data), "f.txt"), NewLines(bytes.NewReader(data), "f.txt")
		for range len(data) + 2 {
			in, tour, err := l.Next()
			skipErr := skip.Skip()
			if (err == io.EOF) != (skipErr == io.EOF) {
				t.Fatal(err, skipErr)
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				checkFuzzError(t, err)
				continue
			}
			if tour != nil {
				if err := in.Check(tour); err != nil {
					t.Fatal(err)
				}
			}
			var b bytes.Buffer
			if err := WriteLine(&b, in, tour); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			back, backTour, err := NewLines(&b, "f.txt").Next()
			if err != nil {
				t.Fatalf("%v in %q", err, text)
			}
			back.Name = in.Name
			if tour == nil && in.N() <= 2 {
				tour = backTour
			}
			if !reflect.DeepEqual(in, back) || !reflect.DeepEqual(tour, backTour) {
				t.Fatalf("changed: %q", text)
			}
		}
		t.Fatal("no end")
	})
}
