package onetree

import (
	"context"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestClustersMove pins that few steps suffice where cities are clustered: without the
// moves of whole clusters 30 steps stay 6 to 10 % below the limit here.
func TestClustersMove(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 9))
		var x, y []float64
		for range 10 {
			cx, cy := r.Float64()*1e6, r.Float64()*1e6
			for range 100 {
				x, y = append(x, float64(int(cx+r.NormFloat64()*2e4))), append(y, float64(int(cy+r.NormFloat64()*2e4)))
			}
		}
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
