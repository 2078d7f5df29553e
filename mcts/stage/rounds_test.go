package stage

import (
	"slices"
	"testing"
	"time"

	"tspmcts/mcts/meter"
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
