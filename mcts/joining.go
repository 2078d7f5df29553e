package mcts

import (
	"math/rand/v2"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// joining recombines the tours of workers that kicked apart, until they have converged.
type joining struct {
	Population *eax.Snapshot
	RNG        *rand.PCG
	pop        *eax.Population
}

func (s *search) newJoining(own []*kick.Tour) *joining {
	var tours []tsp.Tour
	for _, t := range own {
		tours = append(tours, t.Order)
	}
	pop, err := eax.NewPopulation(s.in, s.nb, tours, s.cfg.eax(s.in.N()), s.workers)
	if err != nil {
		panic(err) // every tour was made here
	}
	return &joining{pop: pop, RNG: meter.PCG(s.seed, meter.ForMixing, 0, 0)}
}

func (j *joining) name() string { return "joining" }

// step carries out a generation.
func (j *joining) step(s *search) bool {
	if j.pop.Stage() == eax.Done {
		return true
	}
	before := j.pop.Counts.Children
	j.pop.Generation(j.RNG, s.meter.Ending())
	made := j.pop.Counts.Children - before
	s.Used += made
	s.meter.Add(made)
	s.did("recombine", 0, 1, max(0, s.BestLength-j.pop.BestLength()), made)
	if j.pop.BestLength() < s.BestLength {
		s.keep(j.pop.Best())
	}
	return false
}

func (j *joining) freeze() { j.Population = j.pop.Snapshot() }

func (j *joining) resume(s *search) (err error) {
	if j.Population == nil || j.RNG == nil {
		return errForeign
	}
	j.pop, err = eax.Restore(s.in, s.nb, j.Population, s.cfg.eax(s.in.N()), s.workers)
	return err
}
