package onetree

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"tspmcts/tsp"
)

// Graph is a sparse connected graph of candidate edges over an instance: the
// nearest neighbours, the nearest cities of every quadrant, the fixed edges, and
// a minimum spanning tree where these leave it in pieces. It does not change once built.
//
// Inside, cities are numbered in the leaf order of a kd-tree (memory locality);
// everything exported speaks the instance's own ids.
type Graph struct {
	in    *tsp.Instance
	n     int
	shift uint    // a reduced cost is distance << shift plus the two pi
	limit int64   // |pi| stays below this, so that no sum overflows
	order []int32 // internal -> city
	rank  []int32 // city -> internal
	kd    *kdTree // nil: no geometry that prunes
	bonus int32   // how far below 0 a fixed edge is in a 1-tree, 0 where none is fixed; see bonusOf

	// Edges, each once, u < v, ascending by (u, v), in internal ids.
	u, v []int32
	d    []int32

	// Edges of each city: edge numbers edge[off[i]:off[i+1]].
	off, edge []int32
}

// fineness is the number of bits that resolve the mean length of a candidate edge in a pi.
const fineness = 20

// NewGraph builds the graph of the nb.K nearest neighbours and, for metrics with
// geometry, the perQuadrant nearest cities in each quadrant around each city, in
// space half as many in each octant; 0 leaves these out. Cost O(n log n); in the worst
// case, a metric without geometry and neighbours that do not connect, O(n^2).
// The error is ctx's.
func NewGraph(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, perQuadrant int) (*Graph, error) {
	return NewGraphByParts(ctx, in, nb, perQuadrant, 4096, nil) // what cores do at a time
}

// NewGraphByParts is NewGraph, and tells of the cities that it has looked at: some parts of about
// size cities at a time, which lie together where there is geometry. Whoever waits for the graph has
// something to do then. told may be nil.
func NewGraphByParts(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, perQuadrant, size int,
	told func(parts [][]int32)) (*Graph, error) {
	g := newCities(ctx, in)
	g.bonus = bonusOf(in, nb)
	width := nb.K
	if g.kd != nil {
		if g.kd.sectorCount() == 8 {
			perQuadrant = (perQuadrant + 1) / 2
		}
		width += perQuadrant * g.kd.sectorCount()
	}
	us, vs, err := g.near(ctx, nb, width, perQuadrant, size, told)
	if err != nil {
		return nil, err
	}
	for _, e := range in.Fixed {
		i, j := g.rank[e[0]], g.rank[e[1]]
		us, vs = append(us, min(i, j)), append(vs, max(i, j))
	}
	g.setEdges(ctx, us, vs)
	if (g.kd != nil || in.Metric == tsp.Graph) && g.connected() {
		return g, nil
	}
	// The minimum spanning tree of the complete graph joins the pieces. Without
	// geometry to choose by, ties make the nearest neighbours a poor choice; Prim's algorithm
	// brings the edges of least alpha-nearness along.
	c := newComplete(g, make([]int64, g.n))
	c.special = -1
	if err := c.tree(ctx); err != nil {
		return nil, err
	}
	more := c.grown(ctx)
	more.setScale()
	return more, nil
}

// newCities returns the graph of no edges.
func newCities(ctx context.Context, in *tsp.Instance) *Graph {
	n := in.N()
	g := &Graph{in: in, n: n}
	g.kd, g.order = newKD(ctx, in)
	if g.order == nil {
		g.order = make([]int32, n)
		for i := range g.order {
			g.order[i] = int32(i)
		}
	}
	g.rank = make([]int32, n)
	for i, city := range g.order {
		g.rank[city] = int32(i)
	}
	return g
}

// Geometric reports whether the metric has geometry that prunes: near numbers are near cities.
func (g *Graph) Geometric() bool { return g.kd != nil }

// near returns the edges of each city to its neighbours and the perQuadrant nearest in each
// quadrant, width at most; size and told are NewGraphByParts's. The error is ctx's.
func (g *Graph) near(ctx context.Context, nb *tsp.Neighbors, width, perQuadrant, size int,
	told func(parts [][]int32)) (us, vs []int32, err error) {
	us, vs = make([]int32, g.n*width), make([]int32, g.n*width)
	m := 0
	for parts := range g.batches(ctx, size) {
		ends := make([]int, len(parts)) // of the edges of each part
		err = tsp.Parallel(ctx, len(parts), func() func(int) {
			var near []int32
			return func(k int) {
				e := int(g.rank[parts[k][0]]) * width
				for p, city := range parts[k] {
					if p%256 == 0 && ctx.Err() != nil {
						return
					}
					i := g.rank[city]
					near = near[:0]
					for _, other := range nb.Of(city) {
						near = append(near, g.rank[other])
					}
					if g.kd != nil && perQuadrant > 0 {
						near = g.kd.sectors(near, i, perQuadrant, g.full(near, i, perQuadrant))
					}
					for _, j := range near {
						us[e], vs[e] = min(i, j), max(i, j)
						e++
					}
				}
				ends[k] = e
			}
		})
		if err != nil {
			return nil, nil, err
		}
		for k, end := range ends {
			from := int(g.rank[parts[k][0]]) * width
			copy(vs[m:], vs[from:end])
			m += copy(us[m:], us[from:end])
		}
		if told != nil {
			told(parts)
		}
	}
	return us[:m], vs[:m], nil
}

// full returns, a bit each, the sectors around city i in which the per nearest cities are among
// near, its nearest neighbours. Those that are nearer than the last one are nearer than all others.
func (g *Graph) full(near []int32, i int32, per int) (sectors uint) {
	s := g.kd
	if len(near) == 0 || s.form == sum1 || s.form == max1 || g.in.Metric == tsp.Geodesic {
		return 0 // nearer need not be nearer in a straight line
	}
	var count [8]int
	q := s.p[int(i)*s.dims:][:s.dims]
	up := s.zenith(q)
	last := g.in.Dist(g.order[i], g.order[near[len(near)-1]])
	for _, j := range near {
		if g.in.Dist(g.order[i], g.order[j]) == last {
			break
		}
		sector := 0
		for a, v := range s.p[int(j)*s.dims:][:s.dims] {
			if v >= q[a] && a != up {
				sector |= 1 << a
			}
		}
		if count[sector]++; count[sector] == per {
			sectors |= 1 << sector
		}
	}
	return sectors
}

// bonusOf returns the bonus of fixed edges, 0 where there are none. Every tour has all of them, and a
// 1-tree that need not is a bound far below, whose penalties say little of the other edges: in the
// 1-tree each is as long as the bonus below 0, so that it takes them. The bonus is twice the longest
// edge to a neighbour, which keeps the sum over n fixed edges below 2^60 as well.
func bonusOf(in *tsp.Instance, nb *tsp.Neighbors) int32 {
	if !in.HasFixed() {
		return 0
	}
	most := int32(1)
	for i := range int32(in.N()) {
		for _, j := range nb.Of(i) {
			if d := in.Dist(i, j); d <= tsp.MaxDist/2 {
				most = max(most, d)
			}
		}
	}
	return 2 * most
}

// dist is the distance of two cities, and the bonus below 0 where the edge is fixed.
func (g *Graph) dist(i, j int32) int32 {
	if g.bonus > 0 && g.in.IsFixed(i, j) {
		return -g.bonus
	}
	return g.in.Dist(i, j)
}

// row returns the distances of a city to all, as dist has them, but for itself; ids are internal.
// buf has room for them.
func (g *Graph) row(i int32, buf []int32) []int32 {
	if g.kd != nil { // else the order is that of the cities
		buf = buf[:g.n]
		for j := range buf {
			buf[j] = g.dist(g.order[i], g.order[j])
		}
		return buf
	}
	row := g.in.Row(i, buf)
	if a, b := g.in.FixedPartners(i); g.bonus > 0 && a >= 0 {
		row = append(buf[:0], row...) // it may be that of a matrix
		for ; a >= 0; a, b = b, -1 {
			row[a] = -g.bonus
		}
	}
	return row
}

// rebate is by how much fixed edges are longer than in a 1-tree, in core units.
func (g *Graph) rebate() (sum int64) {
	if g.bonus > 0 {
		for _, e := range g.in.Fixed {
			sum += int64(g.bonus) + int64(g.in.Dist(e[0], e[1]))
		}
	}
	return sum
}

// setEdges sorts the edges (us[e] < vs[e]), drops copies and builds the rest of the graph.
func (g *Graph) setEdges(ctx context.Context, us, vs []int32) {
	n := g.n
	start := make([]int32, n+1)
	for _, u := range us {
		start[u+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	row := make([]int32, len(us))
	fill := slices.Clone(start[:n])
	for e, u := range us {
		row[fill[u]] = vs[e]
		fill[u]++
	}
	first := make([]int32, n+1) // edge of each city as the lower end
	chunks(ctx, n, func(from, to int) {
		for i := from; i < to; i++ {
			r := row[start[i]:start[i+1]]
			slices.Sort(r)
			first[i+1] = int32(len(slices.Compact(r)))
		}
	})
	for i := range n {
		first[i+1] += first[i]
	}
	m := first[n]
	g.u, g.v, g.d = make([]int32, m), make([]int32, m), make([]int32, m)
	chunks(ctx, n, func(from, to int) {
		for i := from; i < to; i++ {
			r := row[start[i]:]
			for k, e := 0, first[i]; e < first[i+1]; k, e = k+1, e+1 {
				g.u[e], g.v[e] = int32(i), r[k]
				g.d[e] = g.dist(g.order[i], g.order[r[k]])
			}
		}
	})

	g.index(fill)
	if g.shift == 0 && g.limit == 0 {
		g.setScale()
	}
}

// index lists the edges of each city; fill is scratch as long as there are cities.
func (g *Graph) index(fill []int32) {
	g.off = make([]int32, g.n+1)
	for e := range g.u {
		g.off[g.u[e]+1]++
		g.off[g.v[e]+1]++
	}
	for i := range g.n {
		g.off[i+1] += g.off[i]
	}
	g.edge = make([]int32, 2*len(g.u))
	copy(fill, g.off[:g.n])
	for e := range g.u {
		g.edge[fill[g.u[e]]] = int32(e)
		fill[g.u[e]]++
		g.edge[fill[g.v[e]]] = int32(e)
		fill[g.v[e]]++
	}
}

// setScale chooses the units of a pi.
func (g *Graph) setScale() {
	var sum, longest int64
	for _, d := range g.d {
		sum += int64(max(0, d))
		longest = max(longest, int64(d), int64(-d))
	}
	mean := uint64(0)
	if len(g.d) > 0 {
		mean = uint64(sum) / uint64(len(g.d))
	}
	// n longest edges must stay below 2^60 in reduced cost, and n pi below 2^59.
	shift := min(fineness-bits.Len64(mean), 60-bits.Len(uint(g.n))-bits.Len64(uint64(longest)))
	g.shift = uint(max(0, shift))
	g.limit = 1 << (59 - bits.Len(uint(g.n)))
}

// connected reports whether the edges span all cities.
func (g *Graph) connected() bool {
	_, pieces := g.pieces()
	return pieces <= 1
}

// pieces returns which cities the edges connect, and how many pieces that leaves.
func (g *Graph) pieces() (uf union, left int) {
	uf, left = newUnion(g.n), g.n
	for e := range g.u {
		if uf.join(g.u[e], g.v[e]) {
			left--
		}
	}
	return uf, left
}

// spot is a city, or a box of cities, seen from a city.
type spot struct {
	sq   float64 // how far away, squared
	turn int32   // decides between what is as far; of a box, that of its first city
	at   int32   // its number
}

// after reports whether a, or all that is in a, comes after b.
func (a *spot) after(b *spot) bool { return a.sq > b.sq || a.sq == b.sq && a.turn > b.turn }

// sectorCount is the number of sectors around a city.
func (s *kdTree) sectorCount() int {
	if s.globe {
		return 4
	}
	return 1 << s.dims
}

// zenith returns the axis that is nearest to upright at q on the globe, which sectors do not tell
// apart: what lies around q is nearly a plane, and has quadrants. Elsewhere it is -1.
func (s *kdTree) zenith(q []float64) int {
	if !s.globe {
		return -1
	}
	x, y, z := math.Abs(q[0]), math.Abs(q[1]), math.Abs(q[2])
	switch {
	case x >= y && x >= z:
		return 0
	case y >= z:
		return 1
	}
	return 2
}

// sectors appends the per nearest cities in each quadrant (octant in space) around city i; per is positive.
// Cities that share an axis with it fall into the sector of larger coordinates. Sectors in full, a
// bit each, are left out. Of cities as far those come first that are on city i's side of the nodes.
//
// What is nearer is looked at first. In the order of sides, where a sector is empty for a long way,
// as on a circle, its cities are met from the far end on, and none is left out.
func (s *kdTree) sectors(dst []int32, i int32, per int, full uint) []int32 {
	var stack [64]spot
	var nearest [16]spot // ascending
	q := s.p[int(i)*s.dims:][:s.dims]
	best := nearest[:min(per, len(nearest))]
	last := &best[len(best)-1]
	up := s.zenith(q)
	for sector := range 1 << s.dims {
		if full>>sector&1 == 1 || up >= 0 && sector>>up&1 == 1 {
			continue
		}
		for k := range best {
			best[k] = spot{sq: math.Inf(1), turn: -1, at: -1} // after all cities, before what is outside
		}
		top := 1
		stack[0] = spot{}
		for top > 0 {
			top--
			here := stack[top]
			if here.after(last) {
				continue
			}
			nd := &s.nodes[here.at]
			if nd.right != 0 {
				near, far := spot{turn: here.turn, at: here.at + 1}, spot{turn: here.turn, at: nd.right}
				if i >= s.nodes[nd.right].lo {
					near, far = far, near
				}
				far.turn += s.nodes[near.at].hi - s.nodes[near.at].lo
				near.sq, far.sq = s.within(sector, up, q, near.at), s.within(sector, up, q, far.at)
				if near.after(&far) {
					near, far = far, near
				}
				stack[top], stack[top+1] = far, near
				top += 2
				continue
			}
		cities:
			for j := nd.lo; j < nd.hi; j++ {
				if j == i {
					continue
				}
				c := spot{turn: here.turn + j - nd.lo, at: j}
				for a, v := range s.p[int(j)*s.dims:][:s.dims] {
					if a != up && (v >= q[a]) != (sector>>a&1 == 1) {
						continue cities
					}
					c.sq += float64((v - q[a]) * (v - q[a]))
				}
				if c.after(last) {
					continue
				}
				k := len(best) - 1
				for ; k > 0 && best[k-1].after(&c); k-- {
					best[k] = best[k-1]
				}
				best[k] = c
			}
		}
		for _, c := range best {
			if c.at >= 0 {
				dst = append(dst, c.at)
			}
		}
	}
	return dst
}

// within returns how far from q the box of a node is, squared, infinity where it is not in the
// sector around q, which does not tell the axis up apart.
func (s *kdTree) within(sector, up int, q []float64, node int32) (sq float64) {
	nd := &s.nodes[node]
	for a, v := range q {
		if above := sector>>a&1 == 1; a != up && (above && nd.max[a] < v || !above && nd.min[a] >= v) {
			return math.Inf(1)
		}
		t := gap(v, nd.min[a], nd.max[a])
		sq += float64(t * t)
	}
	return sq
}

// union is a union-find over cities with path halving.
type union []int32

func newUnion(n int) union {
	uf := make(union, n)
	for i := range uf {
		uf[i] = int32(i)
	}
	return uf
}

func (uf union) find(i int32) int32 {
	for uf[i] != i {
		uf[i] = uf[uf[i]]
		i = uf[i]
	}
	return i
}

// join unites the sets of i and j and reports whether they were apart.
func (uf union) join(i, j int32) bool {
	i, j = uf.find(i), uf.find(j)
	if i == j {
		return false
	}
	if i < j {
		uf[j] = i
	} else {
		uf[i] = j
	}
	return true
}
