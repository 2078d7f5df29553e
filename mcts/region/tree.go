package region

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"

	"tspmcts/tsp"
)

// Tree is a k-d tree over the cities of an instance (over positions of the tour where
// it has no coordinates) whose cuts are drawn at random near the median, so that the
// borders of no two trees agree.
type Tree struct {
	Cities []int32 // of node v: Cities[Nodes[v].From:Nodes[v].To]
	Nodes  []Node
	Leaves []int32
}

// Node is a region. Children are Left and Left+1, 0 for a leaf.
type Node struct {
	From, To int32
	Left     int32
}

// Of returns the cities of a node. They must not be changed.
func (t *Tree) Of(node int32) []int32 {
	nd := t.Nodes[node]
	return t.Cities[nd.From:nd.To]
}

// Parts returns the cities of each of some nodes.
func (t *Tree) Parts(nodes []int32) [][]int32 {
	parts := make([][]int32, len(nodes))
	for k, node := range nodes {
		parts[k] = t.Of(node)
	}
	return parts
}

// Grow makes t a new tree with leaves of at most size cities, on as many cores as ctx allows. pos
// is the place of each city in the tour. When ctx ends no more is cut, and leaves may be larger.
func (t *Tree) Grow(ctx context.Context, in *tsp.Instance, pos []int32, size int, rng *rand.PCG) {
	n := in.N()
	if len(t.Cities) != n {
		t.Cities = make([]int32, n)
	}
	for i := range t.Cities {
		t.Cities[i] = int32(i)
	}
	t.Nodes, t.Leaves = append(t.Nodes[:0], Node{To: int32(n)}), t.Leaves[:0]
	c := cutter{cities: t.Cities, in: in, pos: pos, size: size, seed: rng.Uint64()}
	c.turn = int32(rng.Uint64() >> 32 * uint64(n) >> 32)
	for from := 0; from < len(t.Nodes); { // level by level
		level := t.Nodes[from:]
		at := make([]int32, len(level)) // where each is cut, 0 for leaves
		err := tsp.Parallel(ctx, len(level), func() func(int) {
			return func(i int) { at[i] = c.cut(level[i], uint64(from+i)) }
		})
		if err != nil {
			clear(at) // no more cuts
		}
		for i, nd := range level {
			if at[i] == 0 {
				t.Leaves = append(t.Leaves, int32(from+i))
				continue
			}
			t.Nodes[from+i].Left = int32(len(t.Nodes))
			t.Nodes = append(t.Nodes, Node{From: nd.From, To: at[i]}, Node{From: at[i], To: nd.To})
		}
		from += len(level)
	}
}

// cutter cuts the nodes of a tree.
type cutter struct {
	cities []int32
	in     *tsp.Instance
	pos    []int32
	size   int
	turn   int32 // place of the tour where that is cut first
	seed   uint64
}

// cut orders the cities of node v such that its children's are To and From the place that it
// returns, 0 where the node is a leaf.
func (c *cutter) cut(nd Node, v uint64) int32 {
	m := int(nd.To - nd.From)
	if m <= c.size {
		return 0
	}
	rng := rand.NewPCG(c.seed, v)
	part := c.cities[nd.From:nd.To]
	n := int32(len(c.cities))
	key := func(city int32) float64 { p := c.pos[city] - c.turn; return float64(p + n&(p>>31)) }
	if c.in.Placed() {
		x0, y0 := c.in.At(part[0])
		x1, y1 := x0, y0
		for _, city := range part {
			x, y := c.in.At(city)
			x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
		}
		if x1-x0 >= y1-y0 {
			key = func(city int32) float64 { x, _ := c.in.At(city); return x }
		} else {
			key = func(city int32) float64 { _, y := c.in.At(city); return y }
		}
	}
	// 2^k leaves of about equal size; the first cuts wander most.
	share := 0.35 + 0.3*float64(rng.Uint64()>>11)/(1<<53)
	if m < 2*c.size {
		share = 0.45 + (share-0.35)/3
	}
	k := min(m-1, max(1, int(share*float64(m))))
	tsp.Select(part, k, key, func(part []int32) float64 {
		return key(part[int(rng.Uint64()>>32*uint64(len(part))>>32)])
	})
	return nd.From + int32(k)
}

// Depth returns how often n cities are halved until they are about as many as the node has.
func (t *Tree) Depth(n int, node int32) int {
	depth := 0
	for m := 3 * len(t.Of(node)) / 2; m < n; m *= 2 {
		depth++
	}
	return depth
}

// Check returns an error unless t, which may be read from a file, is empty or a tree
// over n cities as Grow makes it.
func (t *Tree) Check(n int) error {
	bad := errors.New("region: no tree over the cities")
	if len(t.Nodes) == 0 && len(t.Leaves) == 0 {
		return nil
	}
	if len(t.Cities) != n {
		return bad
	}
	seen := make([]bool, n)
	for _, c := range t.Cities {
		if c < 0 || int(c) >= n || seen[c] {
			return bad
		}
		seen[c] = true
	}
	if len(t.Nodes) == 0 || t.Nodes[0].From != 0 || int(t.Nodes[0].To) != n {
		return bad
	}
	var leaves []int32
	next := 1 // child, as Grow numbers them
	for k, nd := range t.Nodes {
		switch {
		case nd.From >= nd.To:
			return bad
		case nd.Left == 0:
			leaves = append(leaves, int32(k))
			continue
		case int(nd.Left) != next || next <= k || next+1 >= len(t.Nodes):
			return bad
		}
		l, r := t.Nodes[next], t.Nodes[next+1]
		if l.From != nd.From || l.To != r.From || r.To != nd.To {
			return bad
		}
		next += 2
	}
	if next != len(t.Nodes) || !slices.Equal(leaves, t.Leaves) {
		return bad
	}
	return nil
}
