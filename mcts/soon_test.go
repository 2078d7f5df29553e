package mcts

import (
	"context"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestBeforeTheAscent pins that there is a tour of many cities before their heatmap, whatever the
// knobs draw from a heatmap afterwards.
func TestBeforeTheAscent(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 cities")
	}
	in := tsptest.Random(tsp.Euc2D, 100000, 1)
	draws := func(n int, source string) (Config, error) {
		cfg, err := Preset("default", n, source)
		cfg.FirstTour, cfg.Action = "draw", "draw"
		return cfg, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	worst, best := 0.0, 0.0
	_, err := Solve(ctx, in, Options{Source: "alpha", Configure: draws, Time: Endless, Workers: 2, Observe: func(now Progress) {
		if now.Stage != "preparing" && now.Stage != "" {
			cancel()
		} else if best = now.Length; worst == 0 {
			worst = best
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if best > 0.85*worst {
		t.Errorf("length %v before the search, the curve's is %v", best, worst)
	}
}
