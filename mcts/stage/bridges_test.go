package stage

import (
	"slices"
	"testing"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestBridges pins that merges look at ways from group to group, of which there are none among the near
// cities of any, and that the ends of long edges come with those of few bridges, and what the tour has
// beside them.
func TestBridges(t *testing.T) {
	in := tsptest.Outlines(9, 1)
	s := begin(t, in, true, meter.Budget{}, 100, 50000)
	s.Descend(func() {})
	s.newImproving(1e6)
	if len(s.bridges) < 5 {
		t.Fatalf("%d bridges", len(s.bridges))
	}
	leading := 0
	for c := range int32(in.N()) {
		near, nearest := s.near().Of(c), s.Neighbors.Of(c)
		if len(near) != eax.Near || !slices.Equal(near[:eax.Near-perCity], nearest[:eax.Near-perCity]) {
			t.Fatalf("merges look at %v around %d, whose nearest are %v", near, c, nearest)
		}
		for _, o := range near {
			if !slices.Contains(nearest, o) {
				leading++
				if !slices.Contains(s.bridges, [2]int32{c, o}) && !slices.Contains(s.bridges, [2]int32{o, c}) {
					t.Errorf("merges look at %d-%d, which is no bridge", c, o)
				}
			}
		}
	}
	if leading != 2*len(s.bridges) {
		t.Errorf("%d ways over %d bridges", leading, len(s.bridges))
	}
	few := len(s.bridges)
	testEnds(t, s, 3*few, false, true)
	testEnds(t, s, 3*few-1, false, false)
	testEnds(t, s, few, true, true)
	testEnds(t, s, few-1, true, false)
}

// testEnds fails unless the ends of the k longest edges have those of the bridges among them, or not.
func testEnds(t *testing.T, s *Search, k int, relative, with bool) {
	t.Helper()
	ends, cand := s.longest(k, relative)
	pos := s.Tour.Positions()
	missing := 0
	for _, e := range s.bridges {
		for _, c := range e {
			for _, beside := range []int32{-1, 0, 1} {
				if !slices.Contains(ends, s.Tour.Order[(int(pos[c]+beside)+len(pos))%len(pos)]) {
					missing++
				}
			}
		}
		if row, _ := cand.Of(e[0]); with && !slices.Contains(row, e[1]) {
			t.Errorf("bridge %v is no candidate", e)
		}
	}
	if with != (missing == 0) {
		t.Errorf("%d edges with those of bridges %v: %d cities of these are missing", k, with, missing)
	}
}

// TestNested pins that the longest bridges of many come with the longest edges where they join groups of
// groups, and only there.
func TestNested(t *testing.T) {
	for far, want := range map[float64]bool{1000: false, 1e5: true} {
		var x, y []float64
		for i := range 1200 { // ten in a place, ten such side by side, far from the next ten
			x = append(x, float64(i%10)*3+float64(i/10%10)*1000+float64(i/100)*(9000+far))
			y = append(y, float64(i*i%7))
		}
		s := begin(t, tsptest.Must(tsp.NewPoints("nested", tsp.Euc2D, x, y, nil)), true, meter.Budget{}, 100, 50000)
		s.Descend(func() {})
		s.newImproving(1e6)
		if len(s.bridges) < 119 || s.nested() != want {
			t.Fatalf("%g apart: %d bridges, nested %v, want %v", far, len(s.bridges), s.nested(), want)
		}
		if small := s.newMending().Sizes[0].Edges < leastEdges(s.In.N()); small != want {
			t.Errorf("%g apart: mending over few edges %v, want %v", far, small, want)
		}
		ends, _ := s.longest(20, true)
		if more := len(ends) > 2*20; more != want {
			t.Errorf("%g apart: %d ends of 20 edges", far, len(ends))
		}
	}
}

// TestNoBridges pins that uniform cities have none.
func TestNoBridges(t *testing.T) {
	s := begin(t, tsptest.Random(tsp.Euc2D, 1200, 2), true, meter.Budget{}, 100, 50000)
	s.Descend(func() {})
	if s.newImproving(1e6); len(s.bridges) > 0 || s.near() != s.Neighbors {
		t.Errorf("%d bridges between uniform cities", len(s.bridges))
	}
}
