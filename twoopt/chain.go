package twoopt

import (
	"math"
	"slices"

	"tspmcts/tsp"
)

// ChainConfig says how far a chain looks: Breadth is how many alternatives, 1 or more, it tries
// at each of its first levels; deeper ones follow the best only. Depth is the number of levels, 2 or
// more.
type ChainConfig struct {
	Breadth []int
	Depth   int
}

// Chain is a Lin-Kernighan local search (Lin & Kernighan 1973) on a Tour. An action
// starts at a city t1 with one of its tour edges removed and alternately adds an edge
// from the free end to a candidate and removes one of the candidate's tour edges, as
// long as the open gain (removed minus added) stays positive. It is applied as soon as
// closing it to a tour gains. At the first level both tour edges of the candidate are
// tried: removing the one that cuts off a cycle is followed by every way to join the
// cycle again, which gives the Or-opt and Or-3opt moves. Everything is evaluated on a
// Path; only an improvement touches the tour.
//
// Of a paired instance (tsp.Symmetric) no reversal ends in a tour, so that each level
// removes and adds two edges, and exchanges two stretches as Or-3opt does: the chain of
// Kanellakis and Papadimitriou ("Local search for the asymmetric traveling salesman problem",
// Operations Research 28, 1980) without its one step of two cycles.
type Chain struct {
	in    *tsp.Instance
	tour  *Tour
	cand  *Candidates
	queue *queue
	fixed bool
	// paired: every other edge is fixed, and reversing never ends in a tour, so that every level
	// swaps
	paired bool

	guide  Guide // nil: candidates are tried by open gain
	depth  int
	levels []level
	t1     int32
	added  []int32 // edges of an applied action, for guide

	Tried int64 // start cities so far
}

// Guide decides by chance which candidates a Chain tries, instead of by their
// open gain alone. Slots are indices into Candidates.City.
type Guide interface {
	// Draw returns a random key for the edge in slot k of city i: of several edges
	// those with the largest keys are tried first, and one with key Never not at all.
	Draw(i, k int32) int64
	// Visit counts that a chain added the edge in slot k.
	Visit(k int32)
	// Improve is told of the edges that an improving action added, as pairs of cities.
	Improve(added []int32, gain int64)
}

// Never is the key of an edge that is not to be tried.
const Never = math.MinInt64

// level is the scratch of one level of the search.
type level struct {
	path    Path
	moves   []step
	breadth int
}

// step is one way to lengthen a chain: what a level chooses from.
type step struct {
	gain int64 // open gain after it
	key  int64 // what the level sorts by: gain, or the guide's draw
	r, q int32 // ranks: plain step before r; joined steps cut after r and at q
	slot int32 // of the added edge among the candidates, the last one where there are two
	kind stepKind
}

type stepKind int8

const (
	plain    stepKind = iota // reverse all before r
	joinNext                 // cut off 0..r, open it after q: q+1..r 0..q r+1..
	joinPrev                 // cut off 0..r, open it before q: q-1..0 r..q r+1..
	swap                     // the same as joinNext at any level: what stands before q changes places with q..r
)

// NewChain returns a Chain on tour.
func NewChain(in *tsp.Instance, tour *Tour, cand *Candidates, cfg ChainConfig) *Chain {
	c := &Chain{in: in, tour: tour, cand: cand, queue: newQueue(in.N()), fixed: in.HasFixed(), paired: in.Paired(), depth: cfg.Depth}
	c.levels = make([]level, len(cfg.Breadth)+1)
	for i := range c.levels {
		b := 1
		if i < len(cfg.Breadth) {
			b = cfg.Breadth[i]
		}
		c.levels[i] = level{path: *NewPath(cfg.Depth + 4), moves: make([]step, 0, b+1), breadth: b}
	}
	return c
}

// Reset makes c work on another instance, tour and candidates. The queue is emptied.
func (c *Chain) Reset(in *tsp.Instance, tour *Tour, cand *Candidates) {
	c.in, c.tour, c.cand, c.fixed, c.paired = in, tour, cand, in.HasFixed(), in.Paired()
	c.queue.reset(in.N())
}

// Guided makes g choose among candidates; nil makes the open gain choose.
func (c *Chain) Guided(g Guide) { c.guide = g }

// Push marks city c as worth a look.
func (c *Chain) Push(city int32) { c.queue.push(city) }

// Clear forgets what is marked.
func (c *Chain) Clear() { c.queue.clear() }

// Run applies improving actions until no marked city starts one, or until limit
// start cities were tried (0: no limit). It returns the total gain.
func (c *Chain) Run(limit int) (gain int64) {
	for tries := 0; limit == 0 || tries < limit; tries++ {
		t1, ok := c.queue.pop()
		if !ok {
			break
		}
		c.Tried++
		for {
			g := c.improve(t1)
			if g == 0 {
				break
			}
			gain += g
		}
	}
	return gain
}

// Idle reports whether no city is marked.
func (c *Chain) Idle() bool { return c.queue.head == c.queue.tail }

// improve applies the first improving action found from t1 and returns its gain, or 0.
func (c *Chain) improve(t1 int32) int64 {
	c.t1 = t1
	for _, back := range [2]bool{false, true} {
		p := &c.levels[0].path
		p.Start(c.tour, t1, back)
		b1 := p.city(c.tour, 0)
		if c.fixed && c.in.IsFixed(t1, b1) {
			continue
		}
		if g := c.extend(0, int64(c.in.Dist(t1, b1))); g > 0 {
			return g
		}
	}
	return 0
}

// extend searches the continuations of the chain in levels[l].path, whose open
// gain is gain, depth first, and returns the gain of the action it applied, or 0.
func (c *Chain) extend(l int, gain int64) int64 {
	lv := &c.levels[min(l, len(c.levels)-1)]
	for {
		var best step
		closed := c.steps(lv, l, gain, &best)
		if closed > 0 {
			c.lengthen(&lv.path, best)
			c.apply(&lv.path, closed)
			return closed
		}
		if l+1 >= c.depth || len(lv.moves) == 0 {
			return 0
		}
		if l >= len(c.levels)-1 { // a single alternative: go on in place
			m := lv.moves[0]
			c.lengthen(&lv.path, m)
			gain = m.gain
			l++
			continue
		}
		next := &c.levels[l+1].path
		for _, m := range lv.moves {
			next.copyFrom(&lv.path)
			c.lengthen(next, m)
			if g := c.extend(l+1, m.gain); g > 0 {
				return g
			}
		}
		return 0
	}
}

// steps collects in lv.moves the breadth best continuations by open gain, best
// first, and returns the largest gain of closing one to a tour, with that step in best.
func (c *Chain) steps(lv *level, l int, gain int64, best *step) (closed int64) {
	in, s, t1, p := c.in, c.tour, c.t1, &lv.path
	lv.moves = lv.moves[:0]
	end := p.end()
	b := p.city(s, end)
	first := c.cand.Start[b]
	cities, dists := c.cand.Of(b)
	for k, d := range dists {
		g := gain - int64(d)
		if g <= 0 {
			continue
		}
		t3 := cities[k]
		if t3 == t1 {
			continue
		}
		slot := first + int32(k)
		var key int64
		if c.guide != nil {
			if key = c.guide.Draw(b, slot); key == Never {
				continue
			}
		}
		r := p.rank(s, t3)
		i := p.find(r)
		before, added := p.before(i, r)
		if before == end {
			continue
		}
		if c.paired {
			closed = c.swaps(lv, g, i, r, t3, closed, best)
			continue
		}
		if !added {
			t4 := p.city(s, before)
			if !c.fixed || !in.IsFixed(t3, t4) {
				m := step{gain: g + int64(in.Dist(t3, t4)), key: key, r: r, slot: slot, kind: plain}
				if cl := m.gain - int64(in.Dist(t4, t1)); cl > closed {
					closed, *best = cl, m
				}
				lv.add(m, c.guide == nil)
			}
		}
		if l == 0 {
			closed = c.joins(lv, g, r, t3, closed, best)
		}
	}
	return closed
}

// joins adds to lv.moves the steps that cut off the cycle 0..r, r the rank of
// t3, and join it to the rest again with two more edges.
func (c *Chain) joins(lv *level, gain int64, r, t3 int32, closed int64, best *step) int64 {
	in, s, t1, p := c.in, c.tour, c.t1, &lv.path
	t4 := p.city(s, r+1)
	if c.fixed && in.IsFixed(t3, t4) {
		return closed
	}
	gain += int64(in.Dist(t3, t4))
	first := c.cand.Start[t4]
	cities, dists := c.cand.Of(t4)
	for k, d := range dists {
		g := gain - int64(d)
		if g <= 0 {
			continue
		}
		t5 := cities[k]
		q := p.rank(s, t5)
		if q > r {
			continue
		}
		slot := first + int32(k)
		var key int64
		if c.guide != nil {
			if key = c.guide.Draw(t4, slot); key == Never {
				continue
			}
		}
		if q < r {
			if t6 := p.city(s, q+1); !c.fixed || !in.IsFixed(t5, t6) {
				m := step{gain: g + int64(in.Dist(t5, t6)), key: key, r: r, q: q, slot: slot, kind: joinNext}
				if cl := m.gain - int64(in.Dist(t6, t1)); cl > closed {
					closed, *best = cl, m
				}
				lv.add(m, c.guide == nil)
			}
		}
		if q > 0 {
			if t6 := p.city(s, q-1); !c.fixed || !in.IsFixed(t5, t6) {
				m := step{gain: g + int64(in.Dist(t5, t6)), key: key, r: r, q: q, slot: slot, kind: joinPrev}
				if cl := m.gain - int64(in.Dist(t6, t1)); cl > closed {
					closed, *best = cl, m
				}
				lv.add(m, c.guide == nil)
			}
		}
	}
	return closed
}

// swaps is joins at any level, for pairs: what stands between the free end and t3, which
// has rank r in segment i, is cut off as a cycle and opened at another edge. Nothing is reversed.
func (c *Chain) swaps(lv *level, gain int64, i int, r, t3 int32, closed int64, best *step) int64 {
	in, s, t1, p := c.in, c.tour, c.t1, &lv.path
	after, ok := p.after(i, r)
	if !ok {
		return closed
	}
	t4 := p.city(s, after)
	if in.IsFixed(t3, t4) {
		return closed
	}
	gain += int64(in.Dist(t3, t4))
	first := c.cand.Start[t4]
	cities, dists := c.cand.Of(t4)
	for k, d := range dists {
		g := gain - int64(d)
		if g <= 0 {
			continue
		}
		t5 := cities[k]
		q := p.rank(s, t5)
		h := p.find(q)
		if h < i || h == i && (q-r)*p.segs[i].direction() <= 0 {
			continue
		}
		opened, ok := p.after(h, q)
		if !ok {
			continue
		}
		t6 := p.city(s, opened)
		if in.IsFixed(t5, t6) {
			continue
		}
		slot := first + int32(k)
		var key int64
		if c.guide != nil {
			if key = c.guide.Draw(t4, slot); key == Never {
				continue
			}
		}
		m := step{gain: g + int64(in.Dist(t5, t6)), key: key, r: r, q: q, slot: slot, kind: swap}
		if cl := m.gain - int64(in.Dist(t6, t1)); cl > closed {
			closed, *best = cl, m
		}
		lv.add(m, c.guide == nil)
	}
	return closed
}

// add inserts m into the level's moves, largest key first, if it is among the
// best; byGain makes the gain the key.
func (lv *level) add(m step, byGain bool) {
	if byGain {
		m.key = m.gain
	}
	moves := lv.moves
	k := len(moves)
	if k == lv.breadth {
		if moves[k-1].key >= m.key {
			return
		}
		k--
	} else {
		moves = append(moves, m)
	}
	for ; k > 0 && moves[k-1].key < m.key; k-- {
		moves[k] = moves[k-1]
	}
	moves[k] = m
	lv.moves = moves
}

// lengthen carries m out on p.
func (c *Chain) lengthen(p *Path, m step) {
	if c.guide != nil {
		c.guide.Visit(m.slot)
	}
	switch m.kind {
	case plain:
		p.Step(p.find(m.r), m.r)
	case swap:
		p.swap(p.find(m.r), m.r, p.find(m.q), m.q)
	case joinNext:
		p.segs = append(p.segs[:0], segment{p.n - 1, m.r + 1}, segment{m.q, 0}, segment{m.r, m.q + 1})
	case joinPrev:
		p.segs = append(p.segs[:0], segment{p.n - 1, m.r + 1}, segment{m.q, m.r}, segment{0, m.q - 1})
	}
}

// apply closes p, which gains gain, and marks the ends of all changed edges.
func (c *Chain) apply(p *Path, gain int64) {
	if tsp.Invariants {
		defer c.tour.expect(c.in, c.in.Length(c.tour.Order)-gain)
	}
	if c.guide != nil { // the added edges stand between segments, and close the path
		c.added = c.added[:0]
		next := p.segs[len(p.segs)-1]
		for _, g := range p.segs {
			c.added = append(c.added, p.city(c.tour, next.last), p.city(c.tour, g.first))
			next = g
		}
		c.guide.Improve(c.added, gain)
	}
	for _, g := range slices.Backward(p.segs) {
		c.queue.push(p.city(c.tour, g.last))
		c.queue.push(p.city(c.tour, g.first))
	}
	p.Apply(c.tour)
}
