package tsp

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Distances worked out by hand from the rules of TSPLIB95.
func TestDistances(t *testing.T) {
	type at = [3]float64
	for _, c := range []struct {
		pins string
		m    Metric
		p, q at
		want int32
	}{
		{"3-4-5", Euc2D, at{0, 0}, at{3, 4}, 5},
		{"1.41 goes down", Euc2D, at{0, 0}, at{1, 1}, 1},
		{"0.5 goes up", Euc2D, at{0, 0}, at{0.5, 0}, 1},
		{"2.5 goes up, not to even", Euc2D, at{0, 0}, at{0, 2.5}, 3},
		{"negative coordinates", Euc2D, at{-1, -1}, at{2, 3}, 5},
		{"space", Euc3D, at{0, 0, 0}, at{1, 2, 2}, 3},
		{"space, 1.73 goes up", Euc3D, at{0, 0, 0}, at{1, 1, 1}, 2},
		{"1.41 up", Ceil2D, at{0, 0}, at{1, 1}, 2},
		{"an integer stays", Ceil2D, at{0, 0}, at{3, 4}, 5},
		{"1.73 up", Ceil3D, at{0, 0, 0}, at{1, 1, 1}, 2},
		{"2.83 down", Floor2D, at{0, 0}, at{2, 2}, 2},
		{"1.73 down", Floor3D, at{0, 0, 0}, at{1, 1, 1}, 1},
		{"rounded after the sum", Man2D, at{0, 0}, at{0.4, -0.4}, 1},
		{"a sum of 2.5 goes up", Man2D, at{0, 0}, at{1.25, 1.25}, 3},
		{"three axes", Man3D, at{0, 0, 0}, at{0.4, 0.4, 0.4}, 1},
		{"each axis is rounded", Max2D, at{0, 0}, at{2.5, 2.25}, 3},
		{"larger axis", Max2D, at{0, 0}, at{-7, 3}, 7},
		{"third axis", Max3D, at{0, 0, 0}, at{1, 2, 7.5}, 8},
		{"3.16 rounds to 3, which is too short", Att, at{0, 0}, at{10, 0}, 4},
		{"3 stays", Att, at{0, 0}, at{9, 3}, 3},
		{"3.79 rounds to 4", Att, at{0, 0}, at{12, 0}, 4},
		{"a degree is 111.32 km", Geo, at{0, 0}, at{0, 1}, 112},
		{"x is the latitude", Geo, at{60, 0}, at{60, 1}, 56},
		{".30 is half a degree", Geo, at{0, 0}, at{0, 0.30}, 56},
		{"minutes above 59 do not round the degree up", Geo, at{0, 0}, at{0, 0.75}, 140},
		{"-1.30 is a degree and a half", Geo, at{0, 0}, at{-1.30, 0}, 167},
		{"-0.75 is 75 minutes south", Geo, at{0, 0}, at{-0.75, 0}, 140},
		{"one place", Geo, at{50, 7}, at{50, 7}, 1},
		{"antipodes", Geo, at{0, 0}, at{0, 180}, 20039},
		{"over the date line", Geo, at{0, 179.30}, at{0, -179.30}, 112},
		{"pole to pole", Geo, at{90, 0}, at{-90, 77}, 20039},
		{"a degree is 111323.9 m", GeoM, at{0, 0}, at{0, 1}, 111324},
		{".5 is half a degree", GeoM, at{0, 0}, at{0.5, 0}, 55662},
		{"one place", GeoM, at{50, 7}, at{50, 7}, 1},
		{"over the date line", GeoM, at{0, 179.5}, at{0, -179.5}, 111324},
		{"phi the short way round", XRay1, at{350, 0, 0}, at{10, 0, 0}, 2000},
		{"phi more than a turn apart", XRay1, at{-200, 0, 0}, at{200, 0, 0}, 4000},
		{"chi is slowest, and does not wrap", XRay1, at{350, 0, 0}, at{10, 345, 1}, 34500},
		{"theta", XRay1, at{0, 0, 0}, at{1, 1, 1.25}, 125},
		{"phi / 1.25", XRay2, at{350, 0, 0}, at{10, 0, 0}, 1600},
		{"chi / 1.5", XRay2, at{0, 0, 0}, at{0, 30, 0}, 2000},
		{"theta / 1.15", XRay2, at{0, 0, 0}, at{0, 0, 2.3}, 200},
		{"the extent 1 is 2^29", Exact2D, at{0, 0}, at{1, 0}, 1 << 29},
		{"the extent 2^20 is 2^29", Exact2D, at{0, 0}, at{1 << 20, 0}, 1 << 29},
		{"just below a power of two", Exact2D, at{0, 0}, at{1 - 0x1p-53, 0}, 1 << 30},
		{"the extent is the sum over the axes", Exact3D, at{0, 0, 0}, at{1, 1, 1}, 464943848}, // sqrt(3) 2^28
	} {
		var z []float64
		if c.m.Dims() == 3 {
			z = []float64{c.p[2], c.q[2]}
		}
		in, err := NewPoints("", c.m, []float64{c.p[0], c.q[0]}, []float64{c.p[1], c.q[1]}, z)
		if err != nil {
			t.Errorf("%v: %s: %v", c.m, c.pins, err)
			continue
		}
		if got, back := in.Dist(0, 1), in.Dist(1, 0); got != c.want || back != got {
			t.Errorf("%v: %s: %d and back %d, want %d", c.m, c.pins, got, back, c.want)
		}
		if got := in.Dist(1, 1); got != 0 {
			t.Errorf("%v: a city to itself: %d", c.m, got)
		}
	}
}

func TestDistIsSymmetricAndBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	for _, m := range allMetrics() {
		for l := range layouts {
			in := build(t, m, l, 60, 9)
			for range 500 {
				i, j := int32(r.IntN(60)), int32(r.IntN(60))
				d := in.Dist(i, j)
				if d != in.Dist(j, i) || d < 0 || d > MaxDist || i == j && d != 0 {
					t.Fatalf("%s: d(%d,%d) = %d, d(%d,%d) = %d", in.Name, i, j, d, j, i, in.Dist(j, i))
				}
			}
		}
	}
}

func TestMetricNames(t *testing.T) {
	for _, m := range allMetrics() {
		if got, ok := ParseMetric(m.String()); !ok || got != m {
			t.Errorf("ParseMetric(%q) = %v, %v", m.String(), got, ok)
		}
	}
	if _, ok := ParseMetric("SPECIAL"); ok {
		t.Error("SPECIAL is a metric")
	}
}

func TestNewPointsRefuses(t *testing.T) {
	one := []float64{0, 1}
	for _, c := range []struct {
		pins    string
		m       Metric
		x, y, z []float64
		want    string
	}{
		{"no city", Euc2D, nil, nil, nil, "at least one"},
		{"a matrix", Explicit, one, one, nil, "no coordinates"},
		{"z missing", Euc3D, one, one, nil, "3 coordinates"},
		{"z too many", Euc2D, one, one, one, "2 coordinates"},
		{"y too short", Euc2D, one, one[:1], nil, "2 coordinates"},
		{"not a number", Euc2D, one, []float64{0, math.NaN()}, nil, "city 2"},
		{"infinite", Exact2D, []float64{math.Inf(1), 0}, one, nil, "city 1"},
		{"too far apart for an int32", Euc2D, []float64{0, 2e9}, one, nil, "scale"},
		{"Manhattan sums", Man2D, []float64{0, 6e8}, []float64{0, 6e8}, nil, "scale"},
		{"a diagonal", Ceil2D, []float64{0, 8e8}, []float64{0, 8e8}, nil, "up to 1.13e+09 apart"},
		{"one axis", Max3D, []float64{0, 5}, []float64{0, 1.2e9}, one, "up to 1.2e+09 apart"},
		{"scaled beyond float64", Exact2D, []float64{1e9, 1e9}, []float64{1e-312, 2e-312}, nil, "span"},
		{"lengths beyond float64", Exact2D, []float64{1e308, 0}, one, nil, "span"},
		{"beyond float64", Exact2D, []float64{-1e308, 1e308}, one, nil, "span"},
		{"no degrees", Geo, []float64{0, 1e300}, one, nil, "degrees"},
		{"angles", XRay1, []float64{0, 2e7}, one, one, "angles"},
	} {
		_, err := NewPoints("", c.m, c.x, c.y, c.z)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.pins, err, c.want)
		}
	}
	// Distances that are not Euclidean have no exact metric.
	for m, instead := range map[Metric]string{Euc2D: "EXACT_2D", Ceil2D: "EXACT_2D", Floor2D: "EXACT_2D", Euc3D: "EXACT_3D", Ceil3D: "EXACT_3D",
		Floor3D: "EXACT_3D", Man2D: "", Man3D: "", Max2D: "", Max3D: "", Att: ""} {
		far := [][]float64{{0, 1e12}, {0, 0}, nil}
		if m.Dims() == 3 {
			far[2] = far[1]
		}
		_, err := NewPoints("", m, far[0], far[1], far[2])
		if text := fmt.Sprint(err); !strings.Contains(text, "scale the coordinates down") || strings.Contains(text, "EXACT") != (instead != "") || !strings.Contains(text, instead) {
			t.Errorf("%v: %v, want %q", m, err, instead)
		}
	}
	for _, m := range []Metric{Euc2D, Ceil2D, Floor2D, Att, Max2D} { // as far apart by the sum of the axes
		in, err := NewPoints("", m, []float64{0, 7.5e8}, []float64{0, 7.5e8}, nil)
		if err != nil {
			t.Errorf("%v: %v", m, err)
		} else if d := in.Dist(0, 1); d <= 0 || d > MaxDist {
			t.Errorf("%v: distance %d", m, d)
		}
	}
	if _, err := NewMatrix("", 2, []int32{0, 1, 2, 0}); err == nil {
		t.Error("an asymmetric matrix is taken")
	}
	const n = 130 // several tiles
	wide := make([]int32, n*n)
	wide[100*n+63] = 1
	if _, err := NewMatrix("", n, wide); err == nil {
		t.Error("a matrix that is asymmetric at the last column of a tile is taken")
	}
	for _, n := range []int{1 << 16, 1 << 30, math.MaxInt/2 + 1} { // whose squares are 0 in 32 or 64 bits
		if _, err := NewDirected("", n, nil); err == nil {
			t.Errorf("no distances are a matrix of %d cities", n)
		}
	}
	if _, err := NewMatrix("", 2, []int32{0, -1, -1, 0}); err == nil {
		t.Error("a negative distance is taken")
	}
	if _, err := NewMatrix("", 2, []int32{99, 1, 1, -5}); err != nil {
		t.Errorf("junk on the diagonal: %v", err)
	}
}

func TestExactScaleAtTheEndsOfTheRange(t *testing.T) {
	for _, extent := range []float64{1e-295, 1e-9, 1, 3, 1e9, 1e15, 1e300} {
		in, err := NewPoints("", Exact2D, []float64{0, extent, extent / 2}, []float64{0, 0, extent / 4}, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := extent * (1 + 2*math.Sqrt(0.3125))
		tour := Tour{0, 1, 2}
		if got := in.Value(tour); math.Abs(got/want-1) > 1e-15 {
			t.Errorf("extent %v: value %v, want %v", extent, got, want)
		}
		if got := in.InUnit(in.Length(tour)); math.Abs(got/want-1) > 1e-8 {
			t.Errorf("extent %v: length in unit %v, want %v", extent, got, want)
		}
	}
}

func TestValueOfUniformTours(t *testing.T) {
	for _, m := range []Metric{Exact2D, Exact3D} {
		in := build(t, m, 0, 500, 1)
		tour := SpaceFillingCurve(context.Background(), in)
		want := 0.0
		for i, v := range tour {
			w := tour[(i+1)%len(tour)]
			d := sq(in.X[v]-in.X[w]) + sq(in.Y[v]-in.Y[w])
			if in.Z != nil {
				d += sq(in.Z[v] - in.Z[w])
			}
			want += math.Sqrt(d)
		}
		if got := in.Value(tour); got != want {
			t.Errorf("%v: value %v, want %v", m, got, want)
		}
		if got := in.InUnit(in.Length(tour)); math.Abs(got/want-1) > 1e-7 {
			t.Errorf("%v: %v from the core length, want %v", m, got, want)
		}
	}
	in := build(t, Euc2D, 0, 50, 1)
	if tour := SpaceFillingCurve(context.Background(), in); in.Value(tour) != float64(in.Length(tour)) {
		t.Error("an integer metric's value is not its length")
	}
}

func TestCheck(t *testing.T) {
	in := build(t, Euc2D, 0, 4, 1)
	if err := in.SetFixed([][2]int32{{3, 0}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		pins string
		tour Tour
		want string
	}{
		{"a tour, its fixed edge at the seam", Tour{0, 1, 2, 3}, ""},
		{"short", Tour{0, 1, 2}, "3 cities"},
		{"long", Tour{0, 1, 2, 3, 0}, "5 cities"},
		{"twice", Tour{0, 1, 1, 3}, "positions 2 and 3"},
		{"too high", Tour{0, 1, 2, 4}, "city 5"},
		{"negative", Tour{-1, 1, 2, 3}, "position 1"},
		{"without the fixed edge", Tour{0, 1, 3, 2}, "fixed edge 4-1"},
	} {
		err := in.Check(c.tour)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.pins, err, c.want)
		}
	}
}

func TestSetFixed(t *testing.T) {
	in := build(t, Euc2D, 0, 5, 1)
	for _, c := range []struct {
		pins  string
		edges [][2]int32
		want  string
	}{
		{"none", nil, ""},
		{"a path", [][2]int32{{0, 1}, {2, 1}}, ""},
		{"twice, both ways", [][2]int32{{0, 1}, {1, 0}}, ""},
		{"a whole tour", [][2]int32{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}, ""},
		{"three at a city", [][2]int32{{0, 1}, {0, 2}, {0, 3}}, "more than two"},
		{"a short cycle", [][2]int32{{0, 1}, {1, 2}, {2, 0}}, "cycle"},
		{"a loop", [][2]int32{{1, 1}}, "different cities"},
		{"no such city", [][2]int32{{0, 5}}, "different cities"},
	} {
		err := in.SetFixed(c.edges)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.pins, err, c.want)
		}
		if err == nil {
			for _, e := range c.edges {
				if !in.IsFixed(e[0], e[1]) || !in.IsFixed(e[1], e[0]) {
					t.Errorf("%s: %v is not fixed", c.pins, e)
				}
			}
		}
	}
}

func BenchmarkDist(b *testing.B) {
	for _, m := range allMetrics() {
		in := build(b, m, 0, 1024, 1)
		b.Run(fmt.Sprint(m), func(b *testing.B) {
			var sum int64
			i := int32(0)
			for b.Loop() {
				i++
				sum += int64(in.Dist(i&1023, (i*7)&1023))
			}
			_ = sum
		})
	}
}
