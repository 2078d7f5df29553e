package tsp_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// Where no tour or path is said to exist none does, by trying all. Most that have none for want of
// ways are seen.
func TestImpossible(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	none, seen := 0, 0
	for k := range 4000 {
		n := 4 + r.IntN(3)
		in := tsptest.Random(tsp.Explicit, n, r.Uint64())
		switch k % 3 {
		case 1:
			in = tsptest.Directed(n, r.Uint64())
		case 2:
			in = tsptest.Random(tsp.Euc2D, n, r.Uint64())
		}
		var gone [][2]int32
		for i := range int32(n) {
			for j := range int32(n) {
				if i != j && r.Float64() < 0.3 {
					gone = append(gone, [2]int32{i, j})
				}
			}
		}
		if err := in.Forbid(gone); err != nil {
			t.Fatal(err)
		}
		start, end := r.Int32N(int32(n)+1)-1, r.Int32N(int32(n)+1)-1
		if k%2 == 0 && (start < 0 || start != end) {
			if err := in.SetEnds(start, end); err != nil {
				t.Fatal(err)
			}
		}
		err := in.Impossible()
		if best := brute(in); math.IsInf(best, 1) {
			if none++; err != nil {
				seen++
			}
		} else if err != nil {
			t.Fatalf("%d: %v, but one of %v", k, err, best)
		}
		if err != nil && (!errors.Is(err, tsp.ErrNone) || strings.Contains(err.Error(), "path") != (in.Ends != nil)) {
			t.Fatalf("%d: %v", k, err)
		}
	}
	t.Logf("%d of %d have no tour, seen of %d", none, 4000, seen)
	if none < 500 || seen < none/2 {
		t.Errorf("%d have none, seen of %d", none, seen)
	}
}

// Islands without roads to or from the rest are found among many cities.
func TestIslands(t *testing.T) {
	const n = 300
	for name, c := range map[string]struct {
		directed, back bool
		ends           *tsp.Ends
		want           string
	}{
		"tour":              {want: "no way leads from city 1 to city 201, nor through others"},
		"path":              {ends: &tsp.Ends{Start: -1, End: -1}, want: "there is no tour, nor a path: no way leads from city 1 to city 201"},
		"directed":          {directed: true, want: "no way leads from city 1 to city 201"},
		"one way":           {directed: true, back: true, want: "no way leads from city 201 to city 1"},
		"path along":        {directed: true, back: true, ends: &tsp.Ends{Start: 3, End: 250}},
		"path against":      {directed: true, back: true, ends: &tsp.Ends{Start: 250, End: -1}, want: "no way leads from city 251 to city 1"},
		"path to the start": {directed: true, back: true, ends: &tsp.Ends{Start: -1, End: 3}, want: "no way leads from city 201 to city 4"},
		"path, free":        {directed: true, back: true, ends: &tsp.Ends{Start: -1, End: -1}},
		"path, apart":       {directed: true, ends: &tsp.Ends{Start: -1, End: -1}, want: "no way leads from city 1 to city 201"},
	} {
		in := tsptest.Random(tsp.Euc2D, n, 1)
		if c.directed {
			in = tsptest.Directed(n, 1)
		}
		var gone [][2]int32
		for i := range int32(n) {
			for j := range int32(n) {
				if i >= 200 && j < 200 || !c.back && i < 200 && j >= 200 {
					gone = append(gone, [2]int32{i, j})
				}
			}
		}
		err := in.Forbid(gone)
		if c.ends != nil {
			err = errors.Join(err, in.SetEnds(c.ends.Start, c.ends.End))
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Impossible(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A fixed edge that a matrix has no road for is told.
func TestFixedEdgeWithoutRoad(t *testing.T) {
	for _, e := range [][2]int32{{1, 2}, {2, 1}} {
		w := tsptest.Directed(20, 1).Matrix
		w[1*20+2] = tsp.NoEdge
		in := tsptest.Must(tsp.NewDirected("in", 20, w))
		if err := in.SetFixed([][2]int32{e}); err != nil {
			t.Fatal(err)
		}
		err := in.Impossible()
		if told := err != nil && strings.Contains(err.Error(), "the fixed edge 2-3 may not be used"); told != (e[0] == 1) || told != (err != nil) {
			t.Errorf("%v: %v", e, err)
		}
	}
}

// A city without which a graph is in pieces is told, but not of a path.
func TestArticulation(t *testing.T) {
	line, bow := [][2]int32{}, [][2]int32{} // bow: seven and six cities, all joined, that share city 7
	for j := range int32(12) {
		for i := range j {
			if j < 6 && i == j-1 {
				line = append(line, [2]int32{i, j})
			}
			if j < 7 || i >= 6 {
				bow = append(bow, [2]int32{i, j})
			}
		}
	}
	for _, c := range []struct {
		edges [][2]int32
		path  bool
		want  string
	}{{line, true, ""}, {line, false, "one edge"}, {bow, true, ""}, {bow, false, "without city 7"}} {
		in := tsptest.Must(tsp.NewGraph("graph", int(c.edges[len(c.edges)-1][1])+1, c.edges))
		if c.path {
			if err := in.SetEnds(-1, -1); err != nil {
				t.Fatal(err)
			}
		}
		err := in.Impossible()
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, tsp.ErrNone) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("path %v: %v, want %q", c.path, err, c.want)
		}
	}
}
