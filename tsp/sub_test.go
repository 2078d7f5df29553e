package tsp

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSub takes stretches and random choices of cities out of instances of every
// metric, into one instance that is used again and again, and out of those
// once more: distances and fixed edges are those of the whole, with one between the first and the last
// city where there is to be one.
func TestSub(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var dst, deeper Instance // each filled by ever other metrics and sizes
	for trial := range 600 {
		m := Metric(r.IntN(int(metrics)))
		n := 1 + r.IntN(40)
		in := build(t, m, r.IntN(len(layouts)), n, uint64(trial))
		if r.IntN(2) == 0 {
			fixSome(t, in, r)
		}
		closed := r.IntN(2) == 0
		cities := choose(r, in)
		checkSub(t, fmt.Sprintf("trial %d %s", trial, in.Name), in, &dst, cities, closed)
		if closed = r.IntN(2) == 0; len(cities) > 0 {
			checkSub(t, fmt.Sprintf("trial %d %s, of a part", trial, in.Name), &dst, &deeper, choose(r, &dst), closed)
		}
	}
}

// TestSubAgain pins that an instance that is used again needs no new memory, whatever its metric.
func TestSubAgain(t *testing.T) {
	for m := range metrics {
		in := build(t, m, 0, 40, 1)
		var dst Instance
		cities := rotated(40, 0)
		local := func(c int32) int32 { return c }
		in.Sub(&dst, cities, local)
		if made := testing.AllocsPerRun(10, func() { in.Sub(&dst, cities, local) }); made > 0 {
			t.Errorf("%v: memory is made %v times", m, made)
		}
	}
}

// choose returns some cities of in, in any order.
func choose(r *rand.Rand, in *Instance) []int32 {
	var cities []int32
	for _, c := range r.Perm(in.N())[:1+r.IntN(in.N())] {
		cities = append(cities, int32(c))
	}
	return cities
}

func checkSub(t *testing.T, name string, in, dst *Instance, cities []int32, closed bool) {
	t.Helper()
	m := len(cities)
	place := make([]int32, in.N())
	for i := range place {
		place[i] = []int32{-1, int32(m), int32(m) + 7}[i%3] // anything outside 0..m-1
	}
	for i, c := range cities {
		place[c] = int32(i)
	}
	in.Sub(dst, cities, func(c int32) int32 { return place[c] })
	if closed = closed && m > 2 && !full(in, cities, 0) && !full(in, cities, m-1); closed {
		dst.Fix(int32(m)-1, 0)
	}
	if dst.N() != m {
		t.Fatalf("%s: %d cities, want %d", name, dst.N(), m)
	}
	any := false
	for i := range int32(m) {
		var partners []int32
		for j := range int32(m) {
			if got, want := dst.Dist(i, j), in.Dist(cities[i], cities[j]); got != want {
				t.Fatalf("%s: d(%d,%d) is %d, want %d", name, i, j, got, want)
			}
			fixed := i != j && in.IsFixed(cities[i], cities[j]) || closed && (i == 0 && int(j) == m-1 || j == 0 && int(i) == m-1)
			if fixed != dst.IsFixed(i, j) {
				t.Fatalf("%s: edge %d-%d is fixed: %v, want %v", name, i, j, dst.IsFixed(i, j), fixed)
			}
			if dst.IsFixed(i, j) {
				partners = append(partners, j)
				any = true
			}
		}
		a, b := dst.FixedPartners(i)
		if (a >= 0) != (len(partners) > 0) || (b >= 0) != (len(partners) > 1) {
			t.Fatalf("%s: city %d has the partners %d and %d, want %v", name, i, a, b, partners)
		}
	}
	if any && !dst.HasFixed() {
		t.Fatalf("%s: fixed edges, but HasFixed is false", name)
	}
}

// full reports whether city i of the choice has two fixed edges within it.
func full(in *Instance, cities []int32, i int) bool {
	d := 0
	for _, c := range cities {
		if c != cities[i] && in.IsFixed(cities[i], c) {
			d++
		}
	}
	return d == 2
}

// TestNearestOfPart pins that the neighbours in a part of an instance without coordinates are
// those of its cities in the whole, whatever their order, and that greedy ends on it: a part of a
// paired instance whose halves do not stand at 2i and 2i+1 once never did.
func TestNearestOfPart(t *testing.T) {
	ctx := t.Context()
	r := rand.New(rand.NewPCG(2, 1))
	for trial := range 300 {
		n := 5 + r.IntN(30)
		w := make([]int32, n*n)
		for i := range n {
			for j := range n {
				w[i*n+j] = r.Int32N(50)
			}
		}
		kind := trial % 4
		if kind == 1 {
			for i := range n {
				for j := range i {
					w[i*n+j] = w[j*n+i]
				}
			}
		}
		var in *Instance
		switch kind {
		case 0: // paired
			directed, err := NewDirected("directed", n, w)
			if err != nil {
				t.Fatal(err)
			}
			in = NewSymmetric(directed).Instance
		case 1:
			for i := range n {
				w[i*n+i] = 0
			}
			matrix, err := NewMatrix("matrix", n, w)
			if err != nil {
				t.Fatal(err)
			}
			in = matrix
		case 2: // with a joker
			in = build(t, Euc2D, 0, n, uint64(trial))
			in.Ends = &Ends{Start: 1, End: -1}
			in = NewSymmetric(in).Instance
		case 3:
			var edges [][2]int32
			for i := range int32(n) {
				edges = append(edges, [2]int32{i, (i + 1) % int32(n)}, [2]int32{i, (i + 3) % int32(n)})
			}
			graph, err := NewGraph("graph", n, edges)
			if err != nil {
				t.Fatal(err)
			}
			in = graph
		}
		// Half of the parts are all cities along a tour that begins between two halves.
		cities := choose(r, in)
		if m := in.N(); trial/4%2 == 0 {
			cities = rotated(m, 2*r.IntN(m/2)+1)
		}
		place := make([]int32, in.N())
		for i := range place {
			place[i] = -1
		}
		for i, c := range cities {
			place[c] = int32(i)
		}
		var dst Instance
		in.Sub(&dst, cities, func(c int32) int32 { return place[c] })
		nb, err := nearest(ctx, &dst, nil, 4, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		own := func(i, j int32) bool { return in.Paired() && cities[i]^1 == cities[j] }
		for i := range int32(len(cities)) {
			row := nb.Of(i)
			for k, j := range row {
				if i == j || own(i, j) || dst.Apart(i, j) || slices.Contains(row[:k], j) {
					t.Fatalf("trial %d: city %d has the neighbours %v", trial, i, row)
				}
			}
			if kind > 1 || len(row) == 0 { // these list what is linked first
				continue
			}
			for j := range int32(len(cities)) {
				if d := dst.Dist(i, j); i != j && !own(i, j) && !dst.Apart(i, j) && !slices.Contains(row, j) && d < dst.Dist(i, row[len(row)-1]) {
					t.Fatalf("trial %d: city %d at %d is no neighbour of %d: %v", trial, j, d, i, row)
				}
			}
		}
		if trial/4%2 == 0 {
			tour, err := GreedyEdge(ctx, &dst, nb)
			if err == nil {
				err = dst.Check(tour)
			}
			if err != nil {
				t.Fatalf("trial %d: %v", trial, err)
			}
		}
	}
}

// rotated returns 0..n-1 from the given one on.
func rotated(n, from int) []int32 {
	all := make([]int32, n)
	for i := range all {
		all[i] = int32((from + i) % n)
	}
	return all
}
