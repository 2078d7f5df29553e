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
// # Files
//
// [Read] tells the format from the content:
//
//   - dense text: n on a line, then n lines of n numbers. Text behind them is skipped with a warning, and
//     so are lines "KEYWORD: value" above; n then stands in that of DIMENSION;
//   - UTSP lines, one an instance: x y for each city, the word output and a
//     tour, the word indices and k cities for each city (from 1, -1 for none), the
//     word value and as many numbers. Without indices there are n for each city;
//   - NumPy .npy, float32 or float64: n x n, or batch x n x n in C order (1 x n x n is a batch of one);
//   - the sparse format of [Write].
//
// Blanks, tabs and commas separate numbers. Matrices are read row by row, and of each row the
// 50 largest entries are kept ([ReadOptions].Keep), so that 10,000 cities need megabytes. They are
// cleaned as follows: the diagonal is ignored; an entry below 1e-30 counts as 0; the
// map becomes (P + P^T)/2, where an entry that its row did not keep counts as 0; if then an entry
// is above 1, all are divided by the mean sum of a row, and what still is
// above 1 becomes 1. NaN, infinity, anything beyond 1e30, a missing or surplus
// number, and the wrong number of cities are errors that name the place.
//
// # The learned source
//
// A model with one hidden layer of 16 units judges each pair of cities of which one is among the
// other's 10 nearest or first 8 by alpha-nearness, from 21 features without a unit
// ([FeatureNames]); [Trainer] fits it with gonum. The shipped one, model.json, comes from
//
//	tspmcts generate --format lines --cities 500 --count 50 --seed 5000 --out tru500.txt
//	tspmcts generate --format lines --cities 500 --count 50 --seed 6000 --kind clustered --clusters 5 --out trc500.txt
//	tspmcts generate --format lines --cities 1000 --count 25 --seed 8000 --out tru1000.txt
//	tspmcts generate --format lines --cities 1000 --count 25 --seed 7000 --kind clustered --clusters 20 --out trc1000.txt
//	tspmcts heatmap train --set tru500.txt,trc500.txt,tru1000.txt,trc1000.txt --hidden 16 --iterations 150 --out model.json
//
// with seed 1: 478,937 pairs of 120 instances that the search solved, in two minutes. The other 30
// instances were held out: log-loss 0.1142 a pair (0.1115 in training); in nats a city
// 0.683, against 0.775 of alpha and 1.306 of gtprior; recall at 5 0.9946, 0.9915 and 0.9615.
// The README has the same for other instances. With a later search the tours differ
// in a few edges, and so does the model in its digits.
//
// # Laws
//
// The conformance suite (TestEverySource) holds every source to these.
//
//  1. P is symmetric, without loops, within [0,1], each row in descending order.
//  2. The same request gives the same map, whoever found the neighbours.
//  3. learned does not change when an instance is scaled, turned or mirrored (TestLearnedIsScaleFree).
//  4. What is written is read back unchanged, in every format.
//
// Glossary: P the map, P_ij in [0,1]; k candidates a city; rank the place of a
// city among another's nearest, from 0; tau the temperature of a softmax.
package heatmap
