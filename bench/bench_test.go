package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// zero is a heatmap source for tests.
func zero(name string) (Source, error) {
	return Source{Name: name, Build: func(ctx context.Context, item *Item, nb *tsp.Neighbors, _ heatmap.Told) (*heatmap.Map, error) {
		return heatmap.Zero(item.N()), nil
	}}, nil
}

func noWarning(t *testing.T) func(string, ...any) {
	return func(format string, args ...any) { t.Errorf("warning: "+format, args...) }
}

// put writes a file into dir and returns its name.
func put(t *testing.T, dir, name, text string) string {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

const fourLines = "0 0 0 1 1 1 1 0 .5 .2 .3 .3 .7 .1 .2 .9 .4 .4 .6 .6 .9 .9 .1 .8\n" +
	"0 0 0 1 1 1 1 0 .5 .1 .3 .3 .7 .1 .2 .9 .4 .4 .6 .6 .9 .9 .1 .8\n" +
	"0 0 0 1 1 1 1 0 .5 .3 .3 .3 .7 .1 .2 .9 .4 .4 .6 .6 .9 .9 .1 .8\n" +
	"0 0 0 1 1 1 1 0 .5 .4 .3 .3 .7 .1 .2 .9 .4 .4 .6 .6 .9 .9 .1 .8\n"

const suiteText = `{
  "sets": [{"file": "set.txt", "lines": "0:3"}],
  "best": ["best.csv"],
  "heatmaps": ["zero"],
  "knobs": ["paper", "mine.json", {"label": "deep", "preset": "paper", "depth": 50}],
  "budgets": ["300 actions"],
  "seeds": 2
}`

func suiteJobs(t *testing.T, dir, text string) []*Job {
	t.Helper()
	suites, err := ReadSuite(put(t, dir, "suite.json", text), "")
	if err != nil {
		t.Fatal(err)
	}
	var jobs []*Job
	for _, s := range suites {
		more, err := s.Jobs(t.Context(), zero, noWarning(t))
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, more...)
	}
	return jobs
}

func suiteDir(t *testing.T) string {
	dir := t.TempDir()
	put(t, dir, "set.txt", fourLines)
	put(t, dir, "mine.json", `{"preset":"paper","alpha":2}`)
	put(t, dir, "best.csv", "instance,best\nset_0,4\nset_1,4\nset_2,4\nset_3,4\n")
	return dir
}

func runJobs(t *testing.T, ctx context.Context, file string, parallel int, jobs []*Job, told func(Status)) Status {
	t.Helper()
	s, err := OpenStore(file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := Bench{Store: s, Parallel: parallel, Progress: told}
	status, err := b.Run(ctx, jobs)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// lines returns the records of a file without their times, sorted.
func lines(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	if err := ReadEntries(f, "r", func(e *Entry) error {
		e.Seconds = 0
		for i := range e.Trace {
			e.Trace[i].Seconds = 0
		}
		text, err := json.Marshal(e)
		all = append(all, string(text))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// A bench that was stopped anywhere, or cut by a crash, and went on has the
// records of one that ran through; a larger suite adds only what is missing.
func TestResume(t *testing.T) {
	dir := suiteDir(t)
	jobs := suiteJobs(t, dir, suiteText)
	whole := filepath.Join(dir, "whole.jsonl")
	if s := runJobs(t, t.Context(), whole, 1, jobs, nil); s.Done != 18 || s.Known != 0 {
		t.Fatalf("%+v, want 18 runs", s)
	}
	parts := filepath.Join(dir, "parts.jsonl")
	for n := 1; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		s := runJobs(t, ctx, parts, 2, jobs, func(s Status) {
			if s.Done == n {
				cancel()
			}
		})
		cancel()
		if s.Known+s.Done == 18 {
			break
		}
		text, _ := os.ReadFile(parts)
		if !bytes.HasSuffix(text, []byte("}\n")) {
			t.Fatalf("the file ends with %q", text[max(0, len(text)-20):])
		}
		// A crash in the middle of a write, and one of a record that was whole.
		put(t, dir, "parts.jsonl", string(text)+`{"version":1,"instance":"cut`)
		if n == 2 {
			put(t, dir, "parts.jsonl", string(text[:len(text)-5]))
		}
	}
	if a, b := lines(t, whole), lines(t, parts); !slices.Equal(a, b) {
		t.Errorf("%d records of one bench, %d of a stopped one; the first: %s\n%s", len(a), len(b), a[0], b[0])
	}
	more := suiteJobs(t, dir, strings.Replace(suiteText, "0:3", "0:4", 1))
	if s := runJobs(t, t.Context(), parts, 2, more, nil); s.Known != 18 || s.Done != 6 {
		t.Errorf("%+v, want 18 known and 6 new", s)
	}
	put(t, dir, "mine.json", `{"preset":"paper","alpha":1.5}`) // another configuration of the same name
	if s := runJobs(t, t.Context(), parts, 2, suiteJobs(t, dir, suiteText), nil); s.Known != 12 || s.Done != 6 {
		t.Errorf("%+v, want 12 known and 6 new", s)
	}
}

// Jobs that would make of the records what no report takes are told, whether what they do not go
// with is there or another job; more seeds and instances go with all that is there.
func TestMixes(t *testing.T) {
	dir := suiteDir(t)
	file := filepath.Join(dir, "r.jsonl")
	runJobs(t, t.Context(), file, 2, suiteJobs(t, dir, suiteText), nil)
	more := strings.NewReplacer("0:3", "0:4", `"seeds": 2`, `"seeds": 3`)
	other := strings.Replace(suiteText, `"depth": 50`, `"depth": 40`, 1)
	label := "r.jsonl would hold runs of two configurations that are called "
	for _, c := range []struct{ what, text, name, content, want string }{
		{"the same", suiteText, "", "", ""},
		{"more", more.Replace(suiteText), "", "", ""},
		{"a label", other, "", "", label + "deep, on set_0"},
		{"a label, of other seeds", strings.Replace(other, `"seeds": 2`, `"seeds": [7]`, 1), "", "", label + "deep, on set_0"},
		{"a label twice", "[" + strings.ReplaceAll(suiteText+","+other, "300", "200") + "]", "", "", label + "deep, on set_0"},
		{"an instance", more.Replace(suiteText), "set.txt", strings.ReplaceAll(fourLines, ".8", ".81"), "r.jsonl would hold runs of two different instances that are called set_0"},
		{"a file of knobs, for another budget", strings.Replace(suiteText, "300", "600", 1), "mine.json", `{"preset":"paper","alpha":3}`, label + "mine, on set_0"},
		{"a file of knobs", suiteText, "mine.json", `{"preset":"paper","alpha":3}`, label + "mine, on set_0"},
	} {
		if c.name != "" {
			put(t, dir, c.name, c.content)
		}
		s, err := OpenStore(file)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Mixes(suiteJobs(t, dir, c.text))
		if (err == nil) != (c.want == "") || err != nil && !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
		s.Close()
		put(t, dir, "set.txt", fourLines)
	}
}

// What a crash left behind the whole lines goes, but no record that lacks its end of line alone.
func TestTail(t *testing.T) {
	record := func(instance string) string {
		return fmt.Sprintf(`{"version":1,"instance":%q,"length":1}`, instance)
	}
	for _, c := range []struct{ tail, want string }{
		{"", "a;c"},
		{record("b"), "a;b;c"},
		{record("b")[:20], "a;c"},
		{"\x00\x00\x00", "a;c"},
		{record("b")[:20] + "\x00\x00", "a;c"},
	} {
		text := record("a") + "\n" + c.tail
		name := put(t, t.TempDir(), "a.jsonl", text)
		s, err := OpenStore(name)
		if err != nil {
			t.Fatalf("%q: %v", c.tail, err)
		}
		if err := errors.Join(s.Add(&Entry{Version: 1, Record: Record{Instance: "c", Length: "1"}}), s.Close()); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, line := range lines(t, name) {
			var e Entry
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			got = append(got, e.Instance)
		}
		if slices.Sort(got); strings.Join(got, ";") != c.want || s.Len() != len(got) {
			t.Errorf("%q: %v, want %s", c.tail, got, c.want)
		}
	}
	name := put(t, t.TempDir(), "a.jsonl", `{"version":2,"instance":"a","length":1}`)
	if _, err := OpenStore(name); err == nil || !strings.Contains(err.Error(), "a record of version 2") {
		t.Errorf("another program's record without its end of line: %v", err)
	}
}

// The name of a file that has nothing but an extension is that, as in tsplib.
func TestNameOf(t *testing.T) {
	for file, want := range map[string]string{"dir/a.b.tsp": "a.b", "dir/.json": ".json", "K\xf6ln": "K\uFFFDln"} {
		if got := nameOf(file); got != want {
			t.Errorf("%q is %q, want %q", file, got, want)
		}
	}
}

// Runs of files whose names are no UTF-8, which JSON does not write, are found again.
func TestOddNames(t *testing.T) {
	dir := suiteDir(t)
	for _, name := range []string{"K\xf6ln", "lines\xf6", "mine\xf6"} {
		if os.WriteFile(filepath.Join(dir, name), nil, 0o666) != nil {
			t.Skip("this file system has no such names")
		}
	}
	whole := put(t, dir, "K\xf6ln.tsp", "TYPE: TSP\nDIMENSION: 4\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 0 1\n3 1 1\n4 1 0\nEOF\n")
	k, err := KnobsFile(put(t, dir, "mine\xf6.json", `{"preset":"paper","alpha":2}`))
	if err != nil {
		t.Fatal(err)
	}
	s := &Suite{Sets: []Set{{File: whole}, {File: put(t, dir, "lines\xf6.txt", fourLines), Lines: LineRange{To: 4}}}, Heatmaps: []string{"zero"}, Knobs: []*Knobs{k}, Budgets: []Budget{{Actions: 10}}, Seeds: []uint64{1}}
	jobs, err := s.Jobs(t.Context(), zero, noWarning(t))
	if err != nil {
		t.Fatal(err)
	}
	runJobs(t, t.Context(), filepath.Join(dir, "r.jsonl"), 1, jobs, nil)
	if s := runJobs(t, t.Context(), filepath.Join(dir, "r.jsonl"), 1, jobs, nil); s.Known != 5 || s.Done != 0 {
		t.Errorf("%+v, want 5 known and none new", s)
	}
}

// A record with a tour tells whether it is a path.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	for kind, want := range map[string]bool{"TSP": false, "HPP": true} {
		put(t, dir, "a.tsp", "TYPE: "+kind+"\nDIMENSION: 6\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 0 1\n3 1 1\n4 1 0\n5 2 2\n6 3 0\nEOF\n")
		jobs := suiteJobs(t, dir, `{"sets":["a.tsp"],"knobs":["paper"],"budgets":["10 actions"]}`)
		e, _, err := jobs[0].Do(t.Context(), true)
		if err != nil || e.Path != want || len(e.Tour) != 6 {
			t.Errorf("%s: %+v (%v)", kind, e, err)
		}
	}
}

// The places of a record's tour are those of a picture: latitudes up, or where its file says.
func TestPlacesOfTours(t *testing.T) {
	dir := t.TempDir()
	for section, want := range map[string][2]float64{"": {20, 10}, "DISPLAY_DATA_SECTION\n1 7 5\n2 8 5\n3 9 5\n4 9 6\n5 7 6\n": {7, 5}} {
		put(t, dir, "a.tsp", "TYPE: TSP\nDIMENSION: 5\nEDGE_WEIGHT_TYPE: GEO\nNODE_COORD_SECTION\n1 10 20\n2 10 21\n3 11 21\n4 11 20\n5 9 19\n"+section+"EOF\n")
		jobs := suiteJobs(t, dir, `{"sets":["a.tsp"],"knobs":["paper"],"budgets":["10 actions"]}`)
		e, tour, err := jobs[0].Do(t.Context(), true)
		if err != nil || e.Tour[slices.Index(tour, 0)] != want {
			t.Errorf("%q: %+v (%v), want city 0 at %v", section, e, err, want)
		}
	}
}

// A records file has one writer.
func TestStoreIsLocked(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.jsonl")
	a, err := OpenStore(name)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := OpenStore(name); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened twice: %v", err)
	}
}

// A store that got nothing leaves no file, but for what was there before, or what another put there.
func TestStoreEmpty(t *testing.T) {
	for text, before := range map[string]bool{"gone": false, "": true, "mine": false} {
		dir := t.TempDir()
		name := filepath.Join(dir, "a.jsonl")
		if before {
			put(t, dir, "a.jsonl", text)
		}
		s, err := OpenStore(name)
		if err != nil {
			t.Fatal(err)
		}
		if text == "mine" {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			put(t, dir, "a.jsonl", text)
		}
		s.Close() // it may say that it was replaced
		if left, err := os.ReadFile(name); (err != nil) != (text == "gone") || err == nil && string(left) != text {
			t.Errorf("%q: %q (%v)", text, left, err)
		}
	}
}

// Records of a file that was replaced or removed meanwhile are in another, which is told once.
func TestStoreIsReplaced(t *testing.T) {
	entry := func(name string) *Entry { return &Entry{Version: 1, Record: Record{Instance: name, Length: "1"}} }
	for _, replaced := range []bool{false, true} {
		for _, late := range []bool{false, true} { // told by Close
			dir := t.TempDir()
			name := filepath.Join(dir, "a.jsonl")
			s, err := OpenStore(name)
			if err == nil {
				err = s.Add(entry("a"))
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(name, filepath.Join(dir, "old")); err != nil {
				t.Fatal(err)
			}
			if replaced {
				put(t, dir, "a.jsonl", "mine")
			}
			if s.synced = time.Now(); !late {
				s.synced = time.Time{}
			}
			errs := []error{s.Add(entry("b")), s.Add(entry("c")), s.Close()}
			told := errors.Join(errs...)
			if told == nil || errs[0] == nil != late || !strings.HasPrefix(told.Error(), name+" was replaced or removed meanwhile; ") {
				t.Fatalf("%v", errs)
			}
			_, kept, _ := strings.Cut(told.Error(), "its records are in ")
			if got := lines(t, kept); len(got) != 3 {
				t.Errorf("%d records in %s, want 3", len(got), kept)
			}
			was, err := os.Stat(filepath.Join(dir, "old"))
			if info, kerr := os.Stat(kept); errors.Join(err, kerr) != nil || info.Mode() != was.Mode() {
				t.Errorf("%s has the mode %v, want %v", kept, info.Mode(), was.Mode())
			}
			if text, err := os.ReadFile(name); string(text) != "mine" && replaced || err == nil && !replaced {
				t.Errorf("%s holds %q", name, text)
			}
		}
	}
}

// What is wrong with a suite is told in one line with its place.
func TestBadSuites(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"syntax", `"seeds": 2`, `"seeds": 2,,`, `suite.json:7: no suite (invalid character`},
		{"cut", suiteText[40:], ``, `suite.json:2: no suite (unexpected EOF)`},
		{"unknown-field", `"seeds"`, `"seedz"`, `suite.json:7: no suite (unknown field "seedz")`},
		{"type", `["zero"]`, `"zero"`, `suite.json:4: no suite (found string as heatmaps)`},
		{"goes-on", `"seeds": 2
}`, `"seeds": 2
} {`, `it goes on after the end`},
		{"no-suites", suiteText, `[]`, `suite.json: no suites in the array, want at least one`},
		{"no-sets", `[{"file": "set.txt", "lines": "0:3"}]`, `[]`, `suite.json: no sets`},
		{"lines", `0:3`, `3:0`, `suite.json: lines is "3:0", want A:B`},
		{"no-file", `mine.json`, `other.json`, `other.json: there is no such file`},
		{"best", `best.csv`, `none.csv`, `none.csv: there is no such file`},
		{"preset", `"paper", `, `"papier", `, `suite.json: unknown preset "papier", want one of default`},
		{"knob", `"depth"`, `"deepth"`, `knobs deep:1: unknown knob "deepth", want one of alpha`},
		{"value", `"depth": 50`, `"depth": 1`, `depth is 1, want an integer from 2 to 1000`},
		{"label", `"label": "deep", `, ``, `without a label`},
		{"twice", `"deep"`, `"paper"`, `two members of knobs are called paper`},
		{"budget", `300 actions`, `3 hours`, `suite.json: a budget is "3 hours", want a time such as 10s`},
		{"no-budget", `"300 actions"`, ``, `no budgets`},
		{"seeds", `"seeds": 2`, `"seeds": -2`, `the number of seeds is -2`},
		{"seeds-text", `"seeds": 2`, `"seeds": "x"`, `seeds is "x", want their number`},
		{"many-seeds", `"seeds": 2`, `"seeds": 2000000`, `the number of seeds is 2000000`},
		{"workers", `"seeds": 2`, `"seeds": 2, "workers": -1`, `workers is -1`},
		{"many-workers", `"seeds": 2`, `"seeds": 2, "workers": 5000`, `workers is 5000`},
		{"field-of-a-set", `"lines": "0:3"`, `"metrik": "euclid"`, `unknown field "metrik"`},
		{"metric", `"lines": "0:3"`, `"metric": "miles"`, `set.txt: `},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := suiteDir(t)
			text := strings.Replace(suiteText, c.from, c.to, 1)
			_, err := ReadSuite(put(t, dir, "suite.json", text), "")
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	// What only the instances tell.
	dir := suiteDir(t)
	for _, c := range []struct{ from, to, want string }{
		{`"set.txt"`, `"none.txt"`, "none.txt: there is no such file"},
		{`0:3`, `7:9`, "set.txt: found 4 instances, but --lines begins at 7"},
		{`[{"file"`, `["set.txt", {"file"`, "the instance set_0 is in"},
	} {
		suites, err := ReadSuite(put(t, dir, "suite.json", strings.Replace(suiteText, c.from, c.to, 1)), "")
		if err == nil {
			_, err = suites[0].Jobs(t.Context(), zero, noWarning(t))
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// The lines of solve --json are records, behind a byte order mark and between blank lines, too;
// those of runs that failed are none. A tour may have the length 0, and a trace has improvements in
// order.
func TestRecords(t *testing.T) {
	text := "\ufeff" + `{"instance":"a","length":"12","preset":"paper"}` + "\n \n" + `{"version":1,"solver":"x","instance":"b","error":"no memory"}` + "\n" +
		`{"version":1,"solver":"x","instance":"c","length":0,"trace":[{"seconds":2,"length":5},{"seconds":1,"length":7},{"seconds":3,"length":6}]}` + "\n"
	var got []string
	if err := ReadEntries(strings.NewReader(text), "r", func(e *Entry) error {
		got = append(got, fmt.Sprint(e.Version, " ", e.Solver, " ", e.Knobs, " ", e.Instance, " ", e.Length, " ", e.Trace))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(got, "; "); text != "1 tspmcts paper a 12 []; 1 x  c 0 [{1 7} {2 5}]" {
		t.Error(text)
	}
}

// A run that failed is a line without a length, which no store takes for done: it is tried again.
func TestFailedRun(t *testing.T) {
	dir := suiteDir(t)
	jobs := suiteJobs(t, dir, suiteText)
	name := filepath.Join(dir, "r.jsonl")
	s, err := OpenStore(name)
	if err != nil {
		t.Fatal(err)
	}
	e := jobs[0].Failure("no <memory>")
	if err := errors.Join(s.Add(e), s.Close()); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(name)
	if s.Len() != 0 || e.N != 12 || !bytes.Contains(text, []byte(`"error":"no <memory>"`)) || bytes.Contains(text, []byte("length")) {
		t.Errorf("%d done, %s", s.Len(), text)
	}
	if status := runJobs(t, t.Context(), name, 1, jobs[:1], nil); status.Done != 1 || status.Known != 0 {
		t.Errorf("%+v, want a run", status)
	}
	// Ten runs, four of them known and two ended, one failed: four more take 2 s each half of that.
	status := Status{Jobs: 10, Known: 4, Done: 1}
	if status.Add(e, 2*time.Second); status.Failed != 1 || status.Done != 1 || status.Reason != "no <memory>" || status.Left != 4*time.Second {
		t.Errorf("%+v", status)
	}
	// What overlaps is run once, and of what is known this has no tour.
	if s, err = OpenStore(name); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if todo, status := s.Missing([]*Job{jobs[0], jobs[1], jobs[1]}); len(todo) != 1 || status.Jobs != 2 || status.Known != 1 || status.Undrawn != 1 {
		t.Errorf("%d to do, %+v", len(todo), status)
	}
}

// A run that ends with an error ends the bench with it, and no other begins; files of heatmaps are
// looked for before any.
func TestBenchFails(t *testing.T) {
	dir := suiteDir(t)
	jobs := suiteJobs(t, dir, suiteText)
	broken, ran := errors.New("broken"), 0
	for _, j := range jobs {
		j.Source.Build = func(context.Context, *Item, *tsp.Neighbors, heatmap.Told) (*heatmap.Map, error) {
			ran++
			return nil, broken
		}
	}
	s, err := OpenStore(filepath.Join(dir, "r.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := Bench{Store: s, Parallel: 1}
	if _, err := b.Run(t.Context(), jobs); !errors.Is(err, broken) || ran != 1 {
		t.Errorf("%v after %d runs, want 1", err, ran)
	}
	if jobs[3].Source, err = HeatmapSource("gtprior:ranks=" + filepath.Join(dir, "none")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Run(t.Context(), jobs); err == nil || !strings.Contains(err.Error(), "there is no such file") || ran != 1 {
		t.Errorf("%v after %d runs, want that there is no file", err, ran)
	}
}

// What a search is told reaches it: the seed, and what ends it.
func TestRunOptions(t *testing.T) {
	dir := suiteDir(t)
	jobs := suiteJobs(t, dir, `{"sets":["set.txt"],"knobs":["paper"],"heatmaps":["zero"],"budgets":["1n"]}`) // 12 s
	run := func(change func(r *Run)) *Record {
		r := jobs[0].Run
		change(&r)
		start := time.Now()
		rec, _, err := r.Do(t.Context(), func() time.Duration { return time.Since(start) }, nil)
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	if rec := run(func(r *Run) { r.Budget.Stall = Span{PerCity: 0.001} }); rec.Stop != mcts.StopStalled {
		t.Errorf("with a stall: %s after %v s", rec.Stop, rec.Seconds)
	}
	if rec := run(func(r *Run) { r.Budget.Target = 100 }); rec.Stop != mcts.StopTarget {
		t.Errorf("with a target: %s after %v s", rec.Stop, rec.Seconds)
	}
	if rec := run(func(r *Run) { r.Bound, r.Budget = true, Budget{Actions: 100} }); rec.Bound == nil || rec.BoundGap == nil || *rec.BoundGap < 0 {
		t.Errorf("with a bound: %+v", rec)
	}
	if rec := run(func(r *Run) { r.Budget.Time = Span{PerCity: 0.01} }); rec.Stop != mcts.StopTime || rec.Seconds < 0.12 {
		t.Errorf("with 0.12 s: %s after %v s", rec.Stop, rec.Seconds)
	}
	var cities strings.Builder
	for i := range 60 {
		fmt.Fprintf(&cities, "%d %d %d\n", i+1, i*i*7919%1000, i*i*i*104729%1000)
	}
	put(t, dir, "a.tsp", "TYPE: TSP\nDIMENSION: 60\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n"+cities.String()+"EOF\n")
	found := map[string]bool{}
	for _, j := range suiteJobs(t, dir, `{"sets":["a.tsp"],"knobs":["paper"],"heatmaps":["zero"],"budgets":["50 actions"],"seeds":4}`) {
		e, tour, err := j.Do(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		found[fmt.Sprint(e.Length, tour)] = true
	}
	if len(found) == 1 {
		t.Error("four seeds end alike")
	}
}

// What the jobs of a suite are of, and what their records hold; those of another machine, which
// knows neither the file nor the optimum, are given both.
func TestRecordsOfJobs(t *testing.T) {
	jobs := suiteJobs(t, suiteDir(t), `{"sets":[{"file":"set.txt","lines":"1:3"}],"best":["best.csv"],"heatmaps":["zero"],"knobs":["paper"],"budgets":["100 actions"],"seeds":2}`)
	var got []string
	for _, j := range jobs {
		e, _, err := j.Do(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s of %s, number %d, seed %d, %s, %s", e.Instance, e.Set, j.Item.Index, e.Seed, e.Budget, e.Heatmap))
		length, _ := e.Length.Float64()
		complete := func() bool {
			return e.Set == "set.txt" && e.Optimum != nil && *e.Optimum == "4" && e.Gap != nil && math.Abs(*e.Gap-(length/4-1)*100) < 1e-9 && e.Actions > 0
		}
		if last := e.Trace[len(e.Trace)-1].Length; !complete() || last != e.Length {
			t.Errorf("%+v, the trace ends at %s", e, last)
		}
		e.Set, e.Optimum, e.Gap = "", nil, nil
		if e = j.Adopt(e); !complete() {
			t.Errorf("adopted: %+v", e)
		}
	}
	const want = "set_1 of set.txt, number 1, seed 1, 100 actions, zero; set_2 of set.txt, number 2, seed 1, 100 actions, zero; " +
		"set_1 of set.txt, number 1, seed 2, 100 actions, zero; set_2 of set.txt, number 2, seed 2, 100 actions, zero"
	if text := strings.Join(got, "; "); text != want {
		t.Errorf("got %s", text)
	}
}

// A suite may name files wholly, several of best lengths, and places with what their file does not
// say. Best lengths are of the name of the instance's file, or of its NAME.
func TestSuiteFiles(t *testing.T) {
	dir := suiteDir(t)
	put(t, dir, "more.csv", "p,9.5\nberlin,7\n")
	put(t, dir, "q.tsp", "NAME: berlin\nTYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 0 1\n3 1 1\nEOF\n")
	put(t, dir, "p.csv", "name;x;y\na;0,5;0\nb;3;0\nc;3;4\nd;0;4\n")
	jobs := suiteJobs(t, dir, fmt.Sprintf(`{"sets":[%q,{"file":"p.csv","metric":"euclid","decimal_comma":true},"q.tsp"],"best":["best.csv","more.csv"],"budgets":["1s"]}`, filepath.Join(dir, "set.txt")))
	var optima []float64
	for _, j := range jobs {
		optima = append(optima, j.Optimum)
	}
	if !slices.Equal(optima, []float64{4, 4, 4, 4, 9.5, 7}) || jobs[5].Item.Name != "q" {
		t.Fatalf("the best lengths are %v, the last of %s", optima, jobs[len(jobs)-1].Item.Name)
	}
	if in := jobs[4].Item.Instance; in.N() != 4 || in.X[0] != 0.5 {
		t.Errorf("the places are %v", in.X)
	}
}

// Records of another version, and what is no record, are told with their line.
func TestBadRecords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"version":2,"instance":"a","length":1,"trace":"x"}` + "\n", "r:1: a record of version 2, want 1"},
		{"\n" + `{"version":0,"instance":"a","length":1}` + "\n", "r:2: a record of version 0, want 1"},
		{`{"version":1,"instance":"a","length":1,"config":{"gone":3}}` + "\n", `r:1: no record of this version of the program (unknown knob "gone")`},
		{`{"version":1,"instance":"a"}` + "\n", "r:1: a record without instance or length"},
		{`{"version":1,"instance":"a","length":1,"seed":"x"}` + "\n", "r:1: no record of this version of the program (found string as "},
		{`{"a":1}` + "\n", `r:1: found "{\"a\":1}", want a JSON line`},
		{"NAME : x\n", `r:1: found "NAME : x", want a JSON line`},
		{"NAME : x", `r:1: found "NAME : x", want a JSON line`},
		{`{"version":1`, `r:1: the last record is cut off`},
		{`{"version":1,"instance":"a","length":-1}` + "\n", `r:1: length is "-1"`},
		{`{"version":1,"instance":"a","length":1,"optimum":-1}` + "\n", `r:1: optimum is "-1"`},
		{`{"version":1,"instance":"a","length":1,"bound":-1}` + "\n", `r:1: bound is "-1"`},
		{`{"version":1,"instance":"a","length":1,"seconds":-1}` + "\n", "r:1: seconds is -1"},
		{`{"version":1,"instance":"a","length":1,"actions":-1}` + "\n", "actions -1, want 0 or above"},
		{`{"version":1,"instance":"a","length":1,"workers":-1}` + "\n", "workers -1,"},
		{`{"version":1,"instance":"a","length":1,"stop":"tired"}` + "\n", `r:1: stop is "tired"`},
		{`{"version":1,"instance":"a","length":1,"trace":[{"seconds":-1,"length":2}]}` + "\n", "r:1: the trace has the time -1"},
		{`{"version":1,"instance":"a","length":1,"trace":[{"seconds":1,"length":-2}]}` + "\n", "r:1: a length of the trace"},
	} {
		err := ReadEntries(strings.NewReader(c.text), "r", func(*Entry) error { return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", c.text, err, c.want)
		}
	}
	name := put(t, t.TempDir(), "a.jsonl", "NAME : x\nTYPE : TSP\n")
	if _, err := OpenStore(name); err == nil {
		t.Error("a bench would write records behind a problem")
	}
}

// Logs and tables of other solvers become records.
func TestImport(t *testing.T) {
	lkh := "PARAMETER_FILE = x.par\nReading PROBLEM_FILE: \"data/pr2392.tsp\" ... done\nSEED = 7\nPreprocessing time = 0.50 sec.\n" +
		"* 1: Cost = 378063, Gap = 0.0082%, Time = 0.21 sec. \n* 3: Cost = 378032, Gap = 0.0000%, Time = 0.40 sec. =\n" +
		"Run 1: Cost = 378032, Gap = 0.0000%, Time = 0.90 sec. =\n\n* 1: Cost = 378040, Gap = 0.0021%, Time = 0.30 sec. \n" +
		"Run 2: Cost = 378040, Gap = 0.0021%, Time = 0.80 sec. \nSuccesses/Runs = 1/2\n"
	linkern := "linkern -R 10 pr1002.tsp \nChained Lin-Kernighan with seed 99\nProblem Name: pr1002\nNumber of Nodes: 1002\n" +
		"   0 Steps   Best: 268383   0.02 seconds\n 200 Steps   Best: 265000   0.10 seconds\n 300 Steps   Best: 265000   0.15 seconds\n" +
		"Final Cycle: 264900\nLin-Kernighan Running Time: 0.20\nTotal Running Time: 0.25\n"
	table := "solver,instance,seed,seconds,length\nX,a,1,2,11.5\nX,a,1,1,12\nX,a,2,1,12\nY,a,1,3,10\n"
	for _, c := range []struct{ name, text, want string }{
		{"lkh", lkh, "LKH pr2392 7 378032 1.4 3780630.71 3780320.9; LKH pr2392 8 378040 1.3 3780400.8"},
		{"atsp", strings.Replace(lkh, "data/pr2392.tsp", "data/br.17.atsp", 1), "LKH br.17 7 378032 1.4 3780630.71 3780320.9; LKH br.17 8 378040 1.3 3780400.8"},
		{"hcp", strings.Replace(lkh, `Reading PROBLEM_FILE: "data/pr2392.tsp" ... done`, "PROBLEM_FILE = alb1000.hcp", 1), "LKH alb1000 7 378032 1.4 3780630.71 3780320.9; LKH alb1000 8 378040 1.3 3780400.8"},
		{"dimacs", strings.ReplaceAll(linkern, "Name: pr1002", "Name: E1k.1"), "linkern E1k.1 99 264900 0.25 2683830.02 2650000.1 2649000.25"},
		{"linkern", linkern, "linkern pr1002 99 264900 0.25 2683830.02 2650000.1 2649000.25"},
		{"linkerns", linkern + strings.NewReplacer("99", "7", "26", "25").Replace(linkern), "linkern pr1002 99 264900 0.25 2683830.02 2650000.1 2649000.25; linkern pr1002 7 254900 0.25 2583830.02 2550000.1 2549000.25"},
		{"zeros", table + "X,a,01,3,11\n", "X a 1 11 3 121 11.52 113; X a 2 12 1 121; Y a 1 10 3 103"},
		{"csv", table, "X a 1 11.5 2 121 11.52; X a 2 12 1 121; Y a 1 10 3 103"},
		{"csv of Excel", "\ufeffSolver,Instance,SEED,Seconds,Length\rX,a,1,2,11.5\r", "X a 1 11.5 2 11.52"},
	} {
		i := Importer{}
		entries, err := i.Import(strings.NewReader(c.text), c.name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			var b strings.Builder
			put := func(parts ...any) {
				for _, p := range parts {
					text, _ := json.Marshal(p)
					b.Write(bytes.Trim(text, `"`))
				}
			}
			put(e.Solver)
			b.WriteByte(' ')
			put(e.Instance)
			b.WriteByte(' ')
			put(e.Seed)
			b.WriteByte(' ')
			put(e.Length)
			b.WriteByte(' ')
			put(e.Seconds)
			for _, p := range e.Trace {
				b.WriteByte(' ')
				put(p.Length, p.Seconds)
			}
			got = append(got, b.String())
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s: %s\nwant %s", c.name, text, c.want)
		}
	}
	for text, want := range map[string]string{
		"hello\n":                                       "x:1: found neither the columns",
		"instance,solver,seed,length\n":                 "x:1: there is no column seconds",
		"instance,solver,seed,seconds,length\n":         "there are no runs",
		linkern + "Chained Lin-Kernighan with seed 7\n": "the run that begins here has no tour",
		strings.Replace(table, "11.5", "-1", 1):         `x:2: length is "-1"`,
		strings.Replace(table, "X,a,2,", "X,a,z,", 1):   `x:4: seed is "z"`,
		strings.Replace(table, "X,a,2,", ",a,2,", 1):    "x:4: an empty instance or solver",
		strings.Replace(table, ",2,11", ",1e13,11", 1):  `x:2: seconds is "1e13"`,
		strings.Replace(lkh, "Run 2:", "Rerun:", 1):     "x:9: the run that begins here has no end",
		strings.Replace(lkh, "0.30 sec", "soon", 1):     "x:9: found",
	} {
		i := Importer{}
		if _, err := i.Import(strings.NewReader(text), "x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	i := Importer{}
	best := Importer{Best: &Optima{byName: map[string]float64{"a": 10}}}
	if all, err := best.Import(strings.NewReader(table), "x"); err != nil || all[0].Gap == nil || math.Abs(*all[0].Gap-15) > 1e-9 || *all[0].Optimum != "10" || all[0].Workers != 1 {
		t.Errorf("11.5 over 10: %+v (%v)", all, err)
	}
	entries, err := i.Import(strings.NewReader(table+"\xfc,\xfc,1,3,10\n"), "x")
	if err != nil {
		t.Fatal(err)
	}
	other := func(k int, length string, seconds float64) *Entry {
		e := *entries[k]
		e.Length, e.Seconds = json.Number(length), seconds
		return &e
	}
	name := filepath.Join(t.TempDir(), "a.jsonl")
	for _, c := range []struct {
		entries        []*Entry
		added, several int
		length         json.Number // of the first entry's run
	}{
		{entries, 4, 0, "11.5"},
		{entries, 0, 0, "11.5"},
		{[]*Entry{other(0, "11.50", 2)}, 0, 0, "11.5"},
		{[]*Entry{other(0, "11", 2), other(1, "12", 100), entries[2]}, 2, 2, "11"},
		{[]*Entry{other(0, "11", 2), other(1, "12", 100), entries[2]}, 0, 0, "11"},
		{[]*Entry{other(0, "10", 2), other(0, "9", 3)}, 1, 1, "9"},
		{[]*Entry{other(0, "10", 2), other(0, "9", 3)}, 0, 1, "9"},
	} {
		s, err := OpenStore(name)
		if err != nil {
			t.Fatal(err)
		}
		added, several, err := s.AddMissing(t.Context(), c.entries)
		if err != nil || added != c.added || several != c.several {
			t.Errorf("%d records added, %d with several results (%v), want %d and %d", added, several, err, c.added, c.several)
		}
		if e := s.Done(entries[0].Key()); e == nil || e.Length != c.length {
			t.Errorf("%+v counts, want the length %s", e, c.length)
		}
		s.Close()
	}
}

func TestSplitSources(t *testing.T) {
	names := heatmap.Names()
	for text, want := range map[string]string{
		"zero":         "zero",
		"zero,gtprior": "zero|gtprior",
		" zero, gtprior; mix:alpha=1, softdist:k=5=1":              "zero|gtprior|mix:alpha=1,softdist:k=5=1",
		"alpha:steps=3,ranks=f,zero":                               "alpha:steps=3,ranks=f|zero",
		"mix:zero=1,gtprior=2;alpha":                               "mix:zero=1,gtprior=2|alpha",
		"zero,mix:alpha=0.5,zero=0.5":                              "zero|mix:alpha=0.5,zero=0.5",
		"nonsense,zero":                                            "nonsense|zero",
		"softdist:tau=1,k=3,gtprior:x":                             "softdist:tau=1,k=3|gtprior:x",
		"mix:zero=1,softdist:tau=0.005=2,gtprior:ranks=f=1,zero":   "mix:zero=1,softdist:tau=0.005=2,gtprior:ranks=f=1|zero",
		"mix:zero=1,file:{}.heat=1,tours:a.tour=1,file:{}.heat":    "mix:zero=1,file:{}.heat=1,tours:a.tour=1|file:{}.heat",
		"mix:zero=1,softdist:tau=1,mix:alpha=1,tours:count=10":     "mix:zero=1|softdist:tau=1|mix:alpha=1|tours:count=10",
		"mix:zero=1,softdist:tau=0.005=2;gtprior:ranks=f=1,zero=1": "mix:zero=1,softdist:tau=0.005=2|gtprior:ranks=f=1,zero=1",
	} {
		if got := strings.Join(SplitSources(text, names), "|"); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// A budget prints and parses back to itself.
func TestBudgets(t *testing.T) {
	for _, text := range []string{"10s", "1m30s", "0.01n", "5000 actions", "2h", "1m", "100ms"} {
		b, err := ParseBudget(text)
		if err != nil || b.String() != text {
			t.Errorf("%s: %s (%v)", text, b, err)
		}
	}
	for _, text := range []string{"", "n", "0s", "-1s", "0 actions", "x actions", "1e99n", "1e-10n"} {
		if b, err := ParseBudget(text); err == nil {
			t.Errorf("%q: %s", text, b)
		}
	}
	if d := (Span{PerCity: 0.03}).Of(60); d != 1800*time.Millisecond {
		t.Errorf("0.03n is %v for 60 cities", d)
	}
	if d := (Span{Fixed: time.Second}).Of(60); d != time.Second {
		t.Errorf("1s is %v for 60 cities", d)
	}
	if d := (Span{PerCity: 1e9}).Of(1 << 30); d != maxTime {
		t.Errorf("1e9n is %v for 2^30 cities", d)
	}
	if got := (Budget{Time: Span{Fixed: time.Second}, Actions: 1, Stall: Span{PerCity: 0.5}}).String(); got != "1s, 1 actions, stall 0.5n" {
		t.Error(got)
	}
	for _, text := range []string{"-1:3", "3:3", "3", "a:b"} {
		if r, err := ParseLines(text); err == nil {
			t.Errorf("%q is %+v", text, r)
		}
	}
}

// The suites that come with the program can be read, and their files are sought in a folder of
// choice.
func TestSuites(t *testing.T) {
	names, err := filepath.Glob("suites/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	for _, name := range names {
		_, err := ReadSuite(name, "data")
		if err == nil || !strings.Contains(err.Error(), "best.csv: there is no such file") || !strings.Contains(err.Error(), " data"+string(filepath.Separator)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The files of heatmaps lie beside the suite, as its others do, and records name them as it does.
func TestSuiteMaps(t *testing.T) {
	dir := suiteDir(t)
	put(t, dir, "ranks.txt", "0.5 0.3")
	const spec = "mix:gtprior:ranks=ranks.txt=1,zero=1"
	suites, err := ReadSuite(put(t, dir, "suite.json", strings.Replace(suiteText, "zero", spec, 1)), "")
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := suites[0].Jobs(t.Context(), HeatmapSource, noWarning(t))
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "r.jsonl")
	if s := runJobs(t, t.Context(), out, 2, jobs, nil); s.Done != 18 {
		t.Errorf("%+v, want 18 runs", s)
	}
	for _, l := range lines(t, out) {
		if !strings.Contains(l, fmt.Sprintf(`"heatmap":%q`, spec)) || !strings.Contains(l, `"map_digest":`) {
			t.Errorf("%s, want the heatmap %s and a digest", l, spec)
		}
	}
	// A file that was changed is another heatmap, of runs that are known and of more seeds; one that
	// is not there has no digest.
	s, err := OpenStore(out)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, dir, "ranks.txt", "0.5 0.4")
	for _, seeds := range [][]uint64{{1}, {3}} {
		suites[0].Seeds = seeds
		if jobs, err = suites[0].Jobs(t.Context(), HeatmapSource, noWarning(t)); err != nil {
			t.Fatal(err)
		}
		if err := s.Mixes(jobs); err == nil || !strings.Contains(err.Error(), "two different heatmaps that are called "+spec+", on set_0") {
			t.Errorf("seeds %v: %v", seeds, err)
		}
	}
	none, err := HeatmapSource("gtprior:ranks=" + filepath.Join(dir, "none"))
	if err != nil {
		t.Fatal(err)
	}
	if item := (&Item{Name: "x"}); none.digest(item) != "" || none.Check(item) == nil {
		t.Errorf("the digest of no file is %q", none.digest(item))
	}
}

// recorded returns the knobs as records have them: those that the search reads.
func recorded(t *testing.T, c mcts.Config) string {
	t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// suiteKnobs returns the knobs of the committed suites by label.
func suiteKnobs(t *testing.T) map[string]*Knobs {
	t.Helper()
	names, err := filepath.Glob("suites/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	all := map[string]*Knobs{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var suites []struct{ Knobs []json.RawMessage }
		if json.Unmarshal(data, &suites) != nil { // a suite is an object, or a list of them
			suites = append(suites[:0], struct{ Knobs []json.RawMessage }{})
			if err := json.Unmarshal(data, &suites[0]); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, suite := range suites {
			for _, raw := range suite.Knobs {
				k, err := parseKnobs(raw, "")
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				all[k.Label] = k
			}
		}
	}
	return all
}

// The committed records were made with the knobs that their suites and presets have today: where
// this fails, the search was changed and its figures were not. .ci/measure makes them anew.
func TestResultsAreOfTheseKnobs(t *testing.T) {
	files, err := filepath.Glob("results/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	own, knobs := 0, suiteKnobs(t)
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		stale := 0
		if err := ReadEntries(f, name, func(e *Entry) error {
			if e.Solver != Own {
				return nil
			}
			own++
			k := knobs[e.Knobs]
			if k == nil { // of a suite that names none
				k = &Knobs{Preset: e.Preset}
			}
			now, err := k.Config(e.N, e.Heatmap)
			if err == nil && recorded(t, now) != recorded(t, *e.Config) {
				stale++
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if stale > 0 {
			t.Errorf("%s: %d records are of other knobs than the presets have today; .ci/measure makes them anew", name, stale)
		}
	}
	if own == 0 {
		t.Error("there are no records of this program")
	}
}
