package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"tspmcts/tsp"
)

// A route is drawn whole, each piece beginning where the last ended.
func TestRoutePieces(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 0, 2: 1, 3: 1, 51: 1, 52: 2, 101: 2, 102: 3} {
		points := make(plotter.XYs, n)
		for i := range points {
			points[i].X = float64(i)
		}
		all := pieces(points)
		if len(all) != want {
			t.Errorf("%d points: %d pieces, want %d", n, len(all), want)
			continue
		}
		at := 0.0
		for _, piece := range all {
			if piece[0].X != at {
				t.Errorf("%d points: a piece begins at %v, the last ended at %v", n, piece[0].X, at)
			}
			at = piece[len(piece)-1].X
		}
		if n > 1 && at != float64(n-1) {
			t.Errorf("%d points: drawn up to %v", n, at)
		}
	}
}

// Long edges make short pieces.
func TestLongEdges(t *testing.T) {
	points := make(plotter.XYs, 61)
	for i := range points {
		points[i].Y = float64(i % 2)
	}
	if all := pieces(points); len(all) != 10 || len(all[0]) != 7 {
		t.Errorf("to and fro 60 times: %d pieces, want 10", len(all))
	}
}

// Where cities are drawn, and that pictures are whole: also of one city, of cities in
// one place, and of many.
func TestTour(t *testing.T) {
	matrix, err := tsp.NewMatrix("m", 3, []int32{0, 1, 2, 1, 0, 3, 2, 3, 0})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Places(matrix); !errors.Is(err, ErrNoPlaces) {
		t.Error(err)
	}
	matrix.DisplayX, matrix.DisplayY = []float64{4, 5, 6}, []float64{7, 8, 9}
	if x, y, err := Places(matrix); err != nil || x[1] != 5 || y[1] != 8 {
		t.Error(x, y, err)
	}
	geo, err := tsp.NewPoints("g", tsp.Geo, []float64{52.3, 48.1}, []float64{13.2, 11.3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if x, y, err := Places(geo); err != nil || x[0] != 13.2 || y[0] != 52.3 {
		t.Errorf("north is not up: %v %v %v", x, y, err)
	}
	for _, n := range []int{1, 2, 5, manyCities + 1} {
		x, y := make([]float64, n), make([]float64, n)
		tour := make(tsp.Tour, n)
		for i := range tour {
			tour[i] = int32(i)
			x[i], y[i] = float64(i%70), float64(i/70)
		}
		if n == 2 {
			x[1] = 0
		}
		in, err := tsp.NewPoints("p", tsp.Euc2D, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range Formats {
			if n > manyCities && format == "png" {
				continue // it takes its time
			}
			var b bytes.Buffer
			if err := Tour(&b, format, "the\atitle", in, tour, nil); err != nil {
				t.Fatal(err)
			}
			if format == "png" {
				if _, err := png.Decode(&b); err != nil {
					t.Errorf("%d cities: %v", n, err)
				}
			} else if err := xml.Unmarshal(b.Bytes(), new(struct{})); err != nil || !strings.Contains(b.String(), ">the title<") {
				t.Errorf("%d cities: %v", n, err)
			}
		}
	}
}

// A path is drawn without the way back, whatever its colours.
func TestPath(t *testing.T) {
	in, err := tsp.NewPoints("p", tsp.Euc2D, []float64{0, 5, 9, 7}, []float64{0, 1, 4, 8}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const page = 3 // lines around the page
	lines := regexp.MustCompile(`L[\d.]+,[\d.]+`)
	for _, visits := range [][]uint16{nil, {1, 1, 1, 1}, {3, 2, 1, 4}, {1, 2, 2, 2}} {
		for _, want := range []int{4, 3} {
			in.Ends = nil
			if want == 3 {
				in.Ends = &tsp.Ends{Start: -1, End: -1}
			}
			var b bytes.Buffer
			if err := Tour(&b, "svg", "p", in, tsp.Tour{0, 1, 2, 3}, visits); err != nil {
				t.Fatal(err)
			}
			if got := len(lines.FindAllString(b.String(), -1)) - page; got != want {
				t.Errorf("visits %v, ends %v: %d lines, want %d", visits, in.Ends, got, want)
			}
		}
	}
}
