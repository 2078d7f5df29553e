package mcts

import (
	"math"
	"math/rand/v2"
	"time"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// A search with a population works in epochs. An epoch builds local optima, each
// one of the first two shaken all over and repaired by the chain, and recombines
// them until they have converged (package eax). What the epochs end with is
// recombined in turn. An epoch is sized to what is left of the budget; once that is too
// little for a population worth recombining, kicks on one tour do more.

// epochs is what the epochs so far have brought.
type epochs struct {
	Epoch  uint64
	Elite  []tsp.Tour // what they ended with
	Barren int        // epochs since one brought a better tour
	// Other is a second local optimum to shake, from a space-filling curve. What is
	// wrong at large in one, where no kick reaches, would else be in all tours,
	// and recombination could not mend it.
	Other *kick.Tour
}

// smallest is the number of tours below which a population does less than
// kicks on one tour in the same time.
const smallest = 20

// fewest is smallest, or the most that cfg allows where that is less.
func (c *Config) fewest() int { return min(smallest, c.Population) }

// goal is what an epoch is to build.
type goal struct {
	Size   int     // tours
	Polish float64 // kicks a city that each gets
	Until  float64 // share of the budget after which building ends, where that is a time
}

// populating builds the tours of an epoch.
type populating struct {
	plain
	Goal  goal
	Tours []tsp.Tour
}

func (p *populating) name() string { return "populating" }

// step builds some tours, and begins to recombine them when they are complete.
func (p *populating) step(s *search) stage {
	if len(p.Tours) == 0 {
		return p.begin(s)
	}
	if len(p.Tours) < p.Goal.Size && !p.late(s) {
		p.build(s, min(p.Goal.Size, len(p.Tours)+4*s.workers))
		return p
	}
	return s.recombine(populated, p.Tours)
}

// begin builds a tour for each worker, and decides by what they cost how many there are to be.
func (p *populating) begin(s *search) stage {
	from, clock := s.spent(), s.meter.Clock()
	if s.Epochs.Epoch == 0 {
		p.Tours = append(p.Tours, s.initial...)
	}
	given := len(p.Tours)
	p.Goal = goal{Until: 1}
	p.build(s, given+s.workers)
	cost := (s.spent() - from) / float64(s.workers) // of one tour, as a share of the budget
	n := s.in.N()
	p.Goal.Size, p.Goal.Polish = s.cfg.Population, s.cfg.Polish
	if cost > 0 {
		if s.Epochs.Epoch == 0 {
			from += warmShare
		}
		p.Goal.Size, p.Goal.Polish = planPopulation((1-from)/cost, n, s.cfg)
		build, recombine := costs(n, p.Goal.Polish)
		p.Goal.Until = from + (1-from)*build/(build+recombine)
	} else { // the budget does not say how long the search may last
		p.Goal.Size = min(p.Goal.Size, smallest<<min(s.Epochs.Epoch+1, 20))
	}
	if stall := s.meter.Budget().Stall; stall > 0 { // an epoch finds nothing before its end, which must come in time
		cost := (s.meter.Clock() - clock) / time.Duration(s.workers)
		if size, polish := planPopulation(float64(stall/2)/float64(max(cost, 1)), n, s.cfg); size < p.Goal.Size {
			p.Goal.Size, p.Goal.Polish = size, polish
		}
	}
	if least := s.cfg.fewest(); p.Goal.Size < least && given < least {
		return &kicking{s.newKicks()}
	}
	if s.Epochs.Epoch == 0 {
		s.descendOther()
		return s.warm(p)
	}
	return p
}

// descendOther makes the second local optimum, of which every other tour is a shaken copy.
func (s *search) descendOther() {
	first := s.Tour
	s.Tour = kick.NewTour(s.in, firstResort(s.in))
	for _, pieces := range []int{s.pieces(), 1} {
		s.play(pieces, func(c *kick.Climber, actions int64) { c.Descend(actions) })
	}
	s.Epochs.Other, s.Tour = s.Tour, first
}

// late reports whether it is time to stop building. With a budget of actions
// the population is as large as was planned.
func (p *populating) late(s *search) bool {
	return s.meter.Budget().Actions == 0 && len(p.Tours) >= s.cfg.fewest() && s.meter.Spent(0) > p.Goal.Until
}

// costs returns what building a tour of n cities with that many polishing kicks
// a city costs, and recombining it until the population has converged, in costs of
// shaking it. Measured at 500, 1000 and 10,000 cities.
func costs(n int, polish float64) (build, recombine float64) {
	return 1 + 12*polish, 0.55 * math.Pow(float64(n)/1000, 0.55) / (1 + 1.5*polish)
}

// planPopulation divides a budget, in costs of shaking a tour, between the size of the
// population and the polish of its tours: polish as cfg has it while the
// population is of the wanted size, less for a small one, more for one that has reached its limit.
func planPopulation(budget float64, n int, cfg Config) (size int, polish float64) {
	fit := func(polish float64) int {
		build, recombine := costs(n, polish)
		return int(budget / (build + recombine))
	}
	if float64(fit(0)) < 1.25*float64(cfg.fewest()) { // a population that is cut short is worse than none
		return 0, 0
	}
	polish = cfg.Polish
	for size = fit(polish); size < cfg.fewest() && polish > 0.01; size = fit(polish) {
		polish /= 2
	}
	if size < cfg.fewest() {
		return fit(0), 0
	}
	for fit(2*polish) > cfg.Population && polish > 0 && polish < 0.5 {
		polish *= 2
	}
	return min(fit(polish), cfg.Population), polish
}

// build appends tours until there are size, or the budget ends. Each depends on
// the seed, the epoch and its place alone.
func (p *populating) build(s *search, size int) {
	n := s.in.N()
	first := len(p.Tours)
	for len(p.Tours) < size {
		p.Tours = append(p.Tours, nil)
	}
	before := s.crew.Actions()
	s.crew.Each(func(c *kick.Climber, w int) {
		for i := first + w; i < size; i += s.workers {
			base := s.Tour
			if i%2 == 1 && s.Epochs.Other != nil {
				base = s.Epochs.Other
			}
			s.crew.Load(c, base)
			c.Seed(s.seed, meter.ForTour, s.Epochs.Epoch, uint64(i))
			c.Shake(s.cfg.ShakeSize)
			c.Kick(int64(p.Goal.Polish*float64(n)), 0, s.cfg.PolishSize, nil)
			if c.Poll() {
				return
			}
			p.Tours[i] = make(tsp.Tour, n)
			c.Store(p.Tours[i])
		}
	})
	s.Used += s.crew.Actions() - before
	built := p.Tours[:0]
	for _, tour := range p.Tours {
		if tour != nil {
			built = append(built, tour)
		}
	}
	p.Tours = built
}

func (p *populating) resume(s *search) error {
	if s.meter.Budget().Actions == 0 {
		p.Goal.Until = 1 // a budget of time begins anew
	}
	return checkTours(s, p.Tours)
}

// origin is where the tours that are recombined come from.
type origin uint8

const (
	populated origin = 0 // an epoch's
	elite     origin = 1 // what the epochs ended with
	joined    origin = 3 // of workers that kicked apart
)

// recombining recombines tours until they have converged.
type recombining struct {
	From       origin
	Population *eax.Snapshot
	RNG        *rand.PCG
	pop        *eax.Population
}

func (r *recombining) name() string {
	return map[origin]string{populated: "recombining", elite: "crossing the best", joined: "joining"}[r.From]
}

// recombine begins to.
func (s *search) recombine(from origin, tours []tsp.Tour) stage {
	pop, err := eax.NewPopulation(s.in, s.nb, tours, s.cfg.eax(s.in.N()), s.workers)
	if err != nil {
		panic(err) // every tour was made here
	}
	return &recombining{From: from, pop: pop, RNG: meter.PCG(s.seed, meter.ForMixing, s.Epochs.Epoch, uint64(from))}
}

// eax returns the knobs of the recombination of tours of n cities.
func (c *Config) eax(n int) eax.Config {
	cfg := eax.DefaultConfig(n)
	cfg.Children = c.Children
	return cfg
}

// step carries out a generation.
func (r *recombining) step(s *search) stage {
	if r.pop.Stage() == eax.Done {
		return r.end(s)
	}
	before := r.pop.Counts.Children
	r.pop.Generation(r.RNG, s.meter.Ending())
	made := r.pop.Counts.Children - before
	s.Used += made
	s.meter.Add(made)
	if r.pop.BestLength() < s.BestLength {
		s.keep(r.pop.Best())
	}
	return r
}

// end decides what the converged population's best tour is for.
func (r *recombining) end(s *search) stage {
	best, length := r.pop.Best()
	e := &s.Epochs
	switch r.From {
	case joined:
		k := s.newKicks()
		return &kicking{kicks{Until: 1, Since: k.Since}} // of the joint tour, downhill only
	case populated:
		if e.Elite = append(e.Elite, best); len(e.Elite) > 1 {
			return s.recombine(elite, e.Elite)
		}
	case elite:
		if length < s.in.Length(e.Elite[0]) {
			e.Barren = 0
		} else if e.Barren++; e.Barren >= barrenLimit && s.meter.Budget().Stall > 0 {
			s.meter.End(meter.StopStalled)
		}
		e.Elite[0] = best
		if len(e.Elite) > s.cfg.Elite {
			e.Elite = e.Elite[:1]
		}
	}
	e.Epoch++
	return new(populating)
}

// barrenLimit is the number of epochs in a row that bring nothing, after which a search
// that is to end when it stalls does, however long it was to wait.
const barrenLimit = 10

func (r *recombining) freeze() { r.Population = r.pop.Snapshot() }

func (r *recombining) resume(s *search) (err error) {
	if r.Population == nil || r.RNG == nil {
		return errForeign
	}
	r.pop, err = eax.Restore(s.in, s.nb, r.Population, s.cfg.eax(s.in.N()), s.workers)
	return err
}
