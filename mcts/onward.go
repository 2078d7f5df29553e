package mcts

import (
	"context"
	"errors"
	"math"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// Learnt is what a search by regions has learnt of its own work, for others to go on
// with, on the same tour or on parts of it (Options.Onward): the next populations are as
// large, and kicks and visits share the time as before.
type Learnt struct {
	Tours   int     // of a population, 0 before the first
	PerTour float64 // what one costs a city, all in all
	Kicks   Yield   // what kicks cost and brought
	Visits  Yield   // the same of visits to regions
	Cost    float64 // of everything, in seconds, or in actions where these are the budget
}

// Part returns what is learnt of a part of the cities: costs are that share of the whole's.
func (l Learnt) Part(share float64) *Learnt {
	l.Cost *= share
	for _, y := range []*Yield{&l.Kicks, &l.Visits} {
		y.Cost *= share
		y.Judged *= share
	}
	return &l
}

// Together returns what parts of the cities, of those shares, have learnt: costs add up, all else is
// the mean of the cities. Parts that are nil do not count; it is nil where all are.
func Together(parts []*Learnt, shares []float64) *Learnt {
	l, sum, tours := &Learnt{}, 0.0, 0.0
	for i, part := range parts {
		if part == nil {
			continue
		}
		share := shares[i]
		sum += share
		tours += float64(share * float64(part.Tours))
		l.PerTour += float64(share * part.PerTour)
		l.Cost += part.Cost
		for _, y := range [2][2]*Yield{{&l.Kicks, &part.Kicks}, {&l.Visits, &part.Visits}} {
			y[0].Rate += float64(share * y[1].Rate)
			y[0].Cost += y[1].Cost
			y[0].Judged += y[1].Judged
		}
	}
	if sum == 0 {
		return nil
	}
	l.Tours = int(math.Round(tours / sum))
	l.PerTour, l.Kicks.Rate, l.Visits.Rate = l.PerTour/sum, l.Kicks.Rate/sum, l.Visits.Rate/sum
	return l
}

// learnt returns what was learnt, nil where no regions are visited. A sweep that is more than
// half done counts as done.
func (s *search) learnt() *Learnt {
	m, ok := s.stage.(*improving)
	if !ok {
		return nil
	}
	for k, op := range m.Operators {
		v, ok := op.(*regions)
		if !ok {
			continue
		}
		l := &Learnt{Tours: v.Tours, PerTour: v.PerTour, Kicks: m.Yields[0], Visits: m.Yields[k], Cost: s.cost()}
		if left := v.Choice.left(); len(v.Tree.Leaves) > 0 && 2*left < len(v.Tree.Leaves) {
			l.Tours = v.nextTours(s)
		}
		return l
	}
	return nil
}

// Beginning is what a search begins with.
type Beginning struct {
	Tour      tsp.Tour // a local optimum, where the knobs kick; else what the first tour is made from
	Neighbors *tsp.Neighbors
	Heatmap   *heatmap.Map
	Learnt    *Learnt // what it cost
}

// Begin does what Solve does before it kicks, for a search that goes on elsewhere (Options.Onward). No two
// cities of in may share a place, and every tour must do. The error is that of Solve, or ctx's.
func Begin(ctx context.Context, in *tsp.Instance, o Options) (*Beginning, error) {
	budget := o.budget(in)
	source := o.source(in, budget.Time)
	cfg, err := o.configure(in.N(), source)
	if err := errors.Join(o.validate(in), o.validateMap(in), err); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(tsp.WithWorkers(ctx, o.workers()))
	defer cancel()
	p := &problem{in: in, options: &o, cfg: cfg, source: source, meter: meter.New(ctx, budget, nil)}
	p.curve = firstResort(ctx, in)
	p.resort.length = in.Length(p.curve)
	if ok, err := p.prepare(ctx); !ok {
		return nil, errors.Join(err, context.Cause(ctx))
	}
	s := p.begin()
	if s == nil {
		return nil, context.Cause(ctx)
	}
	if d, ok := s.plan().(*descending); ok {
		for !s.ended() && !d.step(s) {
		}
	}
	return &Beginning{Tour: s.Tour.Order, Neighbors: p.nb, Heatmap: p.heatmap, Learnt: &Learnt{Cost: s.cost()}}, nil
}
