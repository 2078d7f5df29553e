package mcts

import (
	"context"
	"errors"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/prepare"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
)

// Learnt is what a search by regions has learnt of its own work, for others to go on
// with (Options.Onward).
type Learnt = stage.Learnt

// Together returns what parts of the cities, of those shares, have learnt: costs add up, all else
// is the mean of the cities. Parts that are nil do not count; it is nil where all are.
func Together(parts []*Learnt, shares []float64) *Learnt { return stage.Together(parts, shares) }

// Beginning is what a search begins with.
type Beginning struct {
	Tour      tsp.Tour // a local optimum, where the knobs kick; else what the first tour is made from
	Neighbors *tsp.Neighbors
	Heatmap   *heatmap.Map
	Learnt    *Learnt // what it cost
}

// Begin does what Solve does before it kicks, for a search that goes on elsewhere
// (Options.Onward). No two cities of in may share a place, and every tour must do. The error is
// that of Solve, or ctx's.
func Begin(ctx context.Context, in *tsp.Instance, o Options) (*Beginning, error) {
	budget := o.budget(in)
	source := o.source(in, budget.Time)
	cfg, err := o.configure(in.N(), source)
	if err := errors.Join(o.validate(in), o.validateMap(in), err); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(tsp.WithWorkers(ctx, o.workers()))
	defer cancel()
	p := o.problem(in, nil, cfg, source)
	p.Meter, p.Curve = meter.New(ctx, budget, nil), prepare.Curve(ctx, in)
	p.Length = in.Length(p.Curve)
	if ok, err := p.Prepare(ctx); !ok {
		return nil, errors.Join(err, context.Cause(ctx))
	}
	s := stage.New(p.Task)
	if s == nil {
		return nil, context.Cause(ctx)
	}
	s.Descend()
	return &Beginning{Tour: s.Tour.Order, Neighbors: p.Neighbors, Heatmap: p.Heatmap, Learnt: &Learnt{Cost: s.Cost()}}, nil
}
