package mcts

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"tspmcts/heatmap"
	"tspmcts/mcts/eax"
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

// Beginning is what a search begins with. Where the budget or the context ended before all of it
// was there it is a tour only, the best until then. The tour is a local optimum, where the knobs kick,
// else what the first tour is made from, or a shorter one.
type Beginning struct {
	Tour      tsp.Tour
	Neighbors *tsp.Neighbors
	Heatmap   *heatmap.Map
	Learnt    *Learnt // what it cost
}

// Begin does what Solve does before it kicks, for a search that goes on elsewhere
// (Options.Onward). No two cities of in may share a place, and every tour must do. The end of ctx
// is no error, as for Solve.
func Begin(ctx context.Context, in *tsp.Instance, o Options) (*Beginning, error) {
	if in == nil || in.N() == 0 {
		return nil, errNoCity
	}
	budget := o.budget(in)
	source := o.source(in, budget.Time)
	cfg, err := o.configure(in.N(), source)
	if err := errors.Join(o.validate(in), o.validateMap(in), err); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(tsp.WithWorkers(ctx, o.workers()))
	defer cancel()
	ctx, stop := within(ctx, budget)
	defer stop()
	p := o.problem(in, nil, nil, cfg, source)
	p.Meter, p.Curve = meter.New(ctx, budget, nil), prepare.Curve(ctx, in)
	p.Shortest, p.Length = p.Curve, in.Length(p.Curve)
	ok, err := p.Prepare()
	p.Settle()
	if err != nil {
		return nil, err
	}
	if !ok {
		return &Beginning{Tour: p.Shortest}, nil
	}
	s := stage.New(p.Task)
	if s == nil {
		return &Beginning{Tour: p.Shortest}, nil
	}
	s.Descend(func() {})
	if _, early := p.Meter.Ended(); early {
		if p.Length < s.BestLength {
			return &Beginning{Tour: p.Shortest}, nil
		}
		return &Beginning{Tour: s.Best}, nil
	}
	tour := s.Tour.Order
	if p.Length < in.Length(tour) { // where actions ended on the way to the local optimum
		tour = p.Shortest
	}
	return &Beginning{Tour: tour, Neighbors: p.Neighbors, Heatmap: p.Heatmap, Learnt: &Learnt{Cost: s.Cost()}}, nil
}

// Cross recombines tours of searches that went on apart, until they have nothing left to give each
// other or ctx ends, and returns the best. Tours must do for in. It does not depend on the number
// of workers.
func Cross(ctx context.Context, in *tsp.Instance, tours []tsp.Tour, cfg Config, seed uint64, workers int) (tsp.Tour, error) {
	if len(tours) == 0 {
		return nil, errors.New("there is no tour to cross")
	}
	best := slices.MinFunc(tours, func(a, b tsp.Tour) int { return cmp.Compare(in.Length(a), in.Length(b)) })
	recombination := cfg.eax(in.N())
	nb, err := tsp.NearestNeighbors(tsp.WithWorkers(ctx, workers), in, eax.Near)
	if err != nil || nb.K == 0 || len(tours) == 1 {
		return best, err
	}
	stop := new(atomic.Bool)
	defer context.AfterFunc(ctx, func() { stop.Store(true) })()
	pop, err := eax.NewPopulation(in, nb, tours, recombination, workers)
	if err != nil {
		return nil, err
	}
	pop.Run(meter.PCG(seed, meter.ForMixing, 0, 0), stop)
	if pop.BestLength() < in.Length(best) {
		best, _ = pop.Best()
	}
	return best, nil
}
