package stage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestLongest pins that the ends are those of the longest edges, also where a sample of the
// edges says little, and that their candidates are the nearest of them.
func TestLongest(t *testing.T) {
	const n = 200000
	x, want := make([]float64, n), make(map[int32]bool)
	k := 1 // the edge from the last to the first
	for i := range n - 1 {
		length := 5.0
		if i%3 == 0 { // which is all that the sample sees
			length = 1000
		} else if i%6 == 1 {
			length = 7
		}
		if length > 5 {
			want[int32(i)], want[int32(i)+1] = true, true
			k++
		}
		x[i+1] = x[i] + length
	}
	want[0], want[n-1] = true, true
	in := tsptest.Must(tsp.NewPoints("line", tsp.Euc2D, x, make([]float64, n), nil))
	s := &Search{Task: Task{In: in, Meter: meter.New(t.Context(), meter.Budget{}, nil)}}
	for i := range int32(n) {
		s.Curve = append(s.Curve, i)
	}
	s.Tour = kick.NewTour(in, slices.Clone(s.Curve))
	ends, cand := s.longest(k, false)
	if len(ends) != len(want) {
		t.Errorf("%d ends, want %d", len(ends), len(want))
	}
	for i, c := range ends {
		if i > 0 && c <= ends[i-1] {
			t.Fatalf("%d after %d, which the curve meets in another order", c, ends[i-1])
		}
		row, _ := cand.Of(c)
		if !want[c] || len(row) != 8 || slices.ContainsFunc(row, func(j int32) bool { return !want[j] }) {
			t.Fatalf("candidates of %d are %v", c, row)
		}
	}
	if ends, _ := s.longest(7, false); ends != nil {
		t.Errorf("%d ends of 7 edges, want none", len(ends))
	}
}

// TestRelativeLengths pins that an edge is as long as it is among the cities that are close to it: the
// steps between groups, 51 or 5100, and not the edges in the wider groups.
func TestRelativeLengths(t *testing.T) {
	const groups, size = 20, 20
	var x []float64
	want := make(map[int32]bool)
	at := 0.0
	for g := range groups {
		pitch := 1.0
		if g >= groups/2 {
			pitch = 100
		}
		for i := range size {
			if at += pitch; i == 0 {
				at += 50 * pitch
				want[int32(len(x))] = true
			}
			if i == size-1 {
				want[int32(len(x))] = true
			}
			x = append(x, at)
		}
	}
	in := tsptest.Must(tsp.NewPoints("groups", tsp.Euc2D, x, make([]float64, len(x)), nil))
	s := &Search{Task: Task{In: in, Meter: meter.New(t.Context(), meter.Budget{}, nil)}}
	s.Neighbors = tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	for i := range int32(in.N()) {
		s.Curve = append(s.Curve, i)
	}
	s.Tour = kick.NewTour(in, slices.Clone(s.Curve))
	count := func(relative bool) (found int) {
		ends, _ := s.longest(groups, relative)
		for _, c := range ends {
			if want[c] {
				found++
			}
		}
		return found
	}
	if got := count(true); got != len(want) {
		t.Errorf("%d ends of groups, want %d", got, len(want))
	}
	if got := count(false); got == len(want) {
		t.Error("lengths alone find them, too")
	}
}

// TestCoarsen pins that a greedy tour mended at large is a shorter one, whose length is told, that
// keeps its fixed edges; and that recombination brings what kicks do not.
func TestCoarsen(t *testing.T) {
	coarsen := func(in *tsp.Instance, population int) int64 {
		s := begin(t, in, true, meter.Budget{}, population, 50000)
		greedy := s.Tour.Length
		s.coarsen()
		if holds(t, s, greedy-1); s.BestLength != s.Tour.Length {
			t.Fatalf("length %d, best %d", s.Tour.Length, s.BestLength)
		}
		if s.Used == 0 {
			t.Error("no actions were counted")
		}
		return s.Tour.Length
	}
	var kicked, recombined int64
	for seed := range uint64(5) {
		in := clusters(20000, 300, seed)
		kicked += coarsen(in, 0)
		recombined += coarsen(in, 16)
	}
	if recombined >= kicked {
		t.Errorf("length %d by recombination and kicks, %d by kicks alone", recombined, kicked)
	}
	fixed := clusters(20000, 300, 5)
	tsptest.FixSome(fixed, 1)
	coarsen(fixed, 16)
	directed := tsp.NewSymmetric(tsptest.Directed(1500, 1)).Instance
	coarsen(directed, 16)
}

// clusters returns n cities around so many places.
func clusters(n, places int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 7))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		if x[i], y[i] = 1e6*r.Float64(), 1e6*r.Float64(); i >= places {
			x[i], y[i] = x[i%places]+4000*r.NormFloat64(), y[i%places]+4000*r.NormFloat64()
		}
	}
	return tsptest.Must(tsp.NewPoints(fmt.Sprint("clusters", places), tsp.Euc2D, x, y, nil))
}
