package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"tspmcts/bench"
)

// timed is a run of 10 s at most: no tour for a second, 50 % until 2 s, 10 % until
// 5 s, then 1 %, and at 8 s 0.04 %.
func timed() *Run {
	return &Run{Instance: &Instance{N: 100}, Seconds: 10, horizon: 10, Trace: []Step{
		{Seconds: 1, Gap: 50}, {Seconds: 2, Gap: 10}, {Seconds: 5, Gap: 1}, {Seconds: 8, Gap: 0.04}}}
}

func closeTo(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) < 1e-9) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// The measures of a trace, computed by hand.
func TestOverTimeByHand(t *testing.T) {
	moments, err := ParseMoments("1s, 2.5s,0.05n,1%,50%,100%")
	if err != nil {
		t.Fatal(err)
	}
	measures := measuresOf(Options{At: moments, Above: 0.05})
	r := timed()
	r.measure(measures)
	want := map[string]float64{
		// (1*100 + 1*50 + 3*10 + 3*1 + 2*0.04) / 10
		"primal_integral": 18.308,
		// t0 is 0.1: (100 ln 10 + 50 ln 2 + 10 ln 2.5 + ln 1.6 + 0.04 ln 1.25) / ln 100
		"primal_integral_log": (100*math.Log(10) + 50*math.Log(2) + 10*math.Log(2.5) + math.Log(1.6) + 0.04*math.Log(1.25)) / math.Log(100),
		"gap_at_1s":           50, "gap_at_2.5s": 10, "gap_at_0.05n": 1, "gap_at_1pct": 100, "gap_at_50pct": 1, "gap_at_100pct": 0.04,
		// 1 to 2 is a half, 2 to 5 three fifths, 5 to 8 three eighths; 8 to 10 is below the
		// threshold
		"stand_still": 60,
	}
	if len(measures) != len(want) {
		t.Errorf("%d measures, want %d", len(measures), len(want))
	}
	for i, m := range measures {
		w, ok := want[m.key]
		if !ok {
			t.Errorf("there is a measure %s", m.key)
		}
		closeTo(t, m.key, r.over[i], w)
	}
	// The curve of the report: the integral up to a time over it.
	for at, w := range map[float64]float64{0.5: 100, 1: 100, 2: 75, 4: (150 + 20) / 4.0, 10: 18.308} {
		closeTo(t, fmt.Sprint("integral up to ", at), r.integralAt(at), w)
	}
}

// What is special about a trace: a tour worse than none, an improvement after the
// budget, an early end, stand-stills at the start, at the end and below the threshold.
func TestOverTimeEdges(t *testing.T) {
	integral, still := func(r *Run) float64 { return r.meanGap(0, func(t float64) float64 { return t }) }, func(r *Run) float64 { return r.standStill(0.05) }
	r := timed()
	r.Trace[0].Gap = 900
	closeTo(t, "integral with a first tour of 900 %", integral(r), 18.308+5)
	closeTo(t, "gap of 900 %", r.gapAt(1.5), 100)
	r.measure(nil)
	closeTo(t, "integral up to a moment with a tour of 900 %", r.integralAt(1.5), 100)
	r = timed()
	r.horizon = 6 // the last improvement comes too late
	closeTo(t, "integral of a run that took too long", integral(r), (100+50+30+1)/6.0)
	closeTo(t, "gap at the budget", Moment{Share: 1}.of(r), 6)
	closeTo(t, "gap at the budget", r.gapAt(6), 1)
	r = timed()
	r.horizon = 40 // it stopped at 10 s
	closeTo(t, "integral of a run that stopped early", integral(r), (183+32*0.04)/40)
	closeTo(t, "stand-still of a run that stopped early", still(r), 60)
	r = timed()
	r.Trace[3].Gap = 0.06 // and nothing until the end
	r.Seconds, r.horizon = 100, 100
	closeTo(t, "stand-still at the end", still(r), 92)
	r.horizon = 20
	closeTo(t, "stand-still until the budget", still(r), 60)
	r = &Run{Instance: &Instance{}, Seconds: 10, horizon: 10, Trace: []Step{{Seconds: 0.001, Gap: 9}, {Seconds: 0.09, Gap: 8}, {Seconds: 0.11, Gap: 0}}}
	closeTo(t, "stand-still before 1 % of the budget", still(r), 100*0.02/0.11)
	r = timed()
	r.Trace[0].Gap = 0.01
	closeTo(t, "stand-still near the optimum", still(r), 0)
}

// Where the number of cities is unknown, as of another program's runs, a time a city is none, and
// neither is the gap then.
func TestUnknownSize(t *testing.T) {
	unknown := strings.Replace(line("x", "b", 1, 101), `"n":9`, `"n":0`, 1)
	d, err := Read([]string{recordsFile(t, line("x", "a", 1, 101), unknown)}, Options{At: []Moment{{Span: bench.Span{PerCity: 0.02}}}})
	if err != nil {
		t.Fatal(err)
	}
	runs := d.Arms[0].Runs
	closeTo(t, "the gap at 0.02n of 9 cities", runs[0].over[firstMoment], 6)
	if got := runs[1].over[firstMoment]; !math.IsNaN(got) {
		t.Errorf("the gap at 0.02n of an unknown size is %v", got)
	}
	if table, ok := d.bySize(); !ok || !slices.Equal(table.Head, []string{"arm", "unknown size", "9 cities"}) {
		t.Errorf("%+v", table)
	}
}

// Another program's trace may hold every tour, in any order: the gap of the best one never rises.
func TestForeignTraces(t *testing.T) {
	l := line("x", "a", 1, 101)
	at := strings.Index(l, `"trace"`)
	want := readOne(t, l[:at]+`"trace":[{"seconds":0.1,"length":110},{"seconds":0.6,"length":101}]}`)
	for _, trace := range []string{
		`{"seconds":0.1,"length":110},{"seconds":0.3,"length":150},{"seconds":0.6,"length":101},{"seconds":0.9,"length":101}`,
		`{"seconds":0.6,"length":101},{"seconds":0.1,"length":110}`,
	} {
		if got := readOne(t, l[:at]+`"trace":[`+trace+"]}"); !slices.Equal(got.over, want.over) {
			t.Errorf("%s: measured %v, want %v", trace, got.over, want.over)
		}
	}
}

// readOne reads the one run of a record.
func readOne(t *testing.T, line string) *Run {
	t.Helper()
	d, err := Read([]string{recordsFile(t, line)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d.Arms[0].Runs[0]
}

// The horizon is the run's own budget, else the longest budget, else the longest run on the
// instance.
func TestHorizon(t *testing.T) {
	budget := func(l, text string) string {
		return strings.Replace(l, `"budget":"1s"`, fmt.Sprintf(`"budget":%q`, text), 1)
	}
	for _, c := range []struct {
		budgets [3]string
		want    [3]float64
	}{
		{[3]string{"2s", "0.5n", "5000 actions"}, [3]float64{2, 4.5, 4.5}},
		{[3]string{"5 actions", "6 actions", ""}, [3]float64{3, 3, 3}},
		{[3]string{"3s, stall 1s", "7s", ""}, [3]float64{3, 7, 7}},
	} {
		var lines []string
		for i, b := range c.budgets { // the runs last 3, 2 and 1 s
			l := strings.Replace(line(fmt.Sprint("k", i), "a", 1, 101), `"seconds":1,"seed"`, fmt.Sprintf(`"seconds":%d,"seed"`, 3-i), 1)
			lines = append(lines, budget(l, b))
		}
		d, err := Read([]string{recordsFile(t, lines...)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range d.Arms {
			i := int(a.part[2][1] - '0')
			if got := a.Runs[0].horizon; got != c.want[i] {
				t.Errorf("budgets %q: the horizon of %s is %v, want %v", c.budgets, a.Name, got, c.want[i])
			}
		}
	}
}

// Two arms that end alike, of which one is there sooner on every instance: the gaps
// tie, the primal integrals do not, and p is 2/2^6 of six differences of one sign.
func TestOverTimePairs(t *testing.T) {
	record := func(knobs string, instance int, soon float64) string {
		return fmt.Sprintf(`{"version":1,"solver":"tspmcts","knobs":%q,"budget":"10s","instance":"i%d","n":9,"length":100,"optimum":null,"seconds":10,"seed":1,"workers":1,"heatmap":"zero","trace":[{"seconds":%g,"length":110},{"seconds":%g,"length":100}]}`,
			knobs, instance, soon, 2*soon)
	}
	var lines []string
	for i := range 6 {
		lines = append(lines, record("fast", i, 0.5+0.1*float64(i)), record("slow", i, 2+0.1*float64(i)))
	}
	c := compare(t, "", false, lines...)
	var out strings.Builder
	if err := c.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var pair struct {
		Ties     int
		OverTime []struct {
			Measure string
			N, Wins int
			MeanA   float64 `json:"mean_a"`
			MeanB   float64 `json:"mean_b"`
			P       float64
		} `json:"over_time"`
	}
	if err := json.Unmarshal([]byte(out.String()), &pair); err != nil {
		t.Fatal(err)
	}
	if pair.Ties != 6 || len(pair.OverTime) != 8 {
		t.Fatalf("%+v", pair)
	}
	// Means of the first moments: 0.75 and 2.25. (100 s + 10 s) / 10 is 11 s.
	first := pair.OverTime[0]
	if first.Measure != "primal_integral" || first.N != 6 || first.Wins != 6 || first.P != 2/64.0 {
		t.Errorf("%+v", first)
	}
	closeTo(t, "mean of the fast", first.MeanA, 11*0.75)
	closeTo(t, "mean of the slow", first.MeanB, 11*2.25)
	for name, write := range map[string]func(*strings.Builder) error{
		"text":     func(b *strings.Builder) error { return c.Text(b) },
		"markdown": func(b *strings.Builder) error { return c.Markdown(b) },
	} {
		var b strings.Builder
		if err := write(&b); err != nil || !strings.Contains(b.String(), "8.250") || !strings.Contains(b.String(), "-16.500 (0.0312)") || !strings.Contains(b.String(), "gap at 30 %") {
			t.Errorf("%s: %v\n%s", name, err, b.String())
		}
	}
	out.Reset()
	if err := c.CSV(&out); err != nil || !strings.Contains(out.String(), ",primal_integral_a,primal_integral_b,primal_integral_p,primal_integral_p_holm,") || !strings.Contains(out.String(), ",8.25,24.75,0.03125,0.03125,") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// Records without traces have no measures over time, and say nothing about them.
func TestOverTimeWithout(t *testing.T) {
	var lines []string
	for _, l := range example(t) {
		at := strings.Index(l, `,"trace"`)
		lines = append(lines, l[:at]+"}")
	}
	c := compare(t, "", false, lines...)
	one := compare(t, "", false, append(lines, line("x", "other", 1, 101), line("y", "other", 1, 103))...)
	if p := one.Pairs[0]; p.N != 10 || p.OverTime[0].N != 1 { // no 0 is paired where there is no trace
		t.Errorf("%d pairs, %d over time, want 10 and 1", p.N, p.OverTime[0].N)
	}
	closeTo(t, "the mean gap at the budget", one.Arms[1].OverTime[firstMoment+4], 3)
	var text, data strings.Builder
	if err := c.Text(&text); err != nil || strings.Contains(text.String(), "integral") || strings.Contains(text.String(), "NaN") {
		t.Errorf("%v\n%s", err, text.String())
	}
	if err := c.JSON(&data); err != nil {
		t.Error(err)
	}
}

func TestParseMoments(t *testing.T) {
	all, err := ParseMoments("1s,1m30s,0.1n,3%, 12.5 %")
	want := []Moment{{Span: bench.Span{Fixed: 1e9}}, {Span: bench.Span{Fixed: 90e9}}, {Span: bench.Span{PerCity: 0.1}}, {Share: 0.03}, {Share: 0.125}}
	if err != nil || fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("%v (%v), want %v", all, err, want)
	}
	for _, bad := range []string{"", "1", "1s,", "0s", "-1s", "0%", "101%", "x%", "NaN%", "0x1p4%"} {
		if _, err := ParseMoments(bad); err == nil {
			t.Errorf("no error of %q", bad)
		}
	}
}

// The table of sets has a row a set and arm, and no gap where a run has none: before
// its first tour, and after its end.
func TestSets(t *testing.T) {
	var lines []string
	for i := range 3 {
		own := line("x", fmt.Sprint("i", i), 1, 100+float64(i)) // 5 percent more after 0.06 s, and at 1 s
		lines = append(lines, strings.Replace(own, `"digest"`, fmt.Sprintf(`"set":"s%d.txt","digest"`, i/2), 1))
	}
	lines = append(lines, `{"version":1,"solver":"other","set":"s0.txt","instance":"s0 (percent)","n":9,"length":102,"optimum":100,"seconds":8,"trace":[{"seconds":2,"length":103},{"seconds":8,"length":102}]}`)
	d, err := Read([]string{recordsFile(t, lines...)}, Options{At: []Moment{{Share: 0.05}, {Share: 0.1}, {Span: bench.Span{Fixed: 1e9}}, {Span: bench.Span{Fixed: 4e9}}}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := d.Compare("", false)
	if err != nil {
		t.Fatal(err)
	}
	c.Only("sets")
	var b strings.Builder
	if err := c.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	const want = `| set | arm | runs | gap at 5 % | gap at 10 % | gap at 1s | gap at 4s |
|---|---|---:|---:|---:|---:|---:|
| s0 | other | 1 | - | - | - | 3.000 |
| s0 | tspmcts | 2 | - | 5.500 | 0.500 | - |
| s1 | tspmcts | 1 | - | 7.000 | 2.000 | - |
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
	// Nor has the table of arms.
	b.Reset()
	c.Only("arms-over-time")
	if err := c.Markdown(&b); err != nil || !strings.Contains(b.String(), "| 1.000 | - |") {
		t.Errorf("%v, got\n%s", err, b.String())
	}
}
