package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// solvedWith is one call of solve that must succeed with the warnings that want matches, one a line,
// and must print the names of instances.
func solvedWith(t *testing.T, dir, want string, instances []string, args ...string) {
	t.Helper()
	out, errs, code := call{args: append([]string{"solve", "--actions", "200", "--workers", "1"}, args...)}.run(t, dir)
	if code != 0 {
		t.Errorf("%v: exit code %d, stderr %q", args, code, errs)
		return
	}
	if want == "" && errs != "" || !regexp.MustCompile(want).MatchString(errs) || strings.Count(errs, "\n") > 1 {
		t.Errorf("%v: stderr %q, want a match of %q", args, errs, want)
	}
	var names []string
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		names = append(names, f[0]+" "+f[1])
	}
	if strings.Join(names, ", ") != strings.Join(instances, ", ") {
		t.Errorf("%v: solved %v, want %v", args, names, instances)
	}
}

// Text of numbers is what it can only be: coordinates, a matrix, a data set; or it is refused with what it looks like.
func TestBareNumbers(t *testing.T) {
	var matrix strings.Builder
	for i := range 12 {
		for j := range 12 {
			fmt.Fprintf(&matrix, "%d ", (i-j)*(i-j))
		}
		matrix.WriteByte('\n')
	}
	for _, c := range []struct {
		name, text, warns string
		solved            []string
	}{
		{"coordinates", "0.1 0.2\n0.1 0.2\n0.7 0.2\n", `warning: f\.txt:1: no TSPLIB header: .*coordinates of 3 cities.*EXACT_2D`, []string{"f 3"}},
		{"count and ids", "3\n1 27462.5 11003.6\n2 27500 11000\n3 1e4 +5\n", `coordinates of 3 cities, one a line behind its number`, []string{"f 3"}},
		{"count and tabs", "3\n1\t5\n7\t8\n9\t1\n", `coordinates of 3 cities`, []string{"f 3"}},
		{"matrix", matrix.String(), `matrix of distances between 12 cities`, []string{"f 12"}},
		{"CR alone", "3\r1 5\r7 8\r9 1\r", `coordinates of 3 cities`, []string{"f 3"}},
		{"set with tours", "0 0 1 1 output 1 2 1\n0 0 0 1 1 1 output 1 2 3 1\n", "", []string{"f_0 2", "f_1 3"}},
		{"set without tours", "0 0 0 1 1 1\n0 0 0 1 1 1\n", "", []string{"f_0 3", "f_1 3"}},
		{"set of one line", "0 0 0 1 1 1 1 0\n", "", []string{"f_0 4"}},
		{"set of one line with CR", "0 0 0 1 1 1 output 1 2 3 1\r0 0 0 1 1 1 output 1 2 3 1\r", "", []string{"f_0 3", "f_1 3"}},
		{"a number above NAME", "4\n" + square, `f\.txt:1: numbers above the first keyword`, []string{"f 4"}},
		{"blank lines above NAME", "\n\n \n" + square, "", []string{"f 4"}},
		{"TSPLIB with CR", strings.ReplaceAll(square, "\n", "\r"), "", []string{"f 4"}},
		{"GEO beyond the globe", strings.NewReplacer("EUC_2D", "GEO", "2 0 10", "2 900 10", "3 10 10", "3 900 10").Replace(square), `f\.txt:7: GEO: city 2 has the latitude 900`, []string{"f 4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "f.txt", c.text)
			solvedWith(t, dir, c.warns, c.solved, "f.txt")
		})
	}
	for _, c := range []struct{ name, text, want string }{
		{"edges", "0 1\n1 2\n2 3\n3 0\n", `bad\.tsp:1: .*graph given by its edges.*want`},
		{"edges with a head", "4 4\n0 1\n1 2\n2 3\n3 0\n", `bad\.tsp:1: .*graph given by its edges.*want`},
		{"weighted edges", "4 4\n0 1 5\n1 2 5\n", `bad\.tsp:2: .*want.*looks like a graph`},
		{"asymmetric", strings.Replace(matrix.String(), "0 1", "0 2", 1), `bad\.tsp:1: .*d\(2,1\) = 1 but.*symmetric`},
		{"table", "1 0 0 0 1 1\n2 0 0 0 1 1\n3 0 0 0 1 1\n", `bad\.tsp:1: .*a table.*want`},
		{"four numbers", "0 0 0 1\n0 0 0 2\n", `bad\.tsp:1: .*4 numbers.*want`},
		{"count", "5\n0.5 0.5\n", `bad\.tsp:\d: found 1 lines, want 5`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "bad.tsp", c.text)
			oneError(t, dir, 1, c.want, call{args: []string{"solve", "bad.tsp", "--actions", "10"}})
		})
	}
	dir := t.TempDir()
	write(t, dir, "f.txt", "0.1 0.2\n0.1 0.2\n0.7 0.2\n")
	oneError(t, dir, 2, `f\.txt: found one instance without a TSPLIB header, but --lines is for data set files`, call{args: []string{"solve", "f.txt", "--lines", "0:1"}})
	for _, n := range []string{"1", "2", "3"} { // what generate writes is read
		must(t, dir, "generate", "--cities", n, "--count", "3", "--format", "lines", "--out", "g.txt")
		solvedWith(t, dir, "", []string{"g_0 " + n, "g_1 " + n, "g_2 " + n}, "g.txt")
	}
}
