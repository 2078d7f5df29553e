// Package kick improves a tour near where it is: it cuts a piece of the tour
// out, kicks it, and joins it again.
//
// A [Climber] is one worker's. It loads a piece, which becomes a small problem of
// its own: cities renumbered in tour order, the way back from the last to the
// first fixed. There it descends to a local optimum of the Lin-Kernighan chain
// (package twoopt), kicks that, or shakes it all over, and stores what became of it:
//
//	c := kick.New(kick.Config{Breadth: []int{3, 1}, Depth: 25}, m)
//	c.Seed(seed, meter.ForRound, round, 0)
//	c.Load(in, cand, tour, from, size)
//	c.Descend(0)
//	c.Kick(kicks, 0, 50, nil)
//	c.Store(order[from:from+size])   // tour.Length - c.Gain() long
//
// A kick is a double bridge: it exchanges three consecutive short stretches of the
// piece, which changes four edges (A D C B); the chain repairs the tour from
// their ends, and what it cannot repair to something better is taken back from the log.
//
// A [Crew] is several climbers on the pieces of one tour. What happens in a round
// depends on the seeds alone, not on who does which piece or how fast.
package kick
