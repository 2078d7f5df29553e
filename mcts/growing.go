package mcts

import (
	"fmt"

	"tspmcts/mcts/breed"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// growing is the work on the whole instance as one region: populations that grow, and
// kicks between their steps, or, where there are many cities, regions that are visited.
type growing struct {
	Breeder *breed.Breeder
	Between float64   // cost of the work between the steps
	Rest    float64   // and of all else
	Led     float64   // of that: of crossing the best tour with others
	PerTour float64   // cost of building one tour
	Whole   yield     // what recombining the whole brought
	Since   since     // that was measured last
	Regions *visiting // the work between the steps where there are many cities; nil: kicks
}

// since is what the whole has cost and brought since its yield was measured last.
type since struct {
	Rest float64 // growing.Rest at that time
	Gain int64   // since then
}

const (
	wholeOf    = 8   // from this part of the knob whole on, regions are visited too
	shareOfLed = 0.1 // of the cost of the steps
)

// share returns which part of the cost is for the work between the steps: little for
// kicks; as much as for the steps, for regions, until it is known what recombining the
// whole brings, and then most of it for what brings more a second.
func (g *growing) share() float64 {
	switch {
	case g.Regions == nil:
		return 0.2
	case g.Whole.Cost == 0:
		return 0.5
	case max(g.Regions.Kicks.Rate, g.Regions.Visits.Rate) > g.Whole.Rate:
		return 0.7
	}
	return 0.2
}

func (g *growing) name() string {
	switch {
	case !g.Breeder.Recombining():
		return "building tours"
	case g.Breeder.Crossing:
		return "crossing the best"
	}
	return "recombining"
}

// newGrowing begins the stage.
func (s *search) newGrowing() *growing {
	g := &growing{Breeder: breed.New(s.breeding(), s.initial)}
	if s.in.N() >= s.cfg.Whole/wholeOf {
		g.Regions = s.newVisiting()
	}
	return g
}

func (s *search) breeding() breed.Setting {
	return breed.Setting{In: s.in, Neighbors: s.nb, EAX: s.cfg.eax(s.in.N()), Most: s.cfg.Population,
		Elite: s.cfg.Elite, Workers: s.workers, Seed: s.seed, Stop: s.meter.Ending()}
}

func (g *growing) step(s *search) bool {
	start := s.cost()
	if g.PerTour > 0 && g.Between < g.share()*(g.Between+g.Rest)+breed.LeastTours*g.PerTour {
		if g.Regions != nil {
			g.Regions.step(s)
		} else {
			s.kickOn()
		}
		g.Between += s.cost() - start
		return false
	}
	switch {
	case g.Breeder.Recombining():
		g.recombine(s)
	case g.Breeder.Missing() > 0:
		g.build(s)
	default:
		g.Breeder.Begin()
	}
	g.Rest += s.cost() - start
	return false
}

// build has a tour built by each worker.
func (g *growing) build(s *search) {
	start, before := s.cost(), s.crew.Actions()
	tours := g.Breeder.Build(s.crew, s.visitors, s.loadWhole, s.workers)
	made := s.crew.Actions() - before
	s.Used += made
	s.did("recombine", 0, 0, 0, made)
	if len(tours) > 0 {
		g.PerTour = (s.cost() - start) / float64(len(tours))
		g.lead(s, tours)
	}
}

// loadWhole makes the whole instance a visitor's problem.
func (s *search) loadWhole(v *region.Visitor) {
	region.Cut(&v.Problem, s.Tour.Order, s.Tour.Positions(), s.Tour.Order)
	v.Load(s.in, s.cand, s.nb, s.Tour.Length, nil, s.Tour.Positions(), 0)
}

// recombine carries out a generation, or goes on to what follows the last.
func (g *growing) recombine(s *search) {
	b := g.Breeder
	operator := "recombine"
	if b.Crossing {
		operator = "cross"
	}
	children, done := b.Generation()
	if !done {
		length := s.BestLength
		s.Used += children
		s.meter.Add(children)
		if b.BestLength() < length {
			g.better(s, b.Best(), b.BestLength())
		}
		s.did(operator, 0, 0, length-s.BestLength, children)
		if s.BestLength == length && !b.Crossing {
			g.lead(s, b.Some())
		}
		return
	}
	s.did(operator, 0, 1, 0, 0)
	if b.Next(s.Best) {
		g.Whole.add(g.Since.Gain, g.Rest-g.Since.Rest)
		g.Since = since{Rest: g.Rest}
	}
}

// lead crosses the best tour with others, unless that has already had its share.
func (g *growing) lead(s *search, others []tsp.Tour) {
	if g.Led > shareOfLed*g.Rest {
		return
	}
	start, length := s.cost(), s.BestLength
	tour, to, children := g.Breeder.Lead(s.Best, others)
	s.Used += children
	s.meter.Add(children)
	if to < length {
		g.better(s, tour, to)
	}
	s.did("cross", 0, 1, length-s.BestLength, children)
	g.Led += s.cost() - start
}

// better makes a tour from the whole's population the best.
func (g *growing) better(s *search, tour tsp.Tour, length int64) {
	g.Since.Gain += s.BestLength - length
	s.keep(tour, length)
	s.toBest()
}

func (g *growing) freeze() { g.Breeder.Freeze() }

func (g *growing) resume(s *search) error {
	if g.Breeder == nil {
		return errForeign
	}
	if err := g.Breeder.Resume(s.breeding()); err != nil {
		return fmt.Errorf("%w: %w", errForeign, err)
	}
	if g.Regions != nil {
		return g.Regions.resume(s)
	}
	return nil
}
