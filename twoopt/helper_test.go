package twoopt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// layouts place cities in a square of the given side.
var layouts = []struct {
	name  string
	place func(r *rand.Rand, n int, side float64) (x, y, z []float64)
}{
	{"uniform", func(r *rand.Rand, n int, side float64) (x, y, z []float64) {
		return axis(r, n, side), axis(r, n, side), axis(r, n, side)
	}},
	{"clustered", func(r *rand.Rand, n int, side float64) (x, y, z []float64) {
		x, y, z = axis(r, n, side), axis(r, n, side), axis(r, n, side)
		for i := 4; i < n; i++ {
			x[i], y[i], z[i] = x[i%4]+x[i]/50, y[i%4]+y[i]/50, z[i%4]+z[i]/50
		}
		return x, y, z
	}},
	{"duplicates", func(r *rand.Rand, n int, side float64) (x, y, z []float64) {
		x, y, z = axis(r, n, side), axis(r, n, side), axis(r, n, side)
		for i := (n + 3) / 4; i < n; i++ {
			j := i % ((n + 3) / 4)
			x[i], y[i], z[i] = x[j], y[j], z[j]
		}
		return x, y, z
	}},
	{"one place", func(_ *rand.Rand, n int, _ float64) (x, y, z []float64) {
		return make([]float64, n), make([]float64, n), make([]float64, n)
	}},
	{"collinear", func(r *rand.Rand, n int, side float64) (x, y, z []float64) {
		return axis(r, n, side), make([]float64, n), make([]float64, n)
	}},
	{"grid", func(r *rand.Rand, n int, side float64) (x, y, z []float64) {
		x, y, z = make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			x[i], y[i], z[i] = float64(i%7)*side/10, float64(i/7%7)*side/10, float64(i/49)*side/10
		}
		return x, y, z
	}},
}

func axis(r *rand.Rand, n int, side float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.Float64() * side
	}
	return v
}

// metrics lists every metric.
func metrics() (all []tsp.Metric) {
	for m := tsp.Explicit; m <= tsp.XRay2; m++ {
		all = append(all, m)
	}
	return all
}

// build returns an instance of n cities; an Explicit one is a random matrix.
func build(m tsp.Metric, layout, n int, seed uint64) *tsp.Instance {
	if m == tsp.Explicit {
		return tsptest.Random(m, n, seed)
	}
	r := rand.New(rand.NewPCG(seed, uint64(m)))
	side := 1000.0
	if m.Degrees() {
		side = 80
	}
	x, y, z := layouts[layout].place(r, n, side)
	if m.Dims() == 2 {
		z = nil
	}
	return tsptest.Must(tsp.NewPoints(fmt.Sprint(m, layouts[layout].name), m, x, y, z))
}

// uniform returns a large instance.
func uniform(n int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	return tsptest.Must(tsp.NewPoints("uniform", tsp.Euc2D, axis(r, n, 1e6), axis(r, n, 1e6), nil))
}

// fixSome demands about a quarter of the edges of tour.
func fixSome(in *tsp.Instance, tour tsp.Tour, r *rand.Rand) {
	var edges [][2]int32
	for i := 0; i+1 < len(tour); i++ {
		if r.IntN(4) == 0 {
			edges = append(edges, [2]int32{tour[i], tour[i+1]})
		}
	}
	if err := in.SetFixed(edges); err != nil {
		panic(err)
	}
}

// nearest returns the k nearest cities of each as candidates.
func nearest(in *tsp.Instance, k int) *Candidates {
	nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, k))
	return NewCandidates(in, nb.Of)
}

func randomTour(n int, r *rand.Rand) tsp.Tour {
	t := make(tsp.Tour, n)
	for i, c := range r.Perm(n) {
		t[i] = int32(c)
	}
	return t
}

// canonical returns the cycle that order is: from city 0 on, towards its lower
// neighbour.
func canonical(order []int32) []int32 {
	at := slices.Index(order, 0)
	c := append(slices.Clone(order[at:]), order[:at]...)
	if len(c) > 2 && c[1] > c[len(c)-1] {
		slices.Reverse(c[1:])
	}
	return c
}

// checkTour fails unless s is the cycle want, with its inverse.
func checkTour(t *testing.T, s *Tour, want []int32, what string, args ...any) {
	t.Helper()
	for p, c := range s.Order {
		if int(s.Pos[c]) != p {
			t.Fatalf("%s: city %d is at position %d, the index says %d", fmt.Sprintf(what, args...), c, p, s.Pos[c])
		}
	}
	if got := canonical(s.Order); !slices.Equal(got, canonical(want)) {
		t.Fatalf("%s: got %v, want %v", fmt.Sprintf(what, args...), got, canonical(want))
	}
}
