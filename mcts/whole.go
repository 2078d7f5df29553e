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

// leadShare is the part of the cost that may go to crossing the best tour with others.
const leadShare = 0.1

func (s *search) newWhole() *whole { return &whole{Breeder: breed.New(s.breeding(), s.initial)} }

func (s *search) breeding() breed.Setting {
	return breed.Setting{In: s.in, Neighbors: s.nb, EAX: s.cfg.eax(s.in.N()), Most: s.cfg.Population,
		Elite: s.cfg.Elite, Workers: s.workers, Seed: s.seed, Stop: s.meter.Ending()}
}

func (w *whole) name() string {
	switch {
	case !w.Breeder.Recombining():
		return "building tours"
	case w.Breeder.Crossing:
		return "crossing the best"
	}
	return "recombining"
}

// work builds tours, or recombines them. It may be judged when a population has converged.
func (w *whole) work(s *search) (judge bool) {
	start := s.cost()
	switch {
	case w.Breeder.Recombining():
		judge = w.recombine(s)
	case w.Breeder.Missing() > 0:
		w.build(s)
	default:
		w.Breeder.Begin()
	}
	w.Cost += s.cost() - start
	return judge
}

// build has a tour built by each worker.
func (w *whole) build(s *search) {
	before := s.crew.Actions()
	tours := w.Breeder.Build(s.crew, s.visitors, s.loadWhole, s.workers)
	made := s.crew.Actions() - before
	s.Used += made
	s.did("recombine", 0, 0, 0, made)
	if len(tours) > 0 {
		w.lead(s, tours)
	}
}

// loadWhole makes the whole instance a visitor's problem.
func (s *search) loadWhole(v *region.Visitor) {
	region.Cut(&v.Problem, s.Tour.Order, s.Tour.Positions(), s.Tour.Order)
	v.Load(s.in, s.cand, s.nb, s.Tour.Length, nil, s.Tour.Positions(), 0)
}

// recombine carries out a generation, or goes on to what follows the last, and reports whether
// that is a new population.
func (w *whole) recombine(s *search) bool {
	b := w.Breeder
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
		w.lead(s, b.Some())
	}
	return false
}

// lead crosses the best tour with others, unless that has already had its share.
func (w *whole) lead(s *search, others []tsp.Tour) {
	if w.Led > leadShare*w.Cost {
		return
	}
	start, length := s.cost(), s.BestLength
	tour, to, children := w.Breeder.Lead(s.Best, others)
	s.Used += children
	s.meter.Add(children)
	if to < length {
		s.better(tour, to)
	}
	s.did("cross", 0, 1, length-s.BestLength, children)
	w.Led += s.cost() - start
}

// better makes a tour from the whole's population the best, on which all work goes on.
func (s *search) better(tour tsp.Tour, length int64) {
	s.keep(tour, length)
	s.toBest()
}

func (w *whole) freeze() { w.Breeder.Freeze() }

func (w *whole) resume(s *search) error {
	if w.Breeder == nil {
		return errForeign
	}
	return w.Breeder.Resume(s.breeding())
}
