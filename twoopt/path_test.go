package twoopt

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// dumbPath is a Path as the plain list of its cities, from the free end to t1.
type dumbPath struct {
	cities []int32
	added  map[[2]int32]bool
}

func startDumb(order []int32, t1 int32, back bool) *dumbPath {
	o := rotated(order, slices.Index(order, t1)) // t1 first
	if back {
		slices.Reverse(o) // t1 last, its predecessor first
	} else {
		o = rotated(o, 1)
	}
	return &dumbPath{o, map[[2]int32]bool{}}
}

func edge(a, b int32) [2]int32 { return [2]int32{min(a, b), max(a, b)} }

// step adds the edge from the free end to c and removes the one before c.
func (d *dumbPath) step(c int32) {
	i := slices.Index(d.cities, c)
	delete(d.added, edge(d.cities[i-1], c))
	d.added[edge(d.cities[0], c)] = true
	slices.Reverse(d.cities[:i])
}

// comparePaths fails unless p reads as d, by every question that it answers.
func comparePaths(t *testing.T, s *Tour, p *Path, first []int32, d *dumbPath) {
	t.Helper()
	n := len(d.cities)
	for r, c := range first {
		if p.city(s, int32(r)) != c || p.rank(s, c) != int32(r) {
			t.Fatalf("rank %d is city %d, want %d; its rank %d", r, p.city(s, int32(r)), c, p.rank(s, c))
		}
	}
	var read []int32
	for _, g := range p.segs {
		for r := g.first; ; r += g.direction() {
			read = append(read, p.city(s, r))
			if r == g.last {
				break
			}
		}
	}
	slices.Reverse(read) // segments run from t1
	if !slices.Equal(read, d.cities) {
		t.Fatalf("the path reads %v, want %v", read, d.cities)
	}
	if got := p.city(s, p.end()); got != d.cities[0] {
		t.Fatalf("the free end is %d, want %d", got, d.cities[0])
	}
	if got := p.Last(s); got != d.cities[n-1] {
		t.Fatalf("the last city is %d, want %d", got, d.cities[n-1])
	}
	if got := p.city(s, p.second()); got != d.cities[1] {
		t.Fatalf("the second city is %d, want %d", got, d.cities[1])
	}
	for i := 1; i < n; i++ {
		r := p.rank(s, d.cities[i])
		before, added := p.before(p.find(r), r)
		if got := p.city(s, before); got != d.cities[i-1] || added != d.added[edge(got, d.cities[i])] {
			t.Fatalf("before %d is %d (added %v), want %d", d.cities[i], got, added, d.cities[i-1])
		}
		if got := p.Toward(s, d.cities[i]); got != d.cities[i-1] {
			t.Fatalf("toward the free end of %d is %d, want %d", d.cities[i], got, d.cities[i-1])
		}
		if i == 1 {
			continue // no step leads to the second city
		}
		at, rank, end, second := p.Peek(s, d.cities[i])
		if at != p.find(r) || rank != r || end != d.cities[i-1] || second != d.cities[i-2] {
			t.Fatalf("a step to %d: segment %d, rank %d, leaves %d %d; want %d, %d, %d %d", d.cities[i], at, rank, end, second, p.find(r), r, d.cities[i-1], d.cities[i-2])
		}
	}
}

// TestLaw5 carries out random chains on a Path and on a plain list, from every
// city, both ways, with the joining first steps too, closes them, and takes them back.
func TestLaw5(t *testing.T) {
	for n := 3; n <= 40; n += 1 + n/8 {
		r := rand.New(rand.NewPCG(5, uint64(n)))
		start := randomTour(n, r)
		s := NewTour(start)
		s.Log(true)
		p, q := NewPath(100), NewPath(100)
		for trial := range 40 * n {
			t1, back := int32(trial/2%n), trial%2 == 1
			p.Start(s, t1, back)
			d := startDumb(s.Order, t1, back)
			first := slices.Clone(d.cities)
			if d.cities[n-1] != t1 {
				t.Fatalf("the twin ends at %d, want %d", d.cities[n-1], t1)
			}
			comparePaths(t, s, p, first, d)
			if r.IntN(3) == 0 && n > 4 {
				joinBoth(p, d, r)
				comparePaths(t, s, p, first, d)
			}
			for range r.IntN(min(2*n, 90)) {
				c := d.cities[1+r.IntN(n-1)]
				if c == d.cities[1] {
					continue // the edge is there
				}
				rank := p.rank(s, c)
				if r.IntN(4) == 0 { // a copy goes on as well
					q.copyFrom(p)
					p, q = q, p
				}
				if r.IntN(3) == 0 {
					swapBoth(s, p, d, r)
					comparePaths(t, s, p, first, d)
					continue
				}
				p.Step(p.find(rank), rank)
				d.step(c)
				comparePaths(t, s, p, first, d)
			}
			before, mark := slices.Clone(s.Order), s.Mark()
			p.Apply(s)
			checkTour(t, s, d.cities, "n=%d t1=%d back=%v %v", n, t1, back, p.segs)
			if r.IntN(2) == 0 {
				s.Undo(mark)
				if !slices.Equal(s.Order, before) {
					t.Fatalf("undone to %v, want %v", s.Order, before)
				}
			}
		}
	}
}

// swapBoth exchanges two random stretches before the path's last city, on p and on d,
// where the edges that this removes are the tour's.
func swapBoth(s *Tour, p *Path, d *dumbPath, r *rand.Rand) {
	n := len(d.cities)
	b := 1 + r.IntN(n-2) // 0..a changes places with a+1..b
	a := r.IntN(b)
	c := slices.Clone(d.cities)
	rank, q := p.rank(s, c[b]), p.rank(s, c[a])
	i, h := p.find(rank), p.find(q)
	_, closes := p.after(i, rank)
	_, opens := p.after(h, q)
	if closes == d.added[edge(c[b], c[b+1])] || opens == d.added[edge(c[a], c[a+1])] {
		panic("after is wrong about what was added")
	}
	if !closes || !opens {
		return
	}
	p.swap(i, rank, h, q)
	d.cities = slices.Concat(c[a+1:b+1], c[:a+1], c[b+1:])
	d.added[edge(c[0], c[b])], d.added[edge(c[a], c[b+1])] = true, true
}

// joinBoth makes a random step that cuts off a cycle and joins it again, on p
// (as Chain does) and on d.
func joinBoth(p *Path, d *dumbPath, r *rand.Rand) {
	n := len(d.cities)
	cut := 1 + r.IntN(n-2) // the cycle is 0..cut
	c := slices.Clone(d.cities)
	step := step{r: int32(cut), kind: joinNext}
	if r.IntN(2) == 0 {
		step.q = int32(r.IntN(cut)) // opened after q
		q := int(step.q)
		d.cities = slices.Concat(c[q+1:cut+1], c[:q+1], c[cut+1:])
		d.added[edge(c[q], c[cut+1])] = true
	} else {
		step.kind, step.q = joinPrev, int32(1+r.IntN(cut)) // opened before q
		q := int(step.q)
		head := slices.Clone(c[:q])
		slices.Reverse(head)
		tail := slices.Clone(c[q : cut+1])
		slices.Reverse(tail)
		d.cities = slices.Concat(head, tail, c[cut+1:])
		d.added[edge(c[q], c[cut+1])] = true
	}
	d.added[edge(c[0], c[cut])] = true
	new(Chain).lengthen(p, step)
}

// TestDepthBeyondTheArray closes a path of more segments than Apply keeps on its stack.
func TestDepthBeyondTheArray(t *testing.T) {
	const n = 500
	r := rand.New(rand.NewPCG(7, 7))
	s := NewTour(randomTour(n, r))
	p := NewPath(1000)
	p.Start(s, 3, false)
	d := startDumb(s.Order, 3, false)
	for range 400 {
		c := d.cities[2+r.IntN(n-2)]
		rank := p.rank(s, c)
		p.Step(p.find(rank), rank)
		d.step(c)
	}
	if len(p.segs) <= 64 {
		t.Fatalf("%d segments only", len(p.segs))
	}
	p.Apply(s)
	checkTour(t, s, d.cities, "long chain")
}

func BenchmarkApply(b *testing.B) {
	for _, steps := range []int{1, 3, 10} {
		for _, near := range []int32{100, 10000} { // how far along the tour a step reaches
			b.Run(fmt.Sprintf("steps=%d/reach=%d", steps, near), func(b *testing.B) {
				const n = 1 << 20
				r := rand.New(rand.NewPCG(1, 2))
				s := NewTour(randomTour(n, r))
				p := NewPath(steps)
				for b.Loop() {
					p.Start(s, r.Int32N(n), false)
					for range steps {
						rank := 2 + r.Int32N(near)
						i := p.find(rank)
						if p.segs[i].last != rank {
							p.Step(i, rank)
						}
					}
					p.Apply(s)
				}
			})
		}
	}
}
