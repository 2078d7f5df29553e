package mcts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/prepare"
	"tspmcts/mcts/stage"
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
	Work    []Work          // what the search did, from the whole down; nil where it did none of these
	Learnt  *Learnt         // for a search that goes on from the tour (Options.Onward); nil where no regions were visited
	Visits  []uint16        // of each city: how many regions with it were worked on; nil where there were none
}

// ExactLimit is the number of cities up to which an instance is solved by dynamic
// programming.
const ExactLimit = prepare.ExactLimit

// searching is a problem, and what is done about it.
type searching struct {
	prepare.Problem
	save   *Saver
	search atomic.Pointer[stage.Search] // nil before it begins
}

// work returns what the search did.
func (p *searching) work() []Work {
	if s := p.search.Load(); s != nil {
		return s.Tally()
	}
	return nil
}

// observer returns what hands on what the meter tells.
func (p *searching) observer(given *tsp.Instance, o *Options, bound float64) meter.Observer {
	if o.Observe == nil {
		return nil
	}
	now := Progress{Length: math.Inf(1), Gap: math.NaN()}
	return func(m meter.Progress) {
		now.Better = false
		if m.Better {
			t, length := p.Expand(m.Tour), p.In.InUnit(m.Length)
			if p.Coarse {
				length = given.Value(t)
			}
			if length < now.Length && isTour(given, t) {
				now.Tour, now.Length, now.Bound, now.Better = t, length, bound, true
				now.Gap = o.gap(length, bound)
			}
		}
		if m.Moved {
			now.Regions = p.Given(m.Regions)
		}
		now.Elapsed, now.Stage, now.Actions, now.Work = m.Elapsed, m.Stage, m.Actions, p.work()
		o.Observe(now)
	}
}

// isTour reports whether t, an order of the cities, is what in asks for, or, in a Graph, on the way to
// that: its length is the number of steps that are no edges.
func isTour(in *tsp.Instance, t tsp.Tour) bool { return in.Metric == tsp.Graph || in.Keeps(t) == nil }

// reached returns what says whether an order of the cities whose length is no more than target in core
// units is a tour of given, and no longer than target in its unit, but for the rounding of a sum of as
// many lengths as there are cities; nil where it always is.
func (p *searching) reached(given *tsp.Instance, target float64) func([]int32) bool {
	if !given.Exact() && !given.Forbids() {
		return nil
	}
	target *= 1 + 0x1p-53*float64(given.N())
	return func(t []int32) bool {
		of := p.Expand(t)
		return given.Keeps(of) == nil && given.Value(given.Turned(of)) <= target
	}
}

// gap returns by how much a length is above the best known one, or else the bound, in percent; NaN
// where both are 0.
func (o *Options) gap(length, bound float64) float64 {
	over := cmp.Or(o.Best, bound)
	if over <= 0 {
		return math.NaN()
	}
	return 100 * (length/over - 1)
}

// lower returns the bound's value, 0 where there is none.
func (r *Result) lower() float64 {
	if r.Bound == nil {
		return 0
	}
	return r.Bound.Value()
}

// Solve searches for a short tour of in until a limit of o is reached or ctx ends, and returns the
// best one. The end of ctx is not an error: without time for more, the tour is a space-filling
// curve. Where in asks for a path, the tour is one.
//
// A directed instance, one with Ends, or with forbidden edges between places, is searched as the
// symmetric one that stands for it (tsp.NewSymmetric), and that is what the knobs, the heatmap, and
// the checkpoints are of; of many cities, as they are numbered along a curve. Matrices with long
// distances and edges that may not be used are searched by coarser ones (tsp.Instance.Coarse). The
// error is ErrForbidden where every tour found takes edges that may not be used, ErrNone where it is
// seen that there is no other.
func Solve(ctx context.Context, in *tsp.Instance, o Options) (*Result, error) {
	if in == nil || in.N() == 0 {
		return nil, errNoCity
	}
	given := in
	o.Clock = o.budget(given).Clock
	invalid := o.validate(given)
	numbering := ctx
	if o.Resume != nil { // its tours are of numbers, and may be the answer
		numbering = context.WithoutCancel(ctx)
	}
	in, places, sym, err := o.standIn(numbering, given, invalid == nil)
	if err != nil {
		return nil, err
	}
	budget := o.budget(in)
	source := o.source(in, budget.Time)
	cfg, err := o.configure(in.N(), source)
	if err := errors.Join(invalid, o.validateMap(in), err, given.Impossible()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(tsp.WithWorkers(ctx, o.workers()))
	defer cancel()
	r := &Result{Source: source, Config: cfg}
	if spent := budget.Clock(); o.Bound && (budget.Time == 0 || spent < budget.Time/5) {
		if r.Bound, _, err = lowerBound(ctx, in, max(0, budget.Time/5-spent)); err != nil && ctx.Err() == nil {
			return nil, err
		}
		if given.Metric == tsp.Graph && r.Bound != nil && r.Bound.Value() > 0 {
			return nil, fmt.Errorf("%w of edges alone: by the lower bound every order of the cities takes a step that is none", tsp.ErrNone)
		}
	}
	coarse := in.Scale < given.Scale
	if !coarse {
		budget.Bound = in.Offset() // no distance is negative
		if r.Bound != nil {
			budget.Bound = max(budget.Bound, r.Bound.Bound)
		}
	}
	p := &searching{Problem: o.problem(in, places, sym, cfg, source), save: o.Save}
	p.Coarse = coarse
	p.Curve = prepare.Curve(tsp.WithWorkers(numbering, o.workers()), in)
	began := budget.Clock()
	if p.Late(budget) {
		r.Stop, r.Elapsed = StopTime, began
		return r, r.Finish(ctx, given, p.Expand(p.Curve))
	}
	if p.Length, _, err = in.Measure(ctx, p.Curve); err != nil {
		return nil, fmt.Errorf("the search went wrong, please report it: %w", err)
	}
	if now := budget.Clock(); budget.Time > 0 { // at the end the answer is expanded, copied, and measured like this
		budget.Time -= min(3*(now-began), max(0, budget.Time-now)/2)
	}
	ctx, stop := within(ctx, budget)
	defer stop()
	if err := p.Place(tsp.WithWorkers(numbering, o.workers())); err != nil {
		return nil, err
	}
	p.Know()
	budget.Reached = p.reached(given, o.Target)
	m := meter.New(ctx, budget, p.observer(given, &o, r.lower()))
	p.Meter = m
	tour, err := p.solve()
	if err != nil {
		return nil, err
	}
	why, ok := m.Ended()
	if !ok {
		why = StopActions
	}
	r.Stop, r.Actions, r.Elapsed = why, m.Actions(), m.Clock()
	r.Work = p.work()
	if s := p.search.Load(); s != nil {
		r.Learnt = s.Learnt()
		r.Visits = p.Visited(s.Visits)
	}
	return r, r.Finish(ctx, given, p.answer(given, tour))
}

// answer returns the tour of given that the search's stands for. Where that has edges that may not
// be used, or is the shortest only as the search rounds lengths, it is the shortest of the tours to
// begin with that have none.
func (p *searching) answer(given *tsp.Instance, tour tsp.Tour) tsp.Tour {
	best := p.Expand(tour)
	least := int64(math.MaxInt64)
	if given.Keeps(best) == nil {
		if !p.Coarse {
			return best
		}
		least = given.Length(best)
	}
	for _, t := range p.Initial {
		of := p.Expand(t)
		if l := given.Length(of); l < least && given.Keeps(of) == nil {
			best, least = of, l
		}
	}
	return best
}

// standIn returns the instance that is searched in the place of given, as places number its cities,
// and as sym stands for that, where these are not nil. It makes the initial tours those of it.
// places is nil where o is not valid.
func (o *Options) standIn(ctx context.Context, given *tsp.Instance, valid bool) (in *tsp.Instance, places *tsp.Places, sym *tsp.Symmetric, err error) {
	in = given
	o.Initial = slices.Clone(o.Initial)
	contract := func(of interface{ Contract(tsp.Tour) tsp.Tour }) {
		for i, t := range o.Initial {
			o.Initial[i] = of.Contract(t)
		}
	}
	if valid && o.Heatmap == nil && o.Onward == nil {
		if places, err = prepare.Number(ctx, given, o.source(given, o.budget(given).Time)); err != nil {
			return nil, nil, nil, err
		}
	}
	if places != nil {
		in = places.Instance
		contract(places)
	}
	if in.N() > ExactLimit { // all tours of fewer cities are compared by the distances given
		in = in.Coarse()
	}
	if sym = tsp.NewSymmetric(in); sym != nil {
		in = sym.Instance
		contract(sym)
	}
	return in, places, sym, nil
}

// within returns ctx with an end when the budget's time is over.
func within(ctx context.Context, budget meter.Budget) (context.Context, context.CancelFunc) {
	if budget.Time == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, budget.Time-budget.Clock(), meter.ErrTime)
}

// Finish makes t, a tour of in, the result's: from city 0 on, checked, and measured anew on the
// cores that ctx allows. No other tour leaves the package.
func (r *Result) Finish(ctx context.Context, in *tsp.Instance, t tsp.Tour) (err error) {
	r.Tour = in.Turned(t)
	if r.Length, r.Value, err = in.Measure(ctx, r.Tour); err != nil {
		return fmt.Errorf("the search went wrong, please report it: %w", err)
	}
	if err := in.Keeps(t); err != nil {
		if r.Stop == StopExact && in.N() <= ExactLimit {
			nor := ""
			if in.Ends != nil {
				nor = ", nor a path"
			}
			return fmt.Errorf("%w%s: of all that were tried the best has %w", tsp.ErrNone, nor, err)
		}
		hint := ""
		if in.Metric == tsp.Graph && r.Bound == nil {
			hint = "; a lower bound (--bound) may prove it"
		}
		return fmt.Errorf("no %s was found in the budget, which does not prove that there is none: the best has %w%s", wanted(in), err, hint)
	}
	return nil
}

// wanted names what is searched for.
func wanted(in *tsp.Instance) string {
	switch {
	case in.Ends != nil:
		return "path"
	case in.Metric == tsp.Graph:
		return "Hamiltonian cycle"
	}
	return "tour"
}

// solve prepares and searches.
func (p *searching) solve() (tsp.Tour, error) {
	m := p.Meter
	if p.Small() && p.Reads { // what is wrong with a file is told whatever the size
		if _, err := p.Prepare(); err != nil {
			return nil, err
		}
	}
	if t, ok := p.Exact(); ok {
		m.End(StopExact)
		m.Lend(p.In.Length(t), t)
		m.Check() // tells of it
		return t, nil
	}
	if p.Resume == nil {
		m.Lend(p.Length, p.Shortest)
	} else { // it may be the checkpoint's, which the search goes on with
		m.Offer(p.Length, p.Shortest)
	}
	if m.Check() {
		return p.Shortest, nil
	}
	err := p.run()
	p.Settle()
	s := p.search.Load()
	if s == nil || s.BestLength > p.Length { // a drawn tour of many cities may be longer
		return p.Shortest, err
	}
	return s.Best, err
}

// run prepares, and searches where there is time to.
func (p *searching) run() error {
	if ok, err := p.Prepare(); !ok {
		return err
	}
	var s *stage.Search
	if p.Resume == nil {
		s = stage.New(p.Task)
	} else {
		var err error
		if s, err = stage.Resume(p.Task, p.Resume); err != nil {
			return err
		}
	}
	if s == nil {
		return nil
	}
	p.search.Store(s)
	save := p.save.due(p.Meter, func() *stage.Checkpoint { return p.Checkpoint(s) })
	s.Descend(save)
	p.Settle()
	s.Run(save)
	p.Meter.Check()
	if p.save != nil && s.Resumable() {
		p.save.Save(p.Checkpoint(s))
	}
	return nil
}

// due returns a function that saves a checkpoint when it is time to.
func (v *Saver) due(m *meter.Meter, checkpoint func() *stage.Checkpoint) func() {
	if v == nil {
		return func() {}
	}
	every := v.Every
	if every == 0 {
		every = saveEvery
	}
	// The first is made at once: the first step may be long, and what is interrupted keeps the last one.
	last, wait := m.Clock(), time.Duration(0)
	return func() {
		start := m.Clock()
		if start-last < wait { // no sum, which Endless would make overflow
			return
		}
		v.Save(checkpoint())
		end := m.Clock()
		if v.Every == 0 {
			every = max(saveEvery, saveShare*(end-start))
		}
		last, wait = end, every
	}
}
