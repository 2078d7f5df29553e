package stage

import (
	"slices"
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
	s.bridge()
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
	want := []step{{mostRecombined / 9, 0}, {mostRecombined / 3, 0}, {mostRecombined, 0}, {3 * mostRecombined, 0}}
	if len(steps) < 4 || !slices.Equal(steps[:4], want) || len(m.Sizes) != 4 {
		t.Errorf("steps %v, %d sizes; want %v", steps, len(m.Sizes), want)
	}
	for _, d := range m.Sizes {
		if next := m.Sizes[m.Size]; next.Rate <= 0 || d.Rate > next.Rate {
			t.Errorf("next are %+v, others %+v", next, d)
		}
	}
	for k := range m.Sizes {
		m.Sizes[k].Rate = 0
	}
	m.Size = 3
	if m.next(s); m.Size != 0 {
		t.Error("where nothing was brought, the next size is not tried")
	}
	if tours := m.Sizes[3].Tours; tours != 36 { // two sweeps: 16, 24
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

// TestMendingBegins pins that the few longest edges, and no others, are mended before all else, and
// that only where there are few bridges.
func TestMendingBegins(t *testing.T) {
	in := tsptest.Clustered(3000, 2)
	for _, between := range []int{0, 30} {
		s := begin(t, in, true, meter.Budget{}, 100, 50000)
		s.Between = between
		s.bridge()
		m := s.newMending()
		length := s.Tour.Length
		m.begin(s)
		holds(t, s, length)
		swept := 0
		for _, d := range m.Sizes {
			if d.Swept != (d.Edges < 300) || d.Edges < 33 {
				t.Errorf("%d between groups: %+v", between, d)
			}
			if d.Swept {
				swept++
			}
		}
		if between == 0 && swept > 0 || between > 0 && (swept != 2 || s.Tour.Length == length) {
			t.Errorf("%d between groups: %d sweeps, length %d of %d", between, swept, s.Tour.Length, length)
		}
	}

	s := begin(t, in, true, meter.Budget{Actions: 100}, 100, 50000)
	s.Between = 30
	s.bridge()
	m := s.newMending()
	if m.begin(s); s.Used > 0 || !m.Over {
		t.Errorf("%d of 100 actions were used", s.Used)
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
