package tsp

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/kyroy/kdtree"
	"github.com/kyroy/kdtree/kdrange"
)

// How the nearest neighbours are found. The trees are github.com/kyroy/kdtree's.
// One tree over everything with a KNN query a city would cost tens of
// microseconds a query (its queue is sorted anew at every insertion), would
// lose cities that tie, and could not be interrupted while it is built. So:
//
//  1. merge: cities in one place become one site, so that no tree holds a point
//     twice and a thousand cities in one place cost no more than k of them.
//  2. lift, split: the sites are halved at the median of their widest axis until a
//     cell holds at most cellSize of them. Cells are leaves of a complete
//     binary tree of bounding boxes.
//  3. plant: every cell gets its own k-d tree, when it is first looked at.
//  4. query: the sites of a cell are taken in the tree's order, a group of
//     near ones at a time. One box around the group, as much larger as the
//     last group's needed to be, is looked up in the trees that it meets. All
//     sites inside are ranked for each site of the group by the instance's own
//     distance.
//
// The proof that a rank is final rests on one inequality that all metrics
// share: if two sites differ by more than reach(D) along one axis, their
// distance is more than D. A site whose k-th distance is D is done when the box
// holds everything within reach(D) of it along each axis. The few others (and
// groups whose box would meet too many cells, or hold too many sites) descend
// into the cells alone. A node's box and the least number of its sites say
// below which keys, distance and number, none of its cities is; what is lower
// is looked at first, until no node is below the worst key that is kept. So
// where rounding makes very many distances equal, and numbers alone decide,
// low numbers are found at once, wherever they lie.
//
// Geo and GeoM are looked up as points of the unit sphere in space, Haversine and
// Geodesic as places in space too, whose chords are no longer than the distances, XRay with
// its axes scaled as its metric does and the box repeated one turn to each side.

// cellSize is the largest number of sites in a cell; 256 to 1024 measured
// the same within the noise, 64 was slower. The tests lower it.
var cellSize = 512

// blockSize is the number of sites of a cell that share a box of their own.
const blockSize = 16

// site is a place with at least one city: a point of the k-d trees.
type site struct {
	c    [3]float64
	u    int32 // which site, in the order of their first cities
	dims int32
}

func (s *site) Dimensions() int         { return int(s.dims) }
func (s *site) Dimension(i int) float64 { return s.c[i] }

// box is an axis-parallel box, borders included.
type box struct{ lo, hi [3]float64 }

func (b *box) around(c *[3]float64) {
	for a, v := range c {
		b.lo[a], b.hi[a] = min(b.lo[a], v), max(b.hi[a], v)
	}
}

func (b *box) meets(o *box) bool {
	return b.lo[0] <= o.hi[0] && o.lo[0] <= b.hi[0] && b.lo[1] <= o.hi[1] && o.lo[1] <= b.hi[1] && b.lo[2] <= o.hi[2] && o.lo[2] <= b.hi[2]
}

func (b *box) holds(o *box) bool {
	return b.lo[0] <= o.lo[0] && o.hi[0] <= b.hi[0] && b.lo[1] <= o.lo[1] && o.hi[1] <= b.hi[1] && b.lo[2] <= o.lo[2] && o.hi[2] <= b.hi[2]
}

var nowhere = box{[3]float64{math.Inf(1), math.Inf(1), math.Inf(1)}, [3]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)}}

// region is a box around sites, and the least number among them.
type region struct {
	box
	least int32
}

var noSites = region{nowhere, math.MaxInt32}

func (r *region) take(s *site) {
	r.around(&s.c)
	r.least = min(r.least, s.u)
}

type cell struct {
	from, to int32 // its sites
	planted  sync.Once
	order    []*site  // the same in the tree's order
	blocks   []region // each of blockSize of those
	tree     *kdtree.KDTree
}

type index struct {
	in     *Instance
	cities []int32 // nil for all; a "row" below is a position here
	rows   int
	m      int // keys to keep for a site: k and the city itself

	start   []int32 // members[start[u]:start[u+1]] are the rows of site u, ascending; nil when every row is a site
	members []int32
	first   []int32 // first row of each site; nil as start

	sites  []site
	depth  int // the cells are the nodes 1<<depth and up
	nodes  []region
	cells  []cell
	slack  float64 // above the rounding error of a sum of coordinates
	period float64 // of the first axis, 0 for none
	sphere bool
}

func newIndex(in *Instance, cities []int32, k int) *index {
	ix := &index{in: in, cities: cities, rows: len(cities), m: k + 1}
	if cities == nil {
		ix.rows = in.N()
	}
	switch in.Metric {
	case Geo, GeoM, Haversine, Geodesic:
		ix.sphere = true
	case XRay1:
		ix.period = 360
	case XRay2:
		ix.period = 360 / 1.25
	}
	return ix
}

func (ix *index) city(row int32) int32 {
	if ix.cities == nil {
		return row
	}
	return ix.cities[row]
}

// count returns the number of sites.
func (ix *index) count() int {
	if ix.start == nil {
		return ix.rows
	}
	return len(ix.first)
}

// row returns the first row of site u.
func (ix *index) row(u int32) int32 {
	if ix.start == nil {
		return u
	}
	return ix.first[u]
}

// place returns the coordinates of city i in the space of the trees.
func (ix *index) place(i int32) (c [3]float64) {
	p := ix.in.pts[i]
	c[0], c[1] = p.x, p.y
	if ix.in.z != nil {
		c[2] = ix.in.z[i]
	}
	switch ix.in.Metric {
	case Geo, GeoM:
		sinLat, cosLat := math.Sincos(p.x)
		sinLon, cosLon := math.Sincos(p.y)
		c = [3]float64{cosLat * cosLon, cosLat * sinLon, sinLat}
	case Haversine, Geodesic:
		p := ix.in.globe[i]
		c = [3]float64{p.x, p.y, p.z}
	case XRay2:
		c[0], c[1], c[2] = c[0]/1.25, c[1]/1.5, c[2]/1.15
	}
	return c
}

// reach returns how far apart in the space of the trees, and so along one axis, two sites can be at
// most without being further apart than d.
func (ix *index) reach(d int32) float64 {
	x := float64(d)
	switch ix.in.Metric {
	case Ceil2D, Ceil3D:
	case Floor2D, Floor3D:
		x++
	case Att:
		x *= math.Sqrt(10)
	case XRay1, XRay2:
		x = (x + 0.5) / 100
	case Geo:
		x = chord(x/6378.388 + 1e-7) // the arc cosine of nearly 1 is off by up to 3e-8
	case GeoM:
		x = chord(x/6378388 + 1e-12)
	default:
		x += 0.5
	}
	return x*(1+1e-12) + ix.slack
}

func chord(angle float64) float64 {
	if angle >= math.Pi {
		return 4
	}
	return 2 * math.Sin(angle/2)
}

// atLeast is reach the other way around: what the distance of two sites is at least that are gap
// apart.
func (ix *index) atLeast(gap float64) int32 {
	x := (gap - ix.slack) * (1 - 1e-12)
	switch ix.in.Metric {
	case Ceil2D, Ceil3D:
	case Floor2D, Floor3D:
		x--
	case Att:
		x /= math.Sqrt(10)
	case XRay1, XRay2:
		x = 100*x - 0.5
	case Geo:
		x = max(1, 6378.388*(2*math.Asin(min(1, x/2))-1e-7)) // no two cities are less than 1 apart
	case GeoM:
		x = max(1, 6378388*(2*math.Asin(min(1, x/2))-1e-12))
	default:
		x -= 0.5
	}
	return int32(max(0, math.Ceil(x)))
}

// merge finds the sites.
func (ix *index) merge(ctx context.Context) error {
	in, n := ix.in, ix.rows
	if in.apart {
		return nil
	}
	bits := 4
	for 1<<bits < 2*n {
		bits++
	}
	table := make([]int32, 1<<bits) // first row of a site + 1
	siteOf := make([]int32, n)
	first := make([]int32, 0, n) // per site
	for r := range int32(n) {
		if r%(1<<14) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		i := ix.city(r)
		p, z := in.pts[i], 0.0
		if in.z != nil {
			z = in.z[i]
		}
		// + 0 turns -0 into 0
		h := math.Float64bits(p.x+0)*0x9e3779b97f4a7c15 ^ math.Float64bits(p.y+0)*0xc2b2ae3d27d4eb4f ^ math.Float64bits(z+0)*0x165667b19e3779f9
		h ^= h >> 32
		h *= 0xd6e8feb86659fd93
		slot := h >> (64 - bits)
		for ; ; slot = (slot + 1) & (1<<bits - 1) {
			t := table[slot]
			if t == 0 {
				table[slot] = r + 1
				siteOf[r] = int32(len(first))
				first = append(first, r)
				break
			}
			if j := ix.city(t - 1); in.pts[j] == p && (in.z == nil || in.z[j] == z) {
				siteOf[r] = siteOf[t-1]
				break
			}
		}
	}
	if u := len(first); u < n {
		ix.first = first
		ix.start = make([]int32, u+1)
		for _, s := range siteOf {
			ix.start[s+1]++
		}
		for s := range u {
			ix.start[s+1] += ix.start[s]
		}
		ix.members = make([]int32, n)
		fill := slices.Clone(ix.start[:u])
		for r, s := range siteOf {
			ix.members[fill[s]] = int32(r)
			fill[s]++
		}
	}
	return nil
}

// lift puts the sites into the space of the trees.
func (ix *index) lift(ctx context.Context) error {
	dims := int32(ix.in.Metric.Dims())
	if ix.sphere {
		dims = 3
	}
	u := ix.count()
	ix.sites = make([]site, u)
	const batch = 1 << 13
	return Parallel(ctx, (u+batch-1)/batch, func() func(int) {
		return func(b int) {
			for s := b * batch; s < min(u, (b+1)*batch); s++ {
				ix.sites[s] = site{c: ix.place(ix.city(ix.row(int32(s)))), u: int32(s), dims: dims}
			}
		}
	})
}

// split cuts the sites into cells, level by level.
func (ix *index) split(ctx context.Context) error {
	u := len(ix.sites)
	for u>>ix.depth > cellSize {
		ix.depth++
	}
	leaves := 1 << ix.depth
	ix.nodes = make([]region, 2*leaves)
	ix.cells = make([]cell, leaves)
	from := make([]int, 2*leaves)
	to := make([]int, 2*leaves)
	to[1] = u
	for level := range ix.depth + 1 {
		err := Parallel(ctx, 1<<level, func() func(int) {
			return func(t int) {
				v := 1<<level + t
				part := ix.sites[from[v]:to[v]]
				b := noSites
				for i := range part {
					b.take(&part[i])
				}
				ix.nodes[v] = b
				if level == ix.depth {
					ix.cells[t].from, ix.cells[t].to = int32(from[v]), int32(to[v])
					return
				}
				axis := 0
				for a := 1; a < 3; a++ {
					if b.hi[a]-b.lo[a] > b.hi[axis]-b.lo[axis] {
						axis = a
					}
				}
				mid := len(part) / 2
				selectSite(part, mid, axis)
				from[2*v], to[2*v] = from[v], from[v]+mid
				from[2*v+1], to[2*v+1] = from[v]+mid, to[v]
			}
		})
		if err != nil {
			return err
		}
	}
	largest := 0.0
	for a := range 3 {
		largest = max(largest, math.Abs(ix.nodes[1].lo[a]), math.Abs(ix.nodes[1].hi[a]))
	}
	ix.slack = 1e-14 * (largest + ix.period)
	return nil
}

// plant returns cell t with its tree. kdtree.New sorts its argument into the tree's order.
func (ix *index) plant(t int) *cell {
	c := &ix.cells[t]
	c.planted.Do(func() {
		points := make([]kdtree.Point, 0, c.to-c.from)
		for i := c.from; i < c.to; i++ {
			points = append(points, &ix.sites[i])
		}
		c.tree = kdtree.New(points)
		c.order = make([]*site, len(points))
		c.blocks = make([]region, (len(points)+blockSize-1)/blockSize)
		for i := range c.blocks {
			c.blocks[i] = noSites
		}
		for i, p := range points {
			c.order[i] = p.(*site)
			c.blocks[i/blockSize].take(c.order[i])
		}
	})
	return c
}

// query fills nb, in so many parts of the cells: in the order of their first sites, where there are
// several, so that the rows before the first of the cells that are left are there. Parts grow, so
// that each takes a small share of the time until then.
func (ix *index) query(ctx context.Context, nb *Neighbors, parts int, told func(nb *Neighbors, known int32)) error {
	cells := make([]uint64, len(ix.cells)) // first site, and number
	for t := range ix.cells {
		if cells[t] = uint64(t); parts > 1 {
			cells[t] |= uint64(ix.nodes[len(cells)+t].least) << 32
		}
	}
	slices.Sort(cells)
	for k := range parts {
		from, to := len(cells)*k*k/(parts*parts), len(cells)*(k+1)*(k+1)/(parts*parts)
		err := Parallel(ctx, to-from, func() func(int) {
			q := &querent{index: ix, ctx: ctx, out: nb.Flat, best: newTop(ix.m), span: kdrange.New(0, 0, 0, 0, 0, 0)}
			q.span = q.span[:ix.sites[0].dims]
			return func(c int) { q.cell(int(uint32(cells[from+c]))) }
		})
		if err != nil {
			return err
		}
		if to < len(cells) && to > from {
			told(nb, ix.row(int32(cells[to]>>32)))
		}
	}
	return nil
}

// querent is one goroutine's state of the query step.
type querent struct {
	*index
	ctx    context.Context
	out    []int32
	margin float64       // that the last groups needed around them
	best   *top          // the site's nearest rows so far
	spans  [3]box        // scratch of unroll
	leaves []int32       // scratch of fetch
	failed []failure     // scratch of group
	span   kdrange.Range // scratch of look

	// The sites that were looked up, by column: number, and coordinates in the space of the trees,
	// those of the plane's fast path axis by axis.
	u    []int32
	x, y []float64
	at   [][3]float64
}

// failure is a site whose neighbours reach out of its group's box: their keys are at most worst.
type failure struct {
	s     *site
	worst uint64
}

// cell finds the neighbours of all cities in cell t.
func (q *querent) cell(t int) {
	c := q.plant(t)
	b := &q.nodes[1<<q.depth+t]
	if q.margin == 0 {
		side := max(b.hi[0]-b.lo[0], b.hi[1]-b.lo[1], b.hi[2]-b.lo[2])
		q.margin = side * math.Sqrt(float64(q.m)/float64(c.to-c.from)) / 2
	}
	group := max(groupSize, q.m/4)
	for g := c.order; len(g) > 0; {
		if q.ctx.Err() != nil {
			return
		}
		size := min(len(g), group)
		q.group(g[:size])
		g = g[size:]
	}
}

// groupSize is how many sites share a look-up, for a small k. 200,000 uniform
// cities, k = 10, two cores, noisy: 0.38 s with 48 and with 32, 0.44 s with 16.
const groupSize = 48

func (q *querent) group(g []*site) {
	around := nowhere
	for _, s := range g {
		around.around(&s.c)
	}
	for a := range 3 {
		around.lo[a] -= q.margin
		around.hi[a] += q.margin
	}
	// A box over many cells or sites means an outlier near a cluster, or distances
	// that rounding made equal.
	found := q.fetch(&around, 16*cellSize+32*q.m) && len(q.u) <= 64*q.m
	all := &q.nodes[1]
	for a := range 3 { // nothing lies outside of all; a turn away something may
		if a > 0 || q.period == 0 {
			if around.lo[a] <= all.lo[a] {
				around.lo[a] = math.Inf(-1)
			}
			if around.hi[a] >= all.hi[a] {
				around.hi[a] = math.Inf(1)
			}
		}
	}
	margin := 0.0
	q.failed = q.failed[:0]
	for _, s := range g {
		if q.m > 64 && q.ctx.Err() != nil {
			return
		}
		q.best.reset()
		if found {
			q.rank(s)
			far := q.far()
			if need := ball(s, far); around.holds(&need) {
				q.emit(s)
				margin = max(margin, far)
				continue
			}
		}
		q.failed = append(q.failed, failure{s, q.best.worst})
	}
	for _, f := range q.failed { // now that what was fetched is no longer needed
		if q.ctx.Err() != nil {
			return
		}
		q.alone(f.s, f.worst)
		q.emit(f.s)
		margin = max(margin, q.far())
	}
	// The next group needs about as much. Up at once, and by a little more: on a
	// lattice all need the same, and a hair less than that would fail for all.
	if margin *= 1.001; margin > q.margin {
		q.margin = margin
	} else {
		q.margin += 0.3 * (margin - q.margin)
	}
}

// far returns the reach of the worst key in best, infinite while that holds fewer than m.
func (q *querent) far() float64 {
	if q.best.cut(); len(q.best.buf) < q.m {
		return math.Inf(1)
	}
	return q.reach(int32(q.best.worst >> 32))
}

func ball(s *site, r float64) box {
	b := box{s.c, s.c}
	for a := range 3 {
		b.lo[a] -= r
		b.hi[a] += r
	}
	return b
}

// unroll returns disjoint boxes that hold what b holds with the first axis taken
// modulo its period.
func (q *querent) unroll(b *box) []box {
	q.spans[0] = *b
	if q.period == 0 {
		return q.spans[:1]
	}
	if b.hi[0]-b.lo[0] >= q.period {
		q.spans[0].lo[0] -= q.period
		q.spans[0].hi[0] += q.period
		return q.spans[:1]
	}
	q.spans[1], q.spans[2] = *b, *b
	q.spans[1].lo[0] -= q.period
	q.spans[1].hi[0] -= q.period
	q.spans[2].lo[0] += q.period
	q.spans[2].hi[0] += q.period
	return q.spans[:]
}

// fetch looks up the sites in b. It gives up when it would have to look at
// cells with more than limit sites.
func (q *querent) fetch(b *box, limit int) bool {
	q.clear()
	for _, span := range q.unroll(b) {
		q.leaves = append(q.leaves[:0], 1)
		for i := 0; i < len(q.leaves); {
			v := q.leaves[i]
			switch {
			case !q.nodes[v].meets(&span):
				q.leaves[i] = q.leaves[len(q.leaves)-1]
				q.leaves = q.leaves[:len(q.leaves)-1]
			case v < 1<<q.depth:
				q.leaves[i] = 2 * v
				q.leaves = append(q.leaves, 2*v+1)
			default:
				i++
				c := &q.cells[v-1<<q.depth]
				if limit -= int(c.to - c.from); limit < 0 {
					return false
				}
			}
		}
		for _, v := range q.leaves {
			q.look(v, &span)
		}
	}
	return true
}

func (q *querent) clear() {
	q.u, q.x, q.y, q.at = q.u[:0], q.x[:0], q.y[:0], q.at[:0]
}

// look adds the sites of leaf v that are in b.
func (q *querent) look(v int32, b *box) {
	c := q.plant(int(v) - 1<<q.depth)
	if b.holds(&q.nodes[v].box) {
		for _, s := range c.order {
			q.add(s)
		}
		return
	}
	for a := range q.span {
		q.span[a] = [2]float64{b.lo[a], b.hi[a]}
	}
	for _, p := range c.tree.RangeSearch(q.span) {
		q.add(p.(*site))
	}
}

func (q *querent) add(s *site) {
	q.u = append(q.u, s.u)
	if q.in.flat {
		q.x, q.y = append(q.x, s.c[0]), append(q.y, s.c[1])
		return
	}
	q.at = append(q.at, s.c)
}

// rank offers all cities of the fetched sites to best, at their distance from s.
func (q *querent) rank(s *site) {
	if q.in.flat {
		q.rankFlat(s)
		return
	}
	i, c := q.city(q.row(s.u)), s.c
	near2, least := q.near2(), q.atLeast(0)
	for t, u := range q.u {
		l := &q.at[t]
		if sq(l[0]-c[0])+sq(l[1]-c[1])+sq(l[2]-c[2]) > near2 {
			continue
		}
		worst, row := q.best.worst, q.row(u)
		if pack(least, row) >= worst { // its number is too high whatever the distance, which is slow
			continue
		}
		if q.offer(int32(q.in.distance(i, q.city(row))), u); q.best.worst != worst {
			near2 = q.near2()
		}
	}
}

// near2 is the square of how far away in the space of the trees what is below the worst key can be.
func (q *querent) near2() float64 {
	if q.best.worst>>32 > MaxDist || q.period != 0 {
		return math.Inf(1)
	}
	r := q.reach(int32(q.best.worst >> 32))
	if m := q.in.Metric; m == Max2D || m == Max3D { // which bound each axis alone
		r *= math.Sqrt(3)
	}
	return r * r * (1 + 1e-12)
}

func (q *querent) rankFlat(s *site) {
	x, y, round := s.c[0], s.c[1], q.in.round
	xs := q.x
	ys, us := q.y[:len(xs)], q.u[:len(xs)] // one length: no bounds checks below
	for t := range xs {
		dx, dy := xs[t]-x, ys[t]-y
		d := int32(math.Sqrt(float64(dx*dx)+float64(dy*dy)) + round)
		if uint64(d)<<32 < q.best.worst {
			q.offer(d, us[t])
		}
	}
}

// offer offers the cities of site u, all at distance d, to best.
func (q *querent) offer(d, u int32) {
	if q.start == nil {
		if key := pack(d, u); key < q.best.worst {
			q.best.push(key)
		}
		return
	}
	rows := q.members[q.start[u]:q.start[u+1]]
	for _, r := range rows[:min(len(rows), q.m)] {
		key := pack(d, r)
		if key >= q.best.worst {
			return
		}
		q.best.push(key)
	}
}

// alone fills best for one site, whose m keys are at most worst.
func (q *querent) alone(s *site, worst uint64) {
	q.best.reset()
	q.best.worst = max(worst, worst+1) // which keys must be below; the highest of all is not known yet
	q.descend(1, s)
}

// descend offers what is below node v, as far as it may be below the worst key.
func (q *querent) descend(v int32, s *site) {
	if v < 1<<q.depth {
		a, b := 2*v, 2*v+1
		keyA, keyB := q.lowest(&q.nodes[a], s), q.lowest(&q.nodes[b], s)
		if keyB < keyA {
			a, b, keyA, keyB = b, a, keyB, keyA
		}
		if keyA < q.best.worst {
			q.descend(a, s)
		}
		if keyB < q.best.worst {
			q.descend(b, s)
		}
		return
	}
	c := q.plant(int(v) - 1<<q.depth)
	for i := range c.blocks {
		if q.lowest(&c.blocks[i], s) < q.best.worst {
			q.clear()
			for _, other := range c.order[i*blockSize : min((i+1)*blockSize, len(c.order))] {
				q.add(other)
			}
			q.rank(s)
		}
	}
	q.best.cut()
}

// lowest returns a key that none of the cities in r is below, as s sees them.
func (q *querent) lowest(r *region, s *site) uint64 {
	return pack(q.atLeast(q.gap(&r.box, s)), q.row(r.least))
}

// gap returns how far s is from the box, in the space of the trees and as the metric sums axes.
func (q *querent) gap(b *box, s *site) float64 {
	x := s.c[0]
	g := max(b.lo[0]-x, x-b.hi[0])
	if q.period != 0 {
		g = min(g, max(b.lo[0]-x-q.period, x+q.period-b.hi[0]), max(b.lo[0]-x+q.period, x-q.period-b.hi[0]))
	}
	dx, dy, dz := max(0, g-q.slack), max(0, b.lo[1]-s.c[1], s.c[1]-b.hi[1]), max(0, b.lo[2]-s.c[2], s.c[2]-b.hi[2])
	switch q.in.Metric {
	case Man2D, Man3D:
		return dx + dy + dz
	case Max2D, Max3D, XRay1, XRay2:
		return max(dx, dy, dz)
	}
	return math.Sqrt(dx*dx + dy*dy + dz*dz)
}

// emit writes best as the neighbours of the cities at s.
func (q *querent) emit(s *site) {
	keys := q.best.sorted()
	lo, hi := s.u, s.u+1
	if q.start != nil {
		lo, hi = q.start[s.u], q.start[s.u+1]
	}
	for ; lo < hi; lo++ {
		row := lo
		if q.start != nil {
			row = q.members[lo]
		}
		out := q.out[int(row)*(q.m-1) : (int(row)+1)*(q.m-1)]
		t := 0
		for _, key := range keys {
			if r := int32(uint32(key)); r != row && t < len(out) {
				out[t] = q.city(r)
				t++
			}
		}
	}
}

// selectSite reorders s so that s[mid] is where sorting by the axis would put
// it, nothing before it is larger and nothing after it smaller (Hoare 1961).
func selectSite(s []site, mid, axis int) {
	lo, hi := 0, len(s)-1
	for lo < hi {
		a, b, c := s[lo].c[axis], s[lo+(hi-lo)/2].c[axis], s[hi].c[axis]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for s[i].c[axis] < pivot {
				i++
			}
			for s[j].c[axis] > pivot {
				j--
			}
			if i <= j {
				s[i], s[j] = s[j], s[i]
				i++
				j--
			}
		}
		switch {
		case mid <= j:
			hi = j
		case mid >= i:
			lo = i
		default:
			return
		}
	}
}

// selectKey is selectSite for keys.
func selectKey(s []uint64, mid int) {
	lo, hi := 0, len(s)-1
	for lo < hi {
		a, b, c := s[lo], s[lo+(hi-lo)/2], s[hi]
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := lo, hi
		for i <= j {
			for s[i] < pivot {
				i++
			}
			for s[j] > pivot {
				j--
			}
			if i <= j {
				s[i], s[j] = s[j], s[i]
				i++
				j--
			}
		}
		switch {
		case mid <= j:
			hi = j
		case mid >= i:
			lo = i
		default:
			return
		}
	}
}
