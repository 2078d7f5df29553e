package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recordsFile writes records and returns the file's name.
func recordsFile(t *testing.T, lines ...string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "r.jsonl")
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// line is one record of an arm.
func line(knobs, instance string, seed int, length float64) string {
	return fmt.Sprintf(`{"version":1,"solver":"tspmcts","digest":"d%s","knobs":%q,"budget":"1s","instance":%q,"n":9,"length":%g,"optimum":100,"seconds":1,"seed":%d,"workers":1,"heatmap":"zero","trace":[{"seconds":%g,"length":%g},{"seconds":1,"length":%g}]}`,
		instance, knobs, instance, length, seed, 0.03*float64(seed+1), length+5, length)
}

// configured is a record with a knob.
func configured(line string, alpha int) string {
	return strings.Replace(line, `"trace"`, fmt.Sprintf(`"config":{"preset":"paper","alpha":%d},"trace"`, alpha), 1)
}

// mapped is a record with the digest of the heatmap's files.
func mapped(line, digest string) string {
	return strings.Replace(line, `"trace"`, fmt.Sprintf(`"map_digest":%q,"trace"`, digest), 1)
}

// The lengths of two arms are x and y of Hollander and Wolfe's example (see package
// stat), so that everything about the pair is known.
func example(t *testing.T) []string {
	x := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	y := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	var all []string
	for i := range x {
		all = append(all, line("x", fmt.Sprint("i", i%3), i/3, 100+x[i]), line("y", fmt.Sprint("i", i%3), i/3, 100+y[i]))
	}
	return all
}

func read(t *testing.T, o Options, lines ...string) *Data {
	t.Helper()
	d, err := Read([]string{recordsFile(t, lines...)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func compare(t *testing.T, against string, byInstance bool, lines ...string) *Comparison {
	t.Helper()
	c, err := read(t, Options{}, lines...).Compare(against, byInstance)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestPair(t *testing.T) {
	c := compare(t, "", false, example(t)...)
	var out strings.Builder
	if err := c.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var pair map[string]any
	if err := json.Unmarshal([]byte(out.String()), &pair); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatal(out.String(), err)
	}
	if got, want := slices.Sorted(maps.Keys(pair)), strings.Fields("a b difference high losses low mean_a mean_b n over_time p p_holm ties wins"); !slices.Equal(got, want) {
		t.Errorf("fields %v, want %v", got, want)
	}
	for name, want := range map[string]float64{"n": 9, "wins": 2, "ties": 0, "losses": 7, "p": 0.0390625, "p_holm": 0.0390625, "mean_a": 15.9 / 9, "mean_b": 12.013 / 9, "difference": 3.887 / 9, "low": float64(c.Pairs[0].Lo), "high": float64(c.Pairs[0].Hi)} {
		if got := pair[name].(float64); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if p := c.Pairs[0]; !(p.Lo < p.Difference && p.Difference < p.Hi && p.Lo > 0) {
		t.Errorf("%+v", p)
	}
	if c.Friedman != nil {
		t.Error("Friedman's test of two arms")
	}
	if c := compare(t, "", true, example(t)...); c.Pairs[0].N != 3 {
		t.Errorf("by instance: %d pairs", c.Pairs[0].N)
	}
	// Arms that share instances, but no seeds, are paired on instances.
	peer := []string{}
	for _, l := range example(t) {
		if strings.Contains(l, `"knobs":"y"`) {
			l = strings.Replace(strings.Replace(l, `"solver":"tspmcts"`, `"solver":"LKH"`, 1), `"seed":`, `"seed":77`, 1)
		}
		peer = append(peer, l)
	}
	if c := compare(t, "", false, peer...); c.Pairs[0].N != 3 || c.Pairs[0].A != "LKH" {
		t.Errorf("with other seeds: %+v", c.Pairs[0])
	}
}

// Where an instance's seeds are one run, they are so in every table.
func TestByInstance(t *testing.T) {
	var lines []string
	for _, arm := range []string{"x", "y"} {
		lines = append(lines, line(arm, "b", 1, 101))
		for seed := range 3 {
			lines = append(lines, line(arm, "a", seed, 104+float64(seed)))
		}
	}
	c := compare(t, "", true, lines...)
	const mean = "3.000" // of 1 and 5; 4, 5 and 6 are one
	arm, pair := c.Arms[0], c.Pairs[0]
	last := len(arm.OverTime) - 2
	if arm.Runs != 2 || arm.Mean.Text("%.3f") != mean || Percent(arm.OverTime[last]).Text("%.3f") != mean {
		t.Errorf("the arm: %+v", arm)
	}
	if pair.N != 2 || pair.MeanA.Text("%.3f") != mean || pair.OverTime[last].MeanA.Text("%.3f") != mean {
		t.Errorf("the pair: %+v", pair)
	}
	if set := c.sets[0]; set[2] != "2" || set[len(set)-1] != mean {
		t.Errorf("the set: %v", set)
	}
}

func TestThreeArms(t *testing.T) {
	lines := example(t)
	for i := range 9 {
		lines = append(lines, line("z", fmt.Sprint("i", i%3), i/3, 110))
	}
	c := compare(t, "", false, lines...)
	if len(c.Pairs) != 3 || c.Friedman == nil || c.Friedman.Blocks != 9 || c.Friedman.Ranks[2] != 3 {
		t.Fatalf("%+v", c)
	}
	for _, p := range c.Pairs {
		if p.PHolm < p.P {
			t.Errorf("%+v", p)
		}
	}
	if c := compare(t, "z", false, lines...); len(c.Pairs) != 2 || c.Pairs[0].A != "z" || c.Pairs[0].Losses != 9 {
		t.Errorf("against z: %+v", c.Pairs)
	}
	for name, write := range map[string]func(*strings.Builder) error{
		"text":     func(b *strings.Builder) error { return c.Text(b) },
		"markdown": func(b *strings.Builder) error { return c.Markdown(b) },
		"csv":      func(b *strings.Builder) error { return c.CSV(b) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil || !strings.Contains(b.String(), "0.039") {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
}

// What names hold breaks no table, and what one kind of table needs is in no other.
func TestCells(t *testing.T) {
	set := func(l string) string { return strings.Replace(l, `"digest"`, `"set":"s|t","digest"`, 1) }
	c := compare(t, "", false, set(line("x|\n", "a", 1, 101)), set(line("y", "a", 1, 102)))
	for _, only := range []string{"", "sets"} {
		c.Only(only)
		var markdown, text strings.Builder
		if err := errors.Join(c.Markdown(&markdown), c.Text(&text)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(markdown.String(), `| x\|  |`) || !strings.Contains(text.String(), "x|  ") || strings.Contains(text.String(), `\`) {
			t.Errorf("%q:\n%s\n%s", only, markdown.String(), text.String())
		}
	}
}

// Neither the order of the records nor that of the files changes a figure.
func TestOrderOfRecords(t *testing.T) {
	text := func(lines []string) string {
		c := compare(t, "", false, lines...)
		var b strings.Builder
		if err := c.Text(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	lines := example(t)
	want := text(lines)
	slices.Reverse(lines)
	if got := text(lines); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Pairs without common runs are no tests, and make no other p-value larger.
func TestHolmWithoutRuns(t *testing.T) {
	c := compare(t, "", false, append(example(t), line("z", "other", 1, 101))...)
	for _, p := range c.Pairs {
		for _, test := range []Pair{p, p.OverTime[0]} {
			if test.PHolm.defined() != (p.A == "x" && p.B == "y") || test.PHolm.String() != test.P.String() {
				t.Errorf("%s and %s: %s: p %v becomes %v", p.A, p.B, test.Measure, test.P, test.PHolm)
			}
		}
	}
	var csv, lines strings.Builder
	if err := errors.Join(c.CSV(&csv), c.JSON(&lines)); err != nil {
		t.Fatal(err)
	}
	if want := "\nx,z,0,,,,,,0,0,0,,,"; !strings.Contains(csv.String(), want) {
		t.Errorf("no %q in %s", want, csv.String())
	}
	if want := `{"a":"x","b":"z","n":0,"mean_a":null,"mean_b":null,"difference":null,"wins":0,"ties":0,"losses":0,"p":null,"p_holm":null,"over_time"`; !strings.Contains(lines.String(), want) {
		t.Errorf("no %s in %s", want, lines.String())
	}
}

// Differences of lengths that tie share a rank, whatever the gaps they are of: 3, -4, -3, -1
// and 1 have the exact p-value 0.6875.
func TestTiedDifferences(t *testing.T) {
	var lines []string
	for i, lengths := range [][2]float64{{7548, 7545}, {7542, 7546}, {7542, 7545}, {7542, 7543}, {7548, 7547}} {
		for k, arm := range []string{"x", "y"} {
			lines = append(lines, strings.Replace(line(arm, "i", i, lengths[k]), `"optimum":100`, `"optimum":7542`, 1))
		}
	}
	if p := compare(t, "", false, lines...).Pairs[0]; p.N != 5 || p.Losses != 2 || p.Wins != 3 || p.P != 0.6875 {
		t.Errorf("%+v", p)
	}
}

// The last record of a run counts, ties are ties in spite of rounding, and gaps
// are over the shortest length that a record calls the best known, the best length where none does.
func TestReading(t *testing.T) {
	c := compare(t, "", false, line("x", "a", 1, 105), line("y", "a", 1, 103), line("x", "a", 1, 103.00000000001))
	if p := c.Pairs[0]; p.Ties != 1 || p.N != 1 || p.P != 1 {
		t.Errorf("%+v", p)
	}
	unknown := func(l string) string { return strings.Replace(l, `"optimum":100`, `"optimum":null`, 1) }
	c = compare(t, "", false, unknown(line("x", "a", 1, 110)), unknown(line("y", "a", 1, 100)))
	if p := c.Pairs[0]; math.Abs(float64(p.MeanA)-10) > 1e-9 || p.MeanB != 0 || !strings.Contains(c.Note, "1 of 1") {
		t.Errorf("%+v %s", p, c.Note)
	}
	older := strings.Replace(line("x", "a", 1, 110), `"optimum":100`, `"optimum":105`, 1)
	for _, lines := range [][]string{{older, line("y", "a", 1, 100)}, {line("y", "a", 1, 100), older}} {
		if p := compare(t, "", false, lines...).Pairs[0]; math.Abs(float64(p.MeanA)-10) > 1e-9 || p.MeanB != 0 {
			t.Errorf("with two best known lengths: %+v", p)
		}
	}
	for _, bad := range [][]string{
		{line("x", "a", 1, 1), strings.Replace(line("y", "a", 1, 1), `"da"`, `"db"`, 1)},
		{configured(line("x", "a", 1, 1), 1), configured(line("x", "a", 2, 1), 2)},
		{configured(line("x", "a", 1, 1), 1), strings.Replace(configured(line("x", "a", 1, 1), 2), `"1s"`, `"2s"`, 1)},
		{mapped(line("x", "a", 1, 1), "m"), line("x", "a", 2, 1), mapped(line("y", "a", 3, 1), "o")},
		{""},
	} {
		if _, err := Read([]string{recordsFile(t, bad...)}, Options{}); err == nil {
			t.Errorf("no error of %v", bad)
		}
	}
	// Knobs may depend on the instance's size, and be of another label.
	c = compare(t, "", false, configured(line("x", "a", 1, 1), 1), configured(line("x", "b", 1, 1), 2), configured(line("y", "a", 1, 1), 2))
	if len(c.Arms) != 2 {
		t.Errorf("%+v", c.Arms)
	}
	// Each instance may have a file of its own, and older records do not tell which.
	c = compare(t, "", false, mapped(line("x", "a", 1, 1), "m"), mapped(line("x", "b", 1, 1), "o"), line("x", "a", 2, 1))
	if len(c.Arms) != 1 {
		t.Errorf("%+v", c.Arms)
	}
	d, err := Read([]string{recordsFile(t, line("x", "a", 1, 1))}, Options{Traces: true})
	if err != nil || len(d.Arms[0].Runs[0].Trace) != 2 {
		t.Fatal(err)
	}
	if _, err := d.Compare("w", false); err == nil || !strings.Contains(err.Error(), `want one of x`) {
		t.Error(err)
	}
	if _, err := Read([]string{"none"}, Options{}); err == nil {
		t.Error("no error without a file")
	}
}

// Arms are called by what tells them apart; others' have no workers, and the name of their solver.
func TestNames(t *testing.T) {
	other := func(solver, knobs string, seed, workers int) string {
		return fmt.Sprintf(`{"version":1,"solver":%q,"knobs":%q,"instance":"a","length":105,"optimum":100,"seconds":5,"seed":%d,"workers":%d}`, solver, knobs, seed, workers)
	}
	for want, lines := range map[string][]string{
		"x":                         {line("x", "a", 1, 101)},
		"x; y":                      {line("y", "a", 1, 101), line("x", "a", 1, 101)},
		"LKH; tspmcts":              {line("x", "a", 1, 101), other("LKH", "", 1, 1), other("LKH", "", 2, 4)},
		"LKH; tspmcts x; tspmcts y": {line("x", "a", 1, 101), line("y", "a", 1, 101), other("LKH", "k", 1, 1)},
		"LKH a; LKH b; linkern":     {other("LKH", "a", 1, 1), other("LKH", "b", 1, 1), other("linkern", "c", 1, 1)},
	} {
		var names []string
		for _, a := range read(t, Options{}, lines...).Arms {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, "; "); got != want {
			t.Errorf("the arms are called %q, want %q", got, want)
		}
	}
}

// Thinning keeps the last step and the step that counts at every time, to within a small factor.
func TestThin(t *testing.T) {
	var steps []Step
	for i := range 5000 {
		steps = append(steps, Step{Seconds: 0.001 * float64(i+1), Gap: 100 - float64(i)/100})
	}
	kept := thin(steps)
	if len(kept) > 2*maxSteps || kept[len(kept)-1] != steps[len(steps)-1] {
		t.Errorf("%d steps kept, the last %v", len(kept), kept[len(kept)-1])
	}
	for _, at := range []float64{0.01, 0.1, 1, 4} {
		i := slices.IndexFunc(kept, func(s Step) bool { return s.Seconds > at }) - 1
		if kept[i].Seconds < at/1.3 {
			t.Errorf("at %v s the last step kept is of %v s", at, kept[i].Seconds)
		}
	}
}

// The page needs nothing else, names every figure, and holds what the tables say;
// every figure is drawn as SVG and PNG.
func TestPage(t *testing.T) {
	lines := example(t)
	for i := range 9 {
		l := line("z <b>", fmt.Sprint("i", i%3), i/3, 110)
		lines = append(lines, strings.Replace(l, `"seed"`, `"tour":[[0,0],[1,0],[1,1]],"seed"`, 1))
	}
	d, err := Read([]string{recordsFile(t, lines...)}, Options{Traces: true, Config: true, Tours: true})
	if err != nil {
		t.Fatal(err)
	}
	files, err := d.Page("a & b")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil || b.Len() < 300 {
			t.Errorf("%s: %d bytes (%v)", f.Name, b.Len(), err)
		}
		names = append(names, f.Name)
		switch filepath.Ext(f.Name) {
		case ".html":
			text := b.String()
			for _, want := range []string{"<title>a &amp; b</title>", "z &lt;b&gt;", "0.0391", "prefers-color-scheme: dark", "@media print", `aria-label="Gap over time"`, "27 runs of 3 arms on 3 instances", "<h2>Pairs over time</h2>"} {
				if !strings.Contains(text, want) {
					t.Errorf("the page lacks %s", want)
				}
			}
			text = strings.ReplaceAll(strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), "http://www.w3.org/1999/xlink", "")
			for _, bad := range []string{"http", "src=", "@import", "<link", "NaN", "z <b>"} {
				if strings.Contains(text, bad) {
					t.Errorf("the page holds %s", bad)
				}
			}
		case ".svg":
			if err := xml.Unmarshal(b.Bytes(), new(struct{})); err != nil || strings.Contains(b.String(), "#-") {
				t.Errorf("%s: %v, or a colour below 0", f.Name, err)
			}
		case ".png":
			if _, err := png.Decode(&b); err != nil {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	for _, want := range strings.Fields("report.html curves.svg curves.png integral.svg integral.png profile.svg profile-tenth.svg target.svg boxes.svg tour-1.svg") {
		if !slices.Contains(names, want) {
			t.Errorf("%s is missing from %v", want, names)
		}
	}
}

// Of many pairs the page has those of smallest p, whatever they are written as, and then those
// that have one.
func TestManyPairs(t *testing.T) {
	c := &Comparison{}
	for i := range 300 {
		p := Pair{A: fmt.Sprint("a", i), B: "b", N: 20, P: Percent(1 - float64(i)/299)}
		switch {
		case i >= 295:
			p.P = 1e-6
		case i%2 == 1:
			p.N, p.P = 0, Percent(math.NaN())
		}
		c.Pairs = append(c.Pairs, p)
	}
	all := (&Data{}).tables(c)
	rows := all[len(all)-1].Rows
	if len(rows) != 200 || rows[0][0] != "a295" || rows[4][10] != "<0.0001" || rows[5][0] != "a294" || rows[152][0] != "a0" || rows[153][10] != "-" {
		t.Errorf("%d rows, from %v to %v", len(rows), rows[0], rows[len(rows)-1])
	}
	if c.Pairs[0].A != "a0" {
		t.Error("the pairs themselves were sorted")
	}
}

// What a run had reached at a time is its last step before.
func TestAt(t *testing.T) {
	r := &Run{Trace: []Step{{Seconds: 1, Gap: 9}, {Seconds: 2, Gap: 5}, {Seconds: 4, Gap: 3}}}
	for at, want := range map[float64]float64{1: 9, 1.5: 9, 2: 5, 3.9: 5, 4: 3, 99: 3} {
		if got, ok := r.at(at); !ok || got != want {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
	if _, ok := r.at(0.5); ok {
		t.Error("a gap before the first tour")
	}
}

// A path is drawn as it is, a tour returns.
func TestRoute(t *testing.T) {
	for fields, want := range map[string]string{
		`"tour":[[0,0],[1,0],[1,1]],`:             "[{0 0} {1 0} {1 1} {0 0}]",
		`"tour":[[0,0],[1,0],[1,1]],"path":true,`: "[{0 0} {1 0} {1 1}]",
	} {
		d, err := Read([]string{recordsFile(t, strings.Replace(line("x", "a", 1, 101), `"seed"`, fields+`"seed"`, 1))}, Options{Tours: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(d.Arms[0].Runs[0].route()); got != want {
			t.Errorf("%s: %s, want %s", fields, got, want)
		}
	}
}

// A tenth of the time is one of the budget, however early a run ends: this one ends at
// 0.08 s of 1 s, and had no tour at a tenth of that.
func TestProfileTenth(t *testing.T) {
	l := strings.Replace(line("x", "a", 1, 101), `"seconds":1,"length":101}`, `"seconds":0.08,"length":101}`, 1)
	l = strings.Replace(l, `"seconds":1,"seed"`, `"seconds":0.08,"seed"`, 1)
	d, err := Read([]string{recordsFile(t, l)}, Options{Traces: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := d.profile(true)
	if err != nil || f == nil {
		t.Fatal(f, err)
	}
	if x := f.plot.X; x.Min > 1 || x.Max < 1 {
		t.Errorf("the axis runs from %v to %v %%, want it around 1", x.Min, x.Max)
	}
}

// A knob that decides everything is the one of importance.
func TestImportance(t *testing.T) {
	var lines []string
	for i := range 40 {
		l := line(fmt.Sprint("c", i), "a", 1, 100+float64(i%7))
		lines = append(lines, strings.Replace(configured(l, i%7), `"alpha"`, fmt.Sprintf(`"beta":%d,"alpha"`, i%5), 1))
	}
	d, err := Read([]string{recordsFile(t, lines...)}, Options{Config: true})
	if err != nil {
		t.Fatal(err)
	}
	shares := d.importance()
	if len(shares) != 2 || shares[0].Knob != "alpha" || shares[0].Share < 0.7 {
		t.Errorf("%v", shares)
	}
}
