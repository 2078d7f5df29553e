//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tspmcts/bench"
	"tspmcts/tsp/tsptest"
)

// begin starts the program and returns it with its stderr.
func begin(t *testing.T, dir string, args ...string) (*exec.Cmd, io.ReadCloser, *bytes.Buffer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := call{args: args}.command(ctx, dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out, &errs
}

// What tune finds is entered in the table whether or not somebody reads it.
func TestTuneWithoutReader(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "8", "--cities", "12", "--out", "set.txt")
	cmd, out, errs := begin(t, dir, "tune", "--set", "set.txt", "--trials", "3", "--actions", "20", "--preset", "paper-tuned", "--heatmap", "zero", "--search", "alpha", "--table", "t.json")
	out.Close()
	if err := cmd.Wait(); err != nil || errs.Len() > 0 || !strings.Contains(read(t, dir, "t.json"), `"heatmap":"zero"`) {
		t.Errorf("%v, stderr %s", err, errs)
	}
}

// await waits for a file that matches.
func await(t *testing.T, pattern string) {
	t.Helper()
	for range 3000 {
		if m, _ := filepath.Glob(pattern); len(m) > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no %s", pattern)
}

// The first signal ends the search with the best tour, written, and exit code 0.
func TestSignalEndsSearch(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if signal.Ignored(sig) {
			t.Logf("%v is ignored here, as under nohup, and so by what is started", sig)
			continue
		}
		dir := t.TempDir()
		cmd, out, errs := begin(t, dir, "solve", "--time", "1h", "--out", "a.tour", "--json", "a.jsonl")
		await(t, filepath.Join(dir, ".a.jsonl.*"))
		time.Sleep(300 * time.Millisecond)
		for range 4 { // at once, as timeout(1) sends it twice
			cmd.Process.Signal(sig)
			time.Sleep(time.Millisecond)
		}
		line, _ := io.ReadAll(out)
		if err := cmd.Wait(); err != nil || errs.Len() > 0 || !strings.HasSuffix(string(line), "interrupted\n") {
			t.Errorf("%v: %v, stdout %s, stderr %s", sig, err, line, errs)
		}
		if r := records(t, read(t, dir, "a.jsonl")); len(r) != 1 || r[0]["stop"] != "interrupted" {
			t.Errorf("%v: records %v", sig, r)
		}
		if !strings.HasSuffix(read(t, dir, "a.tour"), "-1\nEOF\n") {
			t.Errorf("%v: the tour is cut", sig)
		}
		onlyFiles(t, dir, "a.tour", "a.jsonl")
	}
}

// In a data set, the instance under way ends and no other begins; what was solved stays.
func TestSignalEndsDataSet(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "50", "--cities", "30", "--out", "set.txt")
	cmd, out, errs := begin(t, dir, "solve", "set.txt", "--time", "0.5s", "--json", "a.jsonl")
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	io.Copy(io.Discard, lines)
	if err := cmd.Wait(); err != nil || errs.Len() > 0 {
		t.Errorf("%v, stderr %s", err, errs)
	}
	if r := records(t, read(t, dir, "a.jsonl")); len(r) == 0 || len(r) > 25 {
		t.Errorf("%d records", len(r))
	}
	onlyFiles(t, dir, "set.txt", "a.jsonl")
}

// A second signal ends the program at once, whatever it waits for, without side files.
func TestSecondSignal(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	f, err := os.OpenFile(pipe, os.O_RDWR, 0) // a reader that reads one byte and no more
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	must(t, dir, "generate", "--cities", "30000", "--out", "a.tsp")
	cmd, out, errs := begin(t, dir, "solve", "a.tsp", "--time", "0.1s", "--out", "pipe", "--json", "a.jsonl")
	if _, err := f.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Signal(syscall.SIGINT)
	time.Sleep(2 * sameSignal)
	cmd.Process.Signal(syscall.SIGINT)
	io.Copy(io.Discard, out)
	if cmd.Wait(); cmd.ProcessState.ExitCode() != 1 || errs.Len() > 0 {
		t.Errorf("%v, stderr %s", cmd.ProcessState, errs)
	}
	onlyFiles(t, dir, "a.tsp", "pipe")
}

// What a killed run left beside its output is removed by the next one with the
// same output, but not what a run has that is still under way.
func TestKilledRun(t *testing.T) {
	dir := t.TempDir()
	solve := func() *exec.Cmd {
		cmd, _, _ := begin(t, dir, "solve", "--time", "1h", "--json", "a.jsonl")
		return cmd
	}
	sides := func() []string {
		found, _ := filepath.Glob(filepath.Join(dir, ".a.jsonl.*"))
		return found
	}
	killed := solve()
	await(t, filepath.Join(dir, ".a.jsonl.*"))
	time.Sleep(200 * time.Millisecond) // past the trial of its place
	killed.Process.Kill()
	killed.Wait()
	if len(sides()) != 1 {
		t.Fatalf("%v", sides())
	}
	stale := sides()[0]
	write(t, dir, ".b.jsonl.01234567", "another output")
	alive := solve()
	for range 500 {
		if s := sides(); len(s) == 1 && s[0] != stale {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	must(t, dir, "solve", "--actions", "10", "--json", "a.jsonl")
	if s := sides(); len(s) != 1 || s[0] == stale {
		t.Errorf("%v, want the file of the run under way only, not %s", s, stale)
	}
	alive.Process.Signal(syscall.SIGTERM)
	alive.Wait()
	onlyFiles(t, dir, "a.jsonl", ".b.jsonl.01234567")
	if r := records(t, read(t, dir, "a.jsonl")); len(r) != 1 || r[0]["stop"] != "interrupted" {
		t.Errorf("%v", r)
	}
}

// A signal while stdin is being waited for ends the program.
func TestSignalWhileReading(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := call{args: []string{"solve", "-", "--json", "a.jsonl"}}.command(ctx, dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, filepath.Join(dir, ".a.jsonl.*"))
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if cmd.ProcessState.ExitCode() != 1 || errs.String() != "tspmcts: stopped before the search began\n" {
		t.Errorf("%v, stderr %s", cmd.ProcessState, &errs)
	}
	onlyFiles(t, dir)
}

// A signal before there is a bound is an error of one line.
func TestSignalBeforeBound(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--cities", "200000", "--out", "a.tsp")
	cmd, out, errs := begin(t, dir, "bound", "a.tsp")
	time.Sleep(time.Second)
	cmd.Process.Signal(syscall.SIGINT)
	io.Copy(io.Discard, out)
	cmd.Wait()
	reading := "tspmcts: " + bench.ErrInterrupted.Error() + "\n" // where a second is too short for it
	if text := errs.String(); cmd.ProcessState.ExitCode() != 1 || text != "tspmcts: a: stopped before a bound was found\n" && text != reading {
		t.Errorf("%v, stderr %s", cmd.ProcessState, text)
	}
}

// A signal while a Temporal server is awaited is no fault of that: it ends a worker, and what has not begun.
func TestSignalConnecting(t *testing.T) {
	stopped := "tspmcts: " + bench.ErrInterrupted.Error() + "\n"
	for command, want := range map[string]string{"worker": "", "solve --temporal": stopped} {
		silent := tsptest.Must(net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}))
		defer silent.Close()
		silent.SetDeadline(time.Now().Add(time.Minute))
		dir := t.TempDir()
		cmd := call{args: append(strings.Fields(command), "--blobs", "file://"+dir), env: []string{"TEMPORAL_ADDRESS=" + silent.Addr().String()}}.command(t.Context(), dir)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		conn, err := silent.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); (code == 0) != (want == "") || errs.String() != want {
			t.Errorf("%s: %v, stderr %s", command, cmd.ProcessState, &errs)
		}
	}
}

// The end of stdin is a signal where that is asked for, which then cannot be read, and where it is not
// it is nothing.
func TestEndWithStdin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  []string
		stop string
	}{{[]string{endWithStdin + "=1"}, "interrupted\n"}, {[]string{endWithStdin + "=0"}, "time\n"}, {nil, "time\n"}} {
		dir := t.TempDir()
		out, errs, code := call{args: []string{"solve", "--time", "2s", "--out", "a.tour"}, env: c.env, stdin: strings.NewReader("anything")}.run(t, dir)
		if code != 0 || errs != "" || !strings.HasSuffix(out, c.stop) {
			t.Errorf("%v: code %d, stdout %s, stderr %s", c.env, code, out, errs)
		}
		if !strings.HasSuffix(read(t, dir, "a.tour"), "-1\nEOF\n") {
			t.Errorf("%v: the tour is cut", c.env)
		}
	}
	for _, args := range []string{"solve -", "bound -", "solve --initial-tour -", "compare -"} {
		oneError(t, t.TempDir(), 2, `stdin \(-\) can be read only once`,
			call{args: strings.Fields(args), env: []string{endWithStdin + "=1"}, stdin: strings.NewReader(square)})
	}
}

// A reader of stdout that goes away ends the program quietly, but not the writing of files.
func TestClosedPipe(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "40", "--cities", "30", "--out", "set.txt")
	for _, extra := range [][]string{nil, {"--json", "a.jsonl"}, {"--json", "-"}} {
		cmd, out, errs := begin(t, dir, append([]string{"solve", "set.txt", "--actions", "2000"}, extra...)...)
		if _, err := bufio.NewReaderSize(out, 16).ReadByte(); err != nil {
			t.Fatal(err)
		}
		out.Close()
		if err := cmd.Wait(); err != nil || errs.Len() > 0 {
			t.Errorf("%v: %v, stderr %s", extra, err, errs)
		}
	}
	if r := records(t, read(t, dir, "a.jsonl")); len(r) != 40 {
		t.Errorf("%d records of 40", len(r))
	}
	cmd, out, errs := begin(t, dir, "generate", "--cities", "300000")
	if _, err := bufio.NewReaderSize(out, 16).ReadByte(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	if err := cmd.Wait(); err != nil || errs.Len() > 0 {
		t.Errorf("generate: %v, stderr %s", err, errs)
	}
	onlyFiles(t, dir, "set.txt", "a.jsonl")
}

// Nobody reads what heatmap build and eval print: their files are written all the same.
func TestHeatmapClosedPipe(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "generate", "--format", "lines", "--count", "40", "--cities", "30", "--out", "set.txt")
	must(t, dir, "solve", "set.txt", "--actions", "10", "--out", "{}.tour")
	for _, args := range []string{"heatmap build set.txt --out {}.heat", "heatmap eval set.txt --tour {}.tour --json e.jsonl", "heatmap eval set.txt --tour {}.tour"} {
		cmd, out, errs := begin(t, dir, strings.Fields(args)...)
		out.Close()
		if err := cmd.Wait(); err != nil || errs.Len() > 0 {
			t.Errorf("%s: %v, stderr %s", args, err, errs)
		}
	}
	if maps, _ := filepath.Glob(filepath.Join(dir, "*.heat")); len(maps) != 40 {
		t.Errorf("%d heatmaps of 40", len(maps))
	}
	if n := len(records(t, read(t, dir, "e.jsonl"))); n != 40 {
		t.Errorf("%d judgements of 40", n)
	}
}

// A hangup that is ignored, as under nohup, does not end the search.
func TestNoHangup(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `trap "" HUP; exec "$0" solve --actions 30000 --workers 1 --json a.jsonl`, binary)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	await(t, filepath.Join(dir, ".a.jsonl.*")) // the program has begun
	cmd.Process.Signal(syscall.SIGHUP)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if r := records(t, read(t, dir, "a.jsonl")); len(r) != 1 || r[0]["stop"] != "actions" {
		t.Errorf("records %v", r)
	}
}
