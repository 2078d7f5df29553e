package twoopt

import "tspmcts/tsp"

// Candidates lists, for each city, the cities that a move may connect it to,
// most promising first, with their distances. City i's stand at
// Start[i]..Start[i+1] of City and Dist.
type Candidates struct {
	Start []int32
	City  []int32
	Dist  []int32
}

// NewCandidates flattens lists of cities, in their order. list(i) is read before the
// next call.
func NewCandidates(in *tsp.Instance, list func(i int32) []int32) *Candidates {
	n := int32(in.N())
	c := &Candidates{Start: make([]int32, n+1)}
	for i := range n {
		c.City = append(c.City, list(i)...)
		c.Start[i+1] = int32(len(c.City))
	}
	c.Dist = make([]int32, len(c.City))
	for i := range n {
		for k := c.Start[i]; k < c.Start[i+1]; k++ {
			c.Dist[k] = in.Dist(i, c.City[k])
		}
	}
	return c
}

// Of returns city i's candidates and their distances.
func (c *Candidates) Of(i int32) (cities, dists []int32) {
	lo, hi := c.Start[i], c.Start[i+1]
	return c.City[lo:hi:hi], c.Dist[lo:hi:hi]
}
