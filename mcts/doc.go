// Package mcts searches for short tours by a tree search over k-opt moves that a
// heatmap guides. One search serves all presets; its knobs ([Config], [Knobs])
// decide what it does:
//
// Restart "fresh" is the search of Pan, Wang, Ying, Xue and Yu (arXiv
// 2411.09238, after Fu, Qiu and Zha, AAAI 2021), by independent workers (a
// crowd): draw a first tour, bring it to a 2-opt optimum (restart.go), simulate
// actions whose edges are drawn by Z (select.go, simulate.go), credit the edges
// of an improvement (backpropagate.go), and begin anew when a pool of actions held none.
//
// Restart "kick" is a team of workers (stretch.go) that goes through phases:
// descend from the first tour to a local optimum of the Lin-Kernighan chain
// (package twoopt), kick it for a while in case the search is stopped early, build populations of
// shaken and repaired copies and recombine them by edge assembly (breed.go, package eax), or, where the budget is too
// small for that, kick one tour and accept worse ones at a falling temperature
// (climb.go). With action "draw" the statistics draw the chain's candidates too (guide.go).
//
// Between two steps the state of a search is whole: a [Checkpoint]. With a budget of
// actions the result depends on the problem, the knobs, the seed and the number of
// workers alone. Two laws, each tested:
//
//  1. Every tour that leaves Solve is checked, and its length computed anew.
//  2. A search resumed from a checkpoint, with a budget of actions, ends with
//     the tour of an uninterrupted one.
//
// Glossary, with the paper's letters: P the heatmap; W = 100 P the weight of a
// directed candidate edge, raised by improvements; Q how often the edge was
// chosen, M the number of simulations; Omega_i the sum of W over city i's row by
// n-1; Z what a candidate is drawn by; alpha weighs exploration in Z, beta an
// improvement in W; H the actions a city of a pool; K the depth of an action,
// which removes and adds K edges. An action is one simulated k-opt move, or one
// chain from a start city, or one child of a recombination.
package mcts
