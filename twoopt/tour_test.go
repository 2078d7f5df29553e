package twoopt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"tspmcts/tsp/tsptest"
)

// The dumb twins: plain lists, every change in linear time.

// rotated returns order from position p on.
func rotated(order []int32, p int) []int32 {
	return append(slices.Clone(order[p:]), order[:p]...)
}

func dumbReverse(order []int32, a, b int32) []int32 {
	o := rotated(order, slices.Index(order, a))
	slices.Reverse(o[:slices.Index(o, b)+1])
	return o
}

func dumbSwap3(order []int32, p, size1, size2, size3 int) []int32 {
	o := rotated(order, p)
	x, y, z := size1, size1+size2, size1+size2+size3
	return slices.Concat(o[y:z], o[x:y], o[:x], o[z:])
}

func dumbArrange(order []int32, parts []part) (out []int32) {
	for _, b := range parts {
		cities := slices.Clone(rotated(order, int(b.first))[:b.size])
		if b.back {
			slices.Reverse(cities)
		}
		out = append(out, cities...)
	}
	return out
}

// randomParts cuts a tour of n cities into m parts, in any order, some turned.
func randomParts(n, m int, r *rand.Rand) []part {
	cuts := r.Perm(n)[:m]
	slices.Sort(cuts)
	parts := make([]part, m)
	for i, c := range cuts {
		size := n
		if m > 1 {
			size = (cuts[(i+1)%m] - c + n) % n
		}
		parts[i] = part{int32(c), int32(size), r.IntN(2) == 0}
	}
	r.Shuffle(m, func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return parts
}

// TestLaw1 carries out every reversal and every exchange of three stretches of
// small tours, at every rotation, and takes each back.
func TestLaw1(t *testing.T) {
	for n := 3; n <= 9; n++ {
		start := randomTour(n, rand.New(rand.NewPCG(1, uint64(n))))
		s := NewTour(start)
		s.Log(true)
		back := func(what string) {
			s.Undo(0)
			if !slices.Equal(s.Order, start) {
				t.Fatalf("%s: undone to %v, want %v", what, s.Order, start)
			}
			checkTour(t, s, start, "%s undone", what)
		}
		for _, a := range start {
			if s.Prev(s.Next(a)) != a || s.Next(s.Prev(a)) != a {
				t.Fatal("Prev is not the inverse of Next")
			}
			for _, b := range start {
				s.Reverse(a, b)
				what := fmt.Sprintf("n=%d Reverse(%d,%d)", n, a, b)
				checkTour(t, s, dumbReverse(start, a, b), "%s", what)
				back(what)
			}
		}
		for p := range n {
			for x := 1; x < n; x++ {
				for y := 1; x+y < n; y++ {
					for z := 1; x+y+z < n; z++ {
						s.Swap3(int32(p), int32(x), int32(y), int32(z))
						what := fmt.Sprintf("n=%d Swap3(%d,%d,%d,%d)", n, p, x, y, z)
						checkTour(t, s, dumbSwap3(start, p, x, y, z), "%s", what)
						back(what)
					}
				}
			}
		}
	}
}

// TestArrangeSmall carries out every arrangement of up to four parts of small tours.
func TestArrangeSmall(t *testing.T) {
	for n := 3; n <= 8; n++ {
		start := randomTour(n, rand.New(rand.NewPCG(2, uint64(n))))
		s := NewTour(start)
		s.Log(true)
		try := func(cuts []int) {
			m := len(cuts)
			parts := make([]part, m)
			for i, c := range cuts {
				size := n
				if m > 1 {
					size = (cuts[(i+1)%m] - c + n) % n
				}
				parts[i] = part{first: int32(c), size: int32(size)}
			}
			tsptest.Permute(parts, 0, func() {
				for turns := range 1 << m {
					for i := range parts {
						parts[i].back = turns>>i&1 == 1
					}
					s.arrange(parts)
					checkTour(t, s, dumbArrange(start, parts), "n=%d %v", n, parts)
					s.Undo(0)
					if !slices.Equal(s.Order, start) {
						t.Fatalf("n=%d %v: undone to %v, want %v", n, parts, s.Order, start)
					}
				}
			})
		}
		for mask := 1; mask < 1<<n; mask++ {
			var cuts []int
			for p := range n {
				if mask>>p&1 == 1 {
					cuts = append(cuts, p)
				}
			}
			if len(cuts) <= 4 && (n < 7 || len(cuts) < 4) {
				try(cuts)
			}
		}
	}
}

// TestLaw4 makes random changes of every kind with random marks, undoes back
// to some of them, and compares with snapshots.
func TestLaw4(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(4, seed))
		n := 5 + r.IntN(60)
		s := NewTour(randomTour(n, r))
		s.Log(true)
		plain := slices.Clone(s.Order)
		base := slices.Clone(s.Order)
		type snapshot struct {
			mark  int
			order []int32
		}
		var marks []snapshot
		for range 300 {
			switch r.IntN(8) {
			case 0, 1:
				a, b := r.Int32N(int32(n)), r.Int32N(int32(n))
				plain = dumbReverse(s.Order, a, b)
				s.Reverse(a, b)
			case 2:
				p := r.IntN(n)
				x := 1 + r.IntN(n-3)
				y := 1 + r.IntN(n-x-2)
				z := 1 + r.IntN(n-x-y-1)
				plain = dumbSwap3(s.Order, p, x, y, z)
				s.Swap3(int32(p), int32(x), int32(y), int32(z))
			case 3, 4:
				parts := randomParts(n, 1+r.IntN(min(n, 9)), r)
				plain = dumbArrange(s.Order, parts)
				s.arrange(parts)
			case 5:
				marks = append(marks, snapshot{s.Mark(), slices.Clone(s.Order)})
			case 6:
				if len(marks) > 0 {
					k := r.IntN(len(marks))
					s.Undo(marks[k].mark)
					if !slices.Equal(s.Order, marks[k].order) {
						t.Fatalf("seed %d: undone to %v, want %v", seed, s.Order, marks[k].order)
					}
					plain = slices.Clone(s.Order)
					marks = marks[:k]
				}
			case 7:
				if r.IntN(5) == 0 {
					s.Forget()
					marks = marks[:0]
					base = slices.Clone(s.Order)
					if len(s.old) != 0 || s.Mark() != 0 {
						t.Fatal("Forget left something in the log")
					}
				}
			}
			checkTour(t, s, plain, "seed %d", seed)
		}
		s.Undo(0)
		if !slices.Equal(s.Order, base) {
			t.Fatalf("seed %d: undone to %v, want %v", seed, s.Order, base)
		}
	}
}

func TestResetKeepsNothing(t *testing.T) {
	s := NewTour(randomTour(20, rand.New(rand.NewPCG(1, 1))))
	s.Log(true)
	for _, n := range []int{20, 7, 31, 1, 3} {
		s.Reset(n)
		want := make([]int32, n)
		for i := range want {
			want[i] = int32(i)
		}
		if !slices.Equal(s.Order, want) || !slices.Equal(s.Pos, want) || s.Mark() != 0 {
			t.Fatalf("Reset(%d) gives %v", n, s.Order)
		}
		if n > 2 {
			s.Reverse(0, 1)
		}
	}
}

func TestLaw6(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	q := newQueue(10)
	var plain []int32
	for range 5000 {
		switch r.IntN(5) {
		case 0, 1, 2:
			c := r.Int32N(10)
			q.push(c)
			if !slices.Contains(plain, c) {
				plain = append(plain, c)
			}
		case 3:
			c, ok := q.pop()
			if ok != (len(plain) > 0) || ok && c != plain[0] {
				t.Fatalf("Pop gives %d %v, want %v", c, ok, plain)
			}
			if ok {
				plain = plain[1:]
			}
		case 4:
			if r.IntN(20) == 0 {
				q.clear()
				plain = nil
			}
		}
	}
	q.push(3)
	q.reset(30)
	for c := range int32(30) {
		q.push(29 - c)
	}
	for c := range int32(30) {
		if got, ok := q.pop(); !ok || got != 29-c {
			t.Fatalf("after Reset Pop gives %d %v, want %d", got, ok, 29-c)
		}
	}
}

func BenchmarkReverse(b *testing.B) {
	const n = 1 << 20
	s := NewTour(randomTour(n, rand.New(rand.NewPCG(1, 2))))
	for _, size := range []int32{10, 100, 1000, 10000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 3))
			for b.Loop() {
				p := r.Int32N(n - size)
				s.Reverse(s.Order[p], s.Order[p+size-1])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/city")
		})
	}
}
