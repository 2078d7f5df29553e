// Package eax recombines tours by edge assembly crossover: from a population
// of good tours it makes better ones out of the edges that they have, until
// they agree. It is what takes Lin-Kernighan tours of 1 % over the optimum to
// the optimum, or near it.
//
//	p, err := eax.NewPopulation(in, nb, tours, eax.DefaultConfig(in.N()), workers)
//	p.Run(rng, nil) // or p.Generation, again and again
//	tour, length := p.Best()
//
// Source: Nagata and Kobayashi, "A Powerful Genetic Algorithm Using Edge
// Assembly Crossover for the Traveling Salesman Problem", INFORMS Journal on
// Computing 25(2), 2013; written from the paper.
//
// # One pair
//
// Two tours A and B give children that are A with parts of B:
//
//  1. The edges that only one of them has form a graph in which every city has
//     as many edges of A as of B.
//  2. Random walks that take edges of A and B in turn split it into AB-cycles.
//  3. An E-set is chosen: one AB-cycle (stage [Single]), or one with those
//     around it (stage [Block]).
//  4. Without the E-set's edges of A and with its edges of B, A becomes one or
//     more sub-tours: the intermediate.
//  5. The smallest sub-tour is merged into another by the best exchange of one
//     edge each, one of the new edges being from a city to one of its nearest;
//     again until one tour is left: the child.
//
// Up to Children of them are evaluated for a pair, and A is replaced by the
// best that is shorter. A merge brings edges that neither parent has. They are
// the only ones that enter a population, and matter: whatever made them fewer
// or worse measured worse.
//
// # Cost
//
// A child costs what it changes, not n. Tour A is held as the order of its
// cities and the inverse of that. The k edges of A in the E-set cut the order
// into k segments; sorted by position, their ends linked by the edges of B,
// they give the sub-tours in O(k log k). Only if there is more than one are the
// nodes of A changed, with a log to undo it, and only the cities of the smaller
// sub-tours are looked at. Harvested children are made again, and all segments but the longest
// copied to their new places. Per pair remain two plain passes over n.
//
// All gains are integers and exact: length before minus length after. With the
// build tag invariants every child is recomputed in full.
//
// # Selection
//
// Taking the shortest child makes the population alike too soon. Entropy
// selection takes the child with the largest (length gained) / (entropy
// lost)^(5/4); one that loses none comes before all others. The entropy is the sum over
// all edges of -F/N ln(F/N), F being in how many of the N tours an edge is. The
// paper's power is 1. It is computed in integers, so that it is the same on
// every machine.
//
// # Population
//
// A generation orders the tours at random and crosses each with the next. The
// stage is Single until the best tour has not become better for some time, then
// Block, then Done; or Done as soon as all lengths are the same. Of directed
// distances it is Block from the first.
//
// Deviations from the paper, each measured: the power 5/4; children much longer
// than A are given up before or amid their merges (slack); on large instances
// several children replace A one on top of the other in a generation
// (Harvest); a generation reads the edge counts from before it, so that its
// pairs are independent and its result is the same for any number of workers;
// 5 neighbours instead of 10; less patience at the end of a stage.
//
// # Glossary
//
//	A, B         parents: A is improved, B lends edges
//	AB-cycle     closed walk that takes edges of A and B in turn
//	E-set        AB-cycles whose edges are exchanged together
//	intermediate A after the exchange, in sub-tours
//	cut          position p of A's order whose edge to p+1 the E-set removes
//	segment      stretch of A's order between two cuts; ends 2r and 2r+1
//	junction     city where the parents differ
//	census       F of every edge
//	border       cities that an E-set shares with AB-cycles outside of it
package eax
