package stage

import (
	"math"
	"slices"
	"testing"
	"time"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestKicksOfLeaves pins that kicks of a tour of more cities than a piece may have shorten it by
// what they say, that each city is in one leaf of a tree, and that no tree is left before all its
// leaves were kicked.
func TestKicksOfLeaves(t *testing.T) {
	in := tsptest.Clustered(4000, 2)
	for name, budget := range map[string]meter.Budget{"actions": {Actions: 1e9}, "time": {Time: time.Hour}} {
		s := begin(t, in, false, budget, 0, 3000)
		k := s.newKicks()
		trees, first := 0, s.Tour.Length
		for trees < 4 {
			before, kicked, length := slices.Clone(k.Tree.Cities), k.Kicked, s.Tour.Length
			leaves := len(k.Tree.Leaves)
			k.leaves(s, 0)
			if holds(t, s, length); before == nil && k.Kicked != 2*s.Workers { // when nothing is known of what they cost
				t.Fatalf("%s: %d leaves were kicked at first", name, k.Kicked)
			}
			if err := k.Tree.Check(in.N()); err != nil {
				t.Fatal(err)
			}
			switch {
			case !slices.Equal(before, k.Tree.Cities):
				trees++
				if kicked != leaves {
					t.Fatalf("%s: a new tree when %d of %d leaves were kicked", name, kicked, leaves)
				}
			case k.Kicked <= kicked:
				t.Fatalf("%s: %d leaves were kicked, and then %d", name, kicked, k.Kicked)
			}
		}
		if len(k.Tree.Leaves) < 4000/300 || s.Tour.Length == first || s.BestLength != s.Tour.Length {
			t.Errorf("%s: %d leaves, length %d of %d, best %d", name, len(k.Tree.Leaves), s.Tour.Length, first, s.BestLength)
		}
	}
}

// TestKicksOfPieces pins that a round of kicks is short at first and where kicks are slow, and
// whole where they are fast.
func TestKicksOfPieces(t *testing.T) {
	in := tsptest.Clustered(4000, 2)
	used := func(perKick float64) int64 {
		s := begin(t, in, false, meter.Budget{Time: time.Hour}, 0, 1<<20)
		s.Config.Whole = 1 << 20
		k := s.newKicks()
		k.PerKick = perKick
		before, length := s.Used, s.Tour.Length
		k.pieces(s, 0)
		holds(t, s, length)
		if k.PerKick <= 0 || k.PerKick == perKick {
			t.Errorf("a kick costs %g, %g before", k.PerKick, perKick)
		}
		return s.Used - before
	}
	first, slow, fast := used(0), used(1e9), used(1e-12)
	if first != slow || fast < 2*slow {
		t.Errorf("%d actions at first, %d where kicks are slow, %d where they are fast", first, slow, fast)
	}
	for whole, leaves := range map[int]bool{1 << 20: false, 4000 * wholeOf: true} { // as where regions are not visited, and are
		s := begin(t, in, false, meter.Budget{Time: time.Hour}, 0, 1<<20)
		s.Config.Whole = whole
		if k := s.newImproving(0).Operators[0].(*Kicks); k.Leaves != leaves {
			t.Errorf("whole %d: kicks of leaves %t, want %t", whole, k.Leaves, leaves)
		}
	}
}

// TestWholeWaits pins that the whole is worked on when that is a small part of the time so far, and
// at once where actions are the budget or where nothing is known of a descent.
func TestWholeWaits(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 2000, 2)
	for _, test := range []struct {
		budget  meter.Budget
		descent float64
		whole   bool
	}{{meter.Budget{Time: time.Hour}, 1e6, false}, {meter.Budget{Time: time.Hour}, 0, true}, {meter.Budget{Actions: 1e9}, 1e6, true}} {
		s := begin(t, in, false, test.budget, 0, 1<<20)
		s.Config.Whole = 1 << 20
		s.Descend(func() {})
		m := s.newImproving(test.descent)
		for k := range m.Yields[:len(m.Yields)-1] {
			m.Yields[k] = Yield{Cost: 1, Judged: 1, Last: 1e9}
		}
		last := len(m.Operators) - 1
		if _, ok := m.Operators[last].(*Whole); !ok || (m.next() == last) != test.whole {
			t.Errorf("%+v, descent %g: next is %s", test.budget, test.descent, m.name())
		}
		if m.Yields[0].Cost = 1e8; m.next() != last {
			t.Errorf("%+v: next is %s after 1e8", test.budget, m.name())
		}
	}
}

// TestKicksLapse pins that kicks are tried again when they were not for a sixth of the cost.
func TestKicksLapse(t *testing.T) {
	s := begin(t, tsptest.Random(tsp.Euc2D, 2000, 2), false, meter.Budget{Time: time.Hour}, 0, 1<<20)
	s.Config.Whole = 1 << 20
	s.Descend(func() {})
	m := s.newImproving(0)
	m.Yields = []Yield{{Cost: 10, Judged: 10, Last: 85}, {Cost: 90, Judged: 90, Rate: 1}}
	if m.next() != 1 {
		t.Errorf("next is %s at 100, kicks were tried at 85", m.name())
	}
	if m.Yields[1].Cost = 95; m.next() != 0 {
		t.Errorf("next is %s at 105, kicks were tried at 85", m.name())
	}
}

// TestFit pins that the next population is as large as the rest of the budget lets converge, of new
// tours where that is hardly larger than the last one, and that what tours cost is measured.
func TestFit(t *testing.T) {
	in := tsptest.Clustered(300, 2)
	for _, test := range []struct {
		left             float64
		built, kept, due int
	}{{math.Inf(1), 16, 16, 32}, {48, 16, 16, 32}, {30, 16, 16, 23}, {23, 16, 0, 16}, {0, 16, 0, 16}, {90, 64, 0, 45}} {
		s := begin(t, in, false, meter.Budget{Time: time.Hour}, 400, 1<<20)
		w := s.newWhole()
		b := w.Breeder
		b.Tours, b.Due = make([]tsp.Tour, test.built), 2*test.built
		w.fit(test.left, 1, 1)
		if len(b.Tours) != test.kept || b.Due != test.due {
			t.Errorf("left %g: %d of %d tours, want %d of %d", test.left, len(b.Tours), b.Due, test.kept, test.due)
		}
	}
	due := map[int64]int{}
	for _, actions := range []int64{20000, 39062, 1e9} {
		s := begin(t, in, true, meter.Budget{Actions: actions}, 400, 1<<20)
		s.Config.Elite = 30
		w := s.newWhole()
		for !w.work(s) {
			if s.ended() {
				t.Fatalf("%d actions end before a population has converged", actions)
			}
		}
		due[actions] = w.Breeder.Due
	}
	if due[20000] != 16 || due[39062] <= 20 || due[39062] >= 32 || due[1e9] != 32 {
		t.Errorf("tours of the next population by the actions of the budget: %v", due)
	}
}
