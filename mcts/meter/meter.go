package meter

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// PollEvery is the number of actions, or other pieces of work of about a
// microsecond, between two calls of Check.
const PollEvery = 64

// NoTour is longer than any tour.
const NoTour = math.MaxInt64

// ErrTime is the cause of the end of a context whose budget of time is used up.
var ErrTime = errors.New("the time is over")

// Progress is what an observer is told: a better tour, or that time passes.
type Progress struct {
	Length  int64         // of the best tour so far, in core units
	Tour    []int32       // the best tour, valid during the call
	Actions int64         // simulated so far, all workers
	Elapsed time.Duration // on the budget's clock
	Stage   string        // what the search is at
	Better  bool          // the length is new
	Regions [][]int32     // the cities of each region that is worked on, valid during the call; nil where that is the whole
	Moved   bool          // the regions are new
}

// observeEvery is the time between two calls of an observer that is told nothing new.
const observeEvery = 20 * time.Millisecond

// Observer is called while a search runs, by one goroutine at a time: with every better tour that
// Check sees, and else some times a second. It must return quickly.
type Observer func(Progress)

// Meter is what the workers of one search share. All methods may be called at any time
// by any of them.
type Meter struct {
	ctx     context.Context
	finish  context.CancelFunc // ends ctx
	budget  Budget
	observe Observer

	best    atomic.Int64 // length of the best tour
	actions atomic.Int64
	stop    atomic.Pointer[Stop]
	ending  atomic.Bool // stop is set, or about to be

	mu       sync.Mutex
	stage    string
	regions  [][]int32
	moved    bool          // the observer does not know the regions
	told     int64         // best length that the observer knows
	observed time.Duration // when it was last called
	improved time.Duration // when best last fell
	counts   bool          // towards a stall
	tour     []int32       // the best tour, where somebody observes
	lent     bool          // tour is the caller's
	length   int64         // of tour
}

// New returns the meter of a search that is about to begin. It watches ctx
// until that or the search ends; observe may be nil.
func New(ctx context.Context, budget Budget, observe Observer) *Meter {
	m := &Meter{budget: budget, observe: observe, told: NoTour, length: NoTour}
	m.ctx, m.finish = context.WithCancel(ctx)
	if m.budget.Clock == nil {
		start := time.Now()
		m.budget.Clock = func() time.Duration { return time.Since(start) }
	}
	m.best.Store(NoTour)
	context.AfterFunc(m.ctx, func() { m.ending.Store(true) })
	return m
}

// Budget returns the budget.
func (m *Meter) Budget() Budget { return m.budget }

// Context ends when the search does, or is interrupted.
func (m *Meter) Context() context.Context { return m.ctx }

// End stops all workers, for the first reason given.
func (m *Meter) End(why Stop) {
	m.stop.CompareAndSwap(nil, &why)
	m.ending.Store(true)
	m.finish()
}

// Ended returns the reason for which the search ends, false while it goes on.
func (m *Meter) Ended() (why Stop, ok bool) {
	if s := m.stop.Load(); s != nil {
		return *s, true
	}
	return "", false
}

// Ending becomes true when the search is to end: for loops that cannot call Check.
func (m *Meter) Ending() *atomic.Bool { return &m.ending }

// Stage names what the search is at from now on.
func (m *Meter) Stage(name string) {
	m.mu.Lock()
	m.stage, m.regions, m.moved = name, nil, true
	m.mu.Unlock()
}

// Regions tells whose cities are worked on from now on: of regions, or of the whole, nil.
func (m *Meter) Regions(cities [][]int32) {
	m.mu.Lock()
	m.regions, m.moved = cities, true
	m.mu.Unlock()
}

// Offer tells of a tour, and its length; it is copied where somebody wants it.
func (m *Meter) Offer(length int64, tour []int32) { m.offer(length, tour, false) }

// Lend is Offer of a tour that never changes, and is not copied.
func (m *Meter) Lend(length int64, tour []int32) { m.offer(length, tour, true) }

func (m *Meter) offer(length int64, tour []int32, lent bool) {
	for {
		old := m.best.Load()
		if length >= old {
			return
		}
		if m.best.CompareAndSwap(old, length) {
			break
		}
	}
	if m.observe != nil {
		m.mu.Lock()
		if length < m.length {
			m.length = length
			if m.lent {
				m.tour = nil
			}
			if m.lent = lent; lent {
				m.tour = tour
			} else {
				m.tour = append(m.tour[:0], tour...)
			}
		}
		m.mu.Unlock()
	}
	if length <= m.budget.Bound { // 0 at least
		m.End(StopExact)
	}
	if b := &m.budget; b.Target > 0 && length <= b.Target && (b.Reached == nil || b.Reached(tour)) {
		m.End(StopTarget)
	}
}

// Improved returns when Check last found a better tour.
func (m *Meter) Improved() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.improved
}

// Add counts actions.
func (m *Meter) Add(actions int64) { m.actions.Add(actions) }

// Actions returns how many were added.
func (m *Meter) Actions() int64 { return m.actions.Load() }

// Resume makes the count of actions begin there.
func (m *Meter) Resume(actions int64) { m.actions.Store(actions) }

// Check reports whether the search is to end, and tells the observer what is new.
// It costs about a microsecond.
func (m *Meter) Check() bool {
	select {
	case <-m.ctx.Done():
		why := StopInterrupted
		if context.Cause(m.ctx) == ErrTime {
			why = StopTime
		}
		m.End(why)
	default:
	}
	now := m.Clock()
	if m.budget.Time > 0 && now >= m.budget.Time {
		m.End(StopTime)
	}
	if m.mu.TryLock() {
		m.look(now)
		m.mu.Unlock()
	}
	return m.stop.Load() != nil
}

// look sees what is new, and tells the observer.
func (m *Meter) look(now time.Duration) {
	best := m.best.Load()
	if m.observe != nil {
		best = m.length // whose tour is here
	}
	better := best < m.told
	if better {
		m.told, m.improved = best, now
	}
	if m.observe != nil && best < NoTour && (better || now-m.observed >= observeEvery) {
		m.observed = now
		m.observe(Progress{Length: best, Tour: m.tour, Actions: m.actions.Load(), Elapsed: now, Stage: m.stage, Better: better, Regions: m.regions, Moved: m.moved})
		m.moved = false
	}
}

// Stalled reports whether the search is to end, also since it has stalled: the first call begins to
// count. It is for the moments between two steps, when all that was found is known: within one, the
// longer a search has lasted, the longer nobody is told.
func (m *Meter) Stalled() bool {
	if m.budget.Stall > 0 {
		m.mu.Lock()
		now := m.Clock()
		m.look(now)
		if !m.counts {
			m.counts, m.improved = true, now
		}
		if now-m.improved >= m.budget.Stall {
			m.End(StopStalled)
		}
		m.mu.Unlock()
	}
	return m.Check()
}

// Clock returns the time since the budget began to count.
func (m *Meter) Clock() time.Duration { return m.budget.Clock() }

// Spent returns which part of the budget is used, from 0 to 1, after the given number
// of actions of all workers; 0 where the budget does not say how long the search may
// last.
func (m *Meter) Spent(actions int64) (share float64) {
	if m.budget.Time > 0 {
		share = float64(m.Clock()) / float64(m.budget.Time)
	}
	if m.budget.Actions > 0 {
		share = max(share, float64(actions)/float64(m.budget.Actions))
	}
	return min(share, 1)
}
