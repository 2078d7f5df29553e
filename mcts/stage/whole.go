package stage

import (
	"tspmcts/mcts/breed"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// Whole is the work on the whole instance as one region: populations that grow.
type Whole struct {
	Breeder  *breed.Breeder
	Cost     float64 // of all of it
	Led      float64 // of that: of crossing the best tour with others
	Building float64 // of Cost: of building tours, since they were kicked for longer
	Built    int     // tours since then; 0 where so many were given that none was missing
	Merging  float64 // of recombining the population, so far
}

// leadShare is the part of the cost that may go to crossing the best tour with others.
const leadShare = 0.1

func (s *Search) newWhole() *Whole { return &Whole{Breeder: breed.New(s.breeding(), s.Initial)} }

func (s *Search) breeding() breed.Setting {
	set := breed.Setting{In: s.In, Neighbors: s.near(), EAX: s.Config.EAX(s.In.N()), First: min(firstWhole, s.Config.Population), Most: s.Config.Population,
		Elite: s.Config.Elite, KickSize: s.Config.KickSize, Workers: s.Workers, Seed: s.Seed, Stop: s.Meter.Ending()}
	if s.manyRegions() {
		set.First = min(firstTours, s.Config.Population)
	}
	return set
}

// firstWhole is how many tours the first population of the whole has where no regions are visited:
// the first 16 instances of 1000 cities stand at .0337 and .0131 % after .3 and .5 s with 8, at
// .0434 and .0168 with 16 and at .0532 and .0239 with 4. Where regions do what a small population
// would, C31k.1 ends .05 % longer after 15 s with 8 than with 16.
const firstWhole = 8

func (*Whole) share() float64 { return leastShare }

func (w *Whole) name() string {
	switch {
	case !w.Breeder.Recombining():
		return "building tours"
	case w.Breeder.Crossing:
		return "crossing the best"
	}
	return "recombining"
}

// work builds tours, or recombines them. It may be judged when a population has converged.
func (w *Whole) work(s *Search) (judge bool) {
	start := s.Cost()
	switch {
	case w.Breeder.Recombining():
		size := len(w.Breeder.Tours)
		judge = w.recombine(s)
		w.Merging += s.Cost() - start
		if judge {
			build := w.Building / float64(max(1, w.Built))
			if len(w.Breeder.Tours) == 0 { // the next ones are kicked, or for twice as long
				w.Building, w.Built, build = 0, 0, 2*build
			}
			w.fit(s.left(), build, w.Merging/float64(size))
			w.Merging = 0
		}
	case w.Breeder.Missing() > 0:
		w.build(s)
	default:
		w.Breeder.Begin()
	}
	w.Cost += s.Cost() - start
	return judge
}

// build has a tour built by each worker.
func (w *Whole) build(s *Search) {
	start, before := s.Cost(), s.crew.Actions()
	tours := w.Breeder.Build(s.crew, s.visitors, s.loadWhole, s.Workers, s.allowed(1))
	made := s.crew.Actions() - before
	s.Used += made
	s.did("recombine", 0, 0, 0, made)
	if len(tours) > 0 {
		w.lead(s, tours)
		w.Built += len(tours)
		w.Building += s.Cost() - start
	}
}

// loadWhole makes the whole instance a visitor's problem.
func (s *Search) loadWhole(v *region.Visitor) {
	region.Cut(&v.Problem, s.Tour.Order, s.Tour.Positions(), s.Tour.Order)
	v.Load(s.In, s.Candidates, s.near().Of, s.Tour.Length, nil, s.Tour.Positions(), 0)
	s.mends(v)
}

// recombine carries out a generation, or goes on to what follows the last, and reports whether
// that is a new population.
func (w *Whole) recombine(s *Search) bool {
	b := w.Breeder
	operator := "recombine"
	if b.Crossing {
		operator = "cross"
	}
	var l led
	if !b.Crossing && b.BestLength() > s.BestLength && w.mayLead() {
		if others := b.Some(); others != nil {
			b.Beside(func() { l = w.cross(s, others) })
		}
	}
	children, done := b.Generation()
	if done {
		s.did(operator, 0, 1, 0, 0)
		return b.Next(s.Best)
	}
	length := s.BestLength
	s.Used += children
	s.Meter.Add(children)
	if b.BestLength() < length {
		s.better(b.Best(), b.BestLength())
	}
	s.did(operator, 0, 0, length-s.BestLength, children)
	w.take(s, l)
	return false
}

// fit makes the next population only as large as converges in what is left of the budget, if a
// tour costs so much to build, and to recombine; where that is hardly larger than the last one, it
// is of new tours. Most of what a population has that is cut off is lost: 32 instances of 1000
// cities, four seeds, end after .3 s at .0100 %, and at .0185 without this; of 500 after .1 s they
// do not differ. To leave time to spare is no better: with nine tenths of what is left .0132.
func (w *Whole) fit(left, build, merge float64) {
	b := w.Breeder
	built := float64(len(b.Tours))
	switch most := (left + built*build) / (build + merge); {
	case most >= float64(b.Due):
	case built > 0 && most >= 1.25*built:
		b.Due = int(most)
	default:
		b.Anew(int(left / (build + merge)))
	}
}

// led is what the best tour became when it was crossed with others.
type led struct {
	tour     tsp.Tour // nil where it was not
	length   int64
	children int64
	cost     float64
}

// mayLead reports whether the best tour may be crossed with others: unless that has had its share.
func (w *Whole) mayLead() bool { return w.Led <= leadShare*w.Cost }

// lead crosses the best tour with others, if it may be.
func (w *Whole) lead(s *Search, others []tsp.Tour) {
	if w.mayLead() {
		w.take(s, w.cross(s, others))
	}
}

// cross crosses the best tour with others, and changes nothing of the search: a generation may go on
// beside it.
func (w *Whole) cross(s *Search, others []tsp.Tour) (l led) {
	start := s.Cost()
	l.tour, l.length, l.children = w.Breeder.Lead(s.Best, others)
	l.cost = s.Cost() - start
	if s.counts() {
		l.cost = float64(l.children)
	}
	return l
}

// take goes on from what the best tour became.
func (w *Whole) take(s *Search, l led) {
	if l.tour == nil {
		return
	}
	length := s.BestLength
	s.Used += l.children
	s.Meter.Add(l.children)
	if l.length < length {
		s.better(l.tour, l.length)
	}
	s.did("cross", 0, 1, length-s.BestLength, l.children)
	w.Led += l.cost
}

// better makes a tour from the whole's population the best, on which all work goes on.
func (s *Search) better(tour tsp.Tour, length int64) {
	s.keep(tour, length)
	s.toBest()
}

func (w *Whole) freeze() { w.Breeder.Freeze() }

func (w *Whole) resume(s *Search) error {
	if w.Breeder == nil {
		return errForeign
	}
	if s.otherUnit {
		*w = Whole{Breeder: w.Breeder}
	}
	return w.Breeder.Resume(s.breeding())
}
