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
// better and better tours. Solve chooses the source of the heatmap and the knobs, and
// prepares neighbours, map and candidates (package prepare), all within the budget; then
// it searches (package stage). A search is a plan of stages, each of which leads to the
// next. The knobs ([Config], [Knobs]) say which plan it is, and how the stages go about
// their work. No stage waits for the end of a budget: the tour at any time is about as good as
// that of a search that was given twice that time.
//
// With a budget of actions the result depends on the problem, the knobs, the seed and
// the number of workers alone; unless one of several workers finds a tour that is proven shortest,
// a Hamiltonian cycle, one of length 0 or one that meets the bound, which ends the search. Two
// laws, each tested:
//
//  1. Every tour that leaves Solve is checked, and its length computed anew.
//  2. A search resumed from a [Checkpoint], with a budget of actions, ends with
//     the tour of an uninterrupted one.
//
// An action is one simulated k-opt move, or one chain from a start city, or one child
// of a recombination.
package mcts
