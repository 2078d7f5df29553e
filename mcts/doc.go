// Package mcts searches for short tours by a tree search over k-opt moves that a
// heatmap guides. This is the whole of its use, with the default preset, on all cores, for ten seconds:
//
//	in, err := tsp.NewPoints("mine", tsp.Euc2D, x, y, nil) // or tsplib.Read
//	res, err := mcts.Solve(ctx, in, mcts.Options{})
//	fmt.Println(res.Tour, res.Value, res.Stop)
//
// [Options] has the budget, the preset, the heatmap, an observer, checkpoints; the end
// of ctx ends the search with its best tour. [Improvements] is the same as a loop
// over better and better tours. Solve prepares in one order, within the budget: source of
// the heatmap, knobs, neighbours, map, candidates; then it searches.
//
// A search is a plan of stages, each of which leads to the next (plan.go). The knobs
// ([Config], [Knobs]) say which plan it is, and how the stages go about their work:
//
//	plan, restart      stages
//	paper, "fresh"     simulating
//	default, "kick"    descending, populating, warming, populating, recombining,
//	                   populating, recombining, crossing the best, ...; or kicking
//
//	simulating         the paper's search, by workers each for itself (package tree)
//	descending         to a local optimum of the Lin-Kernighan chain, piece by piece
//	warming            kicks for a while, in case the search is stopped early
//	populating         builds shaken and repaired copies of a local optimum
//	recombining        edge assembly of the copies, until they agree (package eax)
//	crossing the best  the same of what the populations ended with
//	kicking            kicks at a falling temperature (package kick), where the
//	                   budget is too small for a population
//	joining            recombines the tours of workers that kicked apart
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
// An action is one simulated k-opt move, or one chain from a start city, or one child of a recombination.
package mcts
