package mcts

import (
	"math"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/twoopt"
)

// stats are the statistics of the tree search over the directed candidate
// edges, laid out like the candidates: slot k is an edge from the city whose
// list holds k.
type stats struct {
	cand     *twoopt.Candidates
	weight   []float64 // W, 100 P at first
	visits   []int32   // Q
	rarity   []float64 // 1/sqrt(Q+1): kept, since it is read more often than Q changes
	mirror   []int32   // slot of the same edge seen from its other end, -1 where that end does not list it
	omega    []float64 // per city: sum of W over its row, divided by n-1
	invOmega []float64 // 1/omega, 0 where omega is 0
	sims     int64     // M
	invN     float64   // 1/(n-1)
	explore  float64   // alpha sqrt(ln(M+1)), as of the running action
	epoch    int64     // grows whenever Z may change
}

// newStats returns the statistics before the first simulation, nil when the
// budget ended. Omega is summed over a city's whole row of m.
func newStats(cand *twoopt.Candidates, m *heatmap.Map, r *run) *stats {
	n := len(cand.Start) - 1
	st := &stats{cand: cand, weight: make([]float64, len(cand.City)), visits: make([]int32, len(cand.City)), rarity: make([]float64, len(cand.City)),
		mirror: make([]int32, len(cand.City)), omega: make([]float64, n), invOmega: make([]float64, n), invN: 1 / float64(max(1, n-1)), epoch: 1}
	for i := range int32(n) {
		if i&1023 == 1023 && r.check() {
			return nil
		}
		cities, ps := m.Of(i)
		sum := 0.0
		for _, p := range ps {
			sum += float64(p)
		}
		st.setOmega(i, float64(100*sum*st.invN))
		for k := cand.Start[i]; k < cand.Start[i+1]; k++ {
			if at := slices.Index(cities, cand.City[k]); at >= 0 {
				st.weight[k] = 100 * float64(ps[at])
			}
			st.mirror[k] = st.find(cand.City[k], i)
			st.rarity[k] = 1
		}
	}
	return st
}

func (st *stats) setOmega(i int32, omega float64) {
	st.omega[i] = omega
	if omega > 0 {
		st.invOmega[i] = 1 / omega
	}
}

// find returns the slot of the edge from i to j, or -1.
func (st *stats) find(i, j int32) int32 {
	for k := st.cand.Start[i]; k < st.cand.Start[i+1]; k++ {
		if st.cand.City[k] == j {
			return k
		}
	}
	return -1
}

// visit counts a look at the edge in slot k, in both directions.
func (st *stats) visit(k int32) {
	st.count(k)
	if m := st.mirror[k]; m >= 0 {
		st.count(m)
	}
}

// visitEdge counts a look at an edge that need not be a candidate.
func (st *stats) visitEdge(i, j int32) {
	if k := st.find(i, j); k >= 0 {
		st.visit(k)
	} else if k := st.find(j, i); k >= 0 {
		st.count(k)
	}
}

func (st *stats) count(k int32) {
	if st.visits[k] < math.MaxInt32 {
		st.visits[k]++
		st.rarity[k] = 1 / math.Sqrt(float64(st.visits[k])+1)
	}
}

// simulate counts a simulation and fixes the exploration term for it. The
// logarithm is rounded to float32 so that it is the same on every machine.
func (st *stats) simulate(alpha float64) {
	if alpha > 0 {
		st.explore = float64(alpha * math.Sqrt(float64(float32(math.Log(float64(st.sims+1))))))
		st.epoch++
	}
	st.sims++
}
