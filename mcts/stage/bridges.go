package stage

import (
	"slices"

	"tspmcts/mcts/eax"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// near returns what merges look at: the nearest cities, or, where there are bridges, those and the other
// ends of these. All near cities of a city in a group far from others are in that group, so that edge
// assembly, which closes groups to sub-tours, would have no way to lead to one but the tour's own.
func (s *Search) near() *tsp.Neighbors {
	if s.merges == nil {
		return s.Neighbors
	}
	return s.merges
}

// perCity is the most bridges of a city that take the place of near cities.
const perCity = 2

// bridge finds the bridges, if there are groups. Three instances of outlines far apart, 6000 cities,
// stand after .5, 1 and 3 s (four seeds, over the best of these runs) at 1.15 .369 .266 % with near
// alone, at 1.89 1.45 1.17 without; 13 others of groups after 1, 1.5, 2 and 3 s (three seeds) at
// .198 .115 .062 .031, and at .222 .131 .086 .039. The shortest edges to the two, three or five nearest
// groups of each city are no better: the outlines .249 to .288 %, with edges as ends .156.
func (s *Search) bridge() {
	if s.Between == 0 {
		return
	}
	edges, err := onetree.Bridges(s.Meter.Context(), s.In, s.Neighbors, eax.Near)
	if err != nil || len(edges) == 0 {
		return // the budget ended
	}
	n := s.In.N()
	near := &tsp.Neighbors{K: eax.Near, Flat: make([]int32, 0, n*eax.Near)}
	for city := range int32(n) {
		near.Flat = append(near.Flat, s.Neighbors.Of(city)[:eax.Near]...)
	}
	leads(edges, near, func(city int32) int32 { return city })
	s.bridges, s.merges = edges, near
}

// leads puts the other ends of each city's bridges, of perCity at most, into the last of the first eax.Near
// places of its row; row tells which that is, -1 for none.
func leads(edges [][2]int32, near *tsp.Neighbors, row func(city int32) int32) {
	count := make([]uint8, len(near.Flat)/near.K)
	for _, e := range edges {
		a, b := row(e[0]), row(e[1])
		if a < 0 || b < 0 {
			continue
		}
		for k, r := range [2]int32{a, b} {
			if of, other := near.Of(r)[:eax.Near], e[1-k]; count[r] < perCity && !slices.Contains(of, other) {
				count[r]++
				of[eax.Near-count[r]] = other
			}
		}
	}
}

// nested reports whether there are groups of groups, which bridges of several sizes join: the longest is
// 1.9 to 5.4 times as long as the median one with chips, hamlets, outlines and DIMACS clusters, fl1577 and
// rl5915, and 7 to 640 times with villages around towns, streets, Cantor dust, Levy flights and clusters in
// clusters.
func (s *Search) nested() bool {
	if len(s.bridges) == 0 {
		return false
	}
	length := func(k int) int64 { return int64(s.In.Dist(s.bridges[k][0], s.bridges[k][1])) }
	return length(len(s.bridges)-1) > 6*length(len(s.bridges)/2)
}

// withBridges adds to the ends of the tour's k longest edges, the cities for which marked is at least 0,
// those of bridges and what the tour has beside them: it may be that no long edge is near a bridge. All
// bridges are that, if they bring no more cities than there are, or, where k, of relative lengths, is a
// twentieth of all edges at most, if there are no more of them; and the k longest of groups of groups.
// Elsewhere, such as in hamlets, long edges are bridges, and have enough: over a tenth of all, with the
// longest bridges, chips and hamlets end 3 s (four seeds) at .062 and .062 %, and at .017 and .024 without.
func (s *Search) withBridges(k int, relative bool, marked []int32) {
	order, pos := s.Tour.Order, s.Tour.Positions()
	n := int32(len(order))
	edges := s.bridges
	if 3*len(edges) > k {
		if !relative || k > len(order)/20 || len(edges) > k && !s.nested() {
			return
		}
		edges = edges[max(0, len(edges)-k):]
	}
	for _, e := range edges {
		for _, c := range e {
			for _, p := range [3]int32{pos[c] + n - 1, pos[c], pos[c] + 1} {
				marked[order[p%n]] = 0
			}
		}
	}
}
