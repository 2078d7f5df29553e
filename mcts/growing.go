package mcts

import (
	"math/rand/v2"
	"slices"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
)

// growing is the work on the whole instance as one region: a population that grows, and
// kicks between its steps. Tours are built one by one, local optima of greedy tours of their own.
// Whenever there are twice as many, all are recombined until they have converged, without
// the best tour, whose edges would crowd out better ones; what that ends with is crossed
// with the best tour and the ends before. No tour is built twice, so that the tour at any
// time is about as good as that of a search that was given twice that time.
// Where there are many cities, regions are visited in between instead of kicks alone.
type growing struct {
	Tours      []tsp.Tour    // built so far
	Due        int           // how many there are to be when they are recombined next
	Epoch      uint64        // times that the limit was reached, and the tours were built anew
	Ends       []tsp.Tour    // what recombinations ended with
	Between    float64       // cost of the work between the steps
	Rest       float64       // and of all else
	Whole      Yield         // what recombining the whole brought
	Since      since         // that was measured last
	Regions    *visiting     // the work between the steps where there are many cities; nil: kicks
	PerTour    float64       // cost of building one tour
	Crossing   bool          // the population is of best tours
	Population *eax.Snapshot // nil while tours are built
	RNG        *rand.PCG

	pop *eax.Population
}

// since is what the whole has cost and brought since its yield was measured last.
type since struct {
	Rest float64 // growing.Rest at that time
	Gain int64   // since then
}

const (
	leastTours = 16 // recombined at first
	wholeOf    = 8  // from this part of the knob whole on, regions are visited too
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
	case g.pop == nil:
		return "building tours"
	case g.Crossing:
		return "crossing the best"
	}
	return "recombining"
}

// newGrowing begins the stage.
func (s *search) newGrowing() *growing {
	g := &growing{Due: leastTours, RNG: meter.PCG(s.seed, meter.ForMixing, 1, 0)}
	g.Tours = append(g.Tours, s.initial...)
	if s.in.N() >= s.cfg.Whole/wholeOf {
		g.Regions = s.newVisiting()
	}
	return g
}

func (g *growing) step(s *search) bool {
	start := s.cost()
	if g.PerTour > 0 && g.Between < g.share()*(g.Between+g.Rest)+leastTours*g.PerTour {
		if g.Regions != nil {
			g.Regions.step(s)
		} else {
			s.kickOn()
		}
		g.Between += s.cost() - start
		return false
	}
	switch {
	case g.pop != nil:
		g.recombine(s)
	case len(g.Tours) < g.Due:
		n := len(g.Tours)
		g.build(s, min(g.Due, n+s.workers))
		if built := len(g.Tours) - n; built > 0 {
			g.PerTour = (s.cost() - start) / float64(built)
		}
	default:
		g.begin(s, g.Tours, false)
	}
	g.Rest += s.cost() - start
	return false
}

// operator names the work on the population that there is.
func (g *growing) operator() string {
	if g.Crossing {
		return "cross"
	}
	return "recombine"
}

func (g *growing) begin(s *search, tours []tsp.Tour, crossing bool) {
	cfg := s.cfg.eax(s.in.N())
	pop, err := eax.NewPopulation(s.in, s.nb, tours, cfg, s.workers)
	if err != nil {
		panic(err) // every tour was made here
	}
	g.pop, g.Crossing = pop, crossing
}

// recombine carries out a generation.
func (g *growing) recombine(s *search) {
	p := g.pop
	if p.Stage() == eax.Single || p.Stage() == eax.Block && g.blocks(s) {
		before := p.Counts.Children
		p.Generation(g.RNG, s.meter.Ending())
		made := p.Counts.Children - before + 1
		s.Used += made
		s.meter.Add(made)
		s.did(g.operator(), 0, 0, max(0, s.BestLength-p.BestLength()), made)
		if p.BestLength() < s.BestLength {
			g.Since.Gain += s.BestLength - p.BestLength()
			s.keep(p.Best())
			s.toBest()
		}
		return
	}
	best, _ := p.Best()
	s.did(g.operator(), 0, 1, 0, 0)
	g.pop = nil
	if !g.Crossing {
		g.Ends = append(g.Ends, best)
		if best, length := p.Best(); length != s.BestLength || !slices.Equal(best, s.Best) {
			g.begin(s, append([]tsp.Tour{slices.Clone(s.Best)}, g.Ends...), true)
			return
		}
	}
	g.Ends = g.Ends[max(0, len(g.Ends)-s.cfg.Elite):]
	g.Whole.add(g.Since.Gain, g.Rest-g.Since.Rest)
	g.Since = since{Rest: g.Rest}
	if len(g.Tours) >= s.cfg.Population {
		g.Epoch++
		g.Tours, g.Due = nil, max(leastTours, s.cfg.Population/4)
		return
	}
	g.Due = min(2*len(g.Tours), s.cfg.Population)
}

// blocks reports whether large E-sets are worth their time: among tours of many
// cities only where there are few of them.
func (g *growing) blocks(s *search) bool { return g.Crossing || s.in.N() <= region.MostForBlocks }

// build appends local optima until there are size tours, or the budget ends.
func (g *growing) build(s *search, size int) {
	n := s.in.N()
	first := len(g.Tours)
	for len(g.Tours) < size {
		g.Tours = append(g.Tours, nil)
	}
	before := s.crew.Actions()
	s.crew.Each(func(c *kick.Climber, w int) {
		x := s.visitors[w]
		region.Cut(&x.Problem, s.Tour.Order, s.Tour.Positions(), s.Tour.Order)
		x.Load(s.in, s.cand, s.nb, s.Tour.Length, nil, s.Tour.Positions(), 0)
		for i := first + w; i < size; i += s.workers {
			c.Seed(s.seed, meter.ForTour, g.Epoch, uint64(i))
			x.RNG = *meter.PCG(s.seed, meter.ForFirst, g.Epoch+1, uint64(i))
			if !x.Optimum() {
				return
			}
			g.Tours[i] = make(tsp.Tour, n)
			c.Store(g.Tours[i])
		}
	})
	s.Used += s.crew.Actions() - before
	s.did("recombine", 0, 0, 0, s.crew.Actions()-before)
	g.Tours = slices.DeleteFunc(g.Tours, func(t tsp.Tour) bool { return t == nil })
}

func (g *growing) freeze() {
	g.Population = nil
	if g.pop != nil {
		g.Population = g.pop.Snapshot()
	}
}

func (g *growing) resume(s *search) (err error) {
	if g.RNG == nil {
		return errForeign
	}
	if err := checkTours(s, append(slices.Clone(g.Tours), g.Ends...)); err != nil {
		return err
	}
	if g.Regions != nil {
		if err := g.Regions.resume(s); err != nil {
			return err
		}
	}
	if g.Population != nil {
		g.pop, err = eax.Restore(s.in, s.nb, g.Population, s.cfg.eax(s.in.N()), s.workers)
	}
	return err
}
