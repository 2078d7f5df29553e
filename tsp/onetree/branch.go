package onetree

import (
	"cmp"
	"context"
	"math"
	"slices"

	"tspmcts/tsp"
)

// Branch searches depth first for the shortest tour of the paired instance in, which was reduced by the
// prices of a (tsp.Instance.Reduce). A node is an assignment. Where it is several cycles, joining these
// (see patch) may give a better tour than the best so far, and a tour must lack one of the ways of the
// smallest: child k has the ways before the k-th of them, and not the k-th (Bellmore and Malone,
// "Pathology of traveling-salesman subtour-elimination algorithms", Operations Research 19, 1971). Its
// assignment is that of its parent but for one shortest augmenting path. Only the ways in nb are
// looked at, the nearest by the prices.
//
// The search is worth its time where the assignment is nearly a tour, as in matrices of random numbers, and
// hopeless where it is many small cycles. So it goes on for as much work as their number makes worth while
// (see patience), and again whenever that has halved the best tour's excess over the assignment.
//
// It returns the best tour, and whether that is proven to be the shortest: the search came to its end, and
// no shorter tour can have a way that nb lacks. The error is ctx's; then there is a tour only where one was found before.
func (a *Assignment) Branch(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors) (t tsp.Tour, proven bool, err error) {
	b := newBrancher(ctx, a, in, nb)
	b.join()
	b.then, b.each = b.least, b.patience()
	b.due = b.each
	b.expand()
	if b.best != nil {
		t = make(tsp.Tour, 0, in.N())
		for c := int32(0); len(t) < cap(t); c = b.best[c] {
			t = append(t, 2*c, 2*c+1)
		}
	}
	return t, !b.over && b.complete(nb), ctx.Err()
}

// brancher is the search, at a node.
type brancher struct {
	ctx   context.Context
	in    *tsp.Instance
	out   ways   // out of each city, the cheapest first
	into  ways   // into each city
	gone  []bool // of out: ways that the node may not have
	kept  []bool // by the city that they lead out of: ways of its assignment that it must have
	shut  []bool // the same by the city that they lead into
	fixed []bool // the same, of the instance

	entry, exit []int32 // of the node's assignment
	u, v        []int64 // its prices of leaving and entering a city, on top of those that the instance is reduced by
	excess      int64   // over the first assignment
	priced      []price // what led from there to here
	moved       []entered

	best  []int32 // entries of the best tour
	least int64   // its excess
	work  int64
	each  int64 // work between two looks at progress
	due   int64 // the work after which progress is looked at
	then  int64 // least, when that was done last
	over  bool  // for want of progress or time

	augmenting
	patching
}

// way leads to a city, or from it.
type way struct{ city, cost int32 }

// ways lists some of each city.
type ways struct {
	start []int32
	all   []way
}

func (w *ways) of(i int32) []way { return w.all[w.start[i]:w.start[i+1]] }

// price is by how much leaving row costs more, and entering col, if that is one, less.
type price struct {
	row, col int32
	by       int64
}

// entered is a city that was entered after row.
type entered struct{ row, col int32 }

// patience returns the work in which the excess must halve. Where there are no more cycles than three
// standard deviations above the mean of a random order, 32 times the pairs of cities: random distances of 50 to
// 3162 cities, all of 40 instances, came to the end of the search in 1 to 28. Where there are more, once the pairs.
func (b *brancher) patience() int64 {
	n := len(b.entry)
	mean := 0.0
	for k := range n {
		mean += 1 / float64(k+1)
	}
	pairs := int64(n) * int64(n)
	if float64(len(b.size)) <= mean+3*math.Sqrt(mean) {
		return 32 * pairs
	}
	return pairs
}

func newBrancher(ctx context.Context, a *Assignment, in *tsp.Instance, nb *tsp.Neighbors) *brancher {
	n := len(a.Entry)
	b := &brancher{ctx: ctx, in: in, kept: make([]bool, n), shut: make([]bool, n), fixed: make([]bool, n),
		entry: slices.Clone(a.Entry), exit: make([]int32, n), u: make([]int64, n), v: make([]int64, n),
		least: math.MaxInt64}
	b.dist, b.from, b.reached, b.final = make([]int64, n), make([]int32, n), make([]int32, n), make([]int32, n)
	b.to, b.back, b.label = make([]int32, n), make([]int32, n), make([]int32, n)
	for i, j := range b.entry {
		b.exit[j] = int32(i)
		_, second := in.FixedPartners(int32(2*i + 1))
		b.fixed[i] = second >= 0
		b.kept[i], b.shut[j] = b.fixed[i], b.fixed[i]
	}
	out, into := make([][]way, n), make([][]way, n)
	add := func(i, j int32) {
		if !slices.ContainsFunc(out[i], func(w way) bool { return w.city == j }) {
			d := in.Dist(2*i+1, 2*j)
			out[i], into[j] = append(out[i], way{j, d}), append(into[j], way{i, d})
		}
	}
	for i := range int32(n) {
		add(i, b.entry[i])
		for _, c := range nb.Of(2*i + 1) {
			add(i, c/2)
		}
		for _, c := range nb.Of(2 * i) {
			add(c/2, i)
		}
	}
	b.out, b.into = newWays(out), newWays(into)
	b.gone = make([]bool, len(b.out.all))
	return b
}

func newWays(lists [][]way) ways {
	w := ways{start: []int32{0}}
	for _, list := range lists {
		slices.SortStableFunc(list, func(p, q way) int { return cmp.Compare(p.cost, q.cost) })
		w.all = append(w.all, list...)
		w.start = append(w.start, int32(len(w.all)))
	}
	return w
}

func (b *brancher) cost(i, j int32) int64 { return int64(b.in.Dist(2*i+1, 2*j)) }

// complete reports whether no way outside of nb is in a tour shorter than the best: the tour
// would exceed the assignment by what the way costs, or more.
func (b *brancher) complete(nb *tsp.Neighbors) bool {
	var short [2]bool // some list of what is entered from an exit, or left to an entry, ends too soon
	for c := range int32(2 * len(b.entry)) {
		near := nb.Of(c)
		if len(near) < len(b.entry)-1 && (len(near) == 0 || int64(b.in.Dist(c, near[len(near)-1])) < b.least) {
			short[c&1] = true
		}
	}
	return !short[0] || !short[1] // such a way is in neither list
}

// more reports whether the search goes on.
func (b *brancher) more() bool {
	if b.work >= b.due {
		b.over = b.over || b.least > b.then/2
		b.then, b.due = b.least, b.work+b.each
	}
	b.over = b.over || b.ctx.Err() != nil
	return !b.over
}

// lacking is a child: the city whose way out it may not have, and how much longer its assignment is.
type lacking struct {
	city int32
	more int64
}

// expand searches below the node.
func (b *brancher) expand() {
	if !b.more() {
		return
	}
	b.join()
	var children []lacking
	var kept []int32
	for _, i := range b.shortest() {
		if b.kept[i] {
			continue
		}
		kept = append(kept, i)
		if more, ok := b.without(i); ok { // else all better tours have it
			children = append(children, lacking{i, more})
		}
	}
	slices.SortStableFunc(children, func(p, q lacking) int { return cmp.Compare(p.more, q.more) })
	for _, i := range kept {
		b.keep(i, true)
	}
	for _, c := range children { // the first, which is the cheapest, has all other ways of the cycle
		b.keep(c.city, false)
		if more, ok := b.without(c.city); ok {
			prices, entries, excess := len(b.priced), len(b.moved), b.excess
			w := b.find(c.city)
			b.gone[w] = true
			b.augment(c.city, more)
			b.expand()
			b.takeBack(prices, entries)
			b.excess = excess
			b.gone[w] = false
		}
	}
	for _, i := range kept {
		b.keep(i, false)
	}
}

// keep makes the assignment's way out of city i one that the node must have, or no longer.
func (b *brancher) keep(i int32, must bool) { b.kept[i], b.shut[b.entry[i]] = must, must }

// find returns where the assignment's way out of city i is among all.
func (b *brancher) find(i int32) int32 {
	k := b.out.start[i]
	for b.out.all[k].city != b.entry[i] {
		k++
	}
	return k
}

// takeBack undoes augmenting from there on.
func (b *brancher) takeBack(prices, entries int) {
	for _, p := range slices.Backward(b.priced[prices:]) {
		b.u[p.row] -= p.by
		if p.col >= 0 {
			b.v[p.col] += p.by
		}
	}
	for _, e := range slices.Backward(b.moved[entries:]) {
		b.entry[e.row], b.exit[e.col] = e.col, e.row
	}
	b.priced, b.moved = b.priced[:prices], b.moved[:entries]
}

// augmenting is the scratch of a shortest augmenting path.
type augmenting struct {
	dist           []int64 // of a city's entry
	from           []int32 // the city left to it
	reached, final []int32 // the round in which dist was set, and is known to be the least
	round          int32
	heap           []distant
	scanned        []int32 // in the order of dist
}

type distant struct {
	dist int64
	city int32
}

// without returns by how much the assignment grows without its way out of city i; false where no better tour lacks it. Augment carries that out.
func (b *brancher) without(i int32) (int64, bool) {
	b.round++
	b.heap, b.scanned = b.heap[:0], b.scanned[:0]
	target := b.entry[i]
	b.scan(i, 0)
	for len(b.heap) > 0 {
		top := b.pop()
		j := top.city
		switch {
		case b.final[j] == b.round:
			continue
		case j == target:
			return top.dist, true
		}
		b.final[j] = b.round
		b.scanned = append(b.scanned, j)
		b.scan(b.exit[j], top.dist)
	}
	return 0, false
}

// scan looks at the ways out of city i, whose entry is at the distance base.
func (b *brancher) scan(i int32, base int64) {
	first := b.out.start[i]
	list := b.out.of(i)
	b.work += int64(len(list))
	limit := b.least - b.excess // all that is as long is no better
	base -= b.u[i]
	for k, w := range list {
		j := w.city
		d := base + int64(w.cost) - b.v[j]
		if d >= limit || b.shut[j] || b.reached[j] == b.round && d >= b.dist[j] || j == b.entry[i] || b.gone[first+int32(k)] {
			continue
		}
		b.reached[j], b.dist[j], b.from[j] = b.round, d, i
		b.push(distant{d, j})
	}
}

func (b *brancher) push(x distant) {
	h := append(b.heap, x)
	k := len(h) - 1
	for ; k > 0 && h[(k-1)/2].dist > x.dist; k = (k - 1) / 2 {
		h[k] = h[(k-1)/2]
	}
	h[k] = x
	b.heap = h
}

func (b *brancher) pop() distant {
	h := b.heap
	top, last := h[0], len(h)-1
	x := h[last]
	h = h[:last]
	k := 0
	for c := 1; c < last; c = 2*k + 1 {
		if c+1 < last && h[c+1].dist < h[c].dist {
			c++
		}
		if x.dist <= h[c].dist {
			break
		}
		h[k], k = h[c], c
	}
	if last > 0 {
		h[k] = x
	}
	b.heap = h
	return top
}

// augment makes the assignment the one that without has found: longer by more.
func (b *brancher) augment(i int32, more int64) {
	b.reprice(i, -1, more)
	for _, j := range b.scanned {
		b.reprice(b.exit[j], j, more-b.dist[j])
	}
	for j := b.entry[i]; ; {
		row := b.from[j]
		next := b.entry[row]
		b.moved = append(b.moved, entered{row, next})
		b.entry[row], b.exit[j] = j, row
		if row == i {
			break
		}
		j = next
	}
	b.excess += more
}

func (b *brancher) reprice(row, col int32, by int64) {
	b.priced = append(b.priced, price{row, col, by})
	b.u[row] += by
	if col >= 0 {
		b.v[col] -= by
	}
}
