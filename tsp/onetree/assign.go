package onetree

import (
	"context"
	"math"
	"slices"

	"tspmcts/tsp"
)

// Assignment is a shortest set of cycles through all cities of a paired instance:
// the assignment of an entry to every exit that the shortest tour, which is one, cannot beat.
type Assignment struct {
	Length int64   // of all cycles, in core units: a lower bound on every tour
	Entry  []int32 // the city that is entered after city i is left
	// Out and In are dual prices in core units: no way from i to j is shorter than
	// Out[i] + In[j], and those of the assignment are as long.
	Out, In []int64
}

// barred is the cost of what no assignment may take, above all that one may cost.
const barred = int64(1) << 40

// Assign solves the assignment problem of a paired instance (tsp.Symmetric) by shortest augmenting
// paths, after reducing columns and rows (Jonker and Volgenant, "A shortest augmenting path
// algorithm for dense and sparse linear assignment problems", Computing 38, 1987). O(n^3) time at
// worst, about n^2.3 on what people solve, and O(n) memory beside the distances. The error is
// ctx's; then Entry is nil, and the prices are those so far, by which no way is too short either,
// where there are any.
func Assign(ctx context.Context, in *tsp.Instance) (*Assignment, error) {
	if !in.Paired() {
		panic("onetree: an assignment of an instance without pairs")
	}
	s := newAssigner(in)
	if err := s.columns(ctx); err != nil {
		return nil, err
	}
	err := s.all(ctx)
	a := &Assignment{Out: make([]int64, s.n), In: s.v}
	for i, j := range s.x {
		c := s.costs(i)
		if err != nil {
			j = s.cheapest(c)
		}
		a.Out[i] = c[j] - s.v[j]
		a.Length += c[j]
	}
	for i, j := range s.only { // nothing competes with a fixed way: its price may be any that adds up
		if j >= 0 {
			a.Out[i], a.In[j] = s.costs(i)[j], 0
		}
	}
	if err != nil {
		a.Length = 0
		return a, err
	}
	a.Entry = s.x
	return a, nil
}

// all gives every exit an entry, after the columns.
func (s *assigner) all(ctx context.Context) (err error) {
	var free []int32
	for i, j := range s.x {
		if j < 0 {
			free = append(free, int32(i))
		}
	}
	for range 2 {
		if free, err = s.rows(ctx, free); err != nil {
			return err
		}
	}
	return s.complete(ctx, free)
}

// cheapest returns the entry that costs least by the prices, of the row c.
func (s *assigner) cheapest(c []int64) int32 {
	best := 0
	for j, v := range s.v {
		if c[j]-v < c[best]-s.v[best] {
			best = j
		}
	}
	return int32(best)
}

// assigner is an assignment that is not complete yet. A row is an exit, a column an entry.
type assigner struct {
	in   *tsp.Instance
	n    int
	x, y []int32 // entry of an exit, exit of an entry, -1 for none
	v    []int64 // prices of the entries

	only []int32 // the entry that is fixed to an exit, -1 for none; nil if only the halves of cities are
	into []bool  // entries that are
	row  []int64 // of costs
	ways []int32
}

func newAssigner(in *tsp.Instance) *assigner {
	n := in.N() / 2
	s := &assigner{in: in, n: n, x: make([]int32, n), y: make([]int32, n), v: make([]int64, n),
		row: make([]int64, n), ways: make([]int32, n)}
	for j := range s.v {
		s.v[j], s.y[j], s.x[j] = math.MaxInt64, -1, -1
	}
	if len(in.Fixed) <= n { // the two halves of each city
		return s
	}
	s.only, s.into = make([]int32, n), make([]bool, n)
	for i := range s.only {
		s.only[i] = -1
		a, b := in.FixedPartners(int32(2*i + 1))
		for _, f := range [2]int32{a, b} {
			if f >= 0 && int(f) != 2*i {
				s.only[i] = f / 2
				s.into[f/2] = true
			}
		}
	}
	return s
}

// costs returns the row of exit i, which the next call overwrites.
func (s *assigner) costs(i int) []int64 {
	ways, row := s.ways, s.row[:len(s.ways)] // j needs no check
	s.in.Ways(ways, int32(i))
	for j, d := range ways {
		row[j] = int64(d)
	}
	if s.only != nil {
		for j := range row {
			if s.only[i] >= 0 && j != int(s.only[i]) || s.only[i] < 0 && s.into[j] {
				row[j] = barred
			}
		}
	}
	row[i] = barred
	return row
}

// columns is the column reduction: each entry goes to its nearest exit, if that is still free.
func (s *assigner) columns(ctx context.Context) error {
	x, y, v := s.x, s.y, s.v
	for i := range s.n {
		if i&63 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for j, c := range s.costs(i) {
			if c < v[j] {
				v[j], y[j] = c, int32(i)
			}
		}
	}
	for j := s.n - 1; j >= 0; j-- {
		if i := y[j]; x[i] < 0 {
			x[i] = int32(j)
		} else {
			y[j] = -1
		}
	}
	return nil
}

// rows is the augmenting row reduction: a free exit takes its best entry, whose price
// falls until the second best is as good, and whose exit goes on. It returns the exits
// that are left free; free is scratch afterwards.
func (s *assigner) rows(ctx context.Context, free []int32) (left []int32, err error) {
	x, y, v := s.x, s.y, s.v
	for k := 0; k < len(free); {
		i := free[k]
		k++
		if k&63 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		first, second := int64(math.MaxInt64), int64(math.MaxInt64)
		j1, j2 := int32(-1), int32(-1)
		costs := s.costs(int(i))
		v := v[:len(costs)] // j needs no check
		for j, c := range costs {
			if r := c - v[j]; r < first {
				first, second, j1, j2 = r, first, int32(j), j1
			} else if r < second {
				second, j2 = r, int32(j)
			}
		}
		was := y[j1]
		strict := first < second
		if strict {
			v[j1] -= second - first
		} else if was >= 0 && j2 >= 0 {
			j1 = j2
			was = y[j1]
		}
		x[i], y[j1] = j1, i
		if was >= 0 {
			x[was] = -1
			if strict {
				k--
				free[k] = was
			} else {
				left = append(left, was)
			}
		}
	}
	return left, nil
}

// augment gives the free exit start an entry, along the shortest path of entries and
// their exits to a free entry. dist, from and cols are scratch for a number an entry.
func (s *assigner) augment(start int32, dist []int64, from, cols []int32) {
	n, x, y, v := s.n, s.x, s.y, s.v
	for j, c := range s.costs(int(start)) {
		dist[j], from[j], cols[j] = c-v[j], start, int32(j)
	}
	lo, hi := 0, 0 // cols[:lo] are final, cols[lo:hi] are at the least distance
	end, last, least := int32(-1), 0, int64(0)
	for end < 0 {
		if lo == hi {
			last = lo
			least = math.MaxInt64
			for k := hi; k < n; k++ {
				j := cols[k]
				if d := dist[j]; d <= least {
					if d < least {
						hi, least = lo, d
					}
					cols[k], cols[hi] = cols[hi], j
					hi++
				}
			}
			for _, j := range cols[lo:hi] {
				if y[j] < 0 {
					end = j
					break
				}
			}
		}
		if end >= 0 {
			break
		}
		j1 := cols[lo]
		lo++
		i := y[j1]
		c := s.costs(int(i))
		base := c[j1] - v[j1] - least
		for k := hi; k < n; k++ {
			j := cols[k]
			if d := c[j] - v[j] - base; d < dist[j] {
				dist[j], from[j] = d, i
				if d == least {
					if y[j] < 0 {
						end = j
						break
					}
					cols[k], cols[hi] = cols[hi], j
					hi++
				}
			}
		}
	}
	for _, j := range cols[:last] {
		v[j] += dist[j] - least
	}
	for j := end; ; {
		i := from[j]
		y[j] = i
		j, x[i] = x[i], j
		if i == start {
			break
		}
	}
}

// listed is how many ways out of each city, and into it, a path may take at first.
const listed = 10

// complete gives all free exits an entry, along shortest paths over the ways that cost least by the
// prices. A path over all ways is rarely shorter and takes n times the work. Where there would be
// one, as a look at all ways tells, the exit concerned is freed again and has the cheaper ways
// listed, too.
func (s *assigner) complete(ctx context.Context, free []int32) error {
	if len(free) == 0 {
		return nil
	}
	a := newAugmenter(s.x, s.y, s.v, func(i, j int32) int64 { return int64(s.in.Dist(2*i+1, 2*j)) })
	if err := s.list(ctx, a.out); err != nil {
		return err
	}
	var dist []int64 // scratch of paths over all ways
	var from, cols []int32
	for len(free) > 0 {
		var stuck []int32
		clear(a.dead)
		for _, i := range free {
			if err := ctx.Err(); err != nil {
				return err
			}
			if len(stuck) > 0 && a.lost(i) {
				stuck = append(stuck, i)
			} else if end, d, ok := a.shortest(i, barred); ok {
				a.augment(i, end, d)
			} else {
				stuck = append(stuck, i)
			}
		}
		var err error
		if free, err = s.violated(ctx, a.out, free[:0]); err != nil {
			return err
		}
		if len(free) == 0 && len(stuck) > 0 {
			if dist == nil {
				dist, from, cols = make([]int64, s.n), make([]int32, s.n), make([]int32, s.n)
			}
			for _, i := range stuck {
				s.augment(i, dist, from, cols)
			}
			stuck = nil
		}
		free = append(free, stuck...)
	}
	return nil
}

// key is what a way costs by the prices.
type key struct {
	cost int64
	city int32
}

// keys are the least so far, ascending.
type keys []key

// add puts k among the least, of which there are listed at most.
func (best keys) add(k key) keys {
	if len(best) < listed {
		best = append(best, k)
	}
	at := len(best) - 1
	for ; at > 0 && best[at-1].cost > k.cost; at-- {
		best[at] = best[at-1]
	}
	best[at] = k
	return best
}

// list appends to the ways out of each city those that cost least by the prices, and least
// beyond the cheapest out of their city among those into the same.
func (s *assigner) list(ctx context.Context, out [][]way) error {
	into := make([]keys, s.n)
	var best keys
	for i := range s.n {
		if i&63 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c := s.costs(i)
		best = best[:0]
		for j, d := range c {
			if d -= s.v[j]; d < barred/2 && (len(best) < listed || d < best[listed-1].cost) {
				best = best.add(key{d, int32(j)})
			}
		}
		for _, k := range best {
			out[i] = append(out[i], way{city: k.city, cost: int32(c[k.city])})
		}
		if len(best) == 0 {
			continue
		}
		least := best[0].cost
		for j, d := range c {
			if d -= s.v[j] + least; d < barred/2 && (len(into[j]) < listed || d < into[j][listed-1].cost) {
				into[j] = into[j].add(key{d, int32(i)})
			}
		}
	}
	for j, best := range into {
		for _, k := range best {
			if !slices.ContainsFunc(out[k.city], func(w way) bool { return int(w.city) == j }) {
				out[k.city] = append(out[k.city], way{city: int32(j), cost: s.in.Dist(2*k.city+1, int32(2*j))})
			}
		}
	}
	return nil
}

// violated frees the exits that have a cheaper way, by the prices, than the assignment's, lists
// the cheapest of each, and appends the exits to free.
func (s *assigner) violated(ctx context.Context, out [][]way, free []int32) ([]int32, error) {
	var best keys
	for i := range s.n {
		if i&63 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if s.x[i] < 0 {
			continue
		}
		c := s.costs(i)
		own := c[s.x[i]] - s.v[s.x[i]]
		best = best[:0]
		for j, d := range c {
			if d -= s.v[j]; d < own && (len(best) < listed || d < best[len(best)-1].cost) {
				best = best.add(key{d, int32(j)})
			}
		}
		for _, k := range best {
			out[i] = append(out[i], way{city: k.city, cost: int32(c[k.city])})
		}
		if len(best) > 0 {
			s.y[s.x[i]], s.x[i] = -1, -1
			free = append(free, int32(i))
		}
	}
	return free, nil
}

// Start returns penalties for an ascent on g to begin with: the prices, so that no
// reduced cost is negative, and those of the assignment are 0.
func (a *Assignment) Start(g *Graph) []int64 {
	pi := make([]int64, g.n)
	for i := range a.Out {
		pi[2*i], pi[2*i+1] = -a.In[i]<<g.shift, -a.Out[i]<<g.shift
	}
	return pi
}
