package stage

import (
	"slices"
	"testing"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// TestSimulatingWithoutTime pins that a search whose time is over while it makes its workers has the
// state that it goes on from, or one of before it began, and never that of some of them.
func TestSimulatingWithoutTime(t *testing.T) {
	const n, workers = 3000, 3 // whose statistics take looks at the clock
	in := tsptest.Random(tsp.Euc2D, n, 1)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 5))
	seen := time.Duration(0)
	search := func(looks int) *Search {
		seen = 0
		clock := func() time.Duration { seen++; return seen }
		return New(Task{In: in, Neighbors: nb, Candidates: twoopt.NewCandidates(in, nb.Of), Heatmap: heatmap.Zero(n), Workers: workers,
			Curve: tsp.SpaceFillingCurve(t.Context(), in), Meter: meter.New(t.Context(), meter.Budget{Time: time.Duration(looks), Clock: clock}, nil),
			Config: Config{Fresh: true, FirstTour: "curve", Tree: tree.Config{Depth: 5, Pool: 1}}})
	}
	s, whole := search(0), new(Simulating)
	if !whole.begin(s) {
		t.Fatal("no workers with all the time")
	}
	whole.freeze()
	most := int(seen)
	if most < 2 {
		t.Fatal("nobody looks at the clock")
	}
	for looks := 1; looks <= most; looks++ {
		fresh, on := new(Simulating), &Simulating{States: slices.Clone(whole.States)}
		if fresh.begin(search(looks)) {
			t.Fatalf("workers after %d looks", looks)
		}
		if err := on.resume(search(looks)); err != nil {
			t.Fatal(err)
		}
		fresh.freeze()
		if on.freeze(); len(fresh.States) != 0 || len(on.States) != workers {
			t.Errorf("after %d looks there are %d states, %d of one that goes on", looks, len(fresh.States), len(on.States))
		}
	}
}
