package tsp

import "slices"

// links is a sparse set of edges: the cities that city i is linked to stand, ascending, at
// start[i]..start[i+1] of city.
type links struct {
	start []int32
	city  []int32
}

// newLinks returns the links of n cities along edges, in both directions. Loops are left out.
func newLinks(n int, edges [][2]int32) *links {
	l := &links{start: make([]int32, n+1)}
	for _, e := range edges {
		if e[0] != e[1] {
			l.start[e[0]+1]++
			l.start[e[1]+1]++
		}
	}
	for i := range n {
		l.start[i+1] += l.start[i]
	}
	l.city = make([]int32, l.start[n])
	fill := slices.Clone(l.start[:n])
	for _, e := range edges {
		if e[0] != e[1] {
			l.city[fill[e[0]]], l.city[fill[e[1]]] = e[1], e[0]
			fill[e[0]]++
			fill[e[1]]++
		}
	}
	kept := int32(0)
	for i := range n {
		row := l.city[l.start[i]:l.start[i+1]]
		slices.Sort(row)
		row = slices.Compact(row)
		l.start[i] = kept
		kept += int32(copy(l.city[kept:], row))
	}
	l.start[n] = kept
	l.city = l.city[:kept]
	return l
}

// of returns the cities that city i is linked to, ascending.
func (l *links) of(i int32) []int32 { return l.city[l.start[i]:l.start[i+1]] }

// has reports whether cities i and j are linked.
func (l *links) has(i, j int32) bool {
	lo, hi := l.start[i], l.start[i+1]
	for hi-lo > 8 {
		mid := (lo + hi) / 2
		if l.city[mid] > j {
			hi = mid
		} else {
			lo = mid
		}
	}
	for _, c := range l.city[lo:hi] {
		if c == j {
			return true
		}
	}
	return false
}

// edges lists the links, each once, the lower city first.
func (l *links) edges() [][2]int32 {
	list := make([][2]int32, 0, len(l.city)/2)
	for i := range int32(len(l.start) - 1) {
		for _, j := range l.of(i) {
			if i < j {
				list = append(list, [2]int32{i, j})
			}
		}
	}
	return list
}
