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
	if budget.Clock == nil {
		start := time.Now()
		budget.Clock = func() time.Duration { return time.Since(start) }
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
		ctx, cancel = context.WithTimeoutCause(ctx, budget.Time-budget.Clock(), meter.ErrTime)
		defer cancel()
	}
	m := meter.New(ctx, budget, observe)
	if p.Neighbors == nil || p.Heatmap == nil || m.Check() {
		stop := StopInterrupted
		if budget.Time > 0 && m.Clock() >= budget.Time {
			stop = StopTime
		}
		return finish(in, p.known(firstResort(in)), 0, stop)
	}
	if p.Heatmap.N() != in.N() {
		return nil, fmt.Errorf("mcts: a heatmap of %d cities for %d", p.Heatmap.N(), in.N())
	}
	curve := firstResort(in)
	resort := p.known(curve)
	m.Offer(in.Length(resort), resort)
	var s *search
	if cand := candidates(p, cfg, m); cand != nil {
		s = newSearch(ctx, p, cfg, cand, m, seed, workers, curve)
	}
	if s == nil {
		stop, _ := m.Ended()
		return finish(in, resort, 0, stop)
	}
	if p.Resume != nil {
		if err := s.resume(p.Resume); err != nil {
			return nil, err
		}
	}
	s.run(func() {
		if p.Save != nil && p.SaveDue() {
			p.Save(s.checkpoint())
		}
	})
	m.Check()
	if p.Save != nil {
		p.Save(s.checkpoint())
	}
	stop, ok := m.Ended()
	if !ok {
		stop = StopActions
	}
	tour := s.Best
	if s.BestLength > in.Length(resort) { // a drawn tour of many cities may be
		tour = resort
	}
	return finish(in, tour, m.Actions(), stop)
}

// known returns the shortest of a tour, those to start from, and that of the
// checkpoint: what the answer is where there is no time to search.
func (p *Problem) known(tour tsp.Tour) tsp.Tour {
	others := p.Initial
	if p.Resume != nil && p.Instance.Check(p.Resume.State.Best) == nil {
		others = append(slices.Clone(others), p.Resume.State.Best)
	}
	for _, t := range others {
		if p.Instance.Length(t) < p.Instance.Length(tour) {
			tour = t
		}
	}
	return tour
}

// newSearch prepares a search, nil when the budget ended before.
func newSearch(ctx context.Context, p *Problem, cfg Config, cand *twoopt.Candidates, m *meter.Meter, seed uint64, workers int, curve tsp.Tour) *search {
	in := p.Instance
	s := &search{in: in, cfg: cfg, nb: p.Neighbors, heatmap: p.Heatmap, cand: cand, meter: m, seed: seed, workers: workers,
		initial: p.Initial, id: identify(p, cfg, seed, workers), stage: plan(cfg), crew: new(kick.Crew)}
	s.BestLength = meter.NoTour
	switch cfg.FirstTour {
	case "greedy":
		s.first, _ = tsp.GreedyEdge(ctx, in, p.Neighbors)
	case "curve":
		s.first = curve
	}
	for _, tour := range p.Initial {
		if s.first == nil || in.Length(tour) < in.Length(s.first) {
			s.first = tour
		}
	}
	if cfg.Restart == "fresh" {
		return s
	}
	s.crew = kick.NewCrew(in, cand, kick.Config{Breadth: cfg.breadth(), Depth: cfg.Depth}, m, workers)
	s.Cuts.Start(seed, meter.ForCuts, 0, 0)
	if s.first == nil && cfg.FirstTour == "draw" {
		if stats := tree.NewStats(cand, p.Heatmap, m); stats != nil {
			var rng meter.Stream
			rng.Start(seed, meter.ForFirst, 0, 0)
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
			stats := tree.NewStats(cand, p.Heatmap, m)
			if stats == nil {
				return nil
			}
			c.Learn(stats, cfg.Alpha, cfg.Beta)
		}
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
func candidates(p *Problem, cfg Config, m *meter.Meter) *twoopt.Candidates {
	list := make([]int32, 0, cfg.Candidates)
	stopped := false
	cand := twoopt.NewCandidates(p.Instance, func(i int32) []int32 {
		list = list[:0]
		if stopped = stopped || i&4095 == 4095 && m.Check(); stopped {
			return list
		}
		if cfg.Order == "heatmap" {
			cities, _ := p.Heatmap.Of(i)
			list = append(list, cities[:min(len(cities), cfg.Candidates)]...)
		}
		given := len(list)
		for _, j := range p.Neighbors.Of(i) {
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
