package onetree

import (
	"cmp"
	"context"
	"math"
	"slices"

	"tspmcts/tsp"
)

// Branch searches depth first for the shortest tour of the paired instance in, which was reduced by
// the prices of a (tsp.Instance.Reduce). A node is an assignment. Where it is several cycles,
// joining these (see patch) may give a better tour than the best so far, and a tour must lack one
// of the ways of the smallest: child k has the ways before the k-th of them, and not the k-th
// (Bellmore and Malone, "Pathology of traveling-salesman subtour-elimination algorithms",
// Operations Research 19, 1971). Its assignment is that of its parent but for one shortest
// augmenting path. Only the ways in nb are looked at, the nearest by the prices.
//
// The search is worth its time where the assignment is nearly a tour, as in matrices of random
// numbers, and hopeless where it is many small cycles. So it goes on for as much work as their
// number makes worth while (see workToHalve), and again whenever that has halved the best tour's
// excess over the assignment.
//
// It returns the best tour, and whether that is proven to be the shortest: the search came to its
// end, and no shorter tour can have a way that nb lacks. When ctx ends first there is a tour only
// where one was found before.
func (a *Assignment) Branch(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors) (t tsp.Tour, proven bool) {
	b := newBrancher(ctx, a, in, nb)
	b.join()
	b.then, b.each = b.least, b.workToHalve()
	b.due = b.each
	b.expand()
	if b.best != nil {
		t = make(tsp.Tour, 0, in.N())
		for c := int32(0); len(t) < cap(t); c = b.best[c] {
			t = append(t, 2*c, 2*c+1)
		}
	}
	return t, !b.over && b.complete(nb)
}

// brancher is the search, at a node.
type brancher struct {
	ctx   context.Context
	in    *tsp.Instance
	into  [][]way // into each city, the cheapest first
	kept  []bool  // by the city that they lead out of: ways of the node's assignment that it must have
	fixed []bool  // the same, of the instance

	augmenter         // at the node's assignment, with prices on top of those that the instance is reduced by; kept ways shut their entries
	excess    int64   // of the assignment over the first
	priced    []price // what led from there to here
	moved     []entered

	best  []int32 // entries of the best tour
	least int64   // its excess
	each  int64   // work between two looks at progress
	due   int64   // the work after which progress is looked at
	then  int64   // least, when that was done last
	over  bool    // for want of progress or time

	patching
}

// price is by how much entering a city costs less.
type price struct {
	city int32
	by   int64
}

// entered is a city that was entered after row.
type entered struct{ row, col int32 }

// workToHalve returns the work in which the excess must halve. Where there are no more cycles than
// three standard deviations above the mean of a random order, 32 times the pairs of cities: random
// distances of 50 to 3162 cities, all of 40 instances, came to the end of the search in 1 to 28.
// Where there are more, once the pairs.
func (b *brancher) workToHalve() int64 {
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
	b := &brancher{ctx: ctx, in: in, kept: make([]bool, n), fixed: make([]bool, n), into: make([][]way, n), least: barred}
	b.augmenter = newAugmenter(slices.Clone(a.Entry), make([]int32, n), make([]int64, n), func(i, j int32) int64 { return int64(in.Dist(2*i+1, 2*j)) })
	b.to, b.back, b.label = make([]int32, n), make([]int32, n), make([]int32, n)
	for i, j := range b.entry {
		b.exit[j] = int32(i)
		_, second := in.FixedPartners(int32(2*i + 1))
		b.fixed[i] = second >= 0
		b.kept[i], b.shut[j] = b.fixed[i], b.fixed[i]
	}
	add := func(i, j int32) {
		if !slices.ContainsFunc(b.out[i], func(w way) bool { return w.city == j }) {
			d := in.Dist(2*i+1, 2*j)
			b.out[i], b.into[j] = append(b.out[i], way{city: j, cost: d}), append(b.into[j], way{city: i, cost: d})
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
	sortWays(b.out)
	sortWays(b.into)
	return b
}

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

// lacking is a child: the city whose way out it may not have, and how much longer its assignment
// is.
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
	for _, i := range b.fewest() {
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
		way := b.find(c.city)
		way.gone = true
		if more, ok := b.without(c.city); ok {
			prices, entries, excess := len(b.priced), len(b.moved), b.excess
			b.lengthen(c.city, more)
			b.expand()
			b.takeBack(prices, entries)
			b.excess = excess
		}
		way.gone = false
	}
	for _, i := range kept {
		b.keep(i, false)
	}
}

// keep makes the assignment's way out of city i one that the node must have, or no longer.
func (b *brancher) keep(i int32, must bool) { b.kept[i], b.shut[b.entry[i]] = must, must }

// find returns the assignment's way out of city i among the listed ones.
func (b *brancher) find(i int32) *way {
	return &b.out[i][slices.IndexFunc(b.out[i], func(w way) bool { return w.city == b.entry[i] })]
}

// without returns by how much the assignment grows without its way out of city i; false where
// no better tour lacks it.
func (b *brancher) without(i int32) (more int64, ok bool) {
	j := b.entry[i]
	own := b.cost(i, j) - b.v[j]
	b.exit[j] = -1
	_, dist, ok := b.shortest(i, b.least-b.excess+own) // all that is as long is no better
	b.exit[j] = i
	return dist - own, ok
}

// lengthen makes the assignment what without has found.
func (b *brancher) lengthen(i int32, more int64) {
	j := b.entry[i]
	dist := more + b.cost(i, j) - b.v[j]
	for _, c := range b.scanned {
		b.priced = append(b.priced, price{c, dist - b.dist[c]})
	}
	for c := j; ; c = b.entry[b.from[c]] {
		row := b.from[c]
		b.moved = append(b.moved, entered{row, b.entry[row]})
		if row == i {
			break
		}
	}
	b.augment(i, j, dist)
	b.excess += more
}

// takeBack undoes what was done from there on.
func (b *brancher) takeBack(prices, entries int) {
	for _, p := range slices.Backward(b.priced[prices:]) {
		b.v[p.city] += p.by
	}
	for _, e := range slices.Backward(b.moved[entries:]) {
		b.entry[e.row], b.exit[e.col] = e.col, e.row
	}
	b.priced, b.moved = b.priced[:prices], b.moved[:entries]
}
