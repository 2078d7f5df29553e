package onetree

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// motley returns a directed instance: one of three with few different distances, below that many,
// one of four each with fixed edges, a path that may have a start, and a path with both ends.
func motley(t *testing.T, r *rand.Rand, n int, seed uint64, few int32) *tsp.Instance {
	t.Helper()
	in := tsptest.Directed(n, seed)
	if seed%3 == 0 {
		for k := range in.Matrix {
			in.Matrix[k] %= few
		}
	}
	var err error
	switch seed % 4 {
	case 1:
		err = in.SetFixed([][2]int32{{0, 1}, {1, 2}}[:1+r.IntN(2)])
	case 2:
		err = in.SetEnds(int32(r.IntN(2))-1, -1)
	case 3:
		err = in.SetEnds(0, 2)
	}
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// The assignment is the shortest of all, its prices prove that, and it is no longer than a tour.
func TestAssign(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		n := 3 + r.IntN(4)
		in := motley(t, r, n, seed, 4)
		s := tsp.NewSymmetric(in)
		a, err := Assign(ctx, s.Instance)
		if err != nil {
			t.Fatal(err)
		}
		m := s.N() / 2
		row := make([]int32, m)
		sum, seen := int64(0), make([]bool, m)
		for i := range int32(m) {
			s.Ways(row, i)
			for j := range int32(m) {
				if d := s.Dist(2*i+1, 2*j); d != row[j] {
					t.Fatalf("seed %d: the way from %d to %d is %d, not %d", seed, i, j, row[j], d)
				}
				if seed%4 == 0 && i != j && a.Out[i]+a.In[j] > int64(row[j]) {
					t.Errorf("seed %d: prices %d and %d for %d", seed, a.Out[i], a.In[j], row[j])
				}
			}
			j := a.Entry[i]
			if seen[j] || i == j {
				t.Fatalf("seed %d: %v is no assignment", seed, a.Entry)
			}
			seen[j] = true
			sum += int64(row[j])
		}
		best := int64(math.MaxInt64)
		perm := make([]int32, 0, m)
		used := make([]bool, m)
		var try func(i int32, length int64)
		try = func(i int32, length int64) {
			if int(i) == m {
				best = min(best, length)
				return
			}
			for j := range int32(m) {
				if used[j] || i == j || !s.IsFixed(2*i+1, 2*j) && (second(s, 2*i+1) || second(s, 2*j)) {
					continue
				}
				used[j] = true
				perm = append(perm, j)
				try(i+1, length+int64(s.Dist(2*i+1, 2*j)))
				used[j], perm = false, perm[:len(perm)-1]
			}
		}
		try(0, 0)
		if a.Length != sum || a.Length != best {
			t.Errorf("seed %d: %d, its ways are %d long, and the shortest of all %d", seed, a.Length, sum, best)
		}
		tour, ok := tsp.Exact(in)
		if !ok || a.Length > s.Length(s.Contract(tour)) {
			t.Errorf("seed %d: %d above the tour's %d", seed, a.Length, s.Length(s.Contract(tour)))
		}
		reduced(t, s, a, r)
	}
}

// The prices prove the assignment of instances whose paths take few of all ways, and where these
// are not enough: of random numbers, of sums of two, of few different ones, and of jobs that wait
// for each other.
func TestAssignLarge(t *testing.T) {
	const n = 150
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 4))
		var upto [n][6]int32
		for i := range upto {
			for k := 1; k < len(upto[i]); k++ {
				upto[i][k] = upto[i][k-1] + r.Int32N(1000)
			}
		}
		w := make([]int32, n*n)
		for i := range n {
			for j := range n {
				d := &w[i*n+j]
				switch seed % 4 {
				case 0:
					*d = r.Int32N(1000000)
				case 1: // all take the same entry
					*d = r.Int32N(100) + int32(1000*j) + int32(i)*int32(j)
				case 2:
					*d = r.Int32N(3)
				case 3:
					for k := range len(upto[i]) - 1 {
						*d = max(*d, upto[i][k+1]-upto[j][k])
					}
				}
			}
		}
		s := tsp.NewSymmetric(tsptest.Must(tsp.NewDirected("large", n, w)))
		if !s.Paired() {
			t.Fatal("symmetric")
		}
		a, err := Assign(ctx, s.Instance)
		if err != nil {
			t.Fatal(err)
		}
		length, seen := int64(0), make([]bool, n)
		for i, j := range a.Entry {
			if seen[j] || int(j) == i {
				t.Fatalf("seed %d: no assignment", seed)
			}
			seen[j] = true
			length += int64(w[i*n+int(j)])
			for k := range n {
				if price := a.Out[i] + a.In[k]; k != i && (price > int64(w[i*n+k]) || k == int(j) && price < int64(w[i*n+k])) {
					t.Fatalf("seed %d: from %d to %d it is %d, by the prices %d", seed, i, k, w[i*n+k], price)
				}
			}
		}
		if length != a.Length {
			t.Errorf("seed %d: %d, not %d", seed, length, a.Length)
		}
	}
}

// reduced measures the ways by the prices of a: tours are as long as before, no way that
// a tour may go is shorter than 0, and those of the assignment are 0.
func reduced(t *testing.T, s *tsp.Symmetric, a *Assignment, r *rand.Rand) {
	var lengths []int64
	var tours []tsp.Tour
	for range 10 {
		order := make(tsp.Tour, 0, s.N())
		for _, c := range r.Perm(s.N() / 2) {
			order = append(order, int32(2*c), int32(2*c+1))
		}
		tours, lengths = append(tours, order), append(lengths, s.Length(order))
	}
	done := s.Reduce(a.Out, a.In)
	if done != s.Reduced() || !done && len(s.Fixed) == s.N()/2 {
		t.Fatal("not reduced")
	}
	if !done {
		return // of so few cities fixed edges may leave a city one way, at any price
	}
	for k, order := range tours {
		if got := s.Length(order); got != lengths[k] {
			t.Errorf("a tour of %d is %d long by the prices", lengths[k], got)
		}
	}
	row := make([]int32, s.N()/2)
	for i := range row {
		from := int32(2*i + 1)
		s.Ways(row, int32(i))
		for j, d := range row {
			to := int32(2 * j)
			if i != j && d != s.Dist(from, to) {
				t.Fatalf("the way from %d to %d is %d, not %d", i, j, d, s.Dist(from, to))
			}
			if i != j && d < 0 && !second(s, from) && !second(s, to) || int32(j) == a.Entry[i] && d != 0 {
				t.Errorf("the way from %d to %d is %d, the assignment has it: %v", i, j, d, int32(j) == a.Entry[i])
			}
		}
	}
}

// second reports whether a city has a fixed edge besides that to its other half.
func second(s *tsp.Symmetric, c int32) bool {
	_, b := s.FixedPartners(c)
	return b >= 0
}

// ending is a context that ends when it has been asked a number of times.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

// Whenever an assignment is broken off, no way is shorter than its prices.
func TestUnfinishedAssignment(t *testing.T) {
	in := tsp.NewSymmetric(tsptest.Directed(300, 1)).Instance
	unfinished := 0
	for left := range 400 {
		a, err := Assign(&ending{t.Context(), left}, in)
		if a == nil {
			continue
		}
		if err != nil {
			unfinished++
		}
		if (a.Entry == nil) != (err != nil) {
			t.Fatalf("asked %d times: entries %v, %v", left, a.Entry, err)
		}
		for i := range int32(300) {
			for j := range int32(300) {
				if d := int64(in.Dist(2*i+1, 2*j)); i != j && d < a.Out[i]+a.In[j] {
					t.Fatalf("asked %d times: the way from %d to %d is %d, its prices %d and %d", left, i, j, d, a.Out[i], a.In[j])
				}
			}
		}
		if err == nil {
			break
		}
	}
	if unfinished == 0 {
		t.Error("none was broken off")
	}
}
