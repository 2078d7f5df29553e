package onetree

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"tspmcts/tsp"
	"tspmcts/tsplib"
)

func TestScratch(t *testing.T) {
	for _, name := range strings.Fields(os.Getenv("ATSP")) {
	f, _ := os.Open("/work/shared/data/atsp/"+name+".atsp")
	in, _, err := tsplib.Read(f, "x")
	if err != nil { t.Fatal(err) }
	s := tsp.NewSymmetric(in)
	start := time.Now()
	a, err := Assign(ctx, s.Instance)
	fmt.Println(name, "assign", a.Length, time.Since(start))
	nb, _ := tsp.NearestNeighbors(ctx, s.Instance, 8)
	for _, damp := range []int{1,4,16,64} {
	for _, grow := range []int{0,4} {
	for _, steps := range []int{30,300} {
	g, _ := NewGraph(ctx, s.Instance, nb, 2)
	for _, pi := range [][]int64{nil, a.Start(g)} {
		r := Ascend(ctx, g, Options{Steps: steps, Pi: pi, Damp: damp, Grow: grow})
		est := r.Estimate
		b, _ := r.Price(ctx)
		fmt.Println(name, pi!=nil, "damp", damp, "grow", grow, "steps", steps, "estimate", int(est), "bound", b)
	}
	}}}
	}
}
