package tsp

import (
	"context"
	"errors"
	"math"
	"slices"
)

// Symmetric is a symmetric instance whose tours stand for the solutions of another
// one: of directed instances, paths, and forbidden edges between places. Its metric
// looks at that of the other whenever it is asked; nothing is n x n.
//
// A directed instance of n cities becomes one of 2n (Jonker and Volgenant,
// "Transforming asymmetric into symmetric traveling salesman problems", Operations
// Research Letters 2, 1983): city 2i is where city i is entered, 2i+1 where it is left,
// a fixed edge of length 0 joins them, and from 2i+1 to 2j it is as far as from i to j. Two
// entries, and two exits, are [Instance.Apart]: no list of neighbours holds such a pair, so that no
// exchange of edges along the lists ever joins one, whatever the lengths.
//
// Where the two directions differ by the cities' heights alone, the symmetric instance has no
// halves (see level).
//
// A path between two given ends becomes a tour by a fixed edge from the one to
// the other; where one or both are free, by a city more that is equally far
// from all others, and fixed to a given end.
type Symmetric struct {
	*Instance
	of *Instance
}

// derived is the metric of an instance that stands for another.
type derived struct {
	of     *Instance
	paired bool   // cities 2i and 2i+1 are where city i is entered and left
	joker  int32  // the city more, in the numbers of the other instance; -1 for none
	start  int32  // all ways into it are far, because the path begins there; -1 for none
	end    int32  // all ways out of it are
	far    int32  // how long these, and those of the joker, are
	closed *links // of the other instance

	out, into []int32 // prices of leaving and of entering a city that its ways are shortened by; nil: none
}

// apart is the distance of two entries, or two exits: more than of all else.
const apart = NoEdge + 1

// NewSymmetric returns the symmetric instance that stands for of, nil if that is
// one, and a tour is wanted.
func NewSymmetric(of *Instance) *Symmetric {
	if !of.Directed && of.Ends == nil && of.closed == nil {
		return nil
	}
	if s := of.level(); s != nil {
		return s
	}
	n, fixed := of.symmetricFixed()
	s := &Symmetric{Instance: &Instance{Name: of.Name, Metric: byAnother, Scale: of.Scale, n: n, offset: of.offset}, of: of}
	ends := of.Ends
	plain := *of
	plain.Ends, plain.closed, plain.Fixed, plain.partner = nil, nil, nil, nil
	d := &derived{of: &plain, paired: of.Directed, joker: -1, start: -1, end: -1, closed: of.closed}
	s.derived = d
	switch {
	case ends == nil:
	case ends.Start >= 0 && ends.End >= 0 && of.Directed:
		d.start, d.end, d.far = ends.Start, ends.End, NoEdge // but from the end to the start
	case ends.Start >= 0 && ends.End >= 0:
		if of.closed == nil {
			s.Instance = &plain
		}
		s.offset += int64(s.Dist(ends.Start, ends.End))
	case of.Directed && (ends.Start >= 0 || ends.End >= 0):
		d.start, d.end = ends.Start, ends.End
		d.far = of.longest()
		s.offset += int64(d.far)
	default:
		d.joker = of.n
		d.far = of.longest()
		s.offset += 2 * int64(d.far)
	}
	if s.derived == d && !d.paired && len(of.pts) > 0 {
		s.pts = of.pts
		if d.joker >= 0 {
			s.pts = append(of.pts[:n-1:n-1], of.pts[max(ends.Start, ends.End, 0)])
		}
	}
	if err := s.SetFixed(fixed); err != nil {
		panic("tsp: " + err.Error()) // SetEnds has tried it
	}
	return s
}

// Base returns the instance whose distances in's are where in stands for a path or for forbidden
// edges of it, and has coordinates or a matrix, and is symmetric; else nil. Cities have the same
// numbers in both. It has no fixed edges, and not the city more that a path may take.
func (in *Instance) Base() *Instance {
	if d := in.derived; d != nil && !d.paired && in.rows == nil && d.of.Metric < metrics {
		return d.of
	}
	return nil
}

// symmetricFixed returns the number of cities and the fixed edges of the symmetric instance that
// stands for in.
func (in *Instance) symmetricFixed() (n int32, fixed [][2]int32) {
	ends := in.Ends
	both := ends != nil && ends.Start >= 0 && ends.End >= 0
	if !in.Directed {
		fixed = slices.Clone(in.Fixed)
		switch {
		case ends == nil:
			return in.n, fixed
		case both:
			if in.n > 1 {
				fixed = append(fixed, [2]int32{ends.Start, ends.End})
				if in.IsFixed(ends.Start, ends.End) && in.n > 2 {
					fixed = append(fixed, [2]int32{0, 0}) // refused: the path would be that edge alone
				}
			}
			return in.n, fixed
		}
		if given := max(ends.Start, ends.End); given >= 0 {
			fixed = append(fixed, [2]int32{given, in.n})
		}
		return in.n + 1, fixed
	}
	n = in.n
	if ends != nil && ends.Start < 0 && ends.End < 0 {
		n++
	}
	for i := range n {
		fixed = append(fixed, [2]int32{2 * i, 2*i + 1})
	}
	for _, e := range in.Fixed {
		fixed = append(fixed, [2]int32{2*e[0] + 1, 2 * e[1]})
	}
	if both && in.n > 1 {
		fixed = append(fixed, [2]int32{2*ends.End + 1, 2 * ends.Start})
	}
	if ends != nil { // a given end has no fixed edge on its outer side, not even to the other end
		for _, e := range in.Fixed {
			if e[0] == ends.End || e[1] == ends.Start {
				fixed = append(fixed, [2]int32{0, 0})
			}
		}
	}
	return 2 * n, fixed
}

// longest returns a length that few edges exceed: the largest of a matrix, or how far cities are
// from the first, twice; at least 1, but of one city, whose paths have no edge, 0.
func (in *Instance) longest() int32 {
	most := min(1, in.n-1)
	if in.Metric == Explicit {
		for i := range int(in.n) {
			for j, d := range in.Matrix[i*in.stride : i*in.stride+int(in.n)] {
				if d > most && d < NoEdge && i != j {
					most = d
				}
			}
		}
		return most
	}
	for j := range in.n {
		most = max(most, in.Dist(0, j))
	}
	return min(2*min(most, MaxDist/2), MaxDist)
}

// dist is the distance of two different cities.
func (d *derived) dist(i, j int32) int32 {
	if d.paired {
		if (i^j)&1 == 0 {
			return apart
		}
		if i&1 == 0 {
			i, j = j, i
		}
		i, j = i>>1, j>>1
		if d.out == nil {
			return d.way(i, j)
		}
		price := d.out[i] + d.into[j]
		if i == j {
			return price
		}
		return d.way(i, j) - price
	}
	switch {
	case i == d.joker || j == d.joker:
		return d.far
	case d.closed != nil && d.closed.has(i, j):
		return NoEdge
	}
	return d.of.Dist(i, j)
}

// row fills in dist of i and each other city of a paired instance, and reports false of others.
func (d *derived) row(i int32, to []int32) bool {
	if !d.paired {
		return false
	}
	for k := range to {
		to[k] = apart
	}
	a, in := i>>1, i&1 == 0
	if in {
		d.ways(a, in, to[1:], 2)
	} else {
		d.ways(a, in, to, 2)
	}
	to[i^1] = 0 // not a way
	if d.out != nil {
		to[i^1] = d.out[a] + d.into[a]
	}
	return true
}

// ways fills in the ways from city a of the directed instance to each other one, or in from there: that
// of city b stands at width*b.
func (d *derived) ways(a int32, in bool, to []int32, width int32) {
	// A path has no way into its first city, nor out of its last, but from the one to the other.
	here, there, own, others := d.end, d.start, d.out, d.into
	from, step := int(a)*d.of.stride, 1
	if in {
		here, there, own, others = d.start, d.end, d.into, d.out
		from, step = int(a), d.of.stride
	}
	if a == here || a == d.joker {
		for k := int32(0); int(k) < len(to); k += width {
			to[k] = d.far
		}
		if a == here && there >= 0 {
			to[width*there] = 0
		}
	} else {
		for b := range d.of.n {
			to[width*b] = d.of.Matrix[from]
			from += step
		}
		for _, b := range [2]int32{there, d.joker} {
			if b >= 0 {
				to[width*b] = d.far
			}
		}
	}
	for b, price := range others {
		to[width*int32(b)] -= own[a] + price
	}
}

// way is how far it is from city i to city j of the directed instance.
func (d *derived) way(i, j int32) int32 {
	switch {
	case i == j || i == d.end && j == d.start:
		return 0
	case j == d.start || i == d.end || i == d.joker || j == d.joker:
		return d.far
	}
	return d.of.Matrix[int(i)*d.of.stride+int(j)]
}

// Reduce shortens all ways out of city i by out[i], and all into city j by into[j], of a paired
// instance that nothing else uses yet, and makes the fixed edge between a city's two
// halves as much longer: tours are as long as before, but near is what is cheap by
// these prices. With those of an assignment (onetree.Assign) no way is shorter than 0. It
// reports false, and does nothing, where distances would not fit an int32.
func (in *Instance) Reduce(out, into []int64) bool {
	d := in.derived
	lo, hi := [2]int64{}, [2]int64{}
	for s, prices := range [2][]int64{out, into} {
		for _, p := range prices {
			lo[s], hi[s] = min(lo[s], p), max(hi[s], p)
		}
	}
	most := int64(d.of.longest())
	if d.of.holes || d.far == NoEdge {
		most = NoEdge
	}
	if most-lo[0]-lo[1] > math.MaxInt32 || hi[0]+hi[1] > math.MaxInt32 || lo[0]+lo[1] < math.MinInt32 {
		return false
	}
	d.out, d.into = make([]int32, len(out)), make([]int32, len(into))
	for i := range out {
		d.out[i], d.into[i] = int32(out[i]), int32(into[i])
	}
	return true
}

// Reduced reports whether Reduce has changed the ways.
func (in *Instance) Reduced() bool { return in.derived != nil && in.derived.out != nil }

// derivedDist is dist for the metrics that no file names.
func (in *Instance) derivedDist(i, j int32) int32 {
	if in.rows != nil {
		i, j = in.rows[i], in.rows[j]
	}
	if in.Metric == Graph {
		if in.graph.has(i, j) {
			return 1
		}
		return 2
	}
	return in.derived.dist(i, j)
}

// Paired reports whether cities 2i and 2i+1 are the entry and the exit of one (see Symmetric).
func (in *Instance) Paired() bool { return in.derived != nil && in.derived.paired }

// Apart reports whether no tour that stands for anything has the edge between cities i and j.
func (in *Instance) Apart(i, j int32) bool {
	if in.rows != nil {
		i, j = in.rows[i], in.rows[j]
	}
	return in.Paired() && (i^j)&1 == 0
}

// Ways writes to row how far it is from city i, as it is left, to where each city is
// entered: what Dist says of a paired instance, a row at a time.
func (in *Instance) Ways(row []int32, i int32) {
	in.derived.ways(i, false, row, 1)
	row[i] = 0
}

// Given returns the number of cities of the instance that in stands for: its own, where it stands
// for itself.
func (in *Instance) Given() int {
	if in.derived != nil {
		return in.derived.of.N()
	}
	return in.N()
}

// Offset returns what every tour is longer, in core units, than what it stands for.
func (in *Instance) Offset() int64 { return in.offset }

// errAlternate says that a tour of pairs stands for nothing.
var errAlternate = errors.New("the tour does not enter and leave one city after the other")

// Expand returns the solution that the tour t stands for.
func (s *Symmetric) Expand(t Tour) (Tour, error) {
	if err := s.Check(t); err != nil {
		return nil, err
	}
	n := len(t)
	d, ends := s.derived, s.of.Ends
	out := make(Tour, 0, s.of.n)
	if s.Paired() {
		at := slices.Index(t, 0)
		step := 1
		if t[(at+1)%n] != 1 {
			step = n - 1
		}
		for range n / 2 {
			enter, leave := t[at], t[(at+step)%n]
			if enter&1 == 1 || leave != enter+1 {
				return nil, errAlternate
			}
			out = append(out, enter>>1)
			at = (at + 2*step) % n
		}
	} else {
		out = append(out, t...)
	}
	if ends == nil {
		return out, nil
	}
	// A path begins behind the joker, at its start, or behind its end.
	first := 0
	switch {
	case d != nil && d.joker >= 0:
		first = slices.Index(out, d.joker) + 1
	case ends.Start >= 0:
		first = slices.Index(out, ends.Start)
	default:
		first = slices.Index(out, ends.End) + 1
	}
	rotate(out, first%len(out))
	if d != nil && d.joker >= 0 {
		out = out[:len(out)-1]
	}
	if !s.of.Directed {
		if ends.Start >= 0 && out[0] != ends.Start || ends.End >= 0 && out[len(out)-1] != ends.End {
			slices.Reverse(out)
			if ends.Start >= 0 && ends.End >= 0 && out[0] != ends.Start {
				rotate(out, len(out)-1)
			}
		}
	}
	return out, s.of.Check(out)
}

// rotate makes position k of t its first.
func rotate(t Tour, k int) {
	slices.Reverse(t[:k])
	slices.Reverse(t[k:])
	slices.Reverse(t)
}

// Contract returns the tour that stands for t, a solution that was checked.
func (in *Instance) Contract(t Tour) Tour {
	cities := t
	if d := in.derived; d != nil && d.joker >= 0 {
		cities = append(slices.Clone(t), d.joker)
	}
	if !in.Paired() {
		return slices.Clone(cities)
	}
	out := make(Tour, 0, in.n)
	for _, c := range cities {
		out = append(out, 2*c, 2*c+1)
	}
	return out
}

// Order returns the tour that stands for t, an order of all cities that in stands for, whatever
// ends and fixed edges are wanted; where in stands for itself it returns t if Check finds nothing.
func (in *Instance) Order(t Tour) (Tour, error) {
	if in.derived == nil {
		return t, in.Check(t)
	}
	if err := in.derived.of.Check(t); err != nil {
		return nil, err
	}
	return in.Contract(t), nil
}

// Of returns the instance that s stands for.
func (s *Symmetric) Of() *Instance { return s.of }

// withoutCurve orders cities without coordinates: t, which holds them ascending, but
// for a paired instance entries first, and the joker last.
func (in *Instance) withoutCurve(ctx context.Context, t Tour) Tour {
	switch {
	case in.Paired():
		half := len(t) / 2
		for i := range half {
			t[i], t[half+i] = int32(2*i), int32(2*i+1)
		}
	case in.Metric == byAnother && in.rows == nil:
		copy(t, SpaceFillingCurve(ctx, in.derived.of))
	}
	return t
}

// nearestDerived is nearest for the metrics that no file names. A paired instance's
// lists hold no pair that is apart, nor the other half of a city; they are shorter
// than k where so few are left. Only of places told is told of parts.
func nearestDerived(ctx context.Context, in *Instance, cities []int32, k, parts int, told func(nb *Neighbors, known int32)) (*Neighbors, error) {
	switch {
	case in.Metric == Graph:
		return in.graph.nearest(ctx, cities, int(in.n), k)
	case in.derived.paired:
		return in.nearestPaired(ctx, cities, k)
	}
	d := in.derived
	all := cities
	if cities == nil {
		all = make([]int32, in.n)
		for i := range all {
			all[i] = int32(i)
		}
	}
	joker := d.joker >= 0 && len(all) > 0 && all[len(all)-1] == d.joker // ids ascend
	among := all
	if joker {
		among = all[:len(all)-1]
	}
	further := d.further()
	nb := &Neighbors{K: min(k, len(all)-1), Flat: make([]int32, len(all)*min(k, len(all)-1))}
	filled := 0
	fill := func(base *Neighbors, to int) error {
		for ; filled < to; filled++ {
			c, row := among[filled], base.Of(int32(filled))
			if d.closed != nil && len(d.closed.of(c)) > further {
				if err := ctx.Err(); err != nil {
					return err
				}
				row = d.nearestOf(c, among, nb.K)
			}
			d.list(c, row, joker, nb.Of(int32(filled)))
		}
		return nil
	}
	tell := func(base *Neighbors, known int32) {
		if fill(base, int(known)) == nil {
			told(nb, known)
		}
	}
	if told == nil {
		tell = nil
	}
	base, err := nearest(ctx, d.of, among, k+further, parts, tell)
	if err == nil {
		err = fill(base, len(among))
	}
	if err != nil {
		return nil, err
	}
	if joker {
		copy(nb.Of(int32(len(among))), among)
	}
	return nb, nil
}

// list fills in the neighbours of city c, from its nearest ones: those behind a forbidden edge after
// the others, and the joker last.
func (d *derived) list(c int32, nearest []int32, joker bool, to []int32) {
	want, found := len(to), 0
	if joker {
		want--
		to[want] = d.joker
	}
	for pass := range 2 {
		for _, j := range nearest {
			if found < want && (d.closed != nil && d.closed.has(c, j)) == (pass == 1) {
				to[found] = j
				found++
			}
		}
	}
}

// further returns how much longer all lists of neighbours are to be, because forbidden edges go to
// their end: h where no more than h cities have more than h such edges. These few are looked at by
// themselves (nearestOf), so that one city with many does not make the lists of all others as long.
func (d *derived) further() int {
	if d.closed == nil {
		return 0
	}
	var degrees []int
	for c := range d.of.n {
		if many := len(d.closed.of(c)); many > 0 {
			degrees = append(degrees, many)
		}
	}
	slices.Sort(degrees)
	h := 0
	for h < len(degrees) && degrees[len(degrees)-1-h] > h {
		h++
	}
	return h
}

// nearestOf returns the k nearest of the cities to city c, those behind a forbidden edge last.
func (d *derived) nearestOf(c int32, cities []int32, k int) []int32 {
	const last = 1 << 63 // above all distances
	best := newTop(min(k, len(cities)-1))
	closed := d.closed.of(c)
	for _, j := range cities {
		if j == c {
			continue
		}
		key := pack(d.of.Dist(c, j), j)
		if _, found := slices.BinarySearch(closed, j); found {
			key |= last
		}
		if key < best.worst {
			best.push(key)
		}
	}
	row := make([]int32, 0, best.m)
	for _, key := range best.sorted() {
		row = append(row, int32(uint32(key)))
	}
	return row
}

// nearestPaired lists the nearest exits of entries, and entries of exits. The ways
// from a city stand in a row, those to it in a column: sixteen columns are read at a time.
func (in *Instance) nearestPaired(ctx context.Context, cities []int32, k int) (*Neighbors, error) {
	d := in.derived
	var sides [2][]int32 // entries and exits
	place := [2][]int32{}
	rows := len(cities)
	if cities == nil {
		rows = int(in.n)
	}
	for r := range rows {
		c := int32(r)
		if cities != nil {
			c = cities[r]
		}
		sides[c&1] = append(sides[c&1], c)
		place[c&1] = append(place[c&1], int32(r))
	}
	// A list lacks the other half of its city where that is among the cities.
	k = min(k, len(sides[0]), len(sides[1]))
	if k > 0 {
		for _, side := range sides {
			other := sides[1-side[0]&1]
			for _, c := range side {
				if _, found := slices.BinarySearch(other, c^1); found {
					k = min(k, len(other)-1)
					break
				}
			}
		}
	}
	nb := &Neighbors{K: k, Flat: make([]int32, rows*k)}
	if k == 0 {
		return nb, ctx.Err()
	}
	const batch = 16
	for s := range sides {
		own, other := sides[s], sides[1-s]
		err := Parallel(ctx, (len(own)+batch-1)/batch, func() func(int) {
			tops := make([]*top, batch)
			for b := range tops {
				tops[b] = newTop(k)
			}
			return func(b int) {
				part := own[b*batch : min(len(own), (b+1)*batch)]
				for b := range part {
					tops[b].reset()
				}
				for _, j := range other {
					for b, i := range part {
						if key := pack(d.dist(i, j), j); key < tops[b].worst && i^1 != j {
							tops[b].push(key)
						}
					}
				}
				for c := range part {
					row := nb.Flat[int(place[s][b*batch+c])*k:][:k]
					for t, key := range tops[c].sorted() {
						row[t] = int32(uint32(key))
					}
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return nb, nil
}

// nearest lists the cities linked to each, then others: those that two links lead to, then any.
func (l *links) nearest(ctx context.Context, cities []int32, n, k int) (*Neighbors, error) {
	all := cities
	if cities == nil {
		all = make([]int32, n)
		for i := range all {
			all[i] = int32(i)
		}
	}
	in := make([]bool, n) // among the cities
	for _, c := range all {
		in[c] = true
	}
	k = min(k, len(all)-1)
	nb := &Neighbors{K: k, Flat: make([]int32, len(all)*k)}
	const batch = 256
	err := Parallel(ctx, (len(all)+batch-1)/batch, func() func(int) {
		seen := make([]int32, n) // 1 + the row that holds it
		return func(b int) {
			for r := b * batch; r < min(len(all), (b+1)*batch); r++ {
				c := all[r]
				row := nb.Flat[r*k : r*k : r*k+k]
				seen[c] = int32(r) + 1
				add := func(some []int32) {
					for _, j := range some {
						if len(row) == k { // a hub is linked to many more
							return
						}
						if in[j] && seen[j] != int32(r)+1 {
							seen[j] = int32(r) + 1
							row = append(row, j)
						}
					}
				}
				add(l.of(c))
				direct := len(row)
				for _, j := range row[:direct] {
					add(l.of(j))
				}
				for next := r + 1; len(row) < k; next++ {
					at := next % len(all)
					add(all[at : at+1])
				}
				slices.Sort(row[direct:]) // ties by id
			}
		}
	})
	return nb, err
}
