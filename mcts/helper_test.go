package mcts

import (
	"context"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// problem prepares in for cfg with the heatmap of a source that needs no files.
func problem(in *tsp.Instance, cfg Config, source string) *Problem {
	ctx := context.Background()
	nb := tsptest.Must(tsp.NearestNeighbors(ctx, in, NeedNeighbors(cfg)))
	if source == "gtprior" { // over these neighbours and no more, as the signature has it
		return &Problem{Instance: in, Neighbors: nb, Heatmap: heatmap.GTPrior(in, nb, heatmap.PublishedRanks(in.N()))}
	}
	m := tsptest.Must(tsptest.Must(heatmap.Parse(source)).Build(ctx, heatmap.Request{Instance: in, Neighbors: nb}))
	return &Problem{Instance: in, Neighbors: nb, Heatmap: m}
}

// solve fails the test on an error and on a result that is not what it says.
func solve(t testing.TB, p *Problem, cfg Config, seed uint64, workers int, budget Budget) *Result {
	t.Helper()
	r, err := Solve(context.Background(), p, cfg, seed, workers, budget, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Instance.Check(r.Tour); err != nil {
		t.Fatal(err)
	}
	if got := p.Instance.Length(r.Tour); got != r.Length {
		t.Fatalf("the tour is %d long, the result says %d", got, r.Length)
	}
	return r
}
