package onetree

import (
	"cmp"
	"slices"
)

// clusters is the single-linkage hierarchy of the cities: the sets that arise when the edges of the
// minimum spanning tree join in order of length. A step along the plain subgradient moves the
// penalties of a cluster of m cities that one tree edge too few reaches by 1/m of what it moves
// those of a single such city, so that clusters far apart take thousands of steps. Here each
// cluster C is also moved as a whole, by its own subgradient: the sum of deg_i - 2 over its cities
// is the number of tree edges that leave it, less 2. The step is weighed by how far C keeps to
// itself, the length that joins it to others less that which made it, over the number of edges that
// leave it (a large C turns many of them at once). This is the subgradient method in the metric of
// the ultrametric tree: the sum of w_C 1_C 1_C' is a positive semidefinite preconditioner.
type clusters struct {
	n      int
	parent []int32 // of node v: first the n cities, then the clusters, smaller ones first; -1 for the last, which is all
	weight []int64 // length at which a cluster is joined less that at which it was made, over half the tree edges that left it at first
	excess []int32 // tree edges that leave, less 2
	shift  []int64 // what the cities of a cluster are moved by
}

// newClusters returns the hierarchy of a minimum spanning tree, given by the ends and lengths of
// its edges.
func newClusters(n int, u, v, d []int32) *clusters {
	order := make([]int32, len(u))
	for e := range order {
		order[e] = int32(e)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(d[a], d[b]), cmp.Compare(a, b)) })
	node := make([]int32, n) // of the set with this root
	parent, height := make([]int32, n, 2*n), make([]int32, n, 2*n)
	for i := range node {
		node[i], parent[i] = int32(i), -1
	}
	uf := newUnion(n)
	for _, e := range order {
		x, y := uf.find(u[e]), uf.find(v[e])
		joint := int32(len(parent))
		parent[node[x]], parent[node[y]] = joint, joint
		parent, height = append(parent, -1), append(height, d[e])
		uf.join(x, y)
		node[uf.find(x)] = joint
	}
	// Clusters that are joined at the length that made them have no weight of their own.
	keep := func(k int) bool { return k < n || parent[k] < 0 || height[parent[k]] > height[k] }
	name := make([]int32, len(parent))
	c := &clusters{n: n}
	for k := range parent {
		if keep(k) {
			name[k] = int32(len(c.parent))
			c.parent, c.weight = append(c.parent, -1), append(c.weight, 0)
		}
	}
	up := parent // becomes the next kept ancestor
	for k := len(up) - 1; k >= 0; k-- {
		p := up[k]
		if p < 0 {
			continue
		}
		rise := height[p] - height[k]
		if !keep(int(p)) {
			up[k] = up[p]
			p = up[p]
		}
		if k < n || rise > 0 {
			c.parent[name[k]], c.weight[name[k]] = name[p], int64(rise)
		}
	}
	c.excess, c.shift = make([]int32, len(c.parent)), make([]int64, len(c.parent))
	for e := range u {
		c.excess[u[e]]++
		c.excess[v[e]]++
	}
	for i := range n {
		c.excess[i] -= 2
	}
	for k, p := range c.parent {
		if p >= 0 {
			c.excess[p] += c.excess[k]
		}
		c.weight[k] = 2 * c.weight[k] / int64(max(2, c.excess[k]+2))
	}
	return c
}

// move adds to the penalties what their clusters are moved by: step times the
// weight for each tree edge above 2. Single cities are left to ascent.move.
// Products only and no sums of floats: the same on every machine.
func (c *clusters) move(pi []int64, deg []int32, step float64, limit int64) {
	n := c.n
	excess, parent := c.excess, c.parent
	for i, dg := range deg {
		excess[i] = dg - 2
	}
	clear(excess[n:])
	for k, p := range parent {
		if p >= 0 {
			excess[p] += excess[k]
		}
	}
	for k := len(parent) - 1; k >= n; k-- {
		if p := parent[k]; p >= 0 {
			by := float64(c.weight[k]) * step * float64(excess[k])
			by = max(-float64(limit), min(float64(limit), by))
			c.shift[k] = max(-limit, min(limit, c.shift[p]+int64(by)))
		}
	}
	for i, x := range pi {
		if p := parent[i]; p >= 0 {
			pi[i] = max(-limit, min(limit, x+c.shift[p]))
		}
	}
}
