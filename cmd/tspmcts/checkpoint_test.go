//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A search that is killed at random moments and resumed each time ends with the
// tour of one that ran through, for every way to search; what the program wrote it never refuses.
func TestKillAndResume(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "300", "--out", "a.tsp")
	for _, preset := range []string{"default", "paper"} {
		actions := map[string]string{"default": "600000", "paper": "30000"}[preset]
		args := []string{"solve", "a.tsp", "--preset", preset, "--heatmap", "gtprior", "--workers", "2", "--actions", actions}
		must(t, dir, append(args, "--out", "whole.tour")...)
		os.Remove(filepath.Join(dir, "c"))
		args = append(args, "--checkpoint", "c", "--checkpoint-every", "0.02s", "--out", "resumed.tour")
		killed := 0
		for k := range 5 {
			run := args
			if _, err := os.Stat(filepath.Join(dir, "c")); err == nil {
				run = append(args[:len(args):len(args)], "--resume", "c")
			}
			cmd, _, errs := begin(t, dir, run...)
			time.Sleep(time.Duration(150+70*k) * time.Millisecond)
			cmd.Process.Kill()
			if err := cmd.Wait(); err != nil {
				killed++
			}
			if errs.Len() > 0 {
				t.Fatalf("%s: stderr %s", preset, errs)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "c")); err == nil {
			args = append(args, "--resume", "c")
		}
		must(t, dir, args...)
		if read(t, dir, "resumed.tour") != read(t, dir, "whole.tour") {
			t.Errorf("%s: killed %d times and resumed, the search ended with another tour", preset, killed)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, ".c*")); len(left) > killed {
			t.Errorf("%s: %d unfinished files left by %d kills", preset, len(left), killed)
		}
	}
}

// Damaged and foreign checkpoints, and tours that do not fit, are refused with the reason.
func TestResumeRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "50", "--out", "a.tsp")
	must(t, dir, "generate", "--cities", "50", "--seed", "9", "--out", "b.tsp")
	must(t, dir, "generate", "--cities", "60", "--out", "c.tsp")
	must(t, dir, "solve", "a.tsp", "--actions", "2000", "--checkpoint", "a.ckpt", "--out", "a.tour")
	whole := read(t, dir, "a.ckpt")
	for name, data := range map[string]string{"empty": "", "half": whole[:len(whole)/2], "flipped": whole[:len(whole)-9] + "x" + whole[len(whole)-8:], "text": "NAME : a\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"a.tsp", "--resume", "empty"}, "empty: not a checkpoint"},
		{[]string{"a.tsp", "--resume", "text"}, "text: not a checkpoint"},
		{[]string{"a.tsp", "--resume", "half"}, "half: the checkpoint is damaged"},
		{[]string{"a.tsp", "--resume", "flipped"}, "flipped: the checkpoint is damaged"},
		{[]string{"b.tsp", "--resume", "a.ckpt"}, "another instance"},
		{[]string{"a.tsp", "--resume", "a.ckpt", "--seed", "2"}, "of seed 1, not 2"},
		{[]string{"a.tsp", "--resume", "a.ckpt", "--kick-size", "7"}, "other knobs"},
		{[]string{"a.tsp", "--resume", "missing"}, "missing"},
		{[]string{"c.tsp", "--initial-tour", "a.tour"}, "a.tour: tour 1 does not fit c"},
	} {
		_, errs, code := call{args: append([]string{"solve", "--actions", "4000"}, tt.args...)}.run(t, dir)
		if code == 0 || !strings.Contains(errs, tt.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: exit code %d, stderr %s, want %q", tt.args, code, errs, tt.want)
		}
	}
}

// A search that starts from a tour never returns a longer one, and one with --bound stops at proof.
func TestInitialTourAndBound(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "100", "--out", "a.tsp")
	best := records(t, must(t, dir, "solve", "a.tsp", "--actions", "300000", "--out", "a.tour", "--json", "-"))[0]["length"].(float64)
	for _, preset := range []string{"default", "paper"} {
		r := records(t, must(t, dir, "solve", "a.tsp", "--preset", preset, "--actions", "10", "--initial-tour", "a.tour", "--json", "-"))[0]
		if r["length"].(float64) > best {
			t.Errorf("%s: length %v from a tour of %v", preset, r["length"], best)
		}
	}
	r := records(t, must(t, dir, "solve", "a.tsp", "--bound", "--time", "2s", "--json", "-"))[0]
	bound, length := r["bound"].(float64), r["length"].(float64)
	if bound > length || bound < 0.95*length || (bound == length) != (r["stop"] == "exact") {
		t.Errorf("bound %v, length %v, stop %v", bound, length, r["stop"])
	}
	if out := must(t, dir, "bound", "a.tsp"); !strings.Contains(out, "bound") {
		t.Errorf("bound printed %q", out)
	}
}

// What a refused checkpoint was written with is told as the option to add.
func TestResumeAdvice(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "50", "--out", "a.tsp")
	must(t, dir, strings.Fields("solve a.tsp --actions 2000 --workers 2 --seed 7 --checkpoint a.ckpt")...)
	for args, want := range map[string]string{"--workers 2": "add --seed 7", "--seed 7 --workers 1": "add --workers 2"} {
		oneError(t, dir, 1, want, call{args: strings.Fields("solve a.tsp --actions 4000 --resume a.ckpt " + args)})
	}
}
