package tsp

import (
	"math"
	"math/rand/v2"
	"testing"
)

// places returns an instance of the given latitudes and longitudes.
func places(t *testing.T, m Metric, latLon ...float64) *Instance {
	t.Helper()
	var x, y []float64
	for i := 0; i < len(latLon); i += 2 {
		x, y = append(x, latLon[i]), append(y, latLon[i+1])
	}
	in, err := NewPoints("places", m, x, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Distances that are known from elsewhere, in metres.
func TestEarthDistances(t *testing.T) {
	const quarter = math.Pi * MeanRadius / 2
	for _, c := range []struct {
		pins string
		m    Metric
		at   [4]float64
		want float64
	}{
		{"one place", Haversine, [4]float64{50, 7, 50, 7}, 0},
		{"pole to equator", Haversine, [4]float64{90, 12, 0, 77}, quarter},
		{"opposite", Haversine, [4]float64{30, 10, -30, -170}, 2 * quarter},
		{"a degree of the meridian", Haversine, [4]float64{40, 10, 41, 10}, quarter / 90},
		{"over the date line", Haversine, [4]float64{0, 179.5, 0, -179.5}, quarter / 90},
		{"a metre", Haversine, [4]float64{0, 0, 0, 90 / quarter}, 1},
		{"one place", Geodesic, [4]float64{50, 7, 50, 7}, 0},
		{"quarter of the meridian", Geodesic, [4]float64{0, 0, 90, 0}, 10001965.729},
		{"half of the meridian", Geodesic, [4]float64{0, 0, 0, 180}, 20003931.459},
		{"pole to pole", Geodesic, [4]float64{90, 0, -90, 50}, 20003931.459},
		{"a degree of the equator", Geodesic, [4]float64{0, 179.5, 0, -179.5}, 111319.491},
		{"Flinders Peak to Buninyong, of Vincenty's readers", Geodesic, [4]float64{-37.951033417, 144.424867889, -37.652821139, 143.926495528}, 54972.271},
		{"JFK to LHR, of GeographicLib", Geodesic, [4]float64{40.6, -73.8, 51.6, -0.5}, 5551759.400},
		{"Wellington to Salamanca, of GeographicLib", Geodesic, [4]float64{-41.32, 174.81, 40.96, -5.50}, 19959679.267},
		{"nearly opposite: Karney 2013, table 4", Geodesic, [4]float64{-30, 0, 29.9, 179.8}, 19989832.828},
		{"nearly opposite at the equator", Geodesic, [4]float64{0, 0, 0.5, 179.5}, 19936288.579},
	} {
		in := places(t, c.m, c.at[:]...)
		if got, back := in.earthDistance(0, 1), in.earthDistance(1, 0); math.Abs(got-c.want) > 1e-3 || got != back {
			t.Errorf("%v, %s: %.4f and back %.4f, want %.3f", c.m, c.pins, got, back, c.want)
		}
		if got := in.Dist(0, 1); got != int32(math.Floor(c.want+0.5)) {
			t.Errorf("%v, %s: %d, want %v rounded", c.m, c.pins, got, c.want)
		}
	}
	for _, at := range [][]float64{{1e7, 0}, {math.NaN(), 0}} {
		if _, err := NewPoints("bad", Geodesic, at[:1], at[1:], nil); err == nil {
			t.Errorf("%v is a place", at)
		}
	}
}

// The three ways to a geodesic agree to a tenth of a millimetre, and the two to a great circle.
func TestEarthTwins(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 20000
	for range n {
		lat := math.Asin(2*r.Float64()-1) * 180 / math.Pi
		lon := 360*r.Float64() - 180
		span := math.Pow(10, -4*r.Float64()) * 2.2 // degrees, up to shortLine
		turn := 2 * math.Pi * r.Float64()
		lat2 := lat + span*math.Sin(turn)
		lon2 := lon + span*math.Cos(turn)/max(0.01, math.Cos(lat*math.Pi/180))
		if math.Abs(lat2) > 90 || math.Abs(lon2) > 360 {
			continue
		}
		in := places(t, Geodesic, lat, lon, lat2, lon2)
		if got, want := in.earthDistance(0, 1), longGeodesic(&in.globe[0], &in.globe[1]); math.Abs(got-want) > 2e-4 {
			t.Fatalf("%v: short %.5f, Vincenty %.5f", [4]float64{lat, lon, lat2, lon2}, got, want)
		}
		far := places(t, Geodesic, lat, lon, 180*r.Float64()-90, 360*r.Float64()-180)
		p, q := far.globe[0], far.globe[1]
		l := math.Abs(math.Remainder(far.pts[0].y-far.pts[1].y, 2*math.Pi))
		twin := oppositeGeodesic(p.z/wgsB, math.Hypot(p.x, p.y)/wgsA, q.z/wgsB, math.Hypot(q.x, q.y)/wgsA, l)
		if got := far.earthDistance(0, 1); math.Abs(got-twin) > 3e-4 {
			t.Fatalf("%v: %.5f, by quadrature %.5f", far.X, got, twin)
		}
		for _, place := range []*Instance{in, far} {
			sphere := places(t, Haversine, place.X[0], place.Y[0], place.X[1], place.Y[1])
			a, b := sphere.pts[0], sphere.pts[1]
			h := sq(math.Sin((a.x-b.x)/2)) + math.Cos(a.x)*math.Cos(b.x)*sq(math.Sin((a.y-b.y)/2))
			if got, want := sphere.earthDistance(0, 1), 2*MeanRadius*math.Atan2(math.Sqrt(h), math.Sqrt(1-h)); math.Abs(got-want) > 1e-6*max(1, want/1e6) {
				t.Fatalf("%v %v: great circle %.8f, haversine formula %.8f", place.X, place.Y, got, want)
			}
		}
	}
}

// A Sub has the distances of its instance.
func TestEarthSub(t *testing.T) {
	in := places(t, Geodesic, 0, 0, 10, 10, 20, 20, 30, 30)
	var dst Instance
	local := func(c int32) int32 { return 3 - c }
	for range 2 {
		in.Sub(&dst, []int32{3, 2, 1}, local)
		if dst.Dist(0, 2) != in.Dist(3, 1) {
			t.Errorf("%d, want %d", dst.Dist(0, 2), in.Dist(3, 1))
		}
		flat, _ := NewPoints("flat", Euc2D, []float64{0, 3, 6}, []float64{0, 4, 8}, nil)
		flat.Sub(&dst, []int32{2, 0}, local) // dst is used again, for another metric
		if dst.Dist(0, 1) != 10 {
			t.Errorf("%d, want 10", dst.Dist(0, 1))
		}
	}
}

// Under Geo and GeoM the distance by the chord is that of the formula, near and far, also of a Sub.
func TestSphere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, m := range []Metric{Geo, GeoM} {
		const n = 1500
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], y[i] = 180*r.Float64()-90, 360*r.Float64()-180
			if i%3 > 0 { // some hundred metres to some hundred kilometres from the one before
				step := math.Pow(10, -3+3*r.Float64())
				x[i], y[i] = x[i-1]+step*r.NormFloat64(), y[i-1]+step*r.NormFloat64()
			}
		}
		in, err := NewPoints("sphere", m, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		cities := make([]int32, n)
		for i := range cities {
			cities[i] = int32(n - 1 - i)
		}
		var sub Instance
		in.Sub(&sub, cities, func(c int32) int32 { return n - 1 - c })
		formula := 0
		for i := range int32(n) {
			for j := range i {
				want := int32(in.between(in.pts[i], in.pts[j], 0))
				if got := in.Dist(i, j); got != want || in.Dist(j, i) != want || sub.Dist(n-1-i, n-1-j) != want {
					t.Fatalf("%v: from %v, %v to %v, %v it is %d, want %d", m, x[i], y[i], x[j], y[j], got, want)
				}
				if _, ok := in.sphereDistance(i, j); !ok {
					formula++
				}
			}
		}
		if formula > n*n/2/4 {
			t.Errorf("%v: the formula is asked %d times", m, formula)
		}
	}
}
