package stage

import (
	"testing"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestMending pins that mending shortens a greedy tour of clusters by what it says, in sweeps over
// more edges up to a tenth of all, then of those that brought most, by larger populations; and that it
// is over, not tried for ever, where actions end.
func TestMending(t *testing.T) {
	in := tsptest.Clustered(40000, 2)
	s := begin(t, in, true, meter.Budget{Actions: 1e12}, 100, 50000)
	s.Between = 400
	m := s.newMending()
	type step struct{ edges, part int }
	var steps []step
	for !m.swept() {
		length, at := s.Tour.Length, step{m.Sizes[m.Size].Edges, m.Part}
		if judged := m.work(s); judged != m.swept() {
			t.Fatalf("judged %v before there was a sweep of each size", judged)
		}
		if holds(t, s, length); m.Over || m.share() == 0 {
			t.Fatal("over")
		}
		if len(steps) == 0 && s.Tour.Length == length {
			t.Error("nothing was mended")
		}
		steps = append(steps, at)
	}
	if len(steps) < 2 || steps[0] != (step{mostRecombined, 0}) || steps[1] != (step{3 * mostRecombined, 0}) || len(m.Sizes) != 2 {
		t.Errorf("steps %v, %d sizes; want %d and %d edges", steps, len(m.Sizes), mostRecombined, 3*mostRecombined)
	}
	rates := []float64{m.Sizes[0].Rate, m.Sizes[1].Rate}
	if rates[0] <= 0 || rates[1] <= 0 || m.Sizes[m.Size].Rate != max(rates[0], rates[1]) {
		t.Errorf("rates %v, next is number %d", rates, m.Size)
	}
	m.Sizes[0].Rate, m.Sizes[1].Rate, m.Size = 0, 0, 1
	if m.next(s); m.Size != 0 {
		t.Error("where nothing was brought, the next size is not tried")
	}
	if tours := m.Sizes[1].Tours; tours != 36 { // two sweeps: 16, 24
		t.Errorf("populations of %d, want 36", tours)
	}

	few := begin(t, in, true, meter.Budget{Actions: 1000}, 100, 50000)
	op := &Improving{Operators: []Operator{few.newKicks(), few.newMending()}, Yields: []Yield{{Cost: 1, Judged: 1}, {}}}
	if op.next() != 1 {
		t.Fatal("mending is not tried")
	}
	if op.step(few); few.Used != 0 || op.next() != 0 {
		t.Errorf("%d of 1000 actions were used, next is operator %d, want 0 and 0", few.Used, op.next())
	}
}

// TestGrouped pins which instances are mended at large later on, from when on the whole is worked on,
// and in the tours of populations: by what lies around the edges of a local optimum, also of a matrix.
func TestGrouped(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   *Search
		want bool
	}{
		{"clusters", begin(t, tsptest.Clustered(1200, 2), true, meter.Budget{}, 100, 50000), true},
		{"chips", begin(t, tsptest.Chips(5, 1), true, meter.Budget{}, 100, 50000), true},
		{"a matrix of chips", begin(t, matrixOf(tsptest.Chips(5, 1)), true, meter.Budget{}, 100, 50000), true},
		{"few clusters", begin(t, tsptest.Clustered(900, 2), true, meter.Budget{}, 100, 50000), false},
		{"uniform", begin(t, tsptest.Random(tsp.Euc2D, 1200, 2), true, meter.Budget{}, 100, 50000), false},
		{"a matrix of uniform cities", begin(t, matrixOf(tsptest.Random(tsp.Euc2D, 1200, 2)), true, meter.Budget{}, 100, 50000), false},
		{"a matrix of ways", begin(t, tsp.NewSymmetric(tsptest.Directed(1200, 1)).Instance, true, meter.Budget{}, 100, 50000), false},
	} {
		s := tt.in
		s.Config.Whole = 150000
		s.Descend(func() {})
		m, mending := s.newImproving(1e6), 0
		for k, op := range m.Operators {
			if _, ok := op.(*Mending); ok {
				mending++
				if last := m.Yields[len(m.Yields)-1]; m.Yields[k].From != last.From || last.From <= 0 {
					t.Errorf("%s: mending from %g on, the whole from %g", tt.name, m.Yields[k].From, last.From)
				}
			}
		}
		s.loadWhole(s.visitors[0])
		if got := mending == 1; got != tt.want || (s.visitors[0].Mend != nil) != tt.want {
			t.Errorf("%s: mended later on %v, tours of populations %v; want %v", tt.name, got, s.visitors[0].Mend != nil, tt.want)
		}
	}
}

// TestMended pins over how many edges the greedy tours of populations are mended: a 64th, then twice as
// many as lead from group to group, if those are far more, up to an eighth of all.
func TestMended(t *testing.T) {
	for _, tt := range []struct {
		name        string
		in          *tsp.Instance
		least, most int // edges of the second round for half of the cities, 0 where there is none
	}{
		{"clusters", tsptest.Clustered(3000, 2), 0, 0},
		{"thirty in each place", tsptest.Duplicates(3000, 30, 1), 100, 110},
		{"ten in each place", tsptest.Duplicates(3000, 10, 1), 187, 187},
	} {
		s := begin(t, tt.in, true, meter.Budget{}, 100, 50000)
		s.Descend(func() {})
		s.newImproving(1e6)
		edges := append(s.mended(1500), 0)
		if edges[0] != 23 || edges[1] < tt.least || edges[1] > tt.most {
			t.Errorf("%s: over %d edges, where %d lead from group to group", tt.name, edges, s.Between)
		}
	}
}

// matrixOf returns the distances of in as a matrix, without places.
func matrixOf(in *tsp.Instance) *tsp.Instance {
	n := in.N()
	w := make([]int32, n*n)
	for i := range int32(n) {
		for j := range int32(n) {
			w[int(i)*n+int(j)] = in.Dist(i, j)
		}
	}
	return tsptest.Must(tsp.NewMatrix(in.Name, n, w))
}
