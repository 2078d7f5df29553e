package stage

import (
	"slices"
	"time"

	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Renewing makes a tour by parts, and brings parts of it to local optima over better candidates, as
// neighbours and candidates become known. It is no stage: it goes on while these are found, before
// the search begins.
type Renewing struct {
	// Anew: parts whose candidates by alpha-nearness become known are made anew.
	Anew bool

	s     *Search
	given bool // the tour is one to begin with, and not the curve
	begun int  // cities of the tour that Begin has come to
	next  int  // where it is kicked next
	made  bool // parts were made anew
	even  bool // what is made anew is good at large
	crude int  // where the curve was straightened last, from its end on
}

// NewRenewing returns what makes a tour for t out of t's curve, or goes on with the shortest of its
// initial tours; each city has so many candidates. It is nil where the budget has ended.
func NewRenewing(t Task, candidates int) *Renewing {
	n := t.In.N()
	t.Config.FirstTour, t.Config.Draw = "curve", false // there is no map
	t.Candidates = &twoopt.Candidates{Start: make([]int32, n+1), City: make([]int32, n*candidates), Dist: make([]int32, n*candidates)}
	for i := range t.Candidates.Start {
		t.Candidates.Start[i] = int32(i * candidates)
	}
	if s := New(t); s != nil {
		return &Renewing{s: s, given: len(t.Initial) > 0}
	}
	return nil
}

// perPiece is the least number of cities of a piece: with fewer some workers have none. Larger ones
// have better tours: a million uniform cities stand at 2.14 % after 10 s in pieces of 20,000, at
// 2.07 of 30,000, and at 2.02 of 80,000.
const perPiece = 5000

// Begin makes the tour anew as far as nb has the neighbours of its cities, those below known: each
// worker a greedy tour of a piece, mended at large and brought to a local optimum. A tour that was
// given becomes a local optimum.
func (r *Renewing) Begin(nb *tsp.Neighbors, known int32) {
	s := r.s
	s.Neighbors = nb
	from, end := r.begun, r.begun
	for end < len(s.Tour.Order) && s.Tour.Order[end] < known {
		end++
	}
	if end-from < minPiece {
		if end < len(s.Tour.Order) {
			return
		}
		from = max(0, end-minPiece)
	}
	r.begun = end
	cities := s.Tour.Order[from:end]
	pieces, descents := max(1, min(len(cities)/perPiece, s.Workers)), s.Config.pieces(len(cities), s.Workers)
	if !s.In.Placed() {
		pieces, descents = 1, 1 // the curve is none, and candidates may be anywhere in the tour
	}
	tsp.Parallel(s.Meter.Context(), pieces, func() func(int) {
		return func(k int) {
			for _, city := range cities[len(cities)*k/pieces : len(cities)*(k+1)/pieces] {
				s.renew(city, nb.Of(city))
			}
		}
	})
	if !r.given {
		s.crew.Stretch(s.Tour, from, end, pieces, s.makeAnew)
	}
	s.crew.Stretch(s.Tour, from, end, descents, func(c *kick.Climber, _ int) { c.Descend(0) })
	s.keep(s.Tour.Order, s.Tour.Length)
}

// makeAnew makes the piece a greedy tour, mended at large.
func (s *Search) makeAnew(c *kick.Climber, _ int) {
	nb := c.Neighbors()
	if tour, err := tsp.GreedyEdge(tsp.WithWorkers(s.Meter.Context(), 1), c.Sub(), nb); err == nil {
		c.Replace(s.mend(c, nb, tour, false, len(tour)/64))
	}
}

// Finish mends the tour of all cities at large.
func (r *Renewing) Finish() { r.s.coarsen() }

// Step descends within parts, disjoint lists of cities, over candidates, the most promising first, or,
// where they are by alpha-nearness, may make the parts anew, and joins what that brings to the tour.
func (r *Renewing) Step(parts [][]int32, candidates func(i int32) []int32, alpha bool) {
	s := r.s
	if alpha && r.Anew && !r.made {
		r.made, r.even = true, s.even()
	}
	s.visit(parts, func(x *region.Visitor, k int) ([]int32, int64) {
		for _, city := range parts[k] {
			s.renew(city, candidates(city))
		}
		if r.made {
			return s.crossAnew(x, k)
		}
		c := x.Climber
		s.load(x, k, s.Candidates)
		c.Descend(0)
		return c.Local(), c.Gain()
	})
}

// crossAnew crosses part k with a tour that is made anew. What is wrong at large in that must be mended:
// a million uniform cities stand at .63 % after the search's first kicks where the longest edges are
// not kicked, and at .56 where they are.
func (s *Search) crossAnew(x *region.Visitor, k int) ([]int32, int64) {
	c := x.Climber
	s.loadPart(x, k, s.Candidates, s.Neighbors.Of)
	return x.Renew(func(tour tsp.Tour) tsp.Tour {
		return s.mend(c, c.Neighbors(), tour, true, len(tour)/64, len(tour)/16)
	}, s.Config.EAX(c.Size()), s.Meter.Ending())
}

// Made reports whether parts were made anew.
func (r *Renewing) Made() bool { return r.made }

// Again makes all anew once more, where parts were, in parts with other borders: along the first ones
// every part had kept what the tour was, which kicks do not mend. E100k.1 after 4 and 10 s, two
// workers, mean of six seeds, is .326 and .218 % over the best known, and .344 and .233 where only what
// lies within twelve candidates of a border is made anew. It reports whether it did: between clusters the
// tour stays wrong at large so. C100k.1 after 3 s, two workers, mean of seeds 1 to 4, is .79 % over the
// best known when the search begins with that, and .56 from a greedy tour of all.
func (r *Renewing) Again() bool {
	if !r.made || !r.even {
		return false
	}
	r.s.inParts(r.s.crossAnew)
	return true
}

// Kick kicks a stretch of the tour, the next each time, for so long. Before Begin there is no local
// optimum to kick, and the curve is straightened.
func (r *Renewing) Kick(long time.Duration) {
	s := r.s
	size := min(r.begun, s.Config.Stretch/perStretch)
	if size < minPiece {
		r.straighten(long)
		return
	}
	from := min(r.next, r.begun-size)
	r.next = (from + size) % r.begun
	s.Round++
	s.crew.Stretch(s.Tour, from, from+size, 1, func(c *kick.Climber, _ int) {
		c.Seed(s.Seed, meter.ForRound, s.Round, 0)
		for until := s.Meter.Clock() + long; s.Meter.Clock() < until && !c.Poll(); {
			c.Kick(meter.PollEvery, 0, s.Config.KickSize, nil)
		}
	})
	s.keep(s.Tour.Order, s.Tour.Length)
}

// perStraight is the number of cities that are straightened at once.
const perStraight = 4096

// straighten shortens stretches of the curve, from its end on, for so long. It looks further than what
// has straightened all of it before (mcts/prepare).
func (r *Renewing) straighten(long time.Duration) {
	s := r.s
	for until := s.Meter.Clock() + long; s.Meter.Clock() < until; {
		if r.crude < perStraight {
			r.crude = len(s.Tour.Order)
		}
		from := max(0, r.crude-perStraight)
		s.crew.Stretch(s.Tour, from, r.crude, 1, func(c *kick.Climber, _ int) {
			tour := slices.Clone(c.Local())
			twoopt.Nearby(tsp.WithWorkers(s.Meter.Context(), 1), c.Sub(), tour, 50, 2)
			c.Replace(tour)
		})
		r.crude = from
	}
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
