// Package region cuts a tour into regions that are worked on apart, and joins
// what the work brought to one tour again.
//
//	var t region.Tree
//	t.Grow(ctx, in, pos, size, rng)        // pos is the inverse of order
//	for k, leaf := range t.Leaves {   // each by any worker
//		region.Cut(&p, order, pos, t.Of(leaf))
//		exchanges[k] = p.Compare(tour, gain) // tour is a better one of p
//	}
//	length -= region.NewJoiner(in, nb).Join(order, pos, exchanges)
//
// A Visitor makes an instance of a Problem, and Recombine is the work on it that
// the search does.
package region

import "slices"

// Problem is a region of a tour as plain data: its cities in the order in which
// the tour meets them. Where the tour leaves the region and comes back the two
// cities are joined by a link, an edge that every tour of the problem keeps: any
// such tour replaces the paths that the tour has inside the region by others.
type Problem struct {
	Cities []int32 // city i of the problem is Cities[i]
	Links  []int32 // places i, ascending, such that i to i+1 (the last to 0) is a link
}

// Exchange is what work on a region brought: edges of the tour to remove and to add, in
// the instance's cities, and the length that this gains. Applied alone it leaves one
// tour.
type Exchange struct {
	Removed, Added [][2]int32
	Gain           int64
}

// Cut makes the region of the given cities of the tour with the given inverse.
func Cut(p *Problem, order, pos, cities []int32) {
	n := int32(len(order))
	at := append(p.Cities[:0], cities...)
	for i, c := range at {
		at[i] = pos[c]
	}
	slices.Sort(at)
	p.Cities, p.Links = at, p.Links[:0]
	m := len(at)
	if m == int(n) {
		copy(at, order)
		return
	}
	for i, q := range at {
		next := at[0] + n
		if i+1 < m {
			next = at[i+1]
		}
		if next != q+1 {
			p.Links = append(p.Links, int32(i))
		}
	}
	for i, q := range at {
		at[i] = order[q]
	}
}

// Compare returns the exchange that leads from the problem's own tour to the
// given one, a permutation of 0..m-1. Links must be neighbours in both.
func (p *Problem) Compare(tour []int32, gain int64) Exchange {
	m := int32(len(tour))
	x := Exchange{Gain: gain}
	next := func(i int32) int32 {
		if i++; i == m {
			i = 0
		}
		return i
	}
	at := make([]int32, m) // place in the new tour
	for i, c := range tour {
		at[c] = int32(i)
	}
	for i := range m {
		j := next(i)
		if d := at[i] - at[j]; d != 1 && d != -1 && d != m-1 && d != 1-m {
			x.Removed = append(x.Removed, [2]int32{p.Cities[i], p.Cities[j]})
		}
		a, b := tour[i], tour[j]
		if d := a - b; d != 1 && d != -1 && d != m-1 && d != 1-m {
			x.Added = append(x.Added, [2]int32{p.Cities[a], p.Cities[b]})
		}
	}
	return x
}
