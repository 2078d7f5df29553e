package mcts

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tspmcts/mcts/eax"
	"tspmcts/mcts/meter"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestKnobsOutOfRange sets every knob to values around its range.
func TestKnobsOutOfRange(t *testing.T) {
	for _, k := range Knobs {
		var good, bad []string
		switch k.Kind {
		case Real:
			good = []string{fmt.Sprint(k.Min), fmt.Sprint(k.Max)}
			bad = []string{fmt.Sprint(k.Min - 0.001), fmt.Sprint(k.Max * 1.001)}
			for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} { // as programs set them
				c := tsptest.Must(Preset("default", 1000, "zero"))
				*k.field(&c).(*float64) = x
				if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), k.Name+" is ") || !strings.Contains(err.Error(), k.Range()) {
					t.Errorf("%s = %v: %v, want its name and range", k.Name, x, err)
				}
			}
		case Integer:
			good = []string{fmt.Sprint(int(k.Min)), fmt.Sprint(int(k.Max))}
			bad = []string{fmt.Sprint(int(k.Min) - 1), fmt.Sprint(int(k.Max) + 1)}
		case Choice:
			good = k.Choices
			bad = []string{"", "x" + k.Choices[0], strings.ToUpper(k.Choices[0])}
		case List:
			good = []string{"1", fmt.Sprint(k.Max), "5, 3,1"}
			bad = []string{"", "0", fmt.Sprint(k.Max + 1), "1,,2", "1,a", "1.5", "3,0"}
		}
		try := func(value string) error {
			c := tsptest.Must(Preset("default", 1000, "zero"))
			if err := k.Set(&c, value); err != nil {
				t.Fatalf("%s: %v", k.Name, err)
			}
			return c.Validate()
		}
		for _, v := range good {
			if err := try(v); err != nil {
				t.Errorf("%s = %s: %v", k.Name, v, err)
			}
		}
		for _, v := range bad {
			err := try(v)
			if err == nil || !strings.HasPrefix(err.Error(), k.Name+" is ") || !strings.Contains(err.Error(), k.Range()) {
				t.Errorf("%s = %q: %v, want its name and range", k.Name, v, err)
			}
			if k.Kind == Integer && !strings.Contains(k.Range(), fmt.Sprintf("integer from %.f to %d", k.Min, int(k.Max))) {
				t.Errorf("%s takes %s, and no fractions", k.Name, k.Range())
			}
		}
		if k.Kind == Real || k.Kind == Integer {
			for _, bad := range []string{"many", "1_0", "0x1p1", "inf", "nan"} {
				if err := k.Set(&Config{}, bad); err == nil {
					t.Errorf("%s takes %s", k.Name, bad)
				}
			}
		}
	}
}

// TestValidateReportsAll gives a value out of range to every knob at once.
func TestValidateReportsAll(t *testing.T) {
	err := Config{Alpha: -1, Beta: -1}.Validate()
	for _, k := range Knobs {
		bad := k.Kind == Choice || k.Kind == List || k.Min > 0 || k.Name == "alpha" || k.Name == "beta"
		if got := strings.Contains("\n"+err.Error(), "\n"+k.Name+" is "); got != bad {
			t.Errorf("%s reported: %v, want %v in\n%v", k.Name, got, bad, err)
		}
	}
}

func TestKnobNames(t *testing.T) {
	for i, k := range Knobs {
		if got, ok := FindKnob(k.Name); !ok || got.Name != k.Name {
			t.Errorf("FindKnob does not find %s", k.Name)
		}
		for _, other := range Knobs[:i] {
			c := Config{}
			if other.Name == k.Name || other.field(&c) == k.field(&c) {
				t.Errorf("%s and %s are one knob", k.Name, other.Name)
			}
		}
	}
	if _, ok := FindKnob("preset"); ok {
		t.Error("preset is a knob")
	}
}

// roundTrip returns what JSON leaves of c, with the knobs that a search by c does not
// read as they were.
func roundTrip(c Config) (back Config, err error) {
	if err = json.Unmarshal(tsptest.Must(json.Marshal(c)), &back); err == nil {
		for _, k := range Knobs {
			if !k.Read(&c) {
				err = errors.Join(err, k.Set(&back, k.Get(&c)))
			}
		}
	}
	return back, err
}

// TestUnreadKnobs pins what the table says that a search does not read: another value of it changes
// neither the tour nor the record, and the table has such knobs and others for every plan.
func TestUnreadKnobs(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 300, 3)
	for name, base := range map[string]Config{
		"paper":     tsptest.Must(Preset("paper", 300, "gtprior")),
		"default":   tsptest.Must(Preset("default", 300, "gtprior")),
		"no tours":  change(tsptest.Must(Preset("default", 300, "gtprior")), func(c *Config) { c.Population = 0 }),
		"draw":      change(tsptest.Must(Preset("default", 300, "gtprior")), func(c *Config) { c.Action = "draw" }),
		"best":      change(tsptest.Must(Preset("paper", 300, "gtprior")), func(c *Config) { c.Action = "best" }),
		"best kept": change(tsptest.Must(Preset("paper-default", 300, "gtprior")), func(c *Config) { c.Action, c.Breadth = "best", "1" }),
	} {
		budget := meter.Budget{Actions: 20000}
		want := solve(t, prepared(in, base, "gtprior"), base, 1, 2, budget)
		changed := base
		unread := 0
		for _, k := range Knobs {
			if k.Read(&base) {
				continue
			}
			unread++
			value := fmt.Sprint(k.Min + 1)
			if k.Get(&base) == value {
				value = fmt.Sprint(k.Min + 2)
			}
			if err := k.Set(&changed, value); err != nil {
				t.Fatal(err)
			}
		}
		if unread == 0 || unread == len(Knobs) || changed == base {
			t.Errorf("%s: %d of %d knobs are not read", name, unread, len(Knobs))
		}
		got := solve(t, prepared(in, changed, "gtprior"), changed, 1, 2, budget)
		if !slices.Equal(got.Tour, want.Tour) || got.Actions != want.Actions {
			t.Errorf("%s: unread knobs change the tour from %d to %d", name, want.Length, got.Length)
		}
		if a, b := tsptest.Must(json.Marshal(base)), tsptest.Must(json.Marshal(changed)); string(a) != string(b) {
			t.Errorf("%s: unread knobs are written: %s, %s", name, a, b)
		}
	}
}

// TestKnobsHold pins that what is asked for is done, also where it is less than a search begins with,
// or more than presets have.
func TestKnobsHold(t *testing.T) {
	base := tsptest.Must(Preset("default", 10000, "gtprior"))
	for n, want := range map[int]int{8: 30, 1000: 30, 3000: 30, 3199: 31, 10000: 100, 99999: 999, 150000: 1000} {
		more, fewer := base, base
		more.Children, fewer.Children = 60, 10
		if d, m, f := base.eax(n).Children, more.eax(n).Children, fewer.eax(n).Children; d != want || want < eax.MostChildren && (f != want/3 || m < min(2*want, eax.MostChildren)) {
			t.Errorf("%d cities: %d children, want %d; %d when doubled, %d of a third", n, d, want, m, f)
		}
	}
	in := tsptest.Random(tsp.Euc2D, 1500, 3)
	for _, whole := range []int{100, 5000, 20000} { // regions, both, the whole
		var actions []int64 // of recombinations, until half of all are done
		for _, most := range []int{1, 2, 7, 8} {
			cfg := tsptest.Must(Preset("default", in.N(), "gtprior"))
			cfg.Population, cfg.Whole = most, whole
			work := solve(t, prepared(in, cfg, "gtprior"), cfg, 1, 2, meter.Budget{Actions: 240000}).Work
			visits := int64(0)
			for _, w := range work {
				if w.Operator == "recombine" {
					visits += w.Visits
				}
			}
			actions = append(actions, visits)
		}
		if !slices.IsSortedFunc(actions, func(a, b int64) int { return int(b - a) }) || actions[0] == actions[3] {
			t.Errorf("whole %d: %d recombinations of 1, 2, 7 and 8 tours", whole, actions)
		}
	}
}

func change(c Config, how func(*Config)) Config {
	how(&c)
	return c
}

func TestConfigJSON(t *testing.T) {
	for _, name := range Presets {
		for _, n := range []int{10, 700, 5000, 1000000} {
			for _, source := range []string{"zero", "gtprior", "softdist", "other"} {
				c := tsptest.Must(Preset(name, n, source))
				if err := c.Validate(); err != nil {
					t.Errorf("%s %d %s: %v", name, n, source, err)
				}
				if back, err := roundTrip(c); err != nil || back != c {
					t.Errorf("%+v comes back as %+v, %v", c, back, err)
				}
			}
		}
	}
	c := tsptest.Must(Preset("paper", 500, "zero"))
	c.Alpha, c.Beta, c.Preset = 1.0/3, 1e-7, `a "b"`
	back, err := roundTrip(c)
	if err != nil || back != c {
		t.Errorf("%+v comes back as %+v, %v", c, back, err)
	}
	odd := tsptest.Must(Preset("default", 500, "zero"))
	odd.Preset, odd.Breadth = "a\v\x01", "3,\v1" // which is 3,1
	if err := odd.Validate(); err != nil {
		t.Fatal(err)
	}
	if back, err := roundTrip(odd); err != nil || back != odd {
		t.Errorf("%+v comes back as %+v, %v", odd, back, err)
	}
	if err := json.Unmarshal([]byte(`{"alpha":2}`), &back); err != nil || back.Alpha != 2 || back.Beta != 1e-7 {
		t.Errorf("a file with one knob gives %+v, %v", back, err)
	}
	err = json.Unmarshal([]byte(`{"alfa":2,"depth":1.5,"pool":"x"}`), &back)
	for _, want := range []string{`unknown knob "alfa"`, "depth is", "pool is"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %s", err, want)
		}
	}
	for _, text := range []string{`[]`, `{"alpha":null}`, `{"alpha":[1]}`, `{"depth":true}`, `{"depth":1e99}`,
		`{"preset":null}`, `{"preset":{"a":1}}`, `{"preset":5}`, `{"alpha":"0.5"}`, `{"breadth":5}`, `{"order":null}`} {
		if err := json.Unmarshal([]byte(text), &back); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

// TestPaperKnobs pins every tuned row of the paper, and which sizes get it.
func TestPaperKnobs(t *testing.T) {
	for _, c := range []struct {
		source string
		n      []int
		want   string
	}{
		{"gtprior", []int{10, 500, 700}, "0 10 5 5 heatmap 200"},
		{"gtprior", []int{710, 1000, 3100}, "1 10 5 5 heatmap 200"},
		{"gtprior", []int{3200, 10000, 1000000}, "0 10 10 20 distance 200"},
		{"zero", []int{500}, "2 10 2 5 distance 100"},
		{"zero", []int{1000}, "1 100 5 5 distance 100"},
		{"zero", []int{10000}, "0 100 2 20 distance 10"},
		{"softdist", []int{500}, "1 100 2 500 heatmap 200"},
		{"softdist", []int{1000}, "0 150 2 20 heatmap 200"},
		{"softdist", []int{10000}, "0 10 10 20 distance 200"},
		{"mine", []int{1000}, "1 10 5 5 heatmap 200"},
	} {
		for _, n := range c.n {
			k := tsptest.Must(Preset("paper", n, c.source))
			if got := fmt.Sprint(k.Alpha, k.Beta, k.Pool, k.Candidates, " ", k.Order, " ", k.Depth); got != c.want {
				t.Errorf("%s %d: %s, want %s", c.source, n, got, c.want)
			}
			if k.Action != "draw" || k.FirstTour != "draw" || k.Restart != "fresh" {
				t.Errorf("%s %d: not the paper's search: %+v", c.source, n, k)
			}
		}
	}
	k := tsptest.Must(Preset("paper-default", 1000, "zero"))
	if got := fmt.Sprint(k.Alpha, k.Beta, k.Pool, k.Candidates, " ", k.Order, " ", k.Depth); got != "1 10 10 1000 heatmap 10" {
		t.Errorf("paper-default: %s", got)
	}
	if _, err := Preset("papr", 10, "zero"); err == nil || !strings.Contains(err.Error(), "paper") {
		t.Errorf("an unknown preset: %v", err)
	}
}

// TestTunedTable holds the table that is built in against its reader and writer,
// every row against the preset that reads it, and shows wrong tables.
func TestTunedTable(t *testing.T) {
	rows, err := ParseTuned(tunedJSON)
	if err != nil {
		t.Fatal(err)
	}
	if again := tsptest.Must(FormatTuned(rows)); string(again) != string(tunedJSON) {
		t.Errorf("the table is not in the order and form of its writer, which is\n%s", again)
	}
	for _, row := range rows {
		c := tsptest.Must(Preset(row.Preset, row.N, row.Heatmap))
		want := c
		if err := row.apply(&want); err != nil || c != want {
			t.Errorf("%s %s %d: %+v, want %+v, %v", row.Preset, row.Heatmap, row.N, c, want, err)
		}
		far := max(1, row.N/4)
		if near, _ := nearestTuned(row.Preset, row.Heatmap, far); near.N == row.N && far != row.N {
			if c, own := tsptest.Must(Preset(row.Preset, far, row.Heatmap)), tsptest.Must(untuned(row.Preset, far, row.Heatmap)); c != own {
				t.Errorf("%s %s %d reaches %d cities: %+v, want %+v", row.Preset, row.Heatmap, row.N, far, c, own)
			}
		}
	}
	for _, bad := range []string{
		``, `{}`, `[{"preset":"paper"}]`, `[{"preset":"default","heatmap":"zero","n":0,"knobs":{}}]`,
		`[{"preset":"paper","heatmap":"zero","n":5,"knobs":{}}]`, `[{"preset":"oracle","heatmap":"zero","n":5,"knobs":{}}]`, `[{"preset":"default","heatmap":"zero","n":5}]`,
		`[{"preset":"default","heatmap":"zero","n":5,"knobs":{"alfa":1}}]`, `[{"preset":"default","heatmap":"zero","n":5,"knobs":{"alpha":-1}}]`,
		`[{"preset":"default","heatmap":"zero","n":5,"knobs":{},"size":5}]`,
	} {
		if _, err := ParseTuned([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if empty := tsptest.Must(FormatTuned(nil)); string(empty) != "[\n]\n" {
		t.Errorf("no rows are written as %q", empty)
	}
}

// A pair of large tours is harvested more often than once.
func TestHarvest(t *testing.T) {
	c := tsptest.Must(Preset("default", 5000, "alpha"))
	for n, want := range map[int]int{10: 1, 1999: 1, 5000: 5} {
		if got := c.eax(n).Harvest; got != want {
			t.Errorf("%d children of a pair of %d cities replace it, want %d", got, n, want)
		}
	}
}

// Where the ascent looks at all edges, alpha is for fewer cities.
func TestDefaultHeatmapOf(t *testing.T) {
	plain := tsptest.Random(tsp.Euc2D, 1000, 1)
	path := tsptest.Random(tsp.Euc2D, 1000, 1)
	if err := path.SetEnds(-1, -1); err != nil {
		t.Fatal(err)
	}
	path = tsp.NewSymmetric(path).Instance
	matrix := tsptest.Random(tsp.Explicit, 1000, 1)
	pairs := tsp.NewSymmetric(tsptest.Directed(1000, 1)).Instance
	many, manyPath := tsptest.Random(tsp.Euc2D, 250000, 1), tsptest.Random(tsp.Euc2D, 250000, 1)
	if err := manyPath.SetEnds(-1, -1); err != nil {
		t.Fatal(err)
	}
	manyPath = tsp.NewSymmetric(manyPath).Instance
	for _, c := range []struct {
		in      *tsp.Instance
		limit   time.Duration
		workers int
		want    string
	}{
		{plain, 30 * time.Millisecond, 2, "alpha"}, {plain, 29 * time.Millisecond, 2, "gtprior"},
		{path, 30 * time.Millisecond, 2, "alpha"}, {path, 29 * time.Millisecond, 2, "gtprior"},
		{matrix, 38 * time.Millisecond, 2, "alpha"}, {matrix, 37 * time.Millisecond, 2, "gtprior"},
		{pairs, 240 * time.Millisecond, 2, "alpha"}, {pairs, 239 * time.Millisecond, 2, "gtprior"}, {pairs, 0, 1, "alpha"},
		{many, 3750 * time.Millisecond, 2, "alpha"}, {many, 3749 * time.Millisecond, 2, "gtprior"}, {many, 7499 * time.Millisecond, 1, "gtprior"},
		{manyPath, 7500 * time.Millisecond, 2, "alpha"}, {manyPath, 7499 * time.Millisecond, 2, "gtprior"},
	} {
		if got := DefaultHeatmapOf("default", c.in, c.limit, c.workers); got != c.want {
			t.Errorf("%d cities in %v, %d workers: %s, want %s", c.in.N(), c.limit, c.workers, got, c.want)
		}
	}
	if got := DefaultHeatmapOf("paper", plain, 0, 2); got != "gtprior" {
		t.Errorf("paper: %s", got)
	}
}
