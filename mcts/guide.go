package mcts

import "math"

// guide lets the statistics of the tree search draw a chain's candidates: the
// policy of action "draw" where the search restarts by kicks. The chain sees a
// stretch of the tour, under names of its own; the statistics are over the whole
// instance and a worker's own, so that what workers do does not depend on each other.
type guide struct {
	*stats
	rng    *rng
	cfg    *Config
	slots  []int32 // of the statistics, by the chain's slot
	cities []int32 // of the instance, by the chain's city
	length int64   // of the tour when the stretch was cut from it
	pairs  [][2]int32
}

// Draw returns the key of a candidate such that trying candidates by
// descending keys draws them one by one without replacement, with
// probabilities proportional to Z (Efraimidis and Spirakis 2006). As in the
// paper, candidates with Z < 1 are not drawn.
func (g *guide) Draw(i, k int32) int64 {
	slot := g.slots[k]
	z := g.potential(g.cities[i], slot)
	if z < 1 {
		return math.MinInt64
	}
	u := negLog[g.rng.below(int32(len(negLog)))]
	return -int64(float64(u) / z * 0x1p40)
}

// Visit counts that an edge was chosen.
func (g *guide) Visit(k int32) { g.visit(g.slots[k]) }

// Improve credits the edges of an improvement.
func (g *guide) Improve(added []int32, gain int64) {
	g.pairs = g.pairs[:0]
	for i := 0; i < len(added); i += 2 {
		g.pairs = append(g.pairs, [2]int32{g.cities[added[i]], g.cities[added[i+1]]})
	}
	g.backpropagate(g.pairs, g.cfg.Beta, gain, g.length)
}
