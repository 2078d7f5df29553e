package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
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

// rectangle has the cities 0 to 3 at the corners of 10 x 5, from south-west to north-west.
func rectangle() *tsp.Instance {
	return tsptest.Must(tsp.NewPoints("r", tsp.Euc2D, []float64{0, 10, 10, 0}, []float64{0, 0, 5, 5}, nil))
}

// drawn returns the lines of a picture of rectangle, as their cities and their colour, or how
// opaque they are.
func drawn(t *testing.T, picture *bytes.Buffer) (all []string) {
	t.Helper()
	line := regexp.MustCompile(`<path d="M([-\d.,L]+)" style="fill:none;stroke:(#\w+)(?:;stroke-opacity:(0\.\d+))?`)
	var lines [][]plotter.XY
	found := line.FindAllStringSubmatch(picture.String(), -1)
	for _, m := range found {
		var points plotter.XYs
		for _, pair := range strings.Split(m[1], "L") {
			var p plotter.XY
			if _, err := fmt.Sscanf(pair, "%g,%g", &p.X, &p.Y); err != nil {
				t.Fatal(pair, err)
			}
			points = append(points, p)
		}
		lines = append(lines, points)
	}
	left, right, low, high := plotter.XYRange(plotter.XYs(slices.Concat(lines...)))
	if ratio := (right - left) / (high - low); math.Abs(ratio-2) > 0.05 {
		t.Errorf("a rectangle of 10 x 5 is drawn %.3f times as wide as high", ratio)
	}
	for i, points := range lines {
		var cities []string
		for _, p := range points {
			east, north := p.X > (left+right)/2, p.Y > (low+high)/2
			cities = append(cities, map[[2]bool]string{{false, false}: "0", {true, false}: "1", {true, true}: "2", {false, true}: "3"}[[2]bool{east, north}])
		}
		paint := found[i][2]
		if opacity := found[i][3]; opacity != "" {
			paint = fmt.Sprintf("%.3s", opacity)
		}
		all = append(all, strings.Join(cities, "-")+" "+paint)
	}
	return all
}

// A line runs through its cities, warmer where it begins at one of more visits: grey for none, from
// blue for one to red for the most, halfway for 2 of 3.
func TestLinesOfTours(t *testing.T) {
	for _, c := range []struct {
		path   bool
		visits []uint16
		want   string
	}{
		{false, nil, "0-2-1-3-0 #1F4E8C"},
		{true, nil, "0-2-1-3 #1F4E8C"},
		{false, []uint16{1, 3, 0, 3}, "0-2 #2050E0; 2-1 #B0B0B0; 1-3-0 #E05020"},
		{true, []uint16{1, 2, 3, 3}, "0-2 #2050E0; 2-1 #E05020; 1-3 #7F5081"},
	} {
		in := rectangle()
		if c.path {
			in.Ends = &tsp.Ends{Start: -1, End: -1}
		}
		var b bytes.Buffer
		if err := Tour(&b, "svg", "r", in, tsp.Tour{0, 2, 1, 3}, c.visits); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(drawn(t, &b), "; "); got != c.want {
			t.Errorf("visits %v: drawn are %s, want %s", c.visits, got, c.want)
		}
	}
}

// A map's edges are drawn once each, as opaque as they are probable, but for what nobody would see,
// over the tour and under a dot a city.
func TestHeatmap(t *testing.T) {
	const sure, faint, none = 0.9, 0.03, 0.0001
	m := tsptest.Must(heatmap.New("m", 4, func(i int32, add func(j int32, p float32)) {
		for _, e := range []struct {
			i, j int32
			p    float32
		}{{0, 1, sure}, {1, 2, faint}, {2, 3, none}} {
			switch i {
			case e.i:
				add(e.j, e.p)
			case e.j:
				add(e.i, e.p)
			}
		}
	}))
	var b bytes.Buffer
	if err := Heatmap(&b, "svg", "r", rectangle(), m, tsp.Tour{0, 2, 1, 3}); err != nil {
		t.Fatal(err)
	}
	// The factor is 8/1.86, so that 0.03 becomes 0.129, and 0.9 more than 1.
	const want = "0-2 #E8C46A; 2-1 #E8C46A; 1-3 #E8C46A; 3-0 #E8C46A; 0-1 #1F4E8C; 1-2 0.1"
	if got := strings.Join(drawn(t, &b), "; "); got != want {
		t.Errorf("drawn are %s, want %s", got, want)
	}
	if got := strings.Count(b.String(), "fill:#C0392B"); got != 4 {
		t.Errorf("%d dots, want 4", got)
	}
}
