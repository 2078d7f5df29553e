// Package tsp holds what every other package speaks about: an [Instance] with
// its [Metric], tours over it, and the nearest [Neighbors] of its cities.
//
//	in, err := tsp.NewPoints("mine", tsp.Euc2D, x, y, nil) // or NewMatrix, or tsplib.Read
//	nb, err := tsp.NearestNeighbors(ctx, in, 10)
//	err = in.Check(tour)                                   // every city once, every fixed edge used
//	length := in.Value(tour)                               // in the caller's unit
//
// Cities are dense int32 ids 0..n-1. Distances are int32 and lengths int64, in
// core units: for the integer metrics of TSPLIB a core unit is the file's own
// unit; for the exact metrics coordinates are scaled once, on construction, so
// that the rounding of a distance to an integer is below one part in 10^8 of
// the instance's extent. [Instance.Value] gives a tour's length in the caller's
// unit, exactly for integer metrics and in full float precision for exact ones.
//
// What is not a tour with the same distances both ways is an Instance too: directed
// distances ([NewDirected]), a path between given or free ends ([Instance.SetEnds]),
// forbidden edges ([Instance.Forbid]), a Hamiltonian cycle ([NewGraph]). Searches work on the
// [Symmetric] instance that stands for it, by coarser distances where these are so long that a
// forbidden edge would cost hardly more ([Instance.Coarse]).
//
// Glossary: n number of cities; d(i,j) distance; k neighbours kept per city;
// tour a permutation of the cities, read as a cycle; gap the excess of a tour
// over a reference length, in percent.
package tsp
