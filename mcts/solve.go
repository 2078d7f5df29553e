package mcts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// Result is what a search found.
type Result struct {
	Tour    tsp.Tour // checked, from city 0 on towards its neighbour with the lower id
	Length  int64    // of Tour, recomputed, in core units
	Value   float64  // the same in the instance's unit
	Stop    Stop     // why the search ended
	Actions int64    // simulated by all workers
	Elapsed time.Duration
	Source  string          // of the heatmap
	Config  Config          // the knobs
	Bound   *onetree.Result // nil unless asked for, and found in time
}

// ExactLimit is the number of cities up to which an instance is solved by dynamic
// programming.
const ExactLimit = 9

// Solve searches for a short tour of in until a limit of o is reached or ctx
// ends, and returns the best one. The end of ctx is not an error: without time
// for more, the tour is a space-filling curve.
func Solve(ctx context.Context, in *tsp.Instance, o Options) (*Result, error) {
	budget := o.budget(in)
	source := o.source(in.N(), budget.Time)
	cfg, err := o.configure(in.N(), source)
	if err := errors.Join(o.validate(in), err); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(tsp.WithWorkers(ctx, o.workers()))
	defer cancel()
	r := &Result{Source: source, Config: cfg}
	if o.Bound {
		if r.Bound, _, err = LowerBound(ctx, in, budget.Time/5); err != nil && ctx.Err() == nil {
			return nil, err
		}
	}
	if r.Bound != nil {
		budget.Bound = r.Bound.Bound
	}
	p := &problem{in: in, options: &o, cfg: cfg, source: source}
	pass, err := p.merge(ctx, budget)
	if err != nil {
		return nil, err
	}
	p.reserve = max(reserve(in.N()), 3*pass)
	if budget.Time > 0 {
		budget.Time = max(1, budget.Time-pass) // for the checks of the tour
		ctx, cancel = context.WithTimeoutCause(ctx, budget.Time-budget.Clock(), meter.ErrTime)
		defer cancel()
	}
	m := meter.New(ctx, budget, o.observer(in, p.expand, func() float64 {
		if r.Bound == nil {
			return 0
		}
		return r.Bound.Value()
	}))
	p.meter = m
	tour, err := p.solve(ctx)
	if err != nil {
		return nil, err
	}
	why, ok := m.Ended()
	if !ok {
		why = StopActions
	}
	r.Stop, r.Actions, r.Elapsed = why, m.Actions(), m.Clock()
	return r, r.finish(in, p.expand(tour))
}

// finish checks t and measures it anew: no other tour leaves the package.
func (r *Result) finish(in *tsp.Instance, t tsp.Tour) error {
	if err := in.Check(t); err != nil {
		return fmt.Errorf("the search went wrong, please report it: %w", err)
	}
	t = slices.Clone(t)
	at := slices.Index(t, 0)
	slices.Reverse(t[:at])
	slices.Reverse(t[at:])
	slices.Reverse(t)
	if n := len(t); n > 2 && t[n-1] < t[1] {
		slices.Reverse(t[1:])
	}
	r.Tour, r.Length, r.Value = t, in.Length(t), in.Value(t)
	return nil
}

// solve prepares and searches.
func (p *problem) solve(ctx context.Context) (tsp.Tour, error) {
	in, m, o := p.in, p.meter, p.options
	if in.N() <= ExactLimit {
		if p.reads { // what is wrong with a file is told whatever the size
			if _, err := p.prepare(ctx); err != nil {
				return nil, err
			}
		}
		if t, ok := tsp.Exact(in); ok {
			m.End(StopExact)
			return t, nil
		}
	}
	curve := firstResort(in)
	resort := o.known(in, curve)
	m.Offer(in.Length(resort), resort)
	if m.Check() {
		return resort, nil
	}
	if ok, err := p.prepare(ctx); !ok {
		return resort, err
	}
	s := p.begin(curve)
	if s == nil {
		return resort, nil
	}
	s.id, s.stage = p.identify(), s.plan()
	if o.Resume != nil {
		if err := s.resume(o.Resume); err != nil {
			return nil, err
		}
	}
	s.run(o.Save.due(m, s))
	m.Check()
	if o.Save != nil {
		o.Save.Save(s.checkpoint())
	}
	if s.BestLength > in.Length(resort) { // a drawn tour of many cities may be
		return resort, nil
	}
	return s.Best, nil
}

// due returns a function that saves a checkpoint when it is time to.
func (v *Saver) due(m *meter.Meter, s *search) func() {
	if v == nil {
		return func() {}
	}
	every := v.Every
	if every == 0 {
		every = saveEvery
	}
	next := m.Clock() + every
	return func() {
		if m.Clock() >= next {
			v.Save(s.checkpoint())
			next = m.Clock() + every
		}
	}
}

// known returns the shortest of a tour, those to start from, and that of the
// checkpoint: what the answer is where there is no time to search.
func (o *Options) known(in *tsp.Instance, tour tsp.Tour) tsp.Tour {
	others := o.Initial
	if o.Resume != nil && in.Check(o.Resume.State.Best) == nil {
		others = append(slices.Clone(others), o.Resume.State.Best)
	}
	for _, t := range others {
		if in.Length(t) < in.Length(tour) {
			tour = t
		}
	}
	return tour
}
