package mcts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Problem is what a search works on.
type Problem struct {
	Instance *tsp.Instance
	// Neighbors holds at least NeedNeighbors(cfg) cities a city, or as many as
	// there are; nil when the budget ended before they were found.
	Neighbors *tsp.Neighbors
	Heatmap   *heatmap.Map // nil only with Neighbors nil
	// Initial holds tours to start from; the search only ever improves on the best of them.
	Initial []tsp.Tour
	// Resume is a state to go on from, of the same problem, knobs, seed and workers; nil to begin.
	Resume *Checkpoint
	// Save, if not nil, is given the state of the search whenever SaveDue says so, and at its end.
	Save    func(*Checkpoint)
	SaveDue func() bool
}

// Result is what a search found.
type Result struct {
	Tour    tsp.Tour // checked, from city 0 on towards its neighbour with the lower id
	Length  int64    // of Tour, recomputed, in core units
	Actions int64    // simulated by all workers
	Stop    Stop
}

// NeedNeighbors returns how many neighbours a city a search with these knobs wants.
func NeedNeighbors(cfg Config) int {
	if cfg.Order == "quadrant" {
		return max(5*cfg.Candidates, 20)
	}
	return max(cfg.Candidates, 10)
}

// ExactLimit is the number of cities up to which an instance is solved by dynamic programming.
const ExactLimit = 9

// Solve searches p with the given number of workers, until the budget or ctx
// ends, and returns the best tour. The end of ctx is not an error: without time
// for more, the tour is a space-filling curve.
func Solve(ctx context.Context, p *Problem, cfg Config, seed uint64, workers int, budget Budget, observe Observer) (*Result, error) {
	if err := errors.Join(cfg.Validate(), budget.Validate()); err != nil {
		return nil, err
	}
	if workers < 1 {
		return nil, fmt.Errorf("mcts: %d workers, want at least 1", workers)
	}
	in := p.Instance
	if in.N() <= ExactLimit {
		if t, ok := tsp.Exact(in); ok {
			return finish(in, t, 0, StopExact)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if budget.Time > 0 {
		ctx, cancel = context.WithTimeoutCause(ctx, budget.Time-budget.Clock(), errTime)
		defer cancel()
	}
	r := newRun(ctx, budget, observe)
	if p.Neighbors == nil || p.Heatmap == nil || r.check() {
		stop := StopInterrupted
		if budget.Time > 0 && budget.Clock() >= budget.Time {
			stop = StopTime
		}
		return finish(in, p.known(firstResort(in)), 0, stop)
	}
	if p.Heatmap.N() != in.N() {
		return nil, fmt.Errorf("mcts: a heatmap of %d cities for %d", p.Heatmap.N(), in.N())
	}
	curve := firstResort(in)
	resort := p.known(curve)
	r.offer(in.Length(resort))
	cand := candidates(p, cfg, r)
	if cand == nil {
		return finish(in, resort, 0, *r.stop.Load())
	}
	s := newSearch(ctx, p, cfg, cand, r, seed, workers, curve)
	if (cfg.Action == "draw" || cfg.Restart == "fresh") && !s.learn(p.Heatmap) {
		return finish(in, resort, 0, *r.stop.Load())
	}
	if p.Resume != nil {
		if err := s.restore(p.Resume); err != nil {
			return nil, err
		}
	}
	save := func() {}
	if p.Save != nil {
		save = func() {
			if p.SaveDue() {
				p.Save(s.snapshot())
			}
		}
	}
	tour, length := s.search(save)
	r.check()
	if p.Save != nil {
		p.Save(s.snapshot())
	}
	stop := StopActions
	if why := r.stop.Load(); why != nil {
		stop = *why
	}
	if length > in.Length(resort) { // a drawn tour of many cities may be
		tour = resort
	}
	return finish(in, tour, r.actions.Load(), stop)
}

// known returns the shortest of a tour, those to start from, and that of the
// checkpoint: what the answer is where there is no time to search.
func (p *Problem) known(tour tsp.Tour) tsp.Tour {
	others := p.Initial
	if p.Resume != nil && p.Instance.Check(p.Resume.Best) == nil {
		others = append(slices.Clone(others), p.Resume.Best)
	}
	for _, t := range others {
		if p.Instance.Length(t) < p.Instance.Length(tour) {
			tour = t
		}
	}
	return tour
}

// searcher is one of the two ways in which workers search: each for itself
// (restart "fresh"), or together on one tour (restart "kick").
type searcher interface {
	learn(m *heatmap.Map) bool // gives every worker statistics; false when the budget ended
	search(save func()) (best tsp.Tour, length int64)
	snapshot() *Checkpoint
	restore(*Checkpoint) error
}

func newSearch(ctx context.Context, p *Problem, cfg Config, cand *twoopt.Candidates, r *run, seed uint64, workers int, curve tsp.Tour) searcher {
	in := p.Instance
	var first tsp.Tour // nil: to be drawn
	switch cfg.FirstTour {
	case "greedy":
		first, _ = tsp.GreedyEdge(ctx, in, p.Neighbors)
	case "curve":
		first = curve
	}
	for _, tour := range p.Initial {
		if first == nil || in.Length(tour) < in.Length(first) {
			first = tour
		}
	}
	id := identify(p, cfg, seed, workers)
	if cfg.Restart == "kick" {
		t := newTeam(in, p.Neighbors, cfg, cand, r, seed, workers)
		t.id, t.problem, t.initial = id, p, p.Initial
		if first == nil && cfg.FirstTour == "draw" {
			w := newWorker(in, cfg, cand, r)
			w.rng.seed(seed, 1<<33)
			if w.stats = newStats(cand, p.Heatmap, r); w.stats != nil {
				first = w.drawTour()
			}
		}
		if first == nil {
			first = curve
		}
		t.start(first)
		return t
	}
	c := &crowd{shared: r, id: id}
	for i := range workers {
		w := newWorker(in, cfg, cand, r)
		w.rng.seed(seed, uint64(i))
		w.limit = share(r.budget.Actions, workers, i)
		w.first = first
		c.workers = append(c.workers, w)
	}
	return c
}

// share divides total actions among workers; worker i's share, 0 for no limit.
func share(total int64, workers, i int) int64 {
	if total == 0 {
		return 0
	}
	s := total / int64(workers)
	if int64(i) < total%int64(workers) {
		s++
	}
	return s
}

// finish checks t and measures it anew: no other tour leaves the package.
func finish(in *tsp.Instance, t tsp.Tour, actions int64, stop Stop) (*Result, error) {
	if err := in.Check(t); err != nil {
		return nil, fmt.Errorf("mcts: the search went wrong, please report it: %w", err)
	}
	t = slices.Clone(t)
	at := slices.Index(t, 0)
	slices.Reverse(t[:at])
	slices.Reverse(t[at:])
	slices.Reverse(t)
	if n := len(t); n > 2 && t[n-1] < t[1] {
		slices.Reverse(t[1:])
	}
	return &Result{Tour: t, Length: in.Length(t), Actions: actions, Stop: stop}, nil
}

// candidates lists each city's candidates as cfg wants them: the first of the
// heatmap, filled up with neighbours where it has too few, or the nearest ones.
// It returns nil when the budget ended.
func candidates(p *Problem, cfg Config, r *run) *twoopt.Candidates {
	m, nb := p.Heatmap, p.Neighbors
	var quadrants *tsp.Neighbors
	if cfg.Order == "quadrant" {
		var err error
		if quadrants, err = tsp.QuadrantNeighbors(r.ctx, p.Instance, nb, max(1, cfg.Candidates/4)); err != nil {
			r.check()
			return nil
		}
	}
	list := make([]int32, 0, cfg.Candidates)
	stopped := false
	cand := twoopt.NewCandidates(p.Instance, func(i int32) []int32 {
		list = list[:0]
		if stopped = stopped || i&4095 == 4095 && r.check(); stopped {
			return list
		}
		if cfg.Order == "heatmap" {
			cities, _ := m.Of(i)
			list = append(list, cities[:min(len(cities), cfg.Candidates)]...)
		}
		if cfg.Order == "quadrant" {
			list = append(list, quadrants.Of(i)[:min(quadrants.K, cfg.Candidates)]...)
		}
		given := len(list)
		for _, j := range nb.Of(i) {
			if len(list) >= cfg.Candidates {
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

func newWorker(in *tsp.Instance, cfg Config, cand *twoopt.Candidates, r *run) *worker {
	n := in.N()
	identity := make(tsp.Tour, n)
	for i := range identity {
		identity[i] = int32(i)
	}
	w := &worker{in: in, cfg: cfg, cand: cand, run: r, tour: twoopt.NewTour(identity),
		best: make(tsp.Tour, n), bestLength: noTour, path: twoopt.NewPath(cfg.Depth),
		fresh: make(tsp.Tour, 0, n), free: make([]int32, 0, n), freeAt: make([]int32, n)}
	if cfg.Action == "best" {
		breadth, _ := parseList(cfg.Breadth) // Validate has seen it
		w.chain = twoopt.NewChain(in, w.tour, cand, twoopt.ChainConfig{Breadth: breadth, Depth: cfg.Depth})
	}
	return w
}
