package tree

import (
	"math"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestFirstToursFollowWeights draws many first tours of a worker: a city goes on
// to its candidates in proportion to exp(W), fixed edges apart.
func TestFirstToursFollowWeights(t *testing.T) {
	const n, draws = 12, 20000
	p := newProblem(tsptest.Random(tsp.Euc2D, n, 2), "gtprior", 4, true)
	w := p.search(Config{Depth: 10}, 1, 1)
	cand := w.cand
	for k := range w.stats.weight {
		w.stats.weight[k] /= 20 // 0 to 2.2, so that all happens
	}
	count := [n][n]float64{}
	for range draws {
		tour := w.DrawTour()
		count[tour[0]][tour[1]]++
	}
	for i := range int32(n) {
		weight := [n]float64{}
		total, drawn := 0.0, 0.0
		for j := range int32(n) {
			if j != i {
				weight[j] = 1
			}
			drawn += count[i][j]
		}
		for k := cand.Start[i]; k < cand.Start[i+1]; k++ {
			weight[cand.City[k]] = math.Exp(w.stats.weight[k])
		}
		for _, x := range weight {
			total += x
		}
		chi := 0.0
		for j := range n {
			if e := drawn * weight[j] / total; e > 0 {
				chi += (count[i][j] - e) * (count[i][j] - e) / e
			}
		}
		if chi > 35 { // 10 degrees of freedom: once in 10^4
			t.Errorf("city %d: chi square %.1f", i, chi)
		}
	}
}
