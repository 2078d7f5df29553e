package onetree

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Candidates holds some other cities per city, most promising first: those at
// Off[i]:Off[i+1] are city i's.
type Candidates struct {
	Off   []int32
	City  []int32
	Alpha []int64 // the cost of forcing the edge into the 1-tree, at least 0; nil of AlphaByParts
	Unit  int64   // units of Alpha to a core unit of distance
}

// Of returns the candidates of city i and their alpha values, where these are kept. They must not
// be changed.
func (c *Candidates) Of(i int32) ([]int32, []int64) {
	lo, hi := c.Off[i], c.Off[i+1]
	if c.Alpha == nil {
		return c.City[lo:hi:hi], nil
	}
	return c.City[lo:hi:hi], c.Alpha[lo:hi:hi]
}

// Alpha returns for every city the m candidates of least alpha-nearness, ascending, ties
// by reduced cost, then by id; all neighbours in the candidate graph where these
// are fewer. The ends of a fixed edge come first in each other's list, with alpha 0.
//
// alpha(i,j) (Helsgaun 2000, section 4.1) is what the minimum 1-tree grows by
// when it must hold the edge i-j: the edge's reduced cost less the heaviest edge on the tree path
// between i and j or, at the special city, less its second edge. It is
// computed for the edges of the candidate graph only; the path maxima come from
// the merge history of the tree, O(log n) each. Cost O(m log n), on the cores that ctx allows.
//
// Called after Price, which may bring edges from outside the candidate graph
// into the tree, it ranks these too.
func (r *Result) Alpha(ctx context.Context, m int) *Candidates {
	c := r.g.newCandidates(m)
	c.Alpha = make([]int64, len(c.City))
	alpha, full := r.nearness(ctx)
	chunks(ctx, r.g.n, func(from, to int) { r.g.list(c, int32(from), int32(to), alpha, full) })
	return c
}

// nearness returns alpha and the reduced cost of every edge of the graph.
func (r *Result) nearness(ctx context.Context) (alpha, full []int64) {
	g := r.g
	p := newPaths(g.n)
	cost := make([]int64, len(r.u))
	for e := range r.u {
		cost[e] = g.cost(r.pi, r.u[e], r.v[e])
	}
	p.build(r.u, r.v, cost)
	alpha = make([]int64, len(g.u))
	full = make([]int64, len(g.u))
	chunks(ctx, len(g.u), func(from, to int) {
		for e := from; e < to; e++ {
			u, v := g.u[e], g.v[e]
			full[e] = int64(g.d[e])<<g.shift + r.pi[u] + r.pi[v]
			var drop int64
			if u == r.special || v == r.special {
				drop = r.extra
			} else {
				drop = p.max(u, v)
			}
			alpha[e] = max(0, full[e]-drop)
		}
	})
	return alpha, full
}

// newCandidates makes room for the first m candidates of each city, but for their alpha.
func (g *Graph) newCandidates(m int) *Candidates {
	n := g.n
	c := &Candidates{Unit: 1 << g.shift, Off: make([]int32, n+1)}
	for i := range n {
		c.Off[i+1] = c.Off[i] + min(int32(max(m, 0)), g.off[g.rank[i]+1]-g.off[g.rank[i]])
	}
	c.City = make([]int32, c.Off[n])
	return c
}

// list fills in the candidates of the cities from to to-1, in internal ids.
func (g *Graph) list(c *Candidates, from, to int32, alpha, full []int64) {
	var row []cand
	for at := from; at < to; at++ {
		i := g.order[at]
		lo, hi := c.Off[i], c.Off[i+1]
		row = g.least(row[:0], at, int(hi-lo), alpha, full)
		for k := range row {
			c.City[int(lo)+k] = row[k].city
			if c.Alpha != nil {
				c.Alpha[int(lo)+k] = row[k].alpha
			}
		}
	}
}

// least appends the keep edges of a city, in internal ids, that come first, in order.
func (g *Graph) least(row []cand, at int32, keep int, alpha, full []int64) []cand {
	if keep == 0 {
		return row
	}
	i, fixed := g.order[at], len(g.in.Fixed) > 0
	for _, e := range g.edge[g.off[at]:g.off[at+1]] {
		x := cand{alpha[e], full[e], g.order[g.u[e]^g.v[e]^at]}
		if fixed && g.in.IsFixed(i, x.city) {
			x.alpha, x.cost = 0, math.MinInt64
		}
		if len(row) == keep {
			if !x.before(&row[keep-1]) {
				continue
			}
			row = row[:keep-1]
		}
		k := len(row)
		row = append(row, x)
		for ; k > 0 && x.before(&row[k-1]); k-- {
			row[k] = row[k-1]
		}
		row[k] = x
	}
	return row
}

// cand is an edge on its way into a list.
type cand struct {
	alpha, cost int64
	city        int32
}

// before orders by alpha, then reduced cost, then id.
func (x *cand) before(y *cand) bool {
	if x.alpha != y.alpha {
		return x.alpha < y.alpha
	}
	if x.cost != y.cost {
		return x.cost < y.cost
	}
	return x.city < y.city
}

// cost returns the reduced cost of an edge in internal ids.
func (g *Graph) cost(pi []int64, i, j int32) int64 {
	return int64(g.dist(g.order[i], g.order[j]))<<g.shift + pi[i] + pi[j]
}

// paths answers for the heaviest edge on the path between two cities of a tree. It is
// the merge history: sets of cities joined in order of weight, each smaller set
// hung below the larger's root without compression and labelled with the weight
// that joined it. Weights grow towards the root and the depth is at most log2 n.
type paths struct {
	up   []int32
	size []int32
	w    []int64
}

func newPaths(n int) *paths {
	return &paths{up: make([]int32, n), size: make([]int32, n), w: make([]int64, n)}
}

// build takes the edges of a spanning tree and their costs.
func (p *paths) build(u, v []int32, cost []int64) {
	for i := range p.up {
		p.up[i], p.size[i], p.w[i] = int32(i), 1, math.MaxInt64
	}
	byCost := make([]int32, len(u))
	for e := range byCost {
		byCost[e] = int32(e)
	}
	slices.SortFunc(byCost, func(a, b int32) int { return cmp.Or(cmp.Compare(cost[a], cost[b]), cmp.Compare(a, b)) })
	for _, e := range byCost {
		a, b := u[e], v[e]
		for p.up[a] != a {
			a = p.up[a]
		}
		for p.up[b] != b {
			b = p.up[b]
		}
		if p.size[a] < p.size[b] {
			a, b = b, a
		}
		p.up[b], p.w[b] = a, cost[e]
		p.size[a] += p.size[b]
	}
}

// max returns the heaviest weight between two different cities.
func (p *paths) max(a, b int32) int64 {
	m := int64(math.MinInt64)
	for a != b {
		if p.w[a] <= p.w[b] {
			m, a = p.w[a], p.up[a]
		} else {
			m, b = p.w[b], p.up[b]
		}
	}
	return m
}
