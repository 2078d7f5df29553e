package eax

import (
	"math"

	"tspmcts/tsp"
)

// layout is the instance as the hot loops want it: cities renumbered along a
// good tour, so that what is near in the plane is near in memory.
type layout struct {
	in   *tsp.Instance
	n    int32
	orig []int32 // instance's id of each city
	id   []int32 // inverse of orig

	flat  bool // planar Euclidean with rounding, computed from pts
	round float64
	pts   []point

	near     [][Near]int32 // the nearest of each city, ascending by distance; itself where there are fewer
	nearDist [][Near]int32

	fixed []int32 // 2 per city: partners over fixed edges, -1 for none; nil without any
}

type point struct{ x, y float64 }

func newLayout(in *tsp.Instance, nb *tsp.Neighbors, along tsp.Tour) *layout {
	n := in.N()
	s := &layout{in: in, n: int32(n), orig: append([]int32(nil), along...), id: make([]int32, n)}
	for i, v := range s.orig {
		s.id[v] = int32(i)
	}
	switch in.Metric {
	case tsp.Euc2D, tsp.Exact2D:
		s.flat, s.round = true, 0.5
	case tsp.Floor2D:
		s.flat = true
	}
	if s.flat {
		s.pts = make([]point, n)
		for i, v := range s.orig {
			s.pts[i].x, s.pts[i].y = in.At(v)
		}
	}
	s.near, s.nearDist = make([][Near]int32, n), make([][Near]int32, n)
	for i, v := range s.orig {
		of := nb.Of(v)
		for r := range Near {
			s.near[i][r] = int32(i)
			if r < len(of) {
				s.near[i][r], s.nearDist[i][r] = s.id[of[r]], in.Dist(v, of[r])
			}
		}
	}
	if in.HasFixed() {
		s.fixed = make([]int32, 2*n)
		for i, v := range s.orig {
			a, b := in.FixedPartners(v)
			for r, w := range [2]int32{a, b} {
				if w >= 0 {
					w = s.id[w]
				}
				s.fixed[2*i+r] = w
			}
		}
	}
	return s
}

// dist is the distance of two cities.
func (s *layout) dist(i, j int32) int32 {
	if s.flat {
		p, q := &s.pts[i], &s.pts[j]
		dx, dy := p.x-q.x, p.y-q.y
		return int32(math.Sqrt(float64(dx*dx)+float64(dy*dy)) + s.round)
	}
	return s.in.Dist(s.orig[i], s.orig[j])
}

func (s *layout) isFixed(i, j int32) bool {
	return s.fixed != nil && (s.fixed[2*i] == j || s.fixed[2*i+1] == j)
}

// representative returns the city that stands for v and for what a fixed edge joins it to.
func (s *layout) representative(v int32) int32 {
	if s.fixed == nil {
		return v
	}
	if m := max(s.fixed[2*v], s.fixed[2*v+1]); m >= 0 {
		return min(v, m)
	}
	return v
}

// node is a city's place in a tour: its two neighbours, in no particular
// order, and their distances.
type node struct {
	a, b   int32
	da, db int32
}

// individual is a tour of the population in two forms that always agree.
type individual struct {
	adj    []node
	ord    []int32 // cities in the order of the tour
	length int64
}

func (s *layout) newIndividual(t tsp.Tour) individual {
	x := s.empty()
	s.load(&x, t)
	return x
}

// empty returns an individual to load tours into.
func (s *layout) empty() individual {
	return individual{adj: make([]node, s.n), ord: make([]int32, s.n)}
}

// load sets x to the tour t, which is in the instance's ids.
func (s *layout) load(x *individual, t tsp.Tour) {
	for i, v := range t {
		x.ord[i] = s.id[v]
	}
	x.length = 0
	prev := x.ord[s.n-1]
	for _, v := range x.ord {
		d := s.dist(prev, v)
		x.length += int64(d)
		x.adj[prev].b, x.adj[prev].db = v, d
		x.adj[v].a, x.adj[v].da = prev, d
		prev = v
	}
}

func (s *layout) tour(x *individual) tsp.Tour {
	t := make(tsp.Tour, s.n)
	for i, v := range x.ord {
		t[i] = s.orig[v]
	}
	return t
}
