package meter

import (
	"errors"
	"time"
)

// Budget says when a search ends, besides the end of its context. The zero
// Budget ends with the context only.
type Budget struct {
	// Time is the time after which the search ends, on Clock; 0 for no limit.
	Time time.Duration
	// Clock returns the time that has passed since the budget began to count.
	// nil: from the call of New.
	Clock func() time.Duration
	// Actions is the number of actions of all workers together; 0 for no limit. With a
	// budget of actions alone the result depends on nothing else than the seed and the
	// workers.
	Actions int64
	// Target ends the search at a tour of at most this length, in core units; 0 for
	// none.
	Target int64
	// Reached, if not nil, decides whether such a tour does end it: where lengths in core units are
	// rounded, or some edges may not be used. Any worker may call it at any time.
	Reached func(tour []int32) bool
	// Bound ends it as exact at a tour of at most this length, in core units, which
	// none is below; 0 for none.
	Bound int64
	// Stall ends the search, between two of its steps, when no worker has found a better tour for
	// so long; 0 for no limit.
	Stall time.Duration
}

// Validate returns an error when b cannot be obeyed.
func (b Budget) Validate() error {
	if b.Time < 0 || b.Actions < 0 || b.Target < 0 || b.Stall < 0 {
		return errors.New("a budget is negative; 0 sets no limit")
	}
	return nil
}

// Limited reports whether b says how long the search may last.
func (b Budget) Limited() bool { return b.Time > 0 || b.Actions > 0 }

// Stop is the reason why a search ended.
type Stop string

// The reasons.
const (
	StopTime        Stop = "time"
	StopTarget      Stop = "target"
	StopActions     Stop = "actions"
	StopStalled     Stop = "stalled"
	StopInterrupted Stop = "interrupted" // the context ended
	StopExact       Stop = "exact"       // the tour is proven optimal
)

// Share divides a number of actions among workers: worker i's, 0 where total is 0, for
// no limit.
func Share(total int64, workers, i int) int64 {
	if total == 0 {
		return 0
	}
	s := total / int64(workers)
	if int64(i) < total%int64(workers) {
		s++
	}
	return s
}
