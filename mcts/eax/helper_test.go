package eax

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tspmcts/tsp"
)

func nearest(tb testing.TB, in *tsp.Instance) *tsp.Neighbors {
	nb, err := tsp.NearestNeighbors(tb.Context(), in, 10)
	if err != nil {
		tb.Fatal(err)
	}
	return nb
}

// search is 2-opt and Or-opt over neighbour lists on an array, for start tours.
type search struct {
	in     *tsp.Instance
	nb     *tsp.Neighbors
	t, pos []int32
	queue  []int32
	queued []bool
	or     bool
	log    [][2]int32
}

func newSearch(in *tsp.Instance, nb *tsp.Neighbors, t tsp.Tour, or bool) *search {
	s := &search{in: in, nb: nb, t: t, pos: make([]int32, len(t)), queued: make([]bool, len(t)), or: or}
	for i, v := range t {
		s.pos[v] = int32(i)
	}
	return s
}

func (s *search) at(p int32) int32 {
	n := int32(len(s.t))
	if p < 0 {
		p += n
	} else if p >= n {
		p -= n
	}
	return s.t[p]
}
func (s *search) succ(v int32) int32 { return s.at(s.pos[v] + 1) }
func (s *search) pred(v int32) int32 { return s.at(s.pos[v] - 1) }
func (s *search) push(v int32) {
	if !s.queued[v] {
		s.queued[v] = true
		s.queue = append(s.queue, v)
	}
}

// reverse reverses the path from position i forward to position j.
func (s *search) reverse(i, j int32) {
	n := int32(len(s.t))
	s.log = append(s.log, [2]int32{i, j})
	size := j - i + 1
	if size <= 0 {
		size += n
	}
	if 2*size > n {
		i, j = j+1, i-1
		size = n - size
		if i == n {
			i = 0
		}
		if j < 0 {
			j = n - 1
		}
	}
	for range size / 2 {
		a, b := s.t[i], s.t[j]
		s.t[i], s.t[j] = b, a
		s.pos[a], s.pos[b] = j, i
		if i++; i == n {
			i = 0
		}
		if j--; j < 0 {
			j = n - 1
		}
	}
}

// run improves until the queue is empty and returns the gain.
func (s *search) run() int64 {
	var total int64
	for len(s.queue) > 0 {
		v := s.queue[0]
		s.queue = s.queue[1:]
		s.queued[v] = false
		for {
			g := s.improve(v)
			if g == 0 {
				break
			}
			total += int64(g)
		}
	}
	s.queue = s.queue[:0:0]
	return total
}

func (s *search) improve(a int32) int32 {
	d := s.in.Dist
	for dir := range 2 {
		b := s.succ(a)
		if dir == 1 {
			b = s.pred(a)
		}
		if s.in.IsFixed(a, b) {
			continue
		}
		ab := d(a, b)
		for _, c := range s.nb.Of(a) {
			ac := d(a, c)
			if ac >= ab {
				break
			}
			e := s.succ(c)
			if dir == 1 {
				e = s.pred(c)
			}
			if c == b || e == a {
				continue
			}
			if !s.in.IsFixed(c, e) {
				if g := ab + d(c, e) - ac - d(b, e); g > 0 {
					if dir == 0 {
						s.reverse(s.pos[b], s.pos[c])
					} else {
						s.reverse(s.pos[c], s.pos[b])
					}
					s.push(a)
					s.push(b)
					s.push(c)
					s.push(e)
					return g
				}
			}
		}
	}
	if !s.or {
		return 0
	}
	return s.orOpt(a)
}

// orOpt moves a stretch of up to 3 cities that begins at a next to a near city.
func (s *search) orOpt(a int32) int32 {
	d := s.in.Dist
	n := int32(len(s.t))
	for dir := range 2 {
		step := s.succ
		back := s.pred
		if dir == 1 {
			step, back = back, step
		}
		p := back(a)
		if s.in.IsFixed(p, a) {
			continue
		}
		last := a
		for size := int32(1); size <= 3 && size < n-3; size++ {
			if size > 1 {
				last = step(last)
			}
			q := step(last)
			if q == p || s.in.IsFixed(last, q) {
				continue
			}
			open := d(p, a) + d(last, q) - d(p, q)
			if open <= 0 {
				continue
			}
			for _, c := range s.nb.Of(a) {
				ac := d(a, c)
				if ac >= open {
					break
				}
				in := false
				for v, i := a, int32(0); i < size; i++ {
					in = in || v == c
					v = step(v)
				}
				if in {
					continue
				}
				for side := range 2 {
					e := step(c) // the stretch goes between c and e
					if side == 1 {
						e = back(c)
					}
					inside := false
					for v, i := a, int32(0); i < size; i++ {
						inside = inside || v == e
						v = step(v)
					}
					if inside || s.in.IsFixed(c, e) {
						continue
					}
					if g := open + d(c, e) - ac - d(last, e); g > 0 {
						// rebuild by moving cities one by one: take out, put in
						s.splice(a, last, size, dir, c, e)
						for _, v := range [6]int32{p, a, last, q, c, e} {
							s.push(v)
						}
						return g
					}
				}
			}
		}
	}
	return 0
}

// splice moves the stretch a..last between c and e, a next to c, by shifting
// the cities in between; the shorter way round.
func (s *search) splice(a, last int32, size int32, dir int, c, e int32) {
	n := int32(len(s.t))
	seg := make([]int32, 0, 3)
	v := a
	for range size {
		seg = append(seg, v)
		if dir == 0 {
			v = s.succ(v)
		} else {
			v = s.pred(v)
		}
	}
	lo := s.pos[a]
	if dir == 1 {
		lo = s.pos[last]
	}
	hi := (lo + size - 1) % n
	// c and e are adjacent positions outside of lo..hi
	f, g := c, e // f before g in tour direction
	if s.succ(c) != e {
		f, g = e, c
	}
	up := (s.pos[f] - hi + n) % n   // cities between hi and f inclusive
	down := (lo - s.pos[g] + n) % n // cities between g and lo
	put := func(p, v int32) { p = (p + 2*n) % n; s.t[p] = v; s.pos[v] = p }
	var first int32
	if up <= down {
		for i := range up {
			put(lo+i, s.t[(hi+1+i)%n])
		}
		first = lo + up
	} else {
		for i := range down {
			put(hi-i, s.t[(lo-1-i+2*n)%n])
		}
		first = hi - down - size + 1
	}
	// order: a next to c
	for i := range size {
		v := seg[i]
		if f != c {
			v = seg[size-1-i]
		}
		put(first+i, v)
	}
}

// start is a local optimum of 2-opt (and Or-opt) from a randomized greedy-ish
// tour: nearest unvisited among neighbours, from a random city.
func start(in *tsp.Instance, nb *tsp.Neighbors, rng *rand.PCG, or bool, kicks int) tsp.Tour {
	n := in.N()
	t := construct(in, nb, rng)
	s := newSearch(in, nb, t, or)
	for _, v := range t {
		s.push(v)
	}
	s.run()
	// Iterated: a double bridge over a short stretch, kept if not worse.
	if n < 50 || in.Fixed != nil {
		kicks = 0
	}
	old := make([]int32, 0, 200)
	for range kicks {
		p := int32(below(rng, n))
		var cut [3]int32
		for i := range cut {
			cut[i] = 1 + int32(below(rng, 40))
		}
		slices.Sort(cut[:])
		if cut[0] == cut[1] || cut[1] == cut[2] {
			continue
		}
		// p | A: p+1..p+c0 | B: ..p+c1 | C ..p+c2 |: becomes B reversed order A<->... A C B is 3-opt; use C B A
		size := cut[2]
		old = old[:0]
		for i := range size {
			old = append(old, s.at((p+1+i)%int32(n)))
		}
		fresh := append(append(append([]int32{}, old[cut[1]:cut[2]]...), old[cut[0]:cut[1]]...), old[:cut[0]]...)
		before := int64(0)
		after := int64(0)
		l, r := s.at(p), s.at((p+1+size)%int32(n))
		prev, prev2 := l, l
		for i := range old {
			before += int64(in.Dist(prev, old[i]))
			after += int64(in.Dist(prev2, fresh[i]))
			prev, prev2 = old[i], fresh[i]
		}
		before += int64(in.Dist(prev, r))
		after += int64(in.Dist(prev2, r))
		backup := slices.Clone(s.t)
		for i, v := range fresh {
			q := (p + 1 + int32(i)) % int32(n)
			s.t[q], s.pos[v] = v, q
		}
		for _, v := range [8]int32{l, r, fresh[0], fresh[size-1], old[cut[0]-1], old[cut[0]], old[cut[1]-1], old[cut[1]]} {
			s.push(v)
		}
		s.log = s.log[:0]
		if g := s.run(); after-g > before {
			copy(s.t, backup)
			for i, v := range s.t {
				s.pos[v] = int32(i)
			}
		}
	}
	return s.t
}

func construct(in *tsp.Instance, nb *tsp.Neighbors, rng *rand.PCG) tsp.Tour {
	n := int32(in.N())
	seen := make([]bool, n)
	t := make(tsp.Tour, 0, n)
	rest := make([]int32, n)
	for i := range rest {
		rest[i] = int32(i)
	}
	for i := len(rest) - 1; i > 0; i-- {
		j := below(rng, i+1)
		rest[i], rest[j] = rest[j], rest[i]
	}
	v := rest[0]
	for _, v = range rest {
		if _, q := in.FixedPartners(v); q < 0 { // an end of a path, not its inside
			break
		}
	}
	for {
		seen[v] = true
		t = append(t, v)
		next := int32(-1)
		p, q := in.FixedPartners(v)
		for _, f := range [2]int32{p, q} {
			if f >= 0 && !seen[f] {
				next = f
			}
		}
		free := func(w int32) bool { // may be entered: at most one fixed edge, and that leads on
			if seen[w] {
				return false
			}
			p, q := in.FixedPartners(w)
			return q < 0 || seen[p] || seen[q]
		}
		if next < 0 {
			for _, w := range nb.Of(v) {
				if free(w) && (next < 0 || below(rng, 4) == 0) {
					next = w
					if below(rng, 4) > 0 {
						break
					}
				}
			}
		}
		for next < 0 && len(rest) > 0 {
			w := rest[len(rest)-1]
			if seen[w] {
				rest = rest[:len(rest)-1]
				continue
			}
			for i := len(rest) - 1; i >= 0; i-- {
				if free(rest[i]) {
					next = rest[i]
					break
				}
			}
			break
		}
		if next < 0 {
			return t
		}
		v = next
	}
}

// shared finds a directory beside the repository, "" if there is none.
func shared(dir string) string {
	wd, err := os.Getwd()
	if err != nil {
		return ""
	}
	for d := wd; ; d = filepath.Dir(d) {
		p := filepath.Join(d, "shared", dir)
		if _, err := os.Stat(p); err == nil {
			return p
		}
		if d == filepath.Dir(d) {
			return ""
		}
	}
}

// uniform reads a line of a data set and its best known length; nil without the data.
func uniform(tb testing.TB, set string, line int) (*tsp.Instance, float64) {
	dir := shared("data")
	if dir == "" {
		tb.Skip("no shared data")
	}
	f, err := os.Open(filepath.Join(dir, "uniform", set+".txt"))
	if err != nil {
		tb.Skip(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	for range line + 1 {
		sc.Scan()
	}
	var x, y []float64
	fields := strings.Fields(sc.Text())
	for i := 0; i+1 < len(fields) && fields[i] != "output"; i += 2 {
		a, _ := strconv.ParseFloat(fields[i], 64)
		b, _ := strconv.ParseFloat(fields[i+1], 64)
		x, y = append(x, a), append(y, b)
	}
	in, err := tsp.NewPoints(fmt.Sprintf("%s_%d", set, line), tsp.Exact2D, x, y, nil)
	if err != nil {
		tb.Fatal(err)
	}
	best := math.NaN()
	text, _ := os.ReadFile(filepath.Join(dir, "uniform-best.csv"))
	for l := range strings.Lines(string(text)) {
		if name, v, ok := strings.Cut(strings.TrimSpace(l), ","); ok && name == in.Name {
			best, _ = strconv.ParseFloat(v, 64)
		}
	}
	return in, best
}

func random(n int, seed uint64) (x, y []float64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for range n {
		x, y = append(x, math.Floor(r.Float64()*10000)), append(y, math.Floor(r.Float64()*10000))
	}
	return x, y
}

// reference is the tour after "output" in a line of a data set.
func reference(tb testing.TB, set string, line int) tsp.Tour {
	text, err := os.ReadFile(filepath.Join(shared("data"), "uniform", set+".txt"))
	if err != nil {
		tb.Skip(err)
	}
	_, out, _ := strings.Cut(strings.Split(string(text), "\n")[line], "output")
	var t tsp.Tour
	for _, f := range strings.Fields(out) {
		v, _ := strconv.Atoi(f)
		t = append(t, int32(v-1))
	}
	return t[:len(t)-1]
}

// cached is starts, kept in the directory EAX_CACHE if that is set.
func cached(in *tsp.Instance, nb *tsp.Neighbors, n int, seed uint64, kicks int) []tsp.Tour {
	dir := os.Getenv("EAX_CACHE")
	file := filepath.Join(dir, fmt.Sprintf("%s_%d_%d", in.Name, n, kicks))
	if dir != "" {
		if b, err := os.ReadFile(file); err == nil {
			ts := make([]tsp.Tour, n)
			for i := range ts {
				for range in.N() {
					ts[i] = append(ts[i], int32(binary.LittleEndian.Uint32(b)))
					b = b[4:]
				}
			}
			return ts
		}
	}
	ts := starts(in, nb, n, seed, kicks >= 0, kicks)
	if dir != "" {
		var b []byte
		for _, t := range ts {
			for _, v := range t {
				b = binary.LittleEndian.AppendUint32(b, uint32(v))
			}
		}
		os.WriteFile(file, b, 0o644)
	}
	return ts
}
