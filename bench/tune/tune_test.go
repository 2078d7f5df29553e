package tune

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tspmcts/bench"
	"tspmcts/bench/forest"
	"tspmcts/bench/stat"
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
			larger := func(a, b forest.Share) int { return cmp.Compare(b.Share, a.Share) }
			if len(want.Finalists) < 2 || len(want.Importance) != 6 || !slices.IsSortedFunc(want.Importance, larger) {
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

// fake stands in for machines whose runs find the lengths that it returns for their records.
func fake(t *testing.T, length func(e *bench.Entry) float64) func(context.Context, *bench.Store, []*bench.Job, func(bench.Status)) (bench.Status, error) {
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
			e.Length = json.Number(fmt.Sprint(length(e)))
			return store.Add(e)
		})
	}
}

// A winner by one large gain, which lost everywhere else, does not beat the base, nor does one that
// won four times of four, where p is 2/16. Ties count for neither.
func TestBeats(t *testing.T) {
	for _, c := range []struct {
		held  int
		found func(i int) float64 // by the winner, on the held-out instance i, where the base finds 100
		beats bool
	}{
		{4, func(int) float64 { return 99 }, false},
		{16, func(int) float64 { return 99 }, true},
		{16, func(i int) float64 {
			switch {
			case i == 0:
				return 2
			case i < 5:
				return 100
			}
			return 101
		}, false},
	} {
		u := tuner(t, "random", filepath.Join(t.TempDir(), "log.jsonl"), 2)
		for len(u.Verify) < c.held {
			u.Verify = append(u.Verify, u.Verify[len(u.Verify)-3])
		}
		u.Budget.Actions, u.Elsewhere = 5, fake(t, func(e *bench.Entry) float64 {
			switch {
			case e.Knobs == "base":
				return 100
			case e.Seed < verifySeed:
				return 99
			}
			return c.found(int(e.Seed - verifySeed))
		})
		if r, err := u.Run(t.Context()); err != nil || r.IsBase || r.P < 0.05 != (c.held == 16) || r.Beats != c.beats {
			t.Errorf("%v, %+v: beats the base, want %v", err, r, c.beats)
		}
	}
}

// What is told of the winner. The first configuration is 5 % better than the base in training and
// 1 % held out, the second 3 %, and there 10 % better, as good, and 1 % worse: 3 % better.
func TestResultByHand(t *testing.T) {
	u := tuner(t, "random", filepath.Join(t.TempDir(), "log.jsonl"), 3)
	first := ""
	u.Budget.Actions, u.Elsewhere = 5, fake(t, func(e *bench.Entry) float64 {
		training := e.Seed < verifySeed
		if e.Knobs != "base" && first == "" {
			first = e.Knobs
		}
		switch {
		case e.Knobs == "base":
			return 100
		case e.Knobs == first && training:
			return 95
		case e.Knobs == first:
			return 99
		case training:
			return 97
		}
		return []float64{90, 100, 101}[e.Seed-verifySeed]
	})
	r, err := u.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.IsBase || r.Winner.Label == first || r.Wins != 1 || r.Ties != 1 || r.Losses != 1 || r.P != 1 || r.Beats || !r.Relative ||
		math.Abs(r.Difference+3) > 1e-6 || math.Abs(r.Lo+10) > 1e-6 || math.Abs(r.Hi-1) > 1e-6 {
		t.Errorf("%+v", r) // the ends of the interval are a sample of -10 alone, of 27, and of 1
	}
	var told []string
	for _, f := range r.Finalists {
		told = append(told, fmt.Sprintf("%.3f %.3f %v", f.Train, f.Verify, f.IsBase))
	}
	if got := strings.Join(told, "; "); got != "-3.000 -3.000 false; -5.000 -1.000 false; 0.000 0.000 true" {
		t.Errorf("the finalists are %s", got)
	}
}

// Where all are worse held out, the base wins.
func TestBaseWins(t *testing.T) {
	u := tuner(t, "random", filepath.Join(t.TempDir(), "log.jsonl"), 2)
	u.Budget.Actions, u.Elsewhere = 5, fake(t, func(e *bench.Entry) float64 {
		switch {
		case e.Knobs == "base":
			return 100
		case e.Seed < verifySeed:
			return 99
		}
		return 107
	})
	if r, err := u.Run(t.Context()); err != nil || !r.IsBase || r.Beats || r.Ties != 3 || !r.Finalists[0].IsBase {
		t.Errorf("%+v (%v)", r, err)
	}
}

// What could not be run elsewhere, and one held-out instance alone, are no result.
func TestNoResult(t *testing.T) {
	for want, change := range map[string]func(*Tuner){
		"1 of the runs could not be done: no memory": func(u *Tuner) {
			u.Elsewhere = func(_ context.Context, _ *bench.Store, jobs []*bench.Job, _ func(bench.Status)) (bench.Status, error) {
				return bench.Status{Jobs: len(jobs), Failed: 1, Reason: "no memory"}, nil
			}
		},
		"5 instances to train on and 1 held out": func(u *Tuner) { u.Verify = u.Verify[:1] },
	} {
		u := tuner(t, "random", filepath.Join(t.TempDir(), "log.jsonl"), 2)
		change(u)
		if _, err := u.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Where a run's length tells how far alpha is from 2, the finalists are the nearest of those that
// met every instance, best first, and the winner is the first; racing and the surrogate try nearer
// ones in the second half than in the first.
func TestFindsTheBest(t *testing.T) {
	for _, method := range Methods {
		u := tuner(t, method, filepath.Join(t.TempDir(), "log.jsonl"), 30)
		var err error
		if u.Space, err = ParseSpace("alpha=0:5", mcts.Config{}); err != nil {
			t.Fatal(err)
		}
		lengths := map[string]float64{}
		u.Budget.Actions, u.Elsewhere = 5, fake(t, func(e *bench.Entry) float64 {
			lengths[e.Knobs] = 10 + math.Abs(e.Config.Alpha-2)
			return lengths[e.Knobs]
		})
		r, err := u.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var whole, got []string
		half := [2][]float64{}
		for i, c := range u.all[1:] { // without the base
			if u.met(c) == len(u.Train) {
				whole = append(whole, c.knobs.Label)
			}
			if u.met(c) > 0 {
				half[2*i/len(u.all[1:])] = append(half[2*i/len(u.all[1:])], lengths[c.knobs.Label])
			}
		}
		slices.SortFunc(whole, func(a, b string) int { return cmp.Compare(lengths[a], lengths[b]) })
		for _, f := range r.Finalists {
			if !f.IsBase {
				got = append(got, f.Label)
			}
		}
		if want := whole[:min(finalists, len(whole))]; !slices.Equal(got, want) || r.Winner.Label != want[0] {
			t.Errorf("%s: the finalists are %v, want %v; the winner is %s", method, got, want, r.Winner.Label)
		}
		if a, b := stat.Mean(half[0]), stat.Mean(half[1]); method != "random" && !(b < a-0.2) {
			t.Errorf("%s: %v on average, then %v", method, a, b)
		}
	}
}

// field returns a tuner that knows what configurations, called 0, 1 and so on, found on the first
// blocks: a row each.
func field(t *testing.T, lengths ...[]float64) (*Tuner, []*configuration) {
	u := &Tuner{known: map[runID]stat.Found{}, Train: make([]bench.SetItem, len(lengths[0])), Trials: len(lengths), ctx: t.Context(), rng: rand.New(rand.NewPCG(1, 2))}
	var all []*configuration
	for i, row := range lengths {
		c := &configuration{knobs: &bench.Knobs{Label: fmt.Sprint(i)}}
		for k, v := range row {
			u.known[runID{c.knobs.Label, k}] = stat.Found{Gap: v - 100, Length: v}
		}
		all = append(all, c)
	}
	return u, all
}

func labels(all []*configuration) (text string) {
	for _, c := range all {
		text += c.knobs.Label
	}
	return text
}

// What a race drops: of two the one that lost six times of six, where p is 2/64, not five, where it
// is 2/32; of more what lies further behind in ranks than chance would have it.
func TestDrop(t *testing.T) {
	all := func(v float64, n int) []float64 { return slices.Repeat([]float64{v}, n) }
	for _, c := range []struct {
		what    string
		lengths [][]float64
		want    string
	}{
		{"six losses", [][]float64{all(102, 6), all(101, 6)}, "1"},
		{"five losses", [][]float64{all(102, 5), all(101, 5)}, "10"},
		{"all alike", [][]float64{all(101, 3), all(101, 3), all(101, 3)}, "012"},
		{"rank sums of 9, 7 and 8", [][]float64{{109, 101, 105, 104}, {102, 107, 101, 105}, {103, 103, 104, 106}}, "102"},
		{"blocks that all agree", [][]float64{all(104, 4), all(103, 4), all(101, 4), all(102, 4)}, "2"},
		{"the first two of four as often as not", [][]float64{{109, 109, 109, 109, 108, 108}, {103, 102, 103, 102, 103, 102}, {108, 108, 108, 108, 109, 109}, {102, 103, 102, 103, 102, 103}}, "13"},
		{"one large loss, which is the mean's but not the ranks'", [][]float64{{101, 101, 200, 101}, all(102, 4), {102.5, 102.5, 101, 102.5}}, "012"},
	} {
		u, configs := field(t, c.lengths...)
		if got := labels(u.drop(configs, len(c.lengths[0]))); got != c.want {
			t.Errorf("%s: %s stay, want %s", c.what, got, c.want)
		}
	}
	u, configs := field(t, []float64{101, 110}, []float64{102, 103})
	if u.rank(configs, 2); labels(configs) != "10" || u.mean(configs[0], 2) != 2.5 {
		t.Errorf("of one rank: %s, want the smaller mean first", labels(configs))
	}
}

// A race drops who loses clearly, and leaves the best few of the others, in order.
func TestRace(t *testing.T) {
	for _, c := range []struct {
		lengths [][]float64
		want    string
	}{
		{[][]float64{{104, 104, 104, 104, 104, 104}, {103, 103, 103, 103, 103, 103}, {101, 101, 101, 101, 101, 101}, {102, 102, 102, 102, 102, 102}}, "2"},
		{[][]float64{{109, 101, 105, 104, 109, 101}, {102, 107, 101, 105, 108, 102}, {103, 103, 104, 106, 101, 109}}, "10"}, // rank sums 12, 10.5, 13.5
	} {
		u, configs := field(t, c.lengths...)
		if got, err := u.race(configs, 2, 4, 100); err != nil || labels(got) != c.want {
			t.Errorf("%s stay (%v), want %s", labels(got), err, c.want)
		}
	}
}

// Three elites are drawn 3, 2 and 1 times of 6, and points around one lie in the cube.
func TestAroundElites(t *testing.T) {
	u, _ := field(t, []float64{1})
	counts := [3]float64{}
	for range 6000 {
		counts[u.pickElite(3)]++
	}
	for i, want := range []float64{3000, 2000, 1000} {
		if math.Abs(counts[i]-want) > 200 {
			t.Errorf("drawn %v times", counts)
		}
	}
	var err error
	if u.Space, err = ParseSpace("alpha=0:5", mcts.Config{}); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		for _, x := range []float64{0.01, 0.99} {
			if y := u.near([]float64{x}, 0.3)[0]; y < 0 || y > 1 {
				t.Fatalf("around %v: %v", x, y)
			}
		}
	}
}

// A configuration has the base's preset and settings, but for what is searched; so has its
// parameter file.
func TestConfigurationOfBase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "base.json")
	if err := os.WriteFile(file, []byte(`{"preset":"default","alpha":3,"depth":7,"breadth":"5,3"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	base, err := bench.KnobsFile(file)
	if err != nil {
		t.Fatal(err)
	}
	space, err := ParseSpace("alpha=0:5,order=heatmap|distance", mcts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := Params(space.at([]float64{0.2, 0.9}, base).knobs)
	if want := "{\n  \"preset\": \"default\",\n  \"alpha\": 1,\n  \"depth\": 7,\n  \"breadth\": \"5,3\",\n  \"order\": \"distance\"\n}\n"; err != nil || string(text) != want {
		t.Errorf("%s (%v), want %s", text, err, want)
	}
	cfg, err := base.Config(1000, "")
	if err != nil {
		t.Fatal(err)
	}
	if x := space.baseAt(base, cfg).x; x[0] != 3./5 {
		t.Errorf("the base lies at %v", x)
	}
	// A value beyond the range lies at its end, one of a list in the middle of its share.
	if x, y := space[0].place("9"), space[1].place("heatmap"); x != 1 || y != 0.25 {
		t.Errorf("alpha 9 lies at %v, the order heatmap at %v, want 1 and 0.25", x, y)
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
		"alpha=0:0x1p1":    "the range of alpha",
		"alpha=0|0x1p1":    "the range of alpha",
		"depth=4.4:4.6":    `the range of depth is "4.4:4.6"`,
	} {
		if _, err := ParseSpace(list, mcts.Config{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", list, err, want)
		}
	}
}
