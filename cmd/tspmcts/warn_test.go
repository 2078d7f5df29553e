package main

import (
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// What a call asks for and does not get is told: a bound, a gap over an optimum
// that is none, more workers than there is work for.
func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "400", "--out", "a.tsp")
	must(t, dir, "generate", "--cities", "60000", "--out", "b.tsp")
	write(t, dir, "best.csv", "instance,best\na,999999999\n")
	must(t, dir, "solve", "a.tsp", "--actions", "1000", "--checkpoint", "whole.ckpt")
	must(t, dir, "heatmap", "build", "a.tsp", "--out", "a.heat")
	for _, c := range []struct{ args, want string }{
		{"a.tsp --actions 1000 --optimum 999999999", `warning: a: the tour found, \d+, is shorter than .*, 999999999;`},
		{"a.tsp --actions 1000 --best best.csv", `warning: a: the tour found, \d+, is shorter than`},
		{"b.tsp --time 0.2s --bound", `warning: b: no lower bound was found in a fifth of the time`},
		{"a.tsp --actions 1000 --workers 1000", `warning: a: 1000 workers are more than 400 cities have work for; 66 search`},
		{"a.tsp --target 999999999 --checkpoint a.ckpt", `warning: a: no checkpoint was written: the search ended before its first step \(target\)`},
		{"a.tsp --target 999999999 --resume whole.ckpt", `warning: a: whole.ckpt was not gone on from: the search ended before its first step \(target\)`},
		{"a.tsp --target 999999999 --heatmap-file {}.heat", `warning: a: the heatmap file:{}.heat was not read: the search ended before \(target\)`},
		{"a.tsp --actions 1000 --pool 5", `warning: --pool has no effect: it is read with restart fresh and action draw`},
		{"a.tsp --actions 1000 --preset paper --elite 5", `warning: --elite has no effect: it is read with restart kick and a population`},
	} {
		out, errs, code := call{args: append([]string{"solve"}, strings.Fields(c.args)...)}.run(t, dir)
		if code != 0 || !strings.Contains(out, "cities") || strings.Count(errs, "\n") != 1 || !regexp.MustCompile(c.want).MatchString(errs) {
			t.Errorf("%s: exit code %d, stderr %q, want a match of %q", c.args, code, errs, c.want)
		}
	}
	must(t, dir, "solve", "a.tsp", "--actions", "1000", "--optimum", "5", "--out", "a.tour")
	must(t, dir, "eval", "a.tsp", "a.tour", "--optimum", "5")
	must(t, dir, "generate", "--cities", "60", "--out", "c.tsp")
	must(t, dir, "bound", "c.tsp", "--optimum", "999999999")
	for _, c := range []struct{ args, want string }{
		{"eval a.tsp a.tour --optimum 999999999", `warning: a: the tour, \d+, is shorter than the length that gaps are told to, 999999999;`},
		{"bound c.tsp --optimum 5", `warning: c: no tour is shorter than the bound, \d+, and so none has the length that gaps are told to, 5;`},
	} {
		if _, errs, code := (call{args: strings.Fields(c.args)}).run(t, dir); code != 0 || strings.Count(errs, "\n") != 1 || !regexp.MustCompile(c.want).MatchString(errs) {
			t.Errorf("%s: exit code %d, stderr %q, want a match of %q", c.args, code, errs, c.want)
		}
	}
	must(t, dir, "generate", "--cities", "4000", "--out", "d.tsp")
	must(t, dir, "solve", "d.tsp", "--actions", "1", "--out", "d.tour")
	_, errs, code := call{args: strings.Fields("heatmap fit a.tsp d.tsp --tour {}.tour")}.run(t, dir)
	if want := "warning: d: for 4000 cities another table is published than for the first instance"; code != 0 || strings.Count(errs, want) != 1 {
		t.Errorf("heatmap fit: exit code %d, stderr %q, want %q once", code, errs, want)
	}
	must(t, dir, strings.Fields("heatmap fit a.tsp d.tsp --tour {}.tour --heatmap alpha")...)
	write(t, dir, "s.json", `{"sets":["a.tsp"],"knobs":[{"label":"x","preset":"default","pool":5}],"heatmaps":["knn"],"budgets":["1000 actions"],"seeds":1}`)
	_, errs, code = call{args: []string{"bench", "s.json", "--out", "s.jsonl"}}.run(t, dir)
	if want := "knobs x:1: pool has no effect: it is read with restart fresh and action draw"; code != 0 || strings.Count(errs, want) != 1 {
		t.Errorf("bench: exit code %d, stderr %q, want %q once", code, errs, want)
	}
	_, errs, code = call{args: strings.Fields("bench --set a.tsp --best best.csv --actions 1000 --seeds 3 --jobs 1 --out r.jsonl")}.run(t, dir)
	if want := `^tspmcts: warning: a: the tour found, \d+, is shorter than .*, 999999999; .*\n$`; code != 0 || !regexp.MustCompile(want).MatchString(errs) {
		t.Errorf("bench: exit code %d, stderr %q, want one line, a match of %q", code, errs, want)
	}
}

// A knob that tune is to search and no configuration reads is told before the search.
func TestSearchUnread(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "4", "--cities", "12", "--out", "set.txt")
	for search, want := range map[string]string{
		"alpha":                "tspmcts: warning: --search: alpha has no effect: it is read with action draw\n",
		"alpha,action":         "",
		"alpha --preset paper": "",
	} {
		args := strings.Fields("tune --set set.txt --actions 10 --trials 2 --out p.json --search " + search)
		if _, errs, code := (call{args: args}).run(t, dir); code != 0 || errs != want {
			t.Errorf("%s: exit code %d, stderr %q, want %q", search, code, errs, want)
		}
	}
}

// An instance that --best has no line for is told by every command that reads records or makes them.
func TestNoBest(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "c.tsp", strings.Replace(square, "NAME", "NAME : corners\nCOMMENT", 1))
	write(t, dir, "peers.csv", "instance,solver,seed,seconds,length\nb,X,1,2,50\nb,X,2,2,50\na,X,1,2,50\n")
	write(t, dir, "best.csv", "instance,best\ncorners,40\na,40\n")
	must(t, dir, "bench", "--set", "c.tsp", "--actions", "10", "--seeds", "2", "--best", "best.csv", "--out", "r.jsonl")
	for args, want := range map[string]string{
		"compare r.jsonl --best best.csv":                      "best.csv has no line for c, so its gap is over what the records tell",
		"report r.jsonl --best best.csv --out page":            "best.csv has no line for c, so its gap is over what the records tell",
		"bench import peers.csv --best best.csv --out x.jsonl": "best.csv has no line for b, so its gap is unknown",
	} {
		_, errs, code := call{args: strings.Fields(args)}.run(t, dir)
		if code != 0 || strings.Count(errs, "no line for") != 1 || !strings.Contains(errs, "warning: "+want+"\n") {
			t.Errorf("%s: exit code %d, stderr %q, want %q once", args, code, errs, want)
		}
	}
}

// Records of two machines that have the same seeds are not counted twice, which is told; the same
// record twice, as of files that overlap, is nothing to tell.
func TestRepeatedRecords(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "peers.csv", "instance,solver,seed,seconds,length\na,X,1,2,50\na,X,2,2,50\na,Y,1,2,50\n")
	write(t, dir, "peers2.csv", "instance,solver,seed,seconds,length\na,X,1,3,50\na,X,2,2,49\na,Y,1,2,50\n")
	must(t, dir, "bench", "import", "peers.csv", "--out", "a.jsonl")
	must(t, dir, "bench", "import", "peers2.csv", "--out", "b.jsonl")
	const want = "warning: 2 records do not count: later ones of the same arm, instance and seed, perhaps of another machine, have other lengths or times\n"
	for args, told := range map[string]int{
		"compare a.jsonl b.jsonl":           1,
		"report a.jsonl b.jsonl --out page": 1,
		"compare a.jsonl a.jsonl":           0,
	} {
		_, errs, code := call{args: strings.Fields(args)}.run(t, dir)
		if code != 0 || strings.Count(errs, want) != told || told == 0 && strings.Contains(errs, "warning") {
			t.Errorf("%s: exit code %d, stderr %q, want %q %d times", args, code, errs, want, told)
		}
	}
}

// An option that the others leave nothing to do is refused, before a file or a server is asked.
func TestIdleOptions(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "6", "--cities", "12", "--out", "set.txt")
	const others = " --temporal --blobs file:///none"
	for _, c := range []struct{ args, want string }{
		{"bench --set set.txt --actions 10 --out r.jsonl --jobs 3" + others, "--jobs is for what this process searches, but with --temporal others do"},
		{"tune --set set.txt --actions 10 --out p.json --jobs x" + others, "--jobs is for what this process searches"},
		{"solve set.txt --plot a.svg --plot-visits" + others, "--plot-visits is for what this process searches"},
		{"solve set.txt --rounds 3", "--rounds is for --temporal"},
		{"solve set.txt --lines 0:1 --actions 10 --checkpoint-every 1s", "--checkpoint-every is for --checkpoint FILE"},
		{"bench --set set.txt --data . --actions 10 --out r.jsonl", "--data is for the files that a suite names"},
	} {
		oneError(t, dir, 2, c.want, call{args: strings.Fields(c.args)})
	}
	onlyFiles(t, dir, "set.txt")
}

// Too little memory is told before the search, with what is needed and what there is.
func TestLittleMemory(t *testing.T) {
	if runtime.GOOS != "linux" || raceEnabled {
		t.Skip("needs ulimit -v")
	}
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "1000000", "--out", "a.tsp")
	for _, c := range []struct{ command, what string }{
		{"solve a.tsp --time 1h", `a search of 1000000 cities with \d+ workers`},
		{"bench --set a.tsp --time 1h --out r.jsonl", `a search of 1000000 cities with 1 workers`},
		{"bound a.tsp --time 1h", "a bound of 1000000 cities"},
		{"heatmap build a.tsp --out a.heat", "a heatmap of 1000000 cities"},
		{"heatmap plot a.tsp --out a.png", "the picture of a heatmap of 1000000 cities"},
	} {
		littleMemory(t, dir, "1000000", c.command, "a: "+c.what)
	}
	// What suffices for a few candidates does not for many, nor what does for one map for another.
	littleMemory(t, dir, "6000000", "solve a.tsp --time 1h --candidates 1000", `a: a search of 1000000 cities with \d+ workers and 1000 candidates`)
	littleMemory(t, dir, "1600000", "heatmap build a.tsp --heatmap alpha --out a.heat", "a: a heatmap of 1000000 cities")
	littleMemory(t, dir, "1600000", "bound a.tsp --time 1h", "a: a bound of 1000000 cities")
	littleMemory(t, dir, "3000000", "heatmap plot a.tsp --out a.png", "a: the picture of a heatmap of 1000000 cities")
}

// littleMemory runs a command in so many KB of address space, where what is too much.
func littleMemory(t *testing.T, dir, space, command, what string) {
	t.Helper()
	out, err := exec.Command("sh", "-c", `cd "$1" && ulimit -v $3 && exec "$2" $4`, "sh", dir, binary, space, command).CombinedOutput()
	exit, ok := err.(*exec.ExitError)
	if want := `^tspmcts: ` + what + ` needs about \d+ MB of memory, but there are \d+ MB; .*\n$`; !ok || exit.ExitCode() != 1 || !regexp.MustCompile(want).Match(out) {
		t.Errorf("%s: %v, %.300q, want a match of %q", command, err, out, want)
	}
}

// The same before the instance is read.
func TestLittleMemoryToRead(t *testing.T) {
	if runtime.GOOS != "linux" || raceEnabled {
		t.Skip("needs ulimit -v")
	}
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "10000000", "--out", "a.tsp")
	write(t, dir, "b.tour", "TYPE : TOUR\nTOUR_SECTION\n1\n-1\nEOF\n")
	for _, command := range []string{"solve a.tsp --time 1h", "heatmap build a.tsp --out a.heat", "bench --set a.tsp --time 1h --out r.jsonl", "bound a.tsp", "eval a.tsp b.tour"} {
		littleMemory(t, dir, "1600000", command, `a\.tsp: reading 10000000 cities`)
	}
}

// bench and solve use no more workers than there is work for; bench says so once.
func TestUsefulWorkers(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "60", "--out", "a.tsp")
	out, errs, code := call{args: []string{"bench", "--set", "a.tsp", "--workers", "500", "--seeds", "2", "--actions", "100", "--out", "r.jsonl"}}.run(t, dir)
	if want := "a: 500 workers are more than 60 cities have work for; 16 search"; code != 0 || strings.Count(errs, want) != 1 {
		t.Errorf("exit code %d, stdout %s, stderr %s, want %q once", code, out, errs, want)
	}
	call{args: []string{"solve", "a.tsp", "--workers", "500", "--actions", "100", "--json", "s.jsonl"}}.run(t, dir) // TestWarnings has what it says
	for _, r := range records(t, read(t, dir, "r.jsonl")+read(t, dir, "s.jsonl")) {
		if r["workers"] != 16.0 {
			t.Errorf("the record says %v workers", r["workers"])
		}
	}
}
