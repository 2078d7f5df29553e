package mcts

import (
	"math/rand/v2"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// joining recombines the tours of workers that kicked apart, until they have converged.
type joining struct {
	Population *eax.Snapshot
	RNG        *rand.PCG
	pop        *eax.Population
}

func (j *joining) name() string { return "joining" }

// join begins to.
func (s *search) join(tours []tsp.Tour) stage {
	pop, err := eax.NewPopulation(s.in, s.nb, tours, s.cfg.eax(s.in.N()), s.workers)
	if err != nil {
		panic(err) // every tour was made here
	}
	return &joining{pop: pop, RNG: meter.PCG(s.seed, meter.ForMixing, 0, 0)}
}

// eax returns the knobs of the recombination of tours of n cities. More
// children of a pair take its place than in eax.DefaultConfig: a population has converged
// in half of the time, and a larger one follows.
func (c *Config) eax(n int) eax.Config {
	cfg := eax.DefaultConfig(n)
	cfg.Children = min(c.Children, max(30, n/100))
	cfg.Harvest = max(1, n/500)
	return cfg
}

// step carries out a generation.
func (j *joining) step(s *search) stage {
	if j.pop.Stage() == eax.Done {
		k := s.newKicks()
		return &kicking{kicks{Until: 1, Since: k.Since}} // of the joint tour, downhill only
	}
	before := j.pop.Counts.Children
	j.pop.Generation(j.RNG, s.meter.Ending())
	made := j.pop.Counts.Children - before
	s.Used += made
	s.meter.Add(made)
	if j.pop.BestLength() < s.BestLength {
		s.keep(j.pop.Best())
	}
	return j
}

func (j *joining) freeze() { j.Population = j.pop.Snapshot() }

func (j *joining) resume(s *search) (err error) {
	if j.Population == nil || j.RNG == nil {
		return errForeign
	}
	j.pop, err = eax.Restore(s.in, s.nb, j.Population, s.cfg.eax(s.in.N()), s.workers)
	return err
}
