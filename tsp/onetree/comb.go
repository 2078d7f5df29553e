package onetree

import (
	"encoding/binary"
	"slices"
)

// comb is a comb inequality, a blossom (2-matching) inequality where every tooth has two cities.
// Handle H and an odd number k >= 3 of disjoint teeth T, each with cities within and without H,
// hold of every tour
//
//	x(E(H)) + sum of x(E(T)) <= |H| + sum of (|T| - 1) - (k+1)/2
//
// where x(E(S)) is the number of its edges within S (Chvatal 1973; Groetschel and Padberg 1979).
type comb struct {
	sets [][]int32 // handle and teeth, in internal ids, each ascending
	rhs  int64
	key  string // tells combs apart

	mu, best int64   // multiplier, at least 0, of this step and at the centre
	edges    []int32 // those of the graph within the sets, once a set
	over     float64 // by how much the average of 1-trees violates it
	idle     int     // rounds in a row that it was of no use
}

// newComb returns the comb of a handle and its teeth.
func newComb(handle []int32, teeth [][]int32) *comb {
	slices.SortFunc(teeth, slices.Compare)
	c := &comb{sets: append([][]int32{handle}, teeth...), rhs: int64(len(handle)) - int64(len(teeth)+1)/2}
	for _, t := range teeth {
		c.rhs += int64(len(t) - 1)
	}
	var key []byte
	for _, s := range c.sets {
		key = binary.AppendUvarint(key, uint64(len(s)))
		for _, i := range s {
			key = binary.AppendUvarint(key, uint64(i))
		}
	}
	c.key = string(key)
	return c
}

// find lists the edges of g within the sets. stamp has a zero for each city, and has again
// afterwards.
func (c *comb) find(g *Graph, stamp []bool) {
	c.edges = c.edges[:0]
	for _, s := range c.sets {
		for _, i := range s {
			stamp[i] = true
		}
		for _, i := range s {
			for _, e := range g.edge[g.off[i]:g.off[i+1]] {
				if g.u[e] == i && stamp[g.v[e]] {
					c.edges = append(c.edges, e)
				}
			}
		}
		for _, i := range s {
			stamp[i] = false
		}
	}
}

// surplus is what the edges of the complete graph cost more because of combs. nil is nothing.
type surplus struct {
	off, set []int32 // the sets of each city, ascending
	mu       []int64 // of each set
	rhs      int64   // sum of mu times right side
}

// newSurplus returns that of the combs with a multiplier at the centre.
func newSurplus(n int, combs []*comb) *surplus {
	s := &surplus{off: make([]int32, n+1)}
	for _, c := range combs {
		if c.best == 0 {
			continue
		}
		s.rhs += c.best * c.rhs
		for _, set := range c.sets {
			s.mu = append(s.mu, c.best)
			for _, i := range set {
				s.off[i+1]++
			}
		}
	}
	for i := range n {
		s.off[i+1] += s.off[i]
	}
	s.set = make([]int32, s.off[n])
	fill := slices.Clone(s.off)
	at := int32(0)
	for _, c := range combs {
		if c.best == 0 {
			continue
		}
		for _, set := range c.sets {
			for _, i := range set {
				s.set[fill[i]] = at
				fill[i]++
			}
			at++
		}
	}
	return s
}

// of returns what the edge i-j costs more, at least 0.
func (s *surplus) of(i, j int32) int64 {
	if s == nil { // inlined: most pricing has no combs
		return 0
	}
	return s.shared(i, j)
}

// shared is the sum over the sets that hold both.
func (s *surplus) shared(i, j int32) (sum int64) {
	a, b := s.set[s.off[i]:s.off[i+1]], s.set[s.off[j]:s.off[j+1]]
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			sum += s.mu[a[0]]
			a, b = a[1:], b[1:]
		}
	}
	return sum
}
