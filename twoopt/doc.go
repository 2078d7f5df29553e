// Package twoopt holds the local search: what makes a tour shorter by exchanging a few
// of its edges, 2-opt moves one on top of the other, until no such chain is left.
//
//	cand := twoopt.NewCandidates(in, nb.Of)
//	t := twoopt.NewTour(tour)
//	c := twoopt.NewChain(in, t, cand, twoopt.ChainConfig{Breadth: []int{5, 3, 1}, Depth: 50})
//	for i := range int32(in.N()) {
//		c.Push(i)
//	}
//	gain := c.Run(0) // t.Order is the local optimum
//
// A [Tour] is an array of cities with its inverse beside it, and a log that takes moves
// back. A [Chain] applies Lin-Kernighan actions (Lin and Kernighan 1973) to it, from a
// queue of cities whose surroundings changed and over [Candidates], the few cities
// that a city may be connected to: from a space-filling curve over uniform cities to
// 2.5 % above the optimum (BenchmarkDescent). It evaluates on a [Path], which is the
// tour as a list of segments, so that only improvements touch the array.
//
// The Monte Carlo search of package mcts draws its actions on a Path too. [Nearby] is for a curve,
// where no candidates are known yet.
//
// # Glossary
//
//	n         number of cities
//	position  place in the array, 0..n-1; the tour is closed: 0 follows n-1
//	t1, a     the city that a move starts from
//	gain      length removed minus length added, of a move or a part of it
//	open      gain before the closing edge is added
//	closed    gain of the whole move
//	rank      distance along the tour from a path's first free end; t1 has rank n-1
//	segment   a stretch of ranks that is still in one piece, read up or down
//	part      a stretch of positions, read up or down
//	mark      a height of the undo log
//
// # Laws
//
// Tests are named after them (TestLaw1, TestLaws2And3 and so on); under the build tag
// invariants the searches check the first three after every move that they apply.
//
//  1. A tour stays a permutation of the cities, and Pos its inverse.
//  2. The gain of an applied move is the length before minus the length after, exactly.
//  3. A fixed edge that was in the tour stays in it.
//  4. Undo restores the tour to what it was at the mark, positions included.
//  5. A path that is closed is the tour that carrying out its steps one after
//     the other on a plain list gives; until then the tour does not change.
//  6. A city that waits in the queue waits once, and cities leave in the order in which they came.
//  7. A search that gains nothing with every city marked leaves no move of its kind that gains.
package twoopt
