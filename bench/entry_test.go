package bench

import (
	"math"
	"testing"

	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// What is to be solved has a digest of its own: so has each graph, and a path beside the tour, by
// its ends. Those of committed records stay what they are.
func TestDigest(t *testing.T) {
	points := func() *tsp.Instance {
		return tsptest.Must(tsp.NewPoints("p", tsp.Euc2D, []float64{0, 0, 3, 3}, []float64{0, 4, 4, 0}, nil))
	}
	fixed := points()
	if err := fixed.SetFixed([][2]int32{{0, 2}}); err != nil {
		t.Fatal(err)
	}
	matrix := tsptest.Must(tsp.NewMatrix("m", 3, []int32{0, 5, 6, 5, 0, 7, 6, 7, 0}))
	for want, in := range map[string]*tsp.Instance{"458e105824d03c53": points(), "4b132c9d69e63071": fixed, "eea5e45e9f3291c8": matrix} {
		if got := Digest(in); got != want {
			t.Errorf("%s has the digest %s, want %s, as records do", in.Name, got, want)
		}
	}
	path := func(in *tsp.Instance, start, end int32) *tsp.Instance {
		if err := in.SetEnds(start, end); err != nil {
			t.Fatal(err)
		}
		return in
	}
	graph := func(edges ...[2]int32) *tsp.Instance { return tsptest.Must(tsp.NewGraph("g", 4, edges)) }
	cycle := [][2]int32{{0, 1}, {1, 2}, {2, 3}, {3, 0}}
	tied := graph(cycle...)
	if err := tied.SetFixed([][2]int32{{0, 1}}); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for name, in := range map[string]*tsp.Instance{
		"a tour": points(), "a tour with a fixed edge": fixed, "any path": path(points(), -1, -1), "a path from city 1": path(points(), 0, -1),
		"a path to city 1": path(points(), -1, 0), "a path from city 1 to 3": path(points(), 0, 2), "a graph": graph(cycle...),
		"a graph with an edge more": graph(append(cycle, [2]int32{0, 2})...), "another graph": graph([2]int32{0, 1}, [2]int32{1, 3}, [2]int32{3, 2}, [2]int32{2, 0}),
		"a graph with a fixed edge": tied, "a path in a graph": path(graph(cycle...), -1, -1),
	} {
		digest := Digest(in)
		if other := names[digest]; other != "" {
			t.Errorf("%s and %s have one digest, %s", name, other, digest)
		}
		names[digest] = name
	}
}

// Two runs are the same when all that decides them is.
func TestKeys(t *testing.T) {
	base := Entry{Solver: "s", Digest: "d", Knobs: "k", Budget: "1s", Record: Record{Instance: "i", Heatmap: "h", Seed: 1, Workers: 1, Config: &mcts.Config{}}}
	keys := map[string]string{base.Key(): "the base"}
	for name, change := range map[string]func(e *Entry){
		"solver": func(e *Entry) { e.Solver = "t" }, "digest": func(e *Entry) { e.Digest = "e" }, "knobs": func(e *Entry) { e.Knobs = "l" },
		"budget": func(e *Entry) { e.Budget = "2s" }, "instance": func(e *Entry) { e.Instance = "j" }, "heatmap": func(e *Entry) { e.Heatmap = "g" },
		"seed": func(e *Entry) { e.Seed = 2 }, "workers": func(e *Entry) { e.Workers = 2 }, "config": func(e *Entry) { e.Config = &mcts.Config{Preset: "paper", Alpha: 3} },
	} {
		e := base
		change(&e)
		if other := keys[e.Key()]; other != "" {
			t.Errorf("%s and %s have one key", name, other)
		}
		keys[e.Key()] = name
	}
}

// Lengths as programs and people read them: exact ones whole, or with eight digits.
func TestLengths(t *testing.T) {
	x, y := []float64{0, 0, 1}, []float64{0, 1, 0}
	exact, whole := tsptest.Must(tsp.NewPoints("p", tsp.Exact2D, x, y, nil)), tsptest.Must(tsp.NewPoints("p", tsp.Euc2D, x, y, nil))
	for _, c := range []struct {
		in          *tsp.Instance
		v           float64
		text, short string
	}{
		{exact, 3.414213562373095, "3.414213562373095", "3.4142136"},
		{exact, 0.123456789012, "0.123456789012", "0.1234568"},
		{exact, 123456.7890123, "123456.7890123", "123456.79"},
		{exact, 1234567890.5, "1234567890.5", "1234567890"},
		{whole, 12, "12", "12"},
	} {
		if text, short := LengthText(c.in, c.v), LengthShort(c.in, c.v); text != c.text || short != c.short {
			t.Errorf("%v is %s and %s, want %s and %s", c.v, text, short, c.text, c.short)
		}
	}
	if got := seconds(1.2345678); got != 1.234568 {
		t.Errorf("1.2345678 s are %v", got)
	}
}

// Gaps in percent; over 0 they are unknown, or undefined, but that of 0.
func TestGaps(t *testing.T) {
	for _, c := range []struct{ length, optimum, want float64 }{{110, 100, 10}, {100, 100, 0}, {90, 100, -10}, {0, 0, 0}, {5, 0, math.Inf(1)}} {
		if got := GapOver(c.length, c.optimum); got != c.want && !(math.Abs(got-c.want) < 1e-9) {
			t.Errorf("%v is %v %% over %v, want %v", c.length, got, c.optimum, c.want)
		}
		if got := GapOf(c.length, c.optimum); (got == nil) != (c.optimum == 0) {
			t.Errorf("the gap of %v over %v is %v", c.length, c.optimum, got)
		}
	}
	// A best length that others know is written as it is, though tours have whole lengths.
	r := Run{Item: &Item{Instance: tsptest.Must(tsp.NewPoints("p", tsp.Euc2D, []float64{0, 0, 3}, []float64{0, 4, 0}, nil))}, Optimum: 9.6}
	var rec Record
	if r.measure(&rec, 12); *rec.Optimum != "9.6" || math.Abs(*rec.Gap-25) > 1e-9 {
		t.Errorf("%v %% over %s, want 25 over 9.6", *rec.Gap, *rec.Optimum)
	}
}
