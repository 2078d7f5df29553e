package stage

import (
	"math"
	"slices"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// coarsen mends what is wrong at large in the tour. Greedy ends with a few edges
// across the plane, between places that only a chain of dozens of exchanges
// would bring together. Here only the ends of the longest edges are cities, what the
// tour does between them is a link each, and candidates are the nearest of them: where
// the tour has few cities left, chains reach far (multilevel refinement, Walshaw 2002).
// First the very longest edges are free, and local optima over their ends are recombined:
// which cluster follows which is found here or late. Then more are for chains and kicks,
// twice as many and up to eight times as many each, until a 64th of all is. Where steps are
// larger, what is wrong at large stays: without the 64th fl1577 stands at 1.7 % after 50 ms,
// and not at 0.12.
func (s *Search) coarsen() {
	n, share := len(s.Tour.Order), 64
	for n/(2*share) > mostRecombined {
		share *= 8
	}
	s.recombineLongest(n/(2*share), false, firstTours, 1, 0, 1)
	for ; share >= 64 && !s.ended(); share /= 8 {
		s.kickLongest(n/share, 1, true)
	}
}

// mostRecombined is the number of free edges above which recombination takes longer than it
// is worth: with 2500 the first local optimum of 250,000 uniform cities is 0.2 s late.
const mostRecombined = 1000

// leastCoarse is the number of cities below which the chain reaches across the whole
// tour anyway.
const leastCoarse = 1000

// longest returns the ends of the tour's k longest edges along the curve, with those of bridges, and
// their candidates, the nearest of them; no ends where there are too few edges, or when the budget
// ended. Lengths are those of span.
func (s *Search) longest(k int, relative bool) (ends []int32, cand *twoopt.Candidates) {
	in, order := s.In, s.Tour.Order
	n := len(order)
	if k < 8 {
		return nil, nil
	}
	edges := make([]tsp.RankedEdge, 0, 2*k)
	for least := s.sampled(2*k, relative); ; least = math.MinInt32 {
		for i, a := range order {
			b := order[(i+1)%n]
			if d := s.span(a, b, relative); d >= least && !in.IsFixed(a, b) {
				edges = append(edges, tsp.RankedEdge{Key: uint64(math.MaxInt32 - d), A: a, B: b}) // from the longest down
			}
		}
		if len(edges) >= k || least == math.MinInt32 {
			break
		}
		edges = edges[:0]
	}
	if _, ok := tsp.RankEdges(s.Meter.Context(), edges, nil); !ok || len(edges) == 0 {
		return nil, nil
	}
	row := make([]int32, n) // of a city among the ends, -1 for none
	for i := range row {
		row[i] = -1
	}
	for _, e := range edges[:min(k, len(edges))] {
		row[e.A], row[e.B] = 0, 0
	}
	s.withBridges(k, relative, row)
	var ascending []int32
	for city, r := range row {
		if r == 0 {
			row[city] = int32(len(ascending))
			ascending = append(ascending, int32(city))
		}
	}
	nb, err := tsp.NearestAmong(s.Meter.Context(), in, ascending, 8)
	if err != nil {
		return nil, nil
	}
	leads(s.bridges, nb, func(city int32) int32 { return row[city] })
	for _, city := range s.Curve {
		if row[city] >= 0 {
			ends = append(ends, city)
		}
	}
	return ends, twoopt.NewCandidates(in, func(i int32) []int32 {
		if row[i] < 0 {
			return nil
		}
		return nb.Of(row[i])
	})
}

// sampled returns about the span of the tour's k-th longest edge that is not fixed, by a sample of them.
func (s *Search) sampled(k int, relative bool) int32 {
	sample, step := s.spans(relative)
	if len(sample) == 0 {
		return math.MinInt32
	}
	slices.Sort(sample)
	return sample[max(0, len(sample)-1-k/step)]
}

// spans returns the spans of a sample of the tour's edges that are not fixed, one for so many edges.
func (s *Search) spans(relative bool) (sample []int32, step int) {
	order := s.Tour.Order
	step = max(1, len(order)>>16)
	for i := 0; i+1 < len(order); i += step {
		if a, b := order[i], order[i+1]; !s.In.IsFixed(a, b) {
			sample = append(sample, s.span(a, b, relative))
		}
	}
	return sample, step
}

// span returns the length of an edge; the relative one in 256ths of how far its ends are from their
// eighth nearest cities, both together: what is long among cities that are close together is short
// elsewhere, and the step from one chip of a board to the next as wrong with small ones as with large.
// By the nearest cities 38,000 in clusters in clusters stood at .94 % after 15 s (three seeds, over the
// best of these runs), and so at .28.
func (s *Search) span(a, b int32, relative bool) int32 {
	d := s.In.Dist(a, b)
	if !relative || s.Neighbors.K == 0 {
		return d
	}
	k := min(s.Neighbors.K, 8) - 1
	near := int64(s.In.Dist(a, s.Neighbors.Of(a)[k])) + int64(s.In.Dist(b, s.Neighbors.Of(b)[k]))
	return int32(min(int64(d)*256/max(1, near), math.MaxInt32))
}

// between returns how many of the tour's edges lead from group to group of cities, such as clusters and
// chips, 0 where there are none: those that are longer than it is from both ends to their eighth nearest
// cities, if they are a thousandth of all. There the order of the groups is to be looked for. In 256ths
// of that, a thousandth of the first local optimum's edges is above 150 to 190 with uniform cities, in
// countries and in pictures, 390 with rl5915, 480 to 990 with boards, DIMACS clusters and fl1577, 1300
// and more with chips of several sizes and clusters in clusters; of matrices above 150 to 180 with roads
// and random ones, 780 with roads of villages.
func (s *Search) between() int {
	n := s.In.N()
	if n < leastCoarse || s.Neighbors == nil || s.Neighbors.K == 0 {
		return 0
	}
	spans, step := s.spans(true)
	count := 0
	for _, d := range spans {
		if d > 256 {
			count += step
		}
	}
	if count < max(1, n/1000) {
		return 0
	}
	return count
}

// perEnd is about twice as many actions as recombineLongest takes for an end, 20 to 40, where 30
// children of a pair are tried; more take so many times as much.
const perEnd = 60

// recombineLongest recombines local optima over the ends of the tour's k longest edges, by relative
// lengths or not, of so many parts those numbered from from to to-1, unless there are to be no
// populations, or that would take most of the actions that are left.
func (s *Search) recombineLongest(k int, relative bool, tours, parts, from, to int) {
	if s.Config.Population == 0 {
		return
	}
	ends, cand := s.longest(k, relative)
	if ends == nil {
		return
	}
	begin, end := len(ends)*from/parts, len(ends)*to/parts
	ends, parts = ends[begin:end], to-from
	if len(ends) < 8*parts {
		return
	}
	takes := int64(len(ends)) * perEnd * int64(max(30, s.Config.EAX(len(ends)/parts).Children)) / 30
	if s.counts() && s.left() < float64(takes) {
		return
	}
	op := region.Recombine{Tours: min(tours, s.Config.Population), EAX: s.Config.EAX, Actions: s.allowed(parts)}
	near := func(city int32) []int32 { return cand.City[cand.Start[city]:cand.Start[city+1]] }
	s.visitLongest(ends, parts, func(x *region.Visitor, k int) ([]int32, int64) {
		var others []*region.Visitor
		if parts == 1 {
			others = s.visitors[1:]
		}
		for w, o := range others {
			s.turnTo(o, ends, w+1)
			s.loadPart(o, k, cand, near)
		}
		s.loadPart(x, k, cand, near)
		return op.Work(x, s.Meter.Ending(), others...)
	})
}

// kickLongest brings the tour to a local optimum over the ends of its k longest edges, and
// kicks that where it is to, in pieces for so many workers. It keeps about to the actions that
// are left.
func (s *Search) kickLongest(k, workers int, kicks bool) {
	ends, cand := s.longest(k, false)
	if ends == nil {
		return
	}
	parts := s.Config.pieces(len(ends), min(workers, len(ends)/leastCoarse))
	most := int64(20000+len(ends)/10) / int64(parts) // kicks
	actions := s.allowed(parts)
	s.visitLongest(ends, parts, func(x *region.Visitor, k int) ([]int32, int64) {
		c := x.Climber
		before := c.Actions()
		s.load(x, k, cand)
		c.Descend(actions)
		if left := actions - (c.Actions() - before); kicks && (actions == 0 || left > 0) {
			c.Kick(min(2*int64(c.Size()), most), max(0, left), s.Config.KickSize, nil)
		}
		return c.Local(), c.Gain()
	})
}

// mend returns what a tour of the climber's piece becomes when it is mended at large: over the ends of
// its longest edges, so many of them, then so many, which are kicked or not. Nobody is told of it: as
// the best length of its search is 0, it keeps none.
func (s *Search) mend(c *kick.Climber, nb *tsp.Neighbors, tour tsp.Tour, kicks bool, edges ...int) tsp.Tour {
	piece := &Search{Task: s.Task}
	piece.In, piece.Neighbors, piece.Workers = c.Sub(), nb, 1
	piece.Tour, piece.Curve = kick.NewTour(piece.In, tour), tour
	climber := kick.New(s.Config.Kick, s.Meter)
	piece.crew, piece.visitors = &kick.Crew{Climbers: []*kick.Climber{climber}}, []*region.Visitor{{Climber: climber}}
	for _, k := range edges {
		piece.kickLongest(k, 1, kicks)
	}
	c.Took(climber)
	return piece.Tour.Order
}

// mends has the visitor mend at large the greedy tours of its problem, where cities are in groups.
// Recombination mends what is wrong at large in some tours of a population, and not what is
// in nearly all: 10,000 cities in clusters of ten in clusters of ten stand after 1 s (four seeds, over
// the best of these runs) at .25 %, and at 1.09 without.
func (s *Search) mends(v *region.Visitor) {
	if s.Between == 0 {
		return
	}
	c := v.Climber
	edges := s.mended(c.Size())
	v.Mend = func(tour tsp.Tour) tsp.Tour { return s.mend(c, c.Neighbors(), tour, true, edges...) }
}

// mended returns over how many edges greedy tours of n cities are mended: a 64th, then, where far more
// than that lead from group to group, about twice as many as those. Six instances of 6000 to 12,000
// cities in groups of 2 to 60 (hamlets, chips, clusters in clusters) stand after 2.5, 3.5 and 5 s (four
// seeds, over the best of these runs) at .139 .089 .054 %, at .196 .168 .104 with the 64th alone, and at
// .149 .115 .069 without that.
func (s *Search) mended(n int) []int {
	edges := []int{n / 64}
	if k := 2 * s.Between * n / s.In.N(); k > n/32 {
		edges = append(edges, min(k, n/8))
	}
	return edges
}

// visitLongest has work carried out on so many parts of the ends, which returns a tour of the
// visitor's problem and its gain.
func (s *Search) visitLongest(ends []int32, parts int, work func(x *region.Visitor, k int) ([]int32, int64)) {
	lists := make([][]int32, parts)
	for k := range lists {
		lists[k] = ends[len(ends)*k/parts : len(ends)*(k+1)/parts]
	}
	s.visit(lists, work)
}
