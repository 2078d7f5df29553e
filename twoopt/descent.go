package twoopt

import "tspmcts/tsp"

// maxOr is the longest stretch that an Or-opt move carries elsewhere, in cities (Or 1976).
const maxOr = 3

// TwoOpt is the local search of 2-opt and Or-opt moves (Bentley 1992) on a
// Tour: plainer and faster than a [Chain], for local optima that need not be
// good. From a city a, and an edge of it to b that a move removes, it looks at the
// candidates c of a that are nearer than b, in their order, and applies the
// first of these moves that gains:
//
//   - 2-opt: a-b and c-d become a-c and b-d, d on c's side as b is on a's;
//   - Or-opt: the stretch of 1 to 3 cities that begins at a and leads away from
//     b goes between c and one of its neighbours, a next to c;
//   - Or-opt: a stretch of 1 to 3 cities that begins at c goes between a and b, c next to a.
//
// Both neighbours of a serve as b, and a stretch is put down in the only
// direction that makes the edge a-c; the other one is found from its other end.
// An optimum is left when no marked city starts a move that gains. Fixed edges
// are never removed. Cost: a look takes constant time for each candidate nearer
// than b, an applied move the cities that change position.
type TwoOpt struct {
	in    *tsp.Instance
	tour  *Tour
	cand  *Candidates
	queue *Queue

	Applied int64 // improving moves applied
	Tried   int64 // start cities tried
}

// NewTwoOpt returns a TwoOpt on tour. The candidates must be sorted by distance:
// a look ends at the first one that is too far.
func NewTwoOpt(in *tsp.Instance, tour *Tour, cand *Candidates) *TwoOpt {
	return &TwoOpt{in: in, tour: tour, cand: cand, queue: NewQueue(in.N())}
}

// Push marks a city as worth a look.
func (t *TwoOpt) Push(city int32) { t.queue.Push(city) }

// Idle reports whether no city is marked.
func (t *TwoOpt) Idle() bool { return t.queue.head == t.queue.tail }

// Run applies improving moves until no marked city starts one, or until limit
// start cities were tried (0: no limit). It returns the total gain.
func (t *TwoOpt) Run(limit int) (gain int64) {
	for tries := 0; limit == 0 || tries < limit; tries++ {
		a, ok := t.queue.Pop()
		if !ok {
			break
		}
		t.Tried++
		for {
			g := t.improve(a)
			if g == 0 {
				break
			}
			gain += g
			t.Applied++
		}
	}
	return gain
}

// improve applies the first improving move found from a and returns its gain, or 0.
func (t *TwoOpt) improve(a int32) int64 {
	in, s := t.in, t.tour
	cities, dists := t.cand.Of(a)
	for _, back := range [2]bool{false, true} {
		b := t.step(a, 1, back)
		if in.IsFixed(a, b) {
			continue
		}
		ab := in.Dist(a, b)
		for k, ac := range dists {
			if ac >= ab {
				break
			}
			c := cities[k]
			d := t.step(c, 1, back)
			if !in.IsFixed(c, d) {
				if g := int64(ab) + int64(in.Dist(c, d)) - int64(ac) - int64(in.Dist(b, d)); g > 0 {
					before := t.length()
					if back {
						s.Reverse(a, d)
					} else {
						s.Reverse(b, c)
					}
					return t.applied(g, before, a, b, c, d)
				}
			}
			for _, side := range [2]bool{false, true} {
				if g := t.move(a, !back, c, t.step(c, 1, side)); g > 0 {
					return g
				}
				if g := t.move(c, side, a, b); g > 0 {
					return g
				}
			}
		}
	}
	return 0
}

// step returns the city k steps after c, or before it when back.
func (t *TwoOpt) step(c int32, k int32, back bool) int32 {
	n := int32(len(t.tour.Order))
	p := t.tour.Pos[c]
	if back {
		if p -= k; p < 0 {
			p += n
		}
	} else if p += k; p >= n {
		p -= n
	}
	return t.tour.Order[p]
}

// move tries to put the stretches of 1 to 3 cities that begin at first and lead
// forward, or backward when back, between the neighbours c and e, with first
// next to c. It applies the first that gains and returns its gain, or 0.
func (t *TwoOpt) move(first int32, back bool, c, e int32) int64 {
	in, s := t.in, t.tour
	n := int32(len(s.Order))
	b := t.step(first, 1, !back) // the end that first is torn from
	if in.IsFixed(b, first) || in.IsFixed(c, e) {
		return 0
	}
	gain := int64(in.Dist(b, first)) + int64(in.Dist(c, e)) - int64(in.Dist(first, c))
	last := first
	for size := int32(1); size <= min(maxOr, n-2); size++ {
		if last == c || last == e { // and so would all longer ones hold an end of the gap
			return 0
		}
		p := t.step(last, 1, back)
		if !in.IsFixed(last, p) {
			if g := gain + int64(in.Dist(last, p)) - int64(in.Dist(last, e)) - int64(in.Dist(b, p)); g > 0 {
				before := t.length()
				t.carry(first, last, size, back, c, e)
				return t.applied(g, before, b, first, last, p, c, e)
			}
		}
		last = p
	}
	return 0
}

// carry moves the stretch from first to last, that reads forward (backward
// when back) in the tour, between c and e, with first next to c.
func (t *TwoOpt) carry(first, last, size int32, back bool, c, e int32) {
	s := t.tour
	n := int32(len(s.Order))
	low, lead := s.Pos[first], first // where the stretch begins, and its first city, as the tour reads
	if back {
		low, lead = s.Pos[last], last
	}
	x := c // the city of the gap that comes first
	if s.Next(c) != e {
		x = e
	}
	wrap := func(i int32) int32 {
		if i >= n {
			return i - n
		}
		if i < 0 {
			return i + n
		}
		return i
	}
	after := wrap(low + size)
	between := wrap(s.Pos[x]-after) + 1
	s.arrange([]block{
		{after, between, false},
		{low, size, (x == c) != (lead == first)},
		{wrap(after + between), n - size - between, false},
	})
}

// length measures the tour, under the tag invariants only.
func (t *TwoOpt) length() int64 {
	if invariants {
		return t.in.Length(t.tour.Order)
	}
	return 0
}

// applied marks the ends of the edges of a move that shortened the tour from
// before by g, and returns g.
func (t *TwoOpt) applied(g, before int64, ends ...int32) int64 {
	if invariants {
		t.tour.expect(t.in, before-g)
	}
	for _, c := range ends {
		t.queue.Push(c)
	}
	return g
}
