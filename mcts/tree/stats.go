package tree

import (
	"errors"
	"math"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/twoopt"
)

// Stats are the statistics of the tree search over the directed candidate
// edges, laid out like the candidates: slot k is an edge from the city whose
// list holds k.
type Stats struct {
	cand     *twoopt.Candidates
	weight   []float64 // W, 100 P at first
	visits   []int64   // Q, and one more that nothing reads
	mirror   []int32   // slot of the same edge seen from its other end; where that end does not list it, the last of visits
	byCity   []int32   // for find
	omega    []float64 // per city: sum of W over its row, divided by n-1
	invOmega []float64 // 1/omega, 0 where omega is 0
	sims     int64     // M
	invN     float64   // 1/(n-1)
	explore  float64   // alpha sqrt(ln(M+1)), as of the running action
}

// NewStats returns the statistics before the first simulation, nil when the
// budget ended. Omega is summed over a city's whole row of p.
func NewStats(cand *twoopt.Candidates, p *heatmap.Map, m *meter.Meter) *Stats {
	n := len(cand.Start) - 1
	byCity, ok := slotsByCity(cand, m)
	if !ok {
		return nil
	}
	st := &Stats{cand: cand, weight: make([]float64, len(cand.City)), visits: make([]int64, len(cand.City)+1),
		mirror: make([]int32, len(cand.City)), byCity: byCity, omega: make([]float64, n), invOmega: make([]float64, n), invN: 1 / float64(max(1, n-1))}
	for i := range int32(n) {
		if i&63 == 63 && m.Check() {
			return nil
		}
		cities, ps := p.Of(i)
		sum := 0.0
		for _, p := range ps {
			sum += float64(p)
		}
		st.setOmega(i, float64(100*sum*st.invN))
		for k := cand.Start[i]; k < cand.Start[i+1]; k++ {
			if at := slices.Index(cities, cand.City[k]); at >= 0 {
				st.weight[k] = 100 * float64(ps[at])
			}
			if st.mirror[k] = st.find(cand.City[k], i); st.mirror[k] < 0 {
				st.mirror[k] = int32(len(cand.City))
			}
		}
	}
	return st
}

// Clone returns a copy of st, which shares with it what depends on the candidates alone.
func (st *Stats) Clone() *Stats {
	c := *st
	c.weight, c.visits = slices.Clone(st.weight), slices.Clone(st.visits)
	c.omega, c.invOmega = slices.Clone(st.omega), slices.Clone(st.invOmega)
	return &c
}

// Of reports whether the statistics are of these candidates.
func (st *Stats) Of(cand *twoopt.Candidates) bool { return st.cand == cand }

func (st *Stats) setOmega(i int32, omega float64) {
	st.omega[i] = omega
	if omega > 0 {
		st.invOmega[i] = 1 / omega
	}
}

// find returns the slot of the edge from i to j, or -1.
func (st *Stats) find(i, j int32) int32 {
	lo, hi := st.cand.Start[i], st.cand.Start[i+1]
	if hi-lo <= shortList {
		for k := lo; k < hi; k++ {
			if st.cand.City[k] == j {
				return k
			}
		}
		return -1
	}
	slots := st.byCity[lo:hi]
	for len(slots) > 0 {
		mid := len(slots) / 2
		k := slots[mid]
		switch c := st.cand.City[k]; {
		case c == j:
			return k
		case c < j:
			slots = slots[mid+1:]
		default:
			slots = slots[:mid]
		}
	}
	return -1
}

// shortList is the longest list that find reads from end to end.
const shortList = 32

// slotsByCity returns every list's slots in ascending order of their cities, nil when
// all lists are short. It reports false when the budget ended.
func slotsByCity(cand *twoopt.Candidates, m *meter.Meter) (slots []int32, ok bool) {
	long := false
	for i := range len(cand.Start) - 1 {
		long = long || cand.Start[i+1]-cand.Start[i] > shortList
	}
	if !long {
		return nil, true
	}
	slots = make([]int32, len(cand.City))
	for k := range slots {
		slots[k] = int32(k)
	}
	for i := range len(cand.Start) - 1 {
		if i&63 == 63 && m.Check() { // a list of a thousand takes a tenth of a millisecond
			return nil, false
		}
		slices.SortFunc(slots[cand.Start[i]:cand.Start[i+1]], func(a, b int32) int { return int(cand.City[a] - cand.City[b]) })
	}
	return slots, true
}

// Visit counts a look at the edge in slot k, in both directions.
func (st *Stats) Visit(k int32) {
	st.visits[k]++
	st.visits[st.mirror[k]]++
}

// visitEdge counts a look at an edge that need not be a candidate.
func (st *Stats) visitEdge(i, j int32) {
	if k := st.find(i, j); k >= 0 {
		st.Visit(k)
	} else if k := st.find(j, i); k >= 0 {
		st.visits[k]++
	}
}

// Potential returns the paper's Z of the edge in slot k, from city i:
//
//	Z_ij = W_ij / Omega_i + alpha sqrt(ln(M+1) / (Q_ij+1))
//
// Where a city's whole row is 0, no edge is better than another and the first term is
// 1.
func (st *Stats) Potential(i, k int32) float64 {
	z := 1.0
	if o := st.invOmega[i]; o > 0 {
		z = float64(st.weight[k] * o)
	}
	if st.explore > 0 {
		if q := st.visits[k]; q < int64(len(rarities)) {
			z += float64(st.explore * rarities[q])
		} else {
			z += float64(st.explore * rarity(q))
		}
	}
	return z
}

// rarity is 1/sqrt(Q+1), and rarities its first values: lists of many candidates
// hold mostly edges that are rarely chosen.
func rarity(q int64) float64 { return 1 / math.Sqrt(float64(q+1)) }

var rarities = func() (t [256]float64) {
	for q := range t {
		t[q] = rarity(int64(q))
	}
	return t
}()

// At makes M the number of simulations so far, and counts one.
func (st *Stats) At(sims int64, alpha float64) {
	st.sims = sims
	st.simulate(alpha)
}

// simulate counts a simulation and fixes the exploration term for it. The
// logarithm is rounded to float32 so that it is the same on every machine.
func (st *Stats) simulate(alpha float64) {
	if alpha > 0 {
		st.explore = float64(alpha * math.Sqrt(float64(float32(math.Log(float64(st.sims+1))))))
	}
	st.sims++
}

// StatsState is what Stats hold.
type StatsState struct {
	Weight []float64
	Visits []int64
	Omega  []float64
	Sims   int64
}

// State returns a copy of what st holds.
func (st *Stats) State() StatsState {
	return StatsState{slices.Clone(st.weight), slices.Clone(st.visits), slices.Clone(st.omega), st.sims}
}

// Restore makes st know what s says.
func (st *Stats) Restore(s StatsState) error {
	if len(s.Weight) != len(st.weight) || len(s.Visits) != len(st.visits) || len(s.Omega) != len(st.omega) {
		return errors.New("statistics of other candidates")
	}
	copy(st.weight, s.Weight)
	copy(st.visits, s.Visits)
	for i, o := range s.Omega {
		st.setOmega(int32(i), o)
	}
	st.sims = s.Sims
	return nil
}
