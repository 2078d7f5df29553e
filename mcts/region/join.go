package region

import (
	"fmt"

	"tspmcts/tsp"
)

// Joiner turns a tour and exchanges of disjoint regions into one tour. Each exchange
// alone leaves a tour, but two of them may turn the same path round, so that together
// they can leave several cycles. These are merged, the smallest first, by the exchange
// of one edge each that costs least, one new edge being to a near city (step 5 of
// Nagata's edge assembly), or one that the tour had: a cluster that has become a cycle
// may have all near cities in itself.
type Joiner struct {
	in    *tsp.Instance
	nb    *tsp.Neighbors
	adj   []int32 // 2 per city
	cycle []int32 // by city
}

// NewJoiner returns a Joiner for tours of in.
func NewJoiner(in *tsp.Instance, nb *tsp.Neighbors) *Joiner {
	n := in.N()
	return &Joiner{in: in, nb: nb, adj: make([]int32, 2*n), cycle: make([]int32, n)}
}

// Join applies the exchanges to the tour in order, and returns by how much it got
// shorter: what the exchanges gain less what merging cycles cost. Where they do not
// join to a shorter tour, the best one alone is applied. pos is kept the inverse of
// order. Cost: O(n).
func (j *Joiner) Join(order, pos []int32, exchanges []Exchange) (gain int64) {
	if tsp.Invariants {
		before := j.in.Length(order)
		defer func() {
			if err := j.in.Check(order); err != nil || before-j.in.Length(order) != gain {
				panic(fmt.Sprintf("region: a gain of %d is %d, %v", gain, before-j.in.Length(order), err))
			}
		}()
	}
	used := 0
	best := -1
	for k, x := range exchanges {
		if x.Gain > 0 {
			used++
			if best < 0 || x.Gain > exchanges[best].Gain {
				best = k
			}
		}
	}
	if used == 0 {
		return 0
	}
	if gain, ok := j.try(order, pos, exchanges); ok {
		j.write(order, pos)
		return gain
	}
	gain, ok := j.try(order, pos, exchanges[best:best+1])
	if !ok {
		panic("region: an exchange alone leaves no tour")
	}
	j.write(order, pos)
	return gain
}

// try makes the nodes those of the tour after the exchanges and merges.
func (j *Joiner) try(order, pos []int32, exchanges []Exchange) (gain int64, ok bool) {
	n := len(order)
	prev := order[n-1]
	for i, c := range order {
		next := order[0]
		if i+1 < n {
			next = order[i+1]
		}
		j.adj[2*c], j.adj[2*c+1] = prev, next
		prev = c
	}
	for _, x := range exchanges {
		if x.Gain <= 0 {
			continue
		}
		gain += x.Gain
		for _, e := range x.Removed {
			j.replace(e[0], e[1], -1)
			j.replace(e[1], e[0], -1)
		}
		for _, e := range x.Added {
			j.replace(e[0], -1, e[1])
			j.replace(e[1], -1, e[0])
		}
	}
	sizes, heads := j.cycles()
	if len(sizes) == 1 {
		return gain, true
	}
	name := make([]int32, len(sizes)) // of a cycle that was merged into another: that one
	for k := range name {
		name[k] = int32(k)
	}
	for left := len(sizes); left > 1; left-- {
		small := -1
		for k, s := range sizes {
			if name[k] == int32(k) && (small < 0 || s < sizes[small]) {
				small = k
			}
		}
		m, g, found := j.bestMerge(heads[small], int32(small), name, order, pos)
		if !found { // only fixed edges lead out
			return 0, false
		}
		gain += g
		j.replace(m[0], m[1], m[2])
		j.replace(m[1], m[0], m[3])
		j.replace(m[2], m[3], m[0])
		j.replace(m[3], m[2], m[1])
		to := root(name, j.cycle[m[2]])
		name[small] = to
		sizes[to] += sizes[small]
	}
	return gain, gain > 0
}

func (j *Joiner) replace(c, from, to int32) {
	if j.adj[2*c] == from {
		j.adj[2*c] = to
	} else {
		j.adj[2*c+1] = to
	}
}

func root(name []int32, k int32) int32 {
	for name[k] != k {
		k = name[k]
	}
	return k
}

// cycles numbers the cycles and returns the size and a city of each.
func (j *Joiner) cycles() (sizes, heads []int32) {
	for i := range j.cycle {
		j.cycle[i] = -1
	}
	for c := range int32(len(j.cycle)) {
		if j.cycle[c] >= 0 {
			continue
		}
		id := int32(len(sizes))
		size := int32(0)
		prev, at := int32(-1), c
		for j.cycle[at] < 0 {
			j.cycle[at] = id
			size++
			next := j.adj[2*at]
			if next == prev {
				next = j.adj[2*at+1]
			}
			prev, at = at, next
		}
		sizes, heads = append(sizes, size), append(heads, c)
	}
	return sizes, heads
}

// bestMerge finds the exchange of one edge each between the cycle of head, called
// small, and another that costs least: edges 0-1 and 2-3 leave, 0-2 and 1-3 come. The
// tour's edges are among 0-2, so that one leads out of the cycle.
func (j *Joiner) bestMerge(head, small int32, name, order, pos []int32) (best [4]int32, gain int64, found bool) {
	in, n := j.in, int32(len(order))
	prev, c := int32(-1), head
	var near []int32
	for {
		p := pos[c]
		near = append(append(near[:0], j.nb.Of(c)...), order[(p+1)%n], order[(p+n-1)%n])
		for _, d := range near {
			if root(name, j.cycle[d]) == small {
				continue
			}
			cd := int64(in.Dist(c, d))
			for _, c1 := range j.adj[2*c : 2*c+2] {
				if in.IsFixed(c, c1) {
					continue
				}
				for _, d1 := range j.adj[2*d : 2*d+2] {
					if in.IsFixed(d, d1) {
						continue
					}
					g := int64(in.Dist(c, c1)) + int64(in.Dist(d, d1)) - cd - int64(in.Dist(c1, d1))
					if !found || g > gain {
						best, gain, found = [4]int32{c, c1, d, d1}, g, true
					}
				}
			}
		}
		next := j.adj[2*c]
		if next == prev {
			next = j.adj[2*c+1]
		}
		prev, c = c, next
		if c == head {
			return best, gain, found
		}
	}
}

// write reads the nodes into order and pos.
func (j *Joiner) write(order, pos []int32) {
	prev, at := int32(-1), order[0]
	for i := range order {
		order[i], pos[at] = at, int32(i)
		next := j.adj[2*at]
		if next == prev {
			next = j.adj[2*at+1]
		}
		prev, at = at, next
	}
}
