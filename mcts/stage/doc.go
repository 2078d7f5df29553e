// Package stage is the search as a plan of stages, each of which leads to the next
// (plan.go). [Config] says which plan it is, and how the stages go about their work:
//
//	plan               stages
//	paper (Fresh)      simulating
//	default            descending, then improving; or kicking, without populations
//
//	simulating         the paper's search, by workers each for itself (package tree)
//	descending         the first tour is mended at large (coarse.go), then brought to
//	                   a local optimum of the Lin-Kernighan chain, piece by piece
//	improving          operators take turns by what they bring per cost: kicks (package
//	                   kick); where there are many cities, regions of a k-d tree with new
//	                   borders in every sweep (package region); there, and where cities are
//	                   in groups, the ends of the longest edges (mending.go), with short
//	                   edges between groups (bridges.go); and where there are not too many,
//	                   populations of the whole (package breed). All but kicks build local
//	                   optima, each from a greedy tour of its own, and recombine them by edge
//	                   assembly (package eax)
//	kicking            kicks at a falling temperature
//	joining            recombines the tours of workers that kicked apart
//
// Before there is a heatmap of many cities, a tour of them is made by parts whose neighbours are
// known, and goes on as better candidates become known (renewing.go). Very many cities that are
// spread evenly have it for their first tour; of others the first local optimum is crossed with it.
//
// A [Task] has what was prepared (package prepare), and a search of it is
//
//	s := stage.New(task) // nil: the budget ended
//	s.Run(func() {})     // called between any two steps
//	fmt.Println(s.Best, s.BestLength)
//
// All stages share a budget and streams of random numbers (package meter). They are
// plain structs: between two steps the state of a search is whole, and is its own
// [Checkpoint].
//
// Why each part is as it is, the README of package mcts tells.
package stage
