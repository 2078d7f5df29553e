package mcts_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"strings"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// rosette returns n places on a curve around the origin.
func rosette(n int) (x, y []float64) {
	for i := range n {
		angle := 2 * math.Pi * float64(i*37%n) / float64(n)
		r := 1000 + 300*math.Cos(5*angle)
		x, y = append(x, math.Round(r*math.Cos(angle))), append(y, math.Round(r*math.Sin(angle)))
	}
	return x, y
}

// The shortest program: three statements. Without Options it would search on all
// cores for ten seconds.
func ExampleSolve() {
	in, _ := tsp.NewPoints("square", tsp.Euc2D, []float64{0, 10, 0, 10}, []float64{0, 10, 10, 0}, nil)
	res, _ := mcts.Solve(context.Background(), in, mcts.Options{})
	fmt.Println(res.Tour, res.Value)
	// Output: [0 2 1 3] 40
}

// A TSPLIB file; any io.Reader does.
func ExampleSolve_file() {
	file := strings.NewReader("NAME: five\nTYPE: TSP\nDIMENSION: 5\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n" +
		"1 0 0\n2 40 0\n3 20 30\n4 40 30\n5 0 30\nEOF\n")
	in, _, err := tsplib.Read(file, "five.tsp")
	if err != nil {
		log.Fatal(err)
	}
	res, err := mcts.Solve(context.Background(), in, mcts.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Value, res.Stop)
	// Output: 140 exact
}

// A delivery round by minutes that differ forth and back: from the depot, city 0, through all
// others, and not back. From city 1 to city 3 there is no road.
func ExampleSolve_path() {
	in, err := tsp.NewDirected("round", 4, []int32{
		0, 5, 9, 9,
		4, 0, 7, 1,
		9, 3, 0, 6,
		8, 9, 2, 0})
	if err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(in.Forbid([][2]int32{{1, 3}}), in.SetEnds(0, -1)); err != nil {
		log.Fatal(err)
	}
	res, err := mcts.Solve(context.Background(), in, mcts.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Tour, res.Value)
	// Output: [0 3 2 1] 14
}

// A heatmap of one's own: what a model, or anything else, believes about edges.
func ExampleSolve_heatmap() {
	x, y := rosette(40)
	in, err := tsp.NewPoints("rosette", tsp.Euc2D, x, y, nil)
	if err != nil {
		log.Fatal(err)
	}
	believed := make(tsp.Tour, 40) // here: one whole tour
	for i := range believed {
		believed[i*37%40] = int32(i)
	}
	res, err := mcts.Solve(context.Background(), in, mcts.Options{
		Heatmap: heatmap.FromTours(40, []tsp.Tour{believed}),
		Preset:  "paper",
		Seed:    1, Workers: 1, Actions: 5000, // the same on every machine
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Value == in.Value(believed), res.Stop)
	// Output: true actions
}

// Better tours as they come, until one is good enough.
func ExampleImprovements() {
	x, y := rosette(200)
	in, err := tsp.NewPoints("rosette", tsp.Euc2D, x, y, nil)
	if err != nil {
		log.Fatal(err)
	}
	gap := math.Inf(1)
	for p, err := range mcts.Improvements(context.Background(), in, mcts.Options{Bound: true, Actions: 100000, Seed: 1}) {
		if err != nil {
			log.Fatal(err)
		}
		if gap = p.Gap; gap < 2 { // percent over the lower bound
			break
		}
	}
	fmt.Println(gap < 2)
	// Output: true
}

// A search that goes on where another one ended.
func ExampleSolve_resume() {
	x, y := rosette(200)
	in, err := tsp.NewPoints("rosette", tsp.Euc2D, x, y, nil)
	if err != nil {
		log.Fatal(err)
	}
	var state *mcts.Checkpoint // Encode and DecodeCheckpoint take it to a file and back
	o := mcts.Options{Seed: 1, Workers: 1, Actions: 5000}
	o.Save = &mcts.Saver{Save: func(c *mcts.Checkpoint) { state = c }}
	first, err := mcts.Solve(context.Background(), in, o)
	if err != nil {
		log.Fatal(err)
	}
	o.Save, o.Resume, o.Actions = nil, state, 20000
	second, err := mcts.Solve(context.Background(), in, o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(second.Value <= first.Value, second.Actions > first.Actions)
	o.Seed = 2
	_, err = mcts.Solve(context.Background(), in, o)
	fmt.Println(errors.Is(err, mcts.ErrCheckpoint))
	// Output:
	// true true
	// true
}

// A lower bound tells how far from the optimum a tour can be at most.
func ExampleSolve_bound() {
	x, y := rosette(60)
	in, err := tsp.NewPoints("rosette", tsp.Euc2D, x, y, nil)
	if err != nil {
		log.Fatal(err)
	}
	res, err := mcts.Solve(context.Background(), in, mcts.Options{Bound: true, Actions: 20000})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Value >= res.Bound.Value(), res.Value <= 1.02*res.Bound.Value())
	// Output: true true
}
