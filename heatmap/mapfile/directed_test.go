package mapfile

import (
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
