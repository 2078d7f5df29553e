package mcts

import (
	"math"
	"math/rand/v2"
	"sync"

	"tspmcts/mcts/eax"
	"tspmcts/tsp"
)

// breed improves the best tour by recombination, in epochs until the budget
// ends. An epoch builds a population of local optima, each the team's first one
// shaken all over and repaired by the chain, and recombines it until it has
// converged (package eax). What the epochs end with is recombined in turn.
//
// An epoch is sized to what is left of the budget. breed returns early, having
// changed nothing but the best tour, when that is too little for a population
// worth recombining: then kicks on one tour do more.
func (t *team) breed() {
	var elite []tsp.Tour
	for epoch := uint64(0); !t.ended(); epoch++ {
		tours := t.populate(epoch)
		if tours == nil {
			return
		}
		elite = append(elite, t.recombine(tours, epoch))
		if len(elite) > 1 && !t.ended() {
			elite[0] = t.recombine(elite, epoch|1<<63)
			if len(elite) > t.cfg.Elite {
				elite = elite[:1]
			}
		}
	}
}

// smallest is the number of tours below which a population does less than
// kicks on one tour in the same time.
const smallest = 20

// populate builds the population of an epoch: as many tours as will also be
// recombined within the budget, at most cfg.Population; nil when these are too few.
func (t *team) populate(epoch uint64) []tsp.Tour {
	workers := len(t.climbers)
	from := t.run.spent(t.used)
	tours := t.shaken(nil, epoch, workers, 0, 1)
	cost := (t.run.spent(t.used) - from) / float64(workers) // of one tour, as a share of the budget
	size, polish, until := t.cfg.Population, t.cfg.Polish, 1.0
	if cost > 0 {
		size, polish = plan((1-from)/cost, len(t.order), t.cfg)
		build, recombine := costs(len(t.order), polish)
		until = from + (1-from)*build/(build+recombine)
	} else if !t.ended() { // the budget does not say how long the search may last
		size = min(size, smallest<<min(epoch&(1<<62-1)+1, 20))
	}
	if size < smallest || t.ended() {
		return nil
	}
	return t.shaken(tours, epoch, size, polish, until)
}

// costs returns what building a tour of n cities with that many polishing kicks
// a city costs, and recombining it until the population has converged, in costs of
// shaking it. Measured at 500, 1000 and 10,000 cities.
func costs(n int, polish float64) (build, recombine float64) {
	return 1 + 12*polish, 0.9 * math.Pow(float64(n)/1000, 0.65) / (1 + 1.6*polish)
}

// plan divides a budget, in costs of shaking a tour, between the size of the
// population and the polish of its tours: polish as cfg has it while the
// population is of the wanted size, less for a small one, more for one that has reached its limit.
func plan(budget float64, n int, cfg Config) (size int, polish float64) {
	fit := func(polish float64) int {
		build, recombine := costs(n, polish)
		return int(budget / (build + recombine))
	}
	polish = cfg.Polish
	for size = fit(polish); size < smallest && polish > 0.01; size = fit(polish) {
		polish /= 2
	}
	if size < smallest {
		return fit(0), 0
	}
	for fit(2*polish) > cfg.Population && polish > 0 && polish < 0.5 {
		polish *= 2
	}
	return min(fit(polish), cfg.Population), polish
}

// shaken appends tours until there are size, or the share of the budget that is spent
// passes until. Each depends on the seed, the epoch and its place alone.
func (t *team) shaken(tours []tsp.Tour, epoch uint64, size int, polish, until float64) []tsp.Tour {
	n := len(t.order)
	first := len(tours)
	for len(tours) < size {
		tours = append(tours, nil)
	}
	before := t.tried()
	late := t.actions == 0 // with a budget of actions the size is what was planned
	var wait sync.WaitGroup
	for w, c := range t.climbers {
		wait.Go(func() {
			for i := first + w; i < size; i += len(t.climbers) {
				c.load(t.in, t.cand, t.order, t.pos, 0, n)
				c.rng.seed(t.seed+(epoch+1)<<40, uint64(i))
				c.shake()
				c.kicks(int64(polish*float64(n)), 0, t.cfg.PolishSize, func() float64 { return 0 })
				if c.poll() || late && i >= first+len(t.climbers) && t.run.spent(0) > until {
					return
				}
				tours[i] = make(tsp.Tour, n)
				c.store(tours[i], t.order)
			}
		})
	}
	wait.Wait()
	t.used += t.tried() - before
	built := tours[:0]
	for _, tour := range tours {
		if tour != nil {
			built = append(built, tour)
		}
	}
	return built
}

// recombine runs a population until it has converged or the budget ends, and returns its best tour.
func (t *team) recombine(tours []tsp.Tour, stream uint64) tsp.Tour {
	cfg := eax.DefaultConfig()
	cfg.Children = t.cfg.Children
	p, err := eax.NewPopulation(t.in, t.nb, tours, cfg, len(t.climbers))
	if err != nil {
		panic(err) // every tour is a permutation made here
	}
	random := rand.NewPCG(t.seed, 0x5851f42d4c957f2d^stream)
	children := int64(0)
	for p.Stage() != eax.Done && !t.ended() {
		p.Generation(random, &t.run.ending)
		made := p.Counts.Children - children
		children = p.Counts.Children
		t.used += made
		t.run.actions.Add(made)
		if p.BestLength() < t.bestLength {
			t.best, t.bestLength = p.Best()
			t.run.offer(t.bestLength)
		}
	}
	best, _ := p.Best()
	return best
}
