package mcts

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/eax"
	"tspmcts/tsp"
)

// A team with a population works in epochs. An epoch builds local optima, each
// one of the team's first two shaken all over and repaired by the chain, and recombines
// them until they have converged (package eax). What the epochs end with is
// recombined in turn. An epoch is sized to what is left of the budget; once that is too
// little for a population worth recombining, kicks on one tour do more.

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

// populate builds some tours of the epoch's population, and begins to
// recombine it when that is complete.
func (t *team) populate() {
	workers := len(t.climbers)
	if len(t.tours) == 0 {
		from, clock := t.run.spent(t.used), t.run.clock()
		if t.epoch == 0 {
			t.tours = append(t.tours, t.initial...)
		}
		given := len(t.tours)
		t.goal = goal{Until: 1}
		t.shaken(given + workers)
		cost := (t.run.spent(t.used) - from) / float64(workers) // of one tour, as a share of the budget
		t.goal.Size, t.goal.Polish = t.cfg.Population, t.cfg.Polish
		if cost > 0 {
			if t.epoch == 0 {
				from += warmShare
			}
			t.goal.Size, t.goal.Polish = plan((1-from)/cost, len(t.order), t.cfg)
			build, recombine := costs(len(t.order), t.goal.Polish)
			t.goal.Until = from + (1-from)*build/(build+recombine)
		} else { // the budget does not say how long the search may last
			t.goal.Size = min(t.goal.Size, smallest<<min(t.epoch+1, 20))
		}
		if stall := t.run.budget.Stall; stall > 0 { // an epoch finds nothing before its end, which must come in time
			cost := (t.run.clock() - clock) / time.Duration(workers)
			if size, polish := plan(float64(stall/2)/float64(max(cost, 1)), len(t.order), t.cfg); size < t.goal.Size {
				t.goal.Size, t.goal.Polish = size, polish
			}
		}
		if least := t.cfg.fewest(); t.goal.Size < least && given < least {
			t.beginKicks()
		} else if t.epoch == 0 {
			t.descendOther()
			t.beginWarming()
		}
		return
	}
	if len(t.tours) < t.goal.Size && !t.late() {
		t.shaken(min(t.goal.Size, len(t.tours)+4*workers))
		return
	}
	t.begin(recombining, t.tours)
	t.tours = nil
}

// descendOther makes a second local optimum, of which every other tour is a
// shaken copy. What is wrong at large in one, where no kick reaches, would else
// be in all tours, and recombination could not mend it.
func (t *team) descendOther() {
	order, length := slices.Clone(t.order), t.length
	t.order = firstResort(t.in)
	t.length = t.in.Length(t.order)
	t.index()
	for _, stretches := range []int{t.stretches(), 1} {
		t.play(stretches, func(c *climber, actions int64) { c.descend(actions) })
	}
	t.other = newIndexedTour(t.in, slices.Clone(t.order))
	copy(t.order, order)
	t.length = length
	t.index()
}

// late reports whether it is time to stop building. With a budget of actions
// the population is as large as was planned.
func (t *team) late() bool {
	return t.actions == 0 && len(t.tours) >= t.cfg.fewest() && t.run.spent(0) > t.goal.Until
}

// costs returns what building a tour of n cities with that many polishing kicks
// a city costs, and recombining it until the population has converged, in costs of
// shaking it. Measured at 500, 1000 and 10,000 cities.
func costs(n int, polish float64) (build, recombine float64) {
	return 1 + 12*polish, 0.55 * math.Pow(float64(n)/1000, 0.55) / (1 + 1.5*polish)
}

// plan divides a budget, in costs of shaking a tour, between the size of the
// population and the polish of its tours: polish as cfg has it while the
// population is of the wanted size, less for a small one, more for one that has reached its limit.
func plan(budget float64, n int, cfg Config) (size int, polish float64) {
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

// shaken appends tours until there are size, or the budget ends. Each depends on
// the seed, the epoch and its place alone.
func (t *team) shaken(size int) {
	n := len(t.order)
	first := len(t.tours)
	for len(t.tours) < size {
		t.tours = append(t.tours, nil)
	}
	before := t.tried()
	var wait sync.WaitGroup
	for w, c := range t.climbers {
		wait.Go(func() {
			for i := first + w; i < size; i += len(t.climbers) {
				base := indexedTour{t.order, t.length, t.pos}
				if i%2 == 1 && t.other.Order != nil {
					base = t.other
				}
				c.load(t.in, t.cand, base.Order, base.pos, 0, n, base.Length)
				c.rng.seed(t.seed+(t.epoch+1)<<40, uint64(i))
				c.shake()
				c.kicks(int64(t.goal.Polish*float64(n)), 0, t.cfg.PolishSize, func() float64 { return 0 })
				if c.poll() {
					return
				}
				t.tours[i] = make(tsp.Tour, n)
				c.store(t.tours[i], base.Order)
			}
		})
	}
	wait.Wait()
	t.used += t.tried() - before
	built := t.tours[:0]
	for _, tour := range t.tours {
		if tour != nil {
			built = append(built, tour)
		}
	}
	t.tours = built
}

// begin makes tours the population.
func (t *team) begin(what phase, tours []tsp.Tour) {
	pop, err := eax.NewPopulation(t.in, t.nb, tours, t.eax(), len(t.climbers))
	if err != nil {
		panic(err) // every tour was made here
	}
	t.phase, t.pop = what, pop
	t.mix = rand.NewPCG(t.seed, t.epoch<<1|uint64(what-recombining))
}

// eax returns the knobs of the recombination.
func (t *team) eax() eax.Config {
	cfg := eax.DefaultConfig(t.in.N())
	cfg.Children = t.cfg.Children
	return cfg
}

// recombine carries out a generation, and ends the epoch when the population has converged.
func (t *team) recombine() {
	p := t.pop
	if p.Stage() != eax.Done {
		before := p.Counts.Children
		p.Generation(t.mix, &t.run.ending)
		made := p.Counts.Children - before
		t.used += made
		t.run.actions.Add(made)
		if p.BestLength() < t.bestLength {
			t.best, t.bestLength = p.Best()
			t.run.offer(t.bestLength)
		}
		return
	}
	best, length := p.Best()
	t.pop = nil
	if t.phase == joined {
		t.beginKicks()
		t.own, t.until, t.heat0 = nil, 1, 0 // what is left of the budget goes to kicks of the joint tour, downhill only
		return
	}
	if t.phase == recombining {
		if t.elite = append(t.elite, best); len(t.elite) > 1 {
			t.begin(crossing, t.elite)
			return
		}
	} else {
		if length < t.in.Length(t.elite[0]) {
			t.barren = 0
		} else if t.barren++; t.barren >= patience {
			t.run.end(StopStalled)
		}
		t.elite[0] = best
		if len(t.elite) > t.cfg.Elite {
			t.elite = t.elite[:1]
		}
	}
	t.phase = populating
	t.epoch++
	t.relearn()
}

// patience is the number of epochs in a row that bring nothing, after which the search has stalled.
const patience = 10

// relearn folds what the epochs ended with into the heatmap that candidates are
// taken from: the share of elite tours that hold an edge is its posterior.
func (t *team) relearn() {
	if t.cfg.Learn == 0 || len(t.elite) == 0 {
		return
	}
	p := *t.problem
	p.Heatmap = heatmap.Mix([]*heatmap.Map{p.Heatmap, heatmap.FromTours(t.in.N(), t.elite)}, []float64{1 - t.cfg.Learn, t.cfg.Learn})
	if cand := candidates(&p, t.cfg, t.run); cand != nil {
		t.cand = cand
		if t.cfg.Action == "draw" {
			t.learn(p.Heatmap)
		}
	}
}
