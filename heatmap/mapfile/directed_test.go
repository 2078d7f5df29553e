package mapfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// A matrix of a directed instance is believed of the way from the row's city to the column's.
func TestDirected(t *testing.T) {
	in := tsptest.Directed(4, 1)
	build := func(in *tsp.Instance, text string) (*heatmap.Map, error) {
		s, err := heatmap.Parse("file:p.txt")
		if err != nil {
			t.Fatal(err)
		}
		return s.Build(t.Context(), heatmap.Request{Instance: in, Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
	}
	text := "4\n0 .75 .25 0\n0 0 .5 .5\n.25 .25 0 .5\n1 0 0 0\n"
	for _, path := range []bool{false, true} {
		if path {
			if err := in.SetEnds(-1, -1); err != nil {
				t.Fatal(err)
			}
		}
		sym := tsp.NewSymmetric(in).Instance
		m, err := build(sym, text)
		if err != nil || m.Check() != nil || m.N() != sym.N() {
			t.Fatal(err, m)
		}
		cities, p := m.Of(2*0 + 1) // city 0 is left
		if !slices.Equal(cities, []int32{2, 4}) || !slices.Equal(p, []float32{.75, .25}) {
			t.Errorf("city 0 is left for %v with %v", cities, p)
		}
		cities, p = m.Of(2 * 0) // and entered
		if !slices.Equal(cities, []int32{7, 5}) || !slices.Equal(p, []float32{1, .25}) {
			t.Errorf("city 0 is entered from %v with %v", cities, p)
		}
		var own strings.Builder
		if err := Write(&own, m); err != nil {
			t.Fatal(err)
		}
		if _, err := build(sym, own.String()); !errors.Is(err, ErrFormat) {
			t.Errorf("a symmetric map: %v", err)
		}
	}
}

// A matrix in Fortran order is not taken for its transpose; one of symmetric distances may be in it.
func TestDirectedFortran(t *testing.T) {
	ways := &heatmap.Map{Start: []int32{0, 1, 2, 3}, City: []int32{1, 2, 0}, P: []float32{.75, .5, .25}}
	for _, batch := range []bool{false, true} {
		var b bytes.Buffer
		if err := WriteNPY(&b, 64, batch, ways); err != nil {
			t.Fatal(err)
		}
		file := []byte(strings.NewReplacer("False", "True", ", }", ", } ").Replace(b.String()))
		_, err := Read(bytes.NewReader(file), "f", ReadOptions{Cities: 3, Directed: true})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "Fortran order, want C order") {
			t.Errorf("batch %v: %v", batch, err)
		}
		want := tsptest.Must(Read(&b, "c", ReadOptions{Cities: 3}))
		sameEntries(t, "symmetric", want, tsptest.Must(Read(bytes.NewReader(file), "f", ReadOptions{Cities: 3})))
	}
}

// What is built of a directed instance comes back from a matrix as it was, in any of its formats.
func TestWays(t *testing.T) {
	sym := tsp.NewSymmetric(tsptest.Directed(60, 1)).Instance
	for _, source := range []string{"gtprior", "alpha", "softdist"} {
		s, err := heatmap.Parse(source)
		if err != nil {
			t.Fatal(err)
		}
		m := tsptest.Must(s.Build(t.Context(), heatmap.Request{Instance: sym}))
		ways := m.Ways()
		if ways.N() != 60 {
			t.Fatalf("%s: %d cities, want 60", source, ways.N())
		}
		var dense, npy bytes.Buffer
		if err := errors.Join(WriteDense(&dense, ways), WriteNPY(&npy, 32, false, ways)); err != nil {
			t.Fatal(err)
		}
		for _, b := range []*bytes.Buffer{&dense, &npy} {
			back, err := Read(b, "ways", ReadOptions{Cities: 60, Keep: 60, Directed: true})
			if err != nil {
				t.Fatal(err)
			}
			for i := range int32(sym.N()) {
				want, believed := make([]float32, sym.N()), make([]float32, sym.N())
				m.Spread(want, i)
				back.Spread(believed, i)
				want[i^1] = 0 // the halves of a city
				if !slices.Equal(believed, want) {
					t.Fatalf("%s: of %d is believed %v, want %v", source, i, believed, want)
				}
			}
		}
	}
}
