package mcts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

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
}

// Result is what a search found.
type Result struct {
	Tour    tsp.Tour // checked, from city 0 on towards its neighbour with the lower id
	Length  int64    // of Tour, recomputed, in core units
	Actions int64    // simulated by all workers
	Stop    Stop
}

// NeedNeighbors returns how many neighbours a city a search with these knobs wants.
func NeedNeighbors(cfg Config) int { return max(cfg.Candidates, 10) }

// exactLimit is the number of cities up to which an instance is solved by dynamic programming.
const exactLimit = 9

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
	if in.N() <= exactLimit {
		if t, ok := tsp.Exact(in); ok {
			return finish(in, t, 0, StopExact)
		}
	}
	if budget.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, budget.Time-budget.Clock(), errTime)
		defer cancel()
	}
	r := newRun(ctx, budget, observe)
	if p.Neighbors == nil || p.Heatmap == nil || r.check() {
		stop := StopInterrupted
		if budget.Time > 0 && budget.Clock() >= budget.Time {
			stop = StopTime
		}
		return finish(in, firstResort(in), 0, stop)
	}
	if p.Heatmap.N() != in.N() {
		return nil, fmt.Errorf("mcts: a heatmap of %d cities for %d", p.Heatmap.N(), in.N())
	}
	cand, prior, rowSum := candidates(p, cfg)
	if cfg.Restart == "kick" {
		t := newTeam(in, p.Neighbors, cfg, cand, r, seed, workers, budget.Actions)
		first := firstResort(in)
		if cfg.FirstTour == "greedy" {
			if g, err := tsp.GreedyEdge(ctx, in, p.Neighbors); err == nil {
				first = g
			}
		}
		t.start(first)
		t.search()
		r.check()
		stop := StopActions
		if s := r.stop.Load(); s != nil {
			stop = *s
		}
		return finish(in, t.best, r.actions.Load(), stop)
	}
	all := make([]*worker, workers)
	var wait sync.WaitGroup
	for i := range all {
		wait.Go(func() {
			all[i] = newWorker(in, cfg, cand, newStats(cand, prior, rowSum), r)
			all[i].rng.seed(seed, uint64(i))
			all[i].limit = share(budget.Actions, workers, i)
			if budget.Actions == 0 || all[i].limit > 0 { // there may be fewer actions than workers
				all[i].search()
			}
		})
	}
	wait.Wait()
	r.check()
	best := all[0]
	for _, w := range all[1:] {
		if w.bestLength < best.bestLength {
			best = w
		}
	}
	stop := StopActions
	if s := r.stop.Load(); s != nil {
		stop = *s
	}
	if best.bestLength == noTour {
		return finish(in, firstResort(in), r.actions.Load(), stop)
	}
	return finish(in, best.best, r.actions.Load(), stop)
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
// prior is P by slot, rowSum the sum of each city's whole row.
func candidates(p *Problem, cfg Config) (cand *twoopt.Candidates, prior []float32, rowSum []float64) {
	in, m, nb := p.Instance, p.Heatmap, p.Neighbors
	n := int32(in.N())
	list := make([]int32, 0, cfg.Candidates)
	cand = twoopt.NewCandidates(in, func(i int32) []int32 {
		list = list[:0]
		if cfg.Order == "heatmap" {
			cities, _ := m.Of(i)
			list = append(list, cities[:min(len(cities), cfg.Candidates)]...)
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
	prior = make([]float32, len(cand.City))
	rowSum = make([]float64, n)
	for i := range n {
		cities, ps := m.Of(i)
		for k := range cities {
			rowSum[i] += float64(ps[k])
		}
		lo, hi := cand.Start[i], cand.Start[i+1]
		for k := lo; k < hi; k++ {
			if at := slices.Index(cities, cand.City[k]); at >= 0 {
				prior[k] = ps[at]
			}
		}
	}
	return cand, prior, rowSum
}

func newWorker(in *tsp.Instance, cfg Config, cand *twoopt.Candidates, st *stats, r *run) *worker {
	n := in.N()
	identity := make(tsp.Tour, n)
	for i := range identity {
		identity[i] = int32(i)
	}
	return &worker{in: in, cfg: cfg, cand: cand, stats: st, run: r, tour: twoopt.NewTour(identity),
		best: make(tsp.Tour, n), bestLength: noTour, path: twoopt.NewPath(cfg.Depth),
		z: make([]float64, cfg.Candidates), fresh: make(tsp.Tour, 0, n), free: make([]int32, 0, n), freeAt: make([]int32, n)}
}
