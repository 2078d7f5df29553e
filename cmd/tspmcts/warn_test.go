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
	for _, c := range []struct{ args, want string }{
		{"a.tsp --actions 1000 --optimum 999999999", `warning: a: the tour found, \d+, is shorter than .*, 999999999;`},
		{"a.tsp --actions 1000 --best best.csv", `warning: a: the tour found, \d+, is shorter than`},
		{"b.tsp --time 0.2s --bound", `warning: b: no lower bound was found in a fifth of the time`},
		{"a.tsp --actions 1000 --workers 1000", `warning: a: 1000 workers are more than 400 cities have work for; 66 search`},
		{"a.tsp --actions 1000 --pool 5", `warning: --pool has no effect: it is read with restart fresh`},
		{"a.tsp --actions 1000 --preset paper --elite 5", `warning: --elite has no effect: it is read with restart kick and a population`},
	} {
		out, errs, code := call{args: append([]string{"solve"}, strings.Fields(c.args)...)}.run(t, dir)
		if code != 0 || !strings.Contains(out, "cities") || strings.Count(errs, "\n") != 1 || !regexp.MustCompile(c.want).MatchString(errs) {
			t.Errorf("%s: exit code %d, stderr %q, want a match of %q", c.args, code, errs, c.want)
		}
	}
	must(t, dir, "solve", "a.tsp", "--actions", "1000", "--optimum", "5")
}

// Too little memory is told before the search, with what is needed and what there is.
func TestLittleMemory(t *testing.T) {
	if runtime.GOOS != "linux" || raceEnabled {
		t.Skip("needs ulimit -v")
	}
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "500000", "--out", "a.tsp")
	out, err := exec.Command("sh", "-c", `cd "$1" && ulimit -v 1000000 && exec "$2" solve a.tsp --time 1h`, "sh", dir, binary).CombinedOutput()
	exit, ok := err.(*exec.ExitError)
	if want := `^tspmcts: a: a search of 500000 cities with \d+ workers needs about \d+ MB of memory, but there are \d+ MB; .*\n$`; !ok || exit.ExitCode() != 1 || !regexp.MustCompile(want).Match(out) {
		t.Errorf("%v, %.300q, want a match of %q", err, out, want)
	}
}
