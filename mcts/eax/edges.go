package eax

import "math"

// census counts in how many tours of the population each edge is. An edge is
// kept with its lower city, in buckets of one cache line.
type census struct {
	buckets []bucket // the first n are those of the cities, the rest overflow
	more    []int32  // next bucket of the same city, -1 for none
	h       []int64  // h[F] = -(F/N) ln(F/N), the share of an edge in the entropy, in units of 2^-40
	drop    []int64  // h[F-1] - h[F]: what taking an edge out of one tour changes
	add     []int64  // h[F+1] - h[F]
}

const slots = 8

type bucket struct {
	city  [slots]int32 // -1 for a free slot
	count [slots]int32
}

var freeBucket = bucket{city: [slots]int32{-1, -1, -1, -1, -1, -1, -1, -1}}

func newCensus(n int32, tours int) *census {
	c := &census{buckets: make([]bucket, n), more: make([]int32, n)}
	for i := range c.buckets {
		c.buckets[i], c.more[i] = freeBucket, -1
	}
	c.resize(tours)
	return c
}

// resize sets the population size N that the entropy is computed with.
func (c *census) resize(tours int) {
	c.h = make([]int64, tours+1)
	c.drop = make([]int64, tours+1)
	c.add = make([]int64, tours+1)
	for f := 1; f < tours; f++ {
		q := float64(f) / float64(tours)
		// rounding hides last-bit differences of Log between machines
		c.h[f] = int64(math.Round(-q*math.Log(q)*(1<<30))) << 10
	}
	for f := range tours {
		c.add[f] = c.h[f+1] - c.h[f]
		c.drop[f+1] = -c.add[f]
	}
}

// of returns the count of the edge i-j.
func (c *census) of(i, j int32) int32 {
	if i > j {
		i, j = j, i
	}
	for i >= 0 {
		b := &c.buckets[i]
		for s := range slots {
			if b.city[s] == j {
				return b.count[s]
			}
		}
		i = c.more[i]
	}
	return 0
}

// change adds by to the count of the edge i-j.
func (c *census) change(i, j, by int32) {
	if i > j {
		i, j = j, i
	}
	if c.shift(i, j, by) {
		return
	}
	last := i
	for c.more[last] >= 0 {
		last = c.more[last]
	}
	c.more[last] = int32(len(c.buckets))
	b := freeBucket
	b.city[0], b.count[0] = j, by
	c.buckets, c.more = append(c.buckets, b), append(c.more, -1)
}

// shift is change for i < j, where there is room for the edge; else it returns false. Who shifts
// edges of different i may do so side by side.
func (c *census) shift(i, j, by int32) bool {
	free, slot := int32(-1), 0
	for ; i >= 0; i = c.more[i] {
		b := &c.buckets[i]
		for s := range slots {
			if b.city[s] == j {
				b.count[s] += by
				return true
			}
			if free < 0 && b.count[s] == 0 {
				free, slot = i, s
			}
		}
	}
	if free < 0 {
		return false
	}
	c.buckets[free].city[slot], c.buckets[free].count[slot] = j, by
	return true
}

// tour counts every edge of a tour.
func (c *census) tour(ord []int32) {
	prev := ord[len(ord)-1]
	for _, v := range ord {
		c.change(prev, v, 1)
		prev = v
	}
}

// edge packs an undirected edge.
func edge(i, j int32) uint64 {
	if i > j {
		i, j = j, i
	}
	return uint64(i)<<32 | uint64(j)
}

func ends(e uint64) (int32, int32) { return int32(e >> 32), int32(uint32(e)) }
