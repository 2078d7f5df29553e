package stage

import (
	"slices"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

// bridges are short edges between groups of cities that are far apart. All near cities of a city are in
// its own group there, so that edge assembly, which closes a group to a sub-tour, has no way to lead to
// it from another one than the tour's own.
type bridges struct {
	edges  [][2]int32     // none where there are no groups
	merges *tsp.Neighbors // the nearest cities of each, as many as merges look at, the other ends of its bridges for the last; nil: no bridges
}

// near returns what merges look at.
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
	s.edges, s.merges = edges, near
}

// leads puts the other ends of a city's bridges, the first perCity of them, in the places of the last
// eax.Near there; row tells of a city which row it has, -1 for none.
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

// withBridges adds to the ends of the tour's k longest edges, the cities for which marked is at least 0,
// those of bridges and what the tour has beside them: it may be that no long edge is near a bridge. Where
// that would be more than there are, such as in hamlets, long edges are bridges, and a part of these has
// them mended worse: chips and hamlets end 3 s (four seeds) at .062 and .062 %, and at .017 and .024
// without. So has mending the tours of populations with them.
func (b *bridges) withBridges(t *kick.Tour, k int, marked []int32) {
	if 3*len(b.edges) > k {
		return
	}
	order, pos := t.Order, t.Positions()
	n := int32(len(order))
	for _, e := range b.edges {
		for _, c := range e {
			for _, p := range [3]int32{pos[c] + n - 1, pos[c], pos[c] + 1} {
				marked[order[p%n]] = 0
			}
		}
	}
}
