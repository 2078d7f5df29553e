package mcts

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// noTour is longer than any tour.
const noTour = math.MaxInt64

// errTime is the cause of the end of a context whose budget of time is used up.
var errTime = errors.New("mcts: the time is over")

// run is what the workers of one Solve share.
type run struct {
	ctx     context.Context
	budget  Budget
	observe Observer

	best    atomic.Int64 // length of the best tour
	actions atomic.Int64 // flushed by the workers
	stop    atomic.Pointer[Stop]
	ending  atomic.Bool // stop is set, or about to be

	mu       sync.Mutex
	told     int64         // best length that the observer knows
	improved time.Duration // when best last fell
}

func newRun(ctx context.Context, budget Budget, observe Observer) *run {
	r := &run{ctx: ctx, budget: budget, observe: observe, told: noTour}
	r.best.Store(noTour)
	context.AfterFunc(ctx, func() { r.ending.Store(true) })
	return r
}

// end stops all workers, for the first reason given.
func (r *run) end(why Stop) {
	r.stop.CompareAndSwap(nil, &why)
	r.ending.Store(true)
}

// offer lowers the best length to length.
func (r *run) offer(length int64) {
	for {
		old := r.best.Load()
		if length >= old {
			return
		}
		if r.best.CompareAndSwap(old, length) {
			break
		}
	}
	switch {
	case length <= 0:
		r.end(StopExact) // no tour is shorter
	case r.budget.Target > 0 && length <= r.budget.Target:
		r.end(StopTarget)
	}
}

// check reports whether the search is to end, and tells the observer what is new.
func (r *run) check() bool {
	select {
	case <-r.ctx.Done():
		why := StopInterrupted
		if context.Cause(r.ctx) == errTime {
			why = StopTime
		}
		r.end(why)
	default:
	}
	var now time.Duration
	if r.budget.Clock != nil {
		now = r.budget.Clock()
		if r.budget.Time > 0 && now >= r.budget.Time {
			r.end(StopTime)
		}
	}
	if r.mu.TryLock() {
		best := r.best.Load()
		better := best < r.told
		if better {
			r.told, r.improved = best, now
		} else if r.budget.Stall > 0 && now-r.improved >= r.budget.Stall && best < noTour {
			r.end(StopStalled)
		}
		if r.observe != nil && best < noTour {
			r.observe(Progress{Length: best, Actions: r.actions.Load(), Better: better})
		}
		r.mu.Unlock()
	}
	return r.stop.Load() != nil
}

// clock returns the time since the search began, 0 where the budget has none.
func (r *run) clock() time.Duration {
	if r.budget.Clock == nil {
		return 0
	}
	return r.budget.Clock()
}

// spent returns which part of the budget is used, from 0 to 1, after the given
// number of actions of all workers; 0 where the budget does not say how long the search may last.
func (r *run) spent(actions int64) (share float64) {
	if r.budget.Time > 0 {
		share = float64(r.budget.Clock()) / float64(r.budget.Time)
	}
	if r.budget.Actions > 0 {
		share = max(share, float64(actions)/float64(r.budget.Actions))
	}
	return min(share, 1)
}

// pollEvery is the number of actions, or other pieces of work of about a
// microsecond, between two looks at the budget.
const pollEvery = 64

// step counts an action and reports whether the search is to end.
func (w *worker) step() bool {
	if w.limit > 0 && w.actions >= w.limit {
		w.stopped = true
		return true
	}
	w.actions++
	if w.sincePoll++; w.sincePoll >= pollEvery {
		w.sincePoll = 0
		return w.poll()
	}
	return w.stopped
}

// poll reports whether the search is to end.
func (w *worker) poll() bool {
	if !w.stopped {
		w.flush()
		w.stopped = w.run.check()
	}
	return w.stopped
}

// flush tells run of the actions since the last flush.
func (w *worker) flush() {
	w.run.actions.Add(w.actions - w.flushed)
	w.flushed = w.actions
}

// crowd is workers that search each for itself; the best tour of all wins.
type crowd struct {
	shared  *run
	id      identity
	workers []*worker
}

// slice is the number of actions of a worker between two moments at which the
// whole state may be saved.
const slice = 1 << 14

// search runs the workers until the budget ends. They wait for each other
// where the state is due to be saved, which changes nothing in what they do.
func (c *crowd) search(save func()) (best tsp.Tour, length int64) {
	for {
		save()
		if c.ended() {
			break
		}
		var wait sync.WaitGroup
		for _, w := range c.workers {
			if w.stopped || c.shared.budget.Actions > 0 && w.actions >= w.limit {
				continue
			}
			wait.Go(func() { w.advance(slice) })
		}
		wait.Wait()
	}
	length = noTour
	for _, w := range c.workers {
		if w.bestLength < length {
			best, length = w.best, w.bestLength
		}
	}
	return best, length
}

// ended reports whether the budget is used up.
func (c *crowd) ended() bool {
	if c.shared.budget.Actions > 0 {
		left := false
		for _, w := range c.workers {
			left = left || w.actions < w.limit
		}
		if !left {
			return true
		}
	}
	return c.shared.check()
}

// learn gives the workers statistics to draw by.
func (c *crowd) learn(m *heatmap.Map) bool {
	for _, w := range c.workers {
		if w.stats = newStats(w.cand, m, c.shared); w.stats == nil {
			return false
		}
		w.newSums()
	}
	return true
}
