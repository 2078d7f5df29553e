package mcts

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// noTour is longer than any tour.
const noTour = math.MaxInt64

// run is what the workers of one Solve share.
type run struct {
	done    <-chan struct{}
	budget  Budget
	observe Observer

	best    atomic.Int64 // length of the best tour
	actions atomic.Int64 // flushed by the workers
	stop    atomic.Pointer[Stop]

	mu       sync.Mutex
	told     int64         // best length that the observer knows
	improved time.Duration // when best last fell
}

func newRun(ctx context.Context, budget Budget, observe Observer) *run {
	r := &run{done: ctx.Done(), budget: budget, observe: observe, told: noTour}
	r.best.Store(noTour)
	return r
}

// end stops all workers, for the first reason given.
func (r *run) end(why Stop) { r.stop.CompareAndSwap(nil, &why) }

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
	if r.budget.Target > 0 && length <= r.budget.Target {
		r.end(StopTarget)
	}
}

// check reports whether the search is to end, and tells the observer what is new.
func (r *run) check() bool {
	select {
	case <-r.done:
		r.end(StopInterrupted)
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

// firstCycle is the number of actions of the first cooling where no budget says
// how long the search may last; each further one is twice as long.
const firstCycle = 1 << 17

// fraction returns which part of the budget is used, from 0 to 1, after the
// given number of actions of all workers.
func (r *run) fraction(actions int64) float64 {
	f := -1.0
	if r.budget.Time > 0 {
		f = float64(r.budget.Clock()) / float64(r.budget.Time)
	}
	if r.budget.Actions > 0 {
		f = max(f, float64(actions)/float64(r.budget.Actions))
	}
	if f < 0 {
		cycle := int64(firstCycle)
		for actions >= cycle {
			actions -= cycle
			cycle *= 2
		}
		f = float64(actions) / float64(cycle)
	}
	return min(f, 1)
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
