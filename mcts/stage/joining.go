package stage

import (
	"math/rand/v2"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
)

// Joining recombines the tours of workers that kicked apart, until they have converged.
type Joining struct {
	Population *eax.Snapshot
	RNG        *rand.PCG
	pop        *eax.Population
}

func (s *Search) newJoining(own []*kick.Tour) *Joining {
	var tours []tsp.Tour
	for _, t := range own {
		tours = append(tours, t.Order)
	}
	pop, err := eax.NewPopulation(s.In, s.Neighbors, tours, s.Config.EAX(s.In.N()), s.Workers)
	if err != nil {
		panic(err) // every tour was made here
	}
	return &Joining{pop: pop, RNG: meter.PCG(s.Seed, meter.ForMixing, 0, 0)}
}

func (j *Joining) name() string { return "joining" }

// step carries out a generation.
func (j *Joining) step(s *Search) bool {
	if j.pop.Stage() == eax.Done {
		s.did("recombine", 0, 1, 0, 0)
		return true
	}
	before := j.pop.Children
	j.pop.Generation(j.RNG, s.Meter.Ending())
	made := j.pop.Children - before
	s.Used += made
	s.Meter.Add(made)
	s.did("recombine", 0, 0, max(0, s.BestLength-j.pop.BestLength()), made)
	if j.pop.BestLength() < s.BestLength {
		s.keep(j.pop.Best())
	}
	return false
}

func (j *Joining) freeze() { j.Population = j.pop.Snapshot() }

func (j *Joining) resume(s *Search) (err error) {
	if j.Population == nil || j.RNG == nil {
		return errForeign
	}
	j.pop, err = eax.Restore(s.In, s.Neighbors, j.Population, s.Config.EAX(s.In.N()), s.Workers)
	return err
}
