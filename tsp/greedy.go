package tsp

import (
	"context"
	"math"
	"math/bits"
	"slices"
)

// greedyWidth is how many neighbours of a city propose edges to it at first. The
// rounds among the ends find what further ones would.
const greedyWidth = 6

// GreedyEdge returns the tour that taking edges from the shortest up gives, each
// one that leaves disjoint paths (Bentley 1992): some 14 to 16 % above the
// optimum. Fixed edges come first, then chains of cities in one place, then the
// edges of nb. The paths that are left are joined in the same manner by the
// nearest neighbours among their ends only, round by round; a round leaves a
// fraction of them. Cost: near-linear in n; for an Explicit instance, the
// number of ends squared a round. The tour depends on in and nb alone. The
// only error is ctx's.
func GreedyEdge(ctx context.Context, in *Instance, nb *Neighbors, preferred ...[2]int32) (Tour, error) {
	n := in.N()
	f := newFragments(n)
	for v := range int32(n) { // not in.Fixed, which a part of an instance does not have
		a, b := in.FixedPartners(v)
		for _, w := range [2]int32{a, b} {
			if w > v {
				f.join(v, w)
			}
		}
	}
	if in.Metric.Dims() > 0 {
		ix := newIndex(in, nil, 1)
		if err := ix.merge(ctx); err != nil {
			return nil, err
		}
		for s := range len(ix.start) - 1 {
			f.chain(in, ix.members[ix.start[s]:ix.start[s+1]])
		}
	}
	for _, e := range preferred {
		f.join(e[0], e[1])
	}
	if nb.K > 0 {
		if err := f.greedy(ctx, in, nil, nb, min(nb.K, greedyWidth)); err != nil {
			return nil, err
		}
	}
	ends := make([]int32, 0, 2*f.paths)
	for fine := in.Metric.Exact(); f.paths > 1; {
		ends = ends[:0]
		for v := range int32(n) {
			if f.open(v) {
				ends = append(ends, v)
			}
		}
		near, err := nearest(ctx, in, ends, greedyWidth, 1, nil)
		if err != nil {
			return nil, err
		}
		before := f.paths
		if err := f.greedy(ctx, in, ends, near, near.K); err != nil {
			return nil, err
		}
		if before-f.paths >= max(1, before/4) {
			continue
		}
		// Rounding has made so many distances equal that all cities propose the
		// same few. Go on with the unrounded ones.
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !fine && in.Metric.Dims() > 0 {
			in, fine = unrounded(in), true
		} else if before-f.paths < max(1, before/16) {
			f.sweep(ctx, in, ends)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return f.tour(), nil
}

// unrounded returns in under the Euclidean metric, that of space for places on
// the sphere. It serves as a stand-in where only nearness matters.
func unrounded(in *Instance) *Instance {
	ix := newIndex(in, nil, 1)
	n := in.N()
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		c := ix.place(int32(i))
		if ix.sphere { // below index.slack the look-up sees no gaps: a pole is one place
			for a := range c {
				c[a] = math.Round(c[a]*0x1p46) * 0x1p-46
			}
		}
		x[i], y[i], z[i] = c[0], c[1], c[2]
	}
	out, err := NewPoints(in.Name, Exact3D, x, y, z)
	if in.z == nil && !ix.sphere {
		out, err = NewPoints(in.Name, Exact2D, x, y, nil)
	}
	if err != nil {
		panic("tsp: " + err.Error()) // the coordinates were accepted before
	}
	return out
}

// fragments is a set of disjoint paths over the cities.
type fragments struct {
	link  []int32 // 2 per city: its neighbours on its path, -1 for none
	tail  []int32 // of an end of a path: the other end; of a lone city: itself
	paths int
}

func newFragments(n int) *fragments {
	f := &fragments{link: make([]int32, 2*n), tail: make([]int32, n), paths: n}
	for i := range f.link {
		f.link[i] = -1
	}
	for i := range f.tail {
		f.tail[i] = int32(i)
	}
	return f
}

// open reports whether v is an end of a path.
func (f *fragments) open(v int32) bool { return f.link[2*v+1] < 0 }

// join adds the edge a-b unless that closes a cycle or branches.
func (f *fragments) join(a, b int32) bool {
	if a == b || !f.open(a) || !f.open(b) || f.tail[a] == b {
		return false
	}
	ta, tb := f.tail[a], f.tail[b]
	f.tail[ta], f.tail[tb] = tb, ta
	f.add(a, b)
	f.add(b, a)
	f.paths--
	return true
}

func (f *fragments) add(a, b int32) {
	if f.link[2*a] < 0 {
		f.link[2*a] = b
	} else {
		f.link[2*a+1] = b
	}
}

// chain joins the paths that end in the given cities, all in one place, one
// after the other: the neighbour lists of thousands of such cities all name the
// same few.
func (f *fragments) chain(in *Instance, cities []int32) {
	if len(cities) < 2 {
		return
	}
	here := in.pts[cities[0]]
	lies := func(v int32) bool { return in.pts[v] == here && (in.z == nil || in.z[v] == in.z[cities[0]]) }
	end := int32(-1)
	for _, v := range cities {
		if !f.open(v) {
			continue
		}
		if end < 0 {
			end = v
			continue
		}
		te, tv := f.tail[end], f.tail[v]
		if !f.join(end, v) {
			continue
		}
		switch {
		case lies(tv):
			end = tv
		case lies(te):
			end = te
		default:
			end = -1
		}
	}
}

// greedy joins along the edges of near, from the shortest, ties in the order of
// the rows. Row r of near belongs to cities[r], nil means all; the first width entries count.
func (f *fragments) greedy(ctx context.Context, in *Instance, cities []int32, near *Neighbors, width int) error {
	rows := len(near.Flat) / near.K
	const batch = 1 << 12
	batches := (rows + batch - 1) / batch
	found := make([][]uint64, batches)
	err := Parallel(ctx, batches, func() func(int) {
		return func(b int) {
			var keys []uint64
			for r := b * batch; r < min(rows, (b+1)*batch); r++ {
				i := int32(r)
				if cities != nil {
					i = cities[r]
				}
				if !f.open(i) {
					continue
				}
				for t, j := range near.Of(int32(r))[:width] {
					if !f.open(j) || f.tail[i] == j {
						continue
					}
					// Most edges are proposed by both ends; the second is harmless.
					if j < i && cities == nil && slices.Contains(near.Of(j)[:width], i) {
						continue
					}
					keys = append(keys, pack(in.Dist(i, j), int32(r*width+t)))
				}
			}
			found[b] = keys
		}
	})
	if err != nil {
		return err
	}
	total := 0
	for _, keys := range found {
		total += len(keys)
	}
	keys := make([]uint64, 0, total)
	for b := range found {
		keys = append(keys, found[b]...)
		found[b] = nil
	}
	if keys, err = sortByDist(ctx, keys); err != nil {
		return err
	}
	for c, key := range keys {
		if c%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		at := int(uint32(key))
		r := at / width
		i := int32(r)
		if cities != nil {
			i = cities[r]
		}
		f.join(i, near.Flat[r*near.K+at%width])
	}
	return nil
}

// sortByDist sorts packed keys by distance, keeping the order among equals. It may return
// another slice than keys, which it uses up.
func sortByDist(ctx context.Context, keys []uint64) ([]uint64, error) {
	const digit = 11
	var highest uint64
	for _, k := range keys {
		highest |= k
	}
	other := make([]uint64, len(keys))
	for shift := 32; shift < bits.Len64(highest); shift += digit {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var count [1 << digit]int
		for _, k := range keys {
			count[k>>shift&(1<<digit-1)]++
		}
		sum := 0
		for d, c := range count {
			count[d] = sum
			sum += c
		}
		for _, k := range keys {
			d := k >> shift & (1<<digit - 1)
			other[count[d]] = k
			count[d]++
		}
		keys, other = other, keys
	}
	return keys, nil
}

// sweep joins the paths that are left in the order in which a space-filling
// curve meets their ends.
func (f *fragments) sweep(ctx context.Context, in *Instance, ends []int32) {
	rank := make([]int32, in.N())
	for p, v := range SpaceFillingCurve(ctx, in) {
		rank[v] = int32(p)
	}
	slices.SortFunc(ends, func(a, b int32) int { return int(rank[a] - rank[b]) })
	last := int32(-1)
	for _, v := range ends {
		if !f.open(v) || v == last {
			continue
		}
		if last < 0 {
			last = f.tail[v]
			continue
		}
		if in.Apart(last, v) { // of each path one end is an entry, and one an exit
			v = f.tail[v]
		}
		far := f.tail[v]
		if f.join(last, v) {
			last = far
		}
	}
}

// tour reads the one path that is left, from its end with the lower id.
func (f *fragments) tour() Tour {
	n := len(f.tail)
	t := make(Tour, 0, n)
	v := int32(0)
	for !f.open(v) {
		v++
	}
	for prev := int32(-1); v >= 0; {
		t = append(t, v)
		next := f.link[2*v]
		if next == prev {
			next = f.link[2*v+1]
		}
		prev, v = v, next
	}
	return t
}
