package mcts

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
	// The search has no clock of its own: nil unless Time or Stall is set.
	Clock func() time.Duration
	// Actions is the number of actions of all workers together; 0 for no limit.
	// With a budget of actions alone the result depends on nothing else than the seed and the workers.
	Actions int64
	// Target ends the search at a tour of at most this length, in core units; 0 for none.
	Target int64
	// Stall ends the search when no worker has found a better tour for so long; 0 for no limit.
	Stall time.Duration
}

// Validate returns an error when b cannot be obeyed.
func (b Budget) Validate() error {
	if b.Time < 0 || b.Actions < 0 || b.Target < 0 || b.Stall < 0 {
		return errors.New("mcts: a budget is negative")
	}
	if (b.Time > 0 || b.Stall > 0) && b.Clock == nil {
		return errors.New("mcts: a budget of time needs a clock")
	}
	return nil
}

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

// Stops lists the reasons.
var Stops = []Stop{StopTime, StopTarget, StopActions, StopStalled, StopInterrupted, StopExact}

// Progress is what an observer is told: a better tour, or that time passes.
type Progress struct {
	Length  int64 // of the best tour so far, in core units
	Actions int64 // simulated so far, all workers
	Better  bool  // the length is new
}

// Observer is called while a search runs, by one goroutine at a time. It must return quickly.
type Observer func(Progress)
