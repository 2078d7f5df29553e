package stage

import (
	"testing"

	"tspmcts/mcts/meter"
	"tspmcts/tsp/tsptest"
)

// TestMending pins that mending shortens a greedy tour of clusters by what it says, with more edges
// each time up to a tenth of all, and that it is over, not tried for ever, where actions end.
func TestMending(t *testing.T) {
	in := tsptest.Clustered(40000, 2)
	s, m := begin(t, in, true, meter.Budget{Actions: 1e12}, 100, 50000), new(Mending)
	s.Used = 1e9 // so that a step is a small part of the cost
	var edges []int
	for range 4 {
		length := s.Tour.Length
		m.work(s)
		edges = append(edges, m.Edges)
		if holds(t, s, length); m.Over || m.share() == 0 {
			t.Fatal("over")
		}
		if len(edges) == 1 && s.Tour.Length == length {
			t.Error("nothing was mended")
		}
	}
	if edges[0] != mostRecombined || edges[1] != 3*mostRecombined || edges[2] != mostRecombined || m.Tours <= firstTours {
		t.Errorf("%v edges were recombined, populations of %d in the end", edges, m.Tours)
	}

	few := begin(t, in, true, meter.Budget{Actions: 1000}, 100, 50000)
	op := &Improving{Operators: []Operator{few.newKicks(), new(Mending)}, Yields: []Yield{{Cost: 1, Judged: 1}, {}}}
	if op.next() != 1 {
		t.Fatal("mending is not tried")
	}
	if op.step(few); few.Used != 0 || op.next() != 0 {
		t.Errorf("%d of 1000 actions were used, next is operator %d, want 0 and 0", few.Used, op.next())
	}
}
