package stage

import (
	"slices"
	"testing"
	"time"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// TestKicksOfLeaves pins that kicks of a tour of more cities than a piece may have shorten it by
// what they say, that each city is in one leaf of a tree, and that no tree is left before all its
// leaves were kicked.
func TestKicksOfLeaves(t *testing.T) {
	in := tsptest.Clustered(4000, 2)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	for name, budget := range map[string]meter.Budget{"actions": {Actions: 1e9}, "time": {Time: time.Hour}} {
		s := New(Task{In: in, Neighbors: nb, Curve: tsp.SpaceFillingCurve(t.Context(), in), Candidates: twoopt.NewCandidates(in, nb.Of), Seed: 3, Workers: 2,
			Meter:  meter.New(t.Context(), budget, nil),
			Config: Config{FirstTour: "curve", Stretch: 3000, KickSize: 50, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{1}, Depth: 25}}})
		k := s.newKicks()
		trees, gained := 0, int64(0)
		for trees < 4 {
			before, kicked, length := slices.Clone(k.Tree.Cities), k.Kicked, s.Tour.Length
			leaves := len(k.Tree.Leaves)
			k.leaves(s, 0)
			if got := in.Length(s.Tour.Order); in.Check(s.Tour.Order) != nil || got != s.Tour.Length || got > length {
				t.Fatalf("%s: a tour of length %d, told as %d, from %d", name, got, s.Tour.Length, length)
			}
			gained += length - s.Tour.Length
			switch {
			case !slices.Equal(before, k.Tree.Cities):
				trees++
				if kicked != leaves {
					t.Fatalf("%s: a new tree when %d of %d leaves were kicked", name, kicked, leaves)
				}
			case k.Kicked < kicked:
				t.Fatalf("%s: %d leaves were kicked, and then %d", name, kicked, k.Kicked)
			}
		}
		if len(k.Tree.Leaves) < 4000/300 || gained == 0 || s.BestLength != s.Tour.Length {
			t.Errorf("%s: %d leaves, gained %d, best %d of %d", name, len(k.Tree.Leaves), gained, s.BestLength, s.Tour.Length)
		}
	}
}
