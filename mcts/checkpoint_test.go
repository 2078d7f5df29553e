package mcts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/prepare"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// resumable lists searches that together pass through every phase. A part of its actions is enough
// for one to pass through all of its phases, and to tell in the end what a resumed one lacks.
var resumable = []struct {
	name          string
	n             int
	actions, part int64
	workers       int
	set           func(*Config)
	phases        string
}{
	{"fresh", 60, 60000, 15000, 2, func(c *Config) { *c = tsptest.Must(Preset("paper", 60, "gtprior")) }, "searching"},
	{"fresh, best", 60, 20000, 20000, 2, func(c *Config) { c.Restart, c.FirstTour = "fresh", "draw" }, "searching"},
	{"kicks", 400, 30000, 30000, 2, func(c *Config) { c.Population = 0 }, "descending, joining, kicking apart"},
	{"kicks, stretches", 400, 30000, 30000, 2, func(c *Config) { c.Population, c.Stretch = 0, 150 }, "descending, joining, kicking"},
	{"kicks, drawn", 400, 30000, 30000, 2, func(c *Config) { c.Population, c.Action = 0, "draw" }, "descending, joining, kicking apart"},
	{"population", 1000, 300000, 300000, 2, func(c *Config) { c.Population = 30 },
		"building, crossing, descending, joining, kicking between, recombining"},
	{"both", 5000, 500000, 500000, 2, func(c *Config) { c.Whole = 40000 },
		"building, descending, joining, kicking between, visiting"},
	{"regions", 4000, 700000, 350000, 2, func(c *Config) { c.Whole = 3000 },
		"descending, joining, kicking between, visiting"},
	{"regions, kicks of leaves", 4000, 700000, 350000, 2, func(c *Config) { c.Whole, c.Stretch = 3000, 3000 },
		"descending, joining, kicking between, visiting"},
	{"population, drawn", 400, 400000, 100000, 2, func(c *Config) { c.Population, c.Action = 30, "draw" },
		"building, crossing, descending, joining, kicking between, recombining"},
}

// TestResume pins that a search resumed from any checkpoint ends with the tour of an
// uninterrupted one.
func TestResume(t *testing.T) {
	for _, tt := range resumable {
		t.Run(tt.name, func(t *testing.T) {
			cfg := tsptest.Must(Preset("default", tt.n, "gtprior"))
			tt.set(&cfg)
			if testing.Short() && strings.HasPrefix(tt.name, "population") { // the phases alone
				tt.part = 75000
			}
			p := prepared(tsptest.Random(tsp.Euc2D, tt.n, 3), cfg, "gtprior")
			budget := meter.Budget{Actions: tt.part}
			var saved [][]byte
			phases := map[string]bool{}
			p.Save = func(c *Checkpoint) {
				var b bytes.Buffer
				if err := c.Encode(&b); err != nil {
					t.Fatal(err)
				}
				phases[phaseOf(c)] = true
				saved = append(saved, b.Bytes())
			}
			whole := tsptest.Must(p.run(context.Background(), cfg, 7, tt.workers, budget, nil))
			p.Save = nil
			if !testing.Short() {
				if r := tsptest.Must(p.run(context.Background(), cfg, 7, tt.workers, budget, nil)); !slices.Equal(r.Tour, whole.Tour) {
					t.Fatal("saving changed the search")
				}
			}
			if seen := strings.Join(slices.Sorted(maps.Keys(phases)), ", "); seen != tt.phases {
				t.Errorf("phases seen: %s, want %s", seen, tt.phases)
			}
			from, step := 0, max(1, len(saved)/12)
			if testing.Short() { // under the race detector: once, from the middle
				from, step = len(saved)/2, len(saved)
			}
			for k := from; k < len(saved); k += step {
				c := tsptest.Must(DecodeCheckpoint(bytes.NewReader(saved[k])))
				p.Resume = c
				r := tsptest.Must(p.run(context.Background(), cfg, 7, tt.workers, budget, nil))
				if !slices.Equal(r.Tour, whole.Tour) || r.Length != whole.Length {
					t.Errorf("resumed from checkpoint %d of %d: length %d, uninterrupted %d", k, len(saved), r.Length, whole.Length)
				}
			}
		})
	}
}

// TestResumeAnswer pins that a search resumed from any checkpoint has the tour that was made before
// it began, which is the answer where the search has found nothing shorter.
func TestResumeAnswer(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 8000, 3)
	var saved [][]byte
	o := Options{Source: "gtprior", Seed: 7, Workers: 2, Actions: 10, Save: &Saver{Every: 1, Save: func(c *Checkpoint) {
		if c.Shortest == nil {
			t.Error("the search is the first to have a tour: nothing is tested")
		}
		saved = append(saved, tsptest.Encoded(t, c))
	}}}
	whole := tsptest.Must(Solve(t.Context(), in, o))
	for k, data := range [][]byte{saved[0], saved[len(saved)-1]} {
		again := o
		again.Resume = tsptest.Must(DecodeCheckpoint(bytes.NewReader(data)))
		again.Save = &Saver{Every: 1, Save: func(c *Checkpoint) {
			if !slices.Equal(c.Shortest, again.Resume.Shortest) {
				t.Error("what is resumed saves another answer")
			}
		}}
		if r := tsptest.Must(Solve(t.Context(), in, again)); !slices.Equal(r.Tour, whole.Tour) {
			t.Errorf("resumed from checkpoint %d: length %d, uninterrupted %d", k, r.Length, whole.Length)
		}
		over, cancel := context.WithCancel(t.Context())
		cancel()
		again.Save, again.Resume = nil, decoded(t, data)
		if r := tsptest.Must(Solve(over, in, again)); r.Length > in.Length(whole.Tour) {
			t.Errorf("resumed from checkpoint %d with no time: length %d, want %d", k, r.Length, whole.Length)
		}
	}
}

// TestResumeGroups pins that a search whose cities are in groups knows the ways between them again.
func TestResumeGroups(t *testing.T) {
	in := tsptest.Outlines(10, 2)
	var saved [][]byte
	o := Options{Seed: 7, Workers: 2, Actions: 150000, Save: &Saver{Every: 1, Save: func(c *Checkpoint) { saved = append(saved, tsptest.Encoded(t, c)) }}}
	whole := tsptest.Must(Solve(t.Context(), in, o))
	o.Save = nil
	for k := 1; k < 5; k++ {
		data := saved[len(saved)*k/5]
		o.Resume = decoded(t, data)
		if r := tsptest.Must(Solve(t.Context(), in, o)); !slices.Equal(r.Tour, whole.Tour) {
			t.Errorf("resumed from checkpoint %d of %d: length %d, uninterrupted %d", len(saved)*k/5, len(saved), r.Length, whole.Length)
		}
	}
}

// TestPaperGoesOn pins that the paper's search goes on with more actions from the checkpoint that it
// ended with, also one of before some of the workers had a tour, which fixed edges are no part of.
func TestPaperGoesOn(t *testing.T) {
	for _, first := range []int64{1, 3000} {
		for _, ends := range [][2]int32{{-2, -2}, {4, 9}} {
			in := tsptest.Random(tsp.Euc2D, 20, 1)
			if ends[0] > -2 {
				if err := in.SetEnds(ends[0], ends[1]); err != nil {
					t.Fatal(err)
				}
			}
			var saved []byte
			o := Options{Preset: "paper", Actions: first, Workers: 2, Seed: 1, Save: &Saver{Save: func(c *Checkpoint) { saved = tsptest.Encoded(t, c) }}}
			short := tsptest.Must(Solve(t.Context(), in, o))
			o.Actions, o.Save = 6000, nil
			whole := tsptest.Must(Solve(t.Context(), in, o))
			o.Resume = decoded(t, saved)
			r, err := Solve(t.Context(), in, o)
			if err != nil || r.Actions != o.Actions || r.Length > short.Length || first > 1 && !slices.Equal(r.Tour, whole.Tour) {
				t.Errorf("%d actions, ends %v: %+v, %v; uninterrupted %+v", first, ends, r, err, whole)
			}
		}
	}
}

// TestCheckpointRefused pins that foreign checkpoints are refused with a reason.
func TestCheckpointRefused(t *testing.T) {
	cfg := tsptest.Must(Preset("default", 100, "gtprior"))
	p := prepared(tsptest.Random(tsp.Euc2D, 100, 3), cfg, "gtprior")
	var last *Checkpoint
	p.Save = func(c *Checkpoint) { last = c }
	tsptest.Must(p.run(context.Background(), cfg, 1, 1, meter.Budget{Actions: 5000}, nil))
	p.Save = nil
	other := prepared(tsptest.Random(tsp.Euc2D, 100, 4), cfg, "gtprior")
	knobs := cfg
	knobs.KickSize++
	for _, tt := range []struct {
		want    string
		p       *setup
		cfg     Config
		seed    uint64
		workers int
	}{
		{"another instance", other, cfg, 1, 1},
		{"other knobs", p, knobs, 1, 1},
		{"of seed 1, not 2", p, cfg, 2, 1},
		{"of 1 workers, not 2", p, cfg, 1, 2},
	} {
		tt.p.Resume = last
		_, err := tt.p.run(context.Background(), tt.cfg, tt.seed, tt.workers, meter.Budget{Actions: 6000}, nil)
		if !errors.Is(err, ErrCheckpoint) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("error %v, want one with %q", err, tt.want)
		}
	}
	none := slices.Clone(last.State.Best)
	none[0] = none[1]
	for name, breaks := range map[string]func(c *Checkpoint){
		"best tour": func(c *Checkpoint) { c.State.Best = none },
		"answer":    func(c *Checkpoint) { c.Shortest = none },
	} {
		broken := *last
		breaks(&broken)
		p.Resume = &broken
		if _, err := p.run(context.Background(), cfg, 1, 1, meter.Budget{Actions: 6000}, nil); !errors.Is(err, ErrCheckpoint) {
			t.Errorf("a checkpoint whose %s is none was accepted", name)
		}
	}
}

// TestCheckpointIsUsedUp pins that one search goes on from a checkpoint, and a second is refused.
func TestCheckpointIsUsedUp(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 100, 3)
	var saved []byte
	o := Options{Actions: 3000, Workers: 1, Save: &Saver{Save: func(c *Checkpoint) { saved = tsptest.Encoded(t, c) }}}
	tsptest.Must(Solve(t.Context(), in, o))
	o.Actions, o.Save, o.Resume = 6000, nil, decoded(t, saved)
	tsptest.Must(Solve(t.Context(), in, o))
	if r, err := Solve(t.Context(), in, o); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestResumeAuto pins that what auto stands for is what the checkpoint's search had, where another
// budget would make it something else, but nothing that auto never is.
func TestResumeAuto(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 100, 3)
	for source, want := range map[string]string{"gtprior": "gtprior", "zero": ""} {
		var saved []byte
		o := Options{Source: source, Actions: 3000, Workers: 1, Save: &Saver{Save: func(c *Checkpoint) { saved = tsptest.Encoded(t, c) }}}
		tsptest.Must(Solve(t.Context(), in, o))
		o.Source, o.Actions, o.Save, o.Resume = AutoHeatmap, 6000, nil, decoded(t, saved)
		switch r, err := Solve(t.Context(), in, o); {
		case want != "" && (err != nil || r.Source != want):
			t.Errorf("of %s: %+v, %v", source, r, err)
		case want == "" && (!errors.Is(err, ErrCheckpoint) || !strings.Contains(err.Error(), "of heatmap zero, not alpha")):
			t.Errorf("of %s: %v", source, err)
		}
	}
}

// TestNoTimeToResume ends a search before it began: the tours that are known already
// are not lost.
func TestNoTimeToResume(t *testing.T) {
	cfg := tsptest.Must(Preset("default", 100, "gtprior"))
	p := prepared(tsptest.Random(tsp.Euc2D, 100, 3), cfg, "gtprior")
	best := solve(t, p, cfg, 1, 1, meter.Budget{Actions: 5000})
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for _, prepared := range []bool{true, false} {
		for _, q := range []*setup{
			{Initial: []tsp.Tour{prepare.Curve(t.Context(), p.Instance), best.Tour}},
			{Resume: &Checkpoint{State: stage.State{Best: best.Tour}}},
		} {
			if q.Instance = p.Instance; prepared {
				q.Heatmap = p.Heatmap
			}
			r := tsptest.Must(q.run(over, cfg, 1, 1, meter.Budget{}, nil))
			if r.Length != best.Length || r.Stop != StopInterrupted {
				t.Errorf("the tour is %d long (%s), want the known %d", r.Length, r.Stop, best.Length)
			}
		}
	}
}

// resumedSignature writes how searches end that are resumed from the middle of each of
// their phases.
func resumedSignature(t *testing.T, b *strings.Builder) {
	fmt.Fprintln(b, "# resumed: search, phase, its checkpoints: length actions")
	for _, tt := range resumable {
		cfg := tsptest.Must(Preset("default", tt.n, "gtprior"))
		tt.set(&cfg)
		p := prepared(tsptest.Random(tsp.Euc2D, tt.n, 3), cfg, "gtprior")
		budget := meter.Budget{Actions: tt.actions}
		of := map[string][]*Checkpoint{}
		p.Save = func(c *Checkpoint) {
			var file bytes.Buffer // a checkpoint shares its tours with the search
			if err := c.Encode(&file); err != nil {
				t.Fatal(err)
			}
			c = tsptest.Must(DecodeCheckpoint(&file))
			of[phaseOf(c)] = append(of[phaseOf(c)], c)
		}
		solve(t, p, cfg, 7, tt.workers, budget)
		p.Save = nil
		for _, name := range slices.Sorted(maps.Keys(of)) {
			p.Resume = of[name][len(of[name])/2]
			r := solve(t, p, cfg, 7, tt.workers, meter.Budget{Actions: tt.actions + tt.actions/10}) // and goes on for longer
			fmt.Fprintf(b, "%s; %s, %d: %d %d\n", tt.name, name, len(of[name]), r.Length, r.Actions)
		}
	}
}

// phaseOf names the phase that a checkpoint was taken in.
func phaseOf(c *Checkpoint) string {
	apart := func(name string, k *stage.Kicking) string {
		if k.Own != nil {
			return name + " apart"
		}
		return name
	}
	switch st := c.Stage.(type) {
	case nil, *stage.Simulating:
		return "searching"
	case *stage.Descending:
		if st.Across {
			return "joining"
		}
		return "descending"
	case *stage.Kicking:
		return apart("kicking", st)
	case *stage.Joining:
		return "joined"
	case *stage.Improving:
		at := "kicking between"
		for k, op := range st.Operators {
			if st.Yields[k].Cost == 0 {
				continue
			}
			switch op := op.(type) {
			case *stage.Regions:
				if len(op.Choice.Arms) > 0 && op.Choice.Arms[0].Left > 0 {
					return "visiting"
				}
			case *stage.Whole:
				switch {
				case op.Breeder.Population == nil:
					at = "building"
				case op.Breeder.Crossing:
					at = "crossing"
				default:
					at = "recombining"
				}
			}
		}
		return at
	}
	return "unknown"
}

// TestSavesWhatItTakes pins that checkpoints take a fiftieth of the time, however long one takes,
// unless it is said how often they come.
func TestSavesWhatItTakes(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 400, 3)
	for _, every := range []time.Duration{0, 2 * time.Second, Endless} {
		var passed atomic.Int64
		clock := func() time.Duration { return time.Duration(passed.Add(int64(100 * time.Millisecond))) }
		var starts, ends []time.Duration
		tsptest.Must(Solve(t.Context(), in, Options{Source: "knn", Workers: 1, Actions: 200000, Clock: clock, Save: &Saver{Every: every, Save: func(*Checkpoint) {
			starts = append(starts, time.Duration(passed.Load()))
			ends = append(ends, time.Duration(passed.Add(int64(time.Second))))
		}}}))
		least := 50 * time.Second
		if every > 0 {
			least = every
		}
		if every == Endless {
			if len(starts) != 2 {
				t.Errorf("%d checkpoints, want that of the first step and the last one", len(starts))
			}
			continue
		}
		if len(starts) < 4 {
			t.Fatalf("every %v: %d checkpoints", every, len(starts))
		}
		for k := 1; k+1 < len(starts); k++ { // the last one is that of the end
			if pause := starts[k] - ends[k-1]; pause < least || pause > least+20*time.Second {
				t.Errorf("every %v: %v after the last, which took a second", every, pause)
			}
		}
	}
}

// TestInterrupted pins that the last checkpoint of a search with a budget of actions that is
// interrupted, wherever that is, is one of a whole state: resumed, it ends with the tour of an
// uninterrupted one.
func TestInterrupted(t *testing.T) {
	for _, tt := range resumable {
		if !slices.Contains([]string{"kicks", "kicks, stretches", "population", "regions, kicks of leaves"}, tt.name) || testing.Short() && tt.n > 400 {
			continue
		}
		cfg := tsptest.Must(Preset("default", tt.n, "gtprior"))
		tt.set(&cfg)
		p := prepared(tsptest.Random(tsp.Euc2D, tt.n, 3), cfg, "gtprior")
		budget := meter.Budget{Actions: tt.actions}
		whole := solve(t, p, cfg, 7, tt.workers, budget)
		for _, at := range []int64{100, tt.actions / 64 / 4} { // a worker looks at the clock every 64 actions
			ctx, cancel := context.WithCancel(t.Context())
			var last bytes.Buffer
			p.Save = func(c *Checkpoint) {
				last.Reset()
				if err := c.Encode(&last); err != nil {
					t.Fatal(err)
				}
			}
			var looks atomic.Int64
			clock := func() time.Duration {
				now := looks.Add(1)
				if now == at {
					cancel()
				}
				return time.Duration(now)
			}
			r := tsptest.Must(p.run(ctx, cfg, 7, tt.workers, meter.Budget{Actions: tt.actions, Clock: clock}, nil))
			cancel()
			p.Save = nil
			if r.Stop != StopInterrupted {
				t.Fatalf("%s: it stopped for %s", tt.name, r.Stop)
			}
			p.Resume = tsptest.Must(DecodeCheckpoint(&last))
			if r := solve(t, p, cfg, 7, tt.workers, budget); !slices.Equal(r.Tour, whole.Tour) {
				t.Errorf("%s, interrupted at look %d: length %d, uninterrupted %d", tt.name, at, r.Length, whole.Length)
			}
			p.Resume = nil
		}
	}
}
