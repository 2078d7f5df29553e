package learned

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// random returns n cities, with doubles if so wanted, and their k nearest.
func random(t *testing.T, n, k int, doubles bool) (*tsp.Instance, *tsp.Neighbors) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), uint64(k)))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = float64(r.IntN(1000)), float64(r.IntN(1000))
		if doubles && i >= n/2 {
			x[i], y[i] = x[i-n/2], y[i-n/2]
		}
	}
	in, err := tsp.NewPoints("test", tsp.Euc2D, x, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	nb, err := tsp.NearestNeighbors(context.Background(), in, k)
	if err != nil {
		t.Fatal(err)
	}
	return in, nb
}

// checkMap fails unless m is a map of n cities as every source makes it.
func checkMap(t *testing.T, m *heatmap.Map, n int) {
	t.Helper()
	if err := m.Check(); err != nil || m.N() != n || m.Source == "" {
		t.Fatalf("%q has %d cities, want %d; %v", m.Source, m.N(), n, err)
	}
}

func equal(a, b *heatmap.Map) bool {
	return slices.Equal(a.Start, b.Start) && slices.Equal(a.City, b.City) && slices.Equal(a.P, b.P)
}
