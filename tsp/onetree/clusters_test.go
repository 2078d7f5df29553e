package onetree

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// clustered returns the coordinates of 10 clusters of so many cities each.
func clustered(seed uint64, each int) (x, y []float64) {
	r := rand.New(rand.NewPCG(seed, 9))
	for range 10 {
		cx, cy := r.Float64()*1e6, r.Float64()*1e6
		for range each {
			x, y = append(x, float64(int(cx+r.NormFloat64()*2e4))), append(y, float64(int(cy+r.NormFloat64()*2e4)))
		}
	}
	return x, y
}

// TestClustersMove pins that few steps suffice where cities are clustered: without the
// moves of whole clusters 30 steps stay 6 to 10 % below the limit here.
func TestClustersMove(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(3) {
		x, y := clustered(seed, 100)
		in := tsptest.Must(tsp.NewPoints("clusters", tsp.Euc2D, x, y, nil))
		nb := tsptest.Must(tsp.NearestNeighbors(ctx, in, 8))
		limit, converged, err := Bound(ctx, in, nb, 1e-6)
		if err != nil || !converged {
			t.Fatalf("converged %v, error %v", converged, err)
		}
		g := tsptest.Must(NewGraph(ctx, in, nb, 2))
		if few := Ascend(ctx, g, Options{Steps: 30}); few.estimate < 0.985*float64(limit.Bound) {
			t.Errorf("seed %d: %.0f after 30 steps, the limit is %d", seed, few.estimate, limit.Bound)
		}
	}
}

// TestClustersWithoutGeometry pins that clustered cities have the bound of their places where these
// are not known: penalties would run away along edges between clusters that the graph lacks.
func TestClustersWithoutGeometry(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(3) {
		x, y := clustered(seed, 20)
		in := tsptest.Must(tsp.NewPoints("places", tsp.Euc2D, x, y, nil))
		bound := func(in *tsp.Instance) float64 {
			r, converged, err := Bound(ctx, in, tsptest.Must(tsp.NearestNeighbors(ctx, in, 8)), 1e-4)
			if err != nil || !converged {
				t.Fatalf("converged %v, error %v", converged, err)
			}
			return float64(r.Bound)
		}
		want := bound(in)
		w := make([]int32, len(x)*len(x))
		for i := range x {
			for j := range x {
				w[i*len(x)+j] = in.Dist(int32(i), int32(j))
			}
		}
		if got := bound(tsptest.Must(tsp.NewMatrix("matrix", len(x), w))); math.Abs(got/want-1) > 1e-3 {
			t.Errorf("seed %d: the matrix has the bound %.0f, the places %.0f", seed, got, want)
		}
	}
}
