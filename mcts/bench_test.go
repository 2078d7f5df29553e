package mcts

import (
	"fmt"
	"testing"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
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
