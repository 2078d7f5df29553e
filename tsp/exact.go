package tsp

import "math"

// MaxExact is the largest number of cities that [Exact] solves.
const MaxExact = 12

// Exact returns an optimal tour of at most MaxExact cities, fixed edges
// included, by dynamic programming over subsets (Held and Karp 1962), in n^2 2^n time;
// false for more cities. It starts at city 0.
func Exact(in *Instance) (Tour, bool) {
	n := in.N()
	if n > MaxExact {
		return nil, false
	}
	if n == 1 {
		return Tour{0}, true
	}
	// A fixed edge is cheaper by more than any tour costs, so that all are taken.
	const bonus = (MaxExact + 1) * MaxDist
	cost := func(i, j int) int64 {
		d := int64(in.Dist(int32(i), int32(j)))
		if in.IsFixed(int32(i), int32(j)) {
			d -= bonus
		}
		return d
	}
	// best[s*m+j] is the cheapest path from city 0 through the set s of the
	// cities 1.. to city j+1 in it.
	m := n - 1
	best := make([]int64, m<<m)
	from := make([]int8, m<<m)
	for s := 1; s < 1<<m; s++ {
		for j := range m {
			if s>>j&1 == 0 {
				continue
			}
			rest := s &^ (1 << j)
			if rest == 0 {
				best[s*m+j], from[s*m+j] = cost(0, j+1), -1
				continue
			}
			least := int64(math.MaxInt64)
			for i := range m {
				if rest>>i&1 == 0 {
					continue
				}
				if c := best[rest*m+i] + cost(i+1, j+1); c < least {
					least, from[s*m+j] = c, int8(i)
				}
			}
			best[s*m+j] = least
		}
	}
	all := 1<<m - 1
	last, least := 0, int64(math.MaxInt64)
	for j := range m {
		if c := best[all*m+j] + cost(j+1, 0); c < least {
			last, least = j, c
		}
	}
	t := make(Tour, n)
	for s, at := all, n-1; at > 0; at-- {
		t[at] = int32(last + 1)
		next := from[s*m+last]
		s &^= 1 << last
		last = int(next)
	}
	return t, true
}
