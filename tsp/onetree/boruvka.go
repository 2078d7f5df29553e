package onetree

import (
	"context"
	"math"
	"sync/atomic"

	"tspmcts/tsp"
)

// forest is scratch for the minimum spanning tree of sparse edges by Boruvka's
// rounds (1926): every component takes its cheapest outgoing edge, components
// merge, inner edges are dropped. Streams over flat arrays; the number of
// components falls by a factor of two at least, three in practice, so that all
// rounds together touch an edge about twice.
//
// Cities that stand together are a part, which a core does by itself: a component whose
// cheapest edge leads out of its part waits, and all that wait are joined in the end. Of equal
// edges the one that stands first is the cheaper, so that the tree is the same however
// many parts there are.
type forest struct {
	tree    []int32 // the edges of the tree, by their position in the input
	parts   []part
	rest    part    // what is left between parts
	cross   []int32 // the edges between parts, ascending
	ends    []int32 // of each of those, two: the components at its ends that the parts left
	scratch []scratch
}

// part is a range of cities, or what is left of all parts.
type part struct {
	lo, hi   int32 // its cities
	from, to int   // the edges whose lower end is one of them
	tree     []int32

	left       int     // components
	cu, cv, id []int32 // the components at the ends of the inner edges left, and their positions in the input

	// Edges that lead out: their place in forest.ends, city, the component that it is in by now,
	// and their positions in the input.
	slot, city, comp, out []int32

	sum             int64 // of the tree's costs, less twice the penalties
	special, second int32 // the leaf whose second edge costs most, -1 for none; that edge
	most            int64 // its cost
}

// scratch is what a core needs for a part.
type scratch struct {
	cu, cv []int32 // the components at the ends of the inner edges left
	cost   []int64
	id     []int32
	best   []int64 // per component: the cheapest outgoing edge
	edge   []int32 // and its position, -1 for one that leads out
	root   []int32
}

// citiesOfPart is how many cities a part has at least. Smaller ones leave more to be joined; a
// million cities take 4.6, 4.4, 4.2 and 4.2 s for 30 steps by parts of 1 to 8 times 8192, on two
// cores.
const citiesOfPart = 1 << 15

// leastOfPart is the same where a core would have nothing to do otherwise: a step of 10,000 cities
// takes 1.95 ms by two parts, 2.9 as one, of 30,000 5.8 and 8; of 2000 about the same.
const leastOfPart = 1 << 10

// newForest returns the scratch for n cities, in that many parts, and edges (us[e] < vs[e]) that
// ascend.
func newForest(n int, us, vs []int32, count int) *forest {
	f := &forest{tree: make([]int32, 0, n), parts: make([]part, count)}
	e := 0
	for k := range f.parts {
		p := &f.parts[k]
		p.lo, p.hi, p.from = int32(n*k/count), int32(n*(k+1)/count), e
		for e < len(us) && us[e] < p.hi {
			e++
		}
		p.to = e
	}
	if count == 1 {
		return f
	}
	for k := range f.parts {
		p := &f.parts[k]
		for e := p.from; e < p.to; e++ {
			if vs[e] < p.hi {
				continue
			}
			slot := int32(2 * len(f.cross))
			f.cross = append(f.cross, int32(e))
			p.leads(slot, us[e], int32(e))
			other := k + 1
			for vs[e] >= f.parts[other].hi {
				other++
			}
			f.parts[other].leads(slot+1, vs[e], int32(e))
		}
	}
	f.ends = make([]int32, 2*len(f.cross))
	return f
}

// leads adds an edge that leads out of the part.
func (p *part) leads(slot, city, e int32) {
	p.slot, p.city, p.out = append(p.slot, slot), append(p.city, city-p.lo), append(p.out, e)
	p.comp = append(p.comp, 0)
}

// grow makes room for n components and m edges.
func (x *scratch) grow(n, m int) {
	if len(x.best) < n {
		x.best, x.edge, x.root = make([]int64, n), make([]int32, n), make([]int32, n)
	}
	if len(x.cu) < m {
		x.cu, x.cv, x.cost, x.id = make([]int32, m), make([]int32, m), make([]int64, m), make([]int32, m)
	}
}

// span fills f.tree with a minimum spanning tree of the edges
// (u[e], v[e]) of costs c, ties broken by position. The graph must be connected. Where
// it is not nil, after is called for each part with its tree.
func (f *forest) span(ctx context.Context, u, v []int32, c []int64, after func(p *part)) {
	for len(f.scratch) < min(tsp.Workers(ctx), len(f.parts)) {
		f.scratch = append(f.scratch, scratch{})
	}
	var core atomic.Int32
	tsp.Parallel(context.WithoutCancel(ctx), len(f.parts), func() func(int) {
		x := &f.scratch[core.Add(1)-1]
		return func(k int) {
			p := &f.parts[k]
			x.grow(int(p.hi-p.lo), p.to-p.from)
			p.left, p.tree = int(p.hi-p.lo), p.tree[:0]
			if len(f.parts) == 1 {
				x.contract(p, u, v, c, nil, c)
			} else {
				copy(p.comp, p.city)
				kept := x.enter(p, u, v, c)
				x.contract(p, x.cu[:kept], x.cv[:kept], x.cost[:kept], x.id[:kept], c)
			}
			if after != nil {
				after(p)
			}
		}
	})
	f.join(c)
	f.tree = f.tree[:0]
	for k := range f.parts {
		f.tree = append(f.tree, f.parts[k].tree...)
	}
	f.tree = append(f.tree, f.rest.tree...)
}

// each calls fn(0) to fn(tasks-1) on the cores that ctx allows.
func each(ctx context.Context, tasks int, fn func(k int)) {
	if tasks == 1 {
		fn(0)
		return
	}
	tsp.Parallel(context.WithoutCancel(ctx), tasks, func() func(int) { return fn })
}

// chunks calls fn for ranges that make up 0 to n-1, on the cores that ctx allows.
func chunks(ctx context.Context, n int, fn func(from, to int)) {
	const size = 1 << 14
	each(ctx, (n+size-1)/size, func(k int) { fn(k*size, min(n, (k+1)*size)) })
}

// join spans the components that the parts left.
func (f *forest) join(c []int64) {
	r, x := &f.rest, &f.scratch[0]
	r.left, r.tree = 0, r.tree[:0]
	m := len(f.cross)
	for k := range f.parts {
		p := &f.parts[k]
		for i, slot := range p.slot {
			f.ends[slot] = int32(r.left) + p.comp[i]
		}
		r.left += p.left
		m += len(p.id)
	}
	if r.left == 1 {
		return
	}
	x.grow(r.left, m)
	m = 0
	add := func(a, b, id int32) {
		x.cu[m], x.cv[m], x.cost[m], x.id[m] = a, b, c[id], id
		m++
	}
	next, first := 0, int32(0) // of f.cross; component of the part
	for k := range f.parts {   // both ascend within the part's range
		p := &f.parts[k]
		for i := range len(p.id) + 1 {
			for ; next < len(f.cross) && int(f.cross[next]) < p.to && (i == len(p.id) || f.cross[next] < p.id[i]); next++ {
				add(f.ends[2*next], f.ends[2*next+1], f.cross[next])
			}
			if i < len(p.id) {
				add(first+p.cu[i], first+p.cv[i], p.id[i])
			}
		}
		first += int32(p.left)
	}
	x.contract(r, x.cu[:m], x.cv[:m], x.cost[:m], x.id[:m], c)
}

// enter lists the inner edges of a part, each city a component, and returns how many there are.
func (x *scratch) enter(p *part, u, v []int32, c []int64) (kept int) {
	cu, cv, cost, id := x.cu, x.cv, x.cost, x.id
	for e := p.from; e < p.to; e++ {
		if b := v[e]; b < p.hi {
			cu[kept], cv[kept], cost[kept], id[kept] = u[e]-p.lo, b-p.lo, c[e], int32(e)
			kept++
		}
	}
	return kept
}

// contract joins components of p along their cheapest edges as long as one of these is inner: one
// of those between cu[e] and cv[e], with costs and positions in the input (nil: they are the
// input). c are the costs of all edges.
func (x *scratch) contract(p *part, cu, cv []int32, cost []int64, id []int32, c []int64) {
	for p.left > 1 {
		best, edge, root := x.best[:p.left], x.edge[:p.left], x.root[:p.left]
		for k := range best {
			best[k] = math.MaxInt64
		}
		cv, cost = cv[:len(cu)], cost[:len(cu)]
		for e := range cu {
			a, b, d := cu[e], cv[e], cost[e]
			if d < best[a] {
				best[a], edge[a] = d, int32(e)
			}
			if d < best[b] {
				best[b], edge[b] = d, int32(e)
			}
		}
		for i, a := range p.comp {
			if d := c[p.out[i]]; d < best[a] || d == best[a] && edge[a] >= 0 && p.out[i] < id[edge[a]] {
				best[a], edge[a] = d, -1
			}
		}
		before := len(p.tree)
		p.tree = hook(p.tree, edge, root, cu, cv, id)
		if len(p.tree) == before {
			break // all that are left wait
		}
		p.left = number(root, edge)
		for i, a := range p.comp {
			p.comp[i] = root[a]
		}
		if p.left == 1 {
			cu = nil
			break
		}
		kept := 0
		for e := range cu {
			a, b := root[cu[e]], root[cv[e]]
			if a == b {
				continue
			}
			d, name := cost[e], int32(e)
			if id != nil {
				name = id[e]
			}
			x.cu[kept], x.cv[kept], x.cost[kept], x.id[kept] = a, b, d, name
			kept++
		}
		cu, cv, cost, id = x.cu[:kept], x.cv[:kept], x.cost[:kept], x.id[:kept]
	}
	p.cu, p.cv, p.id = p.cu[:0], p.cv[:0], p.id[:0]
	if len(cu) > 0 {
		p.cu, p.cv, p.id = append(p.cu, cu...), append(p.cv, cv...), append(p.id, id...)
	}
}

// hook has every component lead to the other end of its edge, which joins the tree; of two that
// chose the same edge the smaller is the root, and so is one that waits.
func hook(tree, edge, root, cu, cv, id []int32) []int32 {
	for k, e := range edge {
		if e < 0 {
			root[k] = int32(k)
			continue
		}
		other := cu[e] ^ cv[e] ^ int32(k)
		if edge[other] == e {
			if int32(k) < other {
				root[k] = int32(k)
			} else {
				root[k] = other
				continue // the other one records the edge
			}
		} else {
			root[k] = other
		}
		if id != nil {
			e = id[e]
		}
		tree = append(tree, e)
	}
	return tree
}

// number replaces each component's root[k], which leads towards the root of its tree, by
// the number of that tree; it returns how many there are. label is scratch as long as root.
func number(root, label []int32) int {
	for k := range root {
		r := root[k]
		for root[r] != r {
			r = root[r]
		}
		for i := int32(k); root[i] != r; { // compress
			i, root[i] = root[i], r
		}
	}
	left := int32(0)
	for k, r := range root {
		if r == int32(k) {
			label[k] = left
			left++
		}
	}
	for k, r := range root {
		root[k] = label[r]
	}
	return int(left)
}
