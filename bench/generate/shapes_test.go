package generate

import (
	"math"
	"testing"
)

// The mutations of Bossek et al. leave a hole, or fill one place, and nothing else:
// counted in a circle of radius 0.3 around the centre, where a uniform instance has
// as many cities as the circle has of the square.
func TestMutations(t *testing.T) {
	const n = 20000
	for seed := uint64(1); seed < 60; seed++ {
		rng := Spec{Seed: seed}.rng()
		x, y := rng.Float64(), rng.Float64() // the first numbers are the centre
		if min(x, y) < 0.3 || max(x, y) > 0.7 {
			continue
		}
		within := func(kind string, radius float64) float64 {
			next, count := newShape(Spec{Kind: kind, Cities: n, Seed: seed}), 0
			for range n {
				a, b := next()
				if a < 0 || a >= 1 || b < 0 || b >= 1 {
					t.Fatalf("%s: a city at %v, %v", kind, a, b)
				}
				if math.Hypot(a-x, b-y) < radius {
					count++
				}
			}
			return float64(count) / n
		}
		area := math.Pi * 0.3 * 0.3
		if v := within("explosion", 0.299999); v != 0 {
			t.Errorf("seed %d: explosion leaves %.3f in the circle", seed, v)
		}
		if v := within("implosion", 0.3); math.Abs(v-area) > 0.015 {
			t.Errorf("seed %d: implosion has %.3f in the circle, want %.3f", seed, v, area)
		}
		if inner, even := within("implosion", 0.1), area/9; inner < 1.8*even {
			t.Errorf("seed %d: implosion has %.3f near the centre, uniform %.3f", seed, inner, even)
		}
		if v := within("cluster", 0.3); v < 0.6*area+0.1 {
			t.Errorf("seed %d: cluster has %.3f in the circle, want more than %.3f", seed, v, 0.6*area+0.1)
		}
	}
}
