//go:build farmtest

// Tests through real processes: a Temporal server, workers and clients of a program that was
// built with the tag farmtest. They need TSPMCTS_TEST_TEMPORAL, the program temporal. With -short
// they are what .ci/run has time for.
package farm_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tspmcts/bench/farm"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// lab is the bucket and the workers of one test.
type lab struct {
	*testing.T
	dir, address, blobs string
	temporal, program   string
	env                 []string
	mu                  sync.Mutex
	workers             []*exec.Cmd
}

// shared is what all tests have: a program, and a server, whose data outlives it.
var shared struct {
	once                  sync.Once
	program, dir, address string
	server                *exec.Cmd
}

func TestMain(m *testing.M) {
	code := m.Run()
	end(shared.server)
	if shared.dir != "" {
		os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

// program builds the program once.
func program(t *testing.T, dir string, tags ...string) string {
	name := filepath.Join(dir, "tspmcts")
	out, err := exec.Command("go", append([]string{"build", "-o", name}, append(tags, "tspmcts/cmd/tspmcts")...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return name
}

func newLab(t *testing.T) *lab {
	l := &lab{T: t, dir: t.TempDir(), temporal: os.Getenv("TSPMCTS_TEST_TEMPORAL")}
	if l.temporal == "" {
		t.Skip("TSPMCTS_TEST_TEMPORAL names no program temporal")
	}
	l.blobs = "file://" + filepath.Join(l.dir, "blobs")
	if err := os.Mkdir(filepath.Join(l.dir, "blobs"), 0o777); err != nil {
		t.Fatal(err)
	}
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "farmtest")
		if err != nil {
			t.Fatal(err)
		}
		shared.dir, shared.program = dir, program(t, dir, "-tags", "farmtest")
		shared.address = "127.0.0.1:" + freePort(t)
		l.startServer()
	})
	if l.program, l.address = shared.program, shared.address; l.program == "" {
		t.Fatal("no program")
	}
	t.Cleanup(func() {
		for _, w := range l.workers {
			end(w)
		}
		if t.Failed() {
			for _, file := range l.glob("*.log") {
				data, _ := os.ReadFile(file)
				t.Logf("%s:\n%.3000s", filepath.Base(file), data)
			}
		}
	})
	return l
}

// end kills a process and what it started.
func end(c *exec.Cmd) {
	if c != nil && c.Process != nil {
		syscall.Kill(-c.Process.Pid, syscall.SIGCONT)
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
		c.Wait()
	}
}

func (l *lab) startServer() {
	l.Helper()
	_, port, _ := net.SplitHostPort(shared.address)
	shared.server = exec.Command(l.temporal, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port,
		"--db-filename", filepath.Join(shared.dir, "temporal.db"), "--sqlite-pragma", "journal_mode=wal", "--log-level", "error",
		"--dynamic-config-value", "matching.numTaskqueueReadPartitions=1", "--dynamic-config-value", "matching.numTaskqueueWritePartitions=1")
	shared.server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := shared.server.Start(); err != nil {
		l.Fatal(err)
	}
	for start := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if exec.Command(l.temporal, "operator", "namespace", "describe", "default", "--address", shared.address).Run() == nil {
			return
		}
		if time.Since(start) > 90*time.Second {
			l.Fatal("the server does not answer")
		}
	}
}

// temporalCLI runs Temporal's own program against the server.
func (l *lab) temporalCLI(args ...string) string {
	out, err := exec.Command(l.temporal, append(args, "--address", l.address)...).CombinedOutput()
	if err != nil {
		l.Fatalf("temporal %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (l *lab) command(args ...string) *exec.Cmd {
	c := exec.Command(l.program, args...)
	c.Dir = l.dir
	c.Env = append(append(os.Environ(), "TEMPORAL_ADDRESS="+l.address, "TSPMCTS_BLOBS="+l.blobs), l.env...)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

func (l *lab) worker(args ...string) *exec.Cmd {
	l.Helper()
	return l.process(append([]string{"worker", "--slots", "1"}, args...)...)
}

// process starts a process that the test's end ends.
func (l *lab) process(args ...string) *exec.Cmd {
	l.Helper()
	c := l.command(args...)
	log, err := os.OpenFile(filepath.Join(l.dir, "workers.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		l.Fatal(err)
	}
	defer log.Close()
	c.Stderr, c.Stdout = log, log
	if err := c.Start(); err != nil {
		l.Fatal(err)
	}
	l.mu.Lock()
	l.workers = append(l.workers, c)
	l.mu.Unlock()
	return c
}

// children returns the searches that a worker has under way, which are processes of their own.
func children(worker *exec.Cmd) (pids []string) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", worker.Process.Pid))
	for _, name := range lists {
		some, _ := os.ReadFile(name)
		pids = append(pids, strings.Fields(string(some))...)
	}
	return pids
}

func busy(worker *exec.Cmd) bool { return len(children(worker)) > 0 }

// until waits until something is so, two minutes at most: a test that sleeps instead depends on how
// fast the machine is.
func (l *lab) until(what string, is func() bool) {
	l.Helper()
	for start := time.Now(); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > 2*time.Minute {
			l.Fatalf("waited in vain until %s", what)
		}
	}
}

// ready waits until a worker polls.
func (l *lab) ready() {
	l.Helper()
	l.until("a worker comes up", func() bool { return len(l.glob("blobs/workers/*/*")) > 0 })
}

// glob returns the files of the test's folder that a pattern matches.
func (l *lab) glob(pattern string) []string {
	files, _ := filepath.Glob(filepath.Join(l.dir, filepath.FromSlash(pattern)))
	return files
}

// searches waits until a worker has a search under way.
func (l *lab) searches(worker *exec.Cmd) {
	l.Helper()
	l.until("the worker searches", func() bool { return busy(worker) })
}

// underway waits until a run is beyond its preparations, by what its worker tells the server: then
// there is something to save.
func (l *lab) underway() {
	l.Helper()
	l.until("a run is beyond its preparations", func() bool {
		return regexp.MustCompile(`, [1-9]\d* actions`).MatchString(l.must("bench", "status"))
	})
}

func (l *lab) must(args ...string) string {
	l.Helper()
	out, err := l.command(args...).CombinedOutput()
	if err != nil {
		l.Fatalf("tspmcts %v: %v: %s", args, err, out)
	}
	return string(out)
}

// read returns what is in a file, nothing where there is none.
func (l *lab) read(name string) []byte {
	data, _ := os.ReadFile(filepath.Join(l.dir, name))
	return data
}

// instances makes a data set of so many instances of n cities.
func (l *lab) instances(count, n int) {
	l.must("generate", "--cities", fmt.Sprint(n), "--count", fmt.Sprint(count), "--seed", "7", "--format", "lines", "--out", "u.txt")
}

// suite is the command of a suite of one line of results a run.
func suite(out string, seeds int, budget ...string) []string {
	return append([]string{"bench", "--set", "u.txt", "--seeds", fmt.Sprint(seeds), "--tours", "--out", out}, budget...)
}

var far = []string{"--temporal", "--lost-after", "5s"}

// beside has the process do a suite of eight runs, into near.jsonl, and so many workers begin the
// same, into far.jsonl. It returns the client, which still runs, and what that prints.
func (l *lab) beside(workers int) (*exec.Cmd, *bytes.Buffer) {
	l.Helper()
	l.instances(4, 200)
	l.must(suite("near.jsonl", 2, "--actions", "400000")...)
	for range workers {
		l.worker()
	}
	l.ready()
	c := l.command(append(suite("far.jsonl", 2, "--actions", "400000"), "--temporal")...)
	out := new(bytes.Buffer)
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		l.Fatal(err)
	}
	l.Cleanup(func() {
		if end(c); l.Failed() {
			l.Logf("the client:\n%s", out)
		}
	})
	return c, out
}

// entry is what the tests look at of a record.
type entry struct {
	Instance string
	Seed     uint64
	Knobs    string
	Heatmap  string
	Length   json.Number
	Actions  int64
	Tour     json.RawMessage
	Attempt  int
	Error    string
}

// records returns the records of a file by run; a run may have one only.
func (l *lab) records(name string) map[string]entry {
	l.Helper()
	f, err := os.Open(filepath.Join(l.dir, name))
	if err != nil {
		l.Fatal(err)
	}
	defer f.Close()
	all := map[string]entry{}
	for b := bufio.NewReaderSize(f, 1<<20); ; {
		line, err := b.ReadBytes('\n')
		if len(line) == 0 && err != nil {
			return all
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			l.Fatal(err)
		}
		key := fmt.Sprint(e.Instance, "|", e.Seed, "|", e.Knobs, "|", e.Heatmap)
		if _, ok := all[key]; ok && e.Error == "" {
			l.Errorf("%s: %s is there twice", name, key)
		}
		all[key] = e
	}
}

// same compares the records of the farm with those of the process, tours byte for byte.
func (l *lab) same(far, near string, want int) {
	l.Helper()
	a, b := l.records(far), l.records(near)
	if len(a) != want || len(b) != want {
		l.Errorf("%d runs by workers, %d in the process, want %d", len(a), len(b), want)
	}
	for key, e := range b {
		if f := a[key]; f.Length != e.Length || f.Actions != e.Actions || len(e.Tour) == 0 || !bytes.Equal(f.Tour, e.Tour) {
			l.Errorf("%s: %v after %d actions by workers, %v after %d in the process, or another tour", key, f.Length, f.Actions, e.Length, e.Actions)
		}
	}
}

// blobsOf counts the record blobs of each run, and returns the largest number.
func (l *lab) blobsOf() (runs, most int) {
	count := map[string]int{}
	filepath.Walk(filepath.Join(l.dir, "blobs", "rec"), func(name string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			count[filepath.Dir(name)]++
		}
		return nil
	})
	for _, k := range count {
		most = max(most, k)
	}
	return len(count), most
}

// long skips a test that the short form has no time for.
func long(t *testing.T) {
	if testing.Short() {
		t.Skip("only in the long form")
	}
}

func pick[T any](short bool, a, b T) T {
	if short {
		return a
	}
	return b
}

// A random worker is killed again and again: each key once, tours those of the process.
func TestKilledWorkers(t *testing.T) {
	l := newLab(t)
	count, actions := pick(testing.Short(), 10, 20), pick(testing.Short(), "200000", "500000")
	seeds := pick(testing.Short(), 2, 10)
	l.instances(count, 200)
	l.must(suite("near.jsonl", seeds, "--actions", actions)...)
	for range 4 {
		l.worker()
	}
	l.ready()
	stop := make(chan bool)
	kills := 0
	var wait sync.WaitGroup
	wait.Go(func() {
		r := rand.New(rand.NewPCG(1, 2))
		for last := -1; ; {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Second):
			}
			runs, _ := l.blobsOf()
			if runs == last { // on a slow machine kills would leave no run time to end
				continue
			}
			last = runs
			l.mu.Lock()
			k := r.IntN(4)
			w := l.workers[k]
			l.mu.Unlock()
			end(w)
			kills++
			fresh := l.worker()
			l.mu.Lock()
			l.workers = l.workers[:len(l.workers)-1]
			l.workers[k] = fresh
			l.mu.Unlock()
		}
	})
	out := l.must(append(suite("far.jsonl", seeds, "--actions", actions), far...)...)
	close(stop)
	wait.Wait()
	l.same("far.jsonl", "near.jsonl", count*seeds)
	again := 0
	for _, e := range l.records("far.jsonl") {
		if e.Attempt > 1 {
			again++
		}
	}
	t.Logf("%d kills, %d runs at a later attempt: %s", kills, again, out)
	if kills == 0 {
		t.Error("nothing was killed")
	}
}

// The server is killed in the middle and away for a while: no run is done twice, none lost. Away
// for longer than an attempt may be silent, runs may be tried again, but no more.
func TestServerAway(t *testing.T) {
	for _, away := range pick(testing.Short(), []time.Duration{5 * time.Second}, []time.Duration{5 * time.Second, 45 * time.Second, 100 * time.Second, 300 * time.Second}) {
		t.Run(away.String(), func(t *testing.T) {
			l := newLab(t)
			l.instances(4, 200)
			for range 2 {
				l.worker()
			}
			l.ready()
			c := l.command(append(suite("far.jsonl", 2, "--time", pick(testing.Short(), "2s", "30s")), "--temporal")...)
			var out bytes.Buffer
			c.Stdout, c.Stderr = &out, &out
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(pick(testing.Short(), 2*time.Second, 15*time.Second))
			end(shared.server)
			time.Sleep(away)
			l.startServer()
			if err := c.Wait(); err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
			if all := l.records("far.jsonl"); len(all) != 8 {
				t.Errorf("%d runs, want 8", len(all))
			}
			again := 0
			for key, e := range l.records("far.jsonl") {
				if e.Attempt != 1 {
					again++
					if away < farm.DefaultLostAfter {
						t.Errorf("%s was run at attempt %d", key, e.Attempt)
					}
				}
			}
			runs, most := l.blobsOf()
			if runs != 8 || most != 1 && away < farm.DefaultLostAfter {
				t.Errorf("%d runs left records, up to %d each, want 8 with 1", runs, most)
			}
			t.Logf("%d runs at a later attempt, up to %d records of a run: %s", again, most, out.String())
		})
	}
}

// The client is killed and comes back; then the server forgets the suite, and the records file is
// lost.
func TestClientKilled(t *testing.T) {
	l := newLab(t)
	l.instances(6, 200)
	l.worker()
	l.worker("--plan")
	l.ready()
	command := append(suite("far.jsonl", 2, "--actions", "400000"), "--temporal")
	c := l.command(command...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second)
	end(c)
	t.Log(l.must(command...))
	if runs, most := l.blobsOf(); runs != 12 || most != 1 {
		t.Errorf("%d runs left records, up to %d each, want 12 with 1", runs, most)
	}
	id := regexp.MustCompile(`suite-\w+-001`).FindString(l.temporalCLI("workflow", "list"))
	l.temporalCLI("workflow", "delete", "--workflow-id", id)
	known := func() bool {
		return exec.Command(l.temporal, "workflow", "describe", "--workflow-id", id, "--address", l.address).Run() == nil
	}
	l.until("the server forgets the suite", func() bool { return !known() })
	first := l.records("far.jsonl")
	if err := os.Remove(filepath.Join(l.dir, "far.jsonl")); err != nil {
		t.Fatal(err)
	}
	t.Log(l.must(command...))
	if again := l.records("far.jsonl"); len(again) != 12 || len(first) != 12 {
		t.Errorf("%d runs, then %d collected, want 12", len(first), len(again))
	}
	if runs, most := l.blobsOf(); runs != 12 || most != 1 {
		t.Errorf("%d runs left records, up to %d each, want 12 with 1", runs, most)
	}
	if known() {
		t.Error("the suite was begun again")
	}
}

// A worker is killed between its result's blob and its completion: the next attempt adopts it.
func TestAdopted(t *testing.T) {
	l := newLab(t)
	l.instances(1, 200)
	l.env = []string{"TSPMCTS_FARM_PAUSE=record", "TSPMCTS_FARM_PAUSE_FOR=1h"}
	w := l.worker()
	l.env = nil
	l.ready()
	c := l.command(append(suite("far.jsonl", 1, "--time", "1s"), far...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l.until("there is a record", func() bool { runs, _ := l.blobsOf(); return runs == 1 })
	end(w)
	l.worker()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	if runs, most := l.blobsOf(); runs != 1 || most != 1 {
		t.Errorf("%d runs left up to %d records, want 1 with 1", runs, most)
	}
	for key, e := range l.records("far.jsonl") {
		if e.Attempt != 1 {
			t.Errorf("%s was run at attempt %d", key, e.Attempt)
		}
	}
}

// SIGTERM: the worker is gone within 5 seconds, and its run goes on elsewhere, from its checkpoint,
// to the same tour.
func TestTerminated(t *testing.T) {
	long(t)
	l := newLab(t)
	l.instances(1, 1000)
	run := func(out string) []string {
		return suite(out, 1, "--actions", "12000000")
	}
	start := time.Now()
	l.must(run("near.jsonl")...)
	alone := time.Since(start)
	w := l.worker()
	l.ready()
	c := l.command(append(run("far.jsonl"), "--temporal", "--lost-after", "10s")...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l.underway()
	start = time.Now()
	syscall.Kill(-w.Process.Pid, syscall.SIGTERM)
	w.Wait()
	took := time.Since(start)
	if took > 5*time.Second {
		t.Errorf("the worker ended after %v", took)
	}
	if saved := l.glob("blobs/saved/*/*/*"); len(saved) != 1 {
		t.Errorf("checkpoints: %v", saved)
	}
	start = time.Now()
	l.worker()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("alone %v; ended after %v; went on for %v", alone, took, time.Since(start))
	l.same("far.jsonl", "near.jsonl", 1)
	for key, e := range l.records("far.jsonl") {
		if e.Attempt != 2 {
			t.Errorf("%s ended at attempt %d, want 2", key, e.Attempt)
		}
	}
}

// SIGTERM while the server does not answer: the worker is gone within 5 seconds all the same, and has
// left its checkpoint.
func TestTerminatedAway(t *testing.T) {
	long(t)
	l := newLab(t)
	l.instances(1, 1000)
	w := l.worker("--plan")
	l.ready()
	c := l.command(append(suite("far.jsonl", 1, "--actions", "1000000000"), "--temporal", "--lost-after", "10s")...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer end(c)
	l.underway()
	defer syscall.Kill(-shared.server.Process.Pid, syscall.SIGCONT)
	syscall.Kill(-shared.server.Process.Pid, syscall.SIGSTOP)
	start := time.Now()
	syscall.Kill(-w.Process.Pid, syscall.SIGTERM)
	w.Wait()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the worker ended after %v", took)
	}
	if saved := l.glob("blobs/saved/*/*/*"); len(saved) != 1 {
		t.Errorf("checkpoints: %v", saved)
	}
}

// A stopped and continued worker: one record.
func TestStopped(t *testing.T) {
	long(t)
	l := newLab(t)
	l.instances(1, 200)
	w := l.worker()
	l.ready()
	c := l.command(append(suite("far.jsonl", 1, "--time", "3s"), far...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l.searches(w)
	syscall.Kill(-w.Process.Pid, syscall.SIGSTOP)
	l.worker()
	if err := c.Wait(); err != nil {
		t.Fatal(err)
	}
	syscall.Kill(-w.Process.Pid, syscall.SIGCONT)
	time.Sleep(5 * time.Second)
	t.Log(l.must(append(suite("far.jsonl", 1, "--time", "3s"), far...)...))
	all := l.records("far.jsonl")
	for key, e := range all {
		if e.Attempt != 2 {
			t.Errorf("%s ended at attempt %d, want 2", key, e.Attempt)
		}
	}
	if len(all) != 1 {
		t.Errorf("%d records", len(all))
	}
}

// A run that panics is an error record after three tries, and the exit code of the client tells of it; the
// worker and the other runs live.
func TestPanics(t *testing.T) {
	l := newLab(t)
	l.instances(2, 200)
	w := l.worker()
	l.ready()
	run := func() string {
		t.Helper()
		c := l.command(append(suite("far.jsonl", 1, "--actions", "10000"), append(far, "--heatmaps", "gtprior,panics,knn")...)...)
		out, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != 1 || bytes.Contains(out, []byte("complete")) {
			t.Errorf("exit code %d, want 1: %s", code, out)
		}
		return string(out)
	}
	out := run()
	if !strings.Contains(out, "s, 2 failed\n") || !strings.Contains(out, "2 runs failed") || !strings.Contains(out, "a run that panics") {
		t.Errorf("%s", out)
	}
	failed, done := 0, 0
	for _, e := range l.records("far.jsonl") {
		if e.Error != "" {
			failed++
		} else {
			done++
		}
	}
	if failed != 2 || done != 4 {
		t.Errorf("%d failed, %d done, want 2 and 4", failed, done)
	}
	if w.ProcessState != nil {
		t.Error("the worker ended")
	}
	out = run()
	if !strings.Contains(out, "4 runs, 0 of them new") {
		t.Errorf("again: %s", out)
	}
}

// Runs that ask for all cores have them one after the other, however many slots there are.
func TestSharedCores(t *testing.T) {
	l := newLab(t)
	l.instances(1, 20000)
	w := l.process("worker", "--slots", fmt.Sprint(runtime.NumCPU()))
	l.ready()
	c := l.command(append(suite("far.jsonl", 3, "--time", "2s", "--workers", fmt.Sprint(runtime.NumCPU())), far...)...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error)
	go func() { over <- c.Wait() }()
	for most := 0; ; time.Sleep(50 * time.Millisecond) {
		most = max(most, len(children(w)))
		select {
		case err := <-over:
			if all := l.records("far.jsonl"); err != nil || len(all) != 3 || most != 1 {
				t.Errorf("%d runs, up to %d at once, want 3 and 1: %v: %s", len(all), most, err, out.String())
			}
			return
		default:
		}
	}
}

// Another build gets nothing, and the client says so.
func TestOtherBuild(t *testing.T) {
	l := newLab(t)
	l.instances(1, 50)
	l.worker()
	l.ready()
	other := program(t, t.TempDir())
	c := l.command(append(suite("far.jsonl", 1, "--actions", "1000"), far...)...)
	c.Path = other
	out, err := c.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "no worker of this build") || !strings.Contains(string(out), fmt.Sprintf("; 1 of tspmcts-%d-", farm.Wire)) {
		t.Errorf("%v: %s", err, out)
	}
	l.program = other
	l.worker()
	l.until("the other worker comes up", func() bool { return len(l.glob("blobs/workers/*/*")) == 2 })
	l.must(append(suite("far.jsonl", 1, "--actions", "1000"), far...)...)
}

// A worker of another bucket gets nothing of this one, though it knows the same inputs: all runs are done in
// the bucket of the client, and where no worker has that, the client says so.
func TestTwoBuckets(t *testing.T) {
	l := newLab(t)
	l.instances(2, 50)
	run := func(seeds int) *exec.Cmd {
		return l.command(append(suite(fmt.Sprint(seeds, ".jsonl"), seeds, "--actions", "1000"), far...)...)
	}
	l.worker("--slots", "2")
	l.ready()
	if out, err := run(2).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	other := filepath.Join(l.dir, "other")
	if err := os.Mkdir(other, 0o777); err != nil {
		t.Fatal(err)
	}
	l.blobs = "file://" + other
	if out, err := run(4).CombinedOutput(); err == nil || !strings.Contains(string(out), "may have another --blobs") {
		t.Errorf("no worker of this bucket: %v: %s", err, out)
	}
	l.worker()
	l.until("a worker of the other bucket comes up", func() bool { return len(l.glob("other/workers/*/*")) > 0 })
	out, err := run(4).CombinedOutput()
	if all := l.records("4.jsonl"); err != nil || len(all) != 8 {
		t.Errorf("%d runs, want 8: %v: %s", len(all), err, out)
	}
}

// A worker whose program is replaced, and then removed, goes on with what it is; its searches have the
// program's name.
func TestReplaced(t *testing.T) {
	l := newLab(t)
	l.instances(1, 50)
	file := filepath.Join(l.dir, "tspmcts")
	data, err := os.ReadFile(l.program)
	if err == nil {
		err = os.WriteFile(file, data, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.program = file
	w := l.worker()
	l.ready()
	l.program = shared.program
	replace := func() error {
		return errors.Join(os.WriteFile(file+".new", []byte("#!/bin/sh\nexit 1\n"), 0o777), os.Rename(file+".new", file))
	}
	for seeds, do := range []func() error{replace, func() error { return os.Remove(file) }} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		l.must(append(suite("far.jsonl", 1+seeds, "--actions", "1000"), far...)...)
	}
	c := l.command(append(suite("far.jsonl", 1, "--time", "5s"), far...)...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l.until("a search is called tspmcts", func() bool {
		return slices.ContainsFunc(children(w), func(search string) bool {
			text, _ := os.ReadFile("/proc/" + search + "/comm")
			return string(text) == "tspmcts\n"
		})
	})
	if err := c.Wait(); err != nil { // lest the next tests' workers have it to do
		t.Fatal(err)
	}
}

// A giant tour, by regions, under kills of workers at their searches and of the server: that of the
// undisturbed run, and never longer from round to round.
func TestSolve(t *testing.T) {
	stirred(t, pick(testing.Short(), 200000, 1000000), "--actions", pick(testing.Short(), "3000000", "16000000"), "--rounds", pick(testing.Short(), "2", "3"))
}

// The same of islands.
func TestIslands(t *testing.T) {
	stirred(t, 5000, "--actions", pick(testing.Short(), "6000000", "40000000"))
}

// A client that is interrupted in a round has the best tour that an island has shown, and started
// again with the same command begins the round anew: the tour is that of the undisturbed run.
func TestInterrupted(t *testing.T) {
	l := newLab(t)
	l.must("generate", "--cities", "3000", "--seed", "3", "--out", "g.tsp")
	solve := func(out string) *exec.Cmd {
		return l.command("solve", "g.tsp", "--temporal", "--actions", "2000000", "--out", out+".tour")
	}
	l.worker()
	l.worker()
	l.ready()
	c := solve("stopped")
	out, err := os.Create(filepath.Join(l.dir, "first.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	l.until("a worker searches", func() bool { return slices.ContainsFunc(l.workers, busy) })
	in, _, err := tsplib.Read(bytes.NewReader(l.read("g.tsp")), "g")
	if err != nil {
		t.Fatal(err)
	}
	first := func() (length int64) { // that of the tour before the islands began
		if m := regexp.MustCompile(`round 0 of 1, length (\d+)`).FindSubmatch(l.read("first.log")); m != nil {
			fmt.Sscan(string(m[1]), &length)
		}
		return length
	}
	shorter := func() bool {
		return slices.ContainsFunc(l.glob("blobs/better/*/*"), func(name string) bool {
			data, _ := os.ReadFile(name)
			tour := make(tsp.Tour, len(data)/4)
			binary.Decode(data, binary.LittleEndian, tour)
			return in.Check(tour) == nil && in.Length(tour) < first()
		})
	}
	l.until("an island shows a better tour", shorter)
	c.Process.Signal(syscall.SIGTERM) // SIGINT it ignores where the tests run in a shell's background
	c.Wait()
	for start := time.Now(); slices.ContainsFunc(l.workers, busy); time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("the islands of a solve that was interrupted still search after 10 s")
		}
	}
	early := lengthIn(l.read("first.log"))
	if early >= float64(first()) {
		t.Errorf("what an island had shown is not the answer: %s", l.read("first.log"))
	}
	text, err := solve("again").CombinedOutput()
	if err != nil || !strings.Contains(string(text), "goes on after round 0") {
		t.Fatalf("started again: %v: %s; at first: %s", err, text, l.read("first.log"))
	}
	if late := lengthIn(text); early < late || early > 1.1*late {
		t.Errorf("length %v where it was interrupted, %v at the end", early, late)
	}
	if text, err := solve("still").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	a, b := l.read("still.tour"), l.read("again.tour")
	if len(a) == 0 || !bytes.Equal(a, b) {
		t.Error("the run that was interrupted found another tour")
	}
}

// lengthIn returns the length that solve prints.
func lengthIn(text []byte) (length float64) {
	if m := regexp.MustCompile(`cities +length +(\d+)`).FindSubmatch(text); m != nil {
		fmt.Sscan(string(m[1]), &length)
	}
	return length
}

// stirred solves twice, the second time with kills, and compares.
func stirred(t *testing.T, n int, args ...string) {
	l := newLab(t)
	l.must("generate", "--cities", fmt.Sprint(n), "--seed", "3", "--out", "g.tsp")
	solve := func(out string) *exec.Cmd {
		return l.command(append([]string{"solve", "g.tsp", "--temporal", "--lost-after", "10s", "--out", out + ".tour", "--json", out + ".jsonl"}, args...)...)
	}
	for range pick(testing.Short(), 2, 4) {
		l.worker()
	}
	l.ready()
	text, err := solve("still").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	last := -1.0
	for _, m := range regexp.MustCompile(`round \d+ of \d+, length (\d+)`).FindAllSubmatch(text, -1) {
		var length float64
		fmt.Sscan(string(m[1]), &length)
		if last >= 0 && length > last {
			t.Errorf("a round made the tour longer: %s", text)
		}
		last = length
	}
	if last < 0 {
		t.Errorf("no rounds: %s", text)
	}
	c := solve("stirred")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- c.Wait() }()
	kills := 0
	for going := true; going; {
		select {
		case err := <-over:
			if err != nil {
				t.Fatalf("%v: %s", err, out.String())
			}
			going = false
		case <-time.After(pick(testing.Short(), 3*time.Second, 10*time.Second)):
			k := slices.IndexFunc(l.workers, busy)
			if k < 0 || kills == pick(testing.Short(), 1, 8) {
				continue
			}
			kills++
			end(l.workers[k])
			l.workers = slices.Delete(l.workers, k, k+1)
			if kills == pick(testing.Short(), 1, 2) {
				end(shared.server)
				time.Sleep(2 * time.Second)
				l.startServer()
			}
			l.worker()
		}
	}
	if kills == 0 {
		t.Error("nothing was killed")
	}
	t.Logf("%d kills", kills)
	t.Logf("%s%s", text, out.String())
	a, b := l.read("still.tour"), l.read("stirred.tour")
	if len(a) == 0 || !bytes.Equal(a, b) {
		t.Error("the disturbed run found another tour")
	}
	for _, r := range l.records("stirred.jsonl") {
		if r.Heatmap != "alpha" {
			t.Errorf("the record has the heatmap %q, want the one that was chosen, alpha", r.Heatmap)
		}
	}
}

// Tuning finds the same knobs on other machines.
func TestTune(t *testing.T) {
	l := newLab(t)
	l.instances(6, 100)
	l.worker()
	l.ready()
	tune := func(name string, more ...string) string {
		return l.must(append([]string{"tune", "--set", "u.txt", "--actions", "2000", "--trials", "4", "--method", "racing", "--out", name}, more...)...)
	}
	near, away := tune("near.json"), tune("far.json", far...)
	a, b := l.read("near.json"), l.read("far.json")
	if len(a) == 0 || !bytes.Equal(a, b) || strings.ReplaceAll(near, "near.json", "") != strings.ReplaceAll(away, "far.json", "") {
		t.Errorf("in the process %s\n%s\nby workers %s\n%s", a, near, b, away)
	}
}
