package twoopt

// Path is a tour seen as a Hamiltonian path that a chain of moves rearranges,
// without touching the tour: from a free end to a fixed last city t1, as a list
// of segments of the tour. Adding the edge from the free end to a city c and
// removing the edge between c and its predecessor reverses everything before
// c. On the list that costs the number of segments before c, not of cities, and
// a chain that leads nowhere costs nothing to take back.
//
// Cities are named by rank: their distance along the tour from the first free
// end, so t1 has rank n-1. Between consecutive segments stand exactly the edges
// that were added.
type Path struct {
	base int32 // position of rank 0
	n    int32
	back bool      // ranks run against the tour
	segs []segment // from t1 to the free end, where chains work: the list changes at its end only
	tail []segment // scratch of Swap
}

// segment reads ranks from first to last, up or down.
type segment struct{ first, last int32 }

// direction is 1 for a segment that reads up, -1 for one that reads down.
func (g segment) direction() int32 { return 1 | (g.last-g.first)>>31 }

// NewPath returns a Path for chains of up to depth steps.
func NewPath(depth int) *Path { return &Path{segs: make([]segment, 0, depth+4)} }

// Start makes p the path that is left of tour s when the edge between t1 and
// its successor (or predecessor, when back) is removed. The free end is that neighbour.
func (p *Path) Start(s *Tour, t1 int32, back bool) {
	p.n, p.back = int32(len(s.Order)), back
	if back {
		p.base = s.Pos[t1] - 1
		if p.base < 0 {
			p.base += p.n
		}
	} else {
		p.base = s.Pos[t1] + 1
		if p.base == p.n {
			p.base = 0
		}
	}
	p.segs = append(p.segs[:0], segment{p.n - 1, 0})
}

// copyFrom makes p equal to q.
func (p *Path) copyFrom(q *Path) {
	p.base, p.n, p.back = q.base, q.n, q.back
	p.segs = append(p.segs[:0], q.segs...)
}

// rank returns the rank of city c.
func (p *Path) rank(s *Tour, c int32) int32 {
	r := s.Pos[c] - p.base
	if p.back {
		r = -r
	}
	return r + p.n&(r>>31) // wrapped without a branch: which way is even odds
}

// city is the inverse of rank.
func (p *Path) city(s *Tour, r int32) int32 {
	if p.back {
		r = p.base - r
	} else {
		r += p.base - p.n
	}
	return s.Order[r+p.n&(r>>31)]
}

// end returns the rank of the free end.
func (p *Path) end() int32 { return p.segs[len(p.segs)-1].last }

// find returns the segment that holds rank r.
func (p *Path) find(r int32) int {
	for i := len(p.segs) - 1; i >= 0; i-- {
		if g := p.segs[i]; int64(r-g.first)*int64(r-g.last) <= 0 {
			return i
		}
	}
	panic("twoopt: rank outside the path")
}

// before returns the rank of the predecessor of rank r, which stands in segment i and
// is not the free end, and whether the edge between them was added by the chain.
func (p *Path) before(i int, r int32) (before int32, added bool) {
	g := p.segs[i]
	if g.last == r {
		return p.segs[i+1].first, true
	}
	return r + g.direction(), false
}

// Step adds the edge from the free end to rank r, in segment i, and removes the
// one before r: all that stands before r is reversed.
func (p *Path) Step(i int, r int32) {
	segs := p.segs
	for a, b := i+1, len(segs)-1; a <= b; a, b = a+1, b-1 {
		sa, sb := segs[a], segs[b]
		segs[a] = segment{sb.last, sb.first}
		segs[b] = segment{sa.last, sa.first}
	}
	if g := segs[i]; g.last != r { // what stands before r in its segment is the free end now
		segs[i].last = r
		p.segs = append(segs, segment{g.last, r + g.direction()})
	}
}

// after returns the rank of the successor of rank r, toward t1, which stands in segment
// i; false where the chain added the edge between them, or there is none.
func (p *Path) after(i int, r int32) (after int32, ok bool) {
	g := p.segs[i]
	return r - g.direction(), r != g.first
}

// swap adds the edges from the free end to rank r, in segment i, and from r's successor to rank q,
// in segment h and nearer to the free end, and removes those from r and from q to their successors,
// both of the tour: what stands up to q changes places with what stands between q and r.
func (p *Path) swap(i int, r int32, h int, q int32) {
	segs, at, open := p.segs, p.segs[i], p.segs[h]
	tail := append(p.tail[:0], segment{q, open.last})
	tail = append(tail, segs[h+1:]...)
	first := r
	if i < h {
		tail = append(tail, segment{r, at.last})
		tail = append(tail, segs[i+1:h]...)
		first = open.first
	}
	tail = append(tail, segment{first, q - open.direction()})
	p.tail = tail
	p.segs = append(append(segs[:i], segment{at.first, r - at.direction()}), tail...)
}

// Apply closes the path to a tour and rearranges s accordingly.
func (p *Path) Apply(s *Tour) {
	var array [64]part
	parts := array[:0]
	if len(p.segs) > len(array) {
		parts = make([]part, 0, len(p.segs))
	}
	for _, g := range p.segs {
		lo, hi := g.first, g.last
		down := lo > hi
		if down {
			lo, hi = hi, lo
		}
		first := p.base + lo
		if p.back {
			first = p.base - hi
			if first < 0 {
				first += p.n
			}
		} else if first >= p.n {
			first -= p.n
		}
		parts = append(parts, part{first, hi - lo + 1, down != p.back})
	}
	s.arrange(parts)
}

// second returns the rank of the city after the free end.
func (p *Path) second() int32 {
	top := len(p.segs) - 1
	g := p.segs[top]
	if g.first == g.last {
		return p.segs[top-1].last
	}
	return g.last - g.direction()
}

// Ends returns the free end and the city after it.
func (p *Path) Ends(s *Tour) (end, second int32) { return p.city(s, p.end()), p.city(s, p.second()) }

// Last returns t1.
func (p *Path) Last(s *Tour) int32 { return p.city(s, p.n-1) }

// Toward returns the neighbour of city c on the side of the free end; of the free end,
// c itself.
func (p *Path) Toward(s *Tour, c int32) int32 {
	r := p.rank(s, c)
	if r == p.end() {
		return c
	}
	before, _ := p.before(p.find(r), r)
	return p.city(s, before)
}

// Peek returns what a Step to city c takes, its segment and rank, and what it would
// bring: the free end and the city after it. City c is neither of the present two.
func (p *Path) Peek(s *Tour, c int32) (i int, r, end, second int32) {
	r = p.rank(s, c)
	i = p.find(r)
	// Two cities on from c, toward the present free end.
	at, g := i, p.segs[i]
	first := r + g.direction()
	if r == g.last {
		at++
		g = p.segs[at]
		first = g.first
	}
	next := first + g.direction()
	if first == g.last {
		next = p.segs[at+1].first
	}
	return i, r, p.city(s, first), p.city(s, next)
}
