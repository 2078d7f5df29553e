package eax

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

var ctx = context.Background()

// Laws: a child is a tour with every fixed edge; its gain is the length before
// minus the length after; evaluating restores the parent; the census and the
// lengths agree with the tours.
func TestLaws(t *testing.T) {
	for name, in := range instances() {
		t.Run(name, func(t *testing.T) {
			nb := nearest(in)
			for _, slack := range []float64{0, 0.5, 1000} {
				cfg := DefaultConfig(in.N())
				if slack == 0 {
					cfg.Harvest = 5
				}
				p, err := NewPopulation(in, nb, starts(in, nb, 12, 3), cfg, 1)
				if err != nil {
					t.Fatal(err)
				}
				p.crossers[0].slack = slack
				rng := rand.NewPCG(5, 5)
				for generation := range 60 {
					if p.Stage() == Done {
						break
					}
					if generation == 15 {
						p.enter(Block)
					}
					p.Generation(rng, nil)
					audit(t, p)
				}
			}
		})
	}
}

func audit(t *testing.T, p *Population) {
	t.Helper()
	fresh := newCensus(p.s.n, len(p.tours))
	for i := range p.tours {
		tour := p.s.tour(&p.tours[i])
		if err := p.s.in.Check(tour); err != nil {
			t.Fatal(err)
		}
		if got, want := p.tours[i].length, p.s.in.Length(tour); got != want {
			t.Fatalf("tour %d has length %d, want %d", i, got, want)
		}
		p.crossers[0].recheckOrder(&p.tours[i])
		fresh.tour(p.tours[i].ord)
	}
	if p.s.n > 2 && fresh.entropy() != p.census.entropy() {
		t.Fatal("the census is not that of the tours")
	}
}

// Every child is exact, not just the ones that replace a parent.
func TestEveryChild(t *testing.T) {
	for name, in := range instances() {
		t.Run(name, func(t *testing.T) {
			nb := nearest(in)
			cfg := DefaultConfig(in.N())
			ts := starts(in, nb, 6, 9)
			p, err := NewPopulation(in, nb, ts, cfg, 1)
			if err != nil {
				t.Fatal(err)
			}
			x := p.crossers[0]
			x.least, x.enough = -1<<60, -1<<60
			rng := rand.NewPCG(1, 2)
			children, merged := 0, 0
			for a := range ts {
				for b := range ts {
					x.differ(&p.tours[a], &p.tours[b])
					x.locate(&p.tours[a])
					x.trace(rng, 1<<30, -1<<60)
					checkCycles(t, x, &p.tours[a], &p.tours[b])
					if len(x.differing) == 0 {
						continue
					}
					x.graph()
					for id := range x.cycles.len() {
						for block := range 2 {
							x.set = append(x.set[:0], int32(id))
							if block == 1 {
								x.around(int32(id), rng)
							}
							before := slices.Clone(p.tours[a].adj)
							gain, ok := x.child(&p.tours[a])
							if !slices.Equal(before, p.tours[a].adj) {
								t.Fatal("evaluation changed the parent")
							}
							if !ok {
								continue
							}
							children++
							merged += len(x.merges)
							x.net()
							h := x.entropy(p.census)
							clone := individual{slices.Clone(p.tours[a].adj), slices.Clone(p.tours[a].ord), p.tours[a].length}
							old := p.census.entropy()
							x.accept(&clone, gain)
							x.recheckOrder(&clone)
							x.locate(&p.tours[a])
							for _, e := range x.out {
								u, v := ends(e)
								p.census.change(u, v, -1)
							}
							for _, e := range x.in {
								u, v := ends(e)
								p.census.change(u, v, 1)
							}
							if got := p.census.entropy() - old; got != h {
								t.Fatalf("entropy changes by %d, want %d", got, h)
							}
							for _, e := range x.out {
								u, v := ends(e)
								p.census.change(u, v, 1)
							}
							for _, e := range x.in {
								u, v := ends(e)
								p.census.change(u, v, -1)
							}
						}
					}
				}
			}
			t.Logf("%d children, %d merges", children, merged)
			if children == 0 || merged == 0 && name != "tiny" {
				t.Fatal("nothing was tested")
			}
		})
	}
}

// checkCycles: the AB-cycles use every edge of either parent but the common
// ones exactly once, in turn.
func checkCycles(t *testing.T, x *crosser, a, b *individual) {
	t.Helper()
	want := map[uint64]int{}
	for side, ind := range []*individual{a, b} {
		other := []*individual{b, a}[side]
		prev := ind.ord[len(ind.ord)-1]
		for _, v := range ind.ord {
			if o := other.adj[v]; o.a != prev && o.b != prev {
				want[edge(prev, v)] = side
			}
			prev = v
		}
	}
	c := &x.cycles
	for id := range c.len() {
		city := c.city[c.start[id]:c.start[id+1]]
		w := c.w[c.start[id]:c.start[id+1]]
		var gain int64
		for i, v := range city {
			next := city[(i+1)%len(city)]
			if w[i] != x.s.dist(v, next) {
				t.Fatal("wrong length of an edge")
			}
			gain += int64(w[i]) * int64(1-2*(i&1))
			if side, ok := want[edge(v, next)]; !ok || side != i&1 {
				t.Fatalf("edge %d-%d of parent %d: is parent %d's, %v", v, next, i&1, side, ok)
			}
			delete(want, edge(v, next))
		}
		if gain != c.gain[id] {
			t.Fatal("wrong gain of a cycle")
		}
	}
	if len(want) != 0 {
		t.Fatalf("%d edges are in no AB-cycle", len(want))
	}
}

// The result does not depend on the number of workers, nor on how many are idle, nor on what is done
// beside a generation, which is done once; and the seed fixes it.
func TestDeterminism(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 250, 11)
	nb := nearest(in)
	ts := starts(in, nb, 21, 4)
	var idle atomic.Int32
	p, err := NewPopulation(in, nb, ts, DefaultConfig(in.N()), 1)
	if err != nil {
		t.Fatal(err)
	}
	p.Idle = &idle
	done := make(chan struct{})
	go func() { // takes some of those that are idle, and gives them back
		defer close(done)
		for rng := rand.NewPCG(1, 1); p.Stage() != Done; {
			p.Generation(rng, nil)
		}
	}()
	var want []tsp.Tour
	for k, workers := range []int{1, 1, 2, 3, 30, 1, 2} {
		p, err := NewPopulation(in, nb, ts, DefaultConfig(in.N()), workers)
		if err != nil {
			t.Fatal(err)
		}
		if k == 5 {
			idle.Add(4)
		}
		if k >= 5 {
			p.Idle = &idle
		}
		rng := rand.NewPCG(1, 1)
		var beside atomic.Int32
		for g := range 20 {
			if k > 0 && g == 7 {
				p.Beside = func() { beside.Add(1) }
			}
			p.Generation(rng, nil)
			if did := beside.Load(); did == 1 != (k > 0 && g >= 7) {
				t.Fatalf("%d workers: what is to be done beside generation 7 was done %d times after %d", workers, did, g)
			}
		}
		got := tours(p)
		if want == nil {
			want = got
		}
		for i := range want {
			if !slices.Equal(want[i], got[i]) {
				t.Fatalf("%d workers, %d idle: tour %d differs", workers, idle.Load(), i)
			}
		}
	}
	if <-done; idle.Load() != 4 {
		t.Errorf("%d of 4 workers are idle at the end", idle.Load())
	}
}

// What the workers have logged is entered whole where the census lacks room for it: random tours
// of a random matrix have many edges, and merges bring ever new ones.
func TestCensusGrows(t *testing.T) {
	in := tsptest.Random(tsp.Explicit, 150, 3)
	nb := nearest(in)
	r := rand.New(rand.NewPCG(1, 1))
	var ts []tsp.Tour
	for range 60 {
		ts = append(ts, tsptest.Tour(in, r))
	}
	var want []tsp.Tour
	for _, workers := range []int{1, 2, 3} {
		p := tsptest.Must(NewPopulation(in, nb, ts, DefaultConfig(in.N()), workers))
		rng, room := rand.NewPCG(2, 2), len(p.census.buckets)
		for range 12 {
			p.Generation(rng, nil)
		}
		audit(t, p)
		if len(p.census.buckets) == room {
			t.Errorf("%d workers: there was room for all", workers)
		}
		if got := tours(p); want == nil {
			want = got
		} else if !slices.EqualFunc(want, got, slices.Equal[tsp.Tour]) {
			t.Errorf("%d workers have other tours", workers)
		}
	}
}

// A city of fewer neighbours than merges look at is its own neighbour in place of the others.
func TestFewNeighbors(t *testing.T) {
	for _, m := range []tsp.Metric{tsp.Euc2D, tsp.Explicit} {
		in := tsptest.Random(m, 200, 16)
		ts := starts(in, nearest(in), 12, 3)
		few := tsptest.Must(tsp.NearestNeighbors(ctx, in, 3))
		padded := &tsp.Neighbors{K: Near}
		for c := range int32(in.N()) {
			padded.Flat = append(append(padded.Flat, few.Of(c)...), c, c)
		}
		var want []tsp.Tour
		for _, nb := range []*tsp.Neighbors{padded, few} {
			p := tsptest.Must(NewPopulation(in, nb, ts, DefaultConfig(in.N()), 1))
			p.Run(rand.NewPCG(4, 4), nil)
			audit(t, p)
			if got := tours(p); want == nil {
				want = got
			} else if !slices.EqualFunc(want, got, slices.Equal[tsp.Tour]) {
				t.Errorf("%v: other tours of 3 neighbours", m)
			}
		}
	}
}

// Fixed work at fixed seeds: a change of these numbers is a change of the search.
func TestSignature(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 400, 13)
	nb := nearest(in)
	p, err := NewPopulation(in, nb, starts(in, nb, 40, 6), DefaultConfig(in.N()), 2)
	if err != nil {
		t.Fatal(err)
	}
	p.Run(rand.NewPCG(6, 6), nil)
	got := fmt.Sprint(p.BestLength(), p.total, p.Children)
	const want = "14712 589089 25601"
	if got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// Instances too small for crossover are kept; the smallest others work.
func TestTiny(t *testing.T) {
	for n := 1; n <= 9; n++ {
		in := tsptest.Random(tsp.Euc2D, n, uint64(n))
		nb := nearest(in)
		var ts []tsp.Tour
		r := rand.New(rand.NewPCG(1, 1))
		for range 6 {
			tour := tsp.Tour{}
			for _, v := range r.Perm(n) {
				tour = append(tour, int32(v))
			}
			ts = append(ts, tour)
		}
		p, err := NewPopulation(in, nb, ts, DefaultConfig(n), 2)
		if err != nil {
			t.Fatal(err)
		}
		p.Run(rand.NewPCG(2, 2), nil)
		audit(t, p)
	}
}

// A pair replaces A by what is shorter alone, the best first, and forgets the pair before; a
// generation that is stopped does nothing.
func TestCross(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 150, 14)
	nb := nearest(in)
	cfg := DefaultConfig(in.N())
	cfg.Harvest = 3
	p, err := NewPopulation(in, nb, starts(in, nb, 10, 6), cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.NewPCG(3, 3)
	x := p.crossers[0]
	x.allow(p.tours[p.best].length)
	for i := range 10 {
		before, ord := p.tours[i].length, slices.Clone(p.tours[i].ord)
		x.cross(&p.tours[i], &p.tours[(i+1)%10], Single, rng)
		if replaced := !slices.Equal(p.tours[i].ord, ord); replaced != (p.tours[i].length < before) {
			t.Fatalf("replaced %v, length %d after %d", replaced, p.tours[i].length, before)
		}
		sets := 0
		for _, r := range x.shorter.list {
			sets += int(r.hi - r.lo)
		}
		if sets != len(x.shorter.sets) {
			t.Errorf("pair %d has E-sets of %d AB-cycles, and %d are kept", i, sets, len(x.shorter.sets))
		}
		if !slices.IsSortedFunc(x.shorter.list, func(p, q ranked) int { return cmp.Compare(q.value, p.value) }) {
			t.Errorf("pair %d: the best children are not harvested first", i)
		}
		x.flush()
		p.survey()
		audit(t, p)
	}
	var stop atomic.Bool
	stop.Store(true)
	before := tours(p)
	p.Generation(rng, &stop)
	for i, tour := range tours(p) {
		if !slices.Equal(tour, before[i]) {
			t.Fatal("a stopped generation changed a tour")
		}
	}
}

// Leading makes the first tour shorter by what the others have, on every kind of instance, and
// leaves the others as they are; one that is stopped does nothing.
func TestLead(t *testing.T) {
	for name, in := range instances() {
		nb := nearest(in)
		all := starts(in, nb, 6, 6)
		before := make([]tsp.Tour, len(all))
		for i := range all {
			before[i] = slices.Clone(all[i])
		}
		var stop atomic.Bool
		leader := NewLeader(in, nb, all[1], DefaultConfig(in.N()))
		led, length, children := leader.Lead(all[0], all[1:], rand.NewPCG(3, 3), &stop)
		if err := in.Check(led); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := in.Keeps(led); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if length != in.Length(led) || length > in.Length(all[0]) || children < 1 {
			t.Errorf("%s: length %d of a tour of %d from one of %d, by %d children", name, length, in.Length(led), in.Length(all[0]), children)
		}
		if name == "EUC_2D" && length == in.Length(all[0]) {
			t.Errorf("%s: six tours brought nothing", name)
		}
		for i := range all {
			if !slices.Equal(all[i], before[i]) {
				t.Errorf("%s: tour %d was changed", name, i)
			}
		}
		if again, _, _ := leader.Lead(all[0], all[1:], rand.NewPCG(3, 3), &stop); !slices.Equal(again, led) {
			t.Errorf("%s: the same tours lead to another one", name)
		}
		stop.Store(true)
		if _, length, _ := leader.Lead(all[0], all[1:], rand.NewPCG(3, 3), &stop); length != in.Length(all[0]) {
			t.Errorf("%s: one that is stopped brought something", name)
		}
	}
}

// A sub-tour that has edges of others near it, all of them fixed, is merged where it was cut off.
func TestFixedEdgesNear(t *testing.T) {
	x := []float64{0, 10, 10, 0, 200, 30, 30, 200, 1000, 1100, 1200, 1300}
	y := []float64{0, 0, 10, 10, 0, 0, 10, 10, 0, 0, 0, 0}
	in := tsptest.Must(tsp.NewPoints("a square by a fixed path", tsp.Euc2D, x, y, nil))
	if err := in.SetFixed([][2]int32{{4, 5}, {5, 6}, {6, 7}}); err != nil {
		t.Fatal(err)
	}
	ts := []tsp.Tour{{8, 0, 1, 2, 3, 9, 4, 5, 6, 7, 10, 11}, {8, 9, 4, 5, 6, 7, 10, 1, 0, 3, 2, 11}}
	p := tsptest.Must(NewPopulation(in, nearest(in), ts, DefaultConfig(in.N()), 1))
	c, a := p.crossers[0], &p.tours[0]
	c.least, c.enough = -1<<60, -1<<60
	c.differ(a, &p.tours[1])
	c.locate(a)
	c.trace(rand.NewPCG(1, 2), math.MaxInt, math.MinInt64)
	merged := 0
	for id := range c.cycles.len() {
		c.set = append(c.set[:0], int32(id))
		gain, ok := c.child(a)
		if !ok {
			t.Fatalf("AB-cycle %d leaves no tour", id)
		}
		merged += len(c.merges)
		c.net()
		child := individual{slices.Clone(a.adj), slices.Clone(a.ord), a.length}
		c.accept(&child, gain)
		c.locate(a)
		if tour := p.s.tour(&child); in.Check(tour) != nil || in.Keeps(tour) != nil || in.Length(tour) != child.length {
			t.Errorf("AB-cycle %d: %v", id, tour)
		}
	}
	if merged != 1 {
		t.Errorf("%d merges of one sub-tour", merged)
	}
}

func TestValidate(t *testing.T) {
	for _, n := range []int{1, 1000, 1000000} {
		if err := DefaultConfig(n).Validate(); err != nil {
			t.Error(err)
		}
	}
	for name, change := range map[string]func(*Config){
		"Children": func(c *Config) { c.Children = 0 },
		"Harvest":  func(c *Config) { c.Harvest = -1 },
	} {
		c := DefaultConfig(100)
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkPair crosses pairs of tours without replacing any.
func BenchmarkPair(b *testing.B) {
	for _, n := range []int{500, 1000, 10000} {
		for stage, name := range []string{Single: "single", Block: "block"} {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				in := tsptest.Random(tsp.Euc2D, n, 15)
				nb := nearest(in)
				p, err := NewPopulation(in, nb, starts(in, nb, 10, 7), DefaultConfig(n), 1)
				if err != nil {
					b.Fatal(err)
				}
				c := p.crossers[0]
				c.allow(p.tours[p.best].length)
				c.enough = 1 << 40 // children are evaluated, none is taken
				rng := rand.NewPCG(8, 8)
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					c.cross(&p.tours[i%10], &p.tours[(i+1)%10], Stage(stage), rng)
					i++
				}
				b.ReportMetric(float64(c.children)/b.Elapsed().Seconds(), "children/s")
			})
		}
	}
}

func TestConverges(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 200, 12)
	nb := nearest(in)
	var best int64
	for seed := range uint64(3) {
		p, err := NewPopulation(in, nb, starts(in, nb, 60, 100+seed), DefaultConfig(in.N()), 1)
		if err != nil {
			t.Fatal(err)
		}
		before := p.total
		p.Run(rand.NewPCG(seed, 0), nil)
		t.Logf("from %d to %d in all, best %d, %d children", before, p.total, p.BestLength(), p.Children)
		if best != 0 && best != p.BestLength() {
			t.Errorf("seed %d ends at %d, another at %d", seed, p.BestLength(), best)
		}
		best = p.BestLength()
	}
}

// The two cities of a fixed edge count as one where AB-cycles are linked: those of directed distances,
// of which each city has one edge of either parent, are linked where they pass one city on its
// way in and on its way out.
func TestLinksOverFixedEdges(t *testing.T) {
	in := streets(10)
	nb := nearest(in)
	ts := starts(in, nb, 2, 3)
	p := tsptest.Must(NewPopulation(in, nb, ts, DefaultConfig(in.N()), 1))
	if p.Stage() != Block {
		t.Errorf("the first stage is %v, want %v", p.Stage(), Block)
	}
	x := p.crossers[0]
	x.differ(&p.tours[0], &p.tours[1])
	x.trace(rand.NewPCG(1, 2), math.MaxInt, math.MinInt64)
	x.graph()
	cycle := map[int32]int32{}
	for id := range int32(x.cycles.len()) {
		for _, v := range x.cycles.city[x.cycles.start[id]:x.cycles.start[id+1]] {
			cycle[v] = id
		}
	}
	want := map[[2]int32]int{}
	for v, id := range cycle {
		if other, ok := cycle[max(x.s.fixed[2*v], x.s.fixed[2*v+1])]; ok && other != id {
			want[[2]int32{id, other}]++
		}
	}
	got := map[[2]int32]int{}
	for id := range int32(x.cycles.len()) {
		for _, other := range x.blocks.to[x.blocks.start[id]:x.blocks.start[id+1]] {
			got[[2]int32{id, other}]++
		}
	}
	if len(want) == 0 || !maps.Equal(got, want) {
		t.Errorf("links %v, want %v", got, want)
	}
}
