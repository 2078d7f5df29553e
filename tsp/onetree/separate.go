package onetree

import (
	"cmp"
	"math"
	"slices"
)

const (
	visible = 0.005 // less of an edge is noise of the average
	loose   = 0.05  // a set is tight where its edges lack at most this for a path through it
	enough  = 0.3   // a comb that is violated by less is left alone
	largest = 150   // cities in the sets of a comb: larger ones cost more time than they bring
)

// blockSizes are the largest tight sets that are contracted before blossoms are looked for.
var blockSizes = []int32{1, 3, 10, 30, 100}

// separate returns combs that the average x of 1-trees over the edges of g violates, the most
// violated first.
//
// The edges with x, strong ones first, join cities to ever larger sets. Such a set is tight when a
// tour that x might stand for passes it once. With the largest tight sets of at most 1, 3, 10, ...
// cities contracted to one node each, the nodes joined by edges that are nearest to a half are
// handles, and edges of nearly 1 that leave them teeth: the odd components of Padberg and Hong ("On
// the symmetric travelling salesman problem: a computational study", Mathematical Programming Study
// 12, 1980) at every threshold at once. A blossom of the contracted graph is a comb of the cities,
// as in Padberg and Rinaldi ("Facet identification for the symmetric traveling salesman polytope",
// Mathematical Programming 47, 1990).
func separate(g *Graph, x []float64) (found []*comb) {
	s := &support{n: g.n}
	for e, w := range x {
		if w > visible {
			s.edges = append(s.edges, link{g.u[e], g.v[e], w})
		}
	}
	s.index()
	h := newHierarchy(s)
	seen := map[string]bool{}
	last := 0
	for _, size := range blockSizes {
		label, k := h.label(size)
		if k == last {
			continue // the same as before
		}
		last = k
		for _, c := range newBlossoms(s, label, k).all() {
			if !seen[c.key] {
				seen[c.key] = true
				found = append(found, c)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b *comb) int { return cmp.Compare(b.over, a.over) })
	return found
}

// link is an edge and the share that x has of it.
type link struct {
	a, b int32
	x    float64
}

// other returns the other end.
func (l *link) other(i int32) int32 { return l.a ^ l.b ^ i }

// support is the graph of the edges in x.
type support struct {
	n         int
	edges     []link
	off, edge []int32 // the edges of each node: edge[off[i]:off[i+1]]
}

func (s *support) index() {
	s.off = make([]int32, s.n+1)
	for _, l := range s.edges {
		s.off[l.a+1]++
		s.off[l.b+1]++
	}
	for i := range s.n {
		s.off[i+1] += s.off[i]
	}
	s.edge = make([]int32, 2*len(s.edges))
	fill := slices.Clone(s.off)
	for e, l := range s.edges {
		for _, i := range [2]int32{l.a, l.b} {
			s.edge[fill[i]] = int32(e)
			fill[i]++
		}
	}
}

func (s *support) of(i int32) []int32 { return s.edge[s.off[i]:s.off[i+1]] }

// merge joins the nodes of s by its edges, those of least key first. Of each union it tells the
// edges between the two sets and then the set, whose members those of the smaller follow.
func (s *support) merge(key func(l *link) float64, between func(large, small int32, l *link), joined func(large, small int32, members []int32)) {
	order := make([]int32, len(s.edges))
	for e := range order {
		order[e] = int32(e)
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(key(&s.edges[a]), key(&s.edges[b])), cmp.Compare(a, b))
	})
	root := make([]int32, s.n)
	members := make([][]int32, s.n)
	own := make([]int32, s.n)
	for i := range root {
		root[i], own[i] = int32(i), int32(i)
		members[i] = own[i : i+1 : i+1]
	}
	for _, e := range order {
		a, b := root[s.edges[e].a], root[s.edges[e].b]
		if a == b {
			continue
		}
		if len(members[a]) < len(members[b]) {
			a, b = b, a
		}
		for _, i := range members[b] {
			for _, f := range s.of(i) {
				if l := &s.edges[f]; root[l.other(i)] == a {
					between(a, b, l)
				}
			}
		}
		for _, i := range members[b] {
			root[i] = a
		}
		members[a] = append(members[a], members[b]...)
		members[b] = nil
		joined(a, b, members[a])
	}
}

// hierarchy is the tree of sets of cities that the strongest edges join first.
type hierarchy struct {
	n     int
	up    []int32 // of the cities, then the sets, smaller ones first: the set that it is in, -1 for none
	size  []int32
	tight []bool
}

func newHierarchy(s *support) *hierarchy {
	h := &hierarchy{n: s.n}
	node := make([]int32, s.n)     // of the set with this root
	inside := make([]float64, s.n) // x within it
	add := func(size int, tight bool) int32 {
		h.up, h.size, h.tight = append(h.up, -1), append(h.size, int32(size)), append(h.tight, tight)
		return int32(len(h.up) - 1)
	}
	for i := range node {
		node[i] = add(1, true)
	}
	s.merge(func(l *link) float64 { return -l.x },
		func(a, _ int32, l *link) { inside[a] += l.x },
		func(a, b int32, members []int32) {
			inside[a] += inside[b]
			set := add(len(members), float64(len(members)-1)-inside[a] <= loose)
			h.up[node[a]], h.up[node[b]] = set, set
			node[a] = set
		})
	return h
}

// label gives the cities of each largest tight set of at most the size a number of its own below k.
func (h *hierarchy) label(size int32) (label []int32, k int) {
	top := make([]int32, len(h.up)) // the largest such set above
	for v := len(top) - 1; v >= 0; v-- {
		top[v] = -1
		if p := h.up[v]; p >= 0 {
			top[v] = top[p]
		}
		if top[v] < 0 && h.tight[v] && h.size[v] <= size {
			top[v] = int32(v)
		}
	}
	label = make([]int32, h.n)
	name := make([]int32, len(top)) // from 1
	for i := range label {
		t := top[i]
		if name[t] == 0 {
			k++
			name[t] = int32(k)
		}
		label[i] = name[t] - 1
	}
	return label, k
}

// blossoms looks for blossoms in a support contracted to nodes.
type blossoms struct {
	*support
	cities [][]int32 // of each node, ascending
	total  int       // cities
	inside []bool    // whether a node is in the handle that is looked at
	count  []int32   // teeth at a node
}

// newBlossoms contracts the cities of each label.
func newBlossoms(s *support, label []int32, k int) *blossoms {
	b := &blossoms{support: &support{n: k}, cities: make([][]int32, k), total: s.n, inside: make([]bool, k), count: make([]int32, k)}
	for i, l := range label {
		b.cities[l] = append(b.cities[l], int32(i))
	}
	for _, e := range s.edges {
		if i, j := label[e.a], label[e.b]; i != j {
			b.edges = append(b.edges, link{min(i, j), max(i, j), e.x})
		}
	}
	slices.SortStableFunc(b.edges, func(e, f link) int { return cmp.Or(cmp.Compare(e.a, f.a), cmp.Compare(e.b, f.b)) })
	kept := b.edges[:0]
	for _, e := range b.edges {
		if k := len(kept) - 1; k >= 0 && kept[k].a == e.a && kept[k].b == e.b {
			kept[k].x += e.x
		} else {
			kept = append(kept, e)
		}
	}
	b.edges = kept
	for e := range b.edges {
		b.edges[e].x = min(1, b.edges[e].x)
	}
	b.index()
	return b
}

// doubt is how far an edge is from being in a tour or not.
func (l *link) doubt() float64 { return min(l.x, 1-l.x) }

// all returns violated combs, for each set of nodes that doubtful edges join at most one.
func (b *blossoms) all() (found []*comb) {
	out := make([]float64, b.n) // sum of doubt of the edges that leave a set
	size := make([]int, b.n)    // cities in it
	for i := range int32(b.n) {
		size[i] = len(b.cities[i])
		for _, e := range b.of(i) {
			out[i] += b.edges[e].doubt()
		}
	}
	b.merge(func(l *link) float64 { return -l.doubt() },
		func(large, small int32, l *link) {
			out[large] -= l.doubt()
			out[small] -= l.doubt()
		},
		func(large, small int32, members []int32) {
			out[large] += out[small]
			size[large] += size[small]
			if out[large] > 1-enough || min(size[large], b.total-size[large]) > largest {
				return
			}
			if c := b.comb(slices.Clone(members)); c != nil {
				found = append(found, c)
			}
		})
	return found
}

// comb returns the comb of a handle and the best teeth for it, nil if it is not violated enough.
// Teeth that meet in a node are none: it changes sides, and both are gone. h is overwritten.
func (b *blossoms) comb(h []int32) *comb {
	for _, i := range h {
		b.inside[i] = true
	}
	defer func() {
		for _, i := range h {
			b.inside[i] = false
		}
	}()
	for range 6 { // more of it was never seen to end well
		teeth, lack := b.teeth(h)
		if len(teeth) < 3 || lack > 1-enough {
			return nil
		}
		met := false
		for _, e := range teeth {
			b.count[b.edges[e].a]++
			b.count[b.edges[e].b]++
		}
		for _, e := range teeth {
			for _, i := range [2]int32{b.edges[e].a, b.edges[e].b} {
				if b.count[i] > 1 {
					met = true
					if b.inside[i] {
						h = slices.DeleteFunc(h, func(j int32) bool { return i == j })
					} else {
						h = append(h, i)
					}
					b.inside[i] = !b.inside[i]
				}
				b.count[i] = 0
			}
		}
		if !met {
			return b.sets(h, teeth, 1-lack)
		}
	}
	return nil
}

// teeth returns the odd set F of edges that leave the handle h for which the blossom inequality
//
//	x(leaving edges outside F) + sum over F of (1 - x) >= 1
//
// is violated most, and its left side.
func (b *blossoms) teeth(h []int32) (teeth []int32, lack float64) {
	least, at := math.Inf(1), int32(-1) // what the cheapest change of F costs
	for _, i := range h {
		for _, e := range b.of(i) {
			l := &b.edges[e]
			if b.inside[l.other(i)] {
				continue
			}
			lack += l.doubt()
			if l.x > 0.5 {
				teeth = append(teeth, e)
			}
			if more := 1 - 2*l.doubt(); more < least {
				least, at = more, e
			}
		}
	}
	if len(teeth)&1 == 0 && at >= 0 {
		lack += least
		if k := slices.Index(teeth, at); k >= 0 {
			teeth = slices.Delete(teeth, k, k+1)
		} else {
			teeth = append(teeth, at)
		}
	}
	return teeth, lack
}

// sets returns the comb of cities, nil if it is too large. Of a handle and its complement, which
// give the same inequality, it has the smaller.
func (b *blossoms) sets(h, teeth []int32, over float64) *comb {
	size := 0
	for _, i := range h {
		size += len(b.cities[i])
	}
	if other := b.total - size; other < size && other <= largest {
		size, h = other, nil
		for i := range int32(b.n) {
			if !b.inside[i] {
				h = append(h, i)
			}
		}
	}
	for _, e := range teeth {
		size += len(b.cities[b.edges[e].a]) + len(b.cities[b.edges[e].b])
	}
	if size > largest {
		return nil
	}
	union := func(nodes ...int32) (set []int32) {
		for _, i := range nodes {
			set = append(set, b.cities[i]...)
		}
		slices.Sort(set)
		return set
	}
	sets := make([][]int32, 0, len(teeth))
	for _, e := range teeth {
		sets = append(sets, union(b.edges[e].a, b.edges[e].b))
	}
	c := newComb(union(h...), sets)
	c.over = over
	return c
}
