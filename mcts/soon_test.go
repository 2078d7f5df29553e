package mcts

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestSoon pins that there is a tour of many cities before the search begins, which gets better
// while neighbours and heatmap are found, whatever the knobs draw from a heatmap afterwards.
func TestSoon(t *testing.T) {
	draws := func(n int, source string) (Config, error) {
		cfg, err := Preset("default", n, source)
		if source == "alpha" {
			cfg.FirstTour, cfg.Action = "draw", "draw"
		}
		return cfg, err
	}
	uniform := func(n int) *tsp.Instance { return tsptest.Random(tsp.Euc2D, n, 1) }
	for _, c := range []struct {
		make     func(n int) *tsp.Instance
		n, least int
		source   string
	}{
		{uniform, 6000, 4, "alpha"},    // curves, of neighbours, at large
		{uniform, 250000, 12, "alpha"}, // of parts, and while graph and heatmap are made, too
		{uniform, 250000, 5, "gtprior"},
		{func(n int) *tsp.Instance { return tsptest.Random(tsp.Explicit, n, 1) }, 2000, 2, "alpha"},
		{func(n int) *tsp.Instance { return tsptest.Directed(n, 1) }, 1000, 3, "alpha"}, // and before the assignment
	} {
		if testing.Short() && c.n > 6000 {
			continue
		}
		in := c.make(c.n)
		ctx, cancel := context.WithCancel(context.Background())
		worst, best, better := 0.0, 0.0, 0
		res, err := Solve(ctx, in, Options{Source: c.source, Configure: draws, Time: Endless, Workers: 2, Observe: func(now Progress) {
			if now.Stage != "preparing" && now.Stage != "" {
				cancel()
			} else if now.Better {
				best = now.Length
				worst = max(worst, best)
				better++
			}
		}})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if best > 0.76*worst || res.Value > best {
			t.Errorf("%d, %s: length %v before the search, the curve's is %v; %v at the end", c.n, c.source, best, worst, res.Value)
		}
		if better < c.least {
			t.Errorf("%d, %s: %d better tours before the search, want %d", c.n, c.source, better, c.least)
		}
	}
}

// TestAnew pins that very many cities that are spread evenly have a good tour before the search begins,
// also where it is a path with fixed edges: .1 and .4 % over an estimate, and 1.2 and 1.5 where parts are
// not made anew.
func TestAnew(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred thousand cities")
	}
	const n = 100000
	for _, path := range []bool{false, true} {
		in := tsptest.Random(tsp.Euc2D, n, 1)
		if path {
			if err := errors.Join(in.SetFixed([][2]int32{{3, 40}, {500, 800}}), in.SetEnds(7, -1)); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		before := 0.0
		res, err := Solve(ctx, in, Options{Source: "alpha", Time: Endless, Workers: 2, Observe: func(now Progress) {
			if now.Stage != "preparing" && now.Stage != "" {
				cancel()
				return
			}
			before = now.Length
		}})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if best := 0.7124 * math.Sqrt(n*square(in)); before > 1.007*best || res.Value > before {
			t.Errorf("path %v: length %v before the search, want about %v; %v at the end", path, before, best, res.Value)
		}
	}
}

// square returns the area of the rectangle around the places of in.
func square(in *tsp.Instance) float64 {
	return (slices.Max(in.X) - slices.Min(in.X)) * (slices.Max(in.Y) - slices.Min(in.Y))
}

// TestMeanwhile pins that the tour gets better while a heatmap is made that takes long, whose maker
// tells of nothing, and that a budget of actions leaves it alone.
func TestMeanwhile(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 6000, 1)
	const enough = 8 // better tours: each took a twelfth more time than the last
	for _, actions := range []int64{0, 1 << 40} {
		var making atomic.Bool
		better, often := 0, make(chan struct{})
		most := time.Minute
		if actions > 0 {
			most = 2 * time.Second
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		res, err := Solve(ctx, in, Options{Source: "alpha", Actions: actions, Time: Endless, Workers: 2,
			Observe: func(now Progress) {
				if making.Load() && now.Better {
					if better++; better == enough {
						close(often)
					}
				}
			},
			Build: func(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
				making.Store(true)
				select {
				case <-often:
				case <-time.After(most):
				}
				making.Store(false)
				cancel()
				return nil, ctx.Err()
			}})
		if err != nil {
			t.Fatal(err)
		}
		if res.Stop != StopInterrupted {
			t.Errorf("it stopped for %q", res.Stop)
		}
		if actions == 0 && better < enough || actions > 0 && better > 0 {
			t.Errorf("%d better tours in %v with a budget of %d actions", better, most, actions)
		}
	}
}

// TestStraightened pins that whoever stops before the neighbours are there has a shorter tour than
// the curve.
func TestStraightened(t *testing.T) {
	for _, fixed := range []bool{false, true} {
		straightened(t, fixed)
	}
}

func straightened(t *testing.T, fixed bool) {
	in := tsptest.Clustered(5000, 1)
	along := tsp.SpaceFillingCurve(t.Context(), in)
	if fixed {
		if err := in.SetFixed([][2]int32{{along[70], along[71]}, {along[900], along[901]}}); err != nil {
			t.Fatal(err)
		}
	}
	curve := float64(in.Length(along))
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
		t.Errorf("fixed %v: length %d, the curve's is %v", fixed, res.Length, curve)
	}
}

// TestEqual pins that many cities are searched in some seconds where rounding makes a fifth of all as
// near to each as its nearest. If each looked at all of those it would take minutes.
func TestEqual(t *testing.T) {
	const n = 60000
	rng := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = 10*rng.Float64(), 10*rng.Float64()
	}
	in := tsptest.Must(tsp.NewPoints("equal", tsp.Att, x, y, nil))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	r := tsptest.Must(Solve(ctx, in, Options{Source: "alpha", Actions: 1000, Workers: 1}))
	if r.Stop == StopInterrupted || r.Actions < 1000 {
		t.Errorf("%d actions, and it stopped for %s", r.Actions, r.Stop)
	}
}
