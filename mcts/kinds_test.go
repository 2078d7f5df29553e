package mcts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/prepare"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
	"tspmcts/tsp/tsptest"
	"tspmcts/tsplib"
)

// kind is an instance that is searched as another one.
type kind struct {
	name string
	in   *tsp.Instance
}

func kindsOf(t *testing.T, n int, seed uint64) (all []kind) {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	for _, base := range []string{"directed", "matrix", "euclid", "exact"} {
		for _, ends := range [][2]int32{{-2, -2}, {-1, -1}, {3, -1}, {-1, 5}, {7, 2}} {
			for _, more := range []string{"", "fixed", "forbidden"} {
				var in *tsp.Instance
				switch base {
				case "directed":
					in = tsptest.Directed(n, r.Uint64())
				case "matrix":
					in = tsptest.Random(tsp.Explicit, n, r.Uint64())
				case "euclid":
					in = tsptest.Random(tsp.Euc2D, n, r.Uint64())
				case "exact":
					in = tsptest.Random(tsp.Exact2D, n, r.Uint64())
				}
				var err error
				switch more {
				case "fixed":
					err = in.SetFixed([][2]int32{{0, 1}, {1, 6}, {3, 4}})
				case "forbidden":
					err = in.Forbid([][2]int32{{0, 1}, {4, 3}, {2, 8}, {8, 2}})
				}
				if ends[0] > -2 {
					err = errors.Join(err, in.SetEnds(ends[0], ends[1]))
				}
				if err != nil {
					t.Fatal(base, ends, more, err)
				}
				all = append(all, kind{fmt.Sprintf("%s %v %s %d", base, ends, more, n), in})
			}
		}
	}
	return all
}

// Small instances of every kind end at the optimum: by the search too, which those of ten
// and eleven cities go through.
func TestKinds(t *testing.T) {
	for n := 9; n <= 11; n++ {
		for _, k := range kindsOf(t, n, 1) {
			best, ok := tsp.Exact(k.in)
			if !ok {
				t.Fatal(k.name)
			}
			for _, preset := range []string{"default", "paper"} {
				r, err := Solve(t.Context(), k.in, Options{Preset: preset, Actions: 4000, Workers: 1, Seed: 1, Bound: preset == "default"})
				if err != nil {
					t.Errorf("%s, %s: %v", k.name, preset, err)
					continue
				}
				want := k.in.Value(best)
				if r.Value > want*(1+1e-9) && preset == "default" || r.Value < want*(1-1e-9) || r.Length != k.in.Length(r.Tour) {
					t.Errorf("%s, %s: %v, the optimum is %v", k.name, preset, r.Value, want)
				}
				if n == 9 && r.Stop != StopExact {
					t.Errorf("%s, %s: it ended by %s", k.name, preset, r.Stop)
				}
				if r.Bound != nil && r.Bound.Value() > want*(1+1e-9) {
					t.Errorf("%s: bound %v above the optimum %v", k.name, r.Bound.Value(), want)
				}
			}
		}
	}
}

// One and two cities have a bound, which is the one tour or path there is, or the shorter one.
func TestTinyBounds(t *testing.T) {
	for n := 1; n <= 2; n++ {
		for _, base := range []*tsp.Instance{tsptest.Directed(n, 1), tsptest.Random(tsp.Explicit, n, 1), tsptest.Random(tsp.Euc2D, n, 1)} {
			for _, ends := range [][2]int32{{-2, -2}, {-1, -1}, {0, -1}, {-1, int32(n) - 1}, {0, int32(n) - 1}} {
				in := *base
				if ends[0] > -2 {
					if err := in.SetEnds(ends[0], ends[1]); err != nil {
						t.Fatal(err)
					}
				}
				best, _ := tsp.Exact(&in)
				b, converged, err := LowerBound(t.Context(), &in, 0)
				if err != nil || b == nil || !converged || b.Value() != in.Value(best) {
					t.Errorf("%d cities, %v, ends %v: bound %v, %v, %v, want %v", n, in.Metric, ends, b, converged, err, in.Value(best))
				}
			}
		}
	}
}

// Paths of one to nine cities are the shortest of all orders, with each kind of ends.
func TestSmallPaths(t *testing.T) {
	instances := map[string]func(n int, seed uint64) *tsp.Instance{
		"directed": tsptest.Directed,
		"matrix":   func(n int, seed uint64) *tsp.Instance { return tsptest.Random(tsp.Explicit, n, seed) },
		"euclid":   func(n int, seed uint64) *tsp.Instance { return tsptest.Random(tsp.Euc2D, n, seed) },
		"exact":    func(n int, seed uint64) *tsp.Instance { return tsptest.Random(tsp.Exact2D, n, seed) },
		"sphere":   func(n int, seed uint64) *tsp.Instance { return tsptest.Random(tsp.Geo, n, seed) },
	}
	for n := 1; n <= 9; n++ {
		some := n
		if n > 6 { // all pairs of ends are a test of minutes
			some = 3
		}
		for name, instance := range instances {
			for start := -1; start < some; start++ {
				for end := n - 1; end >= -1; end-- {
					if start == end && start >= 0 && n > 1 || end >= 0 && end < n-some {
						continue
					}
					in := instance(n, uint64(start*10+end+11))
					if err := in.SetEnds(int32(start), int32(end)); err != nil {
						t.Fatal(err)
					}
					r, err := Solve(t.Context(), in, Options{Actions: 10, Workers: 1, Seed: 1})
					if err != nil {
						t.Fatalf("%s, %d cities from %d to %d: %v", name, n, start, end, err)
					}
					first, last := r.Tour[0], r.Tour[n-1]
					if in.Check(r.Tour) != nil || start >= 0 && int(first) != start || end >= 0 && int(last) != end {
						t.Errorf("%s, %d cities from %d to %d: %v", name, n, start, end, r.Tour)
					}
					length := int64(0)
					for k := range n - 1 {
						length += int64(in.Dist(r.Tour[k], r.Tour[k+1]))
					}
					if want := shortestPath(in, start, end); length != want || r.Length != want {
						t.Errorf("%s, %d cities from %d to %d: %d and %d, want %d", name, n, start, end, length, r.Length, want)
					}
				}
			}
		}
	}
}

// TestPathsOfNoLength pins that a path of length 0 ends the search, as none is shorter.
func TestPathsOfNoLength(t *testing.T) {
	for _, build := range []func(string, int, []int32) (*tsp.Instance, error){tsp.NewMatrix, tsp.NewDirected} {
		w := make([]int32, 14*14)
		w[1], w[14] = 7, 7
		for _, ends := range [][2]int32{{-1, -1}, {0, -1}, {-1, 5}, {0, 13}, {0, 1}} {
			in := tsptest.Must(build("nil", 14, w))
			if err := in.SetEnds(ends[0], ends[1]); err != nil {
				t.Fatal(err)
			}
			if r, err := Solve(t.Context(), in, Options{Actions: 1000, Workers: 1, Seed: 1}); err != nil || r.Value != 0 || r.Stop != StopExact {
				t.Errorf("directed %v, ends %v: %v by %v, %v", in.Directed, ends, r.Value, r.Stop, err)
			}
		}
	}
}

// shortestPath tries the orders of all cities from start to end, -1 for any, and leaves one
// as soon as it is as long as the shortest.
func shortestPath(in *tsp.Instance, start, end int) int64 {
	n, best := in.N(), int64(math.MaxInt64)
	used := make([]bool, n)
	var extend func(last, count int, length int64)
	extend = func(last, count int, length int64) {
		switch {
		case length >= best:
			return
		case count == n:
			if end < 0 || last == end {
				best = length
			}
			return
		}
		for c := range n {
			if used[c] || count == 0 && start >= 0 && c != start {
				continue
			}
			step := int64(0)
			if count > 0 {
				step = int64(in.Dist(int32(last), int32(c)))
			}
			used[c] = true
			extend(c, count+1, length+step)
			used[c] = false
		}
	}
	extend(-1, 0, 0)
	return best
}

// A directed instance whose ways differ by heights alone is solved as one without directions, to
// targets and bounds in its own unit.
func TestHeights(t *testing.T) {
	for seed := range uint64(6) {
		n := 11
		of := tsptest.Random(tsp.Explicit, n, seed)
		w := make([]int32, n*n)
		for i := range n {
			for j := range n {
				w[i*n+j] = of.Matrix[i*n+j] + int32(i*i)
			}
		}
		in := tsptest.Must(tsp.NewDirected("heights", n, w))
		best, _ := tsp.Exact(in)
		want := in.Value(best)
		r, err := Solve(t.Context(), in, Options{Actions: 100000, Workers: 1, Seed: 1, Target: want, Bound: true})
		if err != nil || r.Value != want || r.Length != in.Length(r.Tour) || r.Stop == StopActions || r.Bound.Value() > want*(1+1e-9) || r.Bound.Value() < 0.8*want {
			t.Errorf("seed %d: %+v, %v; the optimum is %v", seed, r, err, want)
		}
	}
}

// A search of each kind, with a budget of actions, ends with the same tour when it goes on from any
// of its checkpoints, and goes on from tours that it is given.
func TestKindsResume(t *testing.T) {
	kinds := kindsOf(t, 40, 2)
	for seed := range uint64(3) {
		in := hiddenCycle(1000, 500, seed)
		if seed == 1 {
			if err := in.SetEnds(0, -1); err != nil {
				t.Fatal(err)
			}
		}
		kinds = append(kinds, kind{fmt.Sprint("graph ", seed), in})
	}
	for n := range 3 {
		in := tsptest.Directed(300, uint64(n))
		if n > 0 {
			if err := in.SetEnds(int32(n-2), 7); err != nil {
				t.Fatal(err)
			}
		}
		kinds = append(kinds, kind{fmt.Sprint("directed ", in.Ends), in})
	}
	proven, resumes := 0, 0
	for _, k := range kinds {
		o := Options{Actions: 150 * int64(k.in.N()), Workers: 2, Seed: 3}
		if k.in.Metric == tsp.Graph { // where a tour without a forbidden edge must be found
			o.Actions *= 2
		}
		whole, err := Solve(t.Context(), k.in, o)
		if err != nil {
			t.Fatal(k.name, err)
		}
		var saved [][]byte
		saving := o
		saving.Save = &Saver{Every: 1, Save: func(c *Checkpoint) { saved = append(saved, tsptest.Encoded(t, c)) }}
		if r, err := Solve(t.Context(), k.in, saving); err != nil || !slices.Equal(r.Tour, whole.Tour) {
			t.Fatalf("%s: saving changed the search: %v", k.name, err)
		}
		again := o
		again.Actions, again.Initial = 10, []tsp.Tour{whole.Tour}
		if r, err := Solve(t.Context(), k.in, again); err != nil || r.Length > whole.Length {
			t.Errorf("%s: %v, from a tour of %d", k.name, err, whole.Length)
		}
		if len(saved) == 0 { // the search had nothing left to do
			if proven++; whole.Stop != StopExact {
				t.Errorf("%s: no checkpoint, ended by %s", k.name, whole.Stop)
			}
			continue
		}
		rest := o
		for at := 0; at < len(saved); at += max(1, len(saved)/3) {
			rest.Resume = decoded(t, saved[at])
			r, err := Solve(t.Context(), k.in, rest)
			if err != nil || !slices.Equal(r.Tour, whole.Tour) {
				t.Errorf("%s: resumed from checkpoint %d of %d: %+v, %v; uninterrupted %d", k.name, at, len(saved), r, err, whole.Length)
			}
			resumes++
		}
		if _, err := Solve(t.Context(), tsptest.Directed(40, 99), rest); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: the checkpoint fits another instance: %v", k.name, err)
		}
	}
	if proven > len(kinds)/3 || resumes < 2*len(kinds) {
		t.Errorf("%d of %d kinds needed no search, %d times resumed", proven, len(kinds), resumes)
	}
}

// A checkpoint of a path is not one of the same path by another metric, with other forbidden edges, or
// in another graph.
func TestKindsForeign(t *testing.T) {
	points := tsptest.Random(tsp.Euc2D, 12, 1)
	path := func(in *tsp.Instance, gone ...[2]int32) *tsp.Instance {
		if err := errors.Join(in.Forbid(gone), in.SetEnds(-1, -1)); err != nil {
			t.Fatal(err)
		}
		return in
	}
	by := func(m tsp.Metric) *tsp.Instance {
		return tsptest.Must(tsp.NewPoints("path", m, points.X, points.Y, nil))
	}
	for name, pair := range map[string][2]*tsp.Instance{
		"metric": {path(by(tsp.Euc2D)), path(by(tsp.Man2D))},
		"edges":  {path(by(tsp.Euc2D), [2]int32{1, 2}), path(by(tsp.Euc2D), [2]int32{1, 3})},
		"graph":  {path(hiddenCycle(300, 150, 1)), path(hiddenCycle(300, 150, 2))},
	} {
		var saved []byte
		save := func(c *Checkpoint) {
			if saved == nil {
				saved = tsptest.Encoded(t, c)
			}
		}
		o := Options{Heatmap: heatmap.Zero(pair[0].N() + 1), Workers: 1, Actions: 100, Save: &Saver{Save: save}}
		if _, err := Solve(t.Context(), pair[0], o); saved == nil { // of the graph no path is found
			t.Fatalf("%s: nothing is saved: %v", name, err)
		}
		o.Save, o.Resume = nil, decoded(t, saved)
		if _, err := Solve(t.Context(), pair[0], o); errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Solve(t.Context(), pair[1], o); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("%s: the checkpoint fits another path: %v", name, err)
		}
	}
}

// Paths of 150 cities, or 60 with directions, are as short as the tours of the instances with one
// city more that stand for them, solved as a user would who has no paths: from the city more it is
// free to go to the start, and from the end to it, and far to and from all others.
func TestPathsOfMany(t *testing.T) {
	const far = 1000000
	for _, directed := range []bool{false, true} {
		n := 150
		if directed {
			n = 60
		}
		for _, ends := range [][2]int32{{-1, -1}, {4, -1}, {-1, 4}, {4, 50}} {
			r := rand.New(rand.NewPCG(7, uint64(ends[1]+9)))
			w, more := make([]int32, n*n), make([]int32, (n+1)*(n+1))
			x, y := make([]float64, n), make([]float64, n)
			for i := range n {
				x[i], y[i] = 10000*r.Float64(), 10000*r.Float64()
			}
			for i := range n {
				for j := range n {
					w[i*n+j] = int32(math.Hypot(x[i]-x[j], y[i]-y[j]) + 0.5)
					if directed {
						w[i*n+j] += r.Int32N(300)
					}
				}
			}
			for i := range n + 1 {
				for j := range n + 1 {
					d := &more[i*(n+1)+j]
					given := func(c int, end int32) bool { return end == int32(c) || end < 0 && (directed || ends[0]+ends[1] == -2) }
					switch {
					case i < n && j < n:
						*d = w[i*n+j]
					case i == n && j < n && !given(j, ends[0]) && (directed || !given(j, ends[1])),
						j == n && i < n && !given(i, ends[1]) && (directed || !given(i, ends[0])):
						*d = far
					}
				}
			}
			build := tsp.NewMatrix
			if directed {
				build = tsp.NewDirected
			}
			path, tour := tsptest.Must(build("path", n, w)), tsptest.Must(build("tour", n+1, more))
			if err := path.SetEnds(ends[0], ends[1]); err != nil {
				t.Fatal(err)
			}
			o := Options{Actions: 200000, Workers: 2, Seed: 1}
			got, err := Solve(t.Context(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			other, err := Solve(t.Context(), tour, o)
			if err != nil {
				t.Fatal(err)
			}
			want := other.Length
			if !directed && ends[0]+ends[1] != -2 && (ends[0] < 0) != (ends[1] < 0) {
				want -= far // the end that is free
			}
			if got.Length > want+want/10000 || want > got.Length+got.Length/10000 {
				t.Errorf("directed %v, ends %v: %d, with a city more %d", directed, ends, got.Length, want)
			}
		}
	}
}

// Many cities are numbered along the curve, also where more than a tour is wanted of them; all that is
// told of them is in their own numbers.
func TestNumbered(t *testing.T) {
	const n = 5000
	for _, demand := range []func(in *tsp.Instance) error{
		func(in *tsp.Instance) error { return in.SetEnds(4, -1) },
		func(in *tsp.Instance) error { return in.SetEnds(4, 9) },
		func(in *tsp.Instance) error { return in.SetFixed([][2]int32{{17, 4000}, {4000, 3}}) },
		func(in *tsp.Instance) error { return in.Forbid([][2]int32{{17, 4000}, {4000, 3}}) },
	} {
		in := tsptest.Random(tsp.Euc2D, n, 3)
		if err := demand(in); err != nil {
			t.Fatal(err)
		}
		steps, were := 0.0, 0.0 // from each city to the next, by their numbers
		var saved bytes.Buffer
		o := Options{Actions: 20000, Workers: 2, Seed: 1, Preset: "default", Source: "gtprior",
			Build: func(ctx context.Context, searched *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
				for c := range int32(n - 1) {
					x, y := searched.At(c)
					toX, toY := searched.At(c + 1)
					steps += math.Hypot(toX-x, toY-y)
					were += math.Hypot(in.X[c+1]-in.X[c], in.Y[c+1]-in.Y[c])
				}
				return prepare.Build(ctx, searched, source, nb, told)
			},
			Observe: func(p Progress) {
				if err := in.Check(p.Tour); err != nil || in.Value(p.Tour) != p.Length {
					t.Errorf("told of a tour of length %v, which is %v: %v", p.Length, in.Value(p.Tour), err)
				}
			},
			Save: &Saver{Save: func(c *Checkpoint) {
				if saved.Len() == 0 { // the first one
					if err := c.Encode(&saved); err != nil {
						t.Fatal(err)
					}
				}
			}}}
		r, err := Solve(t.Context(), in, o)
		if err != nil {
			t.Fatal(err)
		}
		if steps == 0 || steps > were/20 {
			t.Errorf("from number to number it is %v, and was %v", steps, were)
		}
		again := Options{Actions: o.Actions, Workers: 2, Seed: 1, Source: o.Source, Resume: tsptest.Must(DecodeCheckpoint(&saved))}
		if re, err := Solve(t.Context(), in, again); err != nil || !slices.Equal(re.Tour, r.Tour) {
			t.Errorf("resumed: another tour, %v", err)
		}
		from := Options{Actions: 1, Workers: 1, Source: o.Source, Initial: []tsp.Tour{r.Tour}}
		if re, err := Solve(t.Context(), in, from); err != nil || re.Length > r.Length {
			t.Errorf("from the tour: %v", err)
		}
	}
}

// A path of many cities is as good as a bound that it meets, however they are numbered: those of a
// band lie up to twice as far from city 0, at its end, as from where the curve begins, in the middle.
func TestBoundNumbered(t *testing.T) {
	if testing.Short() {
		t.Skip("the bound takes seconds")
	}
	const n = 5000
	r := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i] = 1e6 * float64(i) / n
		y[i] = 1e6 - x[i] + 1000*r.Float64()
	}
	in := tsptest.Must(tsp.NewPoints("band", tsp.Euc2D, x, y, nil))
	if err := in.SetEnds(-1, -1); err != nil {
		t.Fatal(err)
	}
	got, err := Solve(t.Context(), in, Options{Source: "gtprior", Actions: 1, Workers: 2, Bound: true})
	if err != nil || got.Bound == nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Stop == StopExact && got.Value > got.Bound.Value() {
		t.Errorf("%v is said to be as short as the bound %v", got.Value, got.Bound.Value())
	}
}

// A map that is made by others, of a source that nobody here knows, is of the cities as they are.
func TestNotNumbered(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 5000, 3)
	if err := in.SetFixed([][2]int32{{17, 4000}}); err != nil {
		t.Fatal(err)
	}
	asked := false
	o := Options{Actions: 1000, Workers: 1, Source: "mine", Configure: func(n int, _ string) (Config, error) { return Preset("default", n, "gtprior") },
		Build: func(ctx context.Context, searched *tsp.Instance, _ string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
			asked = true
			if !slices.Equal(searched.X, in.X) {
				t.Error("the cities have other numbers")
			}
			return prepare.Build(ctx, searched, "gtprior", nb, told)
		}}
	if _, err := Solve(t.Context(), in, o); err != nil || !asked {
		t.Errorf("%v, a map was asked for: %v", err, asked)
	}
}

// hiddenCycle returns a graph of a random cycle among random edges.
func hiddenCycle(n, extra int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 7))
	var edges [][2]int32
	p := r.Perm(n)
	for i := range p {
		edges = append(edges, [2]int32{int32(p[i]), int32(p[(i+1)%n])})
	}
	for range extra {
		edges = append(edges, [2]int32{r.Int32N(int32(n)), r.Int32N(int32(n))})
	}
	return tsptest.Must(tsp.NewGraph("hidden", n, edges))
}

// The public asymmetric instances end at the optimum.
func TestAsymmetricLibrary(t *testing.T) {
	dir := tsptest.Data(t)
	for name, best := range map[string]float64{"br17": 39, "ftv33": 1286, "ftv70": 1950, "p43": 5620, "ry48p": 14422, "ft53": 6905, "kro124p": 36230, "rbg323": 1326} {
		path := filepath.Join(dir, "atsp", name+".atsp")
		in, _, err := tsplib.Read(tsptest.Open(t, path), path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Solve(t.Context(), in, Options{Actions: 300000, Target: best, Workers: 2, Seed: 1})
		if err != nil || r.Value != best {
			t.Errorf("%s: %v, the optimum is %v; %v", name, r.Value, best, err)
		}
		b, _, err := LowerBound(t.Context(), in, 0)
		if err != nil || b.Value() > best || b.Value() < 0.9*best && name != "br17" && name != "p43" {
			t.Errorf("%s: bound %v, optimum %v, %v", name, b.Value(), best, err)
		}
		t.Logf("%s: bound %v, optimum %v", name, b.Value(), best)
	}
}

// A random matrix of a thousand cities is solved to a thousandth of its assignment's length.
func TestRandomMatrix(t *testing.T) {
	const n = 1000
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 16))
		w := make([]int32, n*n)
		for k := range w {
			w[k] = r.Int32N(1000000)
		}
		in := tsptest.Must(tsp.NewDirected("random", n, w))
		a, err := onetree.Assign(t.Context(), tsp.NewSymmetric(in).Instance)
		if err != nil {
			t.Fatal(err)
		}
		res, err := Solve(t.Context(), in, Options{Actions: 20000, Workers: 2, Seed: 1})
		if err != nil || in.Check(res.Tour) != nil || res.Length < a.Length || float64(res.Length) > 1.001*float64(a.Length) {
			t.Errorf("seed %d: %+v, assignment %d, %v", seed, res.Value, a.Length, err)
		}
		t.Logf("seed %d: %d, assignment %d, by %s", seed, res.Length, a.Length, res.Stop)
	}
}

// Graphs with a Hamiltonian cycle are solved, of those without the error says
// whether that is proven.
func TestGraphs(t *testing.T) {
	knight := func(side int32) *tsp.Instance {
		var edges [][2]int32
		for x := range side {
			for y := range side {
				for _, d := range [][2]int32{{1, 2}, {2, 1}, {2, -1}, {1, -2}} {
					if a, b := x+d[0], y+d[1]; a < side && b >= 0 && b < side {
						edges = append(edges, [2]int32{x*side + y, a*side + b})
					}
				}
			}
		}
		return tsptest.Must(tsp.NewGraph("knight", int(side*side), edges))
	}
	petersen := func(n, k int32) *tsp.Instance { // has no cycle where k is 2 and n is 5 modulo 6
		var edges [][2]int32
		for i := range n {
			edges = append(edges, [2]int32{i, (i + 1) % n}, [2]int32{i, n + i}, [2]int32{n + i, n + (i+k)%n})
		}
		return tsptest.Must(tsp.NewGraph("petersen", int(2*n), edges))
	}
	path := petersen(11, 2)
	if err := path.SetEnds(-1, -1); err != nil {
		t.Fatal(err)
	}
	given := hiddenCycle(50, 40, 3)
	if err := given.SetEnds(0, -1); err != nil {
		t.Fatal(err)
	}
	fixed := hiddenCycle(60, 100, 4)
	first := fixed.GraphEdges()[0]
	if err := fixed.SetEnds(first[0], -1); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]*tsp.Instance{"hidden cycle": hiddenCycle(1000, 1000, 1), "sparse": hiddenCycle(300, 30, 2), "degree 3": hiddenCycle(3000, 1500, 5),
		"knight 8": knight(8), "knight 32": knight(32), "petersen 500": petersen(500, 2), "petersen 500,3": petersen(500, 3),
		"petersen 13": petersen(13, 2), "petersen 7,3": petersen(7, 3), "path": path, "path with a start": given, "path with another": fixed} {
		r, err := Solve(t.Context(), in, Options{Actions: 2000000, Workers: 2, Seed: 1})
		if err != nil || r.Value != 0 || in.Keeps(r.Tour) != nil || r.Stop != StopExact {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	star := func(edges ...[2]int32) *tsp.Instance { return tsptest.Must(tsp.NewGraph("small", 6, edges)) }
	for name, c := range map[string]struct {
		in   *tsp.Instance
		want error
	}{
		"petersen 5":  {petersen(5, 2), tsp.ErrForbidden},
		"petersen 11": {petersen(11, 2), tsp.ErrForbidden},
		"knight 7":    {knight(7), tsp.ErrForbidden}, // odd
		"a leaf":      {star([2]int32{0, 1}, [2]int32{1, 2}, [2]int32{2, 3}, [2]int32{3, 4}, [2]int32{4, 0}, [2]int32{0, 5}), tsp.ErrNone},
		"two pieces":  {star([2]int32{0, 1}, [2]int32{1, 2}, [2]int32{2, 0}, [2]int32{3, 4}, [2]int32{4, 5}, [2]int32{5, 3}), tsp.ErrNone},
		"a cut city":  {tsptest.Must(tsp.NewGraph("bow", 5, [][2]int32{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {4, 2}})), tsp.ErrNone},
		"tried all":   {star([2]int32{0, 2}, [2]int32{0, 3}, [2]int32{0, 4}, [2]int32{0, 5}, [2]int32{1, 2}, [2]int32{1, 3}, [2]int32{1, 4}, [2]int32{1, 5}), tsp.ErrNone},
	} {
		r, err := Solve(t.Context(), c.in, Options{Actions: 5000, Workers: 1, Seed: 1})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	// A bound proves what trying cannot, where it is above 0.
	sides := func(a, b int32) *tsp.Instance {
		var edges [][2]int32
		for i := range a {
			for j := range b {
				edges = append(edges, [2]int32{i, a + j})
			}
		}
		return tsptest.Must(tsp.NewGraph("sides", int(a+b), edges))
	}
	path, more := sides(6, 7), sides(6, 8)
	if err := errors.Join(path.SetEnds(-1, -1), more.SetEnds(-1, -1)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   *tsp.Instance
		want error
	}{"knight 7": {knight(7), tsp.ErrNone}, "sides 6 and 7": {sides(6, 7), tsp.ErrNone}, "path of 6 and 8": {more, tsp.ErrNone}, "path of 6 and 7": {path, nil},
		"knight 8": {knight(8), nil}, "petersen 13": {petersen(13, 2), nil}} {
		if _, err := Solve(t.Context(), c.in, Options{Actions: 50000, Workers: 1, Seed: 1, Bound: true}); !errors.Is(err, c.want) {
			t.Errorf("%s, bounded: %v", name, err)
		}
	}
}

// TestForbiddenIsDear pins that an edge that may not be used costs more than a way round, two districts
// of ten cities having none between three each; and where it cannot, as distances are near the most
// that there may be, that a tour to begin with which has none is not lost.
func TestForbiddenIsDear(t *testing.T) {
	for _, metric := range []tsp.Metric{tsp.Exact2D, tsp.Euc2D} {
		var x, y []float64
		for i := range 6 {
			x, y = append(x, 0), append(y, float64(i)*1e6)
		}
		for i := range 4 {
			x, y = append(x, 0.99e9), append(y, float64(i)*1e6)
		}
		in := tsptest.Must(tsp.NewPoints("districts", metric, x, y, nil))
		var out [][2]int32
		for i := range int32(3) {
			out = append(out, [2]int32{i, 3}, [2]int32{i, 4}, [2]int32{i, 5})
		}
		if err := in.Forbid(out); err != nil {
			t.Fatal(err)
		}
		begin := tsp.Tour{0, 1, 2, 6, 7, 3, 4, 5, 8, 9}
		if err := in.Keeps(begin); err != nil {
			t.Fatal(err)
		}
		best, _ := tsp.Exact(in)
		r, err := Solve(t.Context(), in, Options{Actions: 5000, Workers: 1, Seed: 1, Initial: []tsp.Tour{begin}})
		if err != nil || r.Value > in.Value(begin) {
			t.Fatalf("%v: %v, begun with %v, %v", metric, r.Value, in.Value(begin), err)
		}
		if metric == tsp.Exact2D && math.Abs(r.Value/in.Value(best)-1) > 1e-12 {
			t.Errorf("%v, want %v", r.Value, in.Value(best))
		}
	}
}

// islands returns a matrix of 11 cities on a mainland and islands, with no way from one island to
// another, and the longest that there may be to the mainland; a directed one, or with a path between
// some ends.
func islands(t *testing.T, seed uint64) *tsp.Instance {
	const n = 11
	r := rand.New(rand.NewPCG(seed, 4))
	island := make([]int, n) // 0 is the mainland
	for c := range island {
		island[c] = max(0, r.IntN(5)-1)
	}
	w := make([]int32, n*n)
	for i := range n {
		for j := range n {
			switch {
			case seed%3 == 0 && i > j:
				w[i*n+j] = w[j*n+i]
			case island[i] == island[j]:
				w[i*n+j] = r.Int32N(1e6)
			case island[i] == 0 || island[j] == 0:
				w[i*n+j] = tsp.MaxDist - r.Int32N(1e8)
			default:
				w[i*n+j] = tsp.NoEdge
			}
		}
	}
	build := tsp.NewDirected
	if seed%3 == 0 {
		build = tsp.NewMatrix
	}
	in := tsptest.Must(build("islands", n, w))
	in.Scale = 1e6
	if seed%3 == 2 {
		if err := in.SetEnds(r.Int32N(2)-1, -1); err != nil {
			t.Fatal(err)
		}
	}
	return in
}

// TestForbiddenNearTheMost pins that the best tour is found, but for what the search rounds, where
// distances are as long as an edge that may not be used costs; that lengths, bounds, targets and what
// is told are of the distances given, and no tour to begin with is lost.
func TestForbiddenNearTheMost(t *testing.T) {
	for seed := range uint64(60) {
		in := islands(t, seed)
		best, _ := tsp.Exact(in)
		if in.Keeps(best) != nil {
			continue // there are more islands than cities on the mainland
		}
		want := in.Value(best)
		o := Options{Actions: 3000, Workers: 1, Seed: seed, Bound: true, Observe: func(p Progress) {
			if p.Tour != nil && in.Value(p.Tour) != p.Length {
				t.Errorf("seed %d: told of %v, the tour has %v", seed, p.Length, in.Value(p.Tour))
			}
		}}
		r, err := Solve(t.Context(), in, o)
		if err != nil || r.Value != in.Value(r.Tour) || r.Value < want || r.Value > want+11*16/in.Scale {
			t.Errorf("seed %d: %v, %v, want %v", seed, r.Value, err, want)
			continue
		}
		if b := r.Bound.Value(); b > want || b < 0.99*want {
			t.Errorf("seed %d: bound %v, the optimum is %v", seed, b, want)
		}
		o.Initial = []tsp.Tour{best}
		if r := tsptest.Must(Solve(t.Context(), in, o)); r.Value != want {
			t.Errorf("seed %d: %v, begun with %v", seed, r.Value, want)
		}
		o.Target = want
		if r := tsptest.Must(Solve(t.Context(), in, o)); r.Value != want || r.Stop != StopTarget && in.Coarse() != in {
			t.Errorf("seed %d: %v by %s, the target %v is known", seed, r.Value, r.Stop, want)
		}
	}
}

// Where no tour keeps to what may be used, that is the error, also of a bound; a path whose ends have
// no way between them is none of these.
func TestForbiddenEverywhere(t *testing.T) {
	for _, n := range []int{6, 30} {
		in := tsptest.Directed(n, 1)
		var out [][2]int32
		for j := range int32(n - 1) {
			out = append(out, [2]int32{2, (3 + j) % int32(n)})
		}
		if err := in.Forbid(out); err != nil {
			t.Fatal(err)
		}
		if _, err := Solve(t.Context(), in, Options{Actions: 2000, Workers: 1, Seed: 1}); !errors.Is(err, tsp.ErrNone) {
			t.Errorf("%d cities: %v", n, err)
		}
		if b, _, err := LowerBound(t.Context(), in, 0); !errors.Is(err, tsp.ErrNone) {
			t.Errorf("%d cities: a bound of %+v, %v", n, b, err)
		}
	}
	path := tsptest.Random(tsp.Explicit, 30, 1)
	if err := errors.Join(path.Forbid([][2]int32{{3, 7}}), path.SetEnds(3, 7)); err != nil {
		t.Fatal(err)
	}
	if r, err := Solve(t.Context(), path, Options{Actions: 2000, Workers: 1, Seed: 1, Bound: true}); err != nil || r.Bound == nil {
		t.Errorf("a path: %+v, %v", r, err)
	}
	if _, _, err := LowerBound(t.Context(), path, 0); err != nil {
		t.Error("the bound of a path:", err)
	}
}

// sparse returns n cities with four ways from each, round which one leads, or with none where n is 2.
func sparse(n int) *tsp.Instance {
	r := rand.New(rand.NewPCG(1, 7))
	w := slices.Repeat([]int32{tsp.NoEdge}, n*n)
	p := r.Perm(n)
	for k, i := range p {
		if n == 2 {
			break
		}
		w[i*n+p[(k+1)%n]] = 1 + r.Int32N(99)
		for range 3 {
			w[i*n+r.IntN(n)] = 1 + r.Int32N(99)
		}
	}
	return tsptest.Must(tsp.NewDirected("sparse", n, w))
}

// A target is reached by a tour, however long that may be, and not by what takes ways that there are
// none of.
func TestForbiddenReachesNoTarget(t *testing.T) {
	if r, err := Solve(t.Context(), sparse(200), Options{Target: 1e12, Actions: 100000, Workers: 1, Seed: 1}); err != nil || r.Stop != StopTarget {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestForbiddenIsNotTold pins that whoever watches a search is not told of a tour over ways that there
// are none of as of a better one, nor of its length, nor of a bound that counts them.
func TestForbiddenIsNotTold(t *testing.T) {
	for _, n := range []int{2, 200} {
		in := sparse(n)
		without, with := 0, 0
		_, err := Solve(t.Context(), in, Options{Actions: 100000, Workers: 1, Seed: 1, Bound: true, Observe: func(p Progress) {
			switch {
			case p.Tour != nil:
				with++
				if in.Keeps(p.Tour) != nil || in.Value(p.Tour) != p.Length || p.Bound == 0 || p.Bound > p.Length {
					t.Errorf("%d cities: told of a tour of length %v, bound %v, with %v", n, p.Length, p.Bound, in.Keeps(p.Tour))
				}
			case with > 0 || p.Better || !math.IsInf(p.Length, 1) || !math.IsNaN(p.Gap) || p.Bound != 0:
				t.Errorf("%d cities: told of %+v without a tour", n, p)
			default:
				without++
			}
		}})
		if (err == nil) != (n == 200) || without == 0 || (with > 0) != (err == nil) {
			t.Errorf("%d cities: %v, told %d times without a tour and %d times of one", n, err, without, with)
		}
		for p, err := range Improvements(t.Context(), in, Options{Actions: 100000, Workers: 1, Seed: 1}) {
			if err == nil && in.Keeps(p.Tour) != nil {
				t.Errorf("%d cities: an improvement has %v", n, in.Keeps(p.Tour))
			}
		}
	}
}

func decoded(t *testing.T, saved []byte) *Checkpoint {
	t.Helper()
	c, err := DecodeCheckpoint(bytes.NewReader(saved))
	if err != nil {
		t.Fatal(err)
	}
	return c
}
