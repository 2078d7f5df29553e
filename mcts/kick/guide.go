package kick

import (
	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
	"tspmcts/twoopt"
)

// guide lets the statistics of the tree search draw a chain's candidates. The chain
// sees a piece of the tour, under names of its own; the statistics are over the whole
// instance and a climber's own, so that what climbers do does not depend on each other.
type guide struct {
	*tree.Stats
	rng         *meter.Stream
	alpha, beta float64
	slots       []int32 // of the statistics, by the chain's slot
	cities      []int32 // of the instance, by the chain's city
	length      int64   // of the tour when the piece was cut from it
	pairs       [][2]int32
}

// Draw returns the key of a candidate such that trying candidates by
// descending keys draws them one by one without replacement, with
// probabilities proportional to Z (Efraimidis and Spirakis 2006). As in the
// paper, candidates with Z < 1 are not drawn.
func (g *guide) Draw(i, k int32) int64 {
	slot := g.slots[k]
	z := g.Potential(g.cities[i], slot)
	if z < 1 {
		return twoopt.Never
	}
	return -int64(float64(g.rng.NegLog()) / z * 0x1p40)
}

// Visit counts that an edge was chosen.
func (g *guide) Visit(k int32) { g.Stats.Visit(g.slots[k]) }

// Improve credits the edges of an improvement.
func (g *guide) Improve(added []int32, gain int64) {
	g.pairs = g.pairs[:0]
	for i := 0; i < len(added); i += 2 {
		g.pairs = append(g.pairs, [2]int32{g.cities[added[i]], g.cities[added[i+1]]})
	}
	g.Backpropagate(g.pairs, g.beta, gain, g.length)
}
