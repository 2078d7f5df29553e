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

// begin returns a search by two workers that is at a first tour: greedy, or the curve.
func begin(t *testing.T, in *tsp.Instance, greedy bool, budget meter.Budget, population, stretch int) *Search {
	t.Helper()
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	first := tsp.SpaceFillingCurve(t.Context(), in)
	if greedy {
		first = tsptest.Must(tsp.GreedyEdge(t.Context(), in, nb))
	}
	return New(Task{In: in, Neighbors: nb, Curve: first, Candidates: twoopt.NewCandidates(in, nb.Of), Seed: 1, Workers: 2, Meter: meter.New(t.Context(), budget, nil),
		Config: Config{FirstTour: "curve", Population: population, Stretch: stretch, KickSize: 50, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{1}, Depth: 25}}})
}

// holds fails unless the search's tour does for its instance, keeps fixed edges, is as long as it
// says, and no longer than before.
func holds(t *testing.T, s *Search, before int64) {
	t.Helper()
	in, tour := s.In, s.Tour
	if err := in.Check(tour.Order); err != nil || in.Keeps(tour.Order) != nil || in.Length(tour.Order) != tour.Length || s.BestLength > tour.Length {
		t.Fatalf("length %d, told %d, best %d, %v, %v", in.Length(tour.Order), tour.Length, s.BestLength, err, in.Keeps(tour.Order))
	}
	if tour.Length > before {
		t.Fatalf("length %d after %d", tour.Length, before)
	}
}
