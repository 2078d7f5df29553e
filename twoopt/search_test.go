package twoopt

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// searches are chains of every shape.
var searches = []struct {
	name string
	cfg  ChainConfig
}{
	{"chain", ChainConfig{Breadth: []int{5, 3, 1}, Depth: 25}},
	{"chain wide", ChainConfig{Breadth: []int{5, 5, 3, 2}, Depth: 6}},
	{"chain narrow", ChainConfig{Depth: 2}},
}

func pushAll(s *Chain, n int) {
	for c := range int32(n) {
		s.Push(c)
	}
}

// kick exchanges three random stretches, marks their ends, and returns by how
// much the tour grew; false when it would remove a fixed edge.
func kick(in *tsp.Instance, s *Tour, x *Chain, r *rand.Rand, longest int32) (int64, bool) {
	n := int32(len(s.Order))
	longest = min(longest, (n-1)/3)
	p, a, b, c := r.Int32N(n), 1+r.Int32N(longest), 1+r.Int32N(longest), 1+r.Int32N(longest)
	at := func(i int32) int32 { return s.Order[(p+i+n)%n] }
	e := [8]int32{at(-1), at(0), at(a - 1), at(a), at(a + b - 1), at(a + b), at(a + b + c - 1), at(a + b + c)}
	var delta int64
	for i := 0; i < 8; i += 2 {
		if in.IsFixed(e[i], e[i+1]) {
			return 0, false
		}
		delta -= int64(in.Dist(e[i], e[i+1]))
	}
	for _, j := range [4][2]int{{0, 5}, {6, 3}, {4, 1}, {2, 7}} {
		delta += int64(in.Dist(e[j[0]], e[j[1]]))
	}
	s.Swap3(p, a, b, c)
	for _, city := range e {
		x.Push(city)
	}
	return delta, true
}

// TestLaws2And3 runs every search on every metric and layout, with and without
// fixed edges, from random tours and through kicks: gains are exact, tours are
// tours, fixed edges stay, and what is undone is as it was.
func TestLaws2And3(t *testing.T) {
	for _, m := range metrics() {
		for layout := range layouts {
			if m == tsp.Explicit && layout > 0 {
				continue
			}
			for k, n := range []int{1, 2, 3, 4, 5, 6, 8, 13, 60} {
				in := build(m, layout, n, uint64(layout))
				r := rand.New(rand.NewPCG(uint64(n), uint64(layout)))
				start := randomTour(n, r)
				if k%2 == 1 || n == 60 && layout%2 == 0 {
					fixSome(in, start, r)
				}
				cand := nearest(in, 5+layout)
				for _, search := range searches {
					t.Run(fmt.Sprintf("%v/%s/%d/%s", m, layouts[layout].name, n, search.name), func(t *testing.T) {
						exercise(t, in, start, cand, search.cfg, r)
					})
				}
			}
		}
	}
}

func exercise(t *testing.T, in *tsp.Instance, start tsp.Tour, cand *Candidates, cfg ChainConfig, r *rand.Rand) {
	n := in.N()
	s := NewTour(start)
	s.Log(true)
	x := NewChain(in, s, cand, cfg)
	length := in.Length(start)
	verify := func(what string) {
		t.Helper()
		checkTour(t, s, s.Order, "%s", what)
		if err := in.Check(s.Order); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := in.Length(s.Order); got != length {
			t.Fatalf("%s: the tour is %d long, its gains say %d", what, got, length)
		}
	}
	pushAll(x, n)
	for !x.Idle() {
		length -= x.Run(3)
		verify("Run(3)")
	}
	s.Undo(0)
	if !slices.Equal(s.Order, start) {
		t.Fatalf("undone to %v, want %v", s.Order, start)
	}
	length = in.Length(start)
	pushAll(x, n)
	length -= x.Run(0)
	verify("Run(0)")
	if n < 8 {
		return
	}
	for range 30 {
		before, mark, was := slices.Clone(s.Order), s.Mark(), length
		delta, ok := kick(in, s, x, r, 10)
		if !ok {
			continue
		}
		length += delta
		verify("kick")
		length -= x.Run(0)
		verify("Run after a kick")
		if length > was || r.IntN(3) == 0 {
			s.Undo(mark)
			length = was
			verify("Undo")
			if !slices.Equal(s.Order, before) {
				t.Fatalf("undone to %v, want %v", s.Order, before)
			}
		}
	}
}

// pairs returns a random directed instance as the searches see it, with a tour of it.
func pairs(n int, r *rand.Rand) (*tsp.Symmetric, tsp.Tour) {
	w := make([]int32, n*n)
	for i := range w {
		w[i] = r.Int32N(1000)
	}
	s := tsp.NewSymmetric(tsptest.Must(tsp.NewDirected("pairs", n, w)))
	return s, s.Contract(randomTour(n, r))
}

// The same of directed instances, whose tours stay such.
func TestPairs(t *testing.T) {
	for _, n := range []int{3, 4, 5, 6, 8, 13, 60} {
		r := rand.New(rand.NewPCG(uint64(n), 16))
		in, start := pairs(n, r)
		for _, search := range searches {
			t.Run(fmt.Sprintf("%d/%s", n, search.name), func(t *testing.T) {
				exercise(t, in.Instance, start, nearest(in.Instance, 8), search.cfg, r)
			})
		}
	}
}

// Chains of pairs reach the optimum of tiny directed instances, as tours of these.
func TestPairsOptimum(t *testing.T) {
	for n := 3; n <= 9; n++ {
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, uint64(n)))
			in, _ := pairs(n, r)
			optimum, _ := tsp.Exact(in.Of())
			want := in.Of().Length(optimum)
			best := int64(1) << 60
			for range 40 {
				s := NewTour(in.Contract(randomTour(n, r)))
				x := NewChain(in.Instance, s, nearest(in.Instance, 2*n), searches[0].cfg)
				pushAll(x, 2*n)
				x.Run(0)
				tour := tsptest.Must(in.Expand(s.Order))
				best = min(best, in.Of().Length(tour))
			}
			if best != want {
				t.Errorf("n=%d seed %d: best of 40 starts %d, the optimum is %d", n, seed, best, want)
			}
		}
	}
}

// TestReset uses one Chain for instances of different sizes.
func TestReset(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	s := NewTour(nil)
	x := NewChain(build(tsp.Euc2D, 0, 1, 1), s, &Candidates{}, ChainConfig{Breadth: []int{5, 3}, Depth: 10})
	for _, n := range []int{10, 100, 30, 5, 200} {
		in := build(tsp.Euc2D, 0, n, uint64(n))
		s.Reset(n)
		s.Set(randomTour(n, r))
		x.Reset(in, s, nearest(in, 8))
		before := in.Length(s.Order)
		pushAll(x, n)
		if gain := x.Run(0); in.Length(s.Order) != before-gain {
			t.Fatalf("n=%d: %d minus %d is %d", n, before, gain, in.Length(s.Order))
		}
	}
}

// TestResetToPairs pins that a Chain which is made to work on pairs gains what one made for them does.
func TestResetToPairs(t *testing.T) {
	in, start := pairs(60, rand.New(rand.NewPCG(1, 16)))
	cfg, cand := ChainConfig{Breadth: []int{5, 3}, Depth: 10}, nearest(in.Instance, 8)
	reset, fresh := NewTour(slices.Clone(start)), NewTour(slices.Clone(start))
	x := NewChain(new(tsp.Instance), NewTour(nil), &Candidates{}, cfg)
	x.Reset(in.Instance, reset, cand)
	pushAll(x, in.N())
	x.Run(0)
	y := NewChain(in.Instance, fresh, cand, cfg)
	pushAll(y, in.N())
	if gain := y.Run(0); gain == 0 || !slices.Equal(reset.Order, fresh.Order) {
		t.Errorf("length %d, of a fresh chain %d, which gains %d", in.Length(reset.Order), in.Length(fresh.Order), gain)
	}
}

// TestTinyOptimum starts every search from many tours of tiny instances: the
// best result is the optimum, and none is below it.
func TestTinyOptimum(t *testing.T) {
	for _, m := range []tsp.Metric{tsp.Euc2D, tsp.Explicit, tsp.Geo, tsp.Man3D} {
		for n := 3; n <= 9; n++ {
			for seed := range uint64(6) {
				in := build(m, int(seed)%2, n, seed)
				r := rand.New(rand.NewPCG(seed, uint64(n)))
				optimum, _ := tsp.Exact(in)
				want := in.Length(optimum)
				cand := nearest(in, n)
				for _, search := range searches[:2] {
					best := int64(1) << 60
					for range 40 {
						s := NewTour(randomTour(n, r))
						x := NewChain(in, s, cand, search.cfg)
						pushAll(x, n)
						x.Run(0)
						best = min(best, in.Length(s.Order))
					}
					if best != want {
						t.Errorf("%v n=%d seed %d %s: best of 40 starts %d, the optimum is %d", m, n, seed, search.name, best, want)
					}
				}
			}
		}
	}
}

// settle runs x with every city marked until that gains nothing.
func settle(x *Chain, n int) {
	for {
		pushAll(x, n)
		if x.Run(0) == 0 {
			return
		}
	}
}

// TestLaw7 lets the searches end with every city marked and looks for a 2-opt move that
// gains, on plain lists, whose new edge at a candidate is shorter than the one that it
// replaces.
func TestLaw7(t *testing.T) {
	for layout := range layouts {
		for _, m := range []tsp.Metric{tsp.Euc2D, tsp.Explicit, tsp.Att} {
			const n = 24
			in := build(m, layout, n, 7)
			r := rand.New(rand.NewPCG(7, uint64(layout)))
			start := randomTour(n, r)
			if layout%2 == 1 {
				fixSome(in, start, r)
			}
			cand := nearest(in, n)
			for _, search := range searches {
				s := NewTour(start)
				x := NewChain(in, s, cand, search.cfg)
				settle(x, n)
				if g := bestMove(in, s.Order, cand); g > 0 {
					t.Errorf("%v %s %s: a move gains %d at the end", m, layouts[layout].name, search.name, g)
				}
			}
		}
	}
}

// bestMove returns the largest gain of a 2-opt move that adds an edge from a city a to
// a candidate and removes a longer one at a.
func bestMove(in *tsp.Instance, order []int32, cand *Candidates) (best int64) {
	n := len(order)
	length := in.Length(order)
	for _, back := range []bool{false, true} {
		dir := slices.Clone(order)
		if back {
			slices.Reverse(dir)
		}
		for p := range n {
			o := rotated(dir, p) // a first, b second
			a, b := o[0], o[1]
			cities, dists := cand.Of(a)
			for k, c := range cities {
				if dists[k] >= in.Dist(a, b) {
					continue
				}
				i := slices.Index(o, c)
				two := slices.Clone(o)
				slices.Reverse(two[1 : i+1])
				if in.Check(two) == nil {
					best = max(best, length-in.Length(two))
				}
			}
		}
	}
	return best
}

// large caches what the benchmarks work on, by number of cities.
var large struct {
	sync.Mutex
	in   map[int]*tsp.Instance
	cand map[int]*Candidates
}

func largeInstance(b *testing.B, n int) (*tsp.Instance, *Candidates) {
	if n >= 1e6 && testing.Short() {
		b.Skip("a million cities")
	}
	large.Lock()
	defer large.Unlock()
	if large.in[n] == nil {
		if large.in == nil {
			large.in, large.cand = map[int]*tsp.Instance{}, map[int]*Candidates{}
		}
		large.in[n] = uniform(n, 1)
		large.cand[n] = nearest(large.in[n], 7)
	}
	return large.in[n], large.cand[n]
}

// BenchmarkDescent brings a space-filling curve to a local optimum.
func BenchmarkDescent(b *testing.B) {
	for _, search := range searches[:1] {
		for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
			b.Run(fmt.Sprintf("%s/n=%d", search.name, n), func(b *testing.B) {
				in, cand := largeInstance(b, n)
				start := tsp.SpaceFillingCurve(context.Background(), in)
				s := NewTour(start)
				x := NewChain(in, s, cand, search.cfg)
				for b.Loop() {
					s.Set(start)
					pushAll(x, n)
					x.Run(0)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/city")
				// The optimum of uniform cities is 0.7313, 0.7168, 0.7124 for 1e3, 1e4,
				// 1e5 (Johnson and McGeoch 1997).
				b.ReportMetric(float64(in.Length(s.Order))/1e6/math.Sqrt(float64(n)), "length/sqrt(nA)")
			})
		}
	}
}

// BenchmarkKick repairs, and undoes when it is worse, one kick of the local optimum of
// a search.
func BenchmarkKick(b *testing.B) {
	for _, search := range searches[:1] {
		for _, n := range []int{1e3, 1e4, 1e5, 1e6} {
			b.Run(fmt.Sprintf("%s/n=%d", search.name, n), func(b *testing.B) {
				in, cand := largeInstance(b, n)
				s := NewTour(tsp.SpaceFillingCurve(context.Background(), in))
				x := NewChain(in, s, cand, search.cfg)
				pushAll(x, n)
				x.Run(0)
				s.Log(true)
				r := rand.New(rand.NewPCG(1, 1))
				b.ResetTimer()
				for b.Loop() {
					mark := s.Mark()
					delta, _ := kick(in, s, x, r, 50)
					if delta -= x.Run(0); delta > 0 {
						s.Undo(mark)
					} else {
						s.Forget()
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "kicks/s")
			})
		}
	}
}
