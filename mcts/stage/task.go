package stage

import (
	"tspmcts/heatmap"
	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/tree"
	"tspmcts/tsp"
	"tspmcts/twoopt"
)

// Task is what a search is asked to do, with what was prepared for it.
type Task struct {
	In         *tsp.Instance
	Symmetric  *tsp.Symmetric // that In is, nil where it is the instance given
	Neighbors  *tsp.Neighbors
	Heatmap    *heatmap.Map
	Candidates *twoopt.Candidates
	Meter      *meter.Meter

	Config  Config
	Knobs   string // that Config was made of: a checkpoint is of these
	Seed    uint64
	Workers int

	Curve    tsp.Tour   // to begin with where there is no other
	Branched tsp.Tour   // the same, where it is the shortest; nil where there is none
	Initial  []tsp.Tour // the same, and in the first population
	Mended   bool       // Curve is a tour that nothing is wrong with at large, and the one to begin with
	Renewed  tsp.Tour   // that the first local optimum is crossed with; nil: none
	Onward   *Learnt    // by those that brought the only tour of Initial to where it is; nil: there were none
}

// Config says which plan a search follows, and how its stages go about their work.
type Config struct {
	Fresh     bool   // plan "paper"; else "default"
	FirstTour string // greedy, draw, curve
	Believed  int    // edges of each city that a greedy tour takes by their probability; 0: all by length

	Tree tree.Config // of simulating
	Kick kick.Config // of all other stages
	Draw bool        // kicks draw their edges, by Alpha and Beta of Tree

	KickSize    int     // longest of the stretches that a kick exchanges, in cities
	Stretch     int     // longest piece of the tour that a worker kicks at a time, in cities
	Temperature float64 // worsening that Kicking accepts at first, and Kicks a tenth of, in mean edge lengths

	Population int                         // largest number of tours that are recombined; 0: kicks only
	EAX        func(cities int) eax.Config // how they are
	Elite      int                         // converged populations whose best tours are recombined in turn
	Whole      int                         // most cities of which populations are kept as a whole
	Explore    float64                     // weight of regions that were visited rarely, when the next is chosen
	Doubt      float64                     // weight of what the heatmap doubts in them, the same
}
