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
	Name  string // what records call it: the spec
	Files bool   // it reads files, which are about all cities of an instance
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
		if bound, err = ProveBound(ctx, in, budget.Time/5); err != nil && ctx.Err() == nil {
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
	if res.Length == 0 {
		rec.Stop = mcts.StopExact // no tour is shorter
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
	limit := func(reserve time.Duration) context.CancelFunc {
		if budget.Time == 0 {
			return func() {}
		}
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, budget.Time-budget.Clock()-reserve)
		return cancel
	}
	defer limit(reserve(in.N()))()
	began := time.Now()
	places, err := r.places(limited, source)
	if err != nil && limited.Err() == nil {
		return nil, err
	}
	if pass := time.Since(began); budget.Time > 0 { // what one pass over the cities takes here and now
		defer limit(max(reserve(in.N()), 3*pass))()
		budget.Time = max(1, budget.Time-pass) // for the checks of the tour
	}
	item, initial := r.Item, r.Initial
	if places != nil {
		merged := *r.Item
		merged.Instance = places.Instance
		item, initial = &merged, nil
		for _, t := range r.Initial {
			initial = append(initial, places.Contract(t))
		}
	}
	p := &mcts.Problem{Instance: item.Instance}
	if places == nil || places.N() > mcts.ExactLimit {
		if p, err = source.Prepare(limited, item, cfg); err != nil {
			return nil, err
		}
	}
	p.Initial, p.Resume, p.Save, p.SaveDue = initial, r.Resume, r.Save, r.SaveDue
	res, err := mcts.Solve(ctx, p, cfg, r.Seed, r.Workers, budget, observe)
	if err == nil && res.Stop == mcts.StopInterrupted && ctx.Err() == nil {
		res.Stop = mcts.StopTime // by limited, before the search could begin
	}
	if err == nil && places != nil {
		res.Tour = places.Expand(res.Tour)
		res.Length = in.Length(res.Tour)
	}
	return res, err
}

// places returns the instance without the cities that share a place with
// another, nil where all of them are to be searched: few do, the source reads
// files about all, or so few places are left that they are solved exactly, which
// would be wrong of all cities.
func (r *Run) places(ctx context.Context, source Source) (*tsp.Distinct, error) {
	if source.Files {
		return nil, nil
	}
	d, err := tsp.NewDistinct(ctx, r.Item.Instance)
	if d == nil || d.N() <= mcts.ExactLimit && !d.Metrical() {
		return nil, err
	}
	return d, nil
}

// ProveBound returns a lower bound on every tour of in, found within limit (0:
// none). It is nil, without an error, when there was no time for any.
func ProveBound(ctx context.Context, in *tsp.Instance, limit time.Duration) (*onetree.Result, error) {
	if in.N() < 3 {
		return nil, nil
	}
	limited := ctx
	if limit > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	nb, err := tsp.NearestNeighbors(limited, in, 8)
	var r *onetree.Result
	if err == nil {
		r, err = onetree.Bound(limited, in, nb, onetree.BoundSteps(in.N()))
	}
	if err != nil && limited.Err() != nil {
		return nil, ctx.Err()
	}
	return r, err
}

// reserve is the time that a tour without neighbours takes, checks included.
func reserve(n int) time.Duration { return time.Duration(n) * 300 * time.Nanosecond }
