package onetree

import "math"

// forest is scratch for the minimum spanning tree of sparse edges by Boruvka's
// rounds (1926): every component takes its cheapest outgoing edge, components
// merge, inner edges are dropped. Streams over flat arrays; the number of
// components falls by a factor of two at least, three in practice, so that all
// rounds together touch an edge about twice.
type forest struct {
	tree   []int32 // the edges of the tree, by their position in the input
	cu, cv []int32 // the components at the ends of the edges left
	cost   []int64
	id     []int32
	best   []int64 // per component: the cheapest outgoing edge
	edge   []int32 // and its position
	root   []int32
}

func newForest(n, m int) *forest {
	return &forest{tree: make([]int32, 0, n), cu: make([]int32, m), cv: make([]int32, m), cost: make([]int64, m), id: make([]int32, m),
		best: make([]int64, n), edge: make([]int32, n), root: make([]int32, n)}
}

// span fills f.tree with a minimum spanning tree over n cities of the edges
// (u[e], v[e]) of costs c, ties broken by position. The graph must be connected. c is left alone.
func (f *forest) span(n int, u, v []int32, c []int64) {
	f.tree = f.tree[:0]
	cu, cv, cost := u, v, c
	first := true
	m := len(u)
	for n > 1 {
		best, edge, root := f.best[:n], f.edge[:n], f.root[:n]
		for k := range best {
			best[k] = math.MaxInt64
		}
		cu, cv, cost = cu[:m], cv[:m], cost[:m]
		for e := range cu {
			a, b, x := cu[e], cv[e], cost[e]
			if x < best[a] {
				best[a], edge[a] = x, int32(e)
			}
			if x < best[b] {
				best[b], edge[b] = x, int32(e)
			}
		}
		// Hook every component to the other end of its edge; of two that chose
		// the same edge the smaller is the root.
		for k := range root {
			e := edge[k]
			other := cu[e] ^ cv[e] ^ int32(k)
			if edge[other] == e {
				if int32(k) < other {
					root[k] = int32(k)
				} else {
					root[k] = other
					continue // the other one records the edge
				}
			} else {
				root[k] = other
			}
			if first {
				f.tree = append(f.tree, e)
			} else {
				f.tree = append(f.tree, f.id[e])
			}
		}
		n = number(root, edge)
		if n == 1 {
			return
		}
		kept := 0
		for e := range cu {
			a, b := root[cu[e]], root[cv[e]]
			if a == b {
				continue
			}
			x := cost[e]
			id := int32(e)
			if !first {
				id = f.id[e]
			}
			f.cu[kept], f.cv[kept], f.cost[kept], f.id[kept] = a, b, x, id
			kept++
		}
		cu, cv, cost, m = f.cu, f.cv, f.cost, kept
		first = false
	}
}

// number replaces each component's root[k], which leads towards the root of its tree, by
// the number of that tree; it returns how many there are. label is scratch as long as root.
func number(root, label []int32) int {
	for k := range root {
		r := root[k]
		for root[r] != r {
			r = root[r]
		}
		for i := int32(k); root[i] != r; { // compress
			i, root[i] = root[i], r
		}
	}
	left := int32(0)
	for k, r := range root {
		if r == int32(k) {
			label[k] = left
			left++
		}
	}
	for k, r := range root {
		root[k] = label[r]
	}
	return int(left)
}
