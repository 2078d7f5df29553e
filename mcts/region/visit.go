package region

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
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

	near  tsp.Neighbors
	edges []tsp.RankedEdge // between cities and candidates, the most probable first
	drawn [][2]int32       // half of them
	spare []tsp.RankedEdge // scratch of rank
}

// near is how many neighbours of a city a recombination looks at.
const near = 5

// Load makes the visitor's problem that of its climber. owner tells of each city which
// region it is in, id being the visitor's, nil that the problem is the whole; place is
// where it stands in its own.
func (v *Visitor) Load(in *tsp.Instance, cand *twoopt.Candidates, nb func(c int32) []int32, length int64, owner, place []int32, id int32) {
	v.Climber.LoadRegion(in, cand, v.Problem.Cities, v.Problem.Links, length, func(c int32) int32 {
		if owner != nil && owner[c] != id {
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
		for _, o := range nb(c) {
			if k < near && (owner == nil || owner[o] == id) {
				v.near.Flat = append(v.near.Flat, place[o])
				k++
			}
		}
		for ; k < near; k++ {
			v.near.Flat = append(v.near.Flat, int32(i))
		}
	}
	v.rank()
}

// ranked is how many candidates of a city propose edges to the first tours.
const ranked = 5

// rank lists the edges between cities and their candidates: those to first candidates
// first, and of the same rank the shorter.
func (v *Visitor) rank() {
	cand := v.Climber.Candidates()
	of := func(i int32) []int32 { return cand.City[cand.Start[i]:min(cand.Start[i+1], cand.Start[i]+ranked)] }
	v.edges = v.edges[:0]
	for i := range int32(len(cand.Start) - 1) {
		for k, j := range of(i) {
			if j < i && slices.Contains(of(j), i) {
				continue
			}
			key := uint64(k)<<32 | uint64(cand.Dist[cand.Start[i]+int32(k)])
			v.edges = append(v.edges, tsp.RankedEdge{Key: key, A: i, B: j})
		}
	}
	v.spare, _ = tsp.RankEdges(context.Background(), v.edges, v.spare)
}

// Optimum makes the climber's piece a local optimum that has little in common with any
// other but the good edges: a greedy tour, which takes every other of the edges that
// candidates propose before all others, is brought to a local optimum. What is wrong at
// large in a local optimum, where no kick reaches, would be in all its shaken copies,
// and recombination could not mend it: between clusters, which follows which. It
// reports false when the search is to end.
func (v *Visitor) Optimum() bool {
	c := v.Climber
	v.drawn = v.drawn[:0]
	for _, e := range v.edges {
		if v.RNG.Uint64()>>63 == 0 {
			v.drawn = append(v.drawn, [2]int32{e.A, e.B})
		}
	}
	first, err := tsp.GreedyEdge(tsp.WithWorkers(context.Background(), 1), c.Sub(), &v.near, v.drawn...)
	if err != nil {
		panic(err) // the context does not end
	}
	c.Begin(first)
	c.Descend(0)
	return !c.Poll()
}

// Recombine crosses the region's own tour with local optima, recombines these by edge assembly
// until they agree, and crosses what that ends with with what the own tour has become.
type Recombine struct {
	Tours int // population
	EAX   func(n int) eax.Config
}

// Work returns a tour of the visitor's problem and by how much it is shorter than the
// problem's own; no tour where it found none. Others that have loaded the same problem work side by
// side with the visitor. It ends early when stop becomes true.
func (r Recombine) Work(v *Visitor, stop *atomic.Bool, others ...*Visitor) ([]int32, int64) {
	c := v.Climber
	m := c.Size()
	if m < 8 {
		return nil, 0
	}
	own := make(tsp.Tour, m)
	for i := range own {
		own[i] = int32(i)
	}
	workers := 1 + len(others)
	tours := make([]tsp.Tour, r.Tours)
	build := func(v *Visitor, first int) {
		for i := first; i < r.Tours && v.Optimum(); i += workers {
			tours[i] = slices.Clone(v.Climber.Local())
		}
	}
	var wait sync.WaitGroup
	for k, o := range others {
		wait.Go(func() { build(o, 1+k) })
	}
	build(v, 0)
	wait.Wait()
	if slices.ContainsFunc(tours, func(t tsp.Tour) bool { return t == nil }) {
		return nil, 0
	}
	led, _, children := eax.NewLeader(c.Sub(), &v.near, own, r.EAX(m)).Lead(own, tours, &v.RNG, stop)
	c.Count(children)
	best := r.converge(v, tours, m <= MostForBlocks, workers, stop)
	best = r.converge(v, []tsp.Tour{led, best}, true, workers, stop)
	return best, c.Sub().Length(own) - c.Sub().Length(best)
}

// MostForBlocks is the number of cities of a region above which large E-sets among many
// tours are not worth their time: they gain a hundredth of what small ones do, and cost as much.
const MostForBlocks = 5000

// converge recombines tours of the visitor's problem, and returns the best.
func (r Recombine) converge(v *Visitor, tours []tsp.Tour, blocks bool, workers int, stop *atomic.Bool) tsp.Tour {
	c := v.Climber
	p, err := eax.NewPopulation(c.Sub(), &v.near, tours, r.EAX(c.Size()), workers)
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
