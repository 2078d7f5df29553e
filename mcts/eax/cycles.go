package eax

import "math/rand/v2"

// junction is a city where A and B differ: the edges that are in one of them
// only and not yet part of an AB-cycle, first those of A, then those of B.
type junction struct {
	to [2][2]int32 // other ends, by parent
	w  [2][2]int32 // lengths
	// left counts the edges of A that remain. Those of B are as many, but for
	// the two ends of the path that is being traced.
	left [2]int8
	seen [2]int32 // index in the path at which it was reached, by the parity of that index; -1 if not
}

// cycles holds the AB-cycles of a pair, each as the cities in the order of the
// walk, beginning with an edge of A: city 2i to 2i+1 is of A, 2i+1 to 2i+2 of B.
type cycles struct {
	start []int32 // where each begins in city; one more than there are cycles
	gain  []int64 // edges of A minus edges of B
	city  []int32
	w     []int32 // length of the edge from city[i] to the next
}

// tracer finds the AB-cycles of a pair.
type tracer struct {
	differing []int32 // cities where A and B differ
	junctions []junction
	path      []int32 // of the walk, with the lengths of its edges and their sums, those of B negative
	pathW     []int32
	sum       []int64
	cycles    cycles
}

func (c *cycles) len() int { return len(c.gain) }

func (c *cycles) reset() {
	c.start, c.gain, c.city, c.w = append(c.start[:0], 0), c.gain[:0], c.city[:0], c.w[:0]
}

// differ lists in x.differing the cities at which a and b have different edges and
// sets up their junctions. Cost: one pass over both tours.
func (x *tracer) differ(a, b *individual) {
	differing := x.differing[:0]
	aAdj, bAdj := a.adj, b.adj[:len(a.adj)]
	junctions := x.junctions[:len(a.adj)]
	for i := range aAdj {
		p, q := &aAdj[i], &bAdj[i]
		pa, pb, qa, qb := p.a, p.b, q.a, q.b
		if uint64(pa^qa)*uint64(pa^qb)|uint64(pa+pb-qa-qb) == 0 { // the same two, in either order: one branch
			continue
		}
		differing = append(differing, int32(i))
		j := &junctions[i]
		j.seen = [2]int32{-1, -1}
		switch { // at most one edge is common
		case pa == qa:
			j.to[0][0], j.w[0][0], j.to[1][0], j.w[1][0], j.left = pb, p.db, qb, q.db, [2]int8{1, 1}
		case pa == qb:
			j.to[0][0], j.w[0][0], j.to[1][0], j.w[1][0], j.left = pb, p.db, qa, q.da, [2]int8{1, 1}
		case pb == qa:
			j.to[0][0], j.w[0][0], j.to[1][0], j.w[1][0], j.left = pa, p.da, qb, q.db, [2]int8{1, 1}
		case pb == qb:
			j.to[0][0], j.w[0][0], j.to[1][0], j.w[1][0], j.left = pa, p.da, qa, q.da, [2]int8{1, 1}
		default:
			j.to = [2][2]int32{{pa, pb}, {qa, qb}}
			j.w = [2][2]int32{{p.da, p.db}, {q.da, q.db}}
			j.left = [2]int8{2, 2}
		}
	}
	x.differing = differing
}

// trace splits the union of A and B without their common edges into AB-cycles
// by random walks that take edges of A and B in turn: as soon as a walk comes
// to a city that it has left by the other parent's kind of edge, the part in
// between is an AB-cycle (step 2 of EAX). It stops after enough cycles
// of at least the given gain; each edge is walked once.
func (x *tracer) trace(rng *rand.PCG, enough int, least int64) {
	c := &x.cycles
	c.reset()
	js := x.junctions
	path, sum, pw := x.path, x.sum, x.pathW
	differing := x.differing
	bits, nbits := uint64(0), 0
	for len(differing) > 0 {
		r := below(rng, len(differing))
		start := differing[r]
		if js[start].left[0] == 0 {
			differing[r], differing[len(differing)-1] = differing[len(differing)-1], start
			differing = differing[:len(differing)-1]
			continue
		}
		t := int32(0)
		path[0], sum[0] = start, 0
		js[start].seen[0] = 0
		for {
			u := path[t]
			kind := t & 1 // an edge of A leaves at even indices
			j := &js[u]
			pick := 0
			if j.left[kind] == 2 {
				if nbits == 0 {
					bits, nbits = rng.Uint64(), 64
				}
				pick = int(bits & 1)
				bits >>= 1
				nbits--
			}
			v, w := j.to[kind][pick], j.w[kind][pick]
			j.to[kind][pick], j.w[kind][pick] = j.to[kind][1], j.w[kind][1]
			j.left[kind]--
			k := &js[v]
			if k.to[kind][0] == u {
				k.to[kind][0], k.w[kind][0] = k.to[kind][1], k.w[kind][1]
			}
			k.left[kind]--
			pw[t] = w
			if kind == 0 {
				sum[t+1] = sum[t] + int64(w)
			} else {
				sum[t+1] = sum[t] - int64(w)
			}
			t++
			path[t] = v
			s := k.seen[t&1]
			if s < 0 {
				k.seen[t&1] = t
				continue
			}
			// path[s..t] is an AB-cycle; let it begin with an edge of A.
			gain := sum[t] - sum[s]
			for i := s + 1; i < t; i++ {
				js[path[i]].seen[i&1] = -1
			}
			if gain >= least {
				if s&1 == 0 {
					c.city = append(c.city, path[s:t]...)
					c.w = append(c.w, pw[s:t]...)
				} else {
					c.city = append(append(c.city, path[s+1:t]...), path[s])
					c.w = append(append(c.w, pw[s+1:t]...), pw[s])
				}
				c.start = append(c.start, int32(len(c.city)))
				c.gain = append(c.gain, gain)
				if len(c.gain) == enough {
					return
				}
			}
			t = s
			if t == 0 {
				js[start].seen[0] = -1
				break
			}
		}
	}
}

// below returns a number from 0 to n-1, all equally likely but for 2^-32 n.
func below(rng *rand.PCG, n int) int {
	return int((rng.Uint64() >> 32) * uint64(n) >> 32)
}
