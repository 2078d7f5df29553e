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
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"

	"tspmcts/bench"
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

// unknown is a record without an optimum.
func unknown(line string) string {
	return strings.Replace(line, `"optimum":100`, `"optimum":null`, 1)
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

// Arms without a common seed are paired on the means of instances, and the notes say so, as they say
// that there is no Friedman's test of three.
func TestSeedsApart(t *testing.T) {
	lines := []string{line("x", "a", 1, 104), line("x", "a", 2, 106), line("y", "a", 3, 107), line("y", "b", 3, 109)}
	c := compare(t, "", false, lines...)
	if p := c.Pairs[0]; p.N != 1 || math.Abs(float64(p.Difference)+2) > 1e-9 || !strings.Contains(c.Note, "The arms of 1 of 1 pairs have no seed in common") {
		t.Errorf("%+v %s", p, c.Note)
	}
	lines = append(lines, line("z", "a", 1, 104), line("z", "a", 3, 108))
	if c := compare(t, "", false, lines...); c.Friedman != nil || !strings.HasPrefix(c.Note, "The arms of 1 of 3 pairs ") || !strings.Contains(c.Note, "as Friedman's test needs") {
		t.Errorf("%+v %s", c.Friedman, c.Note)
	}
	if c := compare(t, "", false, example(t)...); c.Note != "" {
		t.Error(c.Note)
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
	zero := strings.Replace(line("y", "a", 1, 100), `"optimum":100`, `"optimum":0`, 1) // for unknown
	c = compare(t, "", false, unknown(line("x", "a", 1, 110)), zero, unknown(line("z", "a", 1, 120)))
	if p := c.Pairs[0]; math.Abs(float64(p.MeanA)-10) > 1e-9 || p.MeanB != 0 || !strings.Contains(c.Note, "1 of 1") {
		t.Errorf("%+v %s", p, c.Note)
	}
	// A record that a later one corrects is no length that gaps could be over.
	c = compare(t, "", false, unknown(line("x", "a", 1, 11)), unknown(line("x", "a", 1, 110)), unknown(line("y", "a", 1, 121)))
	if p := c.Pairs[0]; p.MeanA != 0 || math.Abs(float64(p.MeanB)-10) > 1e-9 {
		t.Errorf("over the length of a record that does not count: %+v", p)
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
		{configured(line("x", "a", 1, 1), 1), line("x", "a", 2, 1), configured(line("x", "a", 3, 1), 2)},
		{mapped(line("x", "a", 1, 1), "m"), line("x", "a", 2, 1), mapped(line("y", "a", 3, 1), "o")},
		{""},
	} {
		if _, err := Read([]string{recordsFile(t, bad...)}, Options{}); err == nil {
			t.Errorf("no error of %v", bad)
		}
	}
	// Knobs may depend on the instance's size and the heatmap, and be of another label.
	knn := strings.Replace(configured(line("x", "a", 1, 1), 3), `"heatmap":"zero"`, `"heatmap":"knn"`, 1)
	c = compare(t, "", false, configured(line("x", "a", 1, 1), 1), configured(line("x", "b", 1, 1), 2), configured(line("y", "a", 1, 1), 2), knn)
	if len(c.Arms) != 3 {
		t.Errorf("%+v", c.Arms)
	}
	// Each instance may have a file of its own, and older records do not tell which.
	c = compare(t, "", false, mapped(line("x", "a", 1, 1), "m"), mapped(line("x", "b", 1, 1), "o"), line("x", "a", 2, 1))
	if len(c.Arms) != 1 {
		t.Errorf("%+v", c.Arms)
	}
	// Another program's record tells neither the size nor the set.
	d := read(t, Options{Traces: true}, strings.Replace(line("x", "a", 1, 1), `"digest"`, `"set":"s.txt","digest"`, 1), `{"version":1,"solver":"LKH","instance":"a","length":1}`)
	if in := d.Instances[0]; in.N != 9 || in.Set != "s" {
		t.Errorf("an instance of %d cities in the set %q, want 9 in s", in.N, in.Set)
	}
	if len(d.Arms[1].Runs[0].Trace) != 2 {
		t.Errorf("%+v", d.Arms[1].Runs[0])
	}
	if _, err := d.Compare("w", false); err == nil || !strings.Contains(err.Error(), `want one of LKH, tspmcts`) {
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

// A file of best lengths beats what the records say, shorter or not.
func TestBestBeatsRecords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "best.csv")
	if err := os.WriteFile(file, []byte("a,80\nb,100\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	var best bench.Optima
	if err := best.ReadBest(file); err != nil {
		t.Fatal(err)
	}
	longer := strings.Replace(line("x", "b", 1, 110), `"optimum":100`, `"optimum":90`, 1)
	if gaps := read(t, Options{Best: &best}, line("x", "a", 1, 100), longer).Arms[0].Gaps(); fmt.Sprintf("%.6f", gaps) != "[25.000000 10.000000]" {
		t.Errorf("%v", gaps)
	}
}

// Gaps over a length of 0 are undefined, but that of 0 itself; lengths rank them, and tables and
// lines say so.
func TestUndefinedGaps(t *testing.T) {
	c := compare(t, "", false, unknown(line("x", "a", 1, 0)), unknown(line("y", "a", 1, 3)), unknown(line("z", "a", 1, 4)),
		line("x", "b", 1, 101), line("y", "b", 1, 102), line("z", "b", 1, 103))
	if c.Friedman == nil || fmt.Sprint(c.Friedman.Ranks) != "[1 2 3]" || !strings.Contains(c.Note, "The gaps of 2 runs are undefined") {
		t.Errorf("%+v %s", c.Friedman, c.Note)
	}
	var text, lines strings.Builder
	if err := errors.Join(c.Text(&text), c.JSON(&lines)); err != nil {
		t.Fatal(err)
	}
	if words := strings.Join(strings.Fields(text.String()), " "); !strings.Contains(words, "y 2 undefined undefined undefined 1.00 2.00") || !strings.Contains(lines.String(), `"mean_b":null`) {
		t.Errorf("%s\n%s", text.String(), lines.String())
	}
}

// counted returns the records of arms x, y and z on the instances a and b, of 9 and 20 cities, with
// two seeds each. The k-th arm has a tour of 50 % at k/10 s, and its last one, of the gap in gaps,
// at k/5 s; the last run of z tells no trace.
func counted() (lines []string) {
	gaps := [][3]float64{{1, 2, 5}, {3, 3, 5}, {1, .5, 5}, {7, 1.1, 6}}
	for i, run := range gaps {
		for k, gap := range run {
			instance, optimum, n := "a", 100.0, 9
			if i >= 2 {
				instance, optimum, n = "b", 200, 20
			}
			length, trace := optimum*(1+gap/100), ""
			if i != 3 || k != 2 {
				trace = fmt.Sprintf(`,"trace":[{"seconds":%g,"length":%g},{"seconds":%g,"length":%g}]`, float64(k+1)/10, optimum*1.5, float64(k+1)/5, length)
			}
			lines = append(lines, fmt.Sprintf(`{"version":1,"solver":"tspmcts","set":"%[1]s.txt","instance":%[1]q,"knobs":%[2]q,"budget":"1s","n":%[3]d,"length":%[4]g,"optimum":%[5]g,"seconds":%[6]g,"seed":%[7]d,"workers":1%[8]s}`,
				instance, "xyz"[k:k+1], n, length, optimum, 0.8+0.1*float64(i), 1+i%2, trace))
		}
	}
	return lines
}

// Every cell of every table. Gaps are those of counted, and x - y is -1, 0, 0.5 and 5.9: of the 8
// ways to sign three ranks 3 have a sum of 2 at most, so that p is 3/4. x - z is -4, -2, -4 and 1:
// 2 of 16, p 1/4. y - z is below 0: 1 of 16, p 1/8. Holm's are 1, 2 and 3 times that. Of 256
// samples of x 16 have the mean 1, and 5 one above 5.5, which is 2 %. Ranks of x are 1, 1.5, 2 and
// 3. An integral is (k 0.1 s of 100 %, as long of 50 %, the rest of the last gap) / 1 s, over log
// time (100 ln 10k + 50 ln 2 + gap ln 5/k) / ln 100. The stand-still until k/5 s is half of that
// time, and the one of the 7 % from 0.2 s to 1 s four fifths. Over time two arms meet in 4 runs, or
// 3 with z.
func TestTablesByHand(t *testing.T) {
	d := read(t, Options{At: []Moment{{Share: 0.1}, {Share: 0.3}, {Share: 1}}, Above: 4}, counted()...)
	c, err := d.Compare("", false)
	if err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]string{
		"arms": `
arm  runs  mean gap %   95 % interval  median  seconds  mean rank
x       4       3.000  1.000 to 5.500   2.000     0.95       1.88
y       4       1.650  0.800 to 2.525   1.550     0.95       1.38
z       4       5.250  5.000 to 5.750   5.000     0.95       2.75
`, "pairs": `
a  b  pairs  mean a  mean b   a - b     95 % interval  wins  ties  losses       p  p (Holm)
x  y      4   3.000   1.650  +1.350  -0.625 to +4.425     1     1       2  0.7500    0.7500
x  z      4   3.000   5.250  -2.250  -4.000 to -0.250     3     0       1  0.2500    0.5000
y  z      4   1.650   5.250  -3.600  -4.700 to -2.500     4     0       0  0.1250    0.3750
`, "arms-over-time": `
arm  primal integral  over log time  gap at 10 %  gap at 30 %  gap at 100 %  stand-still above 4
x             17.400         58.574       50.000        3.000         3.000               57.500
y             30.990         72.906      100.000       50.000         1.650               50.000
z             47.000         81.936      100.000       50.000         5.000               50.000
`, "pairs-over-time": `
a  b   primal integral     over log time       gap at 10 %       gap at 30 %     gap at 100 %  stand-still above 4
x  y  -13.590 (0.3750)  -14.331 (0.3750)  -50.000 (0.3750)  -47.000 (0.3750)  +1.350 (0.7500)      +7.500 (1.0000)
x  z  -30.667 (0.5000)  -23.828 (0.5000)  -50.000 (0.5000)  -48.333 (0.5000)  -3.333 (0.7500)      +0.000 (1.0000)
y  z  -15.900 (0.5000)   -8.994 (0.5000)   +0.000 (1.0000)   +0.000 (1.0000)  -3.167 (0.7500)      +0.000 (1.0000)
`, "sets": `
set  arm  runs  gap at 10 %  gap at 30 %  gap at 100 %
a    x       2       50.000        2.000         2.000
a    y       2            -       50.000         2.500
a    z       2            -       50.000         5.000
b    x       2       50.000        4.000         4.000
b    y       2            -       50.000         0.800
b    z       2            -            -             -
`} {
		c.Only(table)
		var b strings.Builder
		if err := c.Text(&b); err != nil || strings.TrimSpace(b.String()) != strings.TrimSpace(want) {
			t.Errorf("%s (%v):\n%s\nwant%s", table, err, b.String(), want)
		}
	}
	// Rank sums 7.5, 5.5 and 11, squared ranks 55.5: chi-squared is 2 (207.5 - 192) / (55.5 - 48), F 3
	// chi-squared / (8 - chi-squared), its p (1 + 2 F/6)^-3; Nemenyi's is 2.343 sqrt(12/24).
	if got := c.friedmanText(); !strings.Contains(got, "on 4 common runs: chi-squared 4.13, F 3.21, p 0.1129.") || !strings.Contains(got, "further apart than 1.66 differ") {
		t.Error(got)
	}
	var b strings.Builder
	if err := c.CSV(&b); err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(b.String(), "\n")
	values := strings.Split(rows[1], ",")
	for i, column := range strings.Split(rows[0], ",") {
		want, ok := map[string]string{"a": "x", "b": "y", "n": "4", "mean_a": "3", "mean_b": "1.65", "difference": "1.35", "low": "-0.625", "high": "4.425", "wins": "1", "ties": "1", "losses": "2",
			"p": "0.75", "p_holm": "0.75", "primal_integral_a": "17.4", "primal_integral_b": "30.99", "primal_integral_p": "0.125", "primal_integral_p_holm": "0.375"}[column]
		got := values[i]
		if v, err := strconv.ParseFloat(got, 64); err == nil {
			got = fmt.Sprint(math.Round(v*1e6) / 1e6)
		}
		if ok && got != want {
			t.Errorf("%s is %s in CSV, want %s", column, got, want)
		}
	}
	if size, _ := d.bySize(); fmt.Sprint(size.Rows) != "[[x 2.000 (2) 4.000 (2)] [y 2.500 (2) 0.800 (2)] [z 5.000 (2) 5.500 (2)]]" {
		t.Errorf("by size: %v", size.Rows)
	}
	p := compare(t, "", true, counted()...).Pairs[0] // 2 and 4 % against 2.5 and 0.8
	if got := fmt.Sprintf("%.3f %.3f, %d won, %d lost, %d over time", p.MeanA, p.MeanB, p.Wins, p.Losses, p.OverTime[0].N); got != "3.000 1.650, 1 won, 1 lost, 2 over time" {
		t.Errorf("by instance: %s", got)
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
	for i := range steps {
		steps[i].Seconds = 1
	}
	if kept := thin(steps); len(kept) != 1 || kept[0] != steps[len(steps)-1] {
		t.Errorf("all at one time: %d steps", len(kept))
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
	if got := PText(0.0005); got != "0.0005" {
		t.Errorf("p of 0.0005 is written %s", got)
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

// This run has 5.9 % at 0.06 s, and its target of 1 % at 1 s, with 0.9.
func TestTimeToTarget(t *testing.T) {
	f, err := read(t, Options{Traces: true}, line("x", "a", 1, 100.9)).timeToTarget()
	if err != nil || f == nil {
		t.Fatal(f, err)
	}
	if x := f.plot.X; f.Title != "Time to 1 %" || x.Min > 1 || x.Max < 1 {
		t.Errorf("%s: the axis runs from %v to %v s, want it around 1", f.Title, x.Min, x.Max)
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
	// Few configurations tell nothing of their knobs, nor do runs that no other meets.
	var few, alone []string
	for i := range 20 {
		few = append(few, configured(line(fmt.Sprint("c", i%9), "a", i/9, 100+float64(i)), i%9))
		alone = append(alone, configured(line(fmt.Sprint("c", i), fmt.Sprint("i", i), 1, 100+float64(i)), i))
	}
	for _, lines := range [][]string{few, alone} {
		if shares := read(t, Options{Config: true}, lines...).importance(); shares != nil {
			t.Errorf("%v", shares)
		}
	}
}

// More arms than there are lines for: the best are drawn.
func TestShown(t *testing.T) {
	var lines []string
	for i := range 10 {
		lines = append(lines, line(fmt.Sprint("k", i), "a", 1, 120-float64(i)))
	}
	d := read(t, Options{}, lines...)
	arms, note := d.shown()
	if len(arms) != mostLines || arms[0].Name != "k2" || arms[7].Name != "k9" || note != " The 8 best of 10 arms." {
		t.Errorf("%d arms from %s to %s: %s", len(arms), arms[0].Name, arms[len(arms)-1].Name, note)
	}
	if got := d.target(); got != 20 { // the medians are 11 to 20 %, that of them 15.5 %
		t.Errorf("the target is %v %%, want 20", got)
	}
}

// The best tour of each arm, the best first, at most four, on the first instance that has any.
func TestBestTours(t *testing.T) {
	set := strings.Replace(line("k0", "0", 1, 101), `"seed"`, `"set":"s","seed"`, 1) // without a tour
	lines := []string{set}
	for i, l := range []string{line("k1", "a", 1, 115), line("k2", "a", 1, 112), line("k3", "a", 1, 113), line("k4", "a", 1, 114),
		line("k5", "a", 1, 111), line("k4", "a", 2, 101), line("k4", "a", 3, 119), line("k5", "b", 1, 100)} {
		lines = append(lines, strings.Replace(l, `"seed"`, fmt.Sprintf(`"tour":[[0,0],[1,%d],[1,1]],"seed"`, i), 1))
	}
	var got []string
	for _, drawn := range read(t, Options{Tours: true}, lines...).tours() {
		got = append(got, fmt.Sprintf("%s %s %g", drawn.arm.Name, drawn.run.Instance.Name, drawn.run.Length))
	}
	if s := strings.Join(got, "; "); s != "k4 a 101; k5 a 111; k2 a 112; k3 a 113" {
		t.Errorf("drawn are %s", s)
	}
}

// Three runs end with 1, 2 and 9 %, and had 6, 7 and 14 % from 0.06 s on: means of 9 and 4 %, and
// quantiles of 10 % and 90 %, which lie 0.2 and 1.8 steps from the lowest.
func TestBand(t *testing.T) {
	runs := read(t, Options{Traces: true}, line("x", "a", 1, 101), line("x", "b", 1, 102), line("x", "c", 1, 109)).Arms[0].Runs
	late := *runs[0]
	late.Trace = late.Trace[1:]
	mean, upper, lower := band(runs, (*Run).at)
	if len(mean) != gridTimes || mean[0].X != 0.06 {
		t.Fatalf("%d points, the first %v", len(mean), mean[0])
	}
	for k, want := range map[int][3]float64{0: {9, 12.6, 6.2}, gridTimes - 2: {9, 12.6, 6.2}, gridTimes - 1: {4, 7.6, 1.2}} {
		for i, points := range []plotter.XYs{mean, upper, lower} {
			closeTo(t, fmt.Sprint("point ", k, " of line ", i), points[k].Y, want[i])
		}
	}
	if mean, _, _ = band(append(runs, &late), (*Run).at); len(mean) != 1 { // which has a tour at 1 s only
		t.Errorf("%d points of a mean, %v", len(mean), mean)
	}
}

// A staircase rises by the share of one run at each value, and not for those that have none.
func TestStaircase(t *testing.T) {
	inf := math.Inf(1)
	if got := fmt.Sprint(staircase([]float64{1, 2, 2, inf}, 0.5, 8)); got != "[{0.5 0} {1 0} {1 25} {2 25} {2 50} {2 50} {2 75} {8 75}]" {
		t.Error(got)
	}
	long := make([]float64, 2000)
	for i := range long {
		long[i] = float64(i + 1)
	}
	if all := staircase(long, 1, 2000); len(all) != 401 || all[200].X != 1001 || all[400] != (plotter.XY{X: 2000, Y: 100}) {
		t.Errorf("%d points, up to %v", len(all), all[len(all)-1]) // of 4002, the 2001st in the middle
	}
}
