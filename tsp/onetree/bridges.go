package onetree

import (
	"cmp"
	"context"
	"math"
	"slices"

	"tspmcts/tsp"
)

// Bridges returns short edges between groups of cities, where no list of neighbours leads from one to
// the other. Groups are what the fixed edges and those of each city to the k nearest of nb connect. In
// rounds as Boruvka's, of the edges that lead from each city to the nearest one outside of its group the
// shortest between each two groups is a bridge; then groups are joined along the shortest bridge of each,
// until all are one. So a minimum spanning tree of the groups is among the bridges. Each is there once,
// the shortest first. Cost: O(n log n) a round where a kd-tree prunes, else O(n^2); at most log2 rounds
// of the number of groups. There are none of a Hamiltonian cycle problem (tsp.Graph). The error is ctx's.
func Bridges(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, k int) ([][2]int32, error) {
	if in.Metric == tsp.Graph {
		return nil, ctx.Err()
	}
	b := newBridging(ctx, in, nb, k)
	var all []bridge
	for groups := b.number(); groups > 1; groups = b.number() {
		if err := b.look(ctx); err != nil {
			return nil, err
		}
		all = append(all, b.shortest(groups)...)
	}
	slices.SortFunc(all, func(p, q bridge) int {
		return cmp.Or(cmp.Compare(p.d, q.d), cmp.Compare(p.a, q.a), cmp.Compare(p.b, q.b))
	})
	edges := make([][2]int32, 0, len(all))
	for k, p := range all {
		if k == 0 || p.a != all[k-1].a || p.b != all[k-1].b {
			edges = append(edges, [2]int32{b.order[p.a], b.order[p.b]})
		}
	}
	return edges, ctx.Err()
}

// bridging is the state of Bridges. Its cities have the numbers of the kd-tree.
type bridging struct {
	in    *tsp.Instance
	kd    *kdTree // nil: no geometry that prunes
	order []int32 // city of the instance
	uf    union
	group []int32  // of a city
	of    []int32  // of a node of kd: the group of all its cities, -1 where there are several
	near  []bridge // of each city, to the nearest one of another group; a is -1 before that is looked for
}

// bridge leads from a city of one group to one of another.
type bridge struct {
	from, to int32 // groups
	d        int32
	a, b     int32 // cities
}

func newBridging(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, k int) *bridging {
	n := in.N()
	b := &bridging{in: in, uf: newUnion(n), group: make([]int32, n), near: make([]bridge, n)}
	if b.kd, b.order = newKD(ctx, in); b.kd == nil {
		b.order = make([]int32, n)
		for i := range b.order {
			b.order[i] = int32(i)
		}
	} else {
		b.of = make([]int32, len(b.kd.nodes))
	}
	rank := make([]int32, n)
	for i, city := range b.order {
		rank[city] = int32(i)
	}
	for i, city := range b.order {
		of := nb.Of(city)
		for _, j := range of[:min(k, len(of))] {
			b.uf.join(int32(i), rank[j])
		}
	}
	for _, e := range in.Fixed {
		b.uf.join(rank[e[0]], rank[e[1]])
	}
	for i := range b.near {
		b.near[i].a = -1
	}
	return b
}

// number numbers the groups, and returns how many there are.
func (b *bridging) number() (groups int) {
	for i := range b.group {
		r := b.uf.find(int32(i)) // no higher than i
		if int(r) == i {
			b.group[i] = int32(groups)
			groups++
		} else {
			b.group[i] = b.group[r]
		}
	}
	for k := len(b.of) - 1; k >= 0; k-- { // children follow
		nd := &b.kd.nodes[k]
		if nd.right == 0 {
			b.of[k] = b.group[nd.lo]
			for _, g := range b.group[nd.lo:nd.hi] {
				if g != b.of[k] {
					b.of[k] = -1
				}
			}
		} else if b.of[k] = b.of[k+1]; b.of[nd.right] != b.of[k] {
			b.of[k] = -1
		}
	}
	return groups
}

// look finds of each city the nearest one of another group.
func (b *bridging) look(ctx context.Context) error {
	const size = 256
	n := len(b.group)
	return tsp.Parallel(ctx, (n+size-1)/size, func() func(int) {
		var buf []int32
		if b.kd == nil {
			buf = make([]int32, n)
		}
		return func(k int) {
			last := int32(-1) // what is nearest to one city is not far from the next
			for i := int32(k * size); i < int32(min(n, (k+1)*size)); i++ {
				near := &b.near[i]
				near.from = b.group[i]
				if near.a < 0 || b.group[near.b] == near.from { // else it is the nearest one still
					*near = bridge{from: near.from, d: math.MaxInt32, a: i, b: -1}
					if last >= 0 && b.group[last] != near.from {
						near.b, near.d = last, b.dist(i, last)
					}
					if b.kd == nil {
						b.scan(near, buf)
					} else {
						b.search(near)
					}
				}
				last = near.b
				near.to = b.group[near.b]
			}
		}
	})
}

func (b *bridging) dist(i, j int32) int32 { return b.in.Dist(b.order[i], b.order[j]) }

// scan looks at all cities for one that is nearer.
func (b *bridging) scan(near *bridge, buf []int32) {
	for j, d := range b.in.Row(near.a, buf) {
		if b.group[j] != near.from && (d < near.d || near.b < 0) {
			near.d, near.b = d, int32(j)
		}
	}
}

// search descends into the nodes that may hold a city that is nearer.
func (b *bridging) search(near *bridge) {
	type open struct {
		node int32
		at   int64 // no city of it is nearer
	}
	var stack [64]open
	s, i := b.kd, near.a
	top := 1
	stack[0] = open{}
	for top > 0 {
		top--
		here := stack[top]
		if here.at >= int64(near.d) && near.b >= 0 {
			continue
		}
		nd := &s.nodes[here.node]
		if nd.right == 0 {
			for j := nd.lo; j < nd.hi; j++ {
				if b.group[j] == near.from {
					continue
				}
				if d := b.dist(i, j); d < near.d || near.b < 0 {
					near.d, near.b = d, j
				}
			}
			continue
		}
		x, y := open{node: here.node + 1}, open{node: nd.right}
		x.at, y.at = s.lower(i, &s.nodes[x.node]), s.lower(i, &s.nodes[y.node])
		if x.at < y.at || x.at == y.at && i < s.nodes[y.node].lo {
			x, y = y, x
		}
		for _, o := range [2]open{x, y} { // the nearer last
			if b.of[o.node] != near.from {
				stack[top] = o
				top++
			}
		}
	}
}

// shortest returns the bridges of a round, and joins the groups along the shortest one of each.
func (b *bridging) shortest(groups int) (pairs []bridge) {
	of := make(map[[2]int32]int32) // two groups' place in pairs
	for _, p := range b.near {
		if p.from > p.to {
			p.from, p.to = p.to, p.from
		}
		if p.a > p.b {
			p.a, p.b = p.b, p.a
		}
		k, ok := of[[2]int32{p.from, p.to}]
		switch {
		case !ok:
			of[[2]int32{p.from, p.to}] = int32(len(pairs))
			pairs = append(pairs, p)
		case p.d < pairs[k].d:
			pairs[k] = p
		}
	}
	best := make([]int32, groups) // of pairs, by group
	for g := range best {
		best[g] = -1
	}
	for k, p := range pairs {
		for _, g := range [2]int32{p.from, p.to} {
			if best[g] < 0 || p.d < pairs[best[g]].d {
				best[g] = int32(k)
			}
		}
	}
	for _, k := range best {
		b.uf.join(pairs[k].a, pairs[k].b)
	}
	return pairs
}
