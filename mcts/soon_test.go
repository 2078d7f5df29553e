package mcts

import (
	"context"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestBeforeTheAscent pins that there is a tour of many cities before their heatmap, which gets
// better while that is made, whatever the knobs draw from a heatmap afterwards.
func TestBeforeTheAscent(t *testing.T) {
	if testing.Short() {
		t.Skip("250,000 cities")
	}
	in := tsptest.Random(tsp.Euc2D, 250000, 1)
	draws := func(n int, source string) (Config, error) {
		cfg, err := Preset("default", n, source)
		cfg.FirstTour, cfg.Action = "draw", "draw"
		return cfg, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	worst, best, better := 0.0, 0.0, 0
	_, err := Solve(ctx, in, Options{Source: "alpha", Configure: draws, Time: Endless, Workers: 2, Observe: func(now Progress) {
		if now.Stage != "preparing" && now.Stage != "" {
			cancel()
		} else if best = now.Length; worst == 0 {
			worst = best
		} else if now.Better && best < 0.8*worst {
			better++
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if best > 0.76*worst {
		t.Errorf("length %v before the search, the curve's is %v", best, worst)
	}
	if better < 8 { // than greedy's: the local optimum, and some each while graph and heatmap are made
		t.Errorf("%d better tours than greedy's before the search", better)
	}
}

// TestStraightened pins that whoever stops before the neighbours are there has a shorter tour than the
// curve.
func TestStraightened(t *testing.T) {
	in := tsptest.Clustered(5000, 1)
	curve := float64(in.Length(tsp.SpaceFillingCurve(t.Context(), in)))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	told := 0
	res, err := Solve(ctx, in, Options{Time: Endless, Workers: 2, Observe: func(now Progress) {
		if now.Better {
			told++
		}
		if told == 2 {
			cancel()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if float64(res.Length) > 0.9*curve {
		t.Errorf("length %d, the curve's is %v", res.Length, curve)
	}
}
