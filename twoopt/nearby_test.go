package twoopt

import (
	"context"
	"slices"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestNearby shortens curves by a tenth and more, to tours of the same cities, whatever the metric
// and the number of cores, and no single move within reach is left at the end.
func TestNearby(t *testing.T) {
	fixed := tsptest.Random(tsp.Euc2D, 9000, 2)
	along := tsp.SpaceFillingCurve(t.Context(), fixed)
	edges := [][2]int32{{along[0], along[1]}, {along[4096], along[4095]}, {along[50], along[51]}, {along[51], along[52]}, {along[8999], along[8998]}}
	if err := fixed.SetFixed(edges); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]*tsp.Instance{
		"fixed":     fixed,
		"uniform":   tsptest.Random(tsp.Euc2D, 9000, 1),
		"clustered": tsptest.Clustered(9000, 1),
		"sphere":    tsptest.Random(tsp.Geo, 5000, 1),
		"space":     tsptest.Random(tsp.Euc3D, 5000, 1),
		"few":       tsptest.Random(tsp.Euc2D, 5, 1),
		"three":     tsptest.Random(tsp.Euc2D, 3, 1),
	} {
		curve := tsp.SpaceFillingCurve(t.Context(), in)
		tour, alone := slices.Clone(curve), slices.Clone(curve)
		Nearby(t.Context(), in, tour, 20, 2)
		Nearby(tsp.WithWorkers(t.Context(), 1), in, alone, 20, 2)
		if err := in.Check(tour); err != nil || !slices.Equal(tour, alone) {
			t.Fatalf("%s: %v, or cores make a difference", name, err)
		}
		before, after := in.Length(curve), in.Length(tour)
		if after > before || in.N() > 1000 && float64(after) > 0.9*float64(before) {
			t.Errorf("%s: length %d after %d", name, after, before)
		}
		Nearby(t.Context(), in, tour, 20, 1000)
		if in.HasFixed() {
			continue
		}
		s := &stretch{in: in, cities: tour[:min(4096, len(tour))], dist: make([]int64, 4096)}
		s.measure(0, len(s.cities)-2)
		if s.sweep(20) {
			t.Errorf("%s: a move was left", name)
		}
	}
}

// Stretches are left as they are where there is no time.
func TestNearbyEnds(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 9000, 1)
	curve := tsp.SpaceFillingCurve(t.Context(), in)
	tour := slices.Clone(curve)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	Nearby(ctx, in, tour, 20, 2)
	if err := in.Check(tour); err != nil || in.Length(tour) > in.Length(curve) {
		t.Errorf("length %d after %d, %v", in.Length(tour), in.Length(curve), err)
	}
}

func BenchmarkNearby(b *testing.B) {
	in := tsptest.Random(tsp.Euc2D, 1000000, 1)
	curve := tsp.SpaceFillingCurve(b.Context(), in)
	for b.Loop() {
		tour := slices.Clone(curve)
		Nearby(b.Context(), in, tour, 20, 2)
		b.ReportMetric(100*(1-float64(in.Length(tour))/float64(in.Length(curve))), "%shorter")
	}
}
