package mcts

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"tspmcts/bench/generate"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/tsplib"
)

// BenchmarkDraw times the actions of the paper's search, restarts included, with its
// tuned knobs.
func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{500, 1000, 10000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			cfg := tsptest.Must(Preset("paper", n, "gtprior"))
			p := prepared(tsptest.Random(tsp.Euc2D, n, 1), cfg, "gtprior")
			b.ResetTimer()
			solve(b, p, cfg, 1, 1, meter.Budget{Actions: int64(b.N)})
		})
	}
}

// BenchmarkTwoNodes solves asymmetric instances as they are, and as what a solver of symmetric ones
// is given for them (Jonker and Volgenant, see tsp.Symmetric): a matrix of twice as many cities,
// half of whose edges are fixed, so that the search knows neither directions nor the assignment. It
// tells how much longer the second tour is after a second. The README has its table; -benchtime 1x.
func BenchmarkTwoNodes(b *testing.B) {
	for _, kind := range []string{"random", "closure", "crane", "drill", "coins", "shop"} {
		for _, n := range []int{100, 316, 1000} {
			b.Run(fmt.Sprintf("%s/n=%d", kind, n), func(b *testing.B) {
				var text bytes.Buffer
				if err := (generate.Spec{Kind: "atsp-" + kind, Cities: n, Seed: 1}).WriteTSPLIB(&text); err != nil {
					b.Fatal(err)
				}
				in, _, err := tsplib.Read(&text, kind)
				if err != nil {
					b.Fatal(err)
				}
				two := twoNodes(b, in)
				for b.Loop() {
					native, fixed := second(b, in), second(b, two)
					b.ReportMetric(float64(native), "native")
					b.ReportMetric(100*(float64(fixed)/float64(native)-1), "%longer")
				}
			})
		}
	}
}

// second returns the length of the tour after a second.
func second(b *testing.B, in *tsp.Instance) int64 {
	r, err := Solve(b.Context(), in, Options{Time: time.Second, Workers: 2, Seed: 1})
	if err != nil {
		b.Fatal(err)
	}
	return r.Length
}

// twoNodes returns the symmetric matrix of twice as many cities that a directed one becomes.
func twoNodes(b *testing.B, in *tsp.Instance) *tsp.Instance {
	n := in.N()
	w := make([]int32, 4*n*n)
	fixed := make([][2]int32, n)
	for i := range 2 * n {
		for j := range 2 * n {
			switch {
			case i == j || i^1 == j:
			case (i^j)&1 == 0:
				w[2*n*i+j] = tsp.MaxDist
			case i&1 == 1:
				w[2*n*i+j] = in.Dist(int32(i/2), int32(j/2))
			default:
				w[2*n*i+j] = in.Dist(int32(j/2), int32(i/2))
			}
		}
		fixed[i/2] = [2]int32{int32(i &^ 1), int32(i | 1)}
	}
	two, err := tsp.NewMatrix(in.Name, 2*n, w)
	if err == nil {
		err = two.SetFixed(fixed)
	}
	if err != nil {
		b.Fatal(err)
	}
	return two
}
