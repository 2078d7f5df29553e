package mcts

import (
	"slices"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// stage is what a search is at. Its exported fields are its part of a
// checkpoint; what it does between two steps is whole.
type stage interface {
	name() string
	// step does a small part of the stage, and reports whether it is over.
	step(s *search) bool
	// freeze brings the exported fields up to date, for a checkpoint.
	freeze()
	// resume makes a stage that was read from a checkpoint fit to go on, or says
	// what is wrong with it.
	resume(s *search) error
}

// plain is a stage with nothing to freeze, and nothing to resume.
type plain struct{}

func (plain) freeze()              {}
func (plain) resume(*search) error { return nil }

// search is what the stages of one search share.
type search struct {
	in       *tsp.Instance
	cfg      Config
	nb       *tsp.Neighbors
	heatmap  *heatmap.Map
	cand     *twoopt.Candidates
	meter    *meter.Meter
	seed     uint64
	workers  int
	initial  []tsp.Tour        // given from outside, for the first population
	first    tsp.Tour          // to begin with; nil: drawn
	crew     *kick.Crew        // of the stages that kick
	visitors []*region.Visitor // one for each of the crew
	onward   *Learnt           // by those that brought the first tour to where it is; nil: there were none
	id       identity

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
	Work       []worked     // what was done
	Visits     []uint16     // of regions that a city was in; nil before the first
}

// begin returns the search before its first stage, nil when the budget ended already.
func (p *problem) begin() *search {
	in, cfg, m, o := p.in, p.cfg, p.meter, p.options
	s := &search{in: in, cfg: cfg, nb: p.nb, heatmap: p.heatmap, cand: p.cand, meter: m, seed: o.Seed, workers: o.workers(),
		initial: o.Initial, onward: o.Onward, crew: new(kick.Crew)}
	s.BestLength = meter.NoTour
	switch {
	case o.Onward != nil:
		s.first = o.Initial[0]
	case cfg.FirstTour == "greedy":
		s.first, _ = tsp.GreedyEdge(m.Context(), in, p.nb, believed(m.Context(), in, p.heatmap, cfg)...)
		if m.Check() {
			return nil
		}
	case cfg.FirstTour == "curve":
		s.first = p.curve
	}
	others := o.Initial
	if p.branched != nil {
		others = append(slices.Clone(others), p.branched)
	}
	for _, tour := range others {
		if s.first == nil || in.Length(tour) < in.Length(s.first) {
			s.first = tour
		}
	}
	if cfg.Restart == "fresh" {
		return s
	}
	s.crew = kick.NewCrew(in, p.cand, kick.Config{Breadth: cfg.breadth(), Depth: cfg.Depth}, m, s.workers)
	for _, c := range s.crew.Climbers {
		s.visitors = append(s.visitors, &region.Visitor{Climber: c})
	}
	s.Cuts.Start(s.seed, meter.ForCuts, 0, 0)
	if s.first == nil && cfg.FirstTour == "draw" {
		if stats := tree.NewStats(p.cand, p.heatmap, m); stats != nil {
			var rng meter.Stream
			rng.Start(s.seed, meter.ForFirst, 0, 0)
			s.first = tree.New(in, stats, tree.Config{Depth: cfg.Depth}, m, rng).DrawTour()
		}
	}
	if s.first == nil {
		s.first = p.curve
	}
	s.Tour = kick.NewTour(in, slices.Clone(s.first))
	s.keep(s.Tour.Order, s.Tour.Length)
	if cfg.Action == "draw" {
		for _, c := range s.crew.Climbers {
			stats := tree.NewStats(p.cand, p.heatmap, m)
			if stats == nil {
				return nil
			}
			c.Guide(stats, cfg.Alpha, cfg.Beta)
		}
	}
	return s
}

// ended reports whether the budget is used up.
func (s *search) ended() bool {
	actions := s.meter.Budget().Actions
	return actions > 0 && s.Used >= actions || s.meter.Check()
}

// spent returns which part of the budget is used.
func (s *search) spent() float64 { return s.meter.Spent(s.Used) }

// cost returns what the search has cost so far, and those before it that it goes on from: seconds, or
// actions where these are the budget.
func (s *search) cost() float64 {
	before := 0.0
	if s.onward != nil {
		before = s.onward.Cost
	}
	if b := s.meter.Budget(); b.Actions > 0 || b.Time == 0 && b.Stall == 0 {
		return before + float64(s.Used)
	}
	return before + s.meter.Clock().Seconds()
}

// keep copies tour aside if it is the best so far.
func (s *search) keep(tour []int32, length int64) {
	if length < s.BestLength {
		s.Best = append(s.Best[:0], tour...)
		s.BestLength = length
		s.meter.Offer(length, s.Best)
	}
}

// toBest makes the best tour the one that the stages kick.
func (s *search) toBest() {
	s.Tour.Order = append(s.Tour.Order[:0], s.Best...)
	s.Tour.Measure(s.in)
}
