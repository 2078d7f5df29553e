package stage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/kick"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestDamaged pins that what is no checkpoint, or not all of one, is refused.
func TestDamaged(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 100, 3)
	tour := tsp.SpaceFillingCurve(t.Context(), in)
	whole := &Checkpoint{State: State{Best: tour, Tour: kick.NewTour(in, tour)},
		Stage: &Improving{Operators: []Operator{new(Kicks), &Regions{RNG: rand.NewPCG(1, 2)}}, Yields: make([]Yield, 2)}}
	var b bytes.Buffer
	if err := whole.Encode(&b); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	for name, data := range map[string][]byte{
		"empty":     nil,
		"foreign":   []byte("NAME : x\n"),
		"truncated": file[:len(file)-1],
		"longer":    append(slices.Clone(file), 0),
		"head only": file[:len(magic)+20],
	} {
		if _, err := DecodeCheckpoint(bytes.NewReader(data)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for at := 0; at < len(file); at += 1 + len(file)/200 {
		data := slices.Clone(file)
		data[at] ^= 0x10
		if _, err := DecodeCheckpoint(bytes.NewReader(data)); err == nil {
			t.Errorf("byte %d flipped: accepted", at)
		}
	}
}

// TestForeign pins that a checkpoint is foreign to a search that differs in anything that it is given.
func TestForeign(t *testing.T) {
	points := func(change func(x, y []float64)) *tsp.Instance {
		in := tsptest.Random(tsp.Euc2D, 20, 3)
		change(in.X, in.Y)
		return tsptest.Must(tsp.NewPoints("changed", tsp.Euc2D, in.X, in.Y, nil))
	}
	same := func() *tsp.Instance { return points(func(_, _ []float64) {}) }
	fixed, longer := same(), same()
	if err := errors.Join(fixed.SetFixed([][2]int32{{1, 2}}), longer.SetFixed([][2]int32{{1, 2}, {2, 3}})); err != nil {
		t.Fatal(err)
	}
	believed := func(p float32) *heatmap.Map {
		return tsptest.Must(heatmap.New("some", 20, func(i int32, add func(int32, float32)) { add((i+1)%20, p) }))
	}
	tour := tsptest.Tour(fixed, rand.New(rand.NewPCG(1, 1)))
	graph := func(to int32) *tsp.Instance { return tsptest.Must(tsp.NewGraph("graph", 20, [][2]int32{{0, to}})) }
	path := func(of *tsp.Instance, start, end int32, closed ...[2]int32) Task {
		if err := errors.Join(of.Forbid(closed), of.SetEnds(start, end)); err != nil {
			t.Fatal(err)
		}
		sym := tsp.NewSymmetric(of)
		return Task{In: sym.Instance, Symmetric: sym, Heatmap: believed(.5)}
	}
	tasks := map[string]Task{
		"a graph":            {In: graph(1), Heatmap: believed(.5)},
		"another graph":      {In: graph(2), Heatmap: believed(.5)},
		"a path":             path(same(), 5, -1),
		"another way":        path(same(), -1, 5),
		"a forbidden edge":   path(same(), 5, -1, [2]int32{1, 2}),
		"another edge":       path(same(), 5, -1, [2]int32{1, 3}),
		"a path of a graph":  path(graph(1), 5, -1),
		"one of another":     path(graph(2), 5, -1),
		"points":             {In: same(), Heatmap: believed(.5)},
		"another x":          {In: points(func(x, _ []float64) { x[7]++ }), Heatmap: believed(.5)},
		"another y":          {In: points(func(_, y []float64) { y[7]++ }), Heatmap: believed(.5)},
		"a fixed edge":       {In: fixed, Heatmap: believed(.5)},
		"two fixed edges":    {In: longer, Heatmap: believed(.5)},
		"other beliefs":      {In: fixed, Heatmap: believed(.25)},
		"an initial tour":    {In: fixed, Heatmap: believed(.5), Initial: []tsp.Tour{tour}},
		"another one":        {In: fixed, Heatmap: believed(.5), Initial: []tsp.Tour{tsptest.Rotate(tour, 7)}},
		"a matrix":           {In: tsptest.Random(tsp.Explicit, 20, 3), Heatmap: believed(.5)},
		"another matrix":     {In: tsptest.Random(tsp.Explicit, 20, 4), Heatmap: believed(.5)},
		"what others learnt": {In: fixed, Heatmap: believed(.5), Onward: &Learnt{Tours: 20}},
	}
	for one, task := range tasks {
		for other, again := range tasks {
			of := (&Search{Task: again}).identity()
			err := (&Search{Task: task}).identity().differs(of)
			if (err == nil) != (one == other) || err != nil && !strings.Contains(err.Error(), "another instance") {
				t.Errorf("%s after %s: %v", one, other, err)
			}
		}
	}
}

// TestResumeWithoutFirst pins that no first tour is made for a search that goes on from a checkpoint.
func TestResumeWithoutFirst(t *testing.T) {
	s := begin(t, tsptest.Random(tsp.Euc2D, 500, 3), true, meter.Budget{}, 10, 1000)
	s.Heatmap = heatmap.Zero(500)
	task := s.Task
	task.Config.FirstTour, task.Neighbors = "greedy", nil // of which there is none without neighbours
	r, err := Resume(task, s.Checkpoint())
	if err != nil || !slices.Equal(r.Tour.Order, s.Tour.Order) || r.BestLength != s.BestLength {
		t.Errorf("%v, %v", r, err)
	}
}

// TestCost pins what a search has cost: actions where these are the budget, and seconds elsewhere,
// also where nothing says when it ends; with what it had cost when it was saved, and without what
// prepares one that goes on.
func TestCost(t *testing.T) {
	now := 100 * time.Second
	clock := func() time.Duration { return now }
	for _, c := range []struct {
		budget meter.Budget
		want   float64
	}{{meter.Budget{Actions: 1e6}, 1234}, {meter.Budget{}, 102}, {meter.Budget{Target: 1}, 102}, {meter.Budget{Time: time.Hour}, 102}} {
		now, c.budget.Clock = 100*time.Second, clock
		s := begin(t, tsptest.Random(tsp.Euc2D, 100, 3), true, c.budget, 10, 1000)
		s.Heatmap, s.Used = heatmap.Zero(100), 1234
		saved := s.Checkpoint()
		now = 7 * time.Second // of another process
		s.Meter = meter.New(t.Context(), c.budget, nil)
		r := tsptest.Must(Resume(s.Task, saved))
		if now += 2 * time.Second; r.Cost() != c.want {
			t.Errorf("%+v: it has cost %v, want %v", c.budget, r.Cost(), c.want)
		}
	}
}

// TestAnotherUnit pins that costs in actions are forgotten where a search goes on with a budget of
// time, in which they would be an eternity, and are not where actions are its budget again.
func TestAnotherUnit(t *testing.T) {
	in := tsptest.Clustered(2000, 2)
	s := begin(t, in, true, meter.Budget{Actions: 1e9}, 20, 50000)
	s.Heatmap, s.Config.Whole = heatmap.Zero(in.N()), 8000
	m := s.newImproving(0)
	s.stage = m
	for slices.ContainsFunc(m.Yields, func(y Yield) bool { return y.Judged == 0 }) {
		m.step(s)
	}
	saved := tsptest.Encoded(t, s.Checkpoint())
	for _, budget := range []meter.Budget{{Actions: 1e9}, {Time: time.Hour}} {
		task := s.Task
		task.Meter = meter.New(t.Context(), budget, nil)
		r := tsptest.Must(Resume(task, tsptest.Must(DecodeCheckpoint(bytes.NewReader(saved)))))
		m := r.stage.(*Improving)
		if kept := m.total() > 0; kept != (budget.Actions > 0) {
			t.Errorf("%+v: yields are kept: %v", budget, kept)
		}
		done := map[string]bool{}
		for range 3 * len(m.Operators) {
			done[m.name()] = true
			m.step(r)
		}
		if budget.Time > 0 && len(done) < len(m.Operators) {
			t.Errorf("of %d kinds of work these were done: %v", len(m.Operators), done)
		}
		if total := m.total(); budget.Time > 0 && total > 60 {
			t.Errorf("%g seconds of work", total)
		}
	}
}

// TestCutShort pins that a tree that was not finished when the search ended is none that another goes
// on with, and that what leaves cost is not measured of those which nobody has worked on.
func TestCutShort(t *testing.T) {
	in := tsptest.Clustered(4000, 2)
	for _, whole := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		s := begin(t, in, true, meter.Budget{}, 20, 3000)
		s.Heatmap, s.Meter = heatmap.Zero(in.N()), meter.New(ctx, meter.Budget{}, nil)
		k, v := s.newKicks(), s.newRegions()
		k.Leaves, v.PerTour = true, 1e-9
		if whole {
			k.leaves(s, 0)
			v.sweep(s)
		}
		perLeaf, kicked := k.PerLeaf, k.Kicked
		cancel()
		k.work(s)
		v.work(s)
		if k.PerLeaf != perLeaf || k.Kicked != kicked || v.PerTour != 1e-9 {
			t.Errorf("%d leaves kicked, %d before; costs %g, %g", k.Kicked, kicked, k.PerLeaf, v.PerTour)
		}
		for name, tree := range map[string]region.Tree{"kicks": k.Tree, "regions": v.Tree} {
			if there := len(tree.Leaves) > 1; there != whole || !whole && len(tree.Leaves) > 0 {
				t.Errorf("%s: a tree of %d leaves, begun in time: %t", name, len(tree.Leaves), whole)
			}
		}
	}
}

// TestOwnToursAreJoined pins that workers' own tours are joined before the end, also where a search
// by actions goes on with a budget of time, and that this counts as one population.
func TestOwnToursAreJoined(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 400, 3)
	s := begin(t, in, true, meter.Budget{Actions: 1e6}, 0, 1000)
	s.Heatmap, s.Used = heatmap.Zero(in.N()), 5e5
	s.stage = s.newKicking()
	s.stage.step(s)
	saved := tsptest.Must(DecodeCheckpoint(bytes.NewReader(tsptest.Encoded(t, s.Checkpoint()))))
	now := time.Duration(0)
	task := s.Task
	task.Meter = meter.New(t.Context(), meter.Budget{Time: time.Hour, Clock: func() time.Duration { return now }}, nil)
	r := tsptest.Must(Resume(task, saved))
	if k := r.stage.(*Kicking); k.Since != 0 || k.Until != ownShare {
		t.Errorf("kicks from %g to %g of a budget that begins anew", k.Since, k.Until)
	}
	if now = time.Hour - time.Minute; !r.stage.step(r) {
		t.Fatal("a minute before the end they are not")
	}
	r.Work = nil
	for j := r.next(); !j.step(r); {
	}
	if len(r.Work) != 1 || r.Work[0].Operator != "recombine" || r.Work[0].Visits != 1 || r.Work[0].Actions == 0 {
		t.Errorf("%+v", r.Work)
	}
}

// TestActionsOfOwnTours pins that workers who kick tours of their own use what is left of the actions.
func TestActionsOfOwnTours(t *testing.T) {
	s := begin(t, tsptest.Random(tsp.Euc2D, 2000, 3), true, meter.Budget{Actions: 1e6}, 0, 5000)
	s.Used = 1e6 - 100
	k := s.newKicking()
	if k.step(s); k.Own == nil || s.Used < 1e6 || s.Used > 1e6+100 {
		t.Errorf("%d actions of a million, by %d tours", s.Used, len(k.Own))
	}
}

// TestTally pins that a gain is told in the instance's unit, and nothing is taken off it where tours
// are longer than the paths that they stand for.
func TestTally(t *testing.T) {
	path := tsptest.Random(tsp.Euc2D, 20, 1)
	if err := path.SetEnds(-1, -1); err != nil {
		t.Fatal(err)
	}
	in := tsp.NewSymmetric(path).Instance
	if in.Offset() == 0 {
		t.Fatal("nothing is tested")
	}
	s := Search{Task: Task{In: in}}
	s.did("kick", 0, 1, 5, 10)
	if work := s.Tally(); len(work) != 1 || work[0].Gain != 5/in.Scale {
		t.Errorf("%+v, want a gain of %g", work, 5/in.Scale)
	}
}

// Whatever the body of a checkpoint holds, below a checksum that matches, reading it ends with an
// error or with a checkpoint that is written and read again. Run it with -fuzzminimizetime 1x:
// gob's caches make coverage differ from call to call, so that the fuzzer minimizes its first find
// for a minute, in which it tries nothing else.
func FuzzCheckpoint(f *testing.F) {
	head := len(magic) + 4 + 8 + sha256.Size
	var whole bytes.Buffer
	if err := (&Checkpoint{State: State{Best: tsp.Tour{0, 1, 2}}}).Encode(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes()[head:])
	f.Fuzz(func(t *testing.T, body []byte) {
		data := append([]byte(magic), 0, 0, 0, 0)
		binary.LittleEndian.PutUint32(data[len(magic):], version)
		data = binary.LittleEndian.AppendUint64(data, uint64(len(body)))
		sum := sha256.Sum256(body)
		c, err := DecodeCheckpoint(bytes.NewReader(append(append(data, sum[:]...), body...)))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := c.Encode(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeCheckpoint(&b); err != nil {
			t.Errorf("written and read again: %v", err)
		}
	})
}
