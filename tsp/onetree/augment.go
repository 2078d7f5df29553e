package onetree

import (
	"cmp"
	"slices"
)

// way leads from one city to another.
type way struct {
	city, cost int32
	gone       bool // may not be had
}

// sortWays makes lists ascend by cost, and puts them into one piece of memory.
func sortWays(lists [][]way) {
	total := 0
	for _, list := range lists {
		slices.SortStableFunc(list, func(p, q way) int { return cmp.Compare(p.cost, q.cost) })
		total += len(list)
	}
	all := make([]way, 0, total)
	for i, list := range lists {
		from := len(all)
		all = append(all, list...)
		lists[i] = all[from:len(all):len(all)]
	}
}

// augmenter makes an assignment larger along shortest paths over listed ways.
type augmenter struct {
	out         [][]way // of each city
	entry, exit []int32 // -1 for none
	v           []int64 // prices of the entries
	shut        []bool  // entries that are not to be used
	cost        func(i, j int32) int64
	work        int64 // ways looked at

	dist           []int64 // of a city's entry
	from           []int32 // the city left to it
	reached, final []int32 // the round in which dist was set, and is known to be the least
	round          int32
	heap           []distant
	scanned        []int32 // in the order of dist

	dead    []bool // entries from which lost has found no way on
	visited []int32
	stack   []int32
}

type distant struct {
	dist int64
	city int32
}

func newAugmenter(entry, exit []int32, v []int64, cost func(i, j int32) int64) augmenter {
	n := len(entry)
	return augmenter{out: make([][]way, n), entry: entry, exit: exit, v: v, shut: make([]bool, n), cost: cost,
		dist: make([]int64, n), from: make([]int32, n), reached: make([]int32, n), final: make([]int32, n), dead: make([]bool, n)}
}

// shortest finds the shortest path from city i, that has no entry, to an entry without an exit,
// which it returns with its distance; false where there is none below the limit.
func (a *augmenter) shortest(i int32, limit int64) (end int32, dist int64, ok bool) {
	a.round++
	a.heap, a.scanned = a.heap[:0], a.scanned[:0]
	a.scan(i, 0, limit)
	for len(a.heap) > 0 {
		top := a.pop()
		j := top.city
		if a.final[j] == a.round {
			continue
		}
		if a.exit[j] < 0 {
			return j, top.dist, true
		}
		a.final[j] = a.round
		a.scanned = append(a.scanned, j)
		row := a.exit[j]
		a.scan(row, top.dist-a.cost(row, j)+a.v[j], limit)
	}
	return -1, 0, false
}

// lost reports whether no listed path leads from city i to an entry without an exit: shortest would
// look at all that it can reach. What is dead is passed over, and stays so until ways are listed,
// since no path leads out of it.
func (a *augmenter) lost(i int32) bool {
	a.visited, a.stack = a.visited[:0], append(a.stack[:0], i)
	for len(a.stack) > 0 {
		last := len(a.stack) - 1
		row := a.stack[last]
		a.stack = a.stack[:last]
		for _, w := range a.out[row] {
			j := w.city
			if a.dead[j] || j == a.entry[row] {
				continue
			}
			if a.exit[j] < 0 {
				for _, v := range a.visited {
					a.dead[v] = false
				}
				return false
			}
			a.dead[j] = true
			a.visited = append(a.visited, j)
			a.stack = append(a.stack, a.exit[j])
		}
	}
	return true
}

// scan looks at the ways out of city i.
func (a *augmenter) scan(i int32, base, limit int64) {
	list := a.out[i]
	a.work += int64(len(list))
	for _, w := range list {
		j := w.city
		d := base + int64(w.cost) - a.v[j]
		if d >= limit || a.shut[j] || w.gone || a.reached[j] == a.round && d >= a.dist[j] || j == a.entry[i] {
			continue
		}
		a.reached[j], a.dist[j], a.from[j] = a.round, d, i
		a.push(distant{d, j})
	}
}

func (a *augmenter) push(x distant) {
	h := append(a.heap, x)
	k := len(h) - 1
	for ; k > 0 && h[(k-1)/2].dist > x.dist; k = (k - 1) / 2 {
		h[k] = h[(k-1)/2]
	}
	h[k] = x
	a.heap = h
}

func (a *augmenter) pop() distant {
	h := a.heap
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
	a.heap = h
	return top
}

// augment gives city i an entry, along the path that shortest has found to end.
func (a *augmenter) augment(i, end int32, dist int64) {
	for _, j := range a.scanned {
		a.v[j] += a.dist[j] - dist
	}
	for j := end; ; {
		row := a.from[j]
		a.exit[j] = row
		j, a.entry[row] = a.entry[row], j
		if row == i {
			return
		}
	}
}
