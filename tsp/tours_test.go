package tsp

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fixSome demands a third of the edges of a random tour.
func fixSome(t testing.TB, in *Instance, r *rand.Rand) {
	t.Helper()
	p := r.Perm(in.N())
	var edges [][2]int32
	for i := 0; i+1 < len(p); i++ {
		if r.IntN(3) == 0 {
			edges = append(edges, [2]int32{int32(p[i]), int32(p[i+1])})
		}
	}
	if err := in.SetFixed(edges); err != nil {
		t.Fatal(err)
	}
}

// permute is tsptest.Permute, which tests of this package cannot import: it imports tsp.
func permute(t Tour, at int, f func()) {
	if at >= len(t) {
		f()
		return
	}
	for i := at; i < len(t); i++ {
		t[at], t[i] = t[i], t[at]
		permute(t, at+1, f)
		t[at], t[i] = t[i], t[at]
	}
}

func TestExactAgainstAllTours(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	for _, m := range allMetrics() {
		for n := 1; n <= 8; n++ {
			for fixed := range 2 {
				if n == 8 && m != Explicit && m != Euc2D {
					continue // the time
				}
				in := build(t, m, 0, n, uint64(n))
				if fixed == 1 {
					fixSome(t, in, r)
				}
				best := int64(math.MaxInt64)
				all := make(Tour, n)
				for i := range all {
					all[i] = int32(i)
				}
				permute(all, 1, func() {
					if in.Check(all) == nil {
						best = min(best, in.Length(all))
					}
				})
				got, ok := Exact(in)
				if !ok {
					t.Fatalf("%s n=%d: not solved", in.Name, n)
				}
				if err := in.Check(got); err != nil {
					t.Fatalf("%s n=%d: %v", in.Name, n, err)
				}
				if l := in.Length(got); l != best {
					t.Errorf("%s n=%d fixed=%v: length %d, want %d", in.Name, n, in.Fixed, l, best)
				}
			}
		}
	}
}

func TestExactSizes(t *testing.T) {
	if got, ok := Exact(build(t, Euc2D, 0, MaxExact, 1)); !ok || len(got) != MaxExact {
		t.Errorf("%d cities: %v, %v", MaxExact, got, ok)
	}
	if _, ok := Exact(build(t, Euc2D, 0, MaxExact+1, 1)); ok {
		t.Errorf("%d cities: solved", MaxExact+1)
	}
	all := build(t, Euc2D, 0, 5, 1)
	if err := all.SetFixed([][2]int32{{0, 3}, {3, 1}, {1, 4}, {4, 2}, {2, 0}}); err != nil {
		t.Fatal(err)
	}
	if got, _ := Exact(all); all.Check(got) != nil {
		t.Errorf("every edge fixed: %v, %v", got, all.Check(got))
	}
}

func TestConstructionsAreTours(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 0))
	for _, m := range allMetrics() {
		for l := range layouts {
			for _, n := range []int{1, 2, 3, 4, 5, 13, 120} {
				for fixed := range 2 {
					in := build(t, m, l, n, 2)
					curve := SpaceFillingCurve(context.Background(), in)
					if err := in.Check(curve); err != nil {
						t.Fatalf("%s n=%d: curve: %v", in.Name, n, err)
					}
					if fixed == 1 {
						fixSome(t, in, r)
					}
					nb, err := NearestNeighbors(t.Context(), in, 5)
					if err != nil {
						t.Fatal(err)
					}
					greedy, err := GreedyEdge(t.Context(), in, nb)
					if err != nil {
						t.Fatal(err)
					}
					if err := in.Check(greedy); err != nil {
						t.Fatalf("%s n=%d fixed=%d: greedy: %v", in.Name, n, fixed, err)
					}
					again, _ := GreedyEdge(t.Context(), in, nb)
					if !slices.Equal(again, greedy) {
						t.Fatalf("%s n=%d: greedy gives two tours", in.Name, n)
					}
				}
			}
		}
	}
}

func TestGreedyWithEveryEdgeFixed(t *testing.T) {
	in := build(t, Euc2D, 0, 50, 1)
	p := rand.New(rand.NewPCG(1, 1)).Perm(50)
	var edges [][2]int32
	for i, v := range p {
		edges = append(edges, [2]int32{int32(v), int32(p[(i+1)%50])})
	}
	if err := in.SetFixed(edges); err != nil {
		t.Fatal(err)
	}
	nb, _ := NearestNeighbors(t.Context(), in, 5)
	tour, err := GreedyEdge(t.Context(), in, nb)
	if err != nil || in.Check(tour) != nil {
		t.Errorf("%v, %v", err, in.Check(tour))
	}
}

// TestUnroundedPole pins that cities at a pole, which the rounding of a sine keeps apart, are in one
// place of the stand-in, where the look-up of neighbours tells no distance among them from 0.
func TestUnroundedPole(t *testing.T) {
	n := 3000
	lat, lon, _ := columns(n, func(i int) [3]float64 { return [3]float64{90, 360*float64(i)/float64(n) - 180} })
	in, err := NewPoints("pole", GeoM, lat, lon, nil)
	if err != nil {
		t.Fatal(err)
	}
	ix := newIndex(unrounded(in), nil, 1)
	if err := ix.merge(t.Context()); err != nil || ix.count() != 1 {
		t.Errorf("%d places, %v, want 1", ix.count(), err)
	}
	nb, _ := NearestNeighbors(t.Context(), in, 5)
	if tour, err := GreedyEdge(t.Context(), in, nb); err != nil || in.Check(tour) != nil {
		t.Errorf("%v, %v", err, in.Check(tour))
	}
}

// Of equal distances neighbours name the same few ends each round: what is left is joined at once.
func TestGreedyOfEqual(t *testing.T) {
	const n = 4000
	w := make([]int32, n*n)
	for k := range w {
		w[k] = 1
	}
	in, err := NewMatrix("equal", n, w)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	nb, _ := NearestNeighbors(ctx, in, 5)
	if tour, err := GreedyEdge(ctx, in, nb); err != nil || in.Check(tour) != nil {
		t.Errorf("%v, %v", err, in.Check(tour))
	}
}

// bruteGreedy takes edges from all pairs, ties as GreedyEdge takes them do not
// matter for the length bound that the test wants.
func bruteGreedy(in *Instance) int64 {
	n := int32(in.N())
	f := newFragments(int(n))
	var keys []uint64
	for i := range n {
		for j := range i {
			keys = append(keys, pack(in.Dist(i, j), i*n+j))
		}
	}
	keys, _ = sortByDist(context.Background(), keys)
	for _, k := range keys {
		f.join(int32(uint32(k))/n, int32(uint32(k))%n)
	}
	return in.Length(f.tour())
}

func TestConstructionQuality(t *testing.T) {
	var greedy, curve, brute, n int64
	for seed := range uint64(5) {
		in := uniform(1000, seed)
		nb, _ := NearestNeighbors(t.Context(), in, 8)
		g, _ := GreedyEdge(t.Context(), in, nb)
		greedy += in.Length(g)
		curve += in.Length(SpaceFillingCurve(context.Background(), in))
		brute += bruteGreedy(in)
		n++
	}
	// About the mean optimum of 1000 uniform cities (Johnson and McGeoch 1997).
	optimum := 0.7313 * math.Sqrt(1000*1e12) * float64(n)
	t.Logf("over the constant: greedy %.1f %%, all pairs %.1f %%, curve %.1f %%",
		100*(float64(greedy)/optimum-1), 100*(float64(brute)/optimum-1), 100*(float64(curve)/optimum-1))
	if g := float64(greedy) / float64(brute); g > 1.02 || g < 0.98 {
		t.Errorf("greedy is %.3f times the greedy over all pairs", g)
	}
	if c := float64(curve) / optimum; c > 1.45 {
		t.Errorf("the curve is %.2f times the optimum", c)
	}
}

func TestHilbertCurveIsContinuous(t *testing.T) {
	const side = 32
	var at [side * side][2]int
	for x := range side {
		for y := range side {
			key := hilbert2(uint32(x), uint32(y), 0)
			if key >= side*side {
				t.Fatalf("cell %d,%d: key %d", x, y, key)
			}
			at[key] = [2]int{x, y}
		}
	}
	for k := 1; k < len(at); k++ {
		if d := abs(at[k][0]-at[k-1][0]) + abs(at[k][1]-at[k-1][1]); d != 1 {
			t.Fatalf("cells %v and %v follow each other", at[k-1], at[k])
		}
	}
	const edge = 8
	var in3 [edge * edge * edge][3]int
	for x := range edge {
		for y := range edge {
			for z := range edge {
				key := hilbert3([3]uint32{uint32(x), uint32(y), uint32(z)})
				if key >= uint64(len(in3)) {
					t.Fatalf("cell %d,%d,%d: key %d", x, y, z, key)
				}
				in3[key] = [3]int{x, y, z}
			}
		}
	}
	for k := 1; k < len(in3); k++ {
		d := 0
		for a := range 3 {
			d += abs(in3[k][a] - in3[k-1][a])
		}
		if d != 1 {
			t.Fatalf("cells %v and %v follow each other", in3[k-1], in3[k])
		}
	}
}

func abs(x int) int { return max(x, -x) }

func TestCancelledConstructions(t *testing.T) {
	in := uniform(1000, 1)
	nb, _ := NearestNeighbors(t.Context(), in, 8)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := GreedyEdge(ctx, in, nb); err == nil {
		t.Error("GreedyEdge ignores a cancelled context")
	}
}

func benchSizes(b *testing.B, f func(b *testing.B, in *Instance)) {
	for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
		if n == 1e6 && testing.Short() {
			continue
		}
		in := uniform(n, 1)
		b.Run(fmt.Sprint("n=", n), func(b *testing.B) { f(b, in) })
	}
}

func BenchmarkGreedyEdge(b *testing.B) {
	benchSizes(b, func(b *testing.B, in *Instance) {
		nb, _ := NearestNeighbors(context.Background(), in, 10)
		var t Tour
		for b.Loop() {
			t, _ = GreedyEdge(context.Background(), in, nb)
		}
		b.ReportMetric(float64(in.Length(t))/math.Sqrt(float64(in.N())*1e12), "length/sqrt(nA)")
	})
}

func BenchmarkSpaceFillingCurve(b *testing.B) {
	benchSizes(b, func(b *testing.B, in *Instance) {
		var t Tour
		for b.Loop() {
			t = SpaceFillingCurve(context.Background(), in)
		}
		b.ReportMetric(float64(in.Length(t))/math.Sqrt(float64(in.N())*1e12), "length/sqrt(nA)")
	})
}

// TestCurveOfMany compares the curve of many cities, which is sorted part by part, with a plain
// stable sort, and pins that it is finished when its context has ended.
func TestCurveOfMany(t *testing.T) {
	few := make([]float64, 1e5) // in a few places
	for i := range few {
		few[i] = float64(i * 7919 % 7)
	}
	crowded, err := NewPoints("few", Euc2D, few, few, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []*Instance{uniform(1e5, 1), uniform(manyCities+777, 1), build(t, Euc3D, 0, 70000, 1), line(1e5), crowded} {
		parts := SpaceFillingCurve(WithWorkers(t.Context(), 3), in)
		if err := in.Check(parts); err != nil {
			t.Fatal(err)
		}
		one := SpaceFillingCurve(WithWorkers(t.Context(), 1), in)
		if !slices.Equal(parts, one) {
			t.Errorf("%s: the curve depends on the cores", in.Name)
		}
		keys, c := make([]uint64, in.N()), newCurve(t.Context(), in)
		for i := range keys {
			keys[i] = c.key(i)
		}
		want := make(Tour, in.N())
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(keys[a], keys[b]) })
		if !slices.Equal(parts, want) {
			t.Errorf("%s: the curve differs from a sort", in.Name)
		}
		if late := SpaceFillingCurve(cancelled(), in); !slices.Equal(parts, late) {
			t.Errorf("%s: without time the curve is another", in.Name)
		}
	}
}

// TestCurveOnLine pins that cities on a line along an axis come in their order on it, however near.
func TestCurveOnLine(t *testing.T) {
	const n = 1000
	rng := rand.New(rand.NewPCG(1, 3))
	at, same := make([]float64, n), make([]float64, n)
	for i := range at {
		at[i], same[i] = 1e-8*rng.Float64(), 0.5
	}
	at[7] = 1
	for axis := range 3 {
		axes := [3][]float64{same, same, same}
		axes[axis] = at
		in, err := NewPoints("line", Exact3D, axes[0], axes[1], axes[2])
		if err != nil {
			t.Fatal(err)
		}
		if tour := SpaceFillingCurve(t.Context(), in); in.Check(tour) != nil || !slices.IsSortedFunc(tour, func(a, b int32) int { return cmp.Compare(at[a], at[b]) }) {
			t.Errorf("axis %d: the cities are not in order", axis)
		}
	}
	for _, step := range []float64{1e-300, math.SmallestNonzeroFloat64} { // too near for any scale
		for i := range at {
			at[i] = float64(i) * step
		}
		for _, y := range [][]float64{same, at} {
			in, err := NewPoints("tiny", Euc2D, at, y, nil)
			if err != nil {
				t.Fatal(err)
			}
			if tour := SpaceFillingCurve(t.Context(), in); in.Check(tour) != nil {
				t.Errorf("%v: %v", step, in.Check(tour))
			}
		}
	}
}

// What runs on several cores for a tour of many cities says what one core does, to the last bit.
func TestToursOfMany(t *testing.T) {
	const n = manyCities + 12345
	if testing.Short() {
		t.Skip("of a million cities")
	}
	ctx := WithWorkers(t.Context(), 3)
	rng := rand.New(rand.NewPCG(1, 1))
	x, y, tour := make([]float64, n), make([]float64, n), make(Tour, n)
	for i := range x {
		x[i], y[i], tour[i] = rng.Float64(), rng.Float64(), int32(i)
	}
	rng.Shuffle(n, func(i, j int) { tour[i], tour[j] = tour[j], tour[i] })
	for _, path := range []bool{false, true} {
		in, err := NewPoints("many", Exact2D, x, y, nil)
		if err != nil {
			t.Fatal(err)
		}
		if path {
			in.Ends = &Ends{tour[0], tour[n-1]}
		}
		var length int64
		var value float64
		for i := range in.steps() {
			v, w := tour[i], tour[(i+1)%n]
			length += int64(in.Dist(v, w))
			value += math.Sqrt(sq(in.pts[v].x-in.pts[w].x) + sq(in.pts[v].y-in.pts[w].y))
		}
		if l, v := in.Length(tour), in.Value(tour); l != length || v != value/in.Scale {
			t.Errorf("path %v: length %d and %v, want %d and %v", path, l, v, length, value/in.Scale)
		}
		if err := in.Check(tour); err != nil {
			t.Error(err)
		}
		if l, v, err := in.Measure(ctx, tour); l != length || v != value/in.Scale || err != nil {
			t.Errorf("path %v: measured %d and %v, want %d and %v (%v)", path, l, v, length, value/in.Scale, err)
		}
	}
	in, err := NewPoints("many", Exact2D, x, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at   int
		city int32
		want string
	}{
		{n - 1, tour[0], "is at positions 1 and"}, // of another core
		{1, tour[0], "is at positions 1 and 2 "},
		{n / 2, -1, "is city 0, want"},
		{n / 2, n, "want 1.."},
	} {
		was := tour[c.at]
		tour[c.at] = c.city
		if _, _, err := in.Measure(ctx, tour); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("city %d at %d: error %v, want %q", c.city, c.at, err, c.want)
		}
		tour[c.at] = was
	}
}

// TestOneCore pins that a tour of many cities is measured, and the curve made, on as many cores as
// its context allows, and by what takes none on one.
func TestOneCore(t *testing.T) {
	if testing.Short() {
		t.Skip("of a million cities")
	}
	in := uniform(manyCities+1, 1)
	tour := SpaceFillingCurve(t.Context(), in)
	base := runtime.NumGoroutine()
	besides := func(do func()) int { // goroutines, as often as the scheduler lets one look
		for runtime.NumGoroutine() > base { // those of the last call are about to end
			runtime.Gosched()
		}
		var most, over atomic.Int64
		var wg sync.WaitGroup
		wg.Go(func() {
			for over.Load() == 0 {
				most.Store(max(most.Load(), int64(runtime.NumGoroutine()-base-1)))
			}
		})
		do()
		over.Store(1)
		wg.Wait()
		return int(most.Load())
	}
	for _, c := range []struct {
		name string
		many bool // where the context allows them
		do   func(ctx context.Context)
	}{
		{"Measure", true, func(ctx context.Context) { in.Measure(ctx, tour) }},
		{"SpaceFillingCurve", true, func(ctx context.Context) { SpaceFillingCurve(ctx, in) }},
		{"Check", false, func(context.Context) { in.Check(tour) }},
		{"Length", false, func(context.Context) { in.Length(tour) }},
		{"Value", false, func(context.Context) { in.Value(tour) }},
	} {
		for range 5 {
			if got := besides(func() { c.do(WithWorkers(t.Context(), 1)) }); got != 0 {
				t.Errorf("%s: %d goroutines besides the one that may be", c.name, got)
			}
		}
		seen := !c.many
		for tries := 0; !seen && tries < 100; tries++ {
			seen = besides(func() { c.do(WithWorkers(t.Context(), 3)) }) > 0
		}
		if !seen {
			t.Errorf("%s: one goroutine where there may be three", c.name)
		}
	}
}

func cancelled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// line returns an instance of cities on one line, in an order that is not theirs.
func line(n int) *Instance {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i * 7919 % n)
	}
	in, err := NewPoints("line", Euc2D, x, make([]float64, n), nil)
	if err != nil {
		panic(err)
	}
	return in
}
