package onetree

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"tspmcts/tsp"
)

// dense is the number of cities up to which the complete graph is priced by
// Prim's algorithm even where geometry would prune.
const dense = 300

// Price builds the minimum 1-tree over the complete graph under r.Pi, which replaces r's own, and
// sets r.Bound. The best 1-tree value over all edges, divided by Unit and rounded up
// (tours have integer lengths in core units), is a lower bound for every tour: a tour is a 1-tree,
// and its reduced cost is its length plus twice all penalties (Held and Karp 1970, section 2).
// Fixed edges, which every tour has, are in nearly every 1-tree (see bonusOf).
//
// With geometry the tree comes from Boruvka's rounds over a kd-tree with the
// least penalty of each node, dual bounds seeded by the candidate graph (March, Ram and
// Gray 2010 for the unpenalised case): about n log n in practice, spread
// over the processors. Where there is none Prim's algorithm takes O(n^2) time and O(n) memory: of
// matrices, pairs, graphs and XRAY metrics, and of places where a path has a free end or edges are
// forbidden. When ctx ends first r is unchanged and ctx's error is returned.
func (r *Result) Price(ctx context.Context) error {
	g := r.g
	c := newComplete(g, r.pi)
	if err := c.tree(ctx); err != nil {
		return err
	}
	if err := c.leaf(ctx); err != nil {
		return err
	}
	r.oneTree = c.oneTree
	r.Bound = c.bound()

	r.g = c.grown(ctx) // for Alpha
	return nil
}

// Value returns Bound in the caller's unit. Exact metrics lose half a core unit per
// city to it: their distances are rounded to core units, a tour's true
// length may be that much below its length in core units.
func (r *Result) Value() float64 {
	in := r.g.in
	if !in.Exact() {
		return in.InUnit(r.Bound)
	}
	return max(0, in.InUnit(r.Bound-int64(r.g.n+1)/2)*(1-1e-12))
}

// complete is the state of one pricing.
type complete struct {
	g  *Graph
	pi []int64
	oneTree

	combs *surplus // what edges cost more, nil for nothing

	nearU, nearV []int32 // further edges that deserve to be candidates

	comp  []int32 // component of each city
	least []int64 // per node of the kd-tree: the smallest penalty
	whole []int32 // per node: the component that all its cities are in, -1 if several
	below []int64 // per city: no edge out of its component is cheaper
	found []int32 // per city: the end of its cheapest edge that beats the bound, -1
	price []int64 // and that edge's cost
}

func newComplete(g *Graph, pi []int64) *complete {
	return &complete{g: g, pi: pi}
}

// tree fills c.u and c.v with a minimum spanning tree of the complete graph.
func (c *complete) tree(ctx context.Context) error {
	if c.g.n <= dense || c.g.kd == nil {
		return c.prim(ctx)
	}
	return c.boruvka(ctx)
}

// prim is Prim's algorithm over a plain array (1957).
func (c *complete) prim(ctx context.Context) error {
	g, pi := c.g, c.pi
	n := g.n
	joined := make([]int32, 1, n) // the cities in the order in which they join the tree
	at := make([]int32, n)        // and the place of each in it
	up := make([]int32, 1, n)     // the place of the one that each is joined to
	weight := make([]int64, 1, n) // by an edge of this cost
	paired := g.in.Paired()       // then g.order is that of the cities
	buf := make([]int32, n)
	cities := make([]int32, n-1) // that are not joined, ascending, and some that are
	from := make([]int32, n)     // the joined city that each would be joined to
	cost := make([]int64, n)     // by an edge of this cost; MinInt64 of those that are joined
	for i := range cities {
		cities[i] = int32(i + 1)
		cost[i+1] = math.MaxInt64
	}
	cost[0] = math.MinInt64
	last := int32(0)
	for left := n - 1; left > 0; left-- {
		if left&127 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if left < len(cities)*7/8 {
			cities = slices.DeleteFunc(cities, func(i int32) bool { return cost[i] == math.MinInt64 })
		}
		row, shift, p := g.row(last, buf), g.shift, pi[last]
		next, least := int32(0), int64(math.MaxInt64)
		for _, i := range cities {
			known := cost[i]
			if x := int64(row[i])<<shift + p + pi[i]; x < known && !(paired && (i^last)&1 == 0) { // those are in no tree
				if x += c.combs.of(last, i); x < known {
					cost[i], from[i], known = x, last, x
				}
			}
			if known < least && known > math.MinInt64 {
				next, least = i, known
			}
		}
		c.u, c.v = append(c.u, min(next, from[next])), append(c.v, max(next, from[next]))
		at[next] = int32(len(joined))
		joined, up, weight = append(joined, next), append(up, at[from[next]]), append(weight, least)
		last = next
		cost[last] = math.MinInt64
	}
	return c.denseAlpha(ctx, &growth{joined, at, up, weight})
}

// perCity is how many edges of least alpha-nearness denseAlpha wants in the graph.
const perCity = 6

// growth is how a tree grew: its cities have places in the order in which they joined it.
type growth struct {
	joined []int32 // the city in each place
	at     []int32 // the place of each city
	up     []int32 // the place of the one that the place's is joined to, a lower one
	weight []int64 // by an edge of this cost
}

// denseAlpha collects each city's edges of least alpha-nearness among all: a row of path maxima at
// a time, from each place's to those of the places joined to it (Helsgaun 2000, section 4.1).
// O(n^2) time on the cores that ctx allows, O(n) memory each. The special city's rule is left out.
func (c *complete) denseAlpha(ctx context.Context, t *growth) error {
	n := c.g.n
	us, vs := make([]int32, perCity*n), make([]int32, perCity*n)
	kept := make([]int, n)
	const batch = 64
	err := tsp.Parallel(ctx, (n+batch-1)/batch, func() func(int) {
		r := &alphaRow{c: c, growth: t, heaviest: make([]int64, n), mark: make([]int32, n), buf: make([]int32, n), cost: make([]int64, n)}
		return func(b int) {
			for i := b * batch; i < min(n, (b+1)*batch); i++ {
				kept[i] = r.least(int32(i), us[perCity*i:], vs[perCity*i:])
			}
		}
	})
	if err != nil {
		return err
	}
	for i, k := range kept {
		c.nearU = append(c.nearU, us[perCity*i:][:k]...)
		c.nearV = append(c.nearV, vs[perCity*i:][:k]...)
	}
	return nil
}

// alphaRow is one core's scratch for denseAlpha.
type alphaRow struct {
	c *complete
	*growth
	heaviest []int64 // by place: of the edges on the path from the row's
	mark     []int32 // places up from the row's have its number and one more
	buf      []int32
	cost     []int64 // by place: of the edge from the row's
}

// least puts the edges of the city in place i into us and vs, and returns how many there are.
func (r *alphaRow) least(i int32, us, vs []int32) int {
	g, pi := r.c.g, r.c.pi
	city, paired := r.joined[i], g.in.Paired()
	// A row is read in its own order, which is that in memory.
	shift, p := g.shift, pi[city]
	for j, d := range g.row(city, r.buf) {
		r.cost[r.at[j]] = int64(d)<<shift + p + pi[j]
	}
	n := len(r.joined)
	up, weight, heaviest, mark, cost := r.up[:n], r.weight[:n], r.heaviest[:n], r.mark[:n], r.cost[:n]
	heaviest[i], mark[i] = math.MinInt64, i+1
	for k := i; k != 0; k = up[k] {
		heaviest[up[k]], mark[up[k]] = max(heaviest[k], weight[k]), i+1
	}
	type near struct {
		alpha int64
		city  int32
	}
	row := [perCity + 1]near{}
	kept, worst := 0, int64(math.MaxInt64)
	for k := range cost {
		if mark[k] != i+1 {
			heaviest[k] = max(heaviest[up[k]], weight[k])
		}
		x := cost[k] - heaviest[k]
		if x >= worst || k == int(i) || paired && (city^r.joined[k])&1 == 0 {
			continue
		}
		if x += r.c.combs.of(city, r.joined[k]); x >= worst {
			continue
		}
		at := kept
		for ; at > 0 && row[at-1].alpha > x; at-- {
			row[at] = row[at-1]
		}
		row[at] = near{x, r.joined[k]}
		if kept = min(kept+1, perCity); kept == perCity {
			worst = row[kept-1].alpha
		}
	}
	for k, x := range row[:kept] {
		us[k], vs[k] = min(city, x.city), max(city, x.city)
	}
	return kept
}

// chunk is the number of cities that one worker takes at a time. Bounds pass
// from city to city within a chunk only, so that the work, and which of equal
// edges is found, does not depend on the number of workers.
const chunk = 4096

// boruvka is Boruvka's algorithm over the complete graph. In a round each
// component's cheapest candidate edge bounds the search for a
// cheaper edge outside the graph, which hardly ever exists.
func (c *complete) boruvka(ctx context.Context) error {
	g := c.g
	n := g.n
	c.comp = make([]int32, n)
	c.below = make([]int64, n)
	c.found = make([]int32, n)
	c.price = make([]int64, n)
	for i := range c.comp {
		c.comp[i] = int32(i)
		c.below[i] = math.MinInt64
	}
	c.penalties()
	c.whole = make([]int32, len(g.kd.nodes))

	type edge struct {
		cost int64
		u, v int32
	}
	best := make([]edge, n) // per component
	ub := make([]int64, n)
	uf := newUnion(n)
	eu, ev := slices.Clone(g.u), slices.Clone(g.v) // candidate edges between components
	for left := n; left > 1; {
		for i := range best {
			best[i].cost = math.MaxInt64
		}
		k := 0
		for e := range eu {
			i, j := eu[e], ev[e]
			ci, cj := c.comp[i], c.comp[j]
			if ci == cj {
				continue
			}
			eu[k], ev[k] = i, j
			k++
			x := c.local(i, j) + c.combs.of(i, j)
			if x < best[ci].cost {
				best[ci] = edge{x, i, j}
			}
			if x < best[cj].cost {
				best[cj] = edge{x, i, j}
			}
		}
		eu, ev = eu[:k], ev[:k]
		for i := range ub {
			ub[i] = best[i].cost
		}
		c.settle()
		if err := c.round(ctx, ub); err != nil {
			return err
		}
		for i, j := range c.found {
			if ci := c.comp[i]; j >= 0 && c.price[i] < best[ci].cost {
				best[ci] = edge{c.price[i], int32(i), j}
				c.nearU, c.nearV = append(c.nearU, min(int32(i), j)), append(c.nearV, max(int32(i), j))
			}
		}
		for i := range best {
			if e := best[i]; e.cost < math.MaxInt64 && uf.join(e.u, e.v) {
				c.u, c.v = append(c.u, min(e.u, e.v)), append(c.v, max(e.u, e.v))
				left--
			}
		}
		for i := range c.comp {
			c.comp[i] = uf.find(int32(i))
		}
	}
	return nil
}

// penalties sets the least penalty of every node, children before parents.
func (c *complete) penalties() {
	nodes := c.g.kd.nodes
	c.least = make([]int64, len(nodes))
	for k := len(nodes) - 1; k >= 0; k-- {
		nd := &nodes[k]
		if nd.right != 0 {
			c.least[k] = min(c.least[k+1], c.least[nd.right])
			continue
		}
		c.least[k] = slices.Min(c.pi[nd.lo:nd.hi])
	}
}

// settle marks the nodes that lie within one component.
func (c *complete) settle() {
	nodes := c.g.kd.nodes
	for k := len(nodes) - 1; k >= 0; k-- {
		nd := &nodes[k]
		if nd.right != 0 {
			c.whole[k] = c.whole[k+1]
			if c.whole[nd.right] != c.whole[k] {
				c.whole[k] = -1
			}
			continue
		}
		c.whole[k] = c.comp[nd.lo]
		for _, x := range c.comp[nd.lo+1 : nd.hi] {
			if x != c.whole[k] {
				c.whole[k] = -1
			}
		}
	}
}

// round looks for the edges that are cheaper than ub of their component, city by city.
func (c *complete) round(ctx context.Context, ub []int64) error {
	n := c.g.n
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			lo := int(next.Add(chunk)) - chunk
			if lo >= n {
				return
			}
			comp, bound := int32(-1), int64(0)
			for i := lo; i < min(lo+chunk, n); i++ {
				c.found[i] = -1
				if c.comp[i] != comp {
					comp = c.comp[i]
					bound = ub[comp]
				}
				if c.below[i] >= bound {
					continue
				}
				j, x := c.nearest(int32(i), comp, -1, bound)
				c.below[i] = x
				if j >= 0 {
					c.found[i], c.price[i], bound = j, x, x
				}
			}
		}
	}
	var wg sync.WaitGroup
	for range min(tsp.Workers(ctx), (n+chunk-1)/chunk) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	return ctx.Err()
}

// nearest returns the city outside the component comp, other than i and except,
// of the cheapest edge from i that costs less than bound, and its cost; -1 and
// bound if there is none.
func (c *complete) nearest(i, comp, except int32, bound int64) (int32, int64) {
	s, shift := c.g.kd, c.g.shift
	nodes := s.nodes
	pi := c.pi[i]
	type open struct {
		node  int32
		least int64
	}
	var stack [64]open
	stack[0] = open{0, math.MinInt64}
	at := int32(-1)
	for top := 1; top > 0; {
		top--
		if stack[top].least >= bound {
			continue
		}
		k := stack[top].node
		nd := &nodes[k]
		if nd.right == 0 {
			for j := nd.lo; j < nd.hi; j++ {
				if c.comp[j] == comp || j == except || j == i {
					continue
				}
				if x := c.local(i, j); x < bound {
					if x += c.combs.of(i, j); x < bound {
						at, bound = j, x
					}
				}
			}
			continue
		}
		l, r := k+1, nd.right
		lo, hi := open{l, math.MaxInt64}, open{r, math.MaxInt64}
		if comp < 0 || c.whole[l] != comp {
			lo.least = s.lower(i, &nodes[l])<<shift + pi + c.least[l]
		}
		if comp < 0 || c.whole[r] != comp {
			hi.least = s.lower(i, &nodes[r])<<shift + pi + c.least[r]
		}
		if lo.least > hi.least || lo.least == hi.least && i >= nodes[r].lo { // of equal ones the one that i is in
			lo, hi = hi, lo
		}
		if hi.least < bound {
			stack[top] = hi
			top++
		}
		if lo.least < bound {
			stack[top] = lo
			top++
		}
	}
	return at, bound
}

// local is Graph.cost without leaving the memory around the cities where the metric is the planar
// Euclidean and no edge is fixed.
func (c *complete) local(i, j int32) int64 {
	if s := c.g.kd; s != nil && c.g.bonus == 0 && s.form == round2 && s.dims == 2 {
		p, q := s.p[2*int(i):][:2], s.p[2*int(j):][:2]
		dx, dy := p[0]-q[0], p[1]-q[1]
		return int64(math.Sqrt(float64(dx*dx)+float64(dy*dy))+s.unit)<<c.g.shift + c.pi[i] + c.pi[j]
	}
	return c.g.cost(c.pi, i, j)
}

// leaf finds the leaf of the tree whose second edge costs most.
func (c *complete) leaf(ctx context.Context) error {
	g := c.g
	n := g.n
	c.special = -1
	if n < 3 {
		return nil
	}
	if c.least == nil && g.kd != nil {
		c.penalties()
	}
	if c.comp == nil {
		c.comp = make([]int32, n)
	}
	leaves, other := c.leaves()
	for k, p := range leaves {
		if k&63 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if c.special >= 0 && p.most <= c.extra {
			break
		}
		j, x := p.to, p.most
		if g.kd != nil {
			if to, y := c.nearest(p.leaf, -1, other[p.leaf], x); to >= 0 {
				j, x = to, y
			}
		} else { // then g.order is that of the cities
			for to := range int32(n) {
				if to == p.leaf || to == other[p.leaf] || g.in.Apart(p.leaf, to) {
					continue
				}
				if y := g.cost(c.pi, p.leaf, to) + c.combs.of(p.leaf, to); y < x {
					j, x = to, y
				}
			}
		}
		if c.special < 0 || x > c.extra {
			c.special, c.second, c.extra = p.leaf, j, x
		}
	}
	return nil
}

// promise is a leaf of the tree and the cheapest edge beside the tree's that the candidate
// graph has for it: an upper bound on its second edge.
type promise struct {
	most     int64
	leaf, to int32 // to is -1 for none
}

// leaves returns the leaves of the tree, the one that promises most first: most of them
// need no search at all then. other is the city that a leaf is joined to.
func (c *complete) leaves() (leaves []promise, other []int32) {
	g := c.g
	deg := make([]int32, g.n)
	other = make([]int32, g.n)
	for e := range c.u {
		i, j := c.u[e], c.v[e]
		deg[i]++
		deg[j]++
		other[i], other[j] = j, i
	}
	for i := range int32(g.n) {
		if deg[i] != 1 {
			continue
		}
		p := promise{math.MaxInt64, i, -1}
		for _, e := range g.edge[g.off[i]:g.off[i+1]] {
			j := g.u[e] ^ g.v[e] ^ i
			if j == other[i] {
				continue
			}
			if x := c.local(i, j) + c.combs.of(i, j); x < p.most {
				p.most, p.to = x, j
			}
		}
		leaves = append(leaves, p)
	}
	slices.SortFunc(leaves, func(a, b promise) int {
		if a.most != b.most {
			return cmp.Compare(b.most, a.most)
		}
		return int(a.leaf - b.leaf)
	})
	return leaves, other
}

// value returns the cost of the 1-tree less twice the penalties.
func (c *complete) value() int64 {
	g := c.g
	var w int64
	for e := range c.u {
		w += g.cost(c.pi, c.u[e], c.v[e]) + c.combs.of(c.u[e], c.v[e])
	}
	if c.combs != nil {
		w -= c.combs.rhs
	}
	if c.special >= 0 {
		w += c.extra
	}
	for _, p := range c.pi {
		w -= 2 * p
	}
	return w
}

// bound returns the value of the 1-tree, rounded up to whole core units.
func (c *complete) bound() int64 {
	if c.g.n == 2 { // the tour uses its one edge twice
		return 2 * int64(c.g.in.Dist(0, 1))
	}
	return max(0, (c.value()+(1<<c.g.shift)-1)>>c.g.shift+c.g.rebate())
}

// grown returns the graph with the 1-tree and the further edges found, the same graph if it has
// them all.
func (c *complete) grown(ctx context.Context) *Graph {
	g := c.g
	var us, vs []int32
	add := func(u, v int32) {
		for _, e := range g.edge[g.off[u]:g.off[u+1]] {
			if g.u[e]^g.v[e]^u == v {
				return
			}
		}
		us, vs = append(us, min(u, v)), append(vs, max(u, v))
	}
	for e := range c.u {
		add(c.u[e], c.v[e])
	}
	if c.special >= 0 {
		add(c.special, c.second)
	}
	for e := range c.nearU {
		add(c.nearU[e], c.nearV[e])
	}
	if len(us) == 0 {
		return g
	}
	more := *g
	more.u, more.v, more.d = nil, nil, nil
	more.setEdges(ctx, append(us, g.u...), append(vs, g.v...))
	more.shift, more.limit = g.shift, g.limit
	return &more
}
