package mcts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
	"tspmcts/twoopt"
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

// ExactLimit is the number of cities up to which an instance is solved by dynamic programming.
const ExactLimit = 9

// Solve searches for a short tour of in until a limit of o is reached or ctx
// ends, and returns the best one. The end of ctx is not an error: without time
// for more, the tour is a space-filling curve. Where in asks for a path, the tour is one.
//
// A directed instance, one with Ends, or with forbidden edges between places, is
// searched as the symmetric one that stands for it (tsp.NewSymmetric), and that is what
// the knobs, the heatmap, and the checkpoints are of. The error is ErrForbidden where
// every tour found takes edges that may not be used, ErrNone where it is seen that there is no other.
func Solve(ctx context.Context, in *tsp.Instance, o Options) (*Result, error) {
	given := in
	invalid := o.validate(given)
	sym := tsp.NewSymmetric(given)
	if sym != nil {
		in = sym.Instance
		o.Initial = slices.Clone(o.Initial)
		for i, t := range o.Initial {
			o.Initial[i] = sym.Contract(t)
		}
	}
	budget := o.budget(in)
	source := o.source(in.N(), budget.Time)
	cfg, err := o.configure(in.N(), source)
	if o.Heatmap != nil {
		invalid = errors.Join(invalid, fits(o.Heatmap, in))
	}
	if err := errors.Join(invalid, err, given.Impossible()); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(tsp.WithWorkers(ctx, o.workers()))
	defer cancel()
	r := &Result{Source: source, Config: cfg}
	if o.Bound {
		if r.Bound, _, err = LowerBound(ctx, given, budget.Time/5); err != nil && ctx.Err() == nil {
			return nil, err
		}
	}
	if r.Bound != nil {
		budget.Bound = r.Bound.Bound
	}
	if given.Metric == tsp.Graph {
		budget.Bound = max(budget.Bound, in.Offset()) // no step that is no edge
	}
	p := &problem{in: in, symmetric: sym, options: &o, cfg: cfg, source: source}
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
	return r, r.finish(given, p.expand(tour))
}

// finish checks t and measures it anew: no other tour leaves the package.
func (r *Result) finish(in *tsp.Instance, t tsp.Tour) error {
	if err := in.Check(t); err != nil {
		return fmt.Errorf("the search went wrong, please report it: %w", err)
	}
	if err := in.Keeps(t); err != nil {
		if r.Stop == StopExact && in.N() <= ExactLimit {
			return fmt.Errorf("%w that keeps off %w", tsp.ErrNone, err)
		}
		what := "tour"
		switch {
		case in.Ends != nil:
			what = "path"
		case in.Metric == tsp.Graph:
			what = "Hamiltonian cycle"
		}
		return fmt.Errorf("no %s was found in the budget, which does not prove that there is none: the best has %w", what, err)
	}
	t = slices.Clone(t)
	n := len(t)
	if in.Ends == nil {
		at := slices.Index(t, 0)
		slices.Reverse(t[:at])
		slices.Reverse(t[at:])
		slices.Reverse(t)
		if n > 2 && t[n-1] < t[1] && !in.Directed {
			slices.Reverse(t[1:])
		}
	} else if free := in.Ends.Start < 0 && in.Ends.End < 0; free && t[n-1] < t[0] && !in.Directed {
		slices.Reverse(t)
	}
	r.Tour, r.Length, r.Value = t, in.Length(t), in.Value(t)
	return nil
}

// problem is what a search works on, as far as it is prepared.
type problem struct {
	in     *tsp.Instance
	places *tsp.Distinct // that in is, nil where it is all cities

	symmetric *tsp.Symmetric // that in is, nil where it is the instance given
	reserve   time.Duration  // the end of the search takes
	options   *Options
	cfg       Config
	source    string
	reads     bool // source reads files
	meter     *meter.Meter
	nb        *tsp.Neighbors
	heatmap   *heatmap.Map
	cand      *twoopt.Candidates
}

// solve prepares and searches.
func (p *problem) solve(ctx context.Context) (tsp.Tour, error) {
	in, m, o := p.in, p.meter, p.options
	if p.small() {
		if p.reads { // what is wrong with a file is told whatever the size
			if _, err := p.prepare(ctx); err != nil {
				return nil, err
			}
		}
	}
	if t, ok := p.exact(); ok {
		m.End(StopExact)
		return t, nil
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

// small reports whether the instance is solved by dynamic programming.
func (p *problem) small() bool {
	if p.symmetric != nil {
		return p.symmetric.Of().N() <= ExactLimit
	}
	return p.in.N() <= ExactLimit
}

// exact returns the optimal tour of a small instance.
func (p *problem) exact() (tsp.Tour, bool) {
	switch {
	case !p.small():
		return nil, false
	case p.symmetric != nil:
		t, ok := tsp.Exact(p.symmetric.Of())
		return p.symmetric.Contract(t), ok
	}
	return tsp.Exact(p.in)
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

// reserve is the time that the end of a search takes at least.
func reserve(n int) time.Duration { return time.Duration(n) * 300 * time.Nanosecond }

// prepare finds neighbours, map and candidates. It reports false, and ends the
// meter, where the budget does not allow that.
func (p *problem) prepare(ctx context.Context) (bool, error) {
	p.meter.Stage("preparing")
	if b := p.meter.Budget(); b.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, b.Time-b.Clock()-p.reserve, meter.ErrTime)
		defer cancel()
	}
	nb, err := tsp.NearestNeighbors(ctx, p.in, max(p.cfg.Candidates, 10))
	if err == nil {
		p.nb = nb
		if p.heatmap = p.options.Heatmap; p.heatmap == nil {
			p.heatmap, err = p.options.build(ctx, p.in, p.source, nb)
		}
	}
	if err == nil {
		if err = fits(p.heatmap, p.in); err != nil {
			return false, err
		}
		p.cand = candidates(p.nb, p.heatmap, p.in, p.cfg, p.meter)
	}
	if p.meter.Check() || ctx.Err() != nil { // the context's own end, or that of the time to prepare
		p.meter.End(StopTime)
		return false, nil
	}
	return err == nil, err
}

// fits returns an error where a map is not of in's cities.
func fits(m *heatmap.Map, in *tsp.Instance) error {
	if m.N() != in.N() {
		return fmt.Errorf("%w: it is of %d cities, the instance has %d", ErrHeatmap, m.N(), in.N())
	}
	for _, j := range m.City {
		if j < 0 || int(j) >= in.N() {
			return fmt.Errorf("%w: it has an edge to city %d of 0 to %d", ErrHeatmap, j, in.N()-1)
		}
	}
	return nil
}

// candidates lists each city's candidates as cfg wants them: the first of the
// heatmap, filled up with neighbours where it has too few, or the nearest ones.
// It returns nil when the budget ended.
func candidates(nb *tsp.Neighbors, p *heatmap.Map, in *tsp.Instance, cfg Config, m *meter.Meter) *twoopt.Candidates {
	most := cfg.Candidates
	if in.Paired() && cfg.Restart == "kick" {
		most *= 2 // of ways out and in; with as few as a symmetric city needs, rbg323 ends .3 % above the optimum
	}
	list := make([]int32, 0, most)
	stopped := false
	cand := twoopt.NewCandidates(in, func(i int32) []int32 {
		list = list[:0]
		if stopped = stopped || i&4095 == 4095 && m.Check(); stopped {
			return list
		}
		if cfg.Order == "heatmap" {
			cities, _ := p.Of(i)
			list = append(list, cities[:min(len(cities), most)]...)
		}
		given := len(list)
		for _, j := range nb.Of(i) {
			if len(list) >= most {
				break
			}
			if !slices.Contains(list[:given], j) {
				list = append(list, j)
			}
		}
		return list
	})
	if stopped {
		return nil
	}
	return cand
}

// begin returns the search at its first stage, nil when the budget ended before.
func (p *problem) begin(curve tsp.Tour) *search {
	in, cfg, m, o := p.in, p.cfg, p.meter, p.options
	s := &search{in: in, cfg: cfg, nb: p.nb, heatmap: p.heatmap, cand: p.cand, meter: m, seed: o.Seed, workers: o.workers(),
		initial: o.Initial, id: p.identify(), stage: plan(cfg), crew: new(kick.Crew)}
	s.BestLength = meter.NoTour
	switch cfg.FirstTour {
	case "greedy":
		s.first, _ = tsp.GreedyEdge(m.Context(), in, p.nb, believed(m.Context(), in, p.heatmap, cfg)...)
	case "curve":
		s.first = curve
	}
	for _, tour := range o.Initial {
		if s.first == nil || in.Length(tour) < in.Length(s.first) {
			s.first = tour
		}
	}
	if cfg.Restart == "fresh" {
		return s
	}
	s.crew = kick.NewCrew(in, p.cand, kick.Config{Breadth: cfg.breadth(), Depth: cfg.Depth}, m, s.workers)
	s.Cuts.Start(s.seed, meter.ForCuts, 0, 0)
	if s.first == nil && cfg.FirstTour == "draw" {
		if stats := tree.NewStats(p.cand, p.heatmap, m); stats != nil {
			var rng meter.Stream
			rng.Start(s.seed, meter.ForFirst, 0, 0)
			s.first = tree.New(in, stats, tree.Config{Depth: cfg.Depth}, m, rng).DrawTour()
		}
	}
	if s.first == nil {
		s.first = curve
	}
	s.Tour = kick.NewTour(in, slices.Clone(s.first))
	s.keep(s.Tour.Order, s.Tour.Length)
	if cfg.Action == "draw" {
		for _, c := range s.crew.Climbers {
			stats := tree.NewStats(p.cand, p.heatmap, m)
			if stats == nil {
				return nil
			}
			c.Learn(stats, cfg.Alpha, cfg.Beta)
		}
	}
	return s
}

// LowerBound returns a lower bound on every tour of in, found within limit, and
// whether the ascent has converged; without a limit (0) it ends where more time
// brings little. The bound is nil, without an error, when there was no time for any.
func LowerBound(ctx context.Context, in *tsp.Instance, limit time.Duration) (r *onetree.Result, converged bool, err error) {
	if sym := tsp.NewSymmetric(in); sym != nil {
		in = sym.Instance
	}
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
