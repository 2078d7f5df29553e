package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// heatmapSet returns a directory with a data set of two instances, and their tours as files.
func heatmapSet(t *testing.T) (dir string) {
	dir = t.TempDir()
	must(t, dir, "generate", "--cities", "60", "--format", "lines", "--count", "2", "--out", "set.txt")
	must(t, dir, "solve", "set.txt", "--actions", "20000", "--workers", "1", "--out", "{}.tour")
	return dir
}

// Maps are built, converted through every format and judged the same.
func TestHeatmapCommands(t *testing.T) {
	t.Parallel()
	dir := heatmapSet(t)
	must(t, dir, "heatmap", "build", "set.txt", "--heatmap", "alpha", "--out", "{}.heat")
	files := []string{"a.txt", "a.npy", "a.utsp", "b.heat", "B.NPY"}
	from := "set_0.heat"
	for _, name := range files {
		must(t, dir, "heatmap", "convert", from, name, "--instance", "set.txt")
		from = name
	}
	if !strings.HasPrefix(read(t, dir, "B.NPY"), "\x93NUMPY") {
		t.Error("B.NPY holds another format")
	}
	judge := func(args ...string) judgement {
		var j judgement
		out := must(t, dir, append([]string{"heatmap", "eval", "set.txt", "--lines", "0:1", "--tour", "{}.tour", "--json", "-"}, args...)...)
		if err := json.Unmarshal([]byte(out), &j); err != nil {
			t.Fatalf("%q: %v", out, err)
		}
		var keys map[string]any
		json.Unmarshal([]byte(out), &keys)
		for _, key := range strings.Fields("instance heatmap recall log_loss coverage entropy edges seconds") {
			if _, ok := keys[key]; !ok {
				t.Errorf("%q lacks %s", out, key)
			}
		}
		return j
	}
	want := judge("--heatmap", "alpha")
	if len(want.Recall) != 10 || want.Recall[0] > 0.5 || want.Recall[9] < 0.98 || want.Recall[9] > 1 || want.Coverage == nil || *want.Coverage < 0.98 || want.Instance != "set_0" {
		t.Errorf("alpha is judged %+v", want)
	}
	for _, name := range append(files, "{}.heat") {
		got := judge("--heatmap-file", name)
		// Entries with the probability 0 are not in a matrix, and equals may swap.
		if got.LogLoss != want.LogLoss || got.Edges != want.Edges || got.Entropy-want.Entropy > 1e-9 {
			t.Errorf("%s is judged %+v, want %+v", name, got, want)
		}
	}
	if zero := judge("--heatmap", "zero"); zero.Recall[9] != 0 || zero.Edges != 0 || *zero.Coverage != 0 {
		t.Errorf("zero is judged %+v", zero)
	}
	if all := judge("--heatmap", "tours:set_0.tour"); all.Recall[1] != 1 || *all.Coverage != 1 || all.LogLoss > 0.01 {
		t.Errorf("the tour itself is judged %+v", all)
	}
	// Any map drives the search.
	for _, args := range [][]string{{"--heatmap-file", "{}.heat"}, {"--heatmap-file", "a.npy", "--lines", "0:1"}, {"--heatmap", "mix:softdist=1,knn=2", "--preset", "paper"}} {
		out := must(t, dir, append([]string{"solve", "set.txt", "--actions", "5000", "--json", "-"}, args...)...)
		if spec := args[1]; !strings.Contains(out, spec) {
			t.Errorf("%q does not name its heatmap %s", out, spec)
		}
	}
	if out := must(t, dir, "heatmap", "eval", "set.txt", "--tour", "{}.tour"); !strings.Contains(out, "probability") || !strings.Contains(out, "mean") {
		t.Errorf("eval prints %q", out)
	}
	if out := must(t, dir, "heatmap", "fit", "set.txt", "--tour", "{}.tour", "--out", "ranks.txt"); !strings.Contains(out, "chi-square") {
		t.Errorf("fit prints %q", out)
	}
	judge("--ranks", "ranks.txt")
	for _, name := range []string{"m.svg", "m.png"} {
		must(t, dir, "heatmap", "plot", "set.txt", "--lines", "0:1", "--tour", "{}.tour", "--out", name)
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// The heatmap of a directed instance is a matrix of its ways, which the search takes back.
func TestHeatmapOfWays(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--kind", "atsp-random", "--cities", "60", "--seed", "1", "--out", "a.tsp")
	for _, name := range []string{"a.txt", "a.npy"} {
		if out := must(t, dir, "heatmap", "build", "a.tsp", "--heatmap", "alpha", "--out", name); !strings.Contains(out, " 60 cities   alpha ") || !strings.Contains(out, " ways ") {
			t.Errorf("build prints %q", out)
		}
		must(t, dir, "solve", "a.tsp", "--heatmap-file", name, "--actions", "100", "--json", "-")
	}
	rows := strings.Split(must(t, dir, "heatmap", "convert", "a.npy", "-", "--format", "dense"), "\n")
	if len(rows) < 61 || rows[0] != "60" || len(strings.Fields(rows[1])) != 60 {
		t.Errorf("%d rows, the first is %q", len(rows), rows[0])
	}
	if out := must(t, dir, "heatmap", "convert", "a.npy", "b.txt", "--instance", "a.tsp"); !strings.Contains(out, " ways") {
		t.Errorf("convert prints %q", out)
	}
	if read(t, dir, "b.txt") != read(t, dir, "a.txt") {
		t.Error("a map of ways is another one when it was converted")
	}
	for args, want := range map[string]string{
		"heatmap convert a.npy a.heat --instance a.tsp": "--format dense or npy",
		"heatmap build a.tsp --out a.heat":              "--format dense or npy",
		"heatmap eval a.tsp":                            "the same both ways",
		"heatmap train --set a.tsp --out m":             "heatmap train is for tours with distances that are the same both ways",
	} {
		_, stderr, code := call{args: strings.Fields(args)}.run(t, dir)
		if code == 0 || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q; want %q", args, code, stderr, want)
		}
	}
}

// heatmap train judges the model that it made, wherever it writes it.
func TestHeatmapTrainOut(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "20", "--format", "lines", "--count", "6", "--out", "set.txt")
	args := strings.Fields("heatmap train --set set.txt --iterations 5 --hidden 2 --actions 20 --out")
	want := must(t, dir, append(args, "m.json")...)
	if strings.Count(want, "on the instances held out\n") != 3 {
		t.Errorf("train prints %s", want)
	}
	for _, name := range []string{"m,1.json", "m{i}.json"} {
		if got := must(t, dir, append(args, name)...); got != want || read(t, dir, name) != read(t, dir, "m.json") {
			t.Errorf("--out %s prints %s, want %s", name, got, want)
		}
	}
	if got := must(t, dir, append(args, "-")...); got != read(t, dir, "m.json") {
		t.Errorf("--out - prints %s", got)
	}
}

func TestHeatmapMisuse(t *testing.T) {
	dir := heatmapSet(t)
	write(t, dir, "m.txt", "2\n0 1\n1 0\n")
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"heatmap bake", 2, "there is no command heatmap bake"},
		{"heatmap build SET", 2, "needs --out"},
		{"heatmap build SET --out x.heat", 2, "put {} in the name"},
		{"heatmap build --out {}.heat", 2, "needs a file"},
		{"heatmap build SET --out {}.heat --format xml", 2, `--format is "xml", want one of sparse`},
		{"heatmap build SET --out {}.heat --heatmap knn:k=0", 2, `k is "0"`},
		{"heatmap convert M", 2, "takes IN and OUT"},
		{"heatmap convert M M", 2, "would replace the input"},
		{"heatmap convert M x.utsp", 2, "--instance"},
		{"heatmap convert M x.heat --weight costs", 2, "--weight is for the file of --instance"},
		{"heatmap eval SET", 2, "no tour in its file"},
		{"heatmap fit SET --heatmap knn", 2, "want gtprior or alpha"},
		{"heatmap plot SET --out {}.pdf", 2, ".svg or .png"},
		{"solve SET --heatmap knn --heatmap-file M", 2, "exclude each other"},
		{"solve SET --heatmap-file none", 1, "none: there is no such file"},
		{"solve SET --heatmap-file M --actions 1", 1, "a map of 2 cities, want 60"},
	} {
		_, stderr, code := call{args: strings.Fields(strings.NewReplacer("SET", "set.txt", "M", "m.txt").Replace(c.args))}.run(t, dir)
		if code != c.code || !strings.Contains(stderr, c.want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q; want %d, %q", c.args, code, stderr, c.code, c.want)
		}
	}
}

// A heatmap that is missing is told of before the first run, not at the run that needs it.
func TestHeatmapMissing(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "30", "--format", "lines", "--count", "6", "--out", "set.txt")
	must(t, dir, "heatmap", "build", "set.txt", "--out", "{}.heat")
	bench := strings.Fields("bench --set set.txt --heatmaps file:{}.heat,mix:file:{}.heat=1,zero=1 --jobs 1 --actions 10 --out r.jsonl")
	must(t, dir, append(bench, "--lines", "0:2")...)
	if err := os.Remove(filepath.Join(dir, "set_0.heat")); err != nil {
		t.Fatal(err)
	}
	must(t, dir, append(bench, "--lines", "0:2")...) // which has them all
	if err := os.Remove(filepath.Join(dir, "set_5.heat")); err != nil {
		t.Fatal(err)
	}
	oneError(t, dir, 1, `set_5\.heat: there is no such file`, call{args: append(bench, "--lines", "1:6")})
	oneError(t, dir, 1, `set_0\.none: there is no such file`, call{args: strings.Fields("solve set.txt --heatmap-file {}.none --time 1ns")})
	oneError(t, dir, 1, `set_5\.heat: there is no such file`, call{args: strings.Fields("tune --set set.txt --lines 1:6 --heatmap file:{}.heat --actions 10 --trials 2 --jobs 1 --out p.json")})
	if r := records(t, read(t, dir, "r.jsonl")); len(r) != 4 {
		t.Errorf("%d records, want the 4 of the first bench", len(r))
	}
	if _, err := os.Stat(filepath.Join(dir, "p.json.runs.jsonl")); err == nil {
		t.Error("a tune that was refused left a log")
	}
}

// convert and fit read places as the others do.
func TestHeatmapPlaces(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "c.csv", "name;lat;lon\nA;52,1;4,3\nB;51,9;4,5\nC;52,4;4,9\nD;52,0;5,1\nE;53,2;6,5\n")
	write(t, dir, "c.tour", "TYPE : TOUR\nTOUR_SECTION\n1\n2\n4\n5\n3\n-1\nEOF\n")
	must(t, dir, "heatmap", "build", "c.csv", "--decimal-comma", "--out", "c.heat")
	must(t, dir, "heatmap", "convert", "c.heat", "c.utsp", "--instance", "c.csv", "--decimal-comma")
	must(t, dir, "heatmap", "fit", "c.csv", "--tour", "c.tour", "--decimal-comma", "--metric", "geodesic")
}

// The figures that fit, eval and train tell are shares, of what they say.
func TestHeatmapFigures(t *testing.T) {
	dir := heatmapSet(t)
	sum := 0.0
	for line := range strings.Lines(must(t, dir, "heatmap", "fit", "set.txt", "--tour", "{}.tour")) {
		f := strings.Fields(line)
		if len(f) < 3 || strings.Contains(line, "rank") || strings.Contains(line, "ends") {
			continue
		}
		share, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			t.Fatal(line)
		}
		sum += share
	}
	if math.Abs(sum-1) > 1e-4 {
		t.Errorf("the shares sum to %v", sum)
	}
	eval := must(t, dir, "heatmap", "eval", "set.txt", "--lines", "0:1", "--tour", "{}.tour", "--heatmap", "tours:set_0.tour")
	if !regexp.MustCompile(`(?m)^0\.9 to 1\.0 +\d+ +\d\.\d+ +1\.0000$`).MatchString(eval) {
		t.Errorf("the tour itself is judged %s", eval)
	}
	must(t, dir, "generate", "--cities", "20", "--format", "lines", "--count", "6", "--out", "six.txt")
	train := must(t, dir, strings.Fields("heatmap train --set six.txt --iterations 5 --hidden 2 --actions 20 --out m.json")...)
	if !regexp.MustCompile(`6 instances, [1-9]\d* pairs to train on, [1-9]\d* held out`).MatchString(train) {
		t.Errorf("train prints %s", train)
	}
	write(t, dir, "none.txt", "0 0 0 1 1 1 1 0 3 3 output 1 2 3 4 5 1\n")
	oneError(t, dir, 2, "none_0 has no tour", call{args: []string{"heatmap", "eval", "none.txt"}})
}
