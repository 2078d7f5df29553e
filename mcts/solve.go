package mcts

import (
	"context"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// Problem is what a search works on.
type Problem struct {
	Instance  *tsp.Instance
	Neighbors *tsp.Neighbors // at least NeedNeighbors(cfg) a city, or as many as there are
	Heatmap   *heatmap.Map
}

// Result is what a search found.
type Result struct {
	Tour    tsp.Tour // checked, from the lowest city id on
	Length  int64    // of Tour, recomputed, in core units
	Actions int64    // simulated by all workers
	Stop    Stop
}

// NeedNeighbors returns how many neighbours a city a search with these knobs wants.
func NeedNeighbors(cfg Config) int { return max(cfg.Candidates, 10) }

// Solve searches p with the given number of workers, until the budget or ctx
// ends, and returns the best tour. An ended context is not an error as long as
// there is a tour: Solve returns at least a space-filling curve.
func Solve(ctx context.Context, p *Problem, cfg Config, seed uint64, workers int, budget Budget, observe Observer) (*Result, error) {
	panic("being written")
}
