package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tspmcts/mcts"
)

// oneError fails unless the call ends with the code and one line on stderr that
// matches want, with nothing on stdout.
func oneError(t *testing.T, dir string, code int, want string, c call) {
	t.Helper()
	out, errs, got := c.run(t, dir)
	if got != code {
		t.Errorf("exit code %d, want %d", got, code)
	}
	if out != "" {
		t.Errorf("stdout %.200q, want none", out)
	}
	if strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "tspmcts: ") || strings.Contains(errs, "goroutine") {
		t.Errorf("stderr %q, want one line that begins with tspmcts:", errs)
	}
	if !regexp.MustCompile(want).MatchString(errs) {
		t.Errorf("stderr %q, want a match of %q", errs, want)
	}
}

// badProblem is the text of a file that is refused, and what the message about it matches.
type badProblem struct{ name, text, want string }

// badProblems lists what is wrong with problems.
func badProblems() []badProblem {
	header := func(dimension, metric string) string {
		return "NAME : x\nTYPE : TSP\n" + dimension + "\nEDGE_WEIGHT_TYPE : " + metric + "\n"
	}
	euc := header("DIMENSION : 3", "EUC_2D") + "NODE_COORD_SECTION\n"
	matrix := header("DIMENSION : 3", "EXPLICIT") + "EDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n"
	return []badProblem{
		{"empty", "", `bad\.tsp:1: .*empty.*want`},
		{"blank", "\n\n  \n", `bad\.tsp:\d: .*empty.*want`},
		{"binary", "\x7fELF\x00\x01\x02\x00\xff\xfe", `bad\.tsp:1: .*binary.*want`},
		{"prose", "hello there\nthis is no problem\n", `bad\.tsp:1: .*want`},
		{"tour", "TYPE : TOUR\nDIMENSION : 3\nTOUR_SECTION\n1\n2\n3\n-1\n", `bad\.tsp:1: .*tour.*want`},
		{"dimension-missing", "NAME : x\nTYPE : TSP\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\nEOF\n", `bad\.tsp:4: .*DIMENSION.*want`},
		{"dimension-zero", header("DIMENSION : 0", "EUC_2D") + "NODE_COORD_SECTION\nEOF\n", `bad\.tsp:3: DIMENSION.*0.*want`},
		{"dimension-negative", header("DIMENSION : -5", "EUC_2D") + "NODE_COORD_SECTION\nEOF\n", `bad\.tsp:3: DIMENSION.*-5.*want`},
		{"dimension-too-large", header("DIMENSION : 99999999999", "EUC_2D") + "NODE_COORD_SECTION\n1 0 0\nEOF\n", `bad\.tsp:3: DIMENSION.*want`},
		{"dimension-above-data", euc + "1 0 0\n2 1 1\nEOF\n", `bad\.tsp:\d+: NODE_COORD_SECTION.*want`},
		{"dimension-below-data", euc + "1 0 0\n2 1 1\n3 2 2\n4 3 3\nEOF\n", `bad\.tsp:9: .*want`},
		{"coordinate-nan", euc + "1 0 0\n2 nan 1\n3 2 2\nEOF\n", `bad\.tsp:7: .*want`},
		{"coordinate-inf", euc + "1 0 0\n2 1 inf\n3 2 2\nEOF\n", `bad\.tsp:7: .*want`},
		{"coordinate-huge", euc + "1 0 0\n2 1 1e999\n3 2 2\nEOF\n", `bad\.tsp:7: .*want`},
		{"coordinate-missing", euc + "1 0 0\n2 1\n3 2 2\nEOF\n", `bad\.tsp:\d+: .*want`},
		{"id-twice", euc + "1 0 0\n2 1 1\n2 2 2\nEOF\n", `bad\.tsp:8: .*want`},
		{"id-out-of-range", euc + "1 0 0\n2 1 1\n7 2 2\nEOF\n", `bad\.tsp:8: .*want`},
		{"id-zero", euc + "0 0 0\n1 1 1\n2 2 2\nEOF\n", `bad\.tsp:6: .*want`},
		{"matrix-truncated", matrix + "0 1 2\n1 0 3\nEOF\n", `bad\.tsp:\d+: .*want`},
		{"matrix-too-large", header("DIMENSION : 9000000", "EXPLICIT") + "EDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 1\n", `bad\.tsp:.*(memory|numbers)`},
		{"matrix-asymmetric", matrix + "0 1 2\n1 0 3\n9 3 0\nEOF\n", `bad\.tsp:\d+: .*symmetric`},
		{"metric-unknown", header("DIMENSION : 3", "EUC_7D") + "NODE_COORD_SECTION\n1 0 0\n2 1 1\n3 2 2\nEOF\n", `bad\.tsp:4: EDGE_WEIGHT_TYPE.*EUC_7D.*want`},
		{"metric-special", header("DIMENSION : 3", "SPECIAL") + "EOF\n", `bad\.tsp:4: EDGE_WEIGHT_TYPE.*SPECIAL.*want`},
		{"atsp-of-places", "NAME : x\nTYPE : ATSP\nDIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 1 1\nEOF\n", `bad\.tsp:2: TYPE.*ATSP.*want`},
		{"atsp-ragged", strings.Replace(matrix, ": TSP", ": ATSP", 1) + "0 1 2\n1 0\n2 3 0\nEOF\n", `bad\.tsp:\d+: .*8 numbers, want 9`},
		{"atsp-negative", strings.Replace(matrix, ": TSP", ": ATSP", 1) + "0 1 2\n-1 0 4\n2 3 0\nEOF\n", `bad\.tsp:8: .*-1.*want 0 to`},
		{"atsp-nan", strings.Replace(matrix, ": TSP", ": ATSP", 1) + "0 1 2\n1 0 nan\n2 3 0\nEOF\n", `bad\.tsp:8: .*nan.*want a whole number`},
		{"atsp-all-forbidden", strings.Replace(matrix, ": TSP", ": ATSP", 1) + "0 inf inf\ninf 0 inf\ninf inf 0\nEOF\n", `bad: there is no tour: no way leads out of city 1; allow more edges`},
		{"matrix-city-cut-off", matrix + "0 inf 2\ninf 0 inf\n2 inf 0\nEOF\n", `bad: there is no tour: city 1 has one edge`},
		{"atsp-fixed-twice", strings.Replace(matrix, ": TSP", ": ATSP", 1) + "0 1 2\n1 0 4\n2 3 0\nFIXED_EDGES_SECTION\n1 3\n2 3\n-1\nEOF\n", `bad\.tsp:12: .*lead out of city 2, or into city 3`},
		{"sop", "TYPE : SOP\nDIMENSION : 3\n", `bad\.tsp:1: TYPE.*SOP.*precedences.*solver.*LKH-3`},
		{"cvrp", "TYPE : CVRP\nDIMENSION : 3\n", `bad\.tsp:1: TYPE.*CVRP.*vehicle routing.*PyVRP`},
		{"hcp-no-format", "TYPE : HCP\nDIMENSION : 3\nEDGE_DATA_SECTION\n1 2\n-1\n", `bad\.tsp:3: EDGE_DATA_FORMAT.*want EDGE_LIST`},
		{"hcp-beyond", "TYPE : HCP\nDIMENSION : 3\nEDGE_DATA_FORMAT : EDGE_LIST\nEDGE_DATA_SECTION\n1 9\n-1\n", `bad\.tsp:5: .*"9", want a city, 1 to 3`},
		{"hcp-leaf", "TYPE : HCP\nDIMENSION : 4\nEDGE_DATA_FORMAT : EDGE_LIST\nEDGE_DATA_SECTION\n1 2 2 3 3 1 4 1\n-1\n", `bad: there is no tour: city 4 has one edge`},
		{"hcp-none-found", "TYPE : HCP\nDIMENSION : 10\nEDGE_DATA_FORMAT : ADJ_LIST\nEDGE_DATA_SECTION\n" +
			"1 2 5 6 -1\n2 3 7 -1\n3 4 8 -1\n4 5 9 -1\n5 10 -1\n6 8 9 -1\n7 9 10 -1\n8 10 -1\n-1\nEOF\n", `bad: no Hamiltonian cycle was found in the budget, which does not prove .*--bound`},
		{"fixed-edge", header("DIMENSION : 3", "EUC_2D") + "FIXED_EDGES_SECTION\n1 9\n-1\nNODE_COORD_SECTION\n1 0 0\n2 1 1\n3 2 2\nEOF\n", `bad\.tsp:6: .*want`},
		{"line-odd", "0 0 0 1 1\n", `bad\.tsp:1: .*want`},
		{"line-nan", "0 0 0 1\n0 0 nan 1\n", `bad\.tsp:2: .*want`},
		{"line-tour-repeats", "0 0 0 1 1 1 output 1 2 2 1\n", `bad\.tsp:1: .*want`},
	}
}

// A bad problem file gives one line with the file, the line in it and what to do.
func TestBadProblem(t *testing.T) {
	for _, c := range badProblems() {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "bad.tsp", c.text)
			args := []string{"solve", "bad.tsp", "--actions", "10"}
			if c.name == "line-nan" { // the first line is good
				args = append(args, "--lines", "1:")
			}
			oneError(t, dir, 1, c.want, call{args: args})
			onlyFiles(t, dir, "bad.tsp")
		})
	}
}

// Ends and forbidden edges that make no sense are told, each in one line.
func TestBadWanted(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "fixed.tsp", strings.Replace(square, "NODE_COORD", "FIXED_EDGES_SECTION\n1 3\n3 2\n-1\nNODE_COORD", 1))
	write(t, dir, "beyond.txt", "# comment\n1 2\n1 9\n")
	write(t, dir, "three.txt", "1 2 3\n")
	write(t, dir, "loop.txt", "2 2 # here\n")
	write(t, dir, "fixed.txt", "3 1\n")
	write(t, dir, "all.txt", "1 2\n1 3\n1 4\n")
	write(t, dir, "most.txt", "1 2\n1 3\n")
	write(t, dir, "t.tour", "TYPE : TOUR\nTOUR_SECTION\n1\n2\n3\n4\n-1\nEOF\n")
	write(t, dir, "few.txt", "0.5 0.5 output 1 1\n0 0 0 1 output 1 2 1\n")
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, `--start is "9", want a city of a, 1 to 4`, []string{"solve", "a.tsp", "--start", "9"}},
		{2, `--end is "home", want a city of a, 1 to 4`, []string{"solve", "a.tsp", "--end", "home"}},
		{1, `a: the path is to begin and to end in city 2`, []string{"solve", "a.tsp", "--start", "2", "--end", "2"}},
		{1, `fixed: the fixed edges allow no tour as a path between these ends; choose other ends`, []string{"solve", "fixed.tsp", "--start", "3"}},
		{1, `beyond\.txt:3: found "1 9", want two cities, 1 to 4`, []string{"solve", "a.tsp", "--forbid", "beyond.txt"}},
		{1, `three\.txt:1: found "1 2 3", want two cities`, []string{"solve", "a.tsp", "--forbid", "three.txt"}},
		{1, `loop\.txt:1: found "2 2", want two different cities`, []string{"solve", "a.tsp", "--forbid", "loop.txt"}},
		{1, `fixed\.txt: .*3-1 is a fixed edge; leave it out`, []string{"solve", "fixed.tsp", "--forbid", "fixed.txt"}},
		{1, `a: there is no tour: no edge leads to city 1`, []string{"solve", "a.tsp", "--forbid", "all.txt"}},
		{1, `a: there is no tour: city 1 has one edge`, []string{"solve", "a.tsp", "--forbid", "most.txt"}},
		{1, `fit counts the ends of tours' edges, and a tour of one or two cities has none`, []string{"heatmap", "fit", "few.txt"}},
		{1, `none\.txt: there is no such file`, []string{"solve", "a.tsp", "--forbid", "none.txt"}},
		{1, `t\.tour: no tour of a: edges that may not be used: 1 of them, the first 1-2`, []string{"eval", "a.tsp", "t.tour", "--forbid", "most.txt"}},
		{1, `t\.tour: no path of a: the path begins with city 1, want 2`, []string{"eval", "a.tsp", "t.tour", "--start", "2"}},
	} {
		oneError(t, dir, c.code, c.want, call{args: c.args})
	}
}

// A file that cannot be read is told as such.
func TestBadFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"solve", "%"}, {"solve", "a.tsp", "%"}, {"eval", "%"}, {"eval", "a.tsp", "%"},
		{"solve", "a.tsp", "--best", "%"}, {"solve", "a.tsp", "--params", "%"}, {"solve", "a.tsp", "--ranks", "%"}} {
		for name, want := range map[string]string{"none.tsp": `none\.tsp: there is no such file.*check`, "sub": `sub: .*directory`} {
			c := call{args: append([]string{}, args...)}
			for i := range c.args {
				c.args[i] = strings.ReplaceAll(c.args[i], "%", name)
			}
			oneError(t, dir, 1, want, c)
		}
	}
}

// A tour that is none is refused with the reason.
func TestBadTour(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "fixed.tsp", strings.Replace(square, "NODE_COORD", "FIXED_EDGES_SECTION\n1 3\n-1\nNODE_COORD", 1))
	tour := func(cities string) string {
		return "TYPE : TOUR\nTOUR_SECTION\n" + cities + "-1\nEOF\n"
	}
	for _, c := range []struct{ name, problem, text, want string }{
		{"repeats", "a.tsp", tour("1\n2\n2\n4\n"), `t\.tour:5: .*city 2.*want`},
		{"short", "a.tsp", tour("1\n2\n3\n"), `t\.tour: no tour of a: .*3 cities, want 4`},
		{"out-of-range", "a.tsp", tour("1\n2\n3\n9\n"), `t\.tour:6: .*9.*want`},
		{"zero", "a.tsp", tour("0\n1\n2\n3\n"), `t\.tour:3: .*want`},
		{"lacks-fixed-edge", "fixed.tsp", tour("1\n2\n3\n4\n"), `t\.tour: no tour of fixed: .*fixed edge 1-3`},
		{"problem", "a.tsp", square, `t\.tour:1: found TSPLIB problem, want TSPLIB tour`},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, dir, "t.tour", c.text)
			oneError(t, dir, 1, c.want, call{args: []string{"eval", c.problem, "t.tour"}})
		})
	}
	// Of several the others are checked, too.
	write(t, dir, "three.tour", tour("1\n3\n2\n4\n-1\n1\n2\n3\n4\n-1\n4\n1\n3\n2\n"))
	write(t, dir, "again.tour", "TYPE : TOUR\nTOUR_SECTION\n1\n3\n2\n4\n-1\n1\n1\n3\n4\n-1\n4\n1\n3\n2\n-1\n-1\nEOF\n")
	write(t, dir, "set.txt", "0 0 0 1 1 1\n0 0 0 1 1 1 output 1 2 3 1\n0 0 1 1 1 2\n")
	write(t, dir, "twice.txt", "0 0 0 1 1 1\n0 0 0 1 1 1\n0 0 0 1 1 1 output 1 3 3 1\n0 0 0 1 1 1 output 1 2 2 1\n0 0 0 1 1 1 output 1 2 3 1\n")
	for _, c := range []struct {
		lines, code int
		want        string
		args        []string
	}{
		{2, 1, `three\.tour: tour 2 of 3: no tour of fixed: .*fixed edge 1-3$`, []string{"eval", "fixed.tsp", "three.tour"}},
		{2, 1, `again\.tour:9: TOUR_SECTION: found city 1 a second time`, []string{"eval", "fixed.tsp", "again.tour"}},
		{1, 2, `set_0 has no tour in its file; .*; so it is with 1 more$`, []string{"eval", "set.txt"}},
		{1, 1, `twice\.txt:3: output: found city 3.*; so it is with 1 more; twice_0 has no tour in its file.*; so it is with 1 more$`, []string{"eval", "twice.txt"}},
		{0, 1, `twice\.txt:3: output: found city 3.*; so it is with 1 more; twice_1 has no tour in its file[^;]*; give one: eval PROBLEM TOUR$`, []string{"eval", "twice.txt", "--lines", "1:4"}},
		{0, 1, `twice\.txt:3: output: found city 3`, []string{"eval", "twice.txt", "--lines", "2:3", "--optimum", "3"}},
	} {
		out, errs, code := call{args: c.args}.run(t, dir)
		if code != c.code || strings.Count(out, "\n") != c.lines || !regexp.MustCompile(c.want).MatchString(strings.TrimSpace(errs)) {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q, want %s", c.args, code, out, errs, c.want)
		}
	}
}

// Every knob refuses values outside its range, from flag, environment and file.
func TestKnobRanges(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	for _, k := range mcts.Knobs {
		bad := []string{"bogus", "nan"}
		switch k.Kind {
		case mcts.Real, mcts.Integer:
			bad = append(bad, fmt.Sprint(k.Min-1), fmt.Sprint(k.Max*2), "inf")
		case mcts.List:
			bad = append(bad, fmt.Sprint(k.Min-1), fmt.Sprint(k.Max+1), "1,,2")
		}
		for _, v := range bad {
			want := regexp.QuoteMeta(k.Name) + `.* is ` + regexp.QuoteMeta(v) + `, want`
			oneError(t, dir, 2, "--"+want, call{args: []string{"solve", "a.tsp", "--" + k.Name + "=" + v}})
		}
		oneError(t, dir, 2, envName(k.Name)+`.* is bogus, want`, call{args: []string{"solve", "a.tsp"}, env: []string{envName(k.Name) + "=bogus"}})
		write(t, dir, "p.json", fmt.Sprintf("{\n\"preset\": \"paper\",\n%q: \"bogus\"}\n", k.Name))
		oneError(t, dir, 1, `p\.json:3: `+regexp.QuoteMeta(k.Name)+` is bogus, want`, call{args: []string{"solve", "a.tsp", "--params", "p.json"}})
	}
}

// Wrong calls are told with exit code 2 and what would be right.
func TestBadUsage(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "b.tsp", square)
	write(t, dir, "set.txt", "0 0 0 1 1 1\n0 0 0 1 1 1\n")
	for _, c := range []struct{ args, want string }{
		{"slove a.tsp", `no command "slove".*Did you mean "solve"`},
		{"solve a.tsp --tmie 3s", `no flag --tmie; did you mean --time`},
		{"solve a.tsp -v", `no flag -v; tspmcts solve --help`},
		{"solve a.tsp --time", `--time needs a value`},
		{"solve --time --seed 3 a.tsp", `--time needs a value`},
		{"solve a.tsp --time 10", `--time is "10", want a time.*10s`},
		{"solve a.tsp --time -1s", `--time is "-1s", want`},
		{"solve a.tsp --time 87601h", `--time is "87601h", want a time above 0 and up to 87600h such`},
		{"solve a.tsp --time 0s", `--time is "0s", want`},
		{"solve a.tsp --time 0n", `--time is "0n", want`},
		{"solve a.tsp --time nann", `--time is "nann", want`},
		{"solve a.tsp --stall x", `--stall is "x", want`},
		{"solve a.tsp --actions 0", `--actions is "0", want`},
		{"solve a.tsp --actions 1e6", `--actions is "1e6", want an integer`},
		{"solve a.tsp --target 0", `--target is "0", want`},
		{"solve a.tsp --target nan", `--target is "nan", want`},
		{"solve a.tsp --optimum -3", `--optimum is "-3", want`},
		{"solve a.tsp --optimum 1_000", `--optimum is "1_000", want`},
		{"solve a.tsp --time 0x1p-4n", `--time is "0x1p-4n", want`},
		{"solve a.tsp --heatmap softdist:tau=0x1p-4", `tau is "0x1p-4", want a number`},
		{"solve a.tsp --workers 0", `--workers is "0", want`},
		{"solve a.tsp --workers 9999999", `--workers is "9999999", want`},
		{"solve a.tsp --seed -1", `--seed is "-1", want`},
		{"solve a.tsp --preset papr", `--preset is "papr", want one of`},
		{"solve a.tsp --heatmap none", `--heatmap is "none": .*want one of zero, knn`},
		{"solve a.tsp --heatmap zero --ranks a.tsp", `--ranks is for --heatmap gtprior or alpha`},
		{"solve set.txt --lines 5", `--lines is "5", want A:B`},
		{"solve set.txt --lines 3:3", `--lines is "3:3", want A:B`},
		{"solve a.tsp --lines 0:1", `a\.tsp: .*--lines is for data set files`},
		{"solve set.txt a.tsp --time 1h --lines 0:1 --out {}.tour", `a\.tsp: found a TSPLIB problem, but --lines is for data set files`},
		{"solve a.tsp --plot x.pdf", `--plot is x\.pdf, want .*\.svg or \.png`},
		{"solve a.tsp --out a.tsp", `--out would replace the input a\.tsp`},
		{"solve a.tsp --out x --json x", `--out and --json are the same file`},
		{"solve a.tsp --out {}/x", `\{\} may stand in the file's name only`},
		{"solve a.tsp b.tsp --out x.tour", `--out x\.tour is for one instance.*\{\}`},
		{"solve set.txt --plot x.svg", `--plot x\.svg is for one instance.*\{\}`},
		{"solve set.txt --optimum 3", `--optimum is for one instance.*--best`},
		{"bound set.txt --optimum 3", `--optimum is for one instance.*--best`},
		{"solve - -", `stdin`},
		{"generate a.tsp", `--out`},
		{"generate --cities 0", `--cities is "0", want`},
		{"generate --kind round", `--kind is "round", want one of uniform, clustered, grid`},
		{"generate --format csv", `--format is "csv", want tsplib or lines`},
		{"generate --count 3", `--count.*lines`},
		{"generate --clusters 3", `--clusters is for --kind clustered`},
		{"generate --kind dimacs-m --format lines", `--kind dimacs-m is a matrix, which no data set line can hold`},
		{"generate --kind dimacs-c --cities 99", `kind dimacs-c has a centre for each 100 cities, so it needs as many; found 99`},
		{"generate --kind dimacs-e --seed 1000000000", `the seed of kind dimacs-e is 1000000000, want 0 to 999999999`},
		{"generate --kind dimacs-e --seed 999999999 --count 2 --format lines", `the seed of kind dimacs-e is 1000000000`},
		{"eval", `PROBLEM and TOUR`},
		{"eval a.tsp", `no tour in its file`},
		{"completion tcsh", `bash, zsh, fish or pwsh`},
		{"help slove", `solve`},
	} {
		t.Run(c.args, func(t *testing.T) {
			oneError(t, dir, 2, c.want, call{args: strings.Fields(c.args)})
			onlyFiles(t, dir, "a.tsp", "b.tsp", "set.txt")
		})
	}
}

// What stops a command from the environment, or has no effect, is named by its variable.
func TestBadVariable(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	for _, c := range []struct{ variable, want string }{
		{"TSPMCTS_METRIC=geodesic", `which --metric \(or TSPMCTS_METRIC\), --weight and --decimal-comma are not for`},
		{"TSPMCTS_LINES=0:1", `--lines \(or TSPMCTS_LINES\) is for data set files`},
		{"TSPMCTS_PLOT_VISITS=1", `--plot-visits \(or TSPMCTS_PLOT_VISITS\) colours a picture`},
		{"TSPMCTS_BOUND=yes", `^tspmcts: --bound \(or TSPMCTS_BOUND\) is "yes", want true or false`},
		{"TSPMCTS_TIME=x", `--time \(or TSPMCTS_TIME\) is "x", want`},
	} {
		oneError(t, dir, 2, c.want, call{args: []string{"solve", "a.tsp"}, env: []string{c.variable}})
	}
	_, errs, _ := call{args: strings.Fields("solve a.tsp --actions 10"), env: []string{"TSPMCTS_POOL=5"}}.run(t, dir)
	if want := "warning: --pool (or TSPMCTS_POOL) has no effect"; !strings.Contains(errs, want) {
		t.Errorf("stderr %q, want %q", errs, want)
	}
	// It is for all commands, though a suite says these things itself.
	write(t, dir, "s.json", `{"sets":["a.tsp"],"budgets":["10 actions"]}`)
	if _, errs, code := (call{args: strings.Fields("bench s.json --out r.jsonl"), env: []string{"TSPMCTS_WORKERS=2"}}).run(t, dir); code != 0 {
		t.Error(errs)
	}
}

// Files besides the problem are checked before the search.
func TestBadSideFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "set.txt", "0 0 0 1 1 1\n0 0 0 1 1 1\n")
	for _, c := range []struct{ name, flag, text, want string }{
		{"best-number", "--best", "instance,best\na,x\n", `f:2: .*want`},
		{"best-columns", "--best", "a,1\nb,2,3\n", `f:2: .*want`},
		{"best-twice", "--best", "a,1\nb,2\nb,2.0\na,3\n", `f:4: found \["a" "3"\], but f:1 has 1; leave one of them out`},
		{"ranks-number", "--ranks", "0.5\n0.4 x\n", `f:2: .*want`},
		{"ranks-sum", "--ranks", "0.9 0.9\n", `f: .*sum.*want`},
		{"ranks-empty", "--ranks", "# none\n", `f: .*want`},
		{"params-empty", "--params", "", `f:1: .*want JSON`},
		{"params-text", "--params", "alpha = 1\n", `f:1: .*want JSON`},
		{"params-list", "--params", "[1]\n", `f:1: .*want JSON`},
		{"params-cut", "--params", "{\n\"alpha\": 1,\n", `f:\d: .*want JSON`},
		{"params-unknown", "--params", "{\n\"alpha\": 1,\n\"alhpa\": 2}", `f:3: unknown knob "alhpa", want one of`},
		{"params-record", "--params", "{\"instance\": \"a\", \"config\": {}}", `f:1: found "instance", .* want its member config`},
		{"params-preset", "--params", "{\"preset\": \"x\"}", `f:1: preset is "x", want one of`},
		{"params-null", "--params", "{\"alpha\": null}", `f:1: alpha is null, want`},
		{"params-list-value", "--params", "{\"breadth\": [5, 3]}", `f:1: breadth is \[5, 3\], want`},
		{"params-object", "--params", "null", `f:1: no parameter file \(it is no object\), want JSON`},
		{"params-range", "--params", "{\n\n\"depth\": 1}", `f:3: depth is 1, want an integer from 2 to`},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, dir, "f", c.text)
			oneError(t, dir, 1, c.want, call{args: []string{"solve", "a.tsp", c.flag, "f"}})
		})
	}
	for _, from := range []string{"7", "2"} {
		oneError(t, dir, 1, `set\.txt: found 2 instances, but --lines begins at `+from, call{args: []string{"solve", "set.txt", "--lines", from + ":8"}})
	}
}

// Output that cannot be written is an error before the search, and a full disk is one after it.
func TestBadOutput(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "m.tsp", "NAME : m\nTYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 1 2\n1 0 3\n2 3 0\nEOF\n")
	if err := os.Mkdir(filepath.Join(dir, "sub.svg"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--out", "--json", "--plot"} {
		oneError(t, dir, 1, `none/sub: there is no such file or directory`, call{args: []string{"solve", "--time", "1h", flag, "none/sub/x.svg"}})
		oneError(t, dir, 1, `a\.tsp/x\.svg: a part of the path is no directory`, call{args: []string{"solve", "--time", "1h", flag, "a.tsp/x.svg"}})
		oneError(t, dir, 1, `sub\.svg is a directory, want a file in it`, call{args: []string{"solve", "--time", "1h", flag, "sub.svg"}})
	}
	oneError(t, dir, 1, `m: .*distances only.*--plot`, call{args: []string{"solve", "--time", "1h", "m.tsp", "--plot", "x.svg"}})
	onlyFiles(t, dir, "a.tsp", "m.tsp", "sub.svg")
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	for _, flag := range []string{"--out", "--json"} {
		_, errs, code := call{args: []string{"solve", "a.tsp", flag, "/dev/full"}}.run(t, dir)
		if code != 1 || !strings.Contains(errs, "/dev/full: the disk is full") || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s /dev/full: exit code %d, stderr %q", flag, code, errs)
		}
	}
}

// A checkpoint that cannot be written is told of, once, and with the exit code too.
func TestCheckpointUnwritten(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full here")
	}
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "50", "--out", "a.tsp")
	out, errs, code := call{args: strings.Fields("solve a.tsp --actions 2000 --checkpoint /dev/full")}.run(t, dir)
	if code != 1 || !strings.Contains(errs, "no checkpoint: /dev/full: the disk is full") || !strings.Contains(out, "length") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
}

// Options that make sense for a single instance only are refused where there are several.
func TestForOneInstance(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	for _, flag := range []string{"--target 5", "--optimum 5", "--resume c", "--checkpoint c", "--initial-tour t"} {
		oneError(t, dir, 2, strings.Fields(flag)[0]+" is for one instance", call{args: strings.Fields("solve a.tsp a.tsp --time 1h " + flag)})
	}
	onlyFiles(t, dir, "a.tsp")
	oneError(t, dir, 2, "--lost-after is 1s, want a time of", call{args: strings.Fields("bench --set a.tsp --actions 1 --out r.jsonl --temporal --blobs file:///x --lost-after 1s")})
}

// A tour that is missing is told of also where what follows cannot be read.
func TestEvalBeforeBrokenLine(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "set.txt", "0 0 0 1 1 1 1 0\n0 0 0 1 1 1 1 0 output 1 2 9 4 1\n")
	_, errs, code := call{args: []string{"eval", "set.txt"}}.run(t, dir)
	if code == 0 || !strings.Contains(errs, "set_0 has no tour") || !strings.Contains(errs, "set.txt:2") {
		t.Errorf("exit code %d, stderr %s", code, errs)
	}
}
