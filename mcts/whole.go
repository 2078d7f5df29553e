package mcts

import (
	"tspmcts/mcts/breed"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// whole is the work on the whole instance as one region: populations that grow.
type whole struct {
	Breeder *breed.Breeder
	Cost    float64 // of all of it
	Led     float64 // of that: of crossing the best tour with others
}

// shareOfLed is the part of the cost that may go to crossing the best tour with others.
const shareOfLed = 0.1

func (s *search) newWhole() *whole { return &whole{Breeder: breed.New(s.breeding(), s.initial)} }

func (s *search) breeding() breed.Setting {
	return breed.Setting{In: s.in, Neighbors: s.nb, EAX: s.cfg.eax(s.in.N()), Most: s.cfg.Population,
		Elite: s.cfg.Elite, Workers: s.workers, Seed: s.seed, Stop: s.meter.Ending()}
}

func (g *whole) name() string {
	switch {
	case !g.Breeder.Recombining():
		return "building tours"
	case g.Breeder.Crossing:
		return "crossing the best"
	}
	return "recombining"
}

// work builds tours, or recombines them. It may be judged when a population has converged.
func (g *whole) work(s *search) (judge bool) {
	start := s.cost()
	switch {
	case g.Breeder.Recombining():
		judge = g.recombine(s)
	case g.Breeder.Missing() > 0:
		g.build(s)
	default:
		g.Breeder.Begin()
	}
	g.Cost += s.cost() - start
	return judge
}

// build has a tour built by each worker.
func (g *whole) build(s *search) {
	before := s.crew.Actions()
	tours := g.Breeder.Build(s.crew, s.visitors, s.loadWhole, s.workers)
	made := s.crew.Actions() - before
	s.Used += made
	s.did("recombine", 0, 0, 0, made)
	if len(tours) > 0 {
		g.lead(s, tours)
	}
}

// loadWhole makes the whole instance a visitor's problem.
func (s *search) loadWhole(v *region.Visitor) {
	region.Cut(&v.Problem, s.Tour.Order, s.Tour.Positions(), s.Tour.Order)
	v.Load(s.in, s.cand, s.nb, s.Tour.Length, nil, s.Tour.Positions(), 0)
}

// recombine carries out a generation, or goes on to what follows the last, and reports whether
// that is a new population.
func (g *whole) recombine(s *search) bool {
	b := g.Breeder
	operator := "recombine"
	if b.Crossing {
		operator = "cross"
	}
	children, done := b.Generation()
	if done {
		s.did(operator, 0, 1, 0, 0)
		return b.Next(s.Best)
	}
	length := s.BestLength
	s.Used += children
	s.meter.Add(children)
	if b.BestLength() < length {
		s.better(b.Best(), b.BestLength())
	}
	s.did(operator, 0, 0, length-s.BestLength, children)
	if s.BestLength == length && !b.Crossing {
		g.lead(s, b.Some())
	}
	return false
}

// lead crosses the best tour with others, unless that has already had its share.
func (g *whole) lead(s *search, others []tsp.Tour) {
	if g.Led > shareOfLed*g.Cost {
		return
	}
	start, length := s.cost(), s.BestLength
	tour, to, children := g.Breeder.Lead(s.Best, others)
	s.Used += children
	s.meter.Add(children)
	if to < length {
		s.better(tour, to)
	}
	s.did("cross", 0, 1, length-s.BestLength, children)
	g.Led += s.cost() - start
}

// better makes a tour from the whole's population the best, on which all work goes on.
func (s *search) better(tour tsp.Tour, length int64) {
	s.keep(tour, length)
	s.toBest()
}

func (g *whole) freeze() { g.Breeder.Freeze() }

func (g *whole) resume(s *search) error {
	if g.Breeder == nil {
		return errForeign
	}
	return g.Breeder.Resume(s.breeding())
}
