package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestVisits runs a search of regions: records tell what was done at which depth, with
// gains that add up to no more than the tour got shorter, and a picture is coloured by visits.
func TestVisits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "6000", "--out", "a.tsp")
	out := must(t, dir, "solve", "a.tsp", "--actions", "300000", "--heatmap", "knn", "--whole", "1000", "--json", "-", "--workers", "2")
	var r struct {
		Length float64
		Trace  []struct{ Length float64 }
		Work   []struct {
			Operator              string
			Depth                 int
			Visits, Gain, Actions float64
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	deep := false
	gain := 0.0
	for _, w := range r.Work {
		deep = deep || w.Operator == "recombine" && w.Depth > 0 && w.Visits > 0 && w.Gain > 0 && w.Actions > 0
		gain += w.Gain
	}
	if !deep || gain > 1.01*(r.Trace[0].Length-r.Length) {
		t.Errorf("work %+v: want recombined regions, and gains of at most %v", r.Work, r.Trace[0].Length-r.Length)
	}
	picture := func(args ...string) string {
		must(t, dir, append([]string{"solve", "a.tsp", "--actions", "300000", "--heatmap", "knn", "--workers", "2", "--plot", "a.svg"}, args...)...)
		data, err := os.ReadFile(filepath.Join(dir, "a.svg"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	warm := "#2050E0" // of one visit
	if plain := picture("--whole", "1000"); strings.Contains(strings.ToUpper(plain), warm) {
		t.Error("a picture without --plot-visits has colours of visits")
	}
	if coloured := picture("--whole", "1000", "--plot-visits"); !strings.Contains(strings.ToUpper(coloured), warm) {
		t.Error("--plot-visits colours nothing")
	}
	_, errs, code := call{args: []string{"solve", "a.tsp", "--actions", "300", "--plot", "b.svg", "--plot-visits"}}.run(t, dir)
	if code != 0 || !strings.Contains(errs, "--plot-visits colours nothing") {
		t.Errorf("exit code %d, stderr %q, want a warning that no region was visited", code, errs)
	}
	if _, errs, code := (call{args: []string{"solve", "a.tsp", "--plot-visits"}}).run(t, dir); code != 2 || !strings.Contains(errs, "give --plot FILE") {
		t.Errorf("without a picture: exit code %d, stderr %q", code, errs)
	}
}
