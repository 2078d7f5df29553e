package eax

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tspmcts/tsp"
)

func points(tb testing.TB, m tsp.Metric, x, y []float64) *tsp.Instance {
	in, err := tsp.NewPoints(m.String(), m, x, y, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return in
}

// instances are small ones of every kind that the code treats differently.
func instances(tb testing.TB) map[string]*tsp.Instance {
	r := rand.New(rand.NewPCG(7, 7))
	x, y := random(300, 1)
	set := map[string]*tsp.Instance{
		"EUC_2D":   points(tb, tsp.Euc2D, x, y),
		"CEIL_2D":  points(tb, tsp.Ceil2D, x, y),
		"FLOOR_2D": points(tb, tsp.Floor2D, x, y),
		"EXACT_2D": points(tb, tsp.Exact2D, x, y),
	}
	n := 150
	lat, lon := make([]float64, n), make([]float64, n)
	for i := range n {
		lat[i], lon[i] = r.Float64()*90-45, r.Float64()*170-85
	}
	set["GEO"] = points(tb, tsp.Geo, lat, lon)
	w := make([]int32, n*n)
	for i := range n {
		for j := range i {
			w[i*n+j] = int32(r.IntN(1000))
			w[j*n+i] = w[i*n+j]
		}
	}
	m, err := tsp.NewMatrix("matrix", n, w)
	if err != nil {
		tb.Fatal(err)
	}
	set["EXPLICIT"] = m
	cx, cy := random(200, 2)
	for i := range cx { // 8 clusters of 25, far apart
		cx[i], cy[i] = cx[i]/100+float64(i%4)*5000, cy[i]/100+float64(i/4%2)*7000
	}
	set["clusters"] = points(tb, tsp.Euc2D, cx, cy)
	dx, dy := random(200, 3)
	for i := range dx { // every city many times
		dx[i], dy[i] = dx[i%11], dy[i%11]
	}
	set["duplicates"] = points(tb, tsp.Euc2D, dx, dy)
	fx, fy := random(200, 4)
	f := points(tb, tsp.Euc2D, fx, fy)
	var fixed [][2]int32
	for i := range int32(60) { // paths of three edges
		fixed = append(fixed, [2]int32{i + i/3, i + i/3 + 1})
	}
	if err := f.SetFixed(fixed); err != nil {
		tb.Fatal(err)
	}
	set["fixed"] = f
	tx, ty := random(8, 5)
	set["tiny"] = points(tb, tsp.Euc2D, tx, ty)
	return set
}

func starts(in *tsp.Instance, nb *tsp.Neighbors, n int, seed uint64, or bool, kicks int) []tsp.Tour {
	rng := rand.NewPCG(seed, 1)
	ts := make([]tsp.Tour, n)
	for i := range ts {
		ts[i] = start(in, nb, rng, or, kicks)
	}
	return ts
}

// Laws: a child is a tour with every fixed edge; its gain is the length before
// minus the length after; evaluating restores the parent; the census and the
// lengths agree with the tours.
func TestLaws(t *testing.T) {
	for name, in := range instances(t) {
		t.Run(name, func(t *testing.T) {
			nb := nearest(t, in)
			for _, sel := range []Selection{Greedy, Entropy} {
				for _, slack := range []float64{0, 0.5, 1000} {
					cfg := DefaultConfig(in.N())
					cfg.Selection, cfg.Slack = sel, slack
					if slack == 0 {
						cfg.Harvest = 5
					}
					p, err := NewPopulation(in, nb, starts(in, nb, 12, 3, false, 0), cfg, 1)
					if err != nil {
						t.Fatal(err)
					}
					rng := rand.NewPCG(5, 5)
					for range 60 {
						if p.Stage() == Done {
							break
						}
						if p.Counts.Generations == 15 {
							p.enter(Block)
						}
						p.Generation(rng, nil)
						audit(t, p)
					}
				}
			}
		})
	}
}

func audit(t *testing.T, p *Population) {
	t.Helper()
	fresh := newCensus(p.s.n, len(p.tours))
	for i := range p.tours {
		tour := p.Tour(i)
		if err := p.s.in.Check(tour); err != nil {
			t.Fatal(err)
		}
		if got, want := p.Length(i), p.s.in.Length(tour); got != want {
			t.Fatalf("tour %d has length %d, want %d", i, got, want)
		}
		p.crossers[0].recheckOrder(&p.tours[i])
		fresh.tour(p.tours[i].ord, 1)
	}
	if p.s.n > 2 && fresh.entropy() != p.census.entropy() {
		t.Fatal("the census is not that of the tours")
	}
}

// Every child is exact, not just the ones that replace a parent.
func TestEveryChild(t *testing.T) {
	for name, in := range instances(t) {
		t.Run(name, func(t *testing.T) {
			nb := nearest(t, in)
			cfg := DefaultConfig(in.N())
			ts := starts(in, nb, 6, 9, false, 0)
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
					for i, v := range p.tours[a].ord {
						x.pos[v] = int32(i)
					}
					x.trace(rng, 1<<30, -1<<60)
					checkCycles(t, x, &p.tours[a], &p.tours[b])
					if len(x.apart) == 0 {
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
func checkCycles(t *testing.T, x *Crosser, a, b *individual) {
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

// The result does not depend on the number of workers, and the seed fixes it.
func TestDeterminism(t *testing.T) {
	x, y := random(250, 11)
	in := points(t, tsp.Euc2D, x, y)
	nb := nearest(t, in)
	ts := starts(in, nb, 21, 4, true, 0)
	var want []tsp.Tour
	for _, workers := range []int{1, 1, 2, 3, 30} {
		p, err := NewPopulation(in, nb, ts, DefaultConfig(in.N()), workers)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.NewPCG(1, 1)
		for range 20 {
			p.Generation(rng, nil)
		}
		got := p.Tours()
		if want == nil {
			want = got
		}
		for i := range want {
			if !slices.Equal(want[i], got[i]) {
				t.Fatalf("%d workers: tour %d differs", workers, i)
			}
		}
	}
}

// Fixed work at fixed seeds: a change of these numbers is a change of the search.
func TestSignature(t *testing.T) {
	x, y := random(400, 13)
	in := points(t, tsp.Euc2D, x, y)
	nb := nearest(t, in)
	p, err := NewPopulation(in, nb, starts(in, nb, 40, 6, false, 0), DefaultConfig(in.N()), 2)
	if err != nil {
		t.Fatal(err)
	}
	p.Run(rand.NewPCG(6, 6), nil)
	got := fmt.Sprint(p.BestLength(), p.total, p.Counts)
	const want = "149038 5962524 {82 3280 36956 14320 12289 1922}"
	if got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

// Instances too small for crossover are kept; the smallest others work.
func TestTiny(t *testing.T) {
	for n := 1; n <= 9; n++ {
		x, y := random(n, uint64(n))
		in := points(t, tsp.Euc2D, x, y)
		nb := nearest(t, in)
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

func TestReplaceAndCross(t *testing.T) {
	x, y := random(150, 14)
	in := points(t, tsp.Euc2D, x, y)
	nb := nearest(t, in)
	ts := starts(in, nb, 20, 6, false, 0)
	p, err := NewPopulation(in, nb, ts[:10], DefaultConfig(in.N()), 1)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.NewPCG(3, 3)
	for i := range 10 {
		before := p.Length(i)
		if done := p.Cross(i, (i+1)%10, rng); done != (p.Length(i) < before) {
			t.Fatalf("replaced %v, length %d after %d", done, p.Length(i), before)
		}
		audit(t, p)
		if err := p.Replace(i, ts[10+i]); err != nil {
			t.Fatal(err)
		}
		audit(t, p)
	}
	if err := p.Replace(0, ts[0][1:]); err == nil {
		t.Fatal("a tour without a city was taken")
	}
	var stop atomic.Bool
	stop.Store(true)
	before := p.Tours()
	p.Generation(rng, &stop)
	for i, tour := range p.Tours() {
		if !slices.Equal(tour, before[i]) {
			t.Fatal("a stopped generation changed a tour")
		}
	}
}

func TestValidate(t *testing.T) {
	for _, n := range []int{1, 1000, 1000000} {
		if err := DefaultConfig(n).Validate(); err != nil {
			t.Error(err)
		}
	}
	for name, change := range map[string]func(*Config){
		"Children":  func(c *Config) { c.Children = 0 },
		"Harvest":   func(c *Config) { c.Harvest = -1 },
		"Near":      func(c *Config) { c.Near = 0 },
		"Patience":  func(c *Config) { c.Patience = 0 },
		"Slack":     func(c *Config) { c.Slack = math.NaN() },
		"Selection": func(c *Config) { c.Selection = 7 },
	} {
		c := DefaultConfig(100)
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkPair crosses pairs of 2-opt and Or-opt tours without replacing any.
func BenchmarkPair(b *testing.B) {
	for _, n := range []int{500, 1000, 10000} {
		for _, stage := range []Stage{Single, Block} {
			b.Run(fmt.Sprintf("%d/%v", n, stage), func(b *testing.B) {
				x, y := random(n, 15)
				in := points(b, tsp.Euc2D, x, y)
				nb := nearest(b, in)
				p, err := NewPopulation(in, nb, starts(in, nb, 10, 7, true, 0), DefaultConfig(n), 1)
				if err != nil {
					b.Fatal(err)
				}
				c := p.crossers[0]
				c.least, c.enough = p.least(), 1<<40 // children are evaluated, none is taken
				rng := rand.NewPCG(8, 8)
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					c.cross(&p.tours[i%10], &p.tours[(i+1)%10], stage, rng)
					i++
				}
				b.ReportMetric(float64(c.Counts.Children)/b.Elapsed().Seconds(), "children/s")
			})
		}
	}
}

func TestConverges(t *testing.T) {
	x, y := random(200, 12)
	in := points(t, tsp.Euc2D, x, y)
	nb := nearest(t, in)
	var best int64
	for seed := range uint64(3) {
		p, err := NewPopulation(in, nb, starts(in, nb, 60, 100+seed, true, 0), DefaultConfig(in.N()), 1)
		if err != nil {
			t.Fatal(err)
		}
		before := p.Average()
		p.Run(rand.NewPCG(seed, 0), nil)
		t.Logf("from %.0f to %d, average %.1f, %+v", before, p.BestLength(), p.Average(), p.Counts)
		if best != 0 && best != p.BestLength() {
			t.Errorf("seed %d ends at %d, another at %d", seed, p.BestLength(), best)
		}
		best = p.BestLength()
	}
}

// TestMeasure prints curves; EAX_MEASURE holds "set lines tours kicks".
func TestMeasure(t *testing.T) {
	spec := os.Getenv("EAX_MEASURE")
	if spec == "" {
		t.Skip("EAX_MEASURE is not set")
	}
	var set string
	var lines, tours, kicks int
	fmt.Sscan(spec, &set, &lines, &tours, &kicks)
	env := func(name string, v *int) {
		if s := os.Getenv(name); s != "" {
			*v, _ = strconv.Atoi(s)
		}
	}
	workers := 1
	env("EAX_WORKERS", &workers)
	first, repeat := 0, 1
	env("EAX_FIRST", &first)
	env("EAX_REPEAT", &repeat)
	var squares float64
	var gaps, secs, singles float64
	// cpu is the processor time used since now: wall time means little on a shared machine
	used := processorTime
	setup := 0.0
	zero := used()
	cpu := func() float64 { return used() - zero - setup }
	for run := range lines * repeat {
		line := first + run%lines
		u := used()
		in, best := uniform(t, set, line)
		nb := nearest(t, in)
		began := time.Now()
		ts := cached(in, nb, tours, uint64(line), kicks)
		built := time.Since(began)
		setup += used() - u
		cfg := DefaultConfig(in.N())
		env("EAX_CHILDREN", &cfg.Children)
		env("EAX_PATIENCE", &cfg.Patience)
		env("EAX_HARVEST", &cfg.Harvest)
		env("EAX_NEAR", &cfg.Near)
		if os.Getenv("EAX_GREEDY") != "" {
			cfg.Selection = Greedy
		}
		if v := os.Getenv("EAX_SLACK"); v != "" {
			cfg.Slack, _ = strconv.ParseFloat(v, 64)
		}
		began = time.Now()
		p, err := NewPopulation(in, nb, ts, cfg, workers)
		if err != nil {
			t.Fatal(err)
		}
		if os.Getenv("EAX_BLOCK") != "" {
			p.enter(Block)
		}
		lost := func() int {
			ref := reference(t, set, line)
			if ref == nil {
				return -1
			}
			c := 0
			for i, v := range ref {
				if p.census.of(p.s.id[v], p.s.id[ref[(i+1)%len(ref)]]) == 0 {
					c++
				}
			}
			return c
		}
		gap := func() float64 {
			tour, _ := p.Best()
			return 100 * (in.Value(tour)/best - 1)
		}
		avg := func() float64 { return 100 * (in.InUnit(int64(p.Average()))/best - 1) }
		t.Logf("%s: %d tours in %.2fs, best %.3f average %.3f", in.Name, tours, built.Seconds(), gap(), avg())
		rng := rand.NewPCG(uint64(run), 77)
		verbose := os.Getenv("EAX_VERBOSE") != ""
		every := 10
		env("EAX_VERBOSE", &every)
		var single Counts
		singleAt, singleGap := time.Duration(0), 0.0
		for p.Stage() != Done {
			stage := p.Stage()
			p.Generation(rng, nil)
			if verbose && p.Counts.Generations%int64(every) == 0 {
				t.Logf("  %v gen %d %.2fs best %.4f avg %.4f lost %d entropy %.0f %+v", p.stage, p.Counts.Generations, time.Since(began).Seconds(), gap(), avg(), lost(), p.Entropy(), p.Counts)
			}
			if stage == Single && p.Stage() != Single {
				single, singleAt, singleGap = p.Counts, time.Since(began), gap()
			}
		}
		took := time.Since(began)
		t.Logf("  single: %.2fs gap %.4f %+v", singleAt.Seconds(), singleGap, single)
		t.Logf("  end:    %.2fs gap %.4f avg %.4f %+v", took.Seconds(), gap(), avg(), p.Counts)
		singles += singleGap
		gaps += gap()
		squares += gap() * gap()
		secs += took.Seconds()
	}
	runs := float64(lines * repeat)
	mean := gaps / runs
	t.Logf("CPU %.2f MEAN single %.4f gap %.4f +- %.4f seconds %.2f", cpu()/runs, singles/runs, mean, math.Sqrt((squares/runs-mean*mean)/runs), secs/runs)
}
