package stage

import (
	"testing"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// TestMending pins that mending shortens a greedy tour of clusters by what it says, with more edges
// each time up to a tenth of all, and that it is over, not tried for ever, where actions end.
func TestMending(t *testing.T) {
	in := tsptest.Clustered(40000, 2)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	greedy := tsptest.Must(tsp.GreedyEdge(t.Context(), in, nb))
	begin := func(budget meter.Budget) *Search {
		return New(Task{In: in, Neighbors: nb, Curve: greedy, Candidates: twoopt.NewCandidates(in, nb.Of), Seed: 3, Workers: 2, Meter: meter.New(t.Context(), budget, nil),
			Config: Config{FirstTour: "curve", Population: 100, Stretch: 50000, KickSize: 50, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{1}, Depth: 25}}})
	}
	s, m := begin(meter.Budget{}), new(Mending)
	s.Used = 1e9 // so that a step is a small part of the cost
	var edges []int
	for range 4 {
		length := s.Tour.Length
		m.work(s)
		edges = append(edges, m.Edges)
		if in.Check(s.Tour.Order) != nil || in.Length(s.Tour.Order) != s.Tour.Length || s.Tour.Length > length || m.Over {
			t.Fatalf("length %d, told as %d, from %d, over: %v", in.Length(s.Tour.Order), s.Tour.Length, length, m.Over)
		}
		if len(edges) == 1 && s.Tour.Length == length {
			t.Error("nothing was mended")
		}
	}
	if edges[0] != mostRecombined || edges[1] != 3*mostRecombined || edges[2] != mostRecombined || m.Tours <= firstTours {
		t.Errorf("%v edges were recombined, populations of %d in the end", edges, m.Tours)
	}

	few := begin(meter.Budget{Actions: 1000})
	op := &Improving{Operators: []Operator{few.newKicks(), new(Mending)}, Yields: make([]Yield, 2)}
	for k := range 100 {
		if few.ended() {
			break
		}
		if op.step(few); k == 99 {
			t.Error("no end of a budget of 1000 actions")
		}
	}
}
