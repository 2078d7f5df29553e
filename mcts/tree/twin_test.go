package tree

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
	"tspmcts/twoopt"
)

// twin is the paper's search once more, as plainly as it is described: dense n x n
// arrays, a copy of the tour for every action, sums over whole rows, formulas as
// printed. It shares with worker the random numbers and the order in which they are
// used, the candidate lists (which have a test of their own), and nothing else. Its
// floating point differs from worker's in the last digits: worker keeps Omega as a
// running sum, multiplies by its inverse, rounds a backpropagated increment to 2^-40
// and the logarithm to float32, and draws first tours by integer weights of 40 bits. A
// drawn city would differ only where a draw falls within such a rounding of a boundary
// between two cities, less than once in 10^7 draws; W is compared to nine digits.
type twin struct {
	in    *tsp.Instance
	cfg   Config
	list  [][]int32 // candidates
	W     [][]float64
	Q     [][]int64
	M     int64
	rng   meter.Stream
	tour  []int32
	taken [][2]int32 // edges that the last action chose, in order
}

// problem is what worker and twin search: an instance, its heatmap, and candidates.
type problem struct {
	in   *tsp.Instance
	m    *heatmap.Map
	list [][]int32
}

// newProblem lists the most probable cities of the map as candidates, then the nearest;
// or the nearest.
func newProblem(in *tsp.Instance, source string, candidates int, byHeatmap bool) *problem {
	nb := tsptest.Must(tsp.NearestNeighbors(context.Background(), in, max(candidates, 10)))
	p := &problem{in: in, m: heatmap.Zero(in.N())}
	if source == "gtprior" {
		p.m = tsptest.Must(heatmap.GTPrior(context.Background(), in, nb, heatmap.PublishedRanks(in.N())))
	}
	for i := range int32(in.N()) {
		var list []int32
		if byHeatmap {
			cities, _ := p.m.Of(i)
			list = append(list, cities...)
		}
		for _, j := range nb.Of(i) {
			if !slices.Contains(list, j) {
				list = append(list, j)
			}
		}
		p.list = append(p.list, list[:min(len(list), candidates)])
	}
	return p
}

// search returns a search of the problem.
func (p *problem) search(cfg Config, seed, index uint64) *Search {
	m := meter.New(context.Background(), meter.Budget{}, nil)
	cand := twoopt.NewCandidates(p.in, func(i int32) []int32 { return p.list[i] })
	var rng meter.Stream
	rng.Start(seed, meter.ForWorker, index, 0)
	return New(p.in, NewStats(cand, p.m, m), cfg, m, rng)
}

func newTwin(p *problem, cfg Config, seed, index uint64) *twin {
	n := p.in.N()
	t := &twin{in: p.in, cfg: cfg, list: p.list, W: make([][]float64, n), Q: make([][]int64, n)}
	for i := range n {
		t.W[i], t.Q[i] = make([]float64, n), make([]int64, n)
		cities, ps := p.m.Of(int32(i))
		for k, j := range cities {
			t.W[i][j] = 100 * float64(ps[k])
		}
	}
	t.rng.Start(seed, meter.ForWorker, index, 0)
	return t
}

func (t *twin) n() int { return len(t.list) }

func (t *twin) isCandidate(i, j int32) bool { return slices.Contains(t.list[i], j) }

// look adds 1 to Q in both directions, where they are candidates.
func (t *twin) look(i, j int32) {
	if t.isCandidate(i, j) {
		t.Q[i][j]++
	}
	if t.isCandidate(j, i) {
		t.Q[j][i]++
	}
}

// credit is backpropagation.
func (t *twin) credit(added [][2]int32, gain, length int64) {
	for _, e := range added {
		for _, d := range [][2]int32{e, {e[1], e[0]}} {
			if t.isCandidate(d[0], d[1]) {
				t.W[d[0]][d[1]] += t.cfg.Beta * (math.Exp(float64(gain)/float64(length)) - 1)
			}
		}
	}
}

// fixedPath returns the cities that fixed edges chain to c, from c on.
func (t *twin) fixedPath(c int32) []int32 {
	path := []int32{c}
	for {
		grown := false
		for j := range int32(t.n()) {
			if t.in.IsFixed(path[len(path)-1], j) && !slices.Contains(path, j) {
				path = append(path, j)
				grown = true
				break
			}
		}
		if !grown {
			return path
		}
	}
}

// degree returns the number of fixed edges at c.
func (t *twin) degree(c int32) (d int) {
	for _, e := range t.in.Fixed {
		if e[0] == c || e[1] == c {
			d++
		}
	}
	return d
}

// drawTour is step 1.
func (t *twin) drawTour() {
	var free []int32 // cities that may be entered; the last one takes the place of one that is visited
	for c := range int32(t.n()) {
		if t.degree(c) < 2 {
			free = append(free, c)
		}
	}
	t.tour = nil
	visit := func(c int32) {
		for _, v := range t.fixedPath(c) {
			t.tour = append(t.tour, v)
			if i := slices.Index(free, v); i >= 0 {
				free[i] = free[len(free)-1]
				free = free[:len(free)-1]
			}
		}
	}
	visit(free[t.rng.Below(int32(len(free)))])
	for len(free) > 0 {
		c := t.tour[len(t.tour)-1]
		var listed []int32
		var sum, max float64
		for _, j := range t.list[c] {
			if slices.Contains(free, j) {
				listed = append(listed, j)
				max = math.Max(max, t.W[c][j])
			}
		}
		for _, j := range listed {
			sum += math.Exp(t.W[c][j] - max)
		}
		others := math.Exp(-max) * float64(len(free)-len(listed)) // W = 0
		u := float64(t.rng.Uint64()) * 0x1p-64 * (sum + others)
		if u < others { // one of them, by a further draw
			for {
				j := free[t.rng.Below(int32(len(free)))]
				if !slices.Contains(listed, j) {
					visit(j)
					break
				}
			}
			continue
		}
		u -= others
		for k, j := range listed {
			x := math.Exp(t.W[c][j] - max)
			if u < x || k == len(listed)-1 {
				visit(j)
				break
			}
			u -= x
		}
	}
}

// at returns the city at position p, cyclically.
func (t *twin) at(p int) int32 { return t.tour[(p+t.n())%t.n()] }

// orient makes the tour begin at city a and go on to city b.
func (t *twin) orient(a, b int32) {
	t.tour = tsptest.Rotate(t.tour, a)
	if t.tour[1] != b {
		slices.Reverse(t.tour)
		t.tour = tsptest.Rotate(t.tour, a)
	}
}

// twoOpt is step 2: every move that adds an edge to a candidate, from either side. The
// orientation of the tour decides which moves are looked at; like worker, it turns the
// shorter part of the tour.
func (t *twin) twoOpt() {
	for again := true; again; {
		again = false
		for i := range int32(t.n()) {
			for _, j := range t.list[i] {
				for _, side := range []int{1, -1} {
					p, q := slices.Index(t.tour, i), slices.Index(t.tour, j)
					ni, nj := t.at(p+side), t.at(q+side)
					if nj == i || ni == j || t.in.IsFixed(i, ni) || t.in.IsFixed(j, nj) {
						continue
					}
					t.M++
					t.look(i, j)
					t.look(ni, nj)
					length := t.in.Length(t.tour)
					next := reverse(t.tour, p+1, q)
					if side < 0 {
						next = reverse(t.tour, p, t.n()+q-1)
					}
					gain := length - t.in.Length(next)
					if gain > 0 {
						t.credit([][2]int32{{i, j}, {ni, nj}}, gain, length)
						t.tour = next
						again = true
					}
				}
			}
		}
	}
}

// reverse returns tour with positions from to to, cyclically, read backwards; the
// rest instead where that is shorter, which is the same cycle.
func reverse(tour []int32, from, to int) []int32 {
	n := len(tour)
	from %= n
	size := (to-from+n)%n + 1
	if 2*size > n {
		from, size = (from+size)%n, n-size
	}
	out := slices.Clone(tour)
	for k := range size {
		out[(from+k)%n] = tour[(from+size-1-k)%n]
	}
	return out
}

// omega is the sum of a row of W by n-1.
func (t *twin) omega(i int32) float64 {
	sum := 0.0
	for _, w := range t.W[i] {
		sum += w
	}
	return sum / float64(t.n()-1)
}

// Z is the potential of the edge i-j in an action that is number M.
func (t *twin) Z(i, j int32) float64 {
	first := 1.0
	if o := t.omega(i); o > 0 {
		first = t.W[i][j] / o
	}
	return first + t.cfg.Alpha*math.Sqrt(math.Log(float64(t.M))/float64(t.Q[i][j]+1))
}

// action is step 3: it returns the gain and, if that is positive, the changed
// tour. The M of the formula is the number of simulations before this one.
func (t *twin) action() (gain int64, tour []int32) {
	n := t.n()
	t.M++
	t.taken = nil
	chosen := [][2]int32{} // all but the closing edge
	defer func() {
		for _, e := range chosen {
			t.look(e[0], e[1])
		}
	}()
	a1 := t.rng.Below(int32(n))
	pi := tsptest.Rotate(t.tour, a1) // a1 b1 ...
	b := pi[1]
	if t.in.IsFixed(a1, b) {
		return 0, nil
	}
	length := t.in.Length(pi)
	for level := 1; level < t.cfg.Depth; level++ {
		// pi is a tour a1 b ... : its closing edge is a1-b.
		type option struct {
			city int32
			z    float64
		}
		var options []option
		sum := 0.0
		for _, j := range t.list[b] {
			if j == a1 || j == pi[2] {
				continue
			}
			if i := slices.Index(pi, j); t.in.IsFixed(pi[i], pi[i-1]) {
				continue
			}
			if z := t.Z(b, j); z >= 1 {
				options = append(options, option{j, z})
				sum += z
			}
		}
		if len(options) == 0 {
			return 0, nil
		}
		u := float64(t.rng.Uint64()>>11) * 0x1p-53 * sum
		k := 0
		for ; k < len(options)-1; k++ {
			if u -= options[k].z; u < 0 {
				break
			}
		}
		a := options[k].city
		t.taken = append(t.taken, [2]int32{b, a})
		chosen = append(chosen, [2]int32{b, a})
		i := slices.Index(pi, a)
		next := slices.Clone(pi)
		slices.Reverse(next[1:i])
		pi = next
		b = pi[1]
		if gain = length - t.in.Length(pi); gain > 0 {
			t.taken = append(t.taken, [2]int32{b, a1})
			return gain, pi
		}
	}
	return 0, nil
}

// compare fails unless the worker knows what the twin knows.
func (t *twin) compare(tt *testing.T, w *Search, when string) {
	tt.Helper()
	st := w.stats
	if st.sims != t.M {
		tt.Fatalf("%s: M is %d, want %d", when, st.sims, t.M)
	}
	if got := w.in.Length(w.tour.Order); got != w.length || got != t.in.Length(t.tour) {
		tt.Fatalf("%s: length %d, kept as %d, want %d", when, got, w.length, t.in.Length(t.tour))
	}
	if !slices.Equal(tsptest.Rotate(w.tour.Order, 0), tsptest.Rotate(t.tour, 0)) {
		tt.Fatalf("%s: tour %v, want %v", when, tsptest.Rotate(w.tour.Order, 0), tsptest.Rotate(t.tour, 0))
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }
	for i := range int32(t.n()) {
		if !near(st.omega[i], t.omega(i)) {
			tt.Fatalf("%s: Omega of %d is %.17g, want %.17g", when, i, st.omega[i], t.omega(i))
		}
		for k := st.cand.Start[i]; k < st.cand.Start[i+1]; k++ {
			j := st.cand.City[k]
			if !near(st.weight[k], t.W[i][j]) {
				tt.Fatalf("%s: W(%d,%d) is %.17g, want %.17g", when, i, j, st.weight[k], t.W[i][j])
			}
			// Q plays no part without alpha, and worker's 2-opt does not count it then.
			if t.cfg.Alpha > 0 && int64(st.visits[k]) != t.Q[i][j] {
				tt.Fatalf("%s: Q(%d,%d) is %d, want %d", when, i, j, st.visits[k], t.Q[i][j])
			}
		}
	}
}

// TestTwin lets worker and twin search the same instances with the same random
// numbers, and compares every drawn tour, every chosen edge, gain and applied
// move, and all statistics, through several restarts.
func TestTwin(t *testing.T) {
	type setting struct {
		n          int
		source     string
		alpha      float64
		beta       float64
		pool       float64
		candidates int
		order      string
		depth      int
	}
	var settings []setting
	for _, source := range []string{"zero", "gtprior"} {
		for i, alpha := range []float64{0, 1, 2} {
			for _, order := range []string{"heatmap", "distance"} {
				for _, depth := range []int{2, 10, 200} {
					settings = append(settings, setting{14 + 3*len(settings)%23, source, alpha, 10, 2, 5, order, depth})
				}
			}
			settings = append(settings, setting{30, source, alpha, 150, 5, 20, "heatmap", 50}, setting{12, source, alpha, 100, 10, 1000, "distance", 10},
				setting{2*shortList + i%7, source, alpha, 10, 2, 1000, "heatmap", 30})
		}
	}
	actions := 700
	if testing.Short() {
		actions = 100
	}
	for i, s := range settings {
		m := tsp.Euc2D
		if i%4 == 3 {
			m = tsp.Explicit
		}
		t.Run(fmt.Sprintf("%+v %v", s, m), func(t *testing.T) {
			cfg := Config{Alpha: s.alpha, Beta: s.beta, Pool: s.pool, Depth: s.depth}
			in := tsptest.Random(m, s.n, uint64(i))
			if i%5 == 4 {
				tsptest.FixSome(in, uint64(i))
			}
			runTwins(t, newProblem(in, s.source, s.candidates, s.order == "heatmap"), cfg, uint64(i), actions)
		})
	}
}

func runTwins(t *testing.T, p *problem, cfg Config, seed uint64, actions int) {
	w := p.search(cfg, seed, 0)
	d := newTwin(p, cfg, seed, 0)
	improved, edges := 0, 0
	for done := 0; done < actions; {
		tour := w.DrawTour()
		d.drawTour()
		if !slices.Equal([]int32(tour), d.tour) {
			t.Fatalf("first tour %v, want %v", tour, d.tour)
		}
		w.tour.Set(tour)
		w.length = w.in.Length(tour)
		w.twoOptSweeps()
		d.twoOpt()
		d.compare(t, w, "after 2-opt")
		pool := int(cfg.Pool * float64(d.n()))
		for k := 0; k < pool; k, done = k+1, done+1 {
			when := fmt.Sprintf("action %d", done)
			length := w.length
			got := w.simulate()
			want, after := d.action()
			edges += len(d.taken)
			chose := w.edges()
			if got == 0 {
				chose = chose[:len(chose)-1] // it is not closed
			}
			if !slices.Equal(chose, d.taken) {
				t.Fatalf("%s: chose %v, want %v", when, chose, d.taken)
			}
			if got != want {
				t.Fatalf("%s: gain %d, want %d (edges %v)", when, got, want, d.taken)
			}
			if got > 0 {
				improved++
				w.stats.Backpropagate(chose, cfg.Beta, got, length)
				w.action.path.Apply(w.tour)
				w.length -= got
				d.credit(d.taken, want, length)
				d.tour = after
				// Both have the same cycle; the next a1 and b1 are of worker's
				// orientation.
				d.orient(w.tour.Order[0], w.tour.Order[1])
				k = -1
			}
			if got > 0 || done%97 == 0 {
				d.compare(t, w, when)
			}
		}
		d.compare(t, w, "after the pool")
	}
	t.Logf("%d improvements, %d edges chosen", improved, edges)
}

// Statistics of long lists are not begun without time, and copies of them have what is counted for
// themselves, and what the candidates say together.
func TestStatsOfLongLists(t *testing.T) {
	const n = 200
	p := newProblem(tsptest.Random(tsp.Euc2D, n, 1), "gtprior", n-1, true)
	if len(p.list[0]) <= shortList {
		t.Fatal("the lists are short")
	}
	cand := twoopt.NewCandidates(p.in, func(i int32) []int32 { return p.list[i] })
	ended := meter.New(t.Context(), meter.Budget{}, nil)
	ended.End(meter.StopTime)
	if NewStats(cand, p.m, ended) != nil {
		t.Error("there are statistics, without time for any")
	}
	st := NewStats(cand, p.m, meter.New(t.Context(), meter.Budget{}, nil))
	c := st.Clone()
	if &c.mirror[0] != &st.mirror[0] || &c.byCity[0] != &st.byCity[0] {
		t.Error("the copy has its own candidates")
	}
	before := st.State()
	c.Visit(0)
	c.Backpropagate([][2]int32{{0, p.list[0][0]}}, 10, 5, 100)
	c.setOmega(0, 7)
	if !reflect.DeepEqual(st.State(), before) || reflect.DeepEqual(c.State(), before) {
		t.Error("what the copy counts is counted twice, or not at all")
	}
}
