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
	Idle    *atomic.Int32 // how many other workers have nothing to do, and may help; nil: none
	// Mend is what becomes of a greedy tour of the problem before it is brought to a local optimum;
	// nil, as Load leaves it: it stays what it is.
	Mend func(tsp.Tour) tsp.Tour

	owner, place []int32 // as Load was given them
	id           int32

	near  tsp.Neighbors
	edges []tsp.RankedEdge // between cities and candidates, the most probable first
	drawn [][2]int32       // half of them
	fresh []int32          // cities that an optimum is descended from
	spare []tsp.RankedEdge // scratch of rank
}

// Load makes the visitor's problem that of its climber. owner tells of each city which
// region it is in, id being the visitor's, nil that the problem is the whole; place is
// where it stands in its own.
func (v *Visitor) Load(in *tsp.Instance, cand *twoopt.Candidates, nb func(c int32) []int32, length int64, owner, place []int32, id int32) {
	v.owner, v.place, v.id = owner, place, id
	v.Mend = nil
	v.Climber.LoadRegion(in, cand, v.Problem.Cities, v.Problem.Links, length, func(c int32) int32 {
		if owner != nil && owner[c] != id {
			return -1
		}
		return place[c]
	})
	// A city that has too few neighbours inside is made its own: a merge looks at none
	// that is in the same sub-tour.
	v.near.K = eax.Near
	v.near.Flat = v.near.Flat[:0]
	for i, c := range v.Problem.Cities {
		k := 0
		for _, o := range nb(c) {
			if k < eax.Near && (owner == nil || owner[o] == id) {
				v.near.Flat = append(v.near.Flat, place[o])
				k++
			}
		}
		for ; k < eax.Near; k++ {
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
	tour := v.greedy()
	if v.Mend != nil {
		tour = v.Mend(tour)
	}
	c.Begin(tour)
	c.Descend(0)
	return !c.Poll()
}

// Renew crosses the region's own tour with one local optimum that owes it nothing: the greedy tour of
// all edges that candidates propose, which mend makes better at large before the descent. It returns a
// tour of the visitor's problem and by how much it is shorter than the problem's own; no tour when the
// search is to end.
func (v *Visitor) Renew(mend func(tsp.Tour) tsp.Tour, cfg eax.Config, stop *atomic.Bool) ([]int32, int64) {
	c := v.Climber
	v.drawn = v.drawn[:0]
	for _, e := range v.edges {
		v.drawn = append(v.drawn, [2]int32{e.A, e.B})
	}
	c.Begin(mend(v.greedy()))
	c.Descend(0)
	if c.Poll() {
		return nil, 0
	}
	return v.lead(cfg, stop)
}

// Cross is Renew with what another tour of the instance has here: next names the city that follows each
// there.
func (v *Visitor) Cross(next []int32, cfg eax.Config, stop *atomic.Bool) ([]int32, int64) {
	if made, ok := v.again(next); !made || !ok {
		return nil, 0
	}
	return v.lead(cfg, stop)
}

// lead crosses the region's own tour with the climber's piece.
func (v *Visitor) lead(cfg eax.Config, stop *atomic.Bool) ([]int32, int64) {
	c, own := v.Climber, v.own()
	led, length, children := eax.NewLeader(c.Sub(), &v.near, own, cfg).Lead(own, []tsp.Tour{c.Local()}, &v.RNG, stop)
	c.Count(children)
	return led, c.Sub().Length(own) - length
}

// own returns the region's own tour.
func (v *Visitor) own() tsp.Tour {
	own := make(tsp.Tour, v.Climber.Size())
	for i := range own {
		own[i] = int32(i)
	}
	return own
}

// greedy returns the greedy tour of the problem that takes the drawn edges before all others.
func (v *Visitor) greedy() tsp.Tour {
	tour, err := tsp.GreedyEdge(tsp.WithWorkers(context.Background(), 1), v.Climber.Sub(), &v.near, v.drawn...)
	if err != nil {
		panic(err) // the context does not end
	}
	return tour
}

// again is Optimum, but for what has changed since: the greedy tour takes first what an earlier
// optimum of regions here had, and is descended from where it has not. kept names of each city of the
// instance the next one in that optimum, or -1. Where little of it is in the problem, nothing is made.
func (v *Visitor) again(kept []int32) (made, ok bool) {
	c := v.Climber
	v.drawn = v.drawn[:0]
	for i := range int32(len(v.Problem.Cities)) {
		if j := v.next(kept, i); j >= 0 {
			v.drawn = append(v.drawn, [2]int32{i, j})
		}
	}
	if len(v.drawn) < len(v.Problem.Cities)/2 {
		return false, true
	}
	first := v.greedy()
	c.Begin(first)
	v.fresh = v.fresh[:0]
	last := first[len(first)-1]
	for _, i := range first {
		if v.next(kept, i) != last && v.next(kept, last) != i {
			v.fresh = append(v.fresh, last, i)
		}
		last = i
	}
	c.DescendFrom(v.fresh)
	return true, !c.Poll()
}

// next returns the city of the problem that kept has after city i of it, or -1.
func (v *Visitor) next(kept []int32, i int32) int32 {
	if d := kept[v.Problem.Cities[i]]; d >= 0 && (v.owner == nil || v.owner[d] == v.id) {
		return v.place[d]
	}
	return -1
}

// keep makes the climber's piece what kept has of the problem's cities.
func (v *Visitor) keep(kept []int32) {
	sub, tour := v.Climber.Sub(), v.Climber.Local()
	last := tour[len(tour)-1]
	for _, i := range tour {
		next := int32(-1)
		if !sub.IsFixed(last, i) {
			next = v.Problem.Cities[i]
		}
		kept[v.Problem.Cities[last]] = next
		last = i
	}
}

// Recombine crosses the region's own tour with local optima, recombines these by edge assembly
// until they agree, and crosses what that ends with with what the own tour has become. Most of the
// time went into the local optima, so that they are kept for other regions in the same places.
type Recombine struct {
	Tours int // population
	EAX   func(n int) eax.Config
	// Kept are the first tours of the populations of all regions, as the next city of each city of
	// the instance, -1 where there is none: what Work makes is made of it, and entered into it.
	Kept [][]int32
	// Actions is about how many Work may take, 0 for no limit: it ends early between two tours, or two
	// generations, when that many are used.
	Actions int64
}

// Work returns a tour of the visitor's problem and by how much it is shorter than the problem's own;
// no tour where it found none. Others that have loaded the same problem work side by side with the
// visitor, and are among its idle workers when the tours are built. It ends early when stop becomes
// true, and makes what it can of the tours that there are where its actions are used.
func (r Recombine) Work(v *Visitor, stop *atomic.Bool, others ...*Visitor) ([]int32, int64) {
	c := v.Climber
	m := c.Size()
	if m < 8 {
		return nil, 0
	}
	own := v.own()
	workers := 1 + len(others)
	tours := make([]tsp.Tour, r.Tours)
	used := make([]int64, workers)
	build := func(v *Visitor, first int) {
		begun := v.Climber.Actions()
		for i := first; i < r.Tours && !r.over(used[first]*int64(workers)) && r.optimum(v, i); i += workers {
			tours[i], used[first] = slices.Clone(v.Climber.Local()), v.Climber.Actions()-begun
		}
	}
	var wait sync.WaitGroup
	for k, o := range others {
		wait.Go(func() { build(o, 1+k) })
	}
	build(v, 0)
	wait.Wait()
	if len(others) > 0 {
		v.Idle.Add(int32(len(others)))
	}
	tours = slices.DeleteFunc(tours, func(t tsp.Tour) bool { return t == nil })
	if len(tours) == 0 || len(tours) < r.Tours && stop.Load() {
		return nil, 0
	}
	led, _, children := eax.NewLeader(c.Sub(), &v.near, own, r.EAX(m)).Lead(own, tours, &v.RNG, stop)
	c.Count(children)
	for _, u := range used {
		children += u
	}
	best, children := r.converge(v, tours, LargeSets(c.Sub()), children, stop)
	best, _ = r.converge(v, []tsp.Tour{led, best}, true, children, stop)
	return best, c.Sub().Length(own) - c.Sub().Length(best)
}

// over reports whether so many actions are all that Work may take.
func (r Recombine) over(used int64) bool { return r.Actions > 0 && used >= r.Actions }

// optimum makes the climber's piece tour i of the population.
func (r Recombine) optimum(v *Visitor, i int) bool {
	if i >= len(r.Kept) {
		return v.Optimum()
	}
	made, ok := v.again(r.Kept[i])
	if !made {
		ok = v.Optimum()
	}
	if ok {
		v.keep(r.Kept[i])
	}
	return ok
}

// LargeSets reports whether large E-sets among many tours of the instance are worth their time: of
// more cities they gain a hundredth of what small ones do, and cost as much. Of directed distances
// there are no others.
func LargeSets(in *tsp.Instance) bool { return in.N() <= 5000 || in.Paired() }

// converge recombines tours of the visitor's problem, and returns the best, and what is used of the
// actions then.
func (r Recombine) converge(v *Visitor, tours []tsp.Tour, blocks bool, used int64, stop *atomic.Bool) (tsp.Tour, int64) {
	c := v.Climber
	p, err := eax.NewPopulation(c.Sub(), &v.near, tours, r.EAX(c.Size()), 1)
	if err != nil {
		panic(err) // every tour was made here
	}
	p.Idle = v.Idle
	for p.Stage() == eax.Single || blocks && p.Stage() == eax.Block {
		if stop.Load() || r.over(used+p.Children) {
			break
		}
		p.Generation(&v.RNG, stop)
	}
	c.Count(p.Children)
	best, _ := p.Best()
	return best, used + p.Children
}
