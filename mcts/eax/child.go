package eax

import (
	"math"
	"slices"

	"tspmcts/tsp"
)

// merge joins two sub-tours: edges c-c1 and d-d1 leave, c-d and c1-d1 come.
type merge struct{ c, c1, d, d1 int32 }

// saved is a node before a change, for undoing it.
type saved struct {
	city int32
	node
}

// segments are the stretches of parent A between the edges that a child loses.
type segments struct {
	pos        []int32 // of A: city to its index in ord
	keys       []uint64
	cuts       []int32 // where each segment ends
	ends, link []int32 // by end: what the E-set's edges of B join it to
	sub, next  []int32 // by segment: its sub-tour, and the next segment of that
}

// parts are the sub-tours of a child before they are merged.
type parts struct {
	size       []int32 // cities of each, its first and last segment
	head, tail []int32
	alive      []int32 // not yet merged into another
	mark       []uint8 // cities of the one that is being merged have the stamp; bytes, to fit the cache
	stamp      uint8
	undo       []saved
}

// cut sets up the segments that the parent falls into without the E-set's edges
// of A, and how the edges of B link them. Segment r ends at position cuts[r]
// and begins after cuts[r-1]; its ends are 2r and 2r+1. Cost: k log k for k edges.
func (x *crosser) cut() {
	c := &x.cycles
	keys := x.keys[:0]
	for _, id := range x.set {
		lo, hi := c.start[id], c.start[id+1]
		for i := lo; i < hi; i += 2 {
			p, q := x.pos[c.city[i]], x.pos[c.city[i+1]]
			// bit 0 says that the walk crosses the cut backwards
			if q-p == 1 || p-q > 1 {
				keys = append(keys, uint64(p)<<32|uint64(len(keys))<<1)
			} else {
				keys = append(keys, uint64(q)<<32|uint64(len(keys))<<1|1)
			}
		}
	}
	sortKeys(keys)
	x.keys = keys
	k := int32(len(keys))
	cuts, ends, link := grow(&x.cuts, k), grow(&x.ends, 2*k), grow(&x.link, 2*k)
	for r, key := range keys {
		cuts[r] = int32(key >> 32)
		i := uint32(key) >> 1
		left, right := int32(2*r+1), int32(2*r+2)
		if right == 2*k {
			right = 0
		}
		if key&1 != 0 {
			left, right = right, left
		}
		ends[2*i], ends[2*i+1] = left, right
	}
	at := int32(0)
	for _, id := range x.set {
		m := c.start[id+1] - c.start[id]
		e := ends[at : at+m]
		last := e[m-1]
		link[last], link[e[0]] = e[0], last
		for i := 1; i+1 < len(e); i += 2 {
			link[e[i]], link[e[i+1]] = e[i+1], e[i]
		}
		at += m
	}
}

// subtours walks the segments along their links, numbers the sub-tours in
// x.sub and chains the segments of each; it returns how many there are.
func (x *crosser) subtours() int32 {
	cuts, link := x.cuts, x.link
	k := int32(len(cuts))
	sub, next := grow(&x.sub, k), grow(&x.next, k)
	for i := range sub {
		sub[i] = -1
	}
	size, head, tail := x.size[:0], x.head[:0], x.tail[:0]
	for r := range sub {
		if sub[r] >= 0 {
			continue
		}
		id := int32(len(size))
		total, prev := int32(0), int32(-1)
		e := int32(2 * r)
		for {
			s := e >> 1
			if sub[s] >= 0 {
				break
			}
			sub[s] = id
			next[s] = prev
			prev = s
			total += x.segment(s)
			e = link[e^1]
		}
		size, head, tail = append(size, total), append(head, prev), append(tail, int32(r))
	}
	x.size, x.head, x.tail = size, head, tail
	return int32(len(size))
}

// segment returns the number of cities in segment r.
func (x *segments) segment(r int32) int32 {
	if r == 0 {
		return x.cuts[0] - x.cuts[len(x.cuts)-1] + int32(len(x.pos))
	}
	return x.cuts[r] - x.cuts[r-1]
}

// segmentOf returns the segment that holds position p.
func segmentOf(cuts []int32, p int32) int32 {
	lo, hi := 0, len(cuts)
	for lo < hi { // the first cut at or after p
		mid := int(uint(lo+hi) >> 1)
		if cuts[mid] < p {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(cuts) {
		return 0
	}
	return int32(lo)
}

// exchange replaces a's edges of A in the E-set by those of B in its nodes.
func (x *crosser) exchange(adj []node) {
	c := &x.cycles
	for _, id := range x.set {
		lo, hi := c.start[id], c.start[id+1]
		city, w := c.city[lo:hi], c.w[lo:hi]
		m := len(city)
		prev, wPrev := city[m-1], w[m-1]
		for i := 0; i+1 < len(city); i += 2 {
			u, v := city[i], city[i+1]
			next := city[0]
			if i+2 < m {
				next = city[i+2]
			}
			x.relink(adj, u, v, prev, wPrev)
			x.relink(adj, v, u, next, w[i+1])
			prev, wPrev = v, w[i+1]
		}
	}
}

// relink makes to instead of from a neighbour of v, and logs what v was.
func (x *crosser) relink(adj []node, v, from, to, w int32) {
	p := &adj[v]
	x.undo = append(x.undo, saved{v, *p})
	if p.a == from {
		p.a, p.da = to, w
	} else {
		p.b, p.db = to, w
	}
}

// restore undoes every relink in the log.
func (x *crosser) restore(adj []node) {
	for i := len(x.undo) - 1; i >= 0; i-- {
		adj[x.undo[i].city] = x.undo[i].node
	}
	x.undo = x.undo[:0]
}

// join merges the sub-tours into one, always the smallest with what its best exchange
// of one edge each leads to (step 5 of EAX). It adds to the gain so far, and returns
// false if that falls below x.least, ends below x.enough, or the fixed edges leave no
// way. Cost: near cities times the size of the sub-tours merged; the largest is never
// looked at.
func (x *crosser) join(a *individual, gain int64) (int64, bool) {
	adj := a.adj
	left := len(x.size)
	for ; left > 1; left-- {
		need := x.least
		if left == 2 {
			need = max(need, x.enough)
		}
		// The smallest; merged ones are moved out of the list.
		u := 0
		for i := 1; i < left; i++ {
			if x.size[x.alive[i]] < x.size[x.alive[u]] {
				u = i
			}
		}
		small := x.alive[u]
		x.alive[u] = x.alive[left-1]
		m, g, ok := x.bestMerge(a, small, need-gain)
		if !ok {
			return 0, false
		}
		gain += g
		x.merges = append(x.merges, m)
		x.perform(adj, m)
		// The segments of small go over to its new sub-tour.
		to := x.sub[segmentOf(x.cuts, x.pos[m.d])]
		for s := x.head[small]; s >= 0; s = x.next[s] {
			x.sub[s] = to
		}
		x.next[x.tail[small]] = x.head[to]
		x.head[to] = x.head[small]
		x.size[to] += x.size[small]
	}
	return gain, true
}

func (x *crosser) perform(adj []node, m merge) {
	cd, cd1 := x.s.dist(m.c, m.d), x.s.dist(m.c1, m.d1)
	x.relink(adj, m.c, m.c1, m.d, cd)
	x.relink(adj, m.c1, m.c, m.d1, cd1)
	x.relink(adj, m.d, m.d1, m.c, cd)
	x.relink(adj, m.d1, m.d, m.c1, cd1)
}

// bestMerge finds the exchange of one edge each between the sub-tour and any
// other that gains most and at least what is needed, one of the new edges
// being a near one.
func (x *crosser) bestMerge(a *individual, small int32, need int64) (merge, int64, bool) {
	x.markCities(a, small)
	n := int32(len(a.ord))
	ord, adj, mark, stamp := a.ord, a.adj, x.mark, x.stamp
	s := x.s
	best := choice{gain: need - 1}
	seen := false
	for seg := x.head[small]; seg >= 0; seg = x.next[seg] {
		p := x.cuts[seg]
		for range x.segment(seg) {
			c := ord[p]
			if p--; p < 0 {
				p = n - 1
			}
			near := &s.near[c]
			if inside(mark, near, stamp) {
				continue
			}
			for r, d := range near {
				if mark[d] == stamp {
					continue
				}
				seen = true
				nc, nd := &adj[c], &adj[d]
				cd := int64(s.nearDist[c][r])
				// Not even a new edge c1-d1 of length zero would beat the best.
				if int64(max(nc.da, nc.db))+int64(max(nd.da, nd.db))-cd > best.gain {
					best.offer(s, c, d, nc, nd, cd)
				}
			}
		}
	}
	if best.ok || seen && s.fixed == nil {
		return best.merge, best.gain, best.ok
	}
	return x.farMerge(a, small)
}

// inside reports whether all of these cities have the stamp. It branches once, since most are asked of
// amid their sub-tour.
func inside(mark []uint8, near *[Near]int32, stamp uint8) bool {
	return (mark[near[0]]^stamp)|(mark[near[1]]^stamp)|(mark[near[2]]^stamp)|(mark[near[3]]^stamp)|(mark[near[4]]^stamp) == 0
}

// markCities puts the stamp, a new one, on the cities of the sub-tour.
func (x *crosser) markCities(a *individual, small int32) {
	n := int32(len(a.ord))
	ord, mark := a.ord, x.mark
	x.stamp++
	if x.stamp == 0 {
		clear(mark)
		x.stamp = 1
	}
	stamp := x.stamp
	for seg := x.head[small]; seg >= 0; seg = x.next[seg] {
		p := x.cuts[seg]
		for range x.segment(seg) {
			mark[ord[p]] = stamp
			if p--; p < 0 {
				p = n - 1
			}
		}
	}
}

// choice is the best merge so far. The evaluation of an exchange is a function of its own,
// too large to be inlined: amid the loops of bestMerge it makes them keep their counters in
// memory, which costs a quarter of their time.
type choice struct {
	merge
	gain int64 // what a better one must pass, also before there is one
	ok   bool
}

// offer looks at the four exchanges by which c-d, of length cd, comes in.
func (b *choice) offer(s *layout, c, d int32, nc, nd *node, cd int64) {
	b.close(s, merge{c, nc.a, d, nd.a}, int64(nc.da)+int64(nd.da)-cd)
	b.close(s, merge{c, nc.a, d, nd.b}, int64(nc.da)+int64(nd.db)-cd)
	b.close(s, merge{c, nc.b, d, nd.a}, int64(nc.db)+int64(nd.da)-cd)
	b.close(s, merge{c, nc.b, d, nd.b}, int64(nc.db)+int64(nd.db)-cd)
}

// close takes m if it is better; gain is its gain without the edge c1-d1.
func (b *choice) close(s *layout, m merge, gain int64) {
	if gain <= b.gain || s.isFixed(m.c, m.c1) || s.isFixed(m.d, m.d1) {
		return
	}
	if gain-int64(s.nearDist[m.c1][0]) <= b.gain {
		return // c1-d1 is no shorter than that
	}
	if gain -= int64(s.dist(m.c1, m.d1)); gain > b.gain {
		b.merge, b.gain, b.ok = m, gain, true
	}
}

// farMerge is bestMerge for a sub-tour that has only its own cities near it
// (a cluster, duplicates) or only fixed edges there: it looks at the cities
// beyond the ends of the sub-tour's segments, of which at least one is outside.
func (x *crosser) farMerge(a *individual, small int32) (merge, int64, bool) {
	n := int32(len(a.ord))
	best := choice{gain: math.MinInt64}
	for seg := x.head[small]; seg >= 0; seg = x.next[seg] {
		last := x.cuts[seg]
		first := last - x.segment(seg) + 1
		if first < 0 {
			first += n
		}
		for side, p := range [2]int32{last, first} {
			q := p + 1 - 2*int32(side)
			if q < 0 {
				q = n - 1
			} else if q == n {
				q = 0
			}
			c, d := a.ord[p], a.ord[q]
			if x.mark[d] != x.stamp {
				best.offer(x.s, c, d, &a.adj[c], &a.adj[d], int64(x.s.dist(c, d)))
			}
		}
	}
	return best.merge, best.gain, best.ok
}

// child evaluates the child of a by the E-set x.set: its gain in length over
// a, and the merges it takes in x.merges. The parent is as before afterwards.
func (x *crosser) child(a *individual) (int64, bool) {
	gain := int64(0)
	for _, id := range x.set {
		gain += x.cycles.gain[id]
	}
	x.merges = x.merges[:0]
	x.children++
	x.cut()
	m := x.subtours()
	ok := true
	if m > 1 {
		x.exchange(a.adj)
		alive := grow(&x.alive, m)
		for i := range alive {
			alive[i] = int32(i)
		}
		gain, ok = x.join(a, gain)
		if tsp.Invariants && ok {
			x.recheck(a, gain)
		}
		x.restore(a.adj)
	} else if tsp.Invariants {
		x.exchange(a.adj)
		x.recheck(a, gain)
		x.restore(a.adj)
	}
	return gain, ok
}

// net lists in x.out and x.in the edges that the child just evaluated loses
// and gains against a: those of the E-set and the merges, less what cancels.
func (x *crosser) net() {
	out, in := x.out[:0], x.in[:0]
	c := &x.cycles
	for _, id := range x.set {
		lo, hi := c.start[id], c.start[id+1]
		city := c.city[lo:hi]
		for i := 0; i+1 < len(city); i += 2 {
			out = append(out, edge(city[i], city[i+1]))
			next := city[0]
			if i+2 < len(city) {
				next = city[i+2]
			}
			in = append(in, edge(city[i+1], next))
		}
	}
	for _, m := range x.merges {
		out, in = transfer(out, in, edge(m.c, m.c1))
		out, in = transfer(out, in, edge(m.d, m.d1))
		in, out = transfer(in, out, edge(m.c, m.d))
		in, out = transfer(in, out, edge(m.c1, m.d1))
	}
	x.out, x.in = out, in
}

// transfer takes e out of from, or else puts it into to.
func transfer(to, from []uint64, e uint64) ([]uint64, []uint64) {
	for i, f := range from {
		if f == e {
			from[i] = from[len(from)-1]
			return to, from[:len(from)-1]
		}
	}
	return append(to, e), from
}

// entropy returns by how much the child's edges in x.out and x.in change the
// population's edge entropy.
func (x *crosser) entropy(c *census) int64 {
	var sum int64
	for _, e := range x.out {
		sum += c.drop[c.of(ends(e))]
	}
	for _, e := range x.in {
		sum += c.add[c.of(ends(e))]
	}
	return sum
}

// accept turns parent a into the child of x.set and x.merges, of which x.out
// are the edges lost, and keeps x.pos that of a. Cost: the segments but the longest are copied in
// their new order.
func (x *crosser) accept(a *individual, gain int64) {
	x.undo = x.undo[:0]
	x.exchange(a.adj)
	for _, m := range x.merges {
		x.perform(a.adj, m)
	}
	x.undo = x.undo[:0]
	a.length -= gain
	if len(x.out) == 0 { // the merges took back all that the E-set did
		return
	}

	keys := x.keys[:0]
	for _, e := range x.out {
		u, v := ends(e)
		p, q := x.pos[u], x.pos[v]
		if q-p == 1 || p-q > 1 {
			keys = append(keys, uint64(p))
		} else {
			keys = append(keys, uint64(q))
		}
	}
	sortKeys(keys)
	x.keys = keys
	cuts := grow(&x.cuts, int32(len(keys)))
	for i, key := range keys {
		cuts[i] = int32(key)
	}
	longest := int32(0)
	for i := range int32(len(cuts)) {
		if x.segment(i) > x.segment(longest) {
			longest = i
		}
	}
	x.arrange(a, longest)
}

// arrange brings a's order, cut into segments, in line with its nodes, and x.pos with it. The given
// segment stays where it is.
func (x *crosser) arrange(a *individual, stays int32) {
	n, ord, cuts := int32(len(a.ord)), a.ord, x.cuts
	moved := x.moved[:0]
	last := cuts[stays]
	exit, inside := ord[last], a.adj[ord[last]].a // a tour of single cities has no direction yet
	if x.segment(stays) > 1 {
		inside = ord[(last+n-1)%n]
	}
	for moves := n - x.segment(stays); int32(len(moved)) < moves; {
		to := a.adj[exit].a
		if to == inside {
			to = a.adj[exit].b
		}
		r := segmentOf(cuts, x.pos[to])
		end := cuts[r]
		first := end - x.segment(r) + 1 // negative if the segment goes over the end
		switch {
		case x.pos[to] == end:
			for p := end; p >= max(first, 0); p-- {
				moved = append(moved, ord[p])
			}
			for p := n - 1; p >= first+n; p-- {
				moved = append(moved, ord[p])
			}
		case first >= 0:
			moved = append(moved, ord[first:end+1]...)
		default:
			moved = append(append(moved, ord[first+n:]...), ord[:end+1]...)
		}
		if inside = exit; x.segment(r) > 1 {
			inside = moved[len(moved)-2]
		}
		exit = moved[len(moved)-1]
	}
	p := last
	for _, c := range moved {
		if p++; p == n {
			p = 0
		}
		ord[p], x.pos[c] = c, p
	}
	x.moved = moved
}

// grow returns *s with length n, in new memory where it must.
func grow(s *[]int32, n int32) []int32 {
	if int32(cap(*s)) < n {
		*s = make([]int32, n, 2*n)
	}
	*s = (*s)[:n]
	return *s
}

// sortKeys sorts ascending; most E-sets have a handful of edges.
func sortKeys(keys []uint64) {
	if len(keys) > 16 {
		slices.Sort(keys)
		return
	}
	for i := 1; i < len(keys); i++ {
		k, j := keys[i], i
		for j > 0 && keys[j-1] > k {
			keys[j] = keys[j-1]
			j--
		}
		keys[j] = k
	}
}
