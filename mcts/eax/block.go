package eax

import "math/rand/v2"

// blocks is the graph of the AB-cycles of a pair: two of them are linked by
// every city that both pass, the weight of a link is the number of such cities.
// The two cities of a fixed edge count as one: no AB-cycle has that edge, so that
// those of a directed instance, where each city has one, would share none.
type blocks struct {
	first, second []int32 // by city: the AB-cycles that pass it, -1 for none
	start         []int32 // links of each cycle: to[start[i]:start[i+1]]
	to            []int32
	total         []int32 // by cycle: cities shared with any other
	inside        []int32 // by cycle: cities shared with the E-set
	chosen        []bool
	tabu          []int32 // iteration until which the cycle may not move
	order         []int32 // centers still to try
	best          []int32
	near          []int32 // cycles that touch the E-set or are in it
	listed        []bool
}

// Knobs of the tabu search for an E-set. With a stall of 20, `generate --kind atsp-coins --cities
// 3162 --seed 1` ends .04 % longer after 15 s (nine pairs); symmetric instances do not differ.
const (
	tabuStall  = 7  // iterations without a better E-set that end it
	tabuTenure = 10 // a moved cycle rests for 1..tabuTenure iterations
)

// graph sets up the links. Cost: linear in the edges of the AB-cycles.
func (x *crosser) graph() {
	b, c := &x.blocks, &x.cycles
	m := int32(c.len())
	if b.first == nil {
		b.first, b.second = make([]int32, x.s.n), make([]int32, x.s.n)
	}
	for _, v := range x.differing {
		v = x.s.representative(v)
		b.first[v], b.second[v] = -1, -1
	}
	start := grow(&b.start, m+2)
	clear(start)
	for id := range m {
		for _, v := range c.city[c.start[id]:c.start[id+1]] {
			v = x.s.representative(v)
			if b.first[v] < 0 {
				b.first[v] = id
			} else if o := b.first[v]; o != id {
				b.second[v] = id
				start[o+2]++
				start[id+2]++
			}
		}
	}
	total := grow(&b.total, m)
	for i := range m {
		total[i] = start[i+2]
		start[i+2] += start[i+1]
	}
	to := grow(&b.to, start[m+1])
	for _, v := range x.differing {
		v = x.s.representative(v)
		if o, p := b.first[v], b.second[v]; p >= 0 {
			to[start[o+1]] = p
			start[o+1]++
			to[start[p+1]] = o
			start[p+1]++
			b.second[v] = -1 // the other city of a fixed edge may come, too
		}
	}
	grow(&b.inside, m)
	grow(&b.tabu, m)
	if int32(cap(b.chosen)) < m {
		b.chosen = make([]bool, 2*m)
		b.listed = make([]bool, 2*m)
	}
}

// block tries children by E-sets of several AB-cycles each: a center drawn at
// random and what a short tabu search puts around it such that few cities are
// left where the child changes between edges of A and of B.
func (x *crosser) block(a *individual, rng *rand.PCG) {
	x.graph()
	b := &x.blocks
	m := x.cycles.len()
	b.order = b.order[:0]
	for range x.cfg.Children {
		if len(b.order) == 0 {
			for i := range m {
				b.order = append(b.order, int32(i))
			}
		}
		r := below(rng, len(b.order))
		center := b.order[r]
		b.order[r] = b.order[len(b.order)-1]
		b.order = b.order[:len(b.order)-1]
		x.around(center, rng)
		gain := int64(0)
		for _, id := range x.set {
			gain += x.cycles.gain[id]
		}
		if gain < x.least {
			continue
		}
		x.try(a)
	}
}

// flip moves cycle id into or out of the E-set.
func (b *blocks) flip(id int32) {
	by := int32(1)
	if b.chosen[id] {
		by = -1
	}
	b.chosen[id] = !b.chosen[id]
	if !b.listed[id] {
		b.listed[id] = true
		b.near = append(b.near, id)
	}
	for _, o := range b.to[b.start[id]:b.start[id+1]] {
		b.inside[o] += by
		if !b.listed[o] {
			b.listed[o] = true
			b.near = append(b.near, o)
		}
	}
}

// keep makes the E-set the best so far.
func (b *blocks) keep() {
	b.best = b.best[:0]
	for _, o := range b.near {
		if b.chosen[o] {
			b.best = append(b.best, o)
		}
	}
}

// around sets x.set to an E-set that holds the center.
func (x *crosser) around(center int32, rng *rand.PCG) {
	b, c := &x.blocks, &x.cycles
	m := c.len()
	clear(b.inside)
	clear(b.tabu)
	clear(b.chosen[:m])
	clear(b.listed[:m])
	b.near = b.near[:0]
	size := func(id int32) int32 { return c.start[id+1] - c.start[id] }

	// At most half of all edges, or the child would be B with parts of A.
	limit := max(int32(len(c.city))/2, size(center))
	edges, border := size(center), b.total[center]
	b.flip(center)
	for _, o := range b.to[b.start[center]:b.start[center+1]] {
		if !b.chosen[o] && size(o) < size(center) && edges+size(o) <= limit {
			edges += size(o)
			border += b.total[o] - 2*b.inside[o]
			b.flip(o)
		}
	}
	bestBorder := border
	b.keep()
	for it, stall := int32(1), 0; stall < tabuStall; it, stall = it+1, stall+1 {
		move, change, ties := int32(-1), int32(0), 0
		for _, o := range b.near {
			if o == center || b.tabu[o] > it {
				continue
			}
			d := b.total[o] - 2*b.inside[o]
			if b.chosen[o] {
				d = -d
			} else if b.inside[o] == 0 || edges+size(o) > limit {
				continue
			}
			switch {
			case move < 0 || d < change:
				move, change, ties = o, d, 1
			case d == change:
				if ties++; below(rng, ties) == 0 {
					move = o
				}
			}
		}
		if move < 0 {
			break
		}
		border += change
		if b.chosen[move] {
			edges -= size(move)
		} else {
			edges += size(move)
		}
		b.flip(move)
		b.tabu[move] = it + 1 + int32(below(rng, tabuTenure))
		if border < bestBorder {
			bestBorder, stall = border, 0
			b.keep()
		}
	}
	x.set = append(x.set[:0], b.best...)
}
