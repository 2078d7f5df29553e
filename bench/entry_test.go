package bench

import (
	"testing"

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
