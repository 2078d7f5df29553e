package onetree

import (
	"context"
	"math"

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
	tree  []int32 // the edges of the tree, by their position in the input
	parts []part
	rest  part    // what is left between parts
	cross []int32 // the edges between parts, ascending
	ends  []int32 // of each of those, two: the components at its ends that the parts left
}

// part is a range of cities, or what is left of all parts.
type part struct {
	lo, hi   int32 // its cities
	from, to int   // the edges whose lower end is one of them
	tree     []int32

	left   int     // components
	cu, cv []int32 // the components at the ends of the inner edges left, in the first kept places
	cost   []int64
	id     []int32
	kept   int
	best   []int64 // per component: the cheapest outgoing edge
	edge   []int32 // and its position, -1 for one that leads out
	root   []int32

	// Edges that lead out: their place in forest.ends, city, and the component that it is in by now.
	slot, city, comp []int32
	out              []int32 // their positions in the input

	sum             int64 // of the tree's costs, less twice the penalties
	special, second int32 // the leaf whose second edge costs most, -1 for none; that edge
	most            int64 // its cost
}

// citiesOfPart is how many cities a part has at least. Smaller ones leave more to be joined; a million
// cities take 4.6, 4.4, 4.2 and 4.2 s for 30 steps by parts of 1 to 8 times 8192, on two cores.
const citiesOfPart = 1 << 15

// newForest returns the scratch for n cities, in that many parts, and edges (us[e] < vs[e]) that ascend.
func newForest(n int, us, vs []int32, count int) *forest {
	f := &forest{tree: make([]int32, 0, n), parts: make([]part, count)}
	of := make([]int32, 0, count+1) // where parts begin
	for k := range count + 1 {
		of = append(of, int32(n*k/count))
	}
	e := 0
	for k := range f.parts {
		p := &f.parts[k]
		p.lo, p.hi, p.from = of[k], of[k+1], e
		for e < len(us) && us[e] < p.hi {
			e++
		}
		p.to = e
		p.grow(int(p.hi-p.lo), p.to-p.from)
	}
	if count == 1 {
		return f
	}
	k := 0
	for e := range us {
		for us[e] >= of[k+1] {
			k++
		}
		if vs[e] < of[k+1] {
			continue
		}
		slot := int32(2 * len(f.cross))
		f.cross = append(f.cross, int32(e))
		other := int(vs[e]) * count / n
		for vs[e] >= of[other+1] {
			other++
		}
		f.parts[k].leads(slot, us[e], int32(e))
		f.parts[other].leads(slot+1, vs[e], int32(e))
	}
	f.ends = make([]int32, 2*len(f.cross))
	return f
}

// grow makes room for n components and m edges.
func (p *part) grow(n, m int) {
	p.cu, p.cv, p.cost, p.id = make([]int32, m), make([]int32, m), make([]int64, m), make([]int32, m)
	p.best, p.edge, p.root = make([]int64, n), make([]int32, n), make([]int32, n)
}

// leads adds an edge that leads out of the part.
func (p *part) leads(slot, city, e int32) {
	p.slot, p.city, p.out = append(p.slot, slot), append(p.city, city-p.lo), append(p.out, e)
	p.comp = append(p.comp, 0)
}

// span fills f.tree with a minimum spanning tree of the edges
// (u[e], v[e]) of costs c, ties broken by position. The graph must be connected. Where
// it is not nil, after is called for each part with its tree.
func (f *forest) span(ctx context.Context, u, v []int32, c []int64, after func(p *part)) {
	each(ctx, len(f.parts), func(k int) {
		p := &f.parts[k]
		p.left, p.tree = int(p.hi-p.lo), p.tree[:0]
		if len(f.parts) == 1 {
			p.contract(u, v, c, nil, c)
		} else {
			copy(p.comp, p.city)
			p.enter(u, v, c)
			p.contract(p.cu[:p.kept], p.cv[:p.kept], p.cost[:p.kept], p.id[:p.kept], c)
		}
		if after != nil {
			after(p)
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
	r := &f.rest
	r.left, r.kept, r.tree = 0, len(f.cross), r.tree[:0]
	for k := range f.parts {
		p := &f.parts[k]
		for i, slot := range p.slot {
			f.ends[slot] = int32(r.left) + p.comp[i]
		}
		r.left += p.left
		r.kept += p.kept
	}
	if r.left == 1 {
		return
	}
	if len(r.best) < r.left || len(r.cu) < r.kept {
		r.grow(r.left, r.kept)
	}
	m, x, first := 0, 0, int32(0)
	add := func(a, b, id int32) {
		r.cu[m], r.cv[m], r.cost[m], r.id[m] = a, b, c[id], id
		m++
	}
	for k := range f.parts { // both ascend within the part's range
		p := &f.parts[k]
		for i := range p.kept + 1 {
			for ; x < len(f.cross) && int(f.cross[x]) < p.to && (i == p.kept || f.cross[x] < p.id[i]); x++ {
				add(f.ends[2*x], f.ends[2*x+1], f.cross[x])
			}
			if i < p.kept {
				add(first+p.cu[i], first+p.cv[i], p.id[i])
			}
		}
		first += int32(p.left)
	}
	r.contract(r.cu[:m], r.cv[:m], r.cost[:m], r.id[:m], c)
}

// enter lists the inner edges of a part, each city a component.
func (p *part) enter(u, v []int32, c []int64) {
	cu, cv, cost, id := p.cu, p.cv, p.cost, p.id
	kept := 0
	for e := p.from; e < p.to; e++ {
		if b := v[e]; b < p.hi {
			cu[kept], cv[kept], cost[kept], id[kept] = u[e]-p.lo, b-p.lo, c[e], int32(e)
			kept++
		}
	}
	p.kept = kept
}

// contract joins components along their cheapest edges as long as one of these is inner: one of
// those between cu[e] and cv[e], with costs and positions in the input (nil: they are the input).
// c are the costs of all edges.
func (p *part) contract(cu, cv []int32, cost []int64, id []int32, c []int64) {
	for p.left > 1 {
		best, edge, root := p.best[:p.left], p.edge[:p.left], p.root[:p.left]
		for k := range best {
			best[k] = math.MaxInt64
		}
		cv, cost = cv[:len(cu)], cost[:len(cu)]
		for e := range cu {
			a, b, x := cu[e], cv[e], cost[e]
			if x < best[a] {
				best[a], edge[a] = x, int32(e)
			}
			if x < best[b] {
				best[b], edge[b] = x, int32(e)
			}
		}
		for i, a := range p.comp {
			if x := c[p.out[i]]; x < best[a] || x == best[a] && edge[a] >= 0 && p.out[i] < id[edge[a]] {
				best[a], edge[a] = x, -1
			}
		}
		before := len(p.tree)
		// Hook every component to the other end of its edge; of two that chose
		// the same edge the smaller is the root, and so is one that waits.
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
			p.tree = append(p.tree, e)
		}
		if len(p.tree) == before {
			return // all that are left wait
		}
		p.left = number(root, edge)
		for i, a := range p.comp {
			p.comp[i] = root[a]
		}
		p.kept = 0
		if p.left == 1 {
			return
		}
		kept := 0
		for e := range cu {
			a, b := root[cu[e]], root[cv[e]]
			if a == b {
				continue
			}
			x, name := cost[e], int32(e)
			if id != nil {
				name = id[e]
			}
			p.cu[kept], p.cv[kept], p.cost[kept], p.id[kept] = a, b, x, name
			kept++
		}
		p.kept = kept
		cu, cv, cost, id = p.cu[:kept], p.cv[:kept], p.cost[:kept], p.id[:kept]
	}
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
