package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tspmcts/mcts"
)

// benchArgs is a bench of 24 short runs.
func benchArgs(out string) []string {
	return []string{"bench", "--set", "set.txt", "--lines", "0:3", "--heatmaps", "gtprior,zero", "--presets", "paper,paper-default",
		"--actions", "2000", "--seeds", "2", "--out", out}
}

func benchDir(t *testing.T) string {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "4", "--cities", "60", "--out", "set.txt")
	return dir
}

// timeless returns the records of a file without their times, sorted.
func timeless(t *testing.T, dir, name string) []string {
	var all []string
	for _, r := range records(t, read(t, dir, name)) {
		delete(r, "seconds")
		delete(r, "trace")
		all = append(all, fmt.Sprint(r))
	}
	slices.Sort(all)
	return all
}

// A bench that is killed again and again loses nothing but the runs in flight,
// and ends with the records of one that ran through.
func TestBenchKilled(t *testing.T) {
	dir := benchDir(t)
	if out := must(t, dir, benchArgs("whole.jsonl")...); !strings.Contains(out, "24 runs, 24 of them new") {
		t.Fatal(out)
	}
	args := append(benchArgs("parts.jsonl"), "--jobs", "1")
	for n := 0; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		cmd := call{args: args}.command(ctx, dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan bool)
		go func() {
			for { // until three more records are there
				text, _ := os.ReadFile(filepath.Join(dir, "parts.jsonl"))
				if strings.Count(string(text), "\n") >= 3*(n+1) {
					break
				}
				select {
				case <-ended:
					return
				case <-time.After(time.Millisecond):
				}
			}
			cmd.Process.Signal([]os.Signal{syscall.SIGKILL, os.Interrupt}[n%2])
		}()
		err := cmd.Wait()
		close(ended)
		cancel()
		if n%2 == 1 && err != nil {
			t.Errorf("Ctrl-C: %v", err)
		}
		if text := read(t, dir, "parts.jsonl"); strings.Count(text, "\n") == 24 {
			break
		}
	}
	if a, b := timeless(t, dir, "whole.jsonl"), timeless(t, dir, "parts.jsonl"); !slices.Equal(a, b) {
		t.Errorf("%d records of one bench, %d of a killed one", len(a), len(b))
	}
}

// Wrong calls of bench are told in one line.
func TestBadBench(t *testing.T) {
	dir := benchDir(t)
	write(t, dir, "s.json", `{"sets":["set.txt"],"budgets":["10 actions"],"heatmaps":["oracle"]}`)
	write(t, dir, "old.jsonl", `{"version":0,"instance":"a","length":3}`+"\n")
	write(t, dir, "p.json", `{"gamma":1}`)
	write(t, dir, "m.tsp", "TYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\nEDGE_WEIGHT_SECTION\n0 1 2\n1 0 3\n2 3 0\nEOF\n")
	base := []string{"bench", "--out", "r.jsonl"}
	set := append(slices.Clone(base), "--set", "set.txt")
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "takes a suite file, or --set FILE", base},
		{2, "needs a budget", set},
		{2, "--out FILE", []string{"bench", "--set", "set.txt", "--time", "1s"}},
		{2, `--time is "soon", want a time`, append(slices.Clone(set), "--time", "soon")},
		{2, `--actions is "1,x", want a number`, append(slices.Clone(set), "--actions", "1,x")},
		{2, `--presets: unknown preset "papier", want one of`, append(slices.Clone(set), "--presets", "papier", "--actions", "1")},
		{2, `--heatmaps: "nope": .*want one of`, append(slices.Clone(set), "--heatmaps", "zero;nope", "--actions", "1")},
		{2, `--heatmaps: "softdist:tau=-1": .*want`, append(slices.Clone(set), "--heatmaps", "zero,softdist:tau=-1", "--actions", "1")},
		{2, `--presets and --params name paper twice`, append(slices.Clone(set), "--presets", "paper,paper", "--actions", "1")},
		{2, `--seeds is "0", want an integer`, append(slices.Clone(set), "--seeds", "0", "--actions", "1")},
		{2, "do not go together", append(slices.Clone(base), "s.json", "--seeds", "3")},
		{1, `p.json:1: unknown knob "gamma", want one of alpha`, append(slices.Clone(set), "--params", "p.json", "--actions", "1")},
		{1, `none.txt: there is no such file`, append(slices.Clone(base), "--set", "none.txt", "--actions", "1")},
		{2, `m.tsp: found TSPLIB problem, want a suite; .* --set`, append(slices.Clone(base), "m.tsp", "--actions", "1")},
		{2, `set.txt: found .*, want a suite; .* --set`, append(slices.Clone(base), "set.txt")},
		{1, `none.json: there is no such file`, append(slices.Clone(base), "none.json")},
		{1, `unknown heatmap source "oracle", want one of`, append(slices.Clone(base), "s.json")},
		{1, `old.jsonl:1: a record of version 0, want 1`, []string{"bench", "--set", "set.txt", "--actions", "1", "--out", "old.jsonl"}},
		{1, `nowhere: there is no such file or directory`, []string{"bench", "--set", "set.txt", "--actions", "1", "--out", "nowhere/r.jsonl"}},
		{1, `m: there are no coordinates that --tours could keep`, append(slices.Clone(base), "--set", "m.tsp", "--actions", "1", "--tours")},
		{2, "bench import takes FILE", []string{"bench", "import", "--out", "r.jsonl"}},
		{2, "bench import has no flag --time; .*tspmcts bench import --help", []string{"bench", "import", "set.txt", "--time", "1s"}},
		{2, "bench has no flag --solver", []string{"bench", "s.json", "--solver", "x", "--out", "r.jsonl"}},
		{1, "set.txt:1: found neither the columns", []string{"bench", "import", "set.txt", "--out", "r.jsonl"}},
	} {
		oneError(t, dir, c.code, c.want, call{args: c.args})
	}
	onlyFiles(t, dir, "set.txt", "s.json", "old.jsonl", "p.json", "m.tsp")
}

// bench runs nothing that would go to records which compare refuses.
func TestBenchMixes(t *testing.T) {
	dir := benchDir(t)
	write(t, dir, "p.json", `{"alpha":1}`)
	args := append(benchArgs("r.jsonl"), "--params", "p.json")
	must(t, dir, args...)
	kept := read(t, dir, "r.jsonl")
	write(t, dir, "p.json", `{"alpha":2}`)
	oneError(t, dir, 1, "r.jsonl would hold runs of two configurations that are called p, on set_0; .*another --out", call{args: args})
	must(t, dir, "generate", "--format", "lines", "--count", "4", "--cities", "61", "--out", "set.txt")
	oneError(t, dir, 1, "r.jsonl would hold runs of two different instances that are called set_0; .*another --out", call{args: benchArgs("r.jsonl")})
	if read(t, dir, "r.jsonl") != kept {
		t.Error("the records have changed")
	}
}

// Runs that a heatmap file, a table of ranks or a model gave go with no others once it has changed,
// though none is missing, and the same command goes on when it is again what it was.
func TestBenchOtherMap(t *testing.T) {
	dir := benchDir(t)
	write(t, dir, "ranks.txt", "0.5 0.3")
	args := []string{"bench", "--set", "set.txt", "--lines", "0:2", "--heatmaps", "zero;gtprior:ranks=ranks.txt", "--presets", "paper", "--actions", "300", "--out", "r.jsonl"}
	must(t, dir, args...)
	tuned := []string{"tune", "--set", "set.txt", "--lines", "0:2", "--validate-lines", "2:4", "--heatmap", "gtprior:ranks=ranks.txt", "--preset", "paper", "--search", "alpha",
		"--trials", "2", "--actions", "300", "--log", "t.jsonl", "--out", "t.json"}
	must(t, dir, tuned...)
	kept := read(t, dir, "r.jsonl")
	write(t, dir, "ranks.txt", "0.3 0.5")
	want := "r.jsonl would hold runs of two different heatmaps that are called gtprior:ranks=ranks.txt, on set_[01]; .*another --out"
	oneError(t, dir, 1, want, call{args: args})
	oneError(t, dir, 1, want, call{args: append(slices.Clone(args), "--seeds", "2")})
	oneError(t, dir, 1, "t.jsonl would hold runs of two different heatmaps .*another --log", call{args: tuned})
	write(t, dir, "ranks.txt", "0.5 0.3")
	if out := must(t, dir, args...); read(t, dir, "r.jsonl") != kept || !strings.Contains(out, "4 runs, 0 of them new") {
		t.Errorf("%s, and the records are\n%s", out, read(t, dir, "r.jsonl"))
	}
}

// tune writes a file that solve loads, draws importance, and tells wrong calls in one line.
func TestTune(t *testing.T) {
	dir := benchDir(t)
	args := []string{"tune", "--set", "set.txt", "--trials", "3", "--actions", "300", "--preset", "paper-default", "--validate-lines", "2:4", "--lines", "0:2"}
	out := must(t, dir, append(args, "--method", "random", "--out", "p.json", "--plot", "i.svg")...)
	if !strings.Contains(out, "random: 3 configurations in 6 runs of 300 actions on 2 instances, validated on 2") {
		t.Error(out)
	}
	if again := must(t, dir, append(args, "--method", "random", "--out", "p.json")...); again != out {
		t.Errorf("from the log: %s", again)
	}
	must(t, dir, "solve", "set.txt", "--params", "p.json", "--actions", "100")
	onlyFiles(t, dir, "set.txt", "p.json", "p.json.runs.jsonl", "i.svg")
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "tune needs --out", args},
		{2, `--method is "luck", want one of random`, append(slices.Clone(args), "--out", "q.json", "--method", "luck")},
		{2, `--search: unknown knob "gamma"`, append(slices.Clone(args), "--out", "q.json", "--search", "gamma")},
		{2, "both trained on and held out", append(slices.Clone(args), "--out", "q.json", "--lines", "0:3")},
		{2, `--trials is "1", want an integer`, append(slices.Clone(args), "--out", "q.json", "--trials", "1")},
		{2, "tune takes one budget", append(slices.Clone(args), "--out", "q.json", "--time", "1s")},
		{2, "takes a suite file, or --set", []string{"tune", "--out", "q.json", "--time", "1s"}},
	} {
		oneError(t, dir, c.code, c.want, call{args: c.args})
	}
}

// Files of one instance each are held out as they are trained on, several with commas between them.
func TestTuneValidateFiles(t *testing.T) {
	dir := t.TempDir()
	for _, seed := range []string{"1", "2", "3", "4"} {
		must(t, dir, "generate", "--cities", "20", "--seed", seed, "--out", seed+".tsp")
	}
	args := strings.Fields("tune --set 1.tsp,2.tsp --trials 2 --actions 20 --preset paper --search alpha --out p.json --validate")
	if out := must(t, dir, append(args, "3.tsp, 4.tsp")...); !strings.Contains(out, "on 2 instances, validated on 2") {
		t.Error(out)
	}
	oneError(t, dir, 2, "the instance 2 is both trained on and held out", call{args: append(args, "2.tsp,3.tsp")})
}

// Blanks after the commas of a list are none of its parts, and nothing is behind the last.
func TestBlanksInLists(t *testing.T) {
	dir := benchDir(t)
	write(t, dir, "p.json", `{"alpha":2}`)
	write(t, dir, "square.tsp", square)
	out := must(t, dir, "bench", "--set", "set.txt, square.tsp", "--presets", "paper, default", "--params", " p.json", "--heatmaps", "zero, gtprior", "--actions", "5, 6,", "--out", "r.jsonl")
	if !strings.Contains(out, "60 runs, 60 of them new") {
		t.Error(out)
	}
}

// Where every trial was dropped in the training, nothing is said of held-out instances.
func TestTuneBaseAlone(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "6", "--cities", "13", "--out", "set.txt")
	out := must(t, dir, strings.Fields("tune --set set.txt --trials 3 --actions 300 --preset paper-default --method model --search alpha --out p.json")...)
	if !strings.Contains(out, "no configuration came through the training, so that the base alone met the held-out instances; p.json holds the base") {
		t.Error(out)
	}
}

// tune --table enters a winner that beats the base, or that nothing beat the preset's own knobs.
func TestTuneTable(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "10", "--cities", "60", "--out", "set.txt")
	args := []string{"tune", "--set", "set.txt", "--lines", "0:2", "--validate-lines", "2:10", "--preset", "paper-tuned", "--heatmap", "gtprior",
		"--search", "depth=2|50", "--method", "random", "--trials", "2", "--actions", "2000", "--out", "p.json", "--table", "t.json"}
	out := must(t, dir, append(args, "--depth", "2")...) // which stays at the 2-opt optimum
	if !strings.Contains(out, "entered in t.json for paper-tuned, gtprior, 60 cities") {
		t.Error(out)
	}
	table := read(t, dir, "t.json")
	rows, err := mcts.ParseTuned([]byte(table))
	if err != nil || len(rows) != 1 || rows[0].N != 60 || string(rows[0].Knobs) != `{"depth":50}` ||
		rows[0].By != "tspmcts tune --set set.txt --lines 0:2 --validate-lines 2:10 --preset paper-tuned --heatmap gtprior --method random --trials 2 --search 'depth=2|50' --actions 2000 --depth 2" {
		t.Errorf("%v\n%s", err, table)
	}
	oneError(t, dir, 1, "p.json.runs.jsonl would hold runs of two configurations that are called base, on set_[0-9]; name another --log", call{args: append(args, "--depth", "50")})
	out = must(t, dir, append(args, "--depth", "50", "--log", "50.jsonl")...)
	if !strings.Contains(out, "t.json is left as it was") || read(t, dir, "t.json") != table {
		t.Error(out)
	}
	oneError(t, dir, 2, "--table needs --heatmap", call{args: []string{"tune", "--set", "set.txt", "--time", "1s", "--out", "p.json", "--table", "t.json"}})
	out = must(t, dir, append(args, "--search", "depth=200|200", "--log", "own.jsonl")...) // the preset's own
	rows, err = mcts.ParseTuned([]byte(read(t, dir, "t.json")))
	if err != nil || len(rows) != 1 || string(rows[0].Knobs) != `{}` || rows[0].Gap != rows[0].Base || rows[0].P != 1 ||
		!strings.Contains(out, "entered in t.json for paper-tuned, gtprior, 60 cities: its own knobs") {
		t.Errorf("%v\n%s\n%s", err, read(t, dir, "t.json"), out)
	}
	oneError(t, dir, 2, `--table: preset "paper" stays as published`, call{args: append(slices.Clone(args), "--preset", "paper")})
	write(t, dir, "t.json", "[{}]")
	oneError(t, dir, 1, `t.json: the table of tuned knobs, row 1: preset ""`, call{args: args})
}

// bench import is a command of its own, wherever --out stands, and adds nothing twice.
func TestImport(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "peers.csv", "instance,solver,seed,seconds,length\na,X,1,2,100\na,X,1,1,110\na,X,2,1,105\n")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"r.jsonl: 2 records, 2 of them new\n", []string{"bench", "import", "peers.csv", "--out", "r.jsonl"}},
		{"r.jsonl: 2 records, 0 of them new\n", []string{"bench", "--out", "r.jsonl", "import", "peers.csv"}},
		{"r.jsonl: 2 records, 2 of them new\n", []string{"bench", "import", "--out", "r.jsonl", "--solver", "Y", "peers.csv"}},
	} {
		if out := must(t, dir, c.args...); out != c.want {
			t.Errorf("%v: %s, want %s", c.args, out, c.want)
		}
	}
	if r := records(t, read(t, dir, "r.jsonl")); len(r) != 4 || r[0]["length"] != 100.0 || len(r[0]["trace"].([]any)) != 2 || r[2]["solver"] != "Y" {
		t.Errorf("%v", r)
	}
	write(t, dir, "longer.csv", "instance,solver,seed,seconds,length\na,X,1,9,95\na,X,2,1,105\n")
	out, stderr, code := call{args: []string{"bench", "import", "longer.csv", "--out", "r.jsonl"}}.run(t, dir)
	if code != 0 || out != "r.jsonl: 2 records, 1 of them new\n" || !strings.Contains(stderr, "of 1 runs there are several results") {
		t.Errorf("%s %s %d", out, stderr, code)
	}
	if out := must(t, dir, "bench", "import", "--help"); !strings.Contains(out, "--solver NAME") || strings.Contains(out, "--set") {
		t.Error(out)
	}
	if out := must(t, dir, "bench", "--help"); strings.Contains(out, "--solver") || !strings.Contains(out, "import") {
		t.Error(out)
	}
}

// compare writes what it is asked for.
func TestCompare(t *testing.T) {
	dir := benchDir(t)
	must(t, dir, benchArgs("r.jsonl")...)
	pairs := records(t, must(t, dir, "compare", "r.jsonl", "--json", "-", "--csv", "p.csv", "--markdown", "p.md"))
	if len(pairs) != 6 || pairs[0]["n"] != 6.0 || strings.Count(read(t, dir, "p.csv"), "\n") != 7 || !strings.Contains(read(t, dir, "p.md"), "|---|") {
		t.Errorf("%v", pairs)
	}
	if out := must(t, dir, "compare", "r.jsonl", "--at", "1s,50%", "--above", "2"); !strings.Contains(out, "gap at 1s") ||
		!strings.Contains(out, "gap at 50 %") || !strings.Contains(out, "stand-still above 2") || strings.Contains(out, "gap at 30 %") {
		t.Error(out)
	}
	if out := must(t, dir, "compare", "r.jsonl", "--only", "sets", "--at", "100%"); !strings.HasPrefix(out, "set ") || !strings.Contains(out, "gap at 100 %") || strings.Contains(out, "p (Holm)") {
		t.Error(out)
	}
	write(t, dir, "bad.jsonl", "{}\n")
	for _, c := range []struct {
		code int
		want string
		args []string
	}{
		{2, "compare takes the records", []string{"compare"}},
		{2, `there is no arm "x" in the records, want one of`, []string{"compare", "r.jsonl", "--against", "x"}},
		{2, `--at is "1", want times and shares of the budget`, []string{"compare", "r.jsonl", "--at", "1s,1"}},
		{2, `--at is "120%", want a share of the budget above 0 and up to 100%`, []string{"compare", "r.jsonl", "--at", "120%"}},
		{2, `--above is "100", want a gap in percent from 0 and below 100`, []string{"compare", "r.jsonl", "--above", "100"}},
		{2, `--only is "rows", want one of arms, pairs,`, []string{"compare", "r.jsonl", "--only", "rows"}},
		{2, "--against is for the tables pairs, pairs-over-time; with --only arms it has no effect", []string{"compare", "r.jsonl", "--only", "arms", "--against", "zero paper"}},
		{2, "--at is for the tables arms-over-time, .*; with --only pairs", []string{"compare", "r.jsonl", "--only", "pairs", "--at", "1s"}},
		{2, "--only is for text and Markdown; with --csv - it", []string{"compare", "r.jsonl", "--only", "sets", "--csv", "-"}},
		{2, "--above is for the tables .*; with --only sets", []string{"compare", "r.jsonl", "--only", "sets", "--above", "1"}},
		{2, "--csv and --json are the same file -", []string{"compare", "r.jsonl", "--json", "-", "--csv", "-"}},
		{1, `bad.jsonl:1: found "\{\}", want a JSON line`, []string{"compare", "bad.jsonl"}},
		{1, "none.jsonl: there is no such file", []string{"compare", "none.jsonl"}},
	} {
		oneError(t, dir, c.code, c.want, call{args: c.args})
	}
}

// report writes its page and figures, and nothing else.
func TestReport(t *testing.T) {
	dir := benchDir(t)
	must(t, dir, append(benchArgs("r.jsonl"), "--tours")...)
	must(t, dir, append(benchArgs("r.jsonl"), "--tours")...) // they are there
	must(t, dir, benchArgs("bare.jsonl")...)
	_, errs, code := call{args: append(benchArgs("bare.jsonl"), "--tours")}.run(t, dir)
	if want := "tspmcts: warning: 24 runs are in bare.jsonl already, without their tours; name another --out to have them\n"; code != 0 || errs != want {
		t.Errorf("exit code %d, stderr %q, want %q", code, errs, want)
	}
	if out := must(t, dir, "report", "r.jsonl", "--out", "rep", "--title", "Mine"); !strings.Contains(out, "rep/report.html: ") {
		t.Error(out)
	}
	if page := read(t, dir, "rep/report.html"); !strings.Contains(page, "<h1>Mine</h1>") || !strings.Contains(page, `id="tour-4"`) {
		t.Error(page[:200])
	}
	// A page without tours leaves none of the old one, and nothing else goes.
	read(t, dir, "rep/tour-4.png")
	write(t, dir, "rep/tour-9.svg", "mine")
	must(t, dir, "report", "bare.jsonl", "--out", "rep")
	if left, _ := filepath.Glob(filepath.Join(dir, "rep", "tour-*")); len(left) != 1 || read(t, dir, "rep/tour-9.svg") != "mine" {
		t.Errorf("%v", left)
	}
	read(t, dir, "rep/curves.svg")
	write(t, dir, "old.jsonl", `{"version":7,"instance":"a","length":3}`+"\n")
	oneError(t, dir, 2, "report needs --out DIR", call{args: []string{"report", "r.jsonl"}})
	oneError(t, dir, 2, "report takes the records", call{args: []string{"report", "--out", "x"}})
	oneError(t, dir, 1, "old.jsonl:1: a record of version 7, want 1", call{args: []string{"report", "old.jsonl", "--out", "x"}})
	oneError(t, dir, 1, "no/x: there is no such file", call{args: []string{"report", "r.jsonl", "--out", "no/x"}})
	onlyFiles(t, dir, "set.txt", "r.jsonl", "bare.jsonl", "old.jsonl", "rep")
}

// tune --table leaves the rows of other sizes, and enters the gap of the winner.
func TestTuneTableKeeps(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "10", "--cities", "60", "--out", "set.txt")
	old, err := mcts.FormatTuned([]mcts.TunedRow{{Preset: "paper-tuned", Heatmap: "gtprior", N: 1000, Knobs: []byte(`{"depth":70}`), Base: 3, Gap: 2, P: 0.01, By: "hand"}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "t.json", string(old))
	must(t, dir, strings.Fields("tune --set set.txt --lines 0:2 --validate-lines 2:10 --preset paper-tuned --heatmap gtprior --search depth=2|50"+
		" --method random --trials 2 --actions 2000 --depth 2 --out p.json --table t.json")...)
	rows, err := mcts.ParseTuned([]byte(read(t, dir, "t.json")))
	if err != nil || len(rows) != 2 || rows[0].N != 60 || rows[0].Gap >= rows[0].Base || rows[1].N != 1000 || rows[1].Gap != 2 {
		t.Errorf("%v\n%s", err, read(t, dir, "t.json"))
	}
}
