package onetree

import (
	"math"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// branched solves the assignment of in, reduces it, and branches over the given number of
// neighbours.
func branched(t *testing.T, in *tsp.Instance, near int) (s *tsp.Symmetric, a *Assignment, tour tsp.Tour, proven bool) {
	t.Helper()
	s = tsp.NewSymmetric(in)
	a, err := Assign(ctx, s.Instance)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Reduce(a.Out, a.In) {
		return s, a, nil, false
	}
	nb, err := tsp.NearestNeighbors(ctx, s.Instance, near)
	if err != nil {
		t.Fatal(err)
	}
	tour, proven = a.Branch(ctx, s.Instance, nb)
	if tour != nil {
		if _, err := s.Expand(tour); err != nil || s.Keeps(tour) != nil {
			t.Fatalf("%v: %v, %v", tour, err, s.Keeps(tour))
		}
		if s.Length(tour) < a.Length {
			t.Fatalf("a tour of %d below the assignment's %d", s.Length(tour), a.Length)
		}
	}
	return s, a, tour, proven
}

// A tour is found wherever there is one, and none is shorter than one that is proven to be the
// shortest.
func TestBranch(t *testing.T) {
	tours, proofs := 0, [2]int{}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 2))
		n := 5 + r.IntN(5)
		in := motley(t, r, n, seed, 5)
		best, ok := tsp.Exact(in)
		if !ok {
			t.Fatal("no exact tour")
		}
		for short, near := range [2]int{n, 3} {
			s, _, tour, proven := branched(t, in, near)
			if tour == nil {
				if proven {
					t.Errorf("seed %d: a proof without a tour", seed)
				}
				continue
			}
			tours++
			length, want := s.Length(tour), s.Length(s.Contract(best))
			if length < want || proven && length > want {
				t.Errorf("seed %d, %d near: %d, proven: %v; the optimum is %d", seed, near, length, proven, want)
			}
			if proven {
				proofs[short]++
			}
		}
	}
	if tours < 600 || proofs[0] < 100 || proofs[1] < 30 {
		t.Errorf("%d tours, %v proven", tours, proofs)
	}
}

// Random distances of 500 cities end at a proof, which no search of two other orders of the cities
// contradicts.
func TestBranchRandom(t *testing.T) {
	const n = 500
	r := rand.New(rand.NewPCG(1, 500))
	w := make([]int32, n*n)
	for k := range w {
		w[k] = r.Int32N(1000000)
	}
	first := int64(0)
	for turn := range 3 {
		p := make([]int, n)
		for i := range p {
			p[i] = i
		}
		if turn > 0 {
			p = r.Perm(n)
		}
		m := make([]int32, n*n)
		for i := range n {
			for j := range n {
				m[p[i]*n+p[j]] = w[i*n+j]
			}
		}
		s, a, tour, proven := branched(t, tsptest.Must(tsp.NewDirected("random", n, m)), 10)
		length := s.Length(tour)
		if turn == 0 {
			first = length
		}
		if !proven || length != first || length > a.Length+a.Length/500 {
			t.Errorf("order %d: %d, proven: %v; %d before, the assignment %d", turn, length, proven, first, a.Length)
		}
	}
}

// Two cycles become one by the cheapest of all exchanges, where all ways are listed.
func TestJoin(t *testing.T) {
	for seed := range uint64(40) {
		in := tsptest.Directed(7, seed)
		s := tsp.NewSymmetric(in)
		a := &Assignment{Entry: []int32{1, 2, 3, 0, 5, 6, 4}}
		nb, err := tsp.NearestNeighbors(ctx, s.Instance, 6)
		if err != nil {
			t.Fatal(err)
		}
		length := func() (sum int64) {
			for from, to := range a.Entry {
				sum += int64(in.Dist(int32(from), to))
			}
			return sum
		}
		b := newBrancher(ctx, a, s.Instance, nb)
		b.join()
		got, want := length()+b.least, int64(math.MaxInt64)
		for i := range 4 {
			for j := 4; j < 7; j++ {
				a.Entry[i], a.Entry[j] = a.Entry[j], a.Entry[i]
				want = min(want, length())
				a.Entry[i], a.Entry[j] = a.Entry[j], a.Entry[i]
			}
		}
		a.Entry = b.best
		if got != want || got != length() {
			t.Errorf("seed %d: %d, %d long, want %d", seed, got, length(), want)
		}
	}
}
