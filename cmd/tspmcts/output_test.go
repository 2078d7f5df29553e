package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Two instances of one name would overwrite each other's files, and a file named
// after an instance its input: both are refused before the search.
func TestOutputsClash(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, dir, sub+"/x.tsp", square)
		must(t, dir, "generate", "--format", "lines", "--count", "2", "--cities", "12", "--out", sub+"/set.txt")
	}
	write(t, dir, "y.tsp", square)
	write(t, dir, "set_1.tsp", square)
	for _, c := range []struct{ args, want string }{
		{"solve a/x.tsp b/x.tsp --time 1h --out {}.tour", `--out {}\.tour is x\.tour both for x and for x`},
		{"solve a/x.tsp b/x.tsp --time 1h --plot {}.svg", `--plot {}\.svg is x\.svg both`},
		{"solve a/set.txt b/set.txt --time 1h --out {}.tour", `set_0\.tour both`},
		{"solve a/set.txt b/set.txt --lines 1: --time 1h --out b{i}.tour", `--out b{i}\.tour is b1\.tour both for set_1 and for set_1`},
		{"solve a/set.txt y.tsp --time 1h --out b{i}.tour", `y: {i} in b{i}\.tour stands for a place in a data set, but y is in none`},
		{"solve y.tsp --time 1h --out {}.tsp", `--out {}\.tsp would replace the input y\.tsp`},
		{"heatmap build a/x.tsp b/x.tsp --out {}.heat", `--out {}\.heat is x\.heat both`},
		{"heatmap build a/set.txt b/set.txt --out b{i}.heat", `--out b{i}\.heat is b0\.heat both`},
		{"heatmap build y.tsp --out {}.tsp", `would replace the input y\.tsp`},
	} {
		oneError(t, dir, 2, c.want, call{args: strings.Fields(c.args)})
	}
	onlyFiles(t, dir, "a", "b", "y.tsp", "set_1.tsp")
	// What only reading tells is refused before the search that would overwrite.
	_, errs, code := call{args: strings.Fields("solve set_1.tsp a/set.txt --actions 10 --out {}.tour")}.run(t, dir)
	if code != 2 || !strings.Contains(errs, "set_1.tour both for set_1 and for set_1") {
		t.Errorf("exit code %d, stderr %s", code, errs)
	}
}

// An output replaces neither a problem, as where its flag has taken the argument that should have
// been solved, nor a file that may not be written, whoever asks.
func TestOutputsSpare(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "y.tsp", square)
	write(t, dir, "places.csv", "x,y\n0,0\n0,3\n4,0\n4,3\n")
	must(t, dir, "generate", "--format", "lines", "--cities", "12", "--out", "set.txt")
	write(t, dir, "old.tour", "TYPE : TOUR\n")
	if err := os.Chmod(filepath.Join(dir, "old.tour"), 0o444); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "bench", "--set", "set.txt", "--actions", "10", "--out", "b.jsonl")
	all := func() (text string) {
		for _, name := range strings.Fields("y.tsp places.csv set.txt old.tour b.jsonl") {
			text += read(t, dir, name)
		}
		return text
	}
	kept := all()
	for _, c := range []struct {
		args, want string
		code       int
	}{
		{"solve --time 1h --json y.tsp", `--json would replace y\.tsp, .*TSPLIB problem.* no FILE .*: solve FILE --json OUT`, 2},
		{"solve --time 1h --out places.csv", `--out would replace places\.csv`, 2},
		{"solve --time 1h --checkpoint set.txt", `--checkpoint would replace set\.txt`, 2},
		{"solve set.txt --time 1h --json y.tsp", `y\.tsp is a TSPLIB problem`, 2},
		{"heatmap build set.txt --out y.tsp", `y\.tsp is a TSPLIB problem`, 2},
		{"solve y.tsp --time 1h --out old.tour", `old\.tour is read-only`, 1},
		{"tune --set set.txt --time 1h --out b.jsonl", `b\.jsonl holds records of bench`, 2},
		{"solve y.tsp --time 1h --json b.jsonl", `b\.jsonl holds records of bench`, 2},
		{"generate --cities 5 --out b.jsonl", `b\.jsonl holds records of bench`, 2},
	} {
		oneError(t, dir, c.code, c.want, call{args: strings.Fields(c.args)})
	}
	if all() != kept {
		t.Error("a file has changed")
	}
	must(t, dir, "solve", "--actions", "10", "--json", "r.jsonl", "--out", "r.tour")
	must(t, dir, "solve", "--actions", "10", "--json", "r.jsonl", "--out", "r.tour") // replaces its own
	must(t, dir, "generate", "--cities", "12", "--out", "y.tsp")
	oneError(t, dir, 2, `--json would replace r\.jsonl, which holds records`, call{args: strings.Fields("compare --json r.jsonl b.jsonl")})
	must(t, dir, "compare", "--json", "pairs.jsonl", "b.jsonl", "r.jsonl")
	must(t, dir, "compare", "--json", "pairs.jsonl", "b.jsonl", "r.jsonl")
	onlyFiles(t, dir, "y.tsp", "places.csv", "set.txt", "old.tour", "b.jsonl", "r.jsonl", "r.tour", "pairs.jsonl")
}

// No command writes over a file that it reads, by whatever option and name, nor over its own
// output.
func TestOutputsKeepInputs(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "6", "--cities", "12", "--out", "set.txt")
	write(t, dir, "places.csv", "x,y\n0,0\n0,3\n4,0\n4,3\n")
	write(t, dir, "best.csv", "instance,best\nplaces,14\n")
	write(t, dir, "a.tour", "TYPE : TOUR\nTOUR_SECTION\n1\n2\n4\n3\n-1\nEOF\n")
	if err := os.Symlink("set.txt", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	files := []string{"set.txt", "places.csv", "best.csv", "a.tour"}
	kept := map[string]string{}
	for _, f := range files {
		kept[f] = read(t, dir, f)
	}
	for _, c := range []struct{ args, want string }{
		{"heatmap fit set.txt --out set.txt", `--out would replace the input set\.txt`},
		{"heatmap eval set.txt --json link", `--json would replace the input set\.txt`},
		{"heatmap train --set best.csv,set.txt --out set.txt", `--out would replace the input set\.txt`},
		{"heatmap build places.csv --out places.csv", `--out would replace the input places\.csv`},
		{"heatmap build places.csv --heatmap tours:a.tour --out a.tour", `--out would replace the input a\.tour`},
		{"heatmap build places.csv --heatmap-file {}.tour --out {}.tour", `--out would replace the input {}\.tour`},
		{"heatmap fit places.csv --tour a.tour --out ./a.tour", `--out would replace the input a\.tour`},
		{"tune --set set.txt --actions 10 --out set.txt", `--out would replace the input set\.txt`},
		{"tune --set set.txt --actions 10 --log x --out x", `--out and --log are the same file x`},
		{"tune --set set.txt --actions 10 --out p.json --plot set.txt", `--plot would replace the input set\.txt`},
		{"bench --set set.txt --actions 10 --best best.csv --out best.csv", `--out would replace the input best\.csv`},
		{"solve places.csv --best best.csv --json best.csv", `--json would replace the input best\.csv`},
		{"solve places.csv --initial-tour a.tour --plot a.tour", `--plot would replace the input a\.tour`},
		{"compare best.csv --csv x.csv --json ./best.csv", `--json would replace the input best\.csv`},
	} {
		oneError(t, dir, 2, c.want, call{args: strings.Fields(c.args)})
	}
	oneError(t, dir, 2, `--out would replace the input set\.txt`, call{args: []string{"tune", "--set", "places.csv, set.txt", "--actions", "10", "--out", "set.txt"}})
	for _, f := range files {
		if read(t, dir, f) != kept[f] {
			t.Errorf("%s has changed", f)
		}
	}
	onlyFiles(t, dir, append(files, "link")...)
	// A tour and a checkpoint may be gone on from in place.
	must(t, dir, "solve", "places.csv", "--actions", "10", "--initial-tour", "a.tour", "--out", "a.tour")
	must(t, dir, "solve", "set.txt", "--lines", "0:1", "--actions", "10", "--checkpoint", "c")
	must(t, dir, "solve", "set.txt", "--lines", "0:1", "--actions", "20", "--resume", "c", "--checkpoint", "c")
}

// Two outputs are not one file, by whatever names, even where it is not there yet.
func TestOutputsApart(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "b.tsp", square)
	if err := os.Symlink("none", filepath.Join(dir, "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(".", filepath.Join(dir, "here")); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ args, want string }{
		{"--out o --json ./o", `--out and --json are the same file`},
		{"--out o --json " + filepath.Join(dir, "o"), `--out and --json are the same file`},
		{"--out link --json none", `--out and --json are the same file`},
		{"--out here/o --checkpoint o", `--checkpoint and --out are the same file`},
		{"b.tsp --out o{} --json ob", `--out o{} is ob both for --json and for b`},
		{"b.tsp --out {}.t --json ./b.t", `--out {}\.t is b\.t both for --json and for b`},
		{"b.tsp --out {}.svg --plot ./{}.svg", `--out and --plot are the same file`},
	} {
		oneError(t, dir, 2, c.want, call{args: append([]string{"solve", "a.tsp", "--actions", "10"}, strings.Fields(c.args)...)})
	}
	onlyFiles(t, dir, "a.tsp", "b.tsp", "link", "here")
}

// Lines of a file that somebody removed or replaced meanwhile are not lost in silence.
func TestLinesLost(t *testing.T) {
	for what, happens := range map[string]func(name string) error{
		"":        func(string) error { return nil },
		"removed": os.Remove,
		"renamed": func(name string) error { return os.Rename(name, name+".old") },
		"replaced": func(name string) error {
			return errors.Join(os.Rename(name, name+".old"), os.WriteFile(name, nil, 0o666))
		},
	} {
		if what != "" && runtime.GOOS == "windows" {
			continue // where an open file stays
		}
		name := filepath.Join(t.TempDir(), "a.jsonl")
		lines, err := createJSONLines(name)
		if err = errors.Join(err, lines.write(1), happens(name), lines.write(2)); err != nil {
			t.Fatal(err)
		}
		if err := lines.close(); what == "" && err != nil || what != "" && (err == nil || !strings.Contains(err.Error(), name+" was replaced or removed meanwhile")) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The folder of an output file is made, and an error names what was given.
func TestOutputFolder(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "2", "--cities", "12", "--out", "set.txt")
	must(t, dir, "solve", "set.txt", "--actions", "10", "--out", "tours/{}.tour", "--json", "json/a.jsonl", "--plot", "plots/{}.svg")
	onlyFiles(t, filepath.Join(dir, "tours"), "set_0.tour", "set_1.tour")
	onlyFiles(t, filepath.Join(dir, "plots"), "set_0.svg", "set_1.svg")
	onlyFiles(t, filepath.Join(dir, "json"), "a.jsonl")
	must(t, dir, "heatmap", "build", "set.txt", "--out", "maps/{}.heat")
	onlyFiles(t, filepath.Join(dir, "maps"), "set_0.heat", "set_1.heat")
	oneError(t, dir, 1, "no/sub: there is no such file or directory", call{args: []string{"solve", "set.txt", "--time", "1h", "--out", "no/sub/{}.tour"}})
	oneError(t, dir, 1, "new/ names a directory, want a file in it", call{args: []string{"solve", "--time", "1h", "--out", "new/"}})
	onlyFiles(t, dir, "set.txt", "tours", "json", "plots", "maps")
}

// Built with the tag nofarm, the program has nothing of Temporal, of buckets or of gRPC in it.
func TestWithoutFarm(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "tspmcts")
	if out, err := exec.Command("go", "build", "-tags", "nofarm", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("go", "version", "-m", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"go.temporal.io/", "gocloud.dev", "google.golang.org/", "github.com/aws/"} {
		if strings.Contains(string(out), module) {
			t.Errorf("a module of %s is in it", module)
		}
	}
	help, err := exec.Command(program, "solve", "--help").Output()
	if err != nil || strings.Contains(string(help), "temporal") || !strings.Contains(string(help), "--seed") {
		t.Errorf("solve --help: %v\n%s", err, help)
	}
	if out, err := exec.Command(program, "worker").CombinedOutput(); err == nil || !strings.Contains(string(out), `no command "worker"`) {
		t.Errorf("worker: %v\n%s", err, out)
	}
}

// The program vets for the other systems that the README names; for 32 bits and js/wasm all of it
// does so in .ci/run. The command line and bench/farm, which bring a hundred packages of Temporal
// and of buckets along, do so here for Windows, which has the fewest signals; it takes minutes
// otherwise.
func TestOtherSystems(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds for other systems")
	}
	for _, system := range []string{"windows/amd64", "darwin/arm64"} {
		if system == runtime.GOOS+"/"+runtime.GOARCH {
			continue
		}
		goos, goarch, _ := strings.Cut(system, "/")
		packages := []string{"vet", "./..."}
		if goos != "windows" {
			packages = []string{"vet", "./tsp/...", "./tsplib/...", "./heatmap/...", "./twoopt/...", "./mcts/...", "./bench", "./bench/draw", "./bench/generate", "./bench/report", "./bench/tune"}
		}
		cmd := exec.Command("go", packages...)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", system, err, out)
		}
	}
}

// "-" is stdout where a command writes a file, and stdin where it reads one.
func TestDash(t *testing.T) {
	dir := t.TempDir()
	problem := must(t, dir, "generate", "--cities", "12", "--out", "-")
	write(t, dir, "a.tsp", problem)
	tour := must(t, dir, "solve", "a.tsp", "--actions", "10", "--out", "-")
	if !strings.HasPrefix(tour, "NAME") || strings.Contains(tour, "gap") {
		t.Errorf("solve --out - wrote %q", tour)
	}
	write(t, dir, "a.tour", tour)
	for _, c := range []call{
		{args: []string{"solve", "-", "--actions", "10"}, stdin: strings.NewReader(problem)},
		{args: []string{"eval", "a.tsp", "-"}, stdin: strings.NewReader(tour)},
		{args: []string{"solve", "a.tsp", "--actions", "10", "--initial-tour", "-"}, stdin: strings.NewReader(tour)},
		{args: []string{"solve", "a.tsp", "--actions", "10", "--params", "-"}, stdin: strings.NewReader("{}")},
	} {
		if out, errs, code := c.run(t, dir); code != 0 || !strings.Contains(out, "12 cities") && !strings.Contains(out, "length") {
			t.Errorf("%s: exit code %d, %s, %s", c.args, code, out, errs)
		}
	}
	heat := must(t, dir, "heatmap", "build", "a.tsp", "--out", "-")
	must(t, dir, "solve", "a.tsp", "--actions", "10", "--workers", "1", "--checkpoint", "c")
	must(t, dir, "bench", "--set", "a.tsp", "--heatmaps", "zero;knn", "--actions", "10", "--out", "r.jsonl")
	must(t, dir, "generate", "--cities", "12", "--count", "2", "--format", "lines", "--out", "set.txt")
	suite := `{"sets":["a.tsp"],"budgets":["10 actions"],"heatmaps":["zero"]}`
	for _, c := range []struct{ args, stdin, want string }{
		{"solve a.tsp --actions 10 --resume - --workers 1", read(t, dir, "c"), "12 cities"},
		{"solve a.tsp --actions 10 --best -", "a,1\n", "%"},
		{"solve a.tsp --actions 10 --ranks -", "0.5 0.3\n", "12 cities"},
		{"solve a.tsp --actions 10 --heatmap-file -", heat, "12 cities"},
		{"solve a.tsp --actions 10 --heatmap tours:-", tour, "12 cities"},
		{"heatmap convert - m.npy", heat, "12 cities"},
		{"report - --out rep", read(t, dir, "r.jsonl"), "figures"},
		{"compare -", read(t, dir, "r.jsonl"), "mean gap"},
		{"bench import - --out i.jsonl", "instance,solver,seed,seconds,length\na,X,1,2,100\n", "1 of them new"},
		{"bench - --out s.jsonl", suite, "1 of them new"},
		{"bench --set - --actions 10 --out l.jsonl", read(t, dir, "set.txt"), "2 of them new"},
	} {
		if out, errs, code := (call{args: strings.Fields(c.args), stdin: strings.NewReader(c.stdin)}).run(t, dir); code != 0 || errs != "" || !strings.Contains(out, c.want) {
			t.Errorf("%s: exit code %d, %q, %s", c.args, code, out, errs)
		}
	}
	for _, c := range []struct{ args, stdin string }{ // who reads second is told, whatever is first
		{"solve --actions 10 --initial-tour - -", problem},
		{"solve a.tsp --actions 10 --initial-tour - --initial-tour -", tour},
		{"solve a.tsp --actions 10 --params - --best -", "{}"},
		{"solve - --best -", "a,1\n"},
		{"bench import - --best - --out x.jsonl", "a,1\n"},
		{"compare - -", ""},
	} {
		oneError(t, dir, 2, `stdin \(-\) can be read only once`, call{args: strings.Fields(c.args), stdin: strings.NewReader(c.stdin)})
	}
	oneError(t, dir, 2, "--out is -, but a report is several files", call{args: []string{"report", "r.jsonl", "--out", "-"}})
	oneError(t, dir, 2, "--out is -, but records are appended", call{args: []string{"bench", "--set", "a.tsp", "--actions", "10", "--out", "-"}})
	oneError(t, dir, 2, "--out is -, but tune writes .*; name a file", call{args: []string{"tune", "--set", "set.txt", "--actions", "10", "--out", "-"}})
	oneError(t, dir, 2, "--log is -, but records are appended", call{args: strings.Fields("tune --set set.txt --actions 10 --out p.json --log - --validate a.tsp")})
	oneError(t, dir, 2, "--plot is -, want a name that ends in .svg or .png; stdout", call{args: strings.Fields("tune --set set.txt --actions 10 --out p.json --plot -")})
	if ranks := must(t, dir, "heatmap", "fit", "a.tsp", "--tour", "a.tour", "--out", "-"); !strings.HasPrefix(ranks, "#") || strings.Contains(ranks, "chi-square") {
		t.Errorf("heatmap fit --out - wrote %q", ranks)
	}
	oneError(t, dir, 2, "--checkpoint .* stdout", call{args: []string{"solve", "a.tsp", "--checkpoint", "-"}})
	oneError(t, dir, 2, "--out and --json are the same", call{args: []string{"solve", "a.tsp", "--out", "-", "--json", "-"}})
	onlyFiles(t, dir, "a.tsp", "a.tour", "c", "m.npy", "set.txt", "rep", "r.jsonl", "i.jsonl", "s.jsonl", "l.jsonl")
}

// What is written to a named pipe reaches its reader whole; a checkpoint, which is written again and
// again, does not go there.
func TestNamedPipe(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	pipe := filepath.Join(dir, "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Skip("no named pipes here")
	}
	for _, c := range []struct{ args, want string }{
		{"solve a.tsp --actions 10 --out pipe", "TOUR_SECTION"},
		{"solve a.tsp --actions 10 --json pipe", `{"instance":"a",`},
		{"heatmap build a.tsp --format dense --out pipe", "4\n0 "},
	} {
		got := make(chan string)
		go func() {
			data, _ := os.ReadFile(pipe)
			got <- string(data)
		}()
		_, errs, code := call{args: strings.Fields(c.args)}.run(t, dir)
		if text := <-got; code != 0 || errs != "" || !strings.Contains(text, c.want) {
			t.Errorf("%s: exit code %d, stderr %q, the reader has %q, want %q in it", c.args, code, errs, text, c.want)
		}
	}
	oneError(t, dir, 2, "--checkpoint .* pipes", call{args: []string{"solve", "a.tsp", "--checkpoint", "pipe"}})
	onlyFiles(t, dir, "a.tsp", "pipe")
}

// What goes to stdout by another name than - is appended where stdout is, with nothing else there.
func TestDevStdout(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	if _, err := os.Stat("/dev/stdout"); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct{ flag, want string }{{"--out", "TOUR_SECTION"}, {"--json", `{"instance":"a",`}} {
		write(t, dir, "log", "above\n")
		log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := call{args: []string{"solve", "a.tsp", "--actions", "10", c.flag, "/dev/stdout"}}.command(t.Context(), dir)
		cmd.Stdout = log
		err = cmd.Run()
		log.Close()
		if text := read(t, dir, "log"); err != nil || !strings.HasPrefix(text, "above\n") || !strings.Contains(text, c.want) || strings.Contains(text, "cities") {
			t.Errorf("%s: %v, the log is %q, want %q in it below what was there, and no result", c.flag, err, text, c.want)
		}
	}
	oneError(t, dir, 2, "--out and --json are the same file", call{args: []string{"solve", "a.tsp", "--json", "/dev/stdout", "--out", "-"}})
	onlyFiles(t, dir, "a.tsp", "log")
}

// What is in a pipe is read once, and whole: an instance, a heatmap, a table of ranks.
func TestReadPipes(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "1000", "--out", "a.tsp")
	must(t, dir, "heatmap", "build", "a.tsp", "--out", "a.heat")
	write(t, dir, "ranks.txt", "0.6 0.3\n")
	pipe := filepath.Join(dir, "pipe")
	if err := exec.Command("mkfifo", pipe).Run(); err != nil {
		t.Skip("no named pipes here")
	}
	for _, c := range []struct{ file, args string }{
		{"a.tsp", "solve %s --actions 10 --out a.tour"},
		{"a.tsp", "heatmap build %s --out b.heat"},
		{"a.heat", "solve a.tsp --actions 10 --heatmap-file %s"},
		{"ranks.txt", "solve a.tsp --actions 10 --heatmap gtprior --ranks %s"},
	} {
		for _, name := range []string{"pipe", "/dev/stdin"} {
			var args []string
			for _, arg := range strings.Fields(c.args) {
				args = append(args, strings.Replace(arg, "%s", name, 1))
			}
			run := call{args: args, stdin: strings.NewReader(read(t, dir, c.file))}
			if name == "pipe" {
				feed := exec.Command("cp", c.file, "pipe")
				feed.Dir = dir
				if err := feed.Start(); err != nil {
					t.Fatal(err)
				}
				defer feed.Process.Kill()
			}
			if out, errs, code := run.run(t, dir); code != 0 || errs != "" || strings.Contains(out, "cities") && !strings.Contains(out, " 1000 cities") {
				t.Errorf("%v: exit code %d, stderr %q, %q", args, code, errs, out)
			}
		}
	}
}

// A file that is replaced stays as closed to others as it was, and two names of one file are one output.
func TestOutputsMode(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.tsp", square)
	write(t, dir, "a.tour", "TYPE : TOUR\n")
	if err := os.Chmod(filepath.Join(dir, "a.tour"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, dir, "solve", "a.tsp", "--out", "a.tour")
	if info, err := os.Stat(filepath.Join(dir, "a.tour")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.Link(filepath.Join(dir, "a.tour"), filepath.Join(dir, "b.tour")); err != nil {
		t.Skip(err)
	}
	oneError(t, dir, 2, `--out and --json are the same file|--json and --out are the same file`, call{args: strings.Fields("solve a.tsp --time 1h --out a.tour --json b.tour")})
}
