package stage

import (
	"math"
	"slices"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// coarsen mends what is wrong at large in a tour. Greedy ends with a few edges
// across the plane, between places that only a chain of dozens of exchanges
// would bring together. Here only the ends of the longest edges are cities, what the
// tour does between them is a link each, and candidates are the nearest of them: where
// the tour has few cities left, chains reach far. First a 64th of the edges are
// free, then a 16th, then a quarter (multilevel refinement, Walshaw 2002).
func (s *Search) coarsen(c *kick.Climber, t *kick.Tour) {
	before := c.Actions()
	defer func() { s.Used += c.Actions() - before }()
	for _, share := range []int{64, 16, 4} {
		k := len(t.Order) / share
		if k < 8 || k > max(mostFree, len(t.Order)/64) || c.Poll() {
			continue
		}
		var actions int64 // that are left, 0 for no limit
		if limit := s.Meter.Budget().Actions; limit > 0 {
			if actions = limit - s.Used - (c.Actions() - before); actions <= 0 {
				return
			}
		}
		s.freeLongest(c, t, k, actions, true)
	}
}

// mostFree is the number of edges above which a coarse problem is as hard as the tour itself, which
// all workers descend together; but a 64th of the edges is always free.
const mostFree = 50000

// leastCoarse is the number of cities below which the chain reaches across the whole
// tour anyway.
const leastCoarse = 1000

// freeLongest improves the tour over the ends of its k longest edges, in about that
// many actions (0: no limit), with kicks or without.
func (s *Search) freeLongest(c *kick.Climber, t *kick.Tour, k int, actions int64, kicks bool) {
	in, n := s.In, len(t.Order)
	edges := make([]tsp.RankedEdge, 0, n)
	for i, a := range t.Order {
		b := t.Order[(i+1)%n]
		if !in.IsFixed(a, b) {
			edges = append(edges, tsp.RankedEdge{Key: uint64(math.MaxInt32 - in.Dist(a, b)), A: a, B: b}) // from the longest down
		}
	}
	if _, ok := tsp.RankEdges(s.Meter.Context(), edges, nil); !ok {
		return
	}
	var cities []int32
	for _, e := range edges[:min(k, len(edges))] {
		cities = append(cities, e.A, e.B)
	}
	slices.Sort(cities)
	cities = slices.Compact(cities)
	nb, err := tsp.NearestAmong(s.Meter.Context(), in, cities, 8)
	if err != nil {
		return
	}
	var p region.Problem
	region.Cut(&p, t.Order, t.Positions(), cities)
	row := make([]int32, n) // of a city in nb, -1 for none
	for i := range row {
		row[i] = -1
	}
	for r, city := range cities {
		row[city] = int32(r)
	}
	place := make([]int32, n)
	for i := range place {
		place[i] = -1
	}
	for i, city := range p.Cities {
		place[city] = int32(i)
	}
	cand := twoopt.NewCandidates(in, func(i int32) []int32 {
		if row[i] < 0 {
			return nil
		}
		return nb.Of(row[i])
	})
	c.LoadRegion(in, cand, p.Cities, p.Links, t.Length, func(city int32) int32 { return place[city] })
	c.Seed(s.Seed, meter.ForCoarse, uint64(k), 0)
	before := c.Actions()
	c.Descend(actions)
	m := int64(len(p.Cities))
	if left := actions - (c.Actions() - before); kicks && (actions == 0 || left > 0) {
		c.Kick(min(2*m, 20000+m/10), max(0, left), s.Config.KickSize, nil)
	}
	if gain := c.Gain(); gain > 0 {
		j := region.NewJoiner(in, s.Neighbors)
		t.Length -= j.Join(t.Order, t.Positions(), []region.Exchange{p.Compare(c.Local(), gain)})
	}
}
