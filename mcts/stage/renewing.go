package stage

import (
	"sync/atomic"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
)

// Renewing brings parts of the tour of a search to local optima over new candidates, as these
// become known. It is no stage: it goes on while the heatmap is made, before the search begins.
type Renewing struct {
	s            *Search
	joiner       *region.Joiner
	owner, place []int32 // of a city: the part that it is in, from 1; its place in that
}

// Renewing returns what renews the tour of s, whose candidates become those that Step is told of,
// as many as there are of each city.
func (s *Search) Renewing() *Renewing {
	n := s.In.N()
	return &Renewing{s: s, joiner: region.NewJoiner(s.In, s.Neighbors), owner: make([]int32, n), place: make([]int32, n)}
}

// Step descends within parts, disjoint lists of cities whose order it changes, over candidates, the
// most promising first, and joins what that brings to the tour.
func (r *Renewing) Step(parts [][]int32, candidates func(i int32) []int32) {
	s := r.s
	for k, part := range parts {
		for _, c := range part {
			r.owner[c] = int32(k) + 1
		}
	}
	exchanges := make([]region.Exchange, len(parts))
	var next atomic.Int32
	s.Round++
	s.crew.Each(func(c *kick.Climber, w int) {
		x := s.visitors[w]
		for k := int(next.Add(1)) - 1; k < len(parts) && !s.Meter.Ending().Load(); k = int(next.Add(1)) - 1 {
			for _, city := range parts[k] {
				s.renew(city, candidates(city))
			}
			region.Cut(&x.Problem, s.Tour.Order, s.Tour.Positions(), parts[k])
			for i, city := range x.Problem.Cities {
				r.place[city] = int32(i)
			}
			c.LoadRegion(s.In, s.Candidates, x.Problem.Cities, x.Problem.Links, s.Tour.Length, func(city int32) int32 {
				if r.owner[city] != int32(k)+1 {
					return -1
				}
				return r.place[city]
			})
			c.Seed(s.Seed, meter.ForRound, s.Round, uint64(k))
			c.Descend(0)
			if gain := c.Gain(); gain > 0 {
				exchanges[k] = x.Problem.Compare(c.Local(), gain)
			}
			c.Poll()
		}
	})
	for _, part := range parts {
		for _, c := range part {
			r.owner[c] = 0
		}
	}
	s.Tour.Length -= r.joiner.Join(s.Tour.Order, s.Tour.Positions(), exchanges)
	s.keep(s.Tour.Order, s.Tour.Length)
}

// renew makes the first of better the city's candidates, as many as it has.
func (s *Search) renew(city int32, better []int32) {
	from, to := s.Candidates.Start[city], s.Candidates.Start[city+1]
	row := s.Candidates.City[from:to]
	for k, j := range better[:min(len(better), len(row))] {
		row[k], s.Candidates.Dist[int(from)+k] = j, s.In.Dist(city, j)
	}
}
