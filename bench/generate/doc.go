// Package generate makes instances of any size, city by city; only kind atsp-closure
// holds its matrix. The same Spec makes the same instance on every machine.
//
//	s := generate.Spec{Kind: "uniform", Cities: 1000, Seed: 1}
//	err := s.WriteTSPLIB(w) // or s.WriteLines(w, 16): data set lines of the seeds 1 to 16
//
// Kinds, in a square:
//
//   - uniform: cities drawn uniformly;
//   - clustered: around centres drawn uniformly, normal distributions as wide as the
//     clusters would lie apart;
//   - grid: a square grid, filled row by row; the seed changes nothing;
//   - cluster, explosion, implosion: uniform cities after a mutation of Bossek et al.
//     (see mutation);
//   - picture: stipples of a picture of discs and rings, as dense as it is dark;
//   - board: the holes of a circuit board, whole numbers on a lattice, rows, frames and fields
//     of pins, so that many distances are equal; somewhat longer or shorter than wide;
//   - dimacs-e, dimacs-c, dimacs-m: the uniform and clustered instances and the random
//     matrices of the 8th DIMACS Implementation Challenge (D. S. Johnson and L. A.
//     McGeoch, 2000), number for number. E1k.0 has 1000 cities and the seed 1000,
//     E1k.1 has 10001, and so on: the seed of number k > 0 of n cities is 10 n + k.
//     The sizes are 1000, 3162, 10000, 31623, 100000, ... E and C were compared with
//     published instances, the matrices only with the challenge's formula, none of
//     them being at hand.
//
// Matrices of asymmetric distances, of which directed.go has the source:
//
//	atsp-random   uniform below 10^6, each way by itself (amat)
//	atsp-closure  the shortest paths of these (tmat); n^3 time, and the matrix in memory
//	atsp-crane    loads to carry from a place to one nearby, the crane runs empty between (crane)
//	atsp-drill    a drill on a tilted board: sideways 1, upwards 2, downwards nothing (rtilt)
//	atsp-coins    the coins of pay phones, in a city without U-turns (coin; see coins)
//	atsp-shop     no-wait flow shop of 50 machines: how long a job waits behind another (shop)
package generate
