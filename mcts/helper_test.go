package mcts

import (
	"context"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// setup is an instance, and what of Options the tests change.
type setup struct {
	Instance *tsp.Instance
	Heatmap  *heatmap.Map
	Initial  []tsp.Tour
	Resume   *Checkpoint
	Save     func(*Checkpoint) // at every step
}

// prepared returns in with the heatmap of a source that needs no files.
func prepared(in *tsp.Instance, cfg Config, source string) *setup {
	ctx := context.Background()
	nb := tsptest.Must(tsp.NearestNeighbors(ctx, in, max(cfg.Candidates, 10)))
	if source == "gtprior" { // over these neighbours and no more, as the signature has it
		return &setup{Instance: in, Heatmap: tsptest.Must(heatmap.GTPrior(context.Background(), in, nb, heatmap.PublishedRanks(in.N())))}
	}
	m := tsptest.Must(tsptest.Must(heatmap.Parse(source)).Build(ctx, heatmap.Request{Instance: in, Neighbors: nb}))
	return &setup{Instance: in, Heatmap: m}
}

// run is Solve; a budget without any limit has none.
func (p *setup) run(ctx context.Context, cfg Config, seed uint64, workers int, b meter.Budget, observe func(Progress)) (*Result, error) {
	o := Options{Configure: func(int, string) (Config, error) { return cfg, nil }, Heatmap: p.Heatmap, Initial: p.Initial, Resume: p.Resume,
		Seed: seed, Workers: workers, Time: b.Time, Actions: b.Actions, Stall: b.Stall, Target: float64(b.Target), Clock: b.Clock, Observe: observe}
	if b.Time == 0 {
		o.Time = Endless
	}
	if p.Save != nil {
		o.Save = &Saver{Save: p.Save, Every: 1}
	}
	return Solve(ctx, p.Instance, o)
}

// solve fails the test on an error and on a result that is not what it says.
func solve(t testing.TB, p *setup, cfg Config, seed uint64, workers int, budget meter.Budget) *Result {
	t.Helper()
	r, err := p.run(context.Background(), cfg, seed, workers, budget, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Instance.Check(r.Tour); err != nil {
		t.Fatal(err)
	}
	if got := p.Instance.Length(r.Tour); got != r.Length || r.Value != p.Instance.Value(r.Tour) {
		t.Fatalf("the tour is %d long, the result says %d, %v", got, r.Length, r.Value)
	}
	return r
}
