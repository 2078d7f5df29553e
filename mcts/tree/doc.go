// Package tree is the search of Pan, Wang, Ying, Xue and Yu (arXiv 2411.09238,
// after Fu, Qiu and Zha, AAAI 2021): a Monte Carlo tree search inside one k-opt
// move.
//
//	st := tree.NewStats(cand, heatmap, m)          // nil: the budget ended
//	s := tree.New(in, st, cfg, m, stream)
//	for !s.Done() && !m.Check() {
//		s.Advance(1 << 14)
//	}
//	tour, length := s.Best()
//
// A search draws a first tour (first.go), brings it to a 2-opt optimum (sweeps.go),
// simulates actions whose edges are drawn by Z (select.go, simulate.go), credits
// the edges of an improvement (backpropagate.go), and begins anew when a pool
// of actions held none. [Stats] is what it gathers; package kick draws by them too.
//
// Glossary, with the paper's letters: P the heatmap; W = 100 P the weight of a
// directed candidate edge, raised by improvements; Q how often the edge was
// chosen, M the number of simulations; Omega_i the sum of W over city i's row by
// n-1; Z what a candidate is drawn by; alpha weighs exploration in Z, beta an
// improvement in W; H the actions a city of a pool; K the depth of an action,
// which removes and adds K edges.
package tree
