package farm

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// shardServer is a server that has one shard.
type shardServer struct {
	client.Client
	run      string
	status   enumspb.WorkflowExecutionStatus
	accepted []accepted
	slow     time.Duration // to answer queries
	queries  int
	lost     int // the query, or question for the result, that is not answered, from 1
	begun    *shardInput
	pending  []*workflowpb.PendingActivityInfo
}

func (f *shardServer) DescribeWorkflowExecution(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{RunId: f.run}, Status: f.status}, PendingActivities: f.pending}, nil
}

// some is the answer of a query.
type some []accepted

func (s some) HasValue() bool { return true }

func (s some) Get(to any) error {
	*to.(*[]accepted) = s
	return nil
}

func (f *shardServer) QueryWorkflow(ctx context.Context, _, _, _ string, args ...any) (converter.EncodedValue, error) {
	select {
	case <-time.After(f.slow):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if f.queries++; f.queries == f.lost {
		return nil, serviceerror.NewUnavailable("gone for lunch")
	}
	from := args[0].(int)
	if from > len(f.accepted) {
		return nil, serviceerror.NewQueryFailed("that is not there")
	}
	return some(f.accepted[from:min(len(f.accepted), from+acceptedChunk)]), nil
}

// doneShard is a shard whose result is asked for.
type doneShard struct {
	client.WorkflowRun
	f *shardServer
}

func (d doneShard) Get(_ context.Context, to any) error {
	if d.f.queries++; d.f.queries == d.f.lost {
		return serviceerror.NewUnavailable("gone for lunch")
	}
	return some(d.f.accepted).Get(to)
}

func (f *shardServer) GetWorkflow(context.Context, string, string) client.WorkflowRun {
	return doneShard{f: f}
}

func (f *shardServer) ExecuteWorkflow(ctx context.Context, _ client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	in := args[0].(shardInput)
	f.begun = &in
	return nil, ctx.Err()
}

// looking returns a client's side of a shard of so many runs, all of which failed on the server.
func looking(t *testing.T, f *shardServer, count int) (*suite, *part) {
	store := tsptest.Must(bench.OpenStore(filepath.Join(t.TempDir(), "r.jsonl")))
	t.Cleanup(func() { store.Close() })
	item := bench.NewSetItem(&bench.Item{Instance: tsptest.Random(tsp.Euc2D, 20, 1), Name: "r", Single: true}, "", 0)
	b := &partBlock{digest: digest(nil)}
	for k := range count {
		b.jobs = append(b.jobs, tsptest.Must(bench.NewJob(item, tsptest.Must(bench.HeatmapSource("knn")), &bench.Knobs{Preset: "default"}, bench.Budget{Actions: 1}, uint64(k), 1)))
		f.accepted = append(f.accepted, accepted{Block: b.digest[:shortDigest], Arm: k, Error: "no luck"})
	}
	blobs, _ := folder(t)
	s := &suite{Farm: &Farm{client: f, blobs: blobs, warn: t.Logf}, id: "0", store: store, start: time.Now(), failed: map[string]bool{}}
	return s, &part{id: "suite", blocks: []*partBlock{b}, named: map[string]*partBlock{b.digest[:shortDigest]: b}}
}

// TestSlowCollecting pins that collecting may take longer than one answer of the server.
func TestSlowCollecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, slow: 15 * time.Second}
		s, p := looking(t, f, acceptedChunk+10)
		if _, err := s.look(t.Context(), p); err != nil || len(s.failed) != acceptedChunk+10 {
			t.Errorf("%d failures, %v", len(s.failed), err)
		}
	})
}

// TestUnanswered pins that a suite which is done, or was ended, is not queried: its history may be too
// long to be replayed in the time of a query. One under way that does not answer a query is asked again,
// and is no server that is away.
func TestUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, slow: time.Hour}
		s, p := looking(t, f, acceptedChunk+10)
		look := func(failures int) {
			t.Helper()
			if over, err := s.look(t.Context(), p); err != nil || over || len(s.failed) != failures {
				t.Errorf("over %v, %d failures, want %d, %v", over, len(s.failed), failures, err)
			}
		}
		look(0)
		f.slow, p.next = 0, acceptedChunk+11 // which fails
		look(0)
		p.next = 0
		all := f.accepted
		f.accepted = all[:10]
		look(10)
		f.status, f.accepted, f.slow, p.seen = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, all, time.Hour, false
		look(10)
		f.status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		if over, err := s.look(t.Context(), p); err != nil || !over || len(s.failed) != len(all) {
			t.Errorf("over %v, %d failures, want %d, %v", over, len(s.failed), len(all), err)
		}
	})
}

// TestTriedAgain pins that what failed in a workflow that had ended is tried again, also where
// the server is away while it is collected, and that what was asked of one workflow does not
// count for the next.
func TestTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, lost: 1}
		s, p := looking(t, f, acceptedChunk+10)
		if _, err := s.look(t.Context(), p); !absent(err) {
			t.Fatalf("%v, want a server that is away", err)
		}
		if _, err := s.look(t.Context(), p); err != nil || len(s.failed) > 0 || f.begun == nil || len(f.begun.Blocks) != 1 || len(f.begun.Blocks[0].Skip) > 0 {
			t.Fatalf("%d failures, begun %+v, %v", len(s.failed), f.begun, err)
		}
		f.run, f.accepted = "2", slices.Clone(f.accepted[:10])
		if _, err := s.look(t.Context(), p); err != nil || len(s.failed) != 10 {
			t.Errorf("%d failures of the second workflow, %v", len(s.failed), err)
		}
	})
}

// TestEnded pins that the runs of a suite that was ended on the server, of which that has not heard any
// more, are collected and not done again.
func TestEnded(t *testing.T) {
	f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED}
	s, p := looking(t, f, 3)
	f.accepted = nil
	const done = 1
	b := p.blocks[0]
	e, tour, err := b.jobs[done].Do(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	data := tsptest.Must(json.Marshal(record{e, tourBytes(tour)}))
	if err := s.blobs.put(t.Context(), recordFolder(s.id, b.digest, done)+"001-000001-"+digest(data)[:32], data); err != nil {
		t.Fatal(err)
	}
	if over, err := s.look(t.Context(), p); over || err != nil || s.wants(b.jobs[done]) {
		t.Errorf("over %v, %v; wanted still: %v", over, err, s.wants(b.jobs[done]))
	}
	if f.begun == nil || len(f.begun.Blocks) != 1 || !slices.Equal(f.begun.Blocks[0].Skip, []int{done}) {
		t.Errorf("begun: %+v, want what was not done", f.begun)
	}
}

// TestTerminatedLater pins that a client ends with a suite that is ended on the server, also where it
// found that under way, and does not begin it again.
func TestTerminatedLater(t *testing.T) {
	f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING}
	s, p := looking(t, f, 3)
	f.accepted = nil
	if over, err := s.look(t.Context(), p); over || err != nil {
		t.Fatalf("over %v, %v", over, err)
	}
	f.status = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
	if over, err := s.look(t.Context(), p); !over || err == nil || f.begun != nil {
		t.Errorf("over %v, %v, begun %+v", over, err, f.begun)
	}
}

// TestEmptied pins that runs of a suite that was done, whose records are gone since, are done again without
// a word, and that a record which is gone at once is told of.
func TestEmptied(t *testing.T) {
	for runs := range 2 {
		f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED}
		s, p := looking(t, f, 1)
		p.runs = runs
		f.accepted[0].Error, f.accepted[0].Record = "", "001-000001-"+digest(nil)[:32]
		said := 0
		s.warn = func(string, ...any) { said++ }
		if over, err := s.look(t.Context(), p); over || err != nil || f.begun == nil || said != runs {
			t.Errorf("over %v, %v, begun %+v, it says %d things, want %d", over, err, f.begun, said, runs)
		}
	}
}

// TestOptimum pins that the same runs are the same blocks of the same suite, whatever is known of their
// instances besides, and that each record has what is known of its own: file, optimum and gap.
func TestOptimum(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 20, 1)
	job := func(set string, optimum float64, heatmap string, settings ...bench.Setting) *bench.Job {
		item := bench.NewSetItem(&bench.Item{Instance: in, Name: "r", Index: int(optimum), Single: true}, set, optimum)
		return tsptest.Must(bench.NewJob(item, tsptest.Must(bench.HeatmapSource(heatmap)), &bench.Knobs{Preset: "default", Settings: settings}, bench.Budget{Actions: 1}, 1, 1))
	}
	f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED}
	s, _ := looking(t, f, 0)
	begin := func(jobs ...*bench.Job) *part { return tsptest.Must(s.parts(t.Context(), jobs))[0] }
	depth, _ := mcts.FindKnob("depth")
	shallow := func(text string) *part {
		return begin(job("", 0, "knn", bench.Setting{Knob: depth, Value: text}))
	}
	if a, b := shallow("3"), shallow("03"); (a.id == b.id) != (a.blocks[0].digest == b.blocks[0].digest) {
		t.Errorf("suites %s and %s of the blocks %s and %s", a.id, b.id, a.blocks[0].digest, b.blocks[0].digest)
	}
	jobs := []*bench.Job{job("a", 0, "knn"), job("b", 50, "gtprior")}
	p := begin(jobs...)
	if q := begin(job("c", 70, "knn"), job("d", 0, "gtprior")); q.id != p.id || q.blocks[0].digest != p.blocks[0].digest {
		t.Errorf("with other optima the block %s of %s, was %s of %s", q.blocks[0].digest, q.id, p.blocks[0].digest, p.id)
	}
	var spec block
	b := p.blocks[0]
	if err := decode(tsptest.Must(s.blobs.read(t.Context(), "job/"+b.digest, mostSpec)), &spec); err != nil {
		t.Fatal(err)
	}
	for k, collected := range []bool{false, true} {
		e, tour, err := tsptest.Must(spec.job(k, in)).Do(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		data := tsptest.Must(json.Marshal(record{e, tourBytes(tour)}))
		name := "001-000001-" + digest(data)[:32]
		if err := s.blobs.put(t.Context(), recordFolder(s.id, b.digest, k)+name, data); err != nil {
			t.Fatal(err)
		}
		if collected {
			err = s.collectBlobs(t.Context(), p)
		} else {
			err = s.accept(t.Context(), p, accepted{Block: b.digest[:shortDigest], Arm: k, Record: name})
		}
		here, _, _ := jobs[k].Do(t.Context(), false)
		got := s.store.Done(jobs[k].Key())
		if err != nil || got == nil || got.Set != here.Set || !reflect.DeepEqual(got.Gap, here.Gap) || !reflect.DeepEqual(got.Optimum, here.Optimum) {
			t.Errorf("run %d: %v, the record %+v, in the process %+v", k, err, got, here)
		}
	}
}

// TestFailing pins that a client tells why blocks fail again and again.
func TestFailing(t *testing.T) {
	f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		pending: []*workflowpb.PendingActivityInfo{{Attempt: oftenTried, LastFailure: &failurepb.Failure{Message: "no input"}}}}
	s, p := looking(t, f, 0)
	said := ""
	s.warn = func(format string, args ...any) { said += fmt.Sprintf(format, args...) }
	if _, err := s.look(t.Context(), p); err != nil || !strings.Contains(said, "no input") {
		t.Errorf("it says %q, %v", said, err)
	}
}

// TestForeignShard pins that a suite of blocks that are none fails, and does not hold up whoever runs it.
func TestForeignShard(t *testing.T) {
	var tests testsuite.WorkflowTestSuite
	e := tests.NewTestWorkflowEnvironment()
	e.ExecuteWorkflow(shard, shardInput{Suite: "0", Blocks: []shardBlock{{Block: "short", Arms: 1}}})
	if err := e.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), errName.Error()) {
		t.Errorf("it ends with %v", err)
	}
}

// TestFailingArms pins that an arm which fails three times is given up, and no other of its block; and
// all of them where the block fails.
func TestFailingArms(t *testing.T) {
	for _, bad := range []int{1, -1} {
		var tests testsuite.WorkflowTestSuite
		e := tests.NewTestWorkflowEnvironment()
		tries := 0
		e.RegisterActivityWithOptions(func(_ context.Context, b blockTask) (*blockResult, error) {
			if tries++; !slices.Contains(b.Skip, 1) {
				return nil, fails(bad, "no luck")
			}
			return &blockResult{map[int]string{0: "a", 2: "c"}}, nil
		}, activity.RegisterOptions{Name: runBlock})
		block := digest(nil)
		e.ExecuteWorkflow(shard, shardInput{Suite: "0", LostAfter: time.Minute, Blocks: []shardBlock{{Block: block, Arms: 4, Skip: []int{3}, Limit: time.Minute}}})
		var done []accepted
		if err := e.GetWorkflowResult(&done); err != nil {
			t.Fatal(err)
		}
		short := block[:shortDigest]
		want, calls := []accepted{{short, 1, "", "no luck"}, {short, 0, "a", ""}, {short, 2, "c", ""}}, mostTries+1
		if bad < 0 {
			want, calls = []accepted{{short, 0, "", "no luck"}, {short, 1, "", "no luck"}, {short, 2, "", "no luck"}}, mostTries
		}
		if !slices.Equal(done, want) || tries != calls {
			t.Errorf("arm %d fails: %+v after %d tries, want %+v after %d", bad, done, tries, want, calls)
		}
	}
}

// TestUselessSuite pins that a suite which ends again and again without results is given up, and one
// that tells of runs which are not in it.
func TestUselessSuite(t *testing.T) {
	f := &shardServer{run: "1", status: enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED}
	s, p := looking(t, f, 3)
	f.accepted = nil
	for k := range mostTries + 1 {
		if over, err := s.look(t.Context(), p); over != (k == mostTries) || (err != nil) != over {
			t.Errorf("look %d: over %v, %v", k, over, err)
		}
	}
	for _, a := range []accepted{{Block: p.blocks[0].digest[:shortDigest], Arm: 3}, {Block: p.blocks[0].digest[:shortDigest], Arm: -1}, {Block: "0"}} {
		if err := s.accept(t.Context(), p, a); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
}

// TestTakenOver pins what a block takes over from earlier attempts: where time is the budget, runs of
// another machine only if all are there.
func TestTakenOver(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 20, 1)
	timed, counted := bench.Budget{Time: bench.Span{Fixed: time.Millisecond}}, bench.Budget{Actions: 1}
	for _, tt := range []struct {
		budget bench.Budget
		hosts  []string // that have left a record of each arm, "" for none
		want   []int
	}{
		{timed, []string{host(), "other", host()}, []int{0, 1, 2}},
		{timed, []string{host(), "other", ""}, []int{0}},
		{counted, []string{host(), "other", ""}, []int{0, 1}},
	} {
		blobs, _ := folder(t)
		var jobs []*bench.Job
		for k := range tt.hosts {
			b := tt.budget
			b.Actions, b.Time.Fixed = b.Actions*int64(k+1), b.Time.Fixed*time.Duration(k+1)
			jobs = append(jobs, jobOf(in, b, 1))
		}
		r := &blockRun{worker: &worker{farm: &Farm{blobs: blobs, warn: t.Logf}}, a: &attempt{ctx: t.Context()}, t: blockTask{Suite: "s", Block: "b"},
			b: tsptest.Must(blockOf(jobs, "", false)), in: in, skip: map[int]bool{}, result: blockResult{map[int]string{}}}
		for k, host := range tt.hosts {
			if host == "" {
				continue
			}
			e, tour, err := jobs[k].Do(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			e.Host = host
			data := tsptest.Must(json.Marshal(record{e, tourBytes(tour)}))
			if err := blobs.put(t.Context(), recordFolder("s", "b", k)+"001-000001-"+digest(data)[:32], data); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.adopt(); err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(r.result.Records)); !slices.Equal(got, tt.want) || len(r.skip) != len(got) {
			t.Errorf("%v, records of %v: the arms %v are taken over, want %v", tt.budget, tt.hosts, got, tt.want)
		}
	}
}

// TestManyRuns pins that a shard has no more runs than its result can hold.
func TestManyRuns(t *testing.T) {
	s, _ := looking(t, &shardServer{}, 0)
	in := tsptest.Random(tsp.Euc2D, 20, 1)
	var jobs []*bench.Job
	for k := range mostRuns + 2 {
		jobs = append(jobs, jobOf(in, bench.Budget{Actions: int64(k/2 + 1)}, uint64(k%2)))
	}
	if parts := tsptest.Must(s.parts(t.Context(), jobs)); len(parts) != 2 {
		t.Errorf("%d runs in %d shards, want 2", len(jobs), len(parts))
	}
}
