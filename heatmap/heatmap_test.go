package heatmap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
	"tspmcts/tsp/tsptest"
)

// checkMap is the conformance suite of every source: a map of n cities,
// symmetric, without loops and doubles, probabilities in (0,1] descending in each row.
func checkMap(t *testing.T, m *Map, n int) {
	t.Helper()
	if m.N() != n || m.Start[0] != 0 || int(m.Start[n]) != len(m.City) || len(m.City) != len(m.P) || m.Source == "" {
		t.Fatalf("%q has %d cities in %d, %d, %d entries, want %d", m.Source, m.N(), m.Start[n], len(m.City), len(m.P), n)
	}
	p := map[[2]int32]float32{}
	for i := range int32(n) {
		cities, ps := m.Of(i)
		for k, j := range cities {
			if _, twice := p[[2]int32{i, j}]; j < 0 || int(j) >= n || j == i || twice {
				t.Fatalf("city %d has the entry %d (twice %v)", i, j, twice)
			}
			if !(ps[k] >= 0 && ps[k] <= 1) || k > 0 && ps[k] > ps[k-1] {
				t.Fatalf("city %d has the probabilities %v", i, ps)
			}
			p[[2]int32{i, j}] = ps[k]
		}
	}
	for e, x := range p {
		if y, ok := p[[2]int32{e[1], e[0]}]; !ok || x != y {
			t.Fatalf("P(%d,%d) is %g, the other way %g", e[0], e[1], x, y)
		}
	}
}

func TestSources(t *testing.T) {
	for _, n := range []int{1, 2, 3, 10, 57, 300} {
		for _, k := range []int{1, 5, 20, 400} {
			for layout := range 2 {
				in, nb := tsptest.Places(n, k, layout == 1)
				checkMap(t, Zero(n), n)
				m := tsptest.Must(GTPrior(context.Background(), in, nb, PublishedRanks(n)))
				checkMap(t, m, n)
				compareDense(t, m, nb, PublishedRanks(n))
				compareDense(t, tsptest.Must(GTPrior(context.Background(), in, nb, Ranks{0.5, 0.5})), nb, Ranks{0.5, 0.5})
				compareDense(t, tsptest.Must(GTPrior(context.Background(), in, nb, Ranks{0.5, 0, 0, 0.5})), nb, Ranks{0.5, 0, 0, 0.5})
			}
		}
	}
}

// compareDense computes (P + P^T)/2 on n x n numbers.
func compareDense(t *testing.T, m *Map, nb *tsp.Neighbors, ranks Ranks) {
	t.Helper()
	n := m.N()
	p := make([][]float64, n)
	listed := make([][]bool, n)
	for i := range p {
		p[i], listed[i] = make([]float64, n), make([]bool, n)
	}
	for i := range int32(n) {
		for r, j := range nb.Of(i) {
			if r < len(ranks) {
				p[i][j] = ranks[r]
				listed[i][j], listed[j][i] = true, true
			}
		}
	}
	for i := range int32(n) {
		cities, ps := m.Of(i)
		entries := 0
		for j := range int32(n) {
			k := slices.Index(cities, j)
			if (k >= 0) != listed[i][j] {
				t.Fatalf("(%d,%d) is listed: %v, want %v", i, j, k >= 0, listed[i][j])
			}
			if k >= 0 {
				entries++
				if want := (p[i][j] + p[j][i]) / 2; math.Abs(float64(ps[k])-want) > 1e-7 {
					t.Fatalf("P(%d,%d) is %g, want %g", i, j, ps[k], want)
				}
			}
		}
		if entries != len(cities) {
			t.Fatalf("city %d has %d entries, want %d", i, len(cities), entries)
		}
		// Among equals the city's own neighbours lead, nearest first.
		rank := func(j int32) int {
			if r := slices.Index(nb.Of(i), j); r >= 0 && r < len(ranks) {
				return r
			}
			return math.MaxInt
		}
		for k := 1; k < len(cities); k++ {
			if ps[k] == ps[k-1] && rank(cities[k]) < rank(cities[k-1]) {
				t.Fatalf("city %d lists %d before %d at the same probability", i, cities[k-1], cities[k])
			}
		}
	}
}

// TestPublishedRanks pins the paper's tables and which sizes get them.
func TestPublishedRanks(t *testing.T) {
	for _, c := range []struct {
		n     int
		first float64
		sum   float64
		ranks int
	}{
		{1, .440078, .995141, 10}, {500, .440078, .995141, 10}, {707, .440078, .995141, 10},
		{708, .437555, .999996, 23}, {1000, .437555, .999996, 23}, {3162, .437555, .999996, 23},
		{3163, .441756, .994476, 10}, {10000, .441756, .994476, 10}, {10000000, .441756, .994476, 10},
	} {
		r := PublishedRanks(c.n)
		sum := 0.0
		for _, p := range r {
			sum += p
		}
		if r[0] != c.first || len(r) != c.ranks || math.Abs(sum-c.sum) > 1e-4 {
			t.Errorf("n=%d: %d ranks from %g, sum %.6f; want %d, %g, %.6f", c.n, len(r), r[0], sum, c.ranks, c.first, c.sum)
		}
	}
}

func TestReadRanks(t *testing.T) {
	for text, want := range map[string]Ranks{
		"0.5 0.3,0.2":                       {0.5, 0.3, 0.2},
		"# a comment\n.5\r\n\n.25 # more\n": {0.5, 0.25},
		"1":                                 {1},
		"0,1":                               {0, 1},
		"1e-1\t0.2":                         {0.1, 0.2},
	} {
		if got, err := ReadRanks(strings.NewReader(text), "f"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                                  "found 0 ranks",
		"# nothing\n":                       "found 0 ranks",
		"0.5\nhalf":                         `f:2: found "half"`,
		"0.5 -0.1":                          `f:1: found "-0.1"`,
		"1.5":                               `found "1.5"`,
		"NaN":                               `found "NaN"`,
		"Inf":                               `found "Inf"`,
		"0.9 0.9":                           "sum to 1.8",
		"0 0 0":                             "sum to 0",
		strings.Repeat("0.0001 ", 1001):     "found 1001 ranks",
		"0.1 " + strings.Repeat("9", 70000): "f",
	} {
		if got, err := ReadRanks(strings.NewReader(text), "f"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, %v, want %s", text, got, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadRanks(io.MultiReader(strings.NewReader("0.5\n"), iotest.ErrReader(broken)), "f"); !errors.Is(err, broken) {
		t.Errorf("a broken reader: %v", err)
	}
}

func ExamplePublishedRanks() {
	fmt.Println(PublishedRanks(1000)[:3])
	// Output: [0.437555 0.254719 0.137672]
}

// A path has the candidates of a tour of its cities, without forbidden edges, and the city more that
// it takes has some, too.
func TestAlphaOfPaths(t *testing.T) {
	of := tsptest.Random(tsp.Euc2D, 400, 1)
	plain := tsptest.Must(Nearness(t.Context(), of, tsptest.Must(tsp.NearestNeighbors(t.Context(), of, 10)), AlphaSteps, 5))
	first, _ := plain.Of(3)
	if err := errors.Join(of.SetEnds(-1, 9), of.Forbid([][2]int32{{3, first[0]}})); err != nil {
		t.Fatal(err)
	}
	in := tsp.NewSymmetric(of).Instance
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 10))
	for name, rows := range map[string]*onetree.Candidates{
		"nearness": tsptest.Must(Nearness(t.Context(), in, nb, AlphaSteps, 5)), "ranked": tsptest.Must(ranked(t.Context(), in, nb, AlphaSteps, 5, nil))} {
		for i := range int32(400) {
			want, _ := plain.Of(i)
			if i == 3 {
				want = want[1:]
			} else if i == first[0] {
				want = slices.DeleteFunc(slices.Clone(want), func(j int32) bool { return j == 3 })
			}
			if got, alpha := rows.Of(i); !slices.Equal(got, want) || len(alpha) != len(got) {
				t.Errorf("%s: city %d has %v, want %v", name, i, got, want)
			}
		}
		if more, _ := rows.Of(400); len(rows.Off) != 402 || len(more) != 5 {
			t.Errorf("%s: the city more of %d has %v", name, len(rows.Off)-1, more)
		}
	}
}

// TestByParts pins that all with places have alpha-nearness by parts where there are many, in space
// and on the globe too.
func TestByParts(t *testing.T) {
	for _, metric := range []tsp.Metric{tsp.Euc2D, tsp.Man3D, tsp.Geo, tsp.Haversine} {
		if !ByParts(tsptest.Random(metric, leastByParts, 1)) {
			t.Errorf("%v: not by parts", metric)
		}
	}
	if ByParts(tsptest.Random(tsp.Euc3D, leastByParts-1, 1)) {
		t.Error("fewer cities, and by parts")
	}
}
