// Package mcts searches for short tours by a tree search over k-opt moves that a
// heatmap guides. This is the whole of its use, with the default preset, on all cores,
// for ten seconds:
//
//	in, err := tsp.NewPoints("mine", tsp.Euc2D, x, y, nil) // or tsplib.Read
//	res, err := mcts.Solve(ctx, in, mcts.Options{})
//	fmt.Println(res.Tour, res.Value, res.Stop)
//
// [Options] has the budget, the preset, the heatmap, an observer, checkpoints; the end
// of ctx ends the search with its best tour. [Improvements] is the same as a loop over
// better and better tours. Solve prepares in one order, within the budget: source of
// the heatmap, knobs, neighbours, map, candidates; then it searches.
//
// A search is a plan of stages, each of which leads to the next (plan.go). The knobs
// ([Config], [Knobs]) say which plan it is, and how the stages go about their work:
//
//	plan, restart      stages
//	paper, "fresh"     simulating
//	default, "kick"    descending, then improving; or kicking, without populations
//
//	simulating         the paper's search, by workers each for itself (package tree)
//	descending         the first tour is mended at large (coarse.go), then brought to
//	                   a local optimum of the Lin-Kernighan chain, piece by piece
//	improving          operators take turns by what they bring per cost: kicks (package
//	                   kick); where there are many cities, regions of a k-d tree with new
//	                   borders in every sweep (package region); and where there are not
//	                   too many, populations of the whole (package breed). Both build
//	                   local optima, each from a greedy tour of its own, and recombine
//	                   them by edge assembly (package eax)
//	kicking            kicks at a falling temperature
//	joining            recombines the tours of workers that kicked apart
//
// No stage waits for the end of a budget: the tour at any time is about as good
// as that of a search that was given twice that time.
//
// # What matters where cities are clustered
//
// Measured on C10k.1 and C100k.1 of the 8th DIMACS challenge, two workers, percent over
// the best known length.
//
//   - The ascent. Its penalties moved a cluster of m cities m times too slowly, so that
//     alpha-nearness was poor between clusters (package onetree).
//   - The first tour. Greedy by length ends with edges across the plane, each 1 % of
//     C100k.1, which no chain reaches: it left 16 %, and the search stood at 2.6 %
//     after 24 s. Taken by probability, and mended over its longest edges: 3.1 % before
//     any chain on the whole, .67 % after 24 s.
//   - Variety. What is wrong at large in a local optimum is in all its shaken copies, and
//     recombination cannot mend it. Local optima from greedy tours of their own against
//     shaken copies of four (mean of seeds): C31k.1 60 s .026 and .106, C10k.1 10 s .007
//     and .017, rl5915 6 s .005 and .014.
//
// All of them share a budget and streams of random numbers (package meter).
// Between two steps the state of a search is whole: a [Checkpoint]. With a budget of
// actions the result depends on the problem, the knobs, the seed and the number of
// workers alone. Two laws, each tested:
//
//  1. Every tour that leaves Solve is checked, and its length computed anew.
//  2. A search resumed from a checkpoint, with a budget of actions, ends with
//     the tour of an uninterrupted one.
//
// An action is one simulated k-opt move, or one chain from a start city, or one child
// of a recombination.
package mcts
