package eax

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"tspmcts/tsp"
)

// crosser is the scratch of one worker.
type crosser struct {
	s        *layout
	cfg      Config
	census   *census // nil: children are compared by gain alone
	children int64   // evaluated

	tracer   // the AB-cycles of the pair
	blocks   blocks
	segments // of A, cut by the E-set of the child at hand
	parts    // its sub-tours
	outcome  // what becomes of A in it

	slack  float64 // always the constant but in tests
	least  int64   // E-sets of less gain, before or amid the merges, are dropped
	enough int64   // children of less gain are dropped; always 1 but in tests

	best    outcome // of the pair so far
	shorter shorter
	moved   []int32 // scratch of arrange
	log     changes
	late    changes // those that the census has no room for yet
}

// outcome is a child: A with an E-set exchanged and its sub-tours merged.
type outcome struct {
	set     []int32 // AB-cycles of the E-set
	merges  []merge
	out, in []uint64 // net edges lost and gained
	gain    int64
	value   float64 // by which children are compared
}

// shorter holds the E-sets of a pair whose children are shorter than A.
type shorter struct {
	sets []int32
	list []ranked
}

// ranked is an E-set and its child's value: sets[lo:hi].
type ranked struct {
	value  float64
	lo, hi int32
}

// changes are edges to enter into the census.
type changes struct {
	edges []uint64
	signs []int32
}

func newCrosser(s *layout, cfg Config, c *census) *crosser {
	n := s.n
	return &crosser{
		s: s, cfg: cfg, census: c, slack: slack, enough: 1,
		tracer: tracer{
			junctions: make([]junction, n),
			path:      make([]int32, 2*n+2),
			pathW:     make([]int32, 2*n+2),
			sum:       make([]int64, 2*n+2),
		},
		segments: segments{pos: make([]int32, n)},
		parts:    parts{mark: make([]uint8, n)},
	}
}

// cross tries children of a and b and turns a into the best of them, if one is
// better than a by the selection rule, and then into up to Harvest-1 more, one
// on top of the other. The census changes are left in x.log.
func (x *crosser) cross(a, b *individual, stage Stage, rng *rand.PCG) {
	x.differ(a, b)
	if len(x.differing) == 0 {
		return
	}
	x.locate(a)
	x.best.value, x.best.gain = 0, 0
	x.shorter.list, x.shorter.sets = x.shorter.list[:0], x.shorter.sets[:0]
	switch stage {
	case Single:
		x.trace(rng, x.cfg.Children, x.least)
		x.set = append(x.set[:0], 0)
		for id := range x.cycles.len() {
			x.set[0] = int32(id)
			x.try(a)
		}
	case Block:
		x.trace(rng, math.MaxInt, math.MinInt64)
		x.block(a, rng)
	}
	if x.best.value <= 0 {
		return
	}
	x.outcome, x.best = x.best, x.outcome
	x.replace(a, x.gain)
	if x.cfg.Harvest > 1 {
		x.harvest(a)
	}
}

// allow sets the gain that an E-set must have by itself, where the best tour has that length.
func (x *crosser) allow(length int64) {
	mean := float64(length) / float64(x.s.n)
	x.least = 1 - int64(min(mean*x.slack, 1<<60))
}

// locate makes x.pos that of a.
func (x *crosser) locate(a *individual) {
	pos := x.pos[:len(a.ord)]
	for i, v := range a.ord {
		pos[v] = int32(i)
	}
}

// replace turns a into the child of x.set and x.merges.
func (x *crosser) replace(a *individual, gain int64) {
	x.accept(a, gain)
	if tsp.Invariants {
		x.recheckOrder(a)
		for i, v := range a.ord {
			if x.pos[v] != int32(i) {
				panic(fmt.Sprintf("eax: city %d at position %d is thought at %d", v, i, x.pos[v]))
			}
		}
	}
	if x.census == nil {
		return
	}
	for _, e := range x.out {
		x.log.edges, x.log.signs = append(x.log.edges, e), append(x.log.signs, -1)
	}
	for _, e := range x.in {
		x.log.edges, x.log.signs = append(x.log.edges, e), append(x.log.signs, 1)
	}
}

// harvest turns a, already replaced by the best child, into the next best ones
// too. E-sets may overlap, merges may have taken an edge of A or added one of
// B, and two E-sets that each leave a tour need not do so together: each is
// evaluated anew on what a has become.
func (x *crosser) harvest(a *individual) {
	slices.SortStableFunc(x.shorter.list, func(p, q ranked) int { return cmp.Compare(q.value, p.value) })
	left := x.cfg.Harvest - 1
	for _, r := range x.shorter.list {
		if left == 0 {
			break
		}
		x.set = append(x.set[:0], x.shorter.sets[r.lo:r.hi]...)
		if !x.fits(a) {
			continue
		}
		gain, ok := x.child(a)
		if !ok || gain <= 0 {
			continue
		}
		x.net()
		x.replace(a, gain)
		left--
	}
}

// fits reports whether a has all edges of A of the E-set and none of B.
func (x *crosser) fits(a *individual) bool {
	c := &x.cycles
	for _, id := range x.set {
		city := c.city[c.start[id]:c.start[id+1]]
		prev := city[len(city)-1]
		for i, v := range city {
			nd := &a.adj[v]
			if has := nd.a == prev || nd.b == prev; has != (i&1 == 1) {
				return false
			}
			prev = v
		}
	}
	return true
}

// try evaluates the child by x.set and keeps it if it is the best so far.
func (x *crosser) try(a *individual) {
	gain, ok := x.child(a)
	if !ok || gain <= 0 {
		return
	}
	x.net()
	value := x.value(gain)
	if x.cfg.Harvest > 1 {
		s := &x.shorter
		lo := int32(len(s.sets))
		s.sets = append(s.sets, x.set...)
		s.list = append(s.list, ranked{value, lo, int32(len(s.sets))})
	}
	if value <= x.best.value {
		return
	}
	b := &x.best
	b.value, b.gain = value, gain
	b.set = append(b.set[:0], x.set...)
	b.merges = append(b.merges[:0], x.merges...)
	b.out, x.out = x.out, b.out
	b.in, x.in = x.in, b.in
}

// enter enters the changes of edges whose lower city is of lo..hi-1 into the census, and keeps those
// that it has no room for.
func (x *crosser) enter(log *changes, lo, hi int32) {
	for i, e := range log.edges {
		if u, v := ends(e); u >= lo && u < hi && !x.census.shift(u, v, log.signs[i]) {
			x.late.edges, x.late.signs = append(x.late.edges, e), append(x.late.signs, log.signs[i])
		}
	}
}

// value is the length gained per loss of entropy; a child that loses none is better than any
// that does. The paper divides by the loss itself; its power 5/4 keeps the
// population diverse for longer.
func (x *crosser) value(gain int64) float64 {
	if x.census == nil {
		return float64(gain)
	}
	h := x.entropy(x.census)
	if h >= 0 {
		return float64(gain) * (1 << 40)
	}
	loss := float64(-h) / (1 << 40)
	return float64(gain) / (loss * math.Sqrt(math.Sqrt(loss)))
}

// flush enters the logged changes into the census.
func (x *crosser) flush() {
	for i, e := range x.log.edges {
		u, v := ends(e)
		x.census.change(u, v, x.log.signs[i])
	}
	x.log.edges, x.log.signs = x.log.edges[:0], x.log.signs[:0]
}

// recheck panics unless the nodes of a form one tour with the fixed edges, of
// a length below a's by the gain.
func (x *crosser) recheck(a *individual, gain int64) {
	prev, v, count, length := int32(-1), int32(0), int32(0), int64(0)
	for {
		nd := a.adj[v]
		if nd.da != x.s.dist(v, nd.a) || nd.db != x.s.dist(v, nd.b) {
			panic(fmt.Sprintf("eax: city %d has wrong distances %v", v, nd))
		}
		if x.s.fixed != nil {
			for _, f := range x.s.fixed[2*v : 2*v+2] {
				if f >= 0 && nd.a != f && nd.b != f {
					panic(fmt.Sprintf("eax: fixed edge %d-%d is lost", v, f))
				}
			}
		}
		next, d := nd.a, nd.da
		if next == prev {
			next, d = nd.b, nd.db
		}
		length += int64(d)
		prev, v = v, next
		if count++; v == 0 || count > x.s.n {
			break
		}
	}
	if count != x.s.n {
		panic(fmt.Sprintf("eax: the child's tour has %d cities of %d", count, x.s.n))
	}
	if a.length-length != gain {
		panic(fmt.Sprintf("eax: gain %d, length before minus after %d", gain, a.length-length))
	}
}

// recheckOrder panics unless a's two forms agree.
func (x *crosser) recheckOrder(a *individual) {
	seen := slices.Clone(a.ord)
	slices.Sort(seen)
	prev := a.ord[len(a.ord)-1]
	for i, v := range a.ord {
		if seen[i] != int32(i) {
			panic("eax: the order is no permutation")
		}
		if a.adj[v].a != prev && a.adj[v].b != prev {
			panic(fmt.Sprintf("eax: the order has an edge %d-%d that the nodes lack", prev, v))
		}
		prev = v
	}
	x.recheck(a, 0)
}
