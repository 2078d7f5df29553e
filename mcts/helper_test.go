package mcts

import (
	"context"
	"math/rand/v2"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// build returns n random cities under m; an Explicit instance is a random matrix.
func build(m tsp.Metric, n int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, uint64(m)))
	if m == tsp.Explicit {
		w := make([]int32, n*n)
		for i := range n {
			for j := range i {
				w[i*n+j] = 1 + r.Int32N(1000)
				w[j*n+i] = w[i*n+j]
			}
		}
		return must(tsp.NewMatrix("random", n, w))
	}
	side := 1000.0
	if m == tsp.Geo || m == tsp.GeoM {
		side = 80
	}
	axis := func() []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.Float64() * side
		}
		return v
	}
	x, y := axis(), axis()
	if m.Dims() == 2 {
		return must(tsp.NewPoints("uniform", m, x, y, nil))
	}
	return must(tsp.NewPoints("uniform", m, x, y, axis()))
}

// clustered and grid are the other kinds of instances that generate makes.
func clustered(n int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 1))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = r.Float64()*1e4, r.Float64()*1e4
		if i > 5 {
			x[i], y[i] = x[i%5]+r.NormFloat64()*200, y[i%5]+r.NormFloat64()*200
		}
	}
	return must(tsp.NewPoints("clustered", tsp.Euc2D, x, y, nil))
}

func grid(side int) *tsp.Instance {
	var x, y []float64
	for i := range side * side {
		x, y = append(x, float64(i%side*10)), append(y, float64(i/side*10))
	}
	return must(tsp.NewPoints("grid", tsp.Euc2D, x, y, nil))
}

// fixSome demands about a fifth of the edges of a random tour.
func fixSome(in *tsp.Instance, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	p := r.Perm(in.N())
	var edges [][2]int32
	for i := 0; i+1 < len(p); i++ {
		if r.IntN(5) == 0 {
			edges = append(edges, [2]int32{int32(p[i]), int32(p[i+1])})
		}
	}
	if err := in.SetFixed(edges); err != nil {
		panic(err)
	}
}

// problem prepares in for cfg with the heatmap of a source, zero or gtprior.
func problem(in *tsp.Instance, cfg Config, source string) *Problem {
	nb := must(tsp.NearestNeighbors(context.Background(), in, NeedNeighbors(cfg)))
	m := heatmap.Zero(in.N())
	if source == "gtprior" {
		m = heatmap.GTPrior(in, nb, heatmap.PublishedRanks(in.N()))
	}
	return &Problem{Instance: in, Neighbors: nb, Heatmap: m}
}

// solve fails the test on an error and on a result that is not what it says.
func solve(t testing.TB, p *Problem, cfg Config, seed uint64, workers int, budget Budget) *Result {
	t.Helper()
	r, err := Solve(context.Background(), p, cfg, seed, workers, budget, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Instance.Check(r.Tour); err != nil {
		t.Fatal(err)
	}
	if got := p.Instance.Length(r.Tour); got != r.Length {
		t.Fatalf("the tour is %d long, the result says %d", got, r.Length)
	}
	return r
}
