package mcts

import (
	"cmp"
	"math"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// firstResort returns the tour that needs no preparation: cities in the order
// of a space-filling curve, fixed edges followed as soon as one of their ends is met.
func firstResort(in *tsp.Instance) tsp.Tour {
	curve := tsp.SpaceFillingCurve(in)
	if in.Fixed == nil {
		return curve
	}
	t := make(tsp.Tour, 0, len(curve))
	seen := make([]bool, len(curve))
	follow := func(c int32) {
		for c >= 0 && !seen[c] {
			seen[c] = true
			t = append(t, c)
			a, b := in.FixedPartners(c)
			if a >= 0 && !seen[a] {
				c = a
			} else {
				c = b
			}
		}
	}
	for _, c := range curve {
		if _, second := in.FixedPartners(c); second < 0 {
			follow(c)
		}
	}
	if len(t) == 0 { // every edge is fixed
		follow(0)
	}
	return t
}

// believed lists the edges between each city and the first of its row in the
// heatmap, as many as it has candidates, the most probable first and of equal ones the shorter. Greedy by
// length closes every cluster before it looks at the next; by probability a long edge
// that a tour is likely to need comes in its time. Where cities are candidates by distance there are none.
func believed(in *tsp.Instance, m *heatmap.Map, cfg Config) [][2]int32 {
	if cfg.Order != "heatmap" {
		return nil
	}
	type edge struct {
		key  uint64
		a, b int32
	}
	var edges []edge
	for i := range int32(m.N()) {
		cities, p := m.Of(i)
		for k, j := range cities[:min(len(cities), cfg.Candidates)] {
			if j < i { // listed there, unless it is not among j's first
				if back, _ := m.Of(j); slices.Contains(back[:min(len(back), cfg.Candidates)], i) {
					continue
				}
			}
			edges = append(edges, edge{uint64(math.MaxUint32-math.Float32bits(p[k]))<<32 | uint64(in.Dist(i, j)), i, j})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.key, b.key) })
	list := make([][2]int32, len(edges))
	for k, e := range edges {
		list[k] = [2]int32{e.a, e.b}
	}
	return list
}
