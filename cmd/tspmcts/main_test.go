package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// binary is the program under test, built once; or the one that TSPMCTS_TEST_PROGRAM
// names: an older one, to see a test fail on it. Tests that mostly wait for it, and measure no
// time, run beside each other.
var binary = os.Getenv("TSPMCTS_TEST_PROGRAM")

func TestMain(m *testing.M) {
	if binary != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "tspmcts")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "tspmcts")
	args := []string{"build", "-o", binary}
	if raceEnabled {
		args = append(args, "-race")
	}
	build := exec.Command("go", append(args, ".")...)
	if !raceEnabled { // as it is released: with C's library the address space is another
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	out, err := build.CombinedOutput()
	if err != nil {
		fmt.Printf("%s%v\n", out, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// call is one run of the program.
type call struct {
	args  []string
	env   []string
	stdin io.Reader
}

// command returns the program, to run in a directory of its own or in dir.
func (c call) command(ctx context.Context, dir string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, c.args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, c.env...)
	cmd.Stdin = c.stdin
	return cmd
}

// run returns what the program printed and its exit code.
func (c call) run(t *testing.T, dir string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := c.command(ctx, dir)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Fatalf("%v did not end", c.args)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// must runs the program in dir, and fails unless it succeeds silently on stderr.
func must(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, errs, code := call{args: args}.run(t, dir)
	if code != 0 || errs != "" {
		t.Fatalf("%v: exit code %d, stderr %s", args, code, errs)
	}
	return out
}

// write puts a file into dir.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// records parses JSON lines.
func records(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil || !strings.HasSuffix(line, "\n") {
			t.Fatalf("line %q: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

// onlyFiles fails if dir holds anything but the named files: no side file is left.
func onlyFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !want[e.Name()] {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

// square is a small valid problem.
const square = "NAME : square\nTYPE : TSP\nDIMENSION : 4\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 0 10\n3 10 10\n4 10 0\nEOF\n"
