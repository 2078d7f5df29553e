package bench

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Coverage against all tours of 8 cities that run in the graph: the search finds the
// best of them, and none where there is none. Fixed edges, half of the time, are in every graph.
func TestCoverageTwin(t *testing.T) {
	const n = 8
	seen := map[string]int{}
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 1))
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = math.Floor(1e6*rng.Float64()), math.Floor(1e6*rng.Float64())
		}
		in, err := tsp.NewPoints("small", tsp.Euc2D, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		nb, err := tsp.NearestNeighbors(context.Background(), in, n-1)
		if err != nil {
			t.Fatal(err)
		}
		m := tsptest.Must(heatmap.KNN(context.Background(), in, nb, n-1))
		if got, err := Coverage(context.Background(), in, m, nil, 0); got != nil || err != nil {
			t.Errorf("nobody looked, found %v (%v)", got, err)
		}
		for k := 1; k < n; k++ {
			inside := map[[2]int32]bool{}
			for i := range int32(n) {
				cities, _ := m.Of(i)
				for _, j := range cities[:min(k, len(cities))] {
					inside[[2]int32{i, j}], inside[[2]int32{j, i}] = true, true
				}
			}
			tour := tsp.Tour(make([]int32, n)) // any, so that the share may be above 1
			for i, j := range rng.Perm(n) {
				tour[i] = int32(j)
			}
			if seed%2 == 1 {
				fixed := [][2]int32{{tour[0], tour[1]}, {tour[3], tour[4]}, {tour[6], tour[7]}}
				if err := in.SetFixed(fixed); err != nil {
					t.Fatal(err)
				}
				for _, e := range fixed {
					inside[e], inside[[2]int32{e[1], e[0]}] = true, true
				}
			}
			all, best := true, int64(0)
			for at, i := range tour {
				all = all && inside[[2]int32{i, tour[(at+1)%n]}]
			}
			var extend func(path []int32, length int64)
			extend = func(path []int32, length int64) {
				last := path[len(path)-1]
				for j := range int32(n) {
					if len(path) == n && j == path[0] && inside[[2]int32{last, j}] && in.Check(path) == nil {
						if l := length + int64(in.Dist(last, j)); best == 0 || l < best {
							best = l
						}
					}
					used := false
					for _, c := range path {
						used = used || c == j
					}
					if !used && inside[[2]int32{last, j}] {
						extend(append(path, j), length+int64(in.Dist(last, j)))
					}
				}
			}
			extend([]int32{0}, 0)
			want := 0.0
			switch {
			case all:
				want = 1
			case best > 0:
				want = in.Value(tour) / float64(best)
			}
			got, err := Coverage(context.Background(), in, m, tour, k)
			if err != nil || got == nil || math.Abs(*got-want) > 1e-9 {
				t.Errorf("seed %d, %d candidates: %v (%v), want %v", seed, k, got, err, want)
				continue
			}
			switch {
			case *got == 0:
				seen["none"]++
			case all:
				seen["all"]++
			default:
				seen["some"]++
			}
		}
	}
	if seen["none"] == 0 || seen["some"] == 0 {
		t.Errorf("%v", seen)
	}
}

// Fixed edges join three near pairs, each city's only candidates: the graph holds one tour.
func TestCoverageOfFixed(t *testing.T) {
	in := tsptest.Must(tsp.NewPoints("pairs", tsp.Euc2D, []float64{0, 1, 1000, 1001, 500, 501}, []float64{0, 0, 0, 0, 900, 900}, nil))
	if err := in.SetFixed([][2]int32{{1, 2}, {3, 4}, {5, 0}}); err != nil {
		t.Fatal(err)
	}
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 1))
	m := tsptest.Must(heatmap.KNN(t.Context(), in, nb, 1))
	tour := tsp.Tour{0, 1, 2, 4, 3, 5}
	want := in.Value(tour) / in.Value(tsp.Tour{0, 1, 2, 3, 4, 5})
	if got, err := Coverage(t.Context(), in, m, tour, 1); err != nil || got == nil || *got != want {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
}

// A file of an instance has one name, whether it is written or read.
func TestFileOfItem(t *testing.T) {
	item := &Item{Name: "a:b/c\\d\te", Index: 7}
	if got, err := item.File("maps/{}-{i}.heat"); err != nil || got != "maps/a_b_c_d_e-7.heat" {
		t.Errorf("%q, %v", got, err)
	}
	for name, want := range map[string]bool{"{}.heat": true, "{i}.heat": true, "a.heat": false} {
		if PerInstance(name) != want {
			t.Errorf("%s is a file an instance: %v, want %v", name, !want, want)
		}
	}
}
