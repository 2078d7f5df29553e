package tsp

import "math"

// MaxExact is the largest number of cities that [Exact] solves: one less of a path.
const MaxExact = 12

// Exact returns an optimal solution of at most MaxExact cities, fixed edges
// included, by dynamic programming over subsets (Held and Karp 1962), in n^2 2^n time;
// false for more cities. A tour starts at city 0. Edges that may not be used are
// taken where there is no other way (see Keeps).
func Exact(in *Instance) (Tour, bool) {
	n := in.N()
	if in.Ends != nil {
		n++ // the last is between the path's end and its start
	}
	if n > MaxExact {
		return nil, false
	}
	if in.N() == 1 {
		return Tour{0}, true
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
				best[s*m+j], from[s*m+j] = exactCost(in, 0, j+1), -1
				continue
			}
			least := int64(math.MaxInt64)
			for i := range m {
				if rest>>i&1 == 0 {
					continue
				}
				if c := best[rest*m+i] + exactCost(in, i+1, j+1); c < least {
					least, from[s*m+j] = c, int8(i)
				}
			}
			best[s*m+j] = least
		}
	}
	all := 1<<m - 1
	last, least := 0, int64(math.MaxInt64)
	for j := range m {
		if c := best[all*m+j] + exactCost(in, j+1, 0); c < least {
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
	if in.Ends != nil {
		for k, c := range t {
			if c == in.n {
				rotate(t, (k+1)%n)
				return t[:n-1], true
			}
		}
	}
	return t, true
}

// exactCost is the length of the way from i to j as [Exact] counts it; city in.N() is the
// one between the ends of a path. An edge that may not be used costs more than any tour
// without one; a fixed edge is cheaper by more than tours of these cost, and a wrong end
// as much dearer.
func exactCost(in *Instance, i, j int) int64 {
	const (
		dear  = (MaxExact + 1) * MaxDist
		bonus = (MaxExact + 1) * dear
	)
	switch {
	case i == in.N():
		return wrongEnd(in.Ends.Start, j, bonus)
	case j == in.N():
		return wrongEnd(in.Ends.End, i, bonus)
	}
	a, b := int32(i), int32(j)
	d := int64(in.Dist(a, b))
	switch {
	case in.IsFixed(a, b) && (!in.Directed || in.fixedWay(a, b)):
		d -= bonus
	case !in.allows(a, b):
		d = dear
	}
	return d
}

// wrongEnd returns what it costs that a path ends in city c: nothing where it may.
func wrongEnd(end int32, c int, cost int64) int64 {
	if end < 0 || int(end) == c {
		return 0
	}
	return cost
}

// fixedWay reports whether the fixed edge between cities i and j leads from i to j.
func (in *Instance) fixedWay(i, j int32) bool {
	for _, e := range in.Fixed {
		if e == [2]int32{i, j} {
			return true
		}
	}
	return false
}
