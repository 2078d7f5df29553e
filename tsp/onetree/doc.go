// Package onetree bounds tours from below and ranks edges by what a tour would
// have to pay for them: the Held-Karp bound, raised by comb inequalities, and alpha-nearness.
//
//	nb, err := tsp.NearestNeighbors(ctx, in, 8)
//	g, err := onetree.NewGraph(ctx, in, nb, 2)
//	r := onetree.Ascend(ctx, g, onetree.Options{Steps: 30})
//	c := r.Alpha(ctx, 5)            // candidates: 30 steps are enough
//	bound, err := r.Price(ctx) // a proof: more steps and Grow: 4 raise it
//	best, converged, err := onetree.Bound(ctx, in, nb, 1e-6) // the best one, in as much time as ctx has
//
// # Method
//
// A 1-tree is a spanning tree over all cities but one, and two edges at that
// special city. Every tour is a 1-tree, so the minimum 1-tree is no longer than the
// shortest tour. A penalty pi_i per city, added to all its edges, lengthens
// every tour by 2 sum(pi) but changes which 1-tree is minimum; so
//
//	w(pi) = cost of the minimum 1-tree under d(i,j) + pi_i + pi_j, less 2 sum(pi)
//
// bounds the shortest tour for every pi (Held and Karp, "The traveling-salesman problem and minimum
// spanning trees", Operations Research 18, 1970). w is concave and piecewise linear, deg_i - 2 is a
// subgradient: raising the penalty of cities with too many tree edges, lowering it at leaves,
// climbs to the maximum, the Held-Karp bound (same, part II, Mathematical Programming 1, 1971). It
// lies some 0.7 % below the optimum of uniform cities.
//
// [Ascend] climbs over a sparse [Graph] of candidate edges, where a minimum tree takes
// linear time. A 1-tree over some edges is no bound: [Result.Price] builds one over all, exactly
// and without listing them. Edges that it finds missing join the graph;
// Options.Grow does that on the way up.
//
// [Bound] goes beyond the Held-Karp bound by relax and cut. Each comb inequality, with a handle H
// and an odd number k of disjoint teeth T across its border,
//
//	x(E(H)) + sum of x(E(T)) <= |H| + sum of (|T| - 1) - (k+1)/2
//
// gets a multiplier mu >= 0: edges within H and within a T cost mu more each, and mu times the
// right side is taken off the value of the 1-tree. A tour has no more such edges than the right
// side says, so its cost less what is taken off is at most its length, and the minimum 1-tree is no
// dearer than the tour. This holds of any mu >= 0, whether a comb is violated or not, and the
// pricing of the complete graph counts mu on every edge, candidate or not. Combs are found in the
// average of 1-trees of the volume algorithm; see relax for the ascent and separate for the search,
// both with the papers. They take the bound of E1k.1 from 0.64 to 0.21 % below the optimum, of
// C1k.1 from 0.40 to 0.09, of fl1577 from 1.64 to 0.93 and of rl5915 from 1.54 to 0.48.
//
// [Result.Alpha] ranks edges (Helsgaun, "An effective implementation of the Lin-Kernighan traveling
// salesman heuristic", EJOR 126, 2000): alpha(i,j) is what the minimum 1-tree grows by when it must
// hold the edge. Five candidates by alpha hold more of an optimal tour than eight nearest
// neighbours.
//
// [Bridges] are the short edges between groups of cities that are far apart, which a minimum spanning
// tree has, and others like them.
//
// Of paired instances (tsp.Symmetric) [Assign] solves the assignment, the bound without trees, and
// [Assignment.Branch] looks for a tour by branching on its cycles, which may end in a proof.
//
// All arithmetic on lengths is on int64: distances shifted left so that the mean candidate edge has
// some 2^20 units. A bound is rounded up to a whole core unit, never by a float.
//
// # Laws
//
// Each has a test.
//
//  1. A bound is never above a tour.
//  2. Pricing by geometry and by Prim's algorithm give trees of one cost.
//  3. The 1-tree of a step is minimum over the graph among those whose special city is a leaf of the minimum spanning tree.
//  4. alpha is the growth of the minimum 1-tree that must hold the edge.
//  5. An ascent ends no lower than it began.
//  6. The same graph and options give the same result, with any number of processors.
//  7. No city of a kd-tree node is nearer than the node's lower bound.
//  8. Every tour satisfies every comb.
//  9. The prices of an assignment prove it; no tour is shorter than one that Branch has proven.
//  10. The bridges hold a minimum spanning tree of the groups.
//
// # Glossary
//
// n cities; m candidate edges; d(i,j) distance in core units; pi penalty; reduced cost d(i,j) +
// pi_i + pi_j; w value of a 1-tree; deg degree in the 1-tree; t step size; special the leaf of the
// tree that has a second edge, extra that edge's reduced cost; alpha see above; x the average of
// 1-trees, a share per edge; H, T handle and tooth of a comb, mu its multiplier; tight of a set of
// cities that x passes once, doubt of an edge min(x, 1-x).
package onetree
