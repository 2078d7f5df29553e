package onetree

import "math"

// patching is the scratch of joining cycles.
type patching struct {
	to, back []int32 // the city after, and that before each
	label    []int32 // the number of its cycle
	size     []int32 // by cycle: cities, 0 where it has become part of another
	head     []int32 // a city of it
}

// cycles finds those of to.
func (p *patching) cycles() {
	p.size, p.head = p.size[:0], p.head[:0]
	for c := range p.label {
		p.label[c] = -1
	}
	for c := range p.to {
		if p.label[c] >= 0 {
			continue
		}
		k := int32(len(p.size))
		p.size, p.head = append(p.size, 0), append(p.head, int32(c))
		for at := int32(c); p.label[at] < 0; at = p.to[at] {
			p.label[at] = k
			p.size[k]++
		}
	}
}

// fewest returns the cities of the cycle of the node's assignment that has the fewest ways which it
// need not keep; nil where that is a tour, or too long for a better one.
func (b *brancher) fewest() (cities []int32) {
	copy(b.to, b.entry)
	b.cycles()
	if len(b.size) == 1 || b.excess >= b.least {
		return nil
	}
	free := make([]int32, len(b.size))
	for c, k := range b.label {
		if !b.kept[c] {
			free[k]++
		}
	}
	k := 0
	for c := range free {
		if free[c] < free[k] {
			k = c
		}
	}
	for c := b.head[k]; len(cities) < int(b.size[k]); c = b.to[c] {
		cities = append(cities, c)
	}
	return cities
}

// join joins the cycles of the node's assignment, always the smallest with what the cheapest
// exchange of one way out each leads to, and takes the tour if it is better than the best. R. M.
// Karp ("A patching algorithm for the nonsymmetric traveling-salesman problem", SIAM Journal on
// Computing 8, 1979) joins the largest; this way exchanges are looked for at few cities.
func (b *brancher) join() {
	copy(b.to, b.entry)
	copy(b.back, b.exit)
	b.cycles()
	b.work += int64(len(b.to))
	excess := b.excess
	for left := len(b.size); left > 1; left-- {
		b.work += int64(len(b.size))
		small := int32(-1)
		for k, size := range b.size {
			if size > 0 && (small < 0 || size < b.size[small]) {
				small = int32(k)
			}
		}
		i, k, more := b.exchange(small)
		excess += more
		if i < 0 || excess >= b.least {
			return
		}
		other := b.label[k]
		for c := i; b.label[c] == small; c = b.to[c] {
			b.label[c] = other
		}
		b.size[other] += b.size[small]
		b.size[small] = 0
		b.to[i], b.to[k] = b.to[k], b.to[i]
		b.back[b.to[i]], b.back[b.to[k]] = i, k
	}
	if excess < b.least {
		b.least = excess
		b.best = append(b.best[:0], b.to...)
	}
}

// exchange returns the city i of a cycle, and k of another, whose exchange of the ways out costs
// least, where one of the new ones is listed; of all where none is. i is -1 where all are fixed.
func (b *brancher) exchange(cycle int32) (i, k int32, least int64) {
	i, k, least = -1, -1, math.MaxInt64
	offer := func(c, d int32) {
		if b.label[d] == cycle || b.fixed[c] || b.fixed[d] {
			return
		}
		if more := b.cost(c, b.to[d]) + b.cost(d, b.to[c]) - b.cost(c, b.to[c]) - b.cost(d, b.to[d]); more < least {
			i, k, least = c, d, more
		}
	}
	first := b.head[cycle]
	for c := first; ; {
		for _, w := range b.out[c] {
			offer(c, b.back[w.city])
		}
		for _, w := range b.into[b.to[c]] {
			offer(c, w.city)
		}
		b.work += int64(len(b.out[c]) + len(b.into[b.to[c]]))
		if c = b.to[c]; c == first {
			break
		}
	}
	if i >= 0 {
		return i, k, least
	}
	for c := first; ; {
		for d := range int32(len(b.to)) {
			offer(c, d)
		}
		b.work += int64(len(b.to))
		if c = b.to[c]; c == first {
			return i, k, least
		}
	}
}
