package prepare

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestPrepare prepares cities of which each second one shares a place with another: the problem is
// of the places, each has as many candidates as it is to have, the best known tour is the answer
// so far, and it stands for one of all cities.
func TestPrepare(t *testing.T) {
	const n, most = 200, 6
	half := tsptest.Random(tsp.Euc2D, n/2, 1)
	in := tsptest.Must(tsp.NewPoints("twice", tsp.Euc2D, slices.Concat(half.X, half.X), slices.Concat(half.Y, half.Y), nil))
	better := tsptest.Must(tsp.GreedyEdge(t.Context(), in, tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))))
	p := &Problem{Task: stage.Task{In: in, Initial: []tsp.Tour{better}, Config: stage.Config{Believed: most}}, Source: "gtprior", Most: most}
	p.Curve = Curve(t.Context(), in)
	p.Length = in.Length(p.Curve)
	if err := p.Place(t.Context()); err != nil || p.In.N() != n/2 {
		t.Fatalf("%d places of %d cities, %v", p.In.N(), n, err)
	}
	p.Know()
	p.Meter = meter.New(t.Context(), meter.Budget{}, nil)
	if ok, err := p.Prepare(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	for i := range int32(p.In.N()) {
		row := p.Candidates.City[p.Candidates.Start[i]:p.Candidates.Start[i+1]]
		believed, _ := p.Heatmap.Of(i)
		if len(row) != most || row[0] != believed[0] || slices.Contains(row, i) {
			t.Fatalf("candidates of %d are %v, believed %v", i, row, believed)
		}
	}
	if tour := p.Expand(p.Shortest); in.Check(tour) != nil || in.Length(tour) != in.Length(better) {
		t.Errorf("the answer so far is %d long, want %d", in.Length(tour), in.Length(better))
	}
}

// TestStrokes gives a city with one fixed edge half as many more candidates than others, and not the
// other end of that; the paper's search has as many of each, and it too.
func TestStrokes(t *testing.T) {
	const n, most = 60, 5
	for _, fresh := range []bool{false, true} {
		in := tsptest.Random(tsp.Euc2D, n, 1)
		if err := in.SetFixed([][2]int32{{0, 1}, {2, 3}, {3, 4}}); err != nil {
			t.Fatal(err)
		}
		p := &Problem{Task: stage.Task{In: in, Workers: 1, Config: stage.Config{Fresh: fresh, Believed: most}}, Source: "alpha", Most: most}
		p.Curve = Curve(t.Context(), in)
		p.Length = in.Length(p.Curve)
		p.Know()
		p.Meter = meter.New(t.Context(), meter.Budget{}, nil)
		if ok, err := p.Prepare(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		for i := range int32(n) {
			row, _ := p.Candidates.Of(i)
			want := most
			if !fresh && slices.Contains([]int32{0, 1, 2, 4}, i) {
				want = 8
			}
			mate := slices.ContainsFunc(row, func(j int32) bool { return in.IsFixed(i, j) })
			if fixed, _ := in.FixedPartners(i); len(row) != want || mate != (fresh && fixed >= 0) {
				t.Errorf("fresh %v: candidates of %d are %v, want %d", fresh, i, row, want)
			}
		}
	}
}

// TestLines gives cities that stand along lines half as many more candidates, but not in the paper's
// search, and none more to those that are spread evenly.
func TestLines(t *testing.T) {
	const n, most = 400, 5
	rows := tsptest.Random(tsp.Euc2D, n, 1)
	for i := range rows.Y {
		rows.Y[i] = float64(i%8) * 5000
	}
	rows = tsptest.Must(tsp.NewPoints("rows", tsp.Euc2D, rows.X, rows.Y, nil))
	for _, c := range []struct {
		in    *tsp.Instance
		fresh bool
		want  int
	}{{rows, false, 8}, {rows, true, most}, {tsptest.Random(tsp.Euc2D, n, 1), false, most}} {
		p := &Problem{Task: stage.Task{In: c.in, Workers: 1, Config: stage.Config{Fresh: c.fresh, Believed: most}}, Source: "alpha", Most: most}
		p.Curve = Curve(t.Context(), c.in)
		p.Length = c.in.Length(p.Curve)
		p.Know()
		p.Meter = meter.New(t.Context(), meter.Budget{}, nil)
		if ok, err := p.Prepare(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if row, _ := p.Candidates.Of(n / 2); len(row) != c.want {
			t.Errorf("%s fresh %v: candidates %v, want %d", c.in.Name, c.fresh, row, c.want)
		}
	}
}

// TestMany numbers many cities along the curve, some of which share places, or each second one:
// near numbers are near cities, and what the search says of its cities is told of the same ones.
func TestMany(t *testing.T) {
	half := tsptest.Random(tsp.Euc2D, manyCities, 1)
	for name, shared := range map[string]int{"few": 10, "all": manyCities} {
		in := tsptest.Must(tsp.NewPoints(name, tsp.Euc2D, slices.Concat(half.X, half.X[:shared]), slices.Concat(half.Y, half.Y[:shared]), nil))
		n := in.N()
		p := &Problem{Task: stage.Task{In: in, Initial: []tsp.Tour{tsptest.Tour(in, rand.New(rand.NewPCG(1, 2)))}}, Source: "alpha"}
		p.Curve = Curve(t.Context(), in)
		if err := p.Place(t.Context()); err != nil || p.Places == nil {
			t.Fatal(err)
		}
		if m := map[bool]int{true: manyCities, false: n}[shared == manyCities]; p.In.N() != m || !slices.IsSorted(p.Curve) {
			t.Fatalf("%s: %d places, want %d along the curve", name, p.In.N(), m)
		}
		if tour := p.Expand(p.Curve); in.Check(tour) != nil || in.Length(tour) != p.Length {
			t.Errorf("%s: the curve is %d long, want %d", name, in.Length(tour), p.Length)
		}
		if tour := p.Expand(p.Initial[0]); in.Check(tour) != nil || in.Length(tour) != p.In.Length(p.Initial[0]) {
			t.Errorf("%s: the tour given is %d long, of places %d", name, in.Length(tour), p.In.Length(p.Initial[0]))
		}
		visits := make([]uint16, p.In.N())
		visits[7] = 3
		visited := p.Visited(visits)
		for _, c := range p.Given([][]int32{{7}})[0] {
			if x, y := p.In.At(7); in.X[c] != x || in.Y[c] != y || visited[c] != 3 {
				t.Errorf("%s: city %d is not in place 7, or visited %d times, want 3", name, c, visited[c])
			}
			visited[c] = 0
		}
		if len(visited) != n || slices.Max(visited) != 0 {
			t.Errorf("%s: other cities were visited too", name)
		}
	}
}

// TestReads pins that cities stay as they are numbered, and apart, where a heatmap is read from a file.
func TestReads(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, manyCities, 1)
	if err := in.SetFixed([][2]int32{{0, 1}}); err != nil {
		t.Fatal(err)
	}
	twins := tsptest.Must(tsp.NewPoints("twins", tsp.Euc2D, slices.Concat(in.X[:50], in.X[:50]), slices.Concat(in.Y[:50], in.Y[:50]), nil))
	for source, placed := range map[string]bool{"alpha": true, "tours:x": false, "mix:tours:x=1,zero=1": false} {
		if d, err := Number(t.Context(), in, source); err != nil || (d != nil) != placed {
			t.Errorf("%s: numbered anew %v, want %v, %v", source, d != nil, placed, err)
		}
		p := &Problem{Task: stage.Task{In: twins, Curve: Curve(t.Context(), twins)}, Source: source}
		if err := p.Place(t.Context()); err != nil || (p.Places != nil) != placed || (p.In != twins) != placed {
			t.Errorf("%s: %d places of 100 cities, %v", source, p.In.N(), err)
		}
	}
}

// TestFresh pins that the paper's search is about the distances themselves, any other about what
// they are beyond an assignment's prices.
func TestFresh(t *testing.T) {
	for _, fresh := range []bool{true, false} {
		sym := tsp.NewSymmetric(tsptest.Directed(60, 1))
		p := &Problem{Task: stage.Task{In: sym.Instance, Symmetric: sym, Workers: 1, Config: stage.Config{Fresh: fresh}}, Source: "zero", Most: 5}
		p.Curve = Curve(t.Context(), p.In)
		p.Length = p.In.Length(p.Curve)
		p.Know()
		p.Meter = meter.New(t.Context(), meter.Budget{}, nil)
		if _, err := p.Prepare(); err != nil || p.In.Reduced() == fresh {
			t.Errorf("fresh %v: the distances are reduced %v, %v", fresh, p.In.Reduced(), err)
		}
	}
}

// TestStraighten tells of the curve of very many cities part by part, each time of a shorter tour
// of the length that is told.
func TestStraighten(t *testing.T) {
	const n = leastStraightened + 5000
	in := tsptest.Random(tsp.Euc2D, n, 1)
	p := &Problem{Task: stage.Task{In: in, Curve: Curve(t.Context(), in)}}
	p.Length = in.Length(p.Curve)
	p.Know()
	told := []int64{p.Length}
	p.Meter = meter.New(t.Context(), meter.Budget{}, func(now meter.Progress) {
		if !now.Better {
			return
		}
		if err := in.Check(now.Tour); err != nil || in.Length(now.Tour) != now.Length || now.Length >= told[len(told)-1] {
			t.Errorf("length %d is told as %d after %d, %v", in.Length(now.Tour), now.Length, told[len(told)-1], err)
		}
		told = append(told, now.Length)
	})
	p.straighten(t.Context())
	if len(told) != 3 || p.Length != told[2] || in.Length(p.Shortest) != p.Length {
		t.Errorf("told of %v, the tour is %d long", told, p.Length)
	}
}

// TestEnough pins that what is prepared is given up where a tour that is made meanwhile is the last one
// that is wanted.
func TestEnough(t *testing.T) {
	const n = manyCities
	in := tsptest.Random(tsp.Euc2D, n, 1)
	cfg := stage.Config{FirstTour: "curve", KickSize: 50, Stretch: 50000, EAX: eax.DefaultConfig, Kick: kick.Config{Breadth: []int{1}, Depth: 25}}
	p := &Problem{Task: stage.Task{In: in, Workers: 2, Config: cfg}, Source: "alpha", Most: 5}
	p.Curve = Curve(t.Context(), in)
	p.Length = in.Length(p.Curve)
	if err := p.Place(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Know()
	target := p.Length * 9 / 10 // the curve is a quarter too long, its local optimum a twentieth
	p.Meter = meter.New(t.Context(), meter.Budget{Target: target}, nil)
	var ended error
	p.Build = func(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
		ended = ctx.Err()
		return Build(ctx, in, source, nb, told)
	}
	ok, err := p.Prepare()
	p.Settle()
	if why, _ := p.Meter.Ended(); ok || err != nil || why != meter.StopTarget || p.Length > target {
		t.Errorf("prepared %v, %v, ended by %q with a tour of %d, want at most %d", ok, err, why, p.Length, target)
	}
	if p.Neighbors != nil && ended == nil {
		t.Error("the heatmap is made")
	}
}

// TestProven pins that what is wrong with the file of a heatmap is told, and what is right read, where
// the assignment proves a tour to be the shortest meanwhile.
func TestProven(t *testing.T) {
	sym := tsp.NewSymmetric(tsptest.Directed(60, 2))
	wrong := errors.New("no map")
	for _, want := range []error{nil, wrong} {
		p := &Problem{Task: stage.Task{In: sym.Instance, Symmetric: sym, Workers: 1}, Source: "file:x", Reads: true, Most: 5}
		p.Curve = Curve(t.Context(), p.In)
		p.Length = p.In.Length(p.Curve)
		p.Know()
		p.Meter = meter.New(t.Context(), meter.Budget{}, nil)
		read := false
		p.Build = func(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
			read = ctx.Err() == nil
			return heatmap.Zero(in.N()), want
		}
		ok, err := p.Prepare()
		if why, _ := p.Meter.Ended(); ok || !read || err != want || err == nil && why != meter.StopExact {
			t.Errorf("prepared %v, read %v, %v, ended by %q, want %v", ok, read, err, why, want)
		}
	}
}

// TestFits pins that a map of other cities is refused, whoever made it, and of pairs one that would
// join two entries.
func TestFits(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 30, 1)
	p := &Problem{Task: stage.Task{In: in, Heatmap: heatmap.Zero(29)}, Most: 5}
	p.Meter = meter.New(t.Context(), meter.Budget{}, nil)
	if ok, err := p.Prepare(); ok || err == nil {
		t.Errorf("a map of 29 cities for 30: %v", err)
	}
	pairs := tsp.NewSymmetric(tsptest.Directed(30, 1)).Instance
	for to, want := range map[int32]bool{3: true, 4: false} {
		m := tsptest.Must(heatmap.New("one edge", pairs.N(), func(i int32, add func(int32, float32)) {
			if i == 0 {
				add(to, 1)
			}
		}))
		if err := Fits(m, pairs); (err == nil) != want {
			t.Errorf("a map of the edge from entry 0 to %d: %v", to, err)
		}
	}
}

// TestCountable pins how many candidates there may be of each of many cities, and that more are refused
// before anything is looked for.
func TestCountable(t *testing.T) {
	const all = math.MaxInt32 / 70000
	in := tsptest.Random(tsp.Euc2D, 70000, 1)
	for fresh, most := range map[bool]int{true: all - 2, false: (all - 1) * 2 / 3} {
		p := &Problem{Task: stage.Task{In: in, Config: stage.Config{Fresh: fresh}, Meter: meter.New(t.Context(), meter.Budget{}, nil)}, Most: most}
		if err := p.countable(); err != nil {
			t.Error(err)
		}
		p.Most++
		if ok, err := p.Prepare(); ok || err == nil || p.Neighbors != nil {
			t.Errorf("%d candidates of each of %d cities: %v, %v", p.Most, in.N(), ok, err)
		}
	}
}
