package main

import (
	"encoding/xml"
	"fmt"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tspmcts/bench/generate"
)

// A JSON line has exactly the fields of the contract, and numbers where it says so.
func TestJSON(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "best.csv", "instance,best\nsunflower1000,500000\n")
	r := records(t, must(t, dir, "solve", "--json", "-", "--actions", "500", "--best", "best.csv", "--seed", "7", "--workers", "2"))
	if len(r) != 1 {
		t.Fatalf("%d lines", len(r))
	}
	want := strings.Fields("actions bound config gap heatmap instance length metric n optimum preset seconds seed stop trace workers")
	if got := slices.Sorted(maps.Keys(r[0])); !slices.Equal(got, want) {
		t.Errorf("fields %v, want %v", got, want)
	}
	length := r[0]["length"].(float64)
	for name, v := range map[string]any{"instance": "sunflower1000", "n": 1000.0, "metric": "EUC_2D", "optimum": 500000.0,
		"bound": nil, "seed": 7.0, "workers": 2.0, "stop": "actions", "heatmap": "alpha", "preset": "default", "gap": (length/500000 - 1) * 100} {
		if r[0][name] != v {
			t.Errorf("%s is %v, want %v", name, r[0][name], v)
		}
	}
	trace := r[0]["trace"].([]any)
	if last := trace[len(trace)-1].(map[string]any); last["length"] != length {
		t.Errorf("the trace ends with %v, the length is %v", last, length)
	}
	if length != float64(int(length)) || r[0]["config"].(map[string]any)["depth"] != 25.0 {
		t.Errorf("length %v, config %v", length, r[0]["config"])
	}
	auto := records(t, must(t, dir, "solve", "--json", "-", "--actions", "500", "--seed", "7", "--workers", "2", "--heatmap", "auto"))
	if auto[0]["heatmap"] != "alpha" || auto[0]["length"] != length {
		t.Errorf("auto, the default, is %v of length %v", auto[0]["heatmap"], auto[0]["length"])
	}
	if r := records(t, must(t, dir, "solve", "--json", "-", "--actions", "500")); r[0]["gap"] != nil || r[0]["optimum"] != nil {
		t.Errorf("gap %v and optimum %v without a known optimum", r[0]["gap"], r[0]["optimum"])
	}
}

// Small instances, down to one city, are solved to the optimum at once.
func TestTiny(t *testing.T) {
	dir := t.TempDir()
	for n := 1; n <= 9; n++ {
		must(t, dir, "generate", "--cities", fmt.Sprint(n), "--out", "a.tsp")
		r := records(t, must(t, dir, "solve", "a.tsp", "--json", "-", "--time", "1h", "--out", "a.tour"))
		if r[0]["stop"] != "exact" || r[0]["n"] != float64(n) {
			t.Errorf("%d cities: %v", n, r[0])
		}
		must(t, dir, "eval", "a.tsp", "a.tour")
		if out := must(t, dir, "bound", "a.tsp"); !strings.Contains(out, "nearly converged") {
			t.Errorf("%d cities: %s", n, out)
		}
	}
}

// What generate makes, solve solves and eval accepts with the same length.
func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	for _, kind := range generate.Kinds {
		for _, format := range []string{"tsplib", "lines"} {
			switch kind {
			case "cluster", "explosion", "implosion":
				if format == "tsplib" {
					continue // once is enough
				}
			}
			matrix := kind == "dimacs-m" || strings.HasPrefix(kind, "atsp-")
			if matrix && format == "lines" {
				continue // refused
			}
			t.Run(kind+"-"+format, func(t *testing.T) {
				must(t, dir, "generate", "--kind", kind, "--cities", "200", "--format", format, "--out", "a.txt")
				if again := must(t, dir, "generate", "--format", format, "--cities", "200", "--kind", kind); again != read(t, dir, "a.txt") {
					t.Error("the same seed made another instance")
				}
				if other := must(t, dir, "generate", "--seed", "2", "--format", format, "--cities", "200", "--kind", kind); kind != "grid" && other == read(t, dir, "a.txt") {
					t.Error("another seed made the same instance")
				}
				args := []string{"solve", "a.txt", "--json", "-", "--actions", "3000", "--out", "a.tour"}
				if !matrix { // which has no places
					args = append(args, "--plot", "a.svg")
				}
				r := records(t, must(t, dir, args...))
				fields := strings.Fields(must(t, dir, "eval", "a.txt", "a.tour"))
				length, err := strconv.ParseFloat(fields[4], 64)
				if err != nil || length != r[0]["length"] {
					t.Errorf("eval says %v, solve %v", fields, r[0]["length"])
				}
				if kind == "grid" && format == "tsplib" && (length < 200*generate.GridStep || length > 1.1*200*generate.GridStep) {
					t.Errorf("a grid of 200 cities, %d apart, has a tour of %v", generate.GridStep, length)
				}
				if err := xml.Unmarshal([]byte(read(t, dir, "a.svg")), new(struct{})); err != nil {
					t.Errorf("plot: %v", err)
				}
			})
		}
	}
	must(t, dir, "generate", "--cities", "200", "--out", "a.txt")
	must(t, dir, "solve", "a.txt", "--actions", "100", "--plot", "a.png")
	f, err := os.Open(filepath.Join(dir, "a.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := png.Decode(f); err != nil {
		t.Errorf("plot: %v", err)
	}
	onlyFiles(t, dir, "a.txt", "a.tour", "a.svg", "a.png")
}

// A data set file gives one line an instance, named after the file; {} names one file for each.
func TestDataSet(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "5", "--cities", "20", "--out", "set.txt")
	out := must(t, dir, "solve", "--actions", "100", "set.txt", "--lines", "1:3", "--out", "{}.tour", "--json", "r.jsonl")
	r := records(t, read(t, dir, "r.jsonl"))
	if strings.Count(out, "\n") != 2 || len(r) != 2 || r[0]["instance"] != "set_1" || r[1]["instance"] != "set_2" || r[0]["metric"] != "EXACT_2D" {
		t.Errorf("printed %s, records %v", out, r)
	}
	onlyFiles(t, dir, "set.txt", "r.jsonl", "set_1.tour", "set_2.tour")
	must(t, dir, "eval", "set.txt", "--lines", "1:2", "set_1.tour")
	must(t, dir, "solve", "--actions", "100", "set.txt", "--lines", "3:5", "--out", "t{i}.tour")
	onlyFiles(t, dir, "set.txt", "r.jsonl", "set_1.tour", "set_2.tour", "t3.tour", "t4.tour")
	for lines, files := range map[string]string{"1:3": "{}.tour", "3:5": "t{i}.tour"} {
		if out := must(t, dir, "eval", "set.txt", files, "--lines", lines); strings.Count(out, "\n") != 2 {
			t.Errorf("eval of %s prints %s", files, out)
		}
	}
	oneError(t, dir, 1, `set_3\.tour: there is no such file`, call{args: []string{"eval", "set.txt", "{}.tour", "--lines", "3:5"}})
	write(t, dir, "square.tsp", square)
	oneError(t, dir, 2, `\{i\} in t\{i\}.tour stands for a place in a data set, but square is in none`, call{args: strings.Fields("solve square.tsp --time 1h --out t{i}.tour")})
	must(t, dir, "solve", "--actions", "100", "set.txt", "--json", "r.jsonl")
	if r = records(t, read(t, dir, "r.jsonl")); len(r) != 5 {
		t.Errorf("%d records of 5", len(r))
	}
	// The reference tours of a file that has them.
	write(t, dir, "ref.txt", "0 0 0 1 1 1 1 0 output 1 2 3 4 1\n")
	if out := must(t, dir, "eval", "ref.txt"); strings.Fields(out)[4] != "4" {
		t.Errorf("eval of a reference tour: %s", out)
	}
}

// stdin is a file named -.
func TestStdin(t *testing.T) {
	dir := t.TempDir()
	out, errs, code := call{args: []string{"solve", "-"}, stdin: strings.NewReader(square)}.run(t, dir)
	if code != 0 || errs != "" || !strings.HasPrefix(out, "square ") || !strings.Contains(out, " 40 ") {
		t.Errorf("exit code %d, stdout %s, stderr %s", code, out, errs)
	}
	oneError(t, dir, 1, `stdin:1: found empty file`, call{args: []string{"solve", "-"}, stdin: strings.NewReader("")})
}

// Flags stand before or after the files; -- ends them.
func TestInterspersed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "--b.tsp", square)
	for _, args := range [][]string{
		{"solve", "a.tsp", "--seed", "3", "--actions=5"},
		{"solve", "--seed", "3", "a.tsp", "--actions", "5"},
		{"solve", "-seed=3", "--actions", "5", "--", "a.tsp"},
	} {
		r := records(t, must(t, dir, append(args[:1:1], append([]string{"--json", "-"}, args[1:]...)...)...))
		if r[0]["instance"] != "a" || r[0]["seed"] != 3.0 {
			t.Errorf("%v: %v", args, r)
		}
	}
	if out := must(t, dir, "solve", "a.tsp", "--", "--b.tsp"); strings.Count(out, "\n") != 2 {
		t.Errorf("after --: %s", out)
	}
}

// A flag beats the environment, that beats the parameter file, and that the preset.
func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "p.json", `{"preset":"paper-default","alpha":2,"beta":33,"pool":3}`)
	depth := func(args ...string) (r map[string]any) {
		out, errs, code := call{args: append([]string{"solve", "a.tsp", "--json", "-"}, args...),
			env: []string{"TSPMCTS_BETA=44", "TSPMCTS_POOL=4", "TSPMCTS_SEED=9"}}.run(t, dir)
		if code != 0 {
			t.Fatal(errs)
		}
		return records(t, out)[0]
	}
	r := depth("--params", "p.json", "--pool", "5")
	c := r["config"].(map[string]any)
	for name, want := range map[string]any{"depth": 10.0, "alpha": 2.0, "beta": 44.0, "pool": 5.0, "preset": "paper-default"} {
		if c[name] != want {
			t.Errorf("%s is %v, want %v", name, c[name], want)
		}
	}
	if r["seed"] != 9.0 || r["preset"] != "paper-default" {
		t.Errorf("seed %v, preset %v", r["seed"], r["preset"])
	}
	// The preset of a flag beats the file's; the file's knobs beat the preset's.
	c = depth("--params", "p.json", "--preset", "paper", "--seed", "1")["config"].(map[string]any)
	if c["depth"] != 200.0 || c["alpha"] != 2.0 || c["preset"] != "paper" {
		t.Errorf("with --preset: %v", c)
	}
}

// An option that is empty, on the command line or in the environment, is one that is not given.
func TestEmptyOptions(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	for _, name := range []string{"initial-tour", "resume", "time", "heatmap", "out"} {
		for _, c := range []call{{args: []string{"--" + name + "="}}, {env: []string{envName(name) + "="}}} {
			c.args = append([]string{"solve", "a.tsp", "--actions", "10"}, c.args...)
			if out, errs, code := c.run(t, dir); code != 0 || errs != "" {
				t.Errorf("%s %s: exit code %d, %s, %s", c.env, c.args, code, out, errs)
			}
		}
	}
}

// What --json wrote as config is a parameter file.
func TestConfigIsParams(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	out := must(t, dir, "solve", "a.tsp", "--json", "-", "--temperature", "0.25", "--breadth", "3,2")
	_, config, _ := strings.Cut(out, `"config":`)
	config, _, _ = strings.Cut(config, "}")
	write(t, dir, "p.json", config+"}")
	again := must(t, dir, "solve", "a.tsp", "--json", "-", "--params", "p.json")
	if !strings.Contains(again, `"config":`+config+"}") {
		t.Errorf("%s\nbecame %s", config, again)
	}
}

// The same seed, workers and actions give the same tour, byte for byte.
func TestDeterministic(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--kind", "clustered", "--cities", "200", "--out", "a.tsp")
	for _, preset := range []string{"default", "paper", "paper-default"} {
		for _, workers := range []string{"1", "2"} {
			var first string
			for i := range 2 {
				must(t, dir, "solve", "a.tsp", "--preset", preset, "--workers", workers, "--actions", "5000", "--seed", "5", "--out", "a.tour")
				if tour := read(t, dir, "a.tour"); i == 0 {
					first = tour
				} else if tour != first {
					t.Errorf("preset %s, %s workers: another tour", preset, workers)
				}
			}
		}
	}
}

// The search stops at its target, and when it stalls.
func TestStops(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "30", "--out", "a.tsp")
	for _, c := range []struct{ flag, value, stop string }{
		{"--target", "99999999", "target"}, {"--stall", "0.2s", "stalled"}, {"--time", "0.2s", "time"}, {"--time", "0.005n", "time"}, {"--actions", "10", "actions"},
	} {
		if r := records(t, must(t, dir, "solve", "a.tsp", c.flag, c.value, "--json", "-")); r[0]["stop"] != c.stop {
			t.Errorf("%s %s: stop is %v, want %s", c.flag, c.value, r[0]["stop"], c.stop)
		}
	}
}

// Help, version and completion come on stdout with exit code 0.
func TestTold(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ args, want string }{
		{"", "COMMANDS:"}, {"--help", "COMMANDS:"}, {"solve --help", "TSPMCTS_ALPHA"}, {"help solve", "Knobs"}, {"help heatmap build x", "--format FORMAT"}, {"solve a.tsp --help", "--plot FILE"},
		{"--version", "tspmcts version "},
		{"completion bash", "complete "}, {"completion zsh", "compdef"}, {"completion fish", "complete -c tspmcts -f -a '(__tspmcts)'"}, {"completion pwsh", "Register-ArgumentCompleter"},
		{"--generate-bash-completion", "solve\n"}, {"help --generate-bash-completion", "solve\n"}, {"solve --al --generate-bash-completion", "--alpha\n"},
		{"solve --preset --generate-bash-completion", "paper\n"}, {"solve a.tsp --order --generate-bash-completion", "distance\n"},
		{"solve -- --generate-bash-completion", "--alpha\n"}, {"solve -- a.tsp --generate-bash-completion", ""},
		{"solve --format --generate-bash-completion", "geojson\n"}, {"heatmap build --format --generate-bash-completion", "utsp\n"},
		{"bench --presets --generate-bash-completion", "paper\n"}, {"bench --heatmaps --generate-bash-completion", "zero\n"},
		{"generate --format --generate-bash-completion", "lines\n"}, {"compare --only --generate-bash-completion", "sets\n"},
	} {
		if out := must(t, dir, strings.Fields(c.args)...); !strings.Contains(out, c.want) {
			t.Errorf("%q: %q not in %s", c.args, c.want, out)
		}
	}
	if out := must(t, dir, "heatmap", "fit", "--heatmap", "--generate-bash-completion"); out != "gtprior\nalpha\n" {
		t.Errorf("heatmap fit --heatmap is completed by %q", out)
	}
	if out := must(t, dir, "bench", "--jobs", "2", "--generate-bash-completion"); out != "" {
		t.Errorf("bench --jobs 2 is completed by %q, want files", out)
	}
}

// Bash takes = for a word of its own, and bench a suite file or a command.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	write(t, dir, "suite.json", "{}")
	for words, want := range map[string]string{"solve --preset pap": "paper paper-tuned paper-default", "solve --preset = pap": "paper paper-tuned paper-default",
		"generate --format =": "tsplib lines", "solve --preset = paper --order dis": "distance", "solve --al": "--alpha", "bench su": "suite.json"} {
		script := fmt.Sprintf("%s\nCOMP_WORDS=(%q %s) COMP_CWORD=%d\n_tspmcts\necho ${COMPREPLY[*]}", completionScripts["bash"], binary, words, len(strings.Fields(words)))
		cmd := exec.Command(bash, "--norc", "-c", script)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != want+"\n" {
			t.Errorf("%s: %v, %s, want %s", words, err, out, want)
		}
	}
}

// An unwritable or failed run leaves the old file alone; a good one replaces it and keeps its mode.
func TestReplaces(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "bad.tsp", "TYPE : TSP\n")
	write(t, dir, "old.jsonl", "old\n")
	if err := os.Chmod(filepath.Join(dir, "old.jsonl"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("old.jsonl", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	oneError(t, dir, 1, `bad\.tsp`, call{args: []string{"solve", "bad.tsp", "--json", "old.jsonl"}})
	if got := read(t, dir, "old.jsonl"); got != "old\n" {
		t.Errorf("a failed run wrote %q", got)
	}
	must(t, dir, "solve", "a.tsp", "--json", "link")
	if r := records(t, read(t, dir, "old.jsonl")); len(r) != 1 {
		t.Errorf("records %v", r)
	}
	info, err := os.Lstat(filepath.Join(dir, "link"))
	if err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link became %v", info.Mode())
	}
	if info, err := os.Stat(filepath.Join(dir, "old.jsonl")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode became %v", info.Mode())
	}
	onlyFiles(t, dir, "a.tsp", "bad.tsp", "old.jsonl", "link")
	// One that leads back from a folder that is a link itself is followed as the system does.
	if err := os.MkdirAll(filepath.Join(dir, "far", "deep"), 0o777); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "far/old.jsonl", "old\n")
	for name, to := range map[string]string{"in": "far/deep", "back": "in/../old.jsonl"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, dir, "solve", "a.tsp", "--json", "back")
	if r := records(t, read(t, dir, "far/old.jsonl")); len(r) != 1 {
		t.Errorf("records %v", r)
	}
	// A link to what is not there yet stays, too, and its file is made.
	for name, to := range map[string]string{"dangling": "sub/twice", "sub/twice": "../made/new.jsonl"} {
		os.Mkdir(filepath.Join(dir, "sub"), 0o777)
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, dir, "solve", "a.tsp", "--json", "dangling")
	if r := records(t, read(t, dir, "made/new.jsonl")); len(r) != 1 {
		t.Errorf("records %v", r)
	}
	onlyFiles(t, dir, "a.tsp", "bad.tsp", "old.jsonl", "link", "in", "back", "far", "dangling", "sub", "made")
	onlyFiles(t, filepath.Join(dir, "sub"), "twice")
}
