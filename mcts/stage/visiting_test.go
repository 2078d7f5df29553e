package stage

import (
	"testing"
	"time"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestVisit pins that each part is always the same worker's where climbers learn, however long
// another takes.
func TestVisit(t *testing.T) {
	s := begin(t, tsptest.Random(tsp.Euc2D, 200, 1), false, meter.Budget{}, 0, 1000)
	s.Config.Draw = true
	var parts [][]int32
	for k := range 10 {
		parts = append(parts, s.Curve[20*k:20*k+20])
	}
	by := make([]*region.Visitor, len(parts))
	s.visit(parts, func(x *region.Visitor, k int) ([]int32, int64) {
		if by[k] = x; k == 0 {
			time.Sleep(100 * time.Millisecond)
		}
		return nil, 0
	})
	for k, x := range by {
		if x != s.visitors[k%2] {
			t.Errorf("part %d is not the worker's", k)
		}
	}
}
