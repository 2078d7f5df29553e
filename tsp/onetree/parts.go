package onetree

import (
	"context"
	"iter"
	"slices"

	"tspmcts/tsp"
)

// AlphaByParts is Ascend and Alpha of a graph with geometry by parts of about size cities, each for
// itself, with those around it that two edges reach: penalties are a matter of what is near. A part
// fits the cache of the core that has it, and candidates are there before the last part is done.
// After some parts at a time told, if not nil, is told of their cities, whose candidates are those
// of c from then on, without alpha, which would take most of the memory. The parts, and what is
// found of them, depend on the graph, opt and size alone; how many are told of at a time, on the
// cores that ctx allows. The error is ctx's.
func (g *Graph) AlphaByParts(ctx context.Context, opt Options, m, size int, told func(c *Candidates, parts [][]int32)) (*Candidates, error) {
	c := g.newCandidates(m)
	one := tsp.WithWorkers(ctx, 1)
	places := make(chan []int32, tsp.Workers(ctx)) // scratch, one a core
	for range cap(places) {
		places <- make([]int32, g.n)
	}
	if g.kd == nil { // near numbers are not near cities
		size = g.n
	}
	for parts := range g.batches(ctx, size) {
		err := tsp.Parallel(ctx, len(parts), func() func(int) {
			return func(k int) {
				place := <-places
				lo := g.rank[parts[k][0]]
				hi := lo + int32(len(parts[k]))
				part, own := g.around(lo, hi, place)
				places <- place
				r := ascend(one, part, opt)
				alpha, full := r.nearness(one)
				part.list(c, own, own+hi-lo, alpha, full)
			}
		})
		if err != nil {
			return nil, err
		}
		if told != nil {
			told(c, parts)
		}
	}
	return c, nil
}

// batches are the parts of about size cities that g is worked on by, in its order, some at a time.
func (g *Graph) batches(ctx context.Context, size int) iter.Seq[[][]int32] {
	count := max(1, g.n/size)
	batch := max(tsp.Workers(ctx), count/24)
	return func(yield func([][]int32) bool) {
		for first := 0; first < count; first += batch {
			parts := make([][]int32, min(batch, count-first))
			for k := range parts {
				parts[k] = slices.Clone(g.order[g.n*(first+k)/count : g.n*(first+k+1)/count])
			}
			if !yield(parts) {
				return
			}
		}
	}
}

// rim is how many edges away from a part the cities around it are.
const rim = 2

// around returns the graph of the cities lo to hi-1, in internal ids, and those around them, in the
// same order, and the place of the first. place is scratch: 0 for each city, before and after.
func (g *Graph) around(lo, hi int32, place []int32) (part *Graph, own int32) {
	var cities []int32
	for i := lo; i < hi; i++ {
		cities = append(cities, i)
		place[i] = 1
	}
	for layer, from := 0, 0; layer < rim; layer++ {
		to := len(cities)
		for _, i := range cities[from:to] {
			for _, e := range g.edge[g.off[i]:g.off[i+1]] {
				if j := g.u[e] ^ g.v[e] ^ i; place[j] == 0 {
					place[j] = 1
					cities = append(cities, j)
				}
			}
		}
		from = to
	}
	slices.Sort(cities)
	first, _ := slices.BinarySearch(cities, lo)
	part = &Graph{in: g.in, n: len(cities), shift: g.shift, limit: g.limit, bonus: g.bonus, order: make([]int32, len(cities))}
	for k, i := range cities {
		part.order[k] = g.order[i]
		place[i] = int32(k) + 1
	}
	part.take(g, cities, place, nil)
	if uf, pieces := part.pieces(); pieces > 1 { // what holds them together lies further away
		part.take(g, cities, place, uf)
	}
	part.index(make([]int32, part.n))
	for _, i := range cities {
		place[i] = 0
	}
	return part, int32(first)
}

// take makes the part's edges those of g between its cities, and where uf is not nil the first of
// each of its pieces is joined to the city before.
func (part *Graph) take(g *Graph, cities, place []int32, uf union) {
	part.u, part.v, part.d = part.u[:0], part.v[:0], part.d[:0]
	for k, i := range cities {
		u := int32(k)
		if next := u + 1; uf != nil && int(next) < part.n && uf.find(next) == next {
			part.u, part.v = append(part.u, u), append(part.v, next)
			part.d = append(part.d, g.dist(g.order[i], g.order[cities[next]]))
		}
		for _, e := range g.edge[g.off[i]:g.off[i+1]] {
			if v := place[g.v[e]] - 1; g.u[e] == i && v >= 0 {
				part.u, part.v, part.d = append(part.u, u), append(part.v, v), append(part.d, g.d[e])
			}
		}
	}
}
