package main

import (
	bin "encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

// solvedWith is one call of solve that must succeed with the warnings that want matches, one a
// line, and must print the names of instances.
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

// Text of numbers is what it can only be: coordinates, a matrix, a data set; or it is refused with
// what it looks like.
func TestBareNumbers(t *testing.T) {
	t.Parallel()
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
		{"asymmetric matrix", strings.Replace(matrix.String(), "0 1", "0 2", 1), `matrix of asymmetric distances between 12 cities`, []string{"f 12"}},
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
		{"asymmetric with a diagonal", "1 2 3 4 5 6\n2 3 4 5 6 7\n3 4 5 6 7 9\n4 5 6 7 8 9\n5 6 7 8 9 1\n6 7 8 9 1 2\n", `bad\.tsp:1: found 6 lines of 6 whole numbers: an asymmetric matrix.*want 0 on its diagonal`},
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

// Heatmaps as the repositories of the papers ship them: text around a matrix, batches, files by
// index.
func TestPaperHeatmaps(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "set.txt", "0 0 1 0 1 1 0 1 output 1 4 3 2 1\n0 0 1 0 1 1 0 1 output 1 4 3 2 1\n")
	rows := "0 .5 0 .5\n.5 0 .5 0\n0 .5 0 .5\n.5 0 .5 0\n"
	npy := func(dict string, maps int, top float64) string {
		var b strings.Builder
		head := dict + strings.Repeat(" ", 117-len(dict)) + "\n"
		b.WriteString("\x93NUMPY\x01\x00" + string([]byte{byte(len(head)), 0}) + head)
		for range maps {
			for i := range 16 {
				v := 0.0
				if i/4 != i%4 && (i/4+i%4)%2 == 1 {
					v = 0.5
				}
				if i == 1 && top > 0 {
					v = top
				}
				var raw [8]byte
				bin.LittleEndian.PutUint64(raw[:], math.Float64bits(v))
				b.Write(raw[:])
			}
		}
		return b.String()
	}
	stats := "the mean of prob-rank is 2.99\nthe number of false negetive edges is 2\nthe rest 3\n"
	for i := range 2 {
		write(t, dir, fmt.Sprintf("heatmap-%d.txt", i), "4\n"+rows+stats)
	}
	write(t, dir, "headed.txt", "TYPE: Probability\nDIMENSIOn: 4\n"+rows)
	write(t, dir, "headed2.txt", "TYPE : Probability\r\nDIMENSION : 4\r\nMATRIX_SECTION\r\n4\r\n"+strings.ReplaceAll(rows, "\n", "\r\n")+stats)
	write(t, dir, "cr.txt", strings.ReplaceAll("4\n"+rows, "\n", "\r"))
	write(t, dir, "batch.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 4, 4), }", 2, 0))
	write(t, dir, "deep.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2, 4, 4), }", 2, 0))
	for i := range 2 {
		write(t, dir, fmt.Sprintf("test-heatmap-%d.npy", i), npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 4, 4), }", 1, 0))
		write(t, dir, fmt.Sprintf("f-%d.npy", i), npy("{'descr': '<f8', 'fortran_order': True, 'shape': (1, 4, 4), }", 1, 0))
	}
	for _, c := range []struct{ file, lines, warns string }{
		{"heatmap-{i}.txt", "0:", `heatmap-1\.txt:6: the text behind the 4 rows, from "the" on, is skipped`},
		{"headed.txt", "0:1", `headed\.txt:1: of the lines "TYPE, DIMENSIOn" above the map only DIMENSION is used`},
		{"headed2.txt", "0:1", `headed2\.txt:9: the text behind`},
		{"cr.txt", "0:1", ""},
		{"batch.npy", "0:", ""},
		{"deep.npy", "1:", ""},
		{"test-heatmap-{i}.npy", "0:", ""},
		{"f-{i}.npy", "0:", ""},
	} {
		for _, args := range [][]string{
			{"solve", "set.txt", "--actions", "100", "--heatmap-file", c.file},
			{"heatmap", "eval", "set.txt", "--heatmap-file", c.file},
			{"heatmap", "build", "set.txt", "--heatmap-file", c.file, "--out", "{}.heat"},
			{"heatmap", "plot", "set.txt", "--heatmap-file", c.file, "--out", "{}.svg"},
		} {
			out, errs, code := call{args: append(args, "--lines", c.lines)}.run(t, dir)
			if code != 0 || c.warns == "" && errs != "" || !regexp.MustCompile(c.warns).MatchString(errs) {
				t.Errorf("%v: exit code %d, stderr %q, want a match of %q", args, code, errs, c.warns)
			}
			if args[1] == "eval" && !strings.Contains(out, "log-loss 0.0000") {
				t.Errorf("%v: another map: %s", args, out)
			}
		}
	}
	// bench runs several seeds; the warning about a file comes once.
	_, errs, code := call{args: []string{"bench", "--set", "set.txt", "--heatmaps", "file:heatmap-{i}.txt", "--actions", "100", "--seeds", "3", "--out", "b.jsonl"}}.run(t, dir)
	if code != 0 || strings.Count(errs, "is skipped") != 2 {
		t.Errorf("bench: exit code %d, stderr %q, want two warnings", code, errs)
	}
	write(t, dir, "big.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4), }", 1, 5.5e33))
	write(t, dir, "big.txt", strings.Replace("4\n"+rows, ".5", "5.5e33", 1))
	write(t, dir, "nan.npy", npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4), }", 1, math.Inf(1)))
	write(t, dir, "prose.txt", "a heatmap of four\n"+rows)
	write(t, dir, "nodim.txt", "TYPE: Probability\n"+rows)
	write(t, dir, "more.txt", "4\n"+rows+"0 0 0 0\n")
	for _, c := range []struct{ file, want string }{
		{"big.npy", `row 1, column 2: found 5.5e\+33, want a number from -1e\+30 to 1e\+30`},
		{"big.txt", `big\.txt:2: found "5.5e33", want a number from -1e\+30 to 1e\+30`},
		{"nan.npy", `found \+Inf, want a finite number`},
		{"prose.txt", `prose\.txt:1: found "a heatmap of four", want a heatmap: dense text`},
		{"nodim.txt", `nodim\.txt:2: .*DIMENSION`},
		{"more.txt", `more\.txt:6: found "0", want the end of the file`},
	} {
		oneError(t, dir, 1, c.want, call{args: []string{"solve", "set.txt", "--lines", "0:1", "--actions", "10", "--heatmap-file", c.file}})
	}
	oneError(t, dir, 1, `want number 1 of several, from 0; .*\{i\}`, call{args: []string{"solve", "set.txt", "--lines", "1:2", "--actions", "10", "--heatmap-file", "heatmap-0.txt"}})
	write(t, dir, "a.tsp", square)
	_, errs, code = call{args: []string{"solve", "a.tsp", "--heatmap-file", "heatmap-{i}.txt"}}.run(t, dir)
	if code == 0 || !strings.Contains(errs, "{i} in heatmap-{i}.txt stands for a place in a data set, but a is in none; write {}") {
		t.Errorf("{i} without a data set: exit code %d, stderr %q", code, errs)
	}
	write(t, dir, "plain.txt", "0 0 1 0 1 1 0 1\n")
	for _, command := range []string{"eval", "fit"} {
		oneError(t, dir, 2, `--tour 'tours/\{\}\.tour'`, call{args: []string{"heatmap", command, "plain.txt"}})
	}
}

// Files beside the instances: what is wrong with them is told with its place and a remedy.
func TestSideFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "instance.tsp", square)
	write(t, dir, "set.txt", "0 0 1 0 1 1 0 1\n")
	for _, text := range []string{"Instance,best\ninstance,40\n", "instance,40\n", "INSTANCE , Best\n instance , 40\n", "\xef\xbb\xbfinstance,best\r\ninstance,40\r\n", "instance,best\rinstance,40\r"} {
		write(t, dir, "best.csv", text)
		if out := must(t, dir, "solve", "instance.tsp", "--actions", "100", "--best", "best.csv"); !strings.Contains(out, "gap  +0.0000%") && !regexp.MustCompile(`gap +\+?0\.0+ ?%`).MatchString(out) {
			t.Errorf("%q: %q, want the gap 0", text, out)
		}
	}
	write(t, dir, "best.csv", "instance,best\ninstance,best\n")
	oneError(t, dir, 1, `best\.csv:2: found .*want an instance and its best length`, call{args: []string{"solve", "instance.tsp", "--best", "best.csv"}})
	write(t, dir, "best.csv", "graph,4_0\ninstance,40\n")
	oneError(t, dir, 1, `best\.csv:1: found .*want an instance and its best length`, call{args: []string{"solve", "instance.tsp", "--best", "best.csv"}})
	write(t, dir, "best.csv", "graph,0\ninstance,40\n")
	oneError(t, dir, 1, `best\.csv:1: found .*want a length above 0; leave the line out`, call{args: []string{"solve", "instance.tsp", "--best", "best.csv"}})

	model := func(text string) call {
		write(t, dir, "model.json", text)
		return call{args: []string{"solve", "set.txt", "--actions", "10", "--heatmap", "learned:model=model.json"}}
	}
	oneError(t, dir, 1, `model\.json:2:2: no model: invalid character 'x'`, model("{\n x}"))
	oneError(t, dir, 1, `model\.json:3:13: no model: found a string as mean`, model("{\n\"about\": \"\",\n\"mean\": \"one\"}"))
	oneError(t, dir, 1, `model\.json:2:11: no model: the file ends here`, model("{\n\"about\": \"\""))
	oneError(t, dir, 1, `model\.json:1:4: no model: found "x" after its end`, model("{} x"))
	oneError(t, dir, 1, `model\.json: a model of other features`, model("{}"))

	must(t, dir, "generate", "--cities", "60", "--out", "g.tsp")
	must(t, dir, "solve", "g.tsp", "--actions", "100", "--workers", "2", "--checkpoint", "c")
	for _, c := range []struct{ args, want string }{
		{"--workers 3 --actions 100", `of 2 workers, not 3; add --workers 2`},
		{"--workers 2 --seed 5 --actions 100", `of seed 1, not 5; add --seed 1`},
		{"--workers 2 --depth 5 --actions 100", `other knobs.*; give the preset and knobs`},
		{"--workers 2 --heatmap zero --actions 100", `of heatmap alpha, not zero; give the files and sources`},
	} {
		oneError(t, dir, 1, c.want, call{args: append([]string{"solve", "g.tsp", "--resume", "c"}, strings.Fields(c.args)...)})
	}

	must(t, dir, "bench", "--set", "set.txt", "--heatmaps", "zero;knn", "--actions", "100", "--out", "a.jsonl")
	before := read(t, dir, "a.jsonl")
	write(t, dir, "b.jsonl", before)
	for _, c := range []struct{ args, want string }{
		{"--csv a.jsonl", `--csv takes the FILE to write to, - for stdout`},
		{"--markdown a.jsonl b.jsonl", `--markdown would replace a\.jsonl, which holds records`},
		{"--json a.jsonl b.jsonl", `--json would replace a\.jsonl, which holds records`},
		{"--json a.jsonl a.jsonl", `--json would replace the input a\.jsonl`},
	} {
		oneError(t, dir, 2, c.want, call{args: append([]string{"compare"}, strings.Fields(c.args)...)})
	}
	if read(t, dir, "a.jsonl") != before {
		t.Error("compare changed the records")
	}
	if out := must(t, dir, "compare", "--help"); !strings.Contains(out, "[--markdown FILE] [--csv FILE] [--json FILE]") {
		t.Errorf("help %q does not show that the flags take files", out)
	}
}

// Some editors begin a text with a byte order mark: suites, parameters, records, heatmaps and ranks
// are read all the same, and a bench goes on behind records.
func TestByteOrderMarks(t *testing.T) {
	dir := benchDir(t)
	const mark = "\xef\xbb\xbf"
	must(t, dir, "heatmap", "build", "set.txt", "--out", "{}.txt")
	must(t, dir, "heatmap", "build", "set.txt", "--out", "{}.heat")
	must(t, dir, benchArgs("r.jsonl")...)
	for _, name := range []string{"set_0.txt", "set_0.heat", "r.jsonl"} {
		write(t, dir, name, mark+read(t, dir, name))
	}
	write(t, dir, "p.json", mark+`{"alpha":2}`)
	write(t, dir, "ranks.txt", mark+"0.6 0.3\n")
	write(t, dir, "s.json", mark+`{"sets":[{"file":"set.txt","lines":"0:1"}],"heatmaps":["file:{}.txt","file:{}.heat","gtprior:ranks=ranks.txt"],"knobs":["p.json"],"budgets":["10 actions"]}`)
	if out := must(t, dir, "bench", "s.json", "--out", "s.jsonl"); !strings.Contains(out, "3 runs, 3 of them new") {
		t.Error(out)
	}
	if out := must(t, dir, append(benchArgs("r.jsonl"), "--lines", "0:4")...); !strings.Contains(out, "32 runs, 8 of them new") {
		t.Error(out)
	}
	must(t, dir, "compare", "r.jsonl")
	write(t, dir, "cut.jsonl", read(t, dir, "r.jsonl")[:20000])
	must(t, dir, append(benchArgs("cut.jsonl"), "--lines", "0:4")...)
	if cut, whole := read(t, dir, "cut.jsonl"), read(t, dir, "r.jsonl"); strings.Count(cut, "\n") != 32 || !strings.HasPrefix(cut, whole[:19000]) {
		t.Errorf("the records that were cut off are %d, want 32", strings.Count(cut, "\n"))
	}
}
