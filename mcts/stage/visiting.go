package stage

import (
	"slices"
	"sync/atomic"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// visiting is what work on parts of the tour needs.
type visiting struct {
	joiner       *region.Joiner // nil before the first visit
	owner, place []int32        // of a city: the part that it is in, from 1, 0 for none; its place in that
	joining      float64        // what it cost to join exchanges, the last time
}

// visit has work carried out on every part, disjoint lists of cities, by the crew side by side, each
// with a visitor whose problem is the part's: a tour of the problem and by how much that is shorter.
// A single part is the first visitor's, and the others are free to help, as are those for whom no part
// is left. A climber that draws learns, and what it does depends on which parts were its own: those are
// no matter of who is first then. It joins what is gained to the tour, and returns the exchanges.
func (s *Search) visit(parts [][]int32, work func(x *region.Visitor, k int) ([]int32, int64)) []region.Exchange {
	v := &s.visiting
	if n := s.In.N(); v.joiner == nil {
		*v = visiting{joiner: region.NewJoiner(s.In, s.Neighbors), owner: make([]int32, n), place: make([]int32, n)}
	}
	for k, part := range parts {
		for _, c := range part {
			v.owner[c] = int32(k) + 1
		}
	}
	exchanges := make([]region.Exchange, len(parts))
	var next, idle atomic.Int32
	s.Round++
	before := s.crew.Actions()
	visits := func(c *kick.Climber, w int) {
		x := s.visitors[w]
		x.Idle = &idle
		for k := w; !s.Meter.Ending().Load(); k += len(s.crew.Climbers) {
			if !s.Config.Draw {
				k = int(next.Add(1)) - 1
			}
			if k >= len(parts) {
				break
			}
			s.turnTo(x, parts[k], k)
			for i, city := range x.Problem.Cities {
				v.place[city] = int32(i)
			}
			if tour, gain := work(x, k); gain > 0 {
				exchanges[k] = x.Problem.Compare(tour, gain)
			}
			c.Poll()
		}
		idle.Add(1)
	}
	if len(parts) == 1 {
		visits(s.crew.Climbers[0], 0)
		for _, c := range s.crew.Climbers { // who may have helped
			c.Flush()
		}
	} else {
		s.crew.Each(visits)
	}
	for _, part := range parts {
		for _, c := range part {
			v.owner[c] = 0
		}
	}
	s.Used += s.crew.Actions() - before
	start := s.Cost()
	s.Tour.Length -= v.joiner.Join(s.Tour.Order, s.Tour.Positions(), exchanges)
	s.keep(s.Tour.Order, s.Tour.Length)
	v.joining = s.Cost() - start
	return exchanges
}

// turnTo makes the part the visitor's problem, which begins with random numbers of number k.
func (s *Search) turnTo(x *region.Visitor, part []int32, k int) {
	region.Cut(&x.Problem, s.Tour.Order, s.Tour.Positions(), part)
	x.Climber.Seed(s.Seed, meter.ForRound, s.Round, uint64(k))
	x.RNG = *meter.PCG(s.Seed, meter.ForVisit, s.Round, uint64(k))
}

// load makes the part that visitor x is at, number k of those, its climber's piece, over
// candidates.
func (s *Search) load(x *region.Visitor, k int, cand *twoopt.Candidates) {
	v := &s.visiting
	x.Climber.LoadRegion(s.In, cand, x.Problem.Cities, x.Problem.Links, s.Tour.Length, func(city int32) int32 {
		if v.owner[city] != int32(k)+1 {
			return -1
		}
		return v.place[city]
	})
}

// loadPart makes part number k, which visitor x is at, its problem, over candidates and near cities.
func (s *Search) loadPart(x *region.Visitor, k int, cand *twoopt.Candidates, near func(c int32) []int32) {
	x.Load(s.In, cand, near, s.Tour.Length, s.visiting.owner, s.visiting.place, int32(k)+1)
}

// inParts has work carried out in the leaves of a new tree.
func (s *Search) inParts(work func(x *region.Visitor, k int) ([]int32, int64)) {
	var tree region.Tree
	tree.Grow(s.Meter.Context(), s.In, s.Tour.Positions(), perPart, meter.PCG(s.Seed, meter.ForCuts, s.Round, 0))
	for leaves := range slices.Chunk(tree.Leaves, max(2*s.Workers, len(tree.Leaves)/24)) {
		if s.Meter.Check() {
			break
		}
		s.visit(tree.Parts(leaves), work)
	}
}

// cross crosses the tour with another of all cities, region by region.
func (s *Search) cross(other tsp.Tour) {
	next := make([]int32, len(other))
	for k, c := range other {
		next[c] = other[(k+1)%len(other)]
	}
	s.inParts(func(x *region.Visitor, k int) ([]int32, int64) {
		s.loadPart(x, k, s.Candidates, s.near().Of)
		return x.Cross(next, s.Config.EAX(x.Climber.Size()), s.Meter.Ending())
	})
}

// perPart is the most cities of a part, about as many as alpha-nearness is found of at once.
const perPart = 1 << 14
