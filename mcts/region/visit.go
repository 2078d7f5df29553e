package region

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Visitor is one worker's scratch: a problem, and the climber that works on it.
type Visitor struct {
	Problem Problem
	Climber *kick.Climber
	RNG     rand.PCG

	near tsp.Neighbors
}

// near is how many neighbours of a city a recombination looks at.
const near = 5

// Load makes the visitor's problem that of its climber. owner tells of each city which
// region it is in, id being the visitor's; place is where it stands in its own.
func (v *Visitor) Load(in *tsp.Instance, cand *twoopt.Candidates, nb *tsp.Neighbors, length int64, owner, place []int32, id int32) {
	v.Climber.LoadRegion(in, cand, v.Problem.Cities, v.Problem.Links, length, func(c int32) int32 {
		if owner[c] != id {
			return -1
		}
		return place[c]
	})
	// A city that has too few neighbours inside is made its own: a merge looks at none
	// that is in the same sub-tour.
	v.near.K = near
	v.near.Flat = v.near.Flat[:0]
	for i, c := range v.Problem.Cities {
		k := 0
		for _, o := range nb.Of(c) {
			if k < near && owner[o] == id {
				v.near.Flat = append(v.near.Flat, place[o])
				k++
			}
		}
		for ; k < near; k++ {
			v.near.Flat = append(v.near.Flat, int32(i))
		}
	}
}

// Recombine recombines shaken copies of the region's tour with each other and with
// that by edge assembly, until they agree.
type Recombine struct {
	Tours      int     // population
	Shake      int     // longest stretch of the kicks that make it diverse
	Polish     float64 // kicks a city that improve each of its tours
	PolishSize int
	EAX        func(n int) eax.Config
}

// Work returns a tour of the visitor's problem and by how much it is shorter than the
// problem's own; no tour where it found none. It ends early when stop becomes true.
func (r Recombine) Work(v *Visitor, stop *atomic.Bool) ([]int32, int64) {
	c := v.Climber
	m := c.Size()
	if m < 8 {
		return nil, 0
	}
	own := make(tsp.Tour, m)
	for i := range own {
		own[i] = int32(i)
	}
	bases := []tsp.Tour{own}
	if other, err := tsp.GreedyEdge(context.Background(), c.Sub(), &v.near); err == nil {
		c.Begin(other)
		c.Descend(0)
		bases = append(bases, slices.Clone(c.Local()))
	}
	var tours []tsp.Tour
	for len(tours) < r.Tours {
		c.Begin(bases[len(tours)%len(bases)])
		c.Shake(r.Shake)
		c.Kick(int64(r.Polish*float64(m)), 0, r.PolishSize, nil)
		if stop.Load() {
			return nil, 0
		}
		tours = append(tours, slices.Clone(c.Local()))
	}
	best := r.converge(v, tours, m <= MostForBlocks, stop)
	best = r.converge(v, []tsp.Tour{own, best}, true, stop)
	return best, c.Sub().Length(own) - c.Sub().Length(best)
}

// MostForBlocks is the number of cities of a region above which large E-sets among many
// tours are not worth their time: they gain a hundredth of what small ones do, and cost as much.
const MostForBlocks = 5000

// converge recombines tours of the visitor's problem, and returns the best.
func (r Recombine) converge(v *Visitor, tours []tsp.Tour, blocks bool, stop *atomic.Bool) tsp.Tour {
	c := v.Climber
	p, err := eax.NewPopulation(c.Sub(), &v.near, tours, r.EAX(c.Size()), 1)
	if err != nil {
		panic(err) // every tour was made here
	}
	for p.Stage() == eax.Single || blocks && p.Stage() == eax.Block {
		if stop.Load() {
			break
		}
		p.Generation(&v.RNG, stop)
	}
	c.Count(p.Counts.Children)
	best, _ := p.Best()
	return best
}
