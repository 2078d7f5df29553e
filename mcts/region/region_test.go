package region

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// TestJoin pins the law that any set of valid exchanges of disjoint regions joins to
// one tour whose length is what Join reports: whole trees of regions get random tours
// that keep the links.
func TestJoin(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.NewPCG(seed, 1)
		r := rand.New(rng)
		n := 60 + r.IntN(400)
		in := tsptest.Random(tsp.Euc2D, n, seed)
		if seed%5 == 0 {
			if err := in.SetFixed([][2]int32{{0, 1}, {1, 2}, {5, 9}}); err != nil {
				t.Fatal(err)
			}
		}
		order := start(in)
		pos := make([]int32, n)
		for i, c := range order {
			pos[c] = int32(i)
		}
		nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, 8))
		var tree Tree
		tree.Grow(context.Background(), in, pos, 12+r.IntN(40), rng)
		if err := tree.Check(n); err != nil {
			t.Fatal(err)
		}
		var exchanges []Exchange
		for _, leaf := range tree.Leaves {
			var p Problem
			nd := tree.Nodes[leaf]
			Cut(&p, order, pos, tree.Cities[nd.From:nd.To])
			exchanges = append(exchanges, improve(in, &p, r))
		}
		before := in.Length(order)
		gain := NewJoiner(in, nb).Join(order, pos, exchanges)
		if err := in.Check(order); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if after := in.Length(order); before-after != gain || gain < 0 {
			t.Fatalf("seed %d: %d before, %d after, but Join reports %d", seed, before, after, gain)
		}
		for i, c := range order {
			if pos[c] != int32(i) {
				t.Fatalf("seed %d: pos is not the inverse of order", seed)
			}
		}
	}
}

// TestJoinClusters pins that exchanges which together part the tour of four clusters, so that all that
// is near a city of either cycle is in it, are joined all the same.
func TestJoinClusters(t *testing.T) {
	const m = 20 // cities of a cluster
	var x, y []float64
	for _, at := range [][2]float64{{0, 0}, {0, 100000}, {300, 0}, {300, 100000}} {
		for i := range m {
			a := 2 * math.Pi * float64(i) / m
			x, y = append(x, at[0]+math.Round(50*math.Cos(a))), append(y, at[1]+math.Round(50*math.Sin(a)))
		}
	}
	in := tsptest.Must(tsp.NewPoints("clusters", tsp.Euc2D, x, y, nil))
	order, pos := make([]int32, 4*m), make([]int32, 4*m)
	for i := range order {
		order[i] = int32(i)
	}
	slices.Reverse(order[5:9]) // which is worth an exchange by itself
	for i, c := range order {
		pos[c] = int32(i)
	}
	exchange := func(i, j int) Exchange { // the edges from places i and j on
		p, q, r, s := order[i], order[(i+1)%len(order)], order[j], order[(j+1)%len(order)]
		return Exchange{Removed: [][2]int32{{p, q}, {r, s}}, Added: [][2]int32{{p, r}, {q, s}},
			Gain: int64(in.Dist(p, q)) + int64(in.Dist(r, s)) - int64(in.Dist(p, r)) - int64(in.Dist(q, s))}
	}
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	before, all := in.Length(order), []Exchange{exchange(4*m-1, 2*m-1), exchange(m-1, 3*m-1), exchange(4, 8)}
	for _, x := range all {
		if x.Gain <= 0 {
			t.Fatalf("an exchange gains %d", x.Gain)
		}
	}
	gain := NewJoiner(in, nb).Join(order, pos, all)
	if err := in.Check(order); err != nil || before-in.Length(order) != gain {
		t.Fatalf("a gain of %d is %d, %v", gain, before-in.Length(order), err)
	}
	for _, e := range all[2].Added {
		if d := pos[e[0]] - pos[e[1]]; d != 1 && d != -1 && d != 4*m-1 && d != 1-4*m {
			t.Errorf("the exchange in a cluster was dropped: %d and %d are no neighbours", e[0], e[1])
		}
	}
}

// ring returns a matrix of n cities, each 10 from the next one and 1000 from all others, their tour in
// turn, and what sets the distance of two cities and returns these.
func ring(n int32) (w, order, pos []int32, set func(a, b, d int32) [2]int32) {
	w = slices.Repeat([]int32{1000}, int(n*n))
	set = func(a, b, d int32) [2]int32 {
		w[a*n+b], w[b*n+a] = d, d
		return [2]int32{a, b}
	}
	for i := range n {
		order, pos = append(order, i), append(pos, i)
		set(i, (i+1)%n, 10)
	}
	return w, order, pos, set
}

// TestJoinFallback pins that of exchanges whose cycles cost more to merge than all of them gain the best
// alone is applied: each of the two takes the ninths of the tour in another order, every other one first,
// which no few merges undo.
func TestJoinFallback(t *testing.T) {
	const n = 54
	w, order, pos, set := ring(n)
	var all []Exchange
	for k := range int32(2) {
		x := Exchange{Gain: 9 * int64(1+k)}
		for c := 3 * k; c < n; c += 6 {
			x.Removed = append(x.Removed, [2]int32{c, c + 1})
			x.Added = append(x.Added, set(c, (c+7)%n, 9-k))
		}
		all = append(all, x)
	}
	in := tsptest.Must(tsp.NewMatrix("ninths", n, w))
	gain := NewJoiner(in, tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))).Join(order, pos, all)
	if err := in.Check(order); err != nil || gain != 18 || in.Length(order) != 10*n-gain {
		t.Errorf("a gain of %d leaves %d of %d, %v", gain, in.Length(order), 10*n, err)
	}
}

// TestJoinFixed pins that cycles are merged over no fixed edge of either, though that costs least.
func TestJoinFixed(t *testing.T) {
	const n = 40
	w, order, pos, set := ring(n)
	all := []Exchange{ // together they cut off 10 to 14 and 25 to 29
		{Removed: [][2]int32{{9, 10}, {24, 25}}, Added: [][2]int32{set(9, 24, 1), set(10, 25, 1)}, Gain: 18},
		{Removed: [][2]int32{{14, 15}, {29, 30}}, Added: [][2]int32{set(14, 29, 1), set(15, 30, 1)}, Gain: 18}}
	set(8, 11, 10) // with 9-10: the best way back
	set(2, 11, 5)  // with 3-12: better, by a fixed edge of the large cycle
	set(3, 12, 5)
	set(4, 27, 4) // with 5-26: best, by one of the small
	set(5, 26, 4)
	in := tsptest.Must(tsp.NewMatrix("two fixed edges", n, w))
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	if err := in.SetFixed([][2]int32{{2, 3}, {26, 27}}); err != nil {
		t.Fatal(err)
	}
	gain := NewJoiner(in, nb).Join(order, pos, all)
	if err := errors.Join(in.Check(order), in.Keeps(order)); err != nil || gain != 36 || in.Length(order) != 10*n-gain {
		t.Errorf("a gain of %d leaves %d of %d, %v", gain, in.Length(order), 10*n, err)
	}
}

// TestRecombine pins that visitors who work side by side find what can be joined: a shorter tour, by
// what is told, the same one every time.
func TestRecombine(t *testing.T) {
	const n = 800
	in := tsptest.Random(tsp.Euc2D, n, 1)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	cand := twoopt.NewCandidates(in, nb.Of)
	for _, workers := range []int{1, 3} {
		var first tsp.Tour
		for range 2 {
			tour := kick.NewTour(in, tsptest.Must(tsp.GreedyEdge(t.Context(), in, nb)))
			part := tour.Order[n/4 : n] // one path
			var visitors []*Visitor
			owner, place := make([]int32, n), make([]int32, n)
			for w := range workers {
				v := &Visitor{Climber: kick.New(kick.Config{Breadth: []int{1}, Depth: 25}, meter.New(t.Context(), meter.Budget{}, nil)), RNG: *rand.NewPCG(uint64(w), 1)}
				Cut(&v.Problem, tour.Order, tour.Positions(), part)
				for i, c := range v.Problem.Cities {
					owner[c], place[c] = 1, int32(i)
				}
				v.Load(in, cand, nb.Of, tour.Length, owner, place, 1)
				visitors = append(visitors, v)
			}
			x := visitors[0]
			x.Idle = new(atomic.Int32)
			found, gain := Recombine{Tours: 8, EAX: eax.DefaultConfig}.Work(x, new(atomic.Bool), visitors[1:]...)
			if gain <= 0 {
				t.Fatalf("%d visitors gain %d over greedy", workers, gain)
			}
			joined := NewJoiner(in, nb).Join(tour.Order, tour.Positions(), []Exchange{x.Problem.Compare(found, gain)})
			if err := in.Check(tour.Order); err != nil || joined != gain || in.Length(tour.Order) != tour.Length-gain {
				t.Fatalf("%d visitors gain %d, joined %d, of %d is left %d, %v", workers, gain, joined, tour.Length, in.Length(tour.Order), err)
			}
			if first != nil && !slices.Equal(first, tour.Order) {
				t.Errorf("%d visitors find another tour the second time", workers)
			}
			first = tour.Order
		}
	}
}

// greedy returns a random instance with neighbours, candidates and its greedy tour.
func greedy(t *testing.T, n int, seed uint64) (*tsp.Instance, *tsp.Neighbors, *twoopt.Candidates, *kick.Tour) {
	in := tsptest.Random(tsp.Euc2D, n, seed)
	nb := tsptest.Must(tsp.NearestNeighbors(t.Context(), in, 8))
	return in, nb, twoopt.NewCandidates(in, nb.Of), kick.NewTour(in, tsptest.Must(tsp.GreedyEdge(t.Context(), in, nb)))
}

// TestKept pins that a local optimum that is kept comes back in its own region, for a tenth of the
// work, and that in another, most of which it knows, it becomes one that keeps the links.
func TestKept(t *testing.T) {
	const n = 2000
	in, nb, cand, tour := greedy(t, n, 4)
	v := &Visitor{Climber: kick.New(kick.Config{Breadth: []int{1}, Depth: 25}, meter.New(t.Context(), meter.Budget{}, nil))}
	r := Recombine{Kept: [][]int32{slices.Repeat([]int32{-1}, n)}}
	visit := func(from, to int) (length, actions int64) {
		Cut(&v.Problem, tour.Order, tour.Positions(), tour.Order[from:to])
		owner, place := make([]int32, n), make([]int32, n)
		for i, c := range v.Problem.Cities {
			owner[c], place[c] = 1, int32(i)
		}
		v.Load(in, cand, nb.Of, tour.Length, owner, place, 1)
		v.RNG = *rand.NewPCG(uint64(from), 1)
		before := v.Climber.Actions()
		if !r.optimum(v, 0) {
			t.Fatal("the search has ended")
		}
		found, sub := v.Climber.Local(), v.Climber.Sub()
		if err := sub.Check(found); err != nil {
			t.Fatalf("cities %d to %d: %v", from, to, err)
		}
		last, first := tour.Order[to-1], tour.Order[from]
		if kept := r.Kept[0]; kept[last] == first || kept[first] == last {
			t.Errorf("the link of cities %d to %d is kept as an edge", from, to)
		}
		return sub.Length(found), v.Climber.Actions() - before
	}
	first, built := visit(0, 1200)
	again, less := visit(0, 1200)
	if again != first || 10*less > built {
		t.Errorf("length %d by %d actions, and again %d by %d", first, built, again, less)
	}
	if _, some := visit(200, 1400); 3*some > 2*built {
		t.Errorf("%d actions for a region of which most is known, %d where nothing is", some, built)
	}
	if _, all := visit(1900, 2000); all < 100 {
		t.Errorf("%d actions for a region of 100 cities of which nothing is known", all)
	}
	r.Kept = [][]int32{slices.Repeat([]int32{-1}, n), slices.Repeat([]int32{-1}, n)}
	visit(0, 1200)
	one := slices.Clone(v.Climber.Local())
	if !r.optimum(v, 1) || slices.Equal(one, v.Climber.Local()) {
		t.Error("two optima of which nothing was known are alike")
	}
}

// TestActionsOfWork pins that Work counts what builds and recombinations take, and ends when its
// actions are used, with a tour all the same: within a tour of each visitor, or a generation.
func TestActionsOfWork(t *testing.T) {
	const n, most = 400, 8
	in, nb, cand, tour := greedy(t, n, 1)
	used := func(workers int, actions int64, stop bool) (sum int64) {
		var visitors []*Visitor
		for w := range workers {
			v := &Visitor{Climber: kick.New(kick.Config{Breadth: []int{1}, Depth: 25}, meter.New(t.Context(), meter.Budget{}, nil)), RNG: *rand.NewPCG(uint64(w), 1), Idle: new(atomic.Int32)}
			Cut(&v.Problem, tour.Order, tour.Positions(), tour.Order)
			v.Load(in, cand, nb.Of, tour.Length, nil, tour.Positions(), 1)
			visitors = append(visitors, v)
		}
		var end atomic.Bool
		end.Store(stop)
		found, _ := Recombine{Tours: most, EAX: eax.DefaultConfig, Actions: actions}.Work(visitors[0], &end, visitors[1:]...)
		if err := in.Check(found); err != nil {
			t.Fatal(err)
		}
		for _, v := range visitors {
			sum += v.Climber.Actions()
		}
		return sum
	}
	generation := int64(most * eax.DefaultConfig(n).Children)
	for _, workers := range []int{1, 2} {
		builds, all := used(workers, 0, true), used(workers, 0, false)
		limit := (builds + 3*all) / 4
		few, led, some := used(workers, builds/2, false), used(workers, builds, false), used(workers, limit, false)
		if few >= builds || led <= builds || some <= led || some > limit+generation || all <= some {
			t.Errorf("%d visitors: %d actions build, %d are all; %d of %d, %d of %d, %d of %d",
				workers, builds, all, few, builds/2, led, builds, some, limit)
		}
	}
}

// TestLargeSets pins where large E-sets are tried among many tours.
func TestLargeSets(t *testing.T) {
	for n, want := range map[int]bool{5000: true, 5001: false} {
		if got := LargeSets(tsptest.Random(tsp.Euc2D, n, 1)); got != want {
			t.Errorf("%d cities: %v", n, got)
		}
	}
	if !LargeSets(tsp.NewSymmetric(tsptest.Directed(2501, 1)).Instance) {
		t.Error("not of directed distances")
	}
}

// TestCutAcross pins that a region is cut across its longer side.
func TestCutAcross(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 2000, 1)
	for _, wide := range []bool{true, false} {
		x, y := slices.Clone(in.X), slices.Clone(in.Y)
		long, short := x, y
		if !wide {
			long, short = y, x
		}
		for i := range short {
			short[i] /= 10
		}
		var tree Tree
		tree.Grow(t.Context(), tsptest.Must(tsp.NewPoints("a strip", tsp.Euc2D, x, y, nil)), nil, 500, rand.NewPCG(1, 1))
		for _, leaf := range tree.Leaves {
			from, to := 1000.0, 0.0
			for _, c := range tree.Cities[tree.Nodes[leaf].From:tree.Nodes[leaf].To] {
				from, to = min(from, long[c]), max(to, long[c])
			}
			if to-from > 500 {
				t.Errorf("wide %v: a leaf from %.0f to %.0f of a strip of 1000", wide, from, to)
			}
		}
	}
}

// start returns a tour that keeps the fixed edges of TestJoin: by x, with these in one
// piece.
func start(in *tsp.Instance) tsp.Tour {
	t := make(tsp.Tour, in.N())
	for i := range t {
		t[i] = int32(i)
	}
	slices.SortFunc(t, func(a, b int32) int { return int(in.X[a] - in.X[b]) })
	t = slices.DeleteFunc(t, func(c int32) bool { return c <= 2 || c == 5 || c == 9 })
	return append(t, 0, 1, 2, 5, 9)
}

// improve carries out 2-opt moves in the problem's own tour that keep its links
// and fixed edges, most of them improving, and returns the exchange.
func improve(in *tsp.Instance, p *Problem, r *rand.Rand) Exchange {
	m := len(p.Cities)
	tour := make([]int32, m)
	for i := range tour {
		tour[i] = int32(i)
	}
	linked := func(a, b int32) bool {
		for _, l := range p.Links {
			if next := (l + 1) % int32(m); a == l && b == next || b == l && a == next {
				return true
			}
		}
		return in.IsFixed(p.Cities[a], p.Cities[b])
	}
	d := func(a, b int32) int64 { return int64(in.Dist(p.Cities[a], p.Cities[b])) }
	var gain int64
	for range 20 * m {
		i, j := r.IntN(m), r.IntN(m)
		if i > j {
			i, j = j, i
		}
		if j-i < 2 || i == 0 && j == m-1 {
			continue
		}
		a, b, c, e := tour[i], tour[i+1], tour[j], tour[(j+1)%m]
		if linked(a, b) || linked(c, e) {
			continue
		}
		if g := d(a, b) + d(c, e) - d(a, c) - d(b, e); g > 0 || r.IntN(50) == 0 {
			slices.Reverse(tour[i+1 : j+1])
			gain += g
		}
	}
	return p.Compare(tour, gain)
}
