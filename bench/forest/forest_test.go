package forest

import (
	"math"
	"math/rand/v2"
	"testing"
)

func samples(n, dims int, f func([]float64) float64) (x [][]float64, y []float64) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range n {
		p := make([]float64, dims)
		for d := range p {
			p[d] = rng.Float64()
		}
		x, y = append(x, p), append(y, f(p))
	}
	return x, y
}

// A forest learns a smooth function, and is less sure where it has seen nothing.
func TestFit(t *testing.T) {
	f := func(p []float64) float64 { return math.Sin(5*p[0]) + p[1]*p[1] }
	x, y := samples(400, 4, f)
	forest := Fit(x, y, 1)
	test, want := samples(2000, 4, f)
	mse, varianceY := 0.0, spread{}
	for i, p := range test[400:] {
		m, _ := forest.Predict(p)
		mse += (m - want[400+i]) * (m - want[400+i]) / 1600
		varianceY.add(want[400+i])
	}
	if r2 := 1 - mse/varianceY.variance(); r2 < 0.95 {
		t.Errorf("explains %.3f of the variance", r2)
	}
	var half [][]float64
	var halfY []float64
	for i, p := range x {
		if p[0] < 0.5 || p[0] > 0.95 {
			half, halfY = append(half, p), append(halfY, y[i])
		}
	}
	forest = Fit(half, halfY, 1)
	_, known := forest.Predict([]float64{0.25, 0.5, 0.5, 0.5})
	_, unknown := forest.Predict([]float64{0.72, 0.5, 0.5, 0.5})
	if known >= unknown {
		t.Errorf("deviation %.3f among samples, %.3f away from them", known, unknown)
	}
}

// Two leaves of means 1 and 3, and variances 2 and 4: that of the means is 1, within leaves it is
// 3, and the deviation the root of both. A sure 5 is no improvement of 3, and one of 6 by 1.
func TestPredictByHand(t *testing.T) {
	f := &Forest{dims: 1, trees: [][]node{{{dim: -1, mean: 1, variance: 2}}, {{dim: -1, mean: 3, variance: 4}}}}
	if m, s := f.Predict([]float64{0}); m != 2 || !(math.Abs(s-2) <= 1e-12) {
		t.Errorf("predicts %v with the deviation %v, want 2 and 2", m, s)
	}
	sure := &Forest{dims: 1, trees: [][]node{{{dim: -1, mean: 5}}}}
	for best, want := range map[float64]float64{3: 0, 6: 1} {
		if got := sure.Improvement([]float64{0}, best); got != want {
			t.Errorf("a sure 5 improves %v by %v, want %v", best, got, want)
		}
	}
}

// The Ishigami-like additive function 4 x0 + 2 x1 + x2 has variances in the ratio 16 : 4 : 1.
func TestImportance(t *testing.T) {
	x, y := samples(600, 5, func(p []float64) float64 { return 4*p[0] + 2*p[1] + p[2] })
	want := map[string]float64{"a": 16.0 / 21, "b": 4.0 / 21, "c": 1.0 / 21}
	for _, s := range Fit(x, y, 1).Importance([]string{"a", "b", "c", "d", "e"}, 1) {
		if math.Abs(s.Share-want[s.Knob]) > 0.11 { // forests underrate small effects
			t.Errorf("%s explains %.3f, want %.3f", s.Knob, s.Share, want[s.Knob])
		}
	}
	// x0 xor x1: neither alone explains anything.
	x, y = samples(600, 2, func(p []float64) float64 {
		if (p[0] < 0.5) != (p[1] < 0.5) {
			return 1
		}
		return 0
	})
	for _, s := range Fit(x, y, 1).Importance([]string{"a", "b"}, 1) {
		if s.Share > 0.1 {
			t.Errorf("%s of an exclusive or explains %.3f", s.Knob, s.Share)
		}
	}
}

// Expected improvement against its definition, by sampling.
func TestImprovement(t *testing.T) {
	x, y := samples(60, 2, func(p []float64) float64 { return p[0] + math.Sin(20*p[1])/3 })
	forest := Fit(x, y, 1)
	rng := rand.New(rand.NewPCG(5, 6))
	for range 5 {
		p := []float64{rng.Float64(), rng.Float64()}
		m, s := forest.Predict(p)
		sum := 0.0
		const n = 200000
		for range n {
			sum += max(0, 0.3-(m+s*rng.NormFloat64()))
		}
		if got := forest.Improvement(p, 0.3); math.Abs(got-sum/n) > 0.005 {
			t.Errorf("improvement %.4f, sampled %.4f", got, sum/n)
		}
	}
}

// The same data and seed make the same forest.
func TestSeed(t *testing.T) {
	x, y := samples(50, 3, func(p []float64) float64 { return p[0] * p[1] })
	a, _ := Fit(x, y, 7).Predict(x[0])
	b, _ := Fit(x, y, 7).Predict(x[0])
	c, _ := Fit(x, y, 8).Predict(x[0])
	if a != b || a == c {
		t.Error(a, b, c)
	}
}
