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
	for b.number() > 1 {
		if err := b.look(ctx); err != nil {
			return nil, err
		}
		all = append(all, b.shortest()...)
	}
	slices.SortFunc(all, func(p, q bridge) int {
		return cmp.Or(cmp.Compare(p.d, q.d), cmp.Compare(p.u, q.u), cmp.Compare(p.v, q.v))
	})
	edges := make([][2]int32, 0, len(all))
	for _, e := range slices.Compact(all) {
		edges = append(edges, [2]int32{b.g.order[e.u], b.g.order[e.v]})
	}
	return edges, ctx.Err()
}

// bridging is the state of Bridges: a complete without penalties, whose components are the groups, named
// after their first cities.
type bridging struct {
	*complete
	uf   union
	near []bridge // of each city, to the nearest one of another group; u is -1 before that is looked for
}

// bridge is an edge from city u to city v of another group.
type bridge struct {
	u, v int32
	d    int64
}

func newBridging(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, k int) *bridging {
	n := in.N()
	g := newCities(ctx, in)
	b := &bridging{complete: newComplete(g, make([]int64, n)), uf: newUnion(n), near: make([]bridge, n)}
	b.comp = make([]int32, n)
	if g.kd != nil {
		b.penalties()
		b.whole = make([]int32, len(g.kd.nodes))
	}
	for i, city := range g.order {
		of := nb.Of(city)
		for _, j := range of[:min(k, len(of))] {
			b.uf.join(int32(i), g.rank[j])
		}
		b.near[i].u = -1
	}
	for _, e := range in.Fixed {
		b.uf.join(g.rank[e[0]], g.rank[e[1]])
	}
	return b
}

// number tells each city its group, and returns how many groups there are.
func (b *bridging) number() (groups int) {
	for i := range b.comp {
		if b.comp[i] = b.uf.find(int32(i)); int(b.comp[i]) == i {
			groups++
		}
	}
	if b.g.kd != nil {
		b.settle()
	}
	return groups
}

// look finds of each city the nearest one of another group.
func (b *bridging) look(ctx context.Context) error {
	const size = 256
	n := b.g.n
	return tsp.Parallel(ctx, (n+size-1)/size, func() func(int) {
		var buf []int32
		if b.g.kd == nil {
			buf = make([]int32, n)
		}
		return func(k int) {
			last := int32(-1) // what is nearest to one city is not far from the next
			for i := int32(k * size); i < int32(min(n, (k+1)*size)); i++ {
				if e := &b.near[i]; e.u < 0 || b.comp[e.v] == b.comp[i] { // else it is the nearest one still
					*e = b.outward(i, last, buf)
				}
				last = b.near[i].v
			}
		}
	})
}

// outward returns the edge from city i to the nearest one of another group; last is one that may be near,
// -1 for none. buf has room for a row where there is no kd-tree.
func (b *bridging) outward(i, last int32, buf []int32) bridge {
	e := bridge{i, -1, math.MaxInt64}
	if last >= 0 && b.comp[last] != b.comp[i] {
		e.v, e.d = last, b.local(i, last)
	}
	if b.g.kd != nil {
		if j, d := b.nearest(i, b.comp[i], -1, e.d); j >= 0 {
			e.v, e.d = j, d
		}
		return e
	}
	for j, d := range b.g.row(i, buf) {
		if b.comp[j] != b.comp[i] && int64(d) < e.d {
			e.v, e.d = int32(j), int64(d)
		}
	}
	return e
}

// shortest returns the bridges of a round, and joins the groups along the shortest one of each.
func (b *bridging) shortest() (found []bridge) {
	at := make(map[[2]int32]int32) // where the shortest between two groups is found
	for _, e := range b.near {
		if e.u > e.v {
			e.u, e.v = e.v, e.u
		}
		x, y := b.comp[e.u], b.comp[e.v]
		groups := [2]int32{min(x, y), max(x, y)}
		k, ok := at[groups]
		switch {
		case !ok:
			at[groups] = int32(len(found))
			found = append(found, e)
		case e.d < found[k].d:
			found[k] = e
		}
	}
	best := make(map[int32]bridge) // of a group
	for _, e := range found {
		for _, g := range [2]int32{b.comp[e.u], b.comp[e.v]} {
			if old, ok := best[g]; !ok || e.d < old.d {
				best[g] = e
			}
		}
	}
	for _, e := range best { // in any order: they leave the same groups
		b.uf.join(e.u, e.v)
	}
	return found
}
