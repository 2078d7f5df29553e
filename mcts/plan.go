package mcts

import (
	"encoding/gob"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// plan returns the stage that a search begins with; each leads to the next. The
// package's documentation has them as a table.
func plan(cfg Config) stage {
	if cfg.Restart == "fresh" {
		return new(simulating)
	}
	return new(descending)
}

// stage is what a search is at. Its exported fields are its part of a
// checkpoint; what it does between two steps is whole.
type stage interface {
	name() string
	// step does a small part of the stage, and returns what the search is at
	// then; nil when there is nothing left to do.
	step(s *search) stage
	// freeze brings the exported fields up to date, for a checkpoint.
	freeze()
	// resume makes a stage that was read from a checkpoint fit to go on, or says
	// what is wrong with it.
	resume(s *search) error
}

func init() {
	for _, s := range []stage{&simulating{}, &descending{}, &kicking{}, &joining{}, &growing{}, &visiting{}} {
		gob.Register(s)
	}
}

// plain is a stage with nothing to freeze, and nothing to resume.
type plain struct{}

func (plain) freeze()              {}
func (plain) resume(*search) error { return nil }

// search is what the stages of one search share.
type search struct {
	in      *tsp.Instance
	cfg     Config
	nb      *tsp.Neighbors
	heatmap *heatmap.Map
	cand    *twoopt.Candidates
	meter   *meter.Meter
	seed    uint64
	workers int
	initial []tsp.Tour // given from outside, for the first population
	first   tsp.Tour   // to begin with; nil: drawn
	crew    *kick.Crew // of the stages that kick
	id      identity

	state
	stage stage
}

// state is what a search has reached, besides its stage.
type state struct {
	Best       tsp.Tour // the shortest so far, nil before the first
	BestLength int64
	Tour       *kick.Tour   // what the stages that kick work on
	Used       int64        // actions of all workers in those
	Round      uint64       // of kicks
	Cuts       meter.Stream // where rounds cut the tour
}

// run carries out stage after stage until the budget ends. Between two steps the
// whole state may be saved.
func (s *search) run(save func()) {
	for s.stage != nil {
		save()
		if s.ended() {
			return
		}
		s.meter.Stage(s.stage.name())
		s.stage = s.stage.step(s)
	}
}

// ended reports whether the budget is used up.
func (s *search) ended() bool {
	actions := s.meter.Budget().Actions
	return actions > 0 && s.Used >= actions || s.meter.Check()
}

// spent returns which part of the budget is used.
func (s *search) spent() float64 { return s.meter.Spent(s.Used) }

// keep copies tour aside if it is the best so far.
func (s *search) keep(tour []int32, length int64) {
	if length < s.BestLength {
		s.Best = append(s.Best[:0], tour...)
		s.BestLength = length
		s.meter.Offer(length, s.Best)
	}
}
