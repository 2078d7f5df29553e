package mcts

import (
	"math/rand/v2"
	"sync/atomic"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
)

// visiting is the work on an instance of many regions. A sweep cuts the plane anew, by
// a k-d tree whose borders are drawn at random, and visits every leaf: a population of
// local optima of the tour's paths in it is recombined, and what that brings is joined
// to the tour. Each sweep has larger populations than the one before. Between the
// visits the whole tour is kicked, for as long as that brings more a second.
type visiting struct {
	Tree    region.Tree
	Choice  choosing
	Size    int // cities of a leaf
	Tours   int // of a population
	Kicks   Yield
	Visits  Yield
	PerTour float64 // what a tour of a population costs a city, all in all
	RNG     *rand.PCG

	joiner       *region.Joiner
	owner, place []int32 // of a city: the visit of the batch that it is in, from 1; its place in that
}

// Yield is what a kind of work brought.
type Yield struct {
	Cost float64 // of all of it
	Rate float64 // length gained per cost, of late
}

// add counts work.
func (y *Yield) add(gain int64, cost float64) {
	if cost <= 0 {
		return
	}
	rate := float64(gain) / cost
	if y.Cost == 0 {
		y.Rate = rate
	}
	y.Cost += cost
	keep := y.Cost / (y.Cost + 4*cost) // half of what counts is the last fifth
	y.Rate += (1 - keep) * (rate - y.Rate)
}

const (
	firstTours  = 16    // of the populations of the first sweep
	mostInLeaf  = 12000 // cities
	leastInLeaf = 1000
)

func (v *visiting) name() string { return "visiting regions" }

func (s *search) newVisiting() *visiting {
	v := &visiting{Tours: firstTours, RNG: meter.PCG(s.seed, meter.ForMixing, 2, 0)}
	if l := s.onward; l != nil {
		v.Tours, v.PerTour, v.Kicks, v.Visits = max(l.Tours, firstTours), l.PerTour, l.Kicks, l.Visits
	}
	v.equip(s)
	return v
}

func (v *visiting) equip(s *search) {
	n := s.in.N()
	v.joiner = region.NewJoiner(s.in, s.nb)
	v.owner, v.place = make([]int32, n), make([]int32, n)
}

func (v *visiting) step(s *search) bool {
	start, length := s.cost(), s.Tour.Length
	if v.kicksDue(start) {
		s.meter.Regions(nil)
		s.kickOn()
		v.Kicks.add(length-s.Tour.Length, s.cost()-start)
		return false
	}
	if v.Choice.left() == 0 {
		v.sweep(s)
	}
	mean := v.Choice.mean()
	work := make([]int32, min(v.Choice.left(), max(2*s.workers, len(v.Tree.Leaves)/16)))
	for k := range work {
		work[k] = v.Choice.choose(s, v, mean)
	}
	v.carry(s, work, mean)
	cost := s.cost() - start
	v.Visits.add(length-s.Tour.Length, cost)
	cities := 0
	for _, leaf := range work {
		nd := v.Tree.Nodes[leaf]
		cities += int(nd.To - nd.From)
	}
	v.PerTour = cost * float64(s.workers) / float64(cities*v.Tours)
	return false
}

// kicksDue reports whether to kick next: for as long as everything before took,
// then what brings more, the other kind of work having an eighth of the cost.
func (v *visiting) kicksDue(now float64) bool {
	switch {
	case v.Visits.Cost == 0:
		return v.Kicks.Cost < now/2
	case v.Kicks.Rate > v.Visits.Rate:
		return v.Visits.Cost > v.Kicks.Cost/8
	}
	return v.Kicks.Cost < v.Visits.Cost/8
}

// sweep cuts the plane into leaves to visit. A visit is to take a small part of
// the time so far, so that the tour improves all the time.
func (v *visiting) sweep(s *search) {
	n := s.in.N()
	if len(v.Tree.Leaves) > 0 {
		v.Tours = v.nextTours(s)
	}
	v.Size = 2000
	if v.PerTour > 0 {
		v.Size = int(0.06 * s.cost() / (v.PerTour * float64(v.Tours)))
	}
	v.Size = max(leastInLeaf, min(v.Size, mostInLeaf, n/(4*s.workers)))
	v.Tree.Grow(s.in, s.Tour.Positions(), v.Size, v.RNG)
	v.Choice.begin(s, v)
}

// nextTours returns how many tours the populations of the next sweep have.
func (v *visiting) nextTours(s *search) int {
	return min(v.Tours+v.Tours/2, max(s.cfg.Population, firstTours))
}

// carry visits the leaves, and joins what that brings to the tour.
// mean is what a visit was thought to cost when they were chosen.
func (v *visiting) carry(s *search, leaves []int32, mean float64) {
	clear(v.owner)
	regions := make([][]int32, len(leaves))
	for k, leaf := range leaves {
		nd := v.Tree.Nodes[leaf]
		regions[k] = v.Tree.Cities[nd.From:nd.To]
		for _, c := range v.Tree.Cities[nd.From:nd.To] {
			v.owner[c] = int32(k) + 1
		}
	}
	s.meter.Regions(regions)
	op := region.Recombine{Tours: v.Tours, EAX: s.cfg.eax}
	exchanges := make([]region.Exchange, len(leaves))
	costs := make([]int64, len(leaves))
	before := s.crew.Actions()
	var next atomic.Int32
	s.Round++
	s.crew.Each(func(c *kick.Climber, w int) {
		x := s.visitors[w]
		for !s.meter.Ending().Load() {
			k := int(next.Add(1)) - 1
			if k >= len(leaves) {
				break
			}
			nd := v.Tree.Nodes[leaves[k]]
			region.Cut(&x.Problem, s.Tour.Order, s.Tour.Positions(), v.Tree.Cities[nd.From:nd.To])
			for i, city := range x.Problem.Cities {
				v.place[city] = int32(i)
			}
			x.Load(s.in, s.cand, s.nb, s.Tour.Length, v.owner, v.place, int32(k)+1)
			c.Seed(s.seed, meter.ForRound, s.Round, uint64(k))
			x.RNG = *meter.PCG(s.seed, meter.ForVisit, s.Round, uint64(k))
			begun := c.Actions()
			if tour, gain := op.Work(x, s.meter.Ending()); gain > 0 {
				exchanges[k] = x.Problem.Compare(tour, gain)
			}
			costs[k] = c.Actions() - begun
			c.Poll()
		}
	})
	s.Used += s.crew.Actions() - before
	if s.Visits == nil {
		s.Visits = make([]uint16, s.in.N())
	}
	for k, leaf := range leaves {
		v.Choice.learn(v, leaf, mean, float64(exchanges[k].Gain), float64(costs[k]))
		s.did("recombine", v.Tree.Depth(s.in.N(), leaf), 1, exchanges[k].Gain, costs[k])
		nd := v.Tree.Nodes[leaf]
		for _, c := range v.Tree.Cities[nd.From:nd.To] {
			s.Visits[c] += 1 - s.Visits[c]>>15
		}
	}
	s.Tour.Length -= v.joiner.Join(s.Tour.Order, s.Tour.Positions(), exchanges)
	s.keep(s.Tour.Order, s.Tour.Length)
}

func (v *visiting) freeze() {}

func (v *visiting) resume(s *search) error {
	if v.RNG == nil {
		return errForeign
	}
	if err := v.Tree.Check(s.in.N()); err != nil {
		return errForeign
	}
	if len(v.Choice.Arms) != len(v.Tree.Nodes) {
		return errForeign
	}
	v.equip(s)
	return nil
}
