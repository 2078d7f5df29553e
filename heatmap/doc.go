// Package heatmap holds what a search believes about edges before it has seen a
// tour: a sparse [Map] from each city to candidate cities with the probability
// that the edge to them is in a short tour. Each source of maps has a file of its
// own; [Parse] is the door to all of them.
//
//	s, err := heatmap.Parse("mix:gtprior=0.5,alpha=0.5")
//	m, err := s.Build(ctx, heatmap.Request{Instance: in})
//
// # Scale
//
// A tour has two edges at a city, and the paper's prior divides them among the
// neighbours: P_ij is half the probability that the edge is in a short tour, and a row sums to
// about 1. All sources keep to that; a file says what it says.
//
// # Own maps
//
// A matrix in memory becomes a map by [FromMatrix], row by row by [Rows], and a list of edges by
// [New]; [Map.Check] tells what is wrong with one that was put together otherwise. [Register] adds
// a source of maps that specs can name. The program adds two in that way, so that who imports this
// package pulls neither an optimiser nor a reader of NumPy files:
//
//   - heatmap/learned, the source learned: a small model, and its training;
//   - heatmap/mapfile, the source file: maps in files, read and written.
//
// Importing them is enough: import _ "tspmcts/heatmap/mapfile".
//
// # Laws
//
// The conformance suite (TestEverySource here, TestSource in the packages below) holds every source
// to these.
//
//  1. P is symmetric, without loops, within [0,1], each row in descending order.
//  2. The same request gives the same map, whoever found the neighbours.
//  3. learned does not change when an instance is scaled, turned or mirrored (its TestLearnedIsScaleFree).
//  4. What is written is read back unchanged, in every format; the order of equals in a row by our
//     own alone (mapfile's TestRoundTrip).
//
// Glossary: P the map, P_ij in [0,1]; k candidates a city; rank the place of a
// city among another's nearest, from 0; tau the temperature of a softmax.
package heatmap
