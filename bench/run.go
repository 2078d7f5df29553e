package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// Source makes heatmaps.
type Source struct {
	Name string // what records call it: the spec
	// Prepare finds neighbours and makes the heatmap. Where ctx ends before they
	// are there, the problem comes without them, and that is no error.
	Prepare func(ctx context.Context, item *Item, cfg mcts.Config) (*mcts.Problem, error)
}

// AutoHeatmap names the source that suits preset, size and time best (mcts.DefaultHeatmap).
const AutoHeatmap = "auto"

// Run is one search on one instance.
type Run struct {
	Item    *Item
	Optimum float64 // or the best known length, 0 for none
	Source  Source
	Knobs   *Knobs
	Budget  Budget
	Seed    uint64
	Workers int

	Bound   bool       // prove a lower bound first, and stop at a tour that meets it
	Initial []tsp.Tour // to start from
	Resume  *mcts.Checkpoint
	Save    func(*mcts.Checkpoint) // given the state whenever SaveDue says so; nil: never
	SaveDue func() bool
}

// Do searches and returns the record and the tour, checked. clock tells the time
// since the instance was in memory; observe may be nil. When ctx ends the record
// holds what was found until then.
func (r *Run) Do(ctx context.Context, clock func() time.Duration, observe mcts.Observer) (*Record, tsp.Tour, error) {
	item := r.Item
	in := item.Instance
	source := r.Source
	if source.Name == AutoHeatmap {
		var err error
		if source, err = HeatmapSource(mcts.DefaultHeatmap(r.Knobs.Preset, in.N(), r.Budget.Time.Of(in.N()))); err != nil {
			return nil, nil, err
		}
	}
	cfg, err := r.Knobs.Config(in.N(), source.Name)
	if err != nil {
		return nil, nil, err
	}
	budget := r.Budget.of(in, clock)
	var bound *onetree.Result
	if r.Bound {
		if bound, _, err = ProveBound(ctx, in, budget.Time/5); err != nil && ctx.Err() == nil {
			return nil, nil, fmt.Errorf("%s: %w", item.Name, err)
		}
		if bound != nil {
			budget.Target = max(budget.Target, bound.Bound)
		}
	}
	var trace []Point
	var last int64
	res, err := r.search(ctx, source, cfg, budget, func(p mcts.Progress) {
		if p.Better {
			last = p.Length
			trace = append(trace, Point{seconds(clock().Seconds()), json.Number(LengthText(in, in.InUnit(p.Length)))})
		}
		if observe != nil {
			observe(p)
		}
	})
	elapsed := clock().Seconds()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", item.Name, err)
	}
	if err := in.Check(res.Tour); err != nil {
		return nil, nil, fmt.Errorf("%s: the search went wrong, please report it: %w", item.Name, err)
	}
	length := in.Value(res.Tour)
	text := json.Number(LengthText(in, length))
	if k := len(trace); k == 0 || last != res.Length {
		trace = append(trace, Point{seconds(elapsed), text})
	} else {
		trace[k-1].Length = text
	}
	rec := &Record{Instance: item.Name, N: in.N(), Metric: in.Metric.String(), Length: text, Gap: GapOf(length, r.Optimum),
		Seconds: seconds(elapsed), Seed: r.Seed, Workers: r.Workers, Stop: res.Stop, Heatmap: source.Name,
		Preset: cfg.Preset, Actions: res.Actions, Config: &cfg, Trace: trace}
	if bound != nil {
		if res.Length <= bound.Bound {
			rec.Stop = mcts.StopExact
		}
		b := json.Number(LengthText(in, bound.Value()))
		rec.Bound = &b
		rec.BoundGap = GapOf(length, bound.Value())
	}
	if r.Optimum > 0 {
		o := json.Number(LengthText(in, r.Optimum))
		if r.Optimum != math.Trunc(r.Optimum) {
			o = json.Number(fmt.Sprint(r.Optimum))
		}
		rec.Optimum = &o
	}
	return rec, res.Tour, nil
}

// search sets up and searches within the budget.
func (r *Run) search(ctx context.Context, source Source, cfg mcts.Config, budget mcts.Budget, observe mcts.Observer) (*mcts.Result, error) {
	in := r.Item.Instance
	limited := ctx
	if budget.Time > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, budget.Time-budget.Clock()-reserve(in.N()))
		defer cancel()
	}
	p, err := source.Prepare(limited, r.Item, cfg)
	if err != nil {
		return nil, err
	}
	p.Initial, p.Resume, p.Save, p.SaveDue = r.Initial, r.Resume, r.Save, r.SaveDue
	res, err := mcts.Solve(ctx, p, cfg, r.Seed, r.Workers, budget, observe)
	if err == nil && res.Stop == mcts.StopInterrupted && ctx.Err() == nil {
		res.Stop = mcts.StopTime // by limited, before the search could begin
	}
	return res, err
}

// ProveBound returns a lower bound on every tour of in, found within limit, and
// whether the ascent has converged; without a limit it ends where more time
// brings little. The bound is nil, without an error, when there was no time for any.
func ProveBound(ctx context.Context, in *tsp.Instance, limit time.Duration) (r *onetree.Result, converged bool, err error) {
	if in.N() < 3 {
		return nil, false, nil
	}
	limited := ctx
	tolerance := 1e-4
	if limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
		tolerance = 1e-6
	}
	nb, err := tsp.NearestNeighbors(limited, in, 8)
	if err == nil {
		r, converged, err = onetree.Bound(limited, in, nb, tolerance)
	}
	if err != nil && limited.Err() != nil {
		return nil, false, ctx.Err()
	}
	return r, converged, err
}

// reserve is the time that a tour without neighbours takes, checks included.
func reserve(n int) time.Duration { return time.Duration(n) * 300 * time.Nanosecond }
