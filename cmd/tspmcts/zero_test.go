package main

import (
	"fmt"
	"strings"
	"testing"
)

// A best length of 0 is legal: a gap over it is 0 where equal and undefined
// otherwise, and lengths decide who wins. No command hangs on it.
func TestLengthZero(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	for _, solver := range []string{"a", "b", "c"} {
		for seed := range 6 {
			length := 0
			if solver == "b" {
				length = 3 + seed
			}
			fmt.Fprintf(&b, "same,%s,%d,%d,%d\n", solver, seed, seed+1, length)
		}
	}
	write(t, dir, "a.csv", "instance,solver,seed,seconds,length\n"+b.String())
	must(t, dir, "bench", "import", "a.csv", "--out", "a.jsonl")
	out := strings.Join(strings.Fields(must(t, dir, "compare", "a.jsonl")), " ")
	for _, want := range []string{
		`a 6 0.000 0.000 to 0.000 0.000`,
		`b 6 undefined undefined undefined`,
		`a b 6 0.000 undefined undefined undefined 6 0 0 0.0312`,
		`The gaps of 6 runs are undefined`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("compare tells\n%swithout %q", out, want)
		}
	}
	must(t, dir, "compare", "a.jsonl", "--by-instance", "--json", "p.json", "--csv", "p.csv", "--markdown", "p.md")
	for _, r := range records(t, read(t, dir, "p.json")) {
		if r["a"] == "a" && r["b"] == "b" && (r["mean_b"] != nil || r["mean_a"] != 0.0 || r["wins"] != 1.0) {
			t.Errorf("%v", r)
		}
	}
	must(t, dir, "report", "a.jsonl", "--out", "page")
	matrix := "NAME: m\nTYPE: TSP\nDIMENSION: 12\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n" +
		strings.Repeat(strings.Repeat("0 ", 12)+"\n", 12) + "EOF\n"
	var sets []string
	for i := range 8 {
		name := fmt.Sprintf("m%d.tsp", i)
		write(t, dir, name, matrix)
		sets = append(sets, name)
	}
	for _, method := range []string{"racing", "model", "random"} {
		must(t, dir, "tune", "--set", strings.Join(sets, ","), "--method", method, "--trials", "6", "--actions", "50", "--preset", "paper",
			"--heatmap", "zero", "--search", "alpha,beta", "--out", method+".json")
	}
}

// A log is read whole or refused with its line, and so is a record.
func TestBadImport(t *testing.T) {
	const lkh = "PROBLEM_FILE = pr2392.tsp\nSEED = 7\nPreprocessing time = 0.50 sec.\n" +
		"* 1: Cost = 378063, Gap = 0.0082%, Time = 0.21 sec.\nRun 1: Cost = 378032, Gap = 0.0000%, Time = 0.90 sec. =\n"
	const linkern = "Chained Lin-Kernighan with seed 99\nProblem Name: pr1002\n   0 Steps   Best: 268383   0.02 seconds\nFinal Cycle: 259045\nTotal Running Time: 1.02\n"
	for _, c := range []struct{ name, text, from, to, want string }{
		{"lkh-hex", lkh, "378032,", "0x1F,", `log:5: found "Run 1: Cost = 0x1F`},
		{"lkh-cut-number", lkh, "378063", "37|8063", `log:4: found`},
		{"lkh-time", lkh, "0.21", "0x1F", `log:4: found`},
		{"lkh-seed", lkh, "SEED = 7", "SEED = 7x", `log:2: found`},
		{"lkh-seed-huge", lkh, "SEED = 7", "SEED = 99999999999999999999", `log:2: found .* too large`},
		{"lkh-set-up", lkh, "time = 0.50", "time = 0.5.0", `log:3: found`},
		{"lkh-penalty", lkh, "Cost = 378032", "Cost = 3_378032", `log:5: found`},
		{"lkh-no-end", lkh + "* 1: Cost = 378063, Gap = 0.0082%, Time = 0.21 sec.\n", "x", "x", `log:6: the run that begins here has no end`},
		{"linkern-step", linkern, "268383", "75|2", `log:3: found`},
		{"linkern-final", linkern, "259045", "259z045", `log:4: found`},
		{"linkern-time", linkern, "1.02", "0x1F", `log:5: found`},
		{"csv-hex", "instance,solver,seed,seconds,length\na,X,1,1,0x1p4\n", "x", "x", `log:2: length is "0x1p4"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "log", strings.Replace(c.text, c.from, c.to, 1))
			if c.name == "csv-hex" {
				write(t, dir, "log", c.text)
			}
			oneError(t, dir, 1, c.want, call{args: []string{"bench", "import", "log", "--out", "a.jsonl"}})
		})
	}
	dir := t.TempDir()
	write(t, dir, "log", strings.ReplaceAll(lkh, "Cost = ", "Cost = 0_"))
	must(t, dir, "bench", "import", "log", "--out", "a.jsonl")
	record := read(t, dir, "a.jsonl")
	for _, c := range []struct{ from, to, want string }{
		{`"length":378032`, `"length":-1`, `b\.jsonl:1: length is "-1", want`},
		{`"length":378032`, `"length":1e999`, `b\.jsonl:1: length is "1e999", want`},
		{`"optimum":null`, `"optimum":-4`, `b\.jsonl:1: optimum is "-4", want`},
		{`"stop":""`, `"stop":"tired"`, `b\.jsonl:1: stop is "tired", want one of time`},
		{`"seconds":1.4`, `"seconds":-3`, `b\.jsonl:1: .*-3`},
		{`"length":378032`, `"length"~378032`, `b\.jsonl:1: broken JSON at byte \d+: invalid character '~' after object key\n`},
		{"}\n", "\n", `b\.jsonl:1: broken JSON at byte \d+: unexpected end of JSON input\n`},
	} {
		if !strings.Contains(record, c.from) {
			t.Fatalf("%s lacks %s", record, c.from)
		}
		write(t, dir, "b.jsonl", strings.Replace(record, c.from, c.to, 1))
		oneError(t, dir, 1, c.want, call{args: []string{"compare", "b.jsonl"}})
	}
}

// tune --table alone is enough: its records are beside the table.
func TestTuneTableAlone(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "8", "--cities", "12", "--out", "set.txt")
	out := must(t, dir, "tune", "--set", "set.txt", "--trials", "3", "--actions", "20", "--preset", "paper-tuned", "--heatmap", "zero", "--search", "alpha", "--table", "t.json")
	if !strings.Contains(out, "t.json") {
		t.Error(out)
	}
	onlyFiles(t, dir, "set.txt", "t.json", "t.json.runs.jsonl")
	if !strings.Contains(read(t, dir, "t.json"), `"heatmap":"zero"`) {
		t.Error(read(t, dir, "t.json"))
	}
	oneError(t, dir, 2, "--out FILE.*or --table FILE", call{args: []string{"tune", "--set", "set.txt", "--actions", "20"}})
}

// Cities in one place are searched as one: a tour of length 0 is proven at once,
// and many cities in few places take neither more time than was given nor a
// longer tour than the places alone.
func TestCitiesInOnePlace(t *testing.T) {
	problem := func(n int, at func(i int) (x, y int)) string {
		var b strings.Builder
		fmt.Fprintf(&b, "NAME: x\nTYPE: TSP\nDIMENSION: %d\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n", n)
		for i := range n {
			x, y := at(i)
			fmt.Fprintln(&b, i+1, x, y)
		}
		return b.String() + "EOF\n"
	}
	grid := func(i int) (x, y int) { i = i * 7919 % 400; return i % 20 * 10, i / 20 * 10 }
	dir := t.TempDir()
	write(t, dir, "one.tsp", problem(20000, func(int) (x, y int) { return 5, 5 }))
	write(t, dir, "grid.tsp", problem(400, grid))
	write(t, dir, "many.tsp", problem(40000, grid))
	write(t, dir, "line.tsp", "0 0 .4 0 .4 0 .8 0 .8 0 0 0\n")
	solve := func(args ...string) map[string]any {
		return records(t, must(t, dir, append([]string{"solve", "--json", "-", "--workers", "1"}, args...)...))[0]
	}
	if r := solve("one.tsp", "--time", "1h"); r["length"] != 0.0 || r["stop"] != "exact" {
		t.Errorf("%v after %v s", r["stop"], r["seconds"])
	}
	few := solve("grid.tsp", "--actions", "200000")
	many := solve("many.tsp", "--actions", "200000", "--out", "many.tour", "--checkpoint", "c")
	if few["length"] != many["length"] || many["n"] != 40000.0 {
		t.Errorf("400 places: length %v, with 40000 cities in them %v", few["length"], many["length"])
	}
	if r := solve("many.tsp", "--time", "2s"); r["length"].(float64) > 1.1*few["length"].(float64) || !raceEnabled && r["seconds"].(float64) > 3 {
		t.Errorf("in 2 s: length %v, that of the places %v, after %v s", r["length"], few["length"], r["seconds"])
	}
	if r := solve("many.tsp", "--actions", "10", "--initial-tour", "many.tour"); r["length"] != many["length"] {
		t.Errorf("from the tour of %v: %v", many["length"], r["length"])
	}
	if r := solve("many.tsp", "--actions", "200000", "--resume", "c"); r["length"] != many["length"] {
		t.Errorf("from the checkpoint of %v: %v", many["length"], r["length"])
	}
	if r := solve("line.tsp", "--time", "1h"); r["stop"] != "exact" {
		t.Errorf("%v", r)
	}
}

// A row of the table names --decimal-comma, without which its files hold other places.
func TestTuneTableOfPlaces(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		write(t, dir, fmt.Sprintf("p%d.csv", i), fmt.Sprintf("x;y\n0,5;0\n0,5;%d,5\n9;9\n9,5;0\n4;4,5\n", 7+i))
	}
	must(t, dir, "tune", "--set", "p0.csv,p1.csv,p2.csv,p3.csv", "--decimal-comma", "--trials", "2", "--actions", "20", "--preset", "paper-tuned", "--heatmap", "zero", "--search", "alpha", "--table", "t.json")
	if table := read(t, dir, "t.json"); !strings.Contains(table, " --actions 20 --decimal-comma\"") {
		t.Error(table)
	}
}
