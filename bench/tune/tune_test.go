package tune

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tspmcts/bench"
	"tspmcts/mcts"
)

// setFile writes a data set of small random instances.
func setFile(t *testing.T, count int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	var b strings.Builder
	for range count {
		for i := range 80 {
			fmt.Fprintf(&b, "%s%.4f", []string{" ", ""}[min(1, max(0, 1-i))], rng.Float64())
		}
		b.WriteByte('\n')
	}
	name := filepath.Join(t.TempDir(), "set.txt")
	if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func tuner(t *testing.T, method, log string, trials int) *Tuner {
	t.Helper()
	set := setFile(t, 8)
	items := func(lines string) []bench.SetItem {
		r, err := bench.ParseLines(lines)
		if err != nil {
			t.Fatal(err)
		}
		s := bench.Suite{Sets: []bench.Set{{File: set, Lines: r}}}
		all, err := s.Items(t.Context(), func(string, ...any) {})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	source, err := bench.HeatmapSource("gtprior")
	if err != nil {
		t.Fatal(err)
	}
	base, err := bench.NamedKnobs("paper-default")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := base.Config(40, "gtprior")
	if err != nil {
		t.Fatal(err)
	}
	space, err := ParseSpace("", cfg)
	if err != nil {
		t.Fatal(err)
	}
	store, err := bench.OpenStore(log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &Tuner{Method: method, Space: space, Base: base, Train: items("0:5"), Verify: items("5:8"), Source: source,
		Budget: bench.Budget{Actions: 150}, Trials: trials, Seed: 3, Store: store, Parallel: 2}
}

// Every method stays within its budget of runs, and one that is stopped and goes
// on, with another number of runs side by side, ends with the same winner.
func TestMethods(t *testing.T) {
	for _, method := range Methods {
		t.Run(method, func(t *testing.T) {
			dir := t.TempDir()
			whole := tuner(t, method, filepath.Join(dir, "whole.jsonl"), 12)
			want, err := whole.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if want.Runs > 60 || want.Runs < 40 || want.Configs < 8 {
				t.Errorf("%d runs of %d configurations, the budget is 60", want.Runs, want.Configs)
			}
			if len(want.Finalists) < 2 || len(want.Importance) != 6 {
				t.Errorf("%+v", want)
			}
			log := filepath.Join(dir, "parts.jsonl")
			var got *Result
			for n := 0; got == nil; n++ {
				part := tuner(t, method, log, 12)
				part.Parallel = 1 + n%2
				ctx, cancel := context.WithCancel(t.Context())
				before := part.Store.Len()
				part.Progress = func(int, int, string) {
					if part.Store.Len() >= before+25 {
						cancel()
					}
				}
				got, err = part.Run(ctx)
				cancel()
				part.Store.Close()
				if err != nil && err != ErrStopped {
					t.Fatal(err)
				}
			}
			a, _ := json.Marshal(want)
			b, _ := json.Marshal(got)
			if string(a) != string(b) {
				t.Errorf("stopped and continued: %s\nwant %s", b, a)
			}
			text, err := Params(want.Winner)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, "p.json")
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			loaded, err := bench.KnobsFile(file)
			if err != nil {
				t.Fatal(err)
			}
			x, _ := loaded.Config(40, "gtprior")
			y, _ := want.Winner.Config(40, "gtprior")
			if x != y {
				t.Errorf("the file holds %+v, want %+v", x, y)
			}
		})
	}
}

// A method spends its budget on few instances, too, and counts no configuration that never ran.
func TestFewInstances(t *testing.T) {
	for _, method := range Methods {
		for n := 2; n <= 4; n++ {
			u := tuner(t, method, filepath.Join(t.TempDir(), "log.jsonl"), 20)
			u.Train, u.Budget.Actions = u.Train[:n], 5
			r, err := u.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ran := 0
			for _, c := range u.all {
				ran += min(1, u.met(c))
			}
			if r.Runs < 18*n || r.Runs > 20*n || r.Configs != ran {
				t.Errorf("%s on %d instances: %d runs of %d configurations, want %d of %d", method, n, r.Runs, r.Configs, 20*n, ran)
			}
		}
	}
}

// A space of fewer points than trials is tried whole, and that is the end; no run counts twice.
func TestSmallSpace(t *testing.T) {
	for _, method := range Methods {
		for _, list := range []string{"candidates=5:7", "alpha=1:1.02", "order=heatmap|distance|heatmap|distance", "candidates=5|5|5"} {
			u := tuner(t, method, filepath.Join(t.TempDir(), "log.jsonl"), 12)
			u.Budget.Actions = 5
			var err error
			if u.Space, err = ParseSpace(list, mcts.Config{}); err != nil {
				t.Fatal(err)
			}
			points := map[string]bool{}
			for i := range 100 {
				points[u.Space[0].text(float64(i)/99)] = true
			}
			r, err := u.Run(t.Context())
			if err != nil || r.Configs != 1+len(points) {
				t.Fatalf("%s, %s: %v, %+v, want the base and %d points", method, list, err, r, len(points))
			}
			if training := u.Store.Len() - len(r.Finalists)*len(u.Verify); r.Runs != training {
				t.Errorf("%s, %s: %d runs, but %d in the log", method, list, r.Runs, training)
			}
		}
	}
}

// A knob that has one value explains nothing.
func TestImportanceOfOneValue(t *testing.T) {
	u := tuner(t, "random", filepath.Join(t.TempDir(), "log.jsonl"), 12)
	var err error
	if u.Space, err = ParseSpace("order=heatmap,alpha", mcts.Config{}); err != nil {
		t.Fatal(err)
	}
	r, err := u.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range r.Importance {
		if i.Knob == "order" && i.Share > 1e-9 {
			t.Errorf("importance %v", r.Importance)
		}
	}
}

// A log takes the runs of one base: those of two have one label. One that has both already goes on.
func TestOtherBase(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log.jsonl")
	run := func(preset string) error {
		u := tuner(t, "random", log, 3)
		defer u.Store.Close()
		var err error
		if u.Base, err = bench.NamedKnobs(preset); err != nil {
			t.Fatal(err)
		}
		u.Budget.Actions = 5
		_, err = u.Run(t.Context())
		return err
	}
	if err := run("paper-default"); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(log)
	if err := run("default"); err == nil || !strings.Contains(err.Error(), "log.jsonl would hold runs of two configurations that are called base") || !strings.Contains(err.Error(), "another --log") {
		t.Errorf("another base: %v", err)
	}
	if err := run("paper-default"); err != nil {
		t.Error(err)
	}
	if after, _ := os.ReadFile(log); string(after) != string(before) {
		t.Error("the log has changed")
	}
	old := strings.ReplaceAll(string(before), `"alpha":`, `"alpha":1`)
	if old == string(before) {
		t.Fatalf("no alpha in %s", old)
	}
	if err := os.WriteFile(log, []byte(old+string(before)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run("paper-default"); err != nil {
		t.Errorf("a log of two bases: %v", err)
	}
}

// A tuner that goes on with other best known lengths takes gaps over those, and none over the old.
func TestOtherBest(t *testing.T) {
	dir := t.TempDir()
	result := func(log, lengths string, known int) string {
		u := tuner(t, "random", filepath.Join(dir, log), 3)
		defer u.Store.Close()
		var best bench.Optima
		if lengths != "" {
			file := filepath.Join(dir, "best.csv")
			text := "instance,best\n"
			for i := range known {
				text += fmt.Sprintf("set_%d,%s\n", 7-i, lengths)
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := best.ReadBest(file); err != nil {
				t.Fatal(err)
			}
		}
		for _, items := range [][]bench.SetItem{u.Train, u.Verify} {
			for i, item := range items {
				items[i] = bench.NewSetItem(item.Item, item.Name, best.Named(item.Name))
			}
		}
		r, err := u.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(r)
		return string(text)
	}
	for i, lengths := range []string{"3", "2", ""} {
		if got, want := result("one.jsonl", lengths, 8), result(fmt.Sprint(i), lengths, 8); got != want {
			t.Errorf("best %q, after others: %s\nwant %s", lengths, got, want)
		}
	}
	// Where some are known, all gaps are over the base: a mean of both kinds is of neither.
	if got, want := result("one.jsonl", "3", 4), result("one.jsonl", "", 0); got != want {
		t.Errorf("some best lengths: %s\nwant %s", got, want)
	}
}

// fake stands in for machines whose runs find the lengths that it returns.
func fake(t *testing.T, length func(base bool, seed uint64) float64) func(context.Context, *bench.Store, []*bench.Job, func(bench.Status)) (bench.Status, error) {
	return func(ctx context.Context, store *bench.Store, jobs []*bench.Job, tell func(bench.Status)) (bench.Status, error) {
		log := filepath.Join(t.TempDir(), "log.jsonl")
		real, err := bench.OpenStore(log)
		if err != nil {
			t.Fatal(err)
		}
		defer real.Close()
		b := bench.Bench{Store: real, Parallel: 2}
		status, err := b.Run(ctx, jobs)
		if err != nil {
			return status, err
		}
		f, err := os.Open(log)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return status, bench.ReadEntries(f, log, func(e *bench.Entry) error {
			e.Length = json.Number(fmt.Sprint(length(e.Knobs == "base", e.Seed)))
			return store.Add(e)
		})
	}
}

// A winner by one large gain, which lost everywhere else, does not beat the base.
func TestBeats(t *testing.T) {
	for want, length := range map[bool]func(base bool, seed uint64) float64{
		false: func(base bool, seed uint64) float64 {
			switch {
			case base:
				return 100
			case seed == verifySeed:
				return 2
			}
			return 101
		},
		true: func(base bool, seed uint64) float64 {
			if base {
				return 100
			}
			return 99
		},
	} {
		u := tuner(t, "random", filepath.Join(t.TempDir(), "log.jsonl"), 2)
		for i := range 13 {
			u.Verify = append(u.Verify, u.Verify[i])
		}
		u.Budget.Actions, u.Elsewhere = 5, fake(t, length)
		if r, err := u.Run(t.Context()); err != nil || r.IsBase || !(r.P < 0.05) || r.Beats != want {
			t.Errorf("%v, %+v: beats the base, want %v", err, r, want)
		}
	}
}

// The range that the table gives each knob is inside what the knob takes, and
// values and places are inverse.
func TestSpace(t *testing.T) {
	var names []string
	for _, k := range mcts.Knobs {
		names = append(names, k.Name)
	}
	space, err := ParseSpace(strings.Join(names, ","), mcts.Config{})
	if err != nil || len(space) != len(mcts.Knobs) {
		t.Fatal(err)
	}
	wide, err := ParseSpace("alpha=1e-320:1 log", mcts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(space, wide...) {
		for _, unit := range []float64{0, 0.3, 0.77, 1} {
			if text := d.text(unit); d.text(d.place(text)) != text || d.Values == nil && d.Knob.Kind != mcts.Integer && math.Abs(d.place(text)-unit) > 0.01 {
				t.Errorf("%s: %s becomes %s", d.Knob.Name, text, d.text(d.place(text)))
			}
		}
	}
	for list, want := range map[string]string{
		"alpha":                        "alpha 0 5",
		"alpha=1:2,beta=1:100 log":     "alpha 1 2;beta 1 100",
		"breadth=1|5,3,1|3,1,alpha":    "breadth 1 3,1;alpha 0 5",
		"breadth=5,3|7|2,2,2,depth":    "breadth 5,3 2,2,2;depth 4 300",
		"order=heatmap|distance;depth": "order heatmap distance;depth 4 300",
		"candidates=5|20|50|1000":      "candidates 5 1000",
		"depth=4.4:6.6":                "depth 5 6",
	} {
		space, err := ParseSpace(list, mcts.Config{})
		var got []string
		for _, d := range space {
			got = append(got, d.Knob.Name+" "+d.text(0)+" "+d.text(1))
		}
		if s := strings.Join(got, ";"); err != nil || s != want {
			t.Errorf("%s: %s (%v), want %s", list, s, err, want)
		}
	}
	for list, want := range map[string]string{
		"gamma":            `unknown knob "gamma"`,
		"order=heatmap,x":  `unknown knob "x"`,
		"breadth=5,3,y=1":  `unknown knob "y"`,
		"alpha,alpha=1:2":  "alpha is there twice",
		"alpha=2:1":        `the range of alpha is "2:1", want lo:hi`,
		"alpha=0:1 log":    "the range of alpha",
		"alpha=-1:1":       "within 0 to 100",
		"order=heatmap|no": "the range of order",
		"depth=x:9":        "the range of depth",
		"depth=4.4:4.6":    `the range of depth is "4.4:4.6"`,
	} {
		if _, err := ParseSpace(list, mcts.Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", list, err, want)
		}
	}
}
