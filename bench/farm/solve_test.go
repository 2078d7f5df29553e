package farm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/mcts/region"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// quietServer is a server of which no worker asks for work, or one that did just now; asked is called
// when it is asked for that.
type quietServer struct {
	client.Client
	asked func()
	polls bool
	late  time.Duration // its clock is after ours
}

func (q quietServer) DescribeTaskQueue(ctx context.Context, _ string, _ enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	q.asked()
	d := &workflowservice.DescribeTaskQueueResponse{}
	if q.polls {
		p := &taskqueuepb.PollerInfo{}
		made(&p.LastAccessTime).Seconds = time.Now().Add(-q.late).Unix()
		d.Pollers = append(d.Pollers, p)
	}
	return d, ctx.Err()
}

// made makes what p points to, of a package that our module does not name.
func made[T any](p **T) *T {
	*p = new(T)
	return *p
}

// busyFarm returns a farm with one worker, which is busy; asked is told of all that is asked.
func busyFarm(t *testing.T, asked func(what string)) *Farm {
	f := &Farm{client: quietServer{asked: func() { asked("the worker") }}, queue: "q", warn: t.Logf}
	f.blobs = s3(t, gofakes3.DefaultTimeSource(), func(r *http.Request) { asked(r.Method + " " + r.URL.String()) })
	n := notice{Queue: "q", Slots: 1}
	if err := f.blobs.put(context.Background(), noticesOf("q")+"w", tsptest.Must(json.Marshal(n))); err != nil {
		t.Fatal(err)
	}
	return f
}

// s3 returns a bucket that answers nobody whose context has ended, as a folder does; asked is
// told of each request.
func s3(t *testing.T, clock gofakes3.TimeSource, asked func(*http.Request)) *blobStore {
	backend := s3mem.New(s3mem.WithTimeSource(clock))
	if err := backend.CreateBucket("farm"); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(backend, gofakes3.WithTimeSource(clock), gofakes3.WithTimeSkewLimit(0)).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked(r)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
		t.Setenv(name, "true")
	}
	return tsptest.Must(openBlobs(context.Background(), "s3://farm?region=us-east-1&use_path_style=true&endpoint="+server.URL, t.Logf))
}

// TestClockAhead pins that a client finds workers, and has all their slots, though its clock is ahead of those
// of server and bucket; and that it finds none that was not heard of lately by the bucket's clock, nor plans for
// the slots of one that should have been heard of again.
func TestClockAhead(t *testing.T) {
	ctx := t.Context()
	const ahead = 4 * time.Minute
	for _, tt := range []struct {
		age   time.Duration // of the worker's notice
		slots int
		there bool
	}{{time.Minute, 64, true}, {2 * time.Minute, 1, true}, {noticedFor + time.Minute, 1, false}} {
		clock := gofakes3.FixedTimeSource(time.Now().Add(-ahead - tt.age))
		f := &Farm{client: quietServer{asked: func() {}, polls: true, late: ahead}, queue: "q", warn: t.Logf}
		f.blobs = s3(t, clock, func(*http.Request) {})
		n := notice{Queue: "q", Slots: 64}
		if err := f.blobs.put(ctx, noticesOf("q")+"w", tsptest.Must(json.Marshal(n))); err != nil {
			t.Fatal(err)
		}
		clock.Advance(tt.age)
		s := &solving{Farm: f, run: solvable(1500, bench.Budget{Actions: 1e6})}
		if err := s.share(ctx); err != nil || s.Slots != tt.slots {
			t.Errorf("a worker of %v ago: %d slots, %v, want %d", tt.age, s.Slots, err, tt.slots)
		}
		if err := f.needWorker(ctx); (err == nil) != tt.there {
			t.Errorf("a worker of %v ago: %v", tt.age, err)
		}
	}
}

// solvable returns a run on n random cities.
func solvable(n int, b bench.Budget) *bench.Run {
	return &bench.Run{Item: &bench.Item{Instance: tsptest.Random(tsp.Euc2D, n, 3), Name: "r", Single: true}, Source: tsptest.Must(bench.HeatmapSource(mcts.AutoHeatmap)),
		Knobs: &bench.Knobs{Preset: "default"}, Budget: b, Seed: 1, Workers: 2}
}

// TestSolveInterrupted pins that a client that is interrupted before any worker had a search has a
// tour, whenever that is, and leaves no state of it.
func TestSolveInterrupted(t *testing.T) {
	for _, n := range []int{1500, leastInRegions} {
		for _, at := range []string{"the start", "the worker", "prefix=solve"} {
			ctx, cancel := context.WithCancel(context.Background())
			kept := false
			come := func(to string) {
				kept = kept || ctx.Err() != nil && strings.HasPrefix(to, http.MethodPut)
				if strings.Contains(to, at) {
					cancel()
				}
			}
			f := busyFarm(t, come)
			come("the start")
			run := solvable(n, bench.Budget{Actions: 1e6})
			start := time.Now()
			rec, tour, err := f.Solve(ctx, run, func() time.Duration { return time.Since(start) }, 0, nil)
			cancel()
			if err != nil || rec.Stop != mcts.StopInterrupted || rec.Heatmap == mcts.AutoHeatmap || run.Item.Check(tour) != nil {
				t.Errorf("%d cities, interrupted at %s: %+v, %v", n, at, rec, err)
			}
			if kept {
				t.Errorf("%d cities, interrupted at %s: a state was written", n, at)
			}
		}
	}
}

// TestSolveLate pins that a client whose time ends before any worker had a search has a tour, and says so.
func TestSolveLate(t *testing.T) {
	f := busyFarm(t, func(string) {})
	said := ""
	f.warn = func(format string, args ...any) { said += fmt.Sprintf(format, args...) }
	run := solvable(leastInRegions, bench.Budget{Time: bench.Span{Fixed: 100 * time.Millisecond}})
	start := time.Now()
	rec, tour, err := f.Solve(context.Background(), run, func() time.Duration { return time.Since(start) }, 0, nil)
	if err != nil || rec.Stop != mcts.StopTime || rec.Heatmap != "gtprior" || run.Item.Check(tour) != nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	if !strings.HasPrefix(said, "r: the time was over before other machines could search") {
		t.Errorf("it says %q", said)
	}
}

// TestSolveShort pins that a time which leaves islands no round is refused, and that any other has one,
// also where preparations took most of it.
func TestSolveShort(t *testing.T) {
	for _, tt := range []struct{ limit, at time.Duration }{{leastTime / 2, leastTime / 8}, {leastTime, leastTime / 4}, {leastTime, leastTime * 3 / 4}} {
		run := solvable(1500, bench.Budget{Time: bench.Span{Fixed: tt.limit}})
		s := &solving{Farm: busyFarm(t, func(string) {}), run: run, in: run.Item.Instance, clock: func() time.Duration { return tt.at }}
		_, err := s.begin(t.Context())
		if err == nil {
			err = s.share(t.Context())
		}
		if refused := errors.As(err, new(*bench.Misuse)); refused != (tt.limit < leastTime) || !refused && (err != nil || s.Rounds != 1) {
			t.Errorf("%v of %v: %d rounds, %v", tt.at, tt.limit, s.Rounds, err)
		}
	}
}

// TestLimit pins that a time per city is one of all cities, as in the process, though some share a place.
func TestLimit(t *testing.T) {
	run := solvable(1500, bench.Budget{Time: bench.Span{PerCity: 0.01}})
	in := run.Item.Instance
	twice := tsptest.Must(tsp.NewPoints("twice", in.Metric, append(in.X, in.X...), append(in.Y, in.Y...), nil))
	places := tsptest.Must(tsp.NewPlaces(t.Context(), twice, nil))
	run.Item.Instance = twice
	s := &solving{run: run, in: places.Instance}
	if got, want := s.limit(), run.Budget.Time.Of(twice.N()); got != want {
		t.Errorf("%v for %d cities in %d places, want %v", got, twice.N(), places.N(), want)
	}
}

// interruptedAt is a method whose searches are interrupted.
type interruptedAt struct{ cancel func() }

func (m interruptedAt) searches(ctx context.Context, _ int) ([]search, error) {
	m.cancel()
	return nil, ctx.Err()
}

func (interruptedAt) join(context.Context, []tsp.Tour) error { return nil }

// TestStopInterrupted pins that a solve tells that it was interrupted, also between two rounds, and
// that it tells its observer of the tour that it begins with.
func TestStopInterrupted(t *testing.T) {
	for _, at := range []string{"prefix=workers", "searches"} {
		ctx, cancel := context.WithCancel(context.Background())
		run := solvable(1500, bench.Budget{Time: bench.Span{Fixed: time.Minute}})
		f := busyFarm(t, func(what string) {
			if strings.Contains(what, at) {
				cancel()
			}
		})
		rounds := -1
		s := &solving{Farm: f, run: run, in: run.Item.Instance, asked: 1, clock: func() time.Duration { return time.Second }, folder: "solve/x/",
			tour: tsp.SpaceFillingCurve(ctx, run.Item.Instance), observe: func(_, of int, _, _ float64) { rounds = of }}
		res, _, err := s.do(ctx, interruptedAt{cancel})
		if err != nil || res.Stop != mcts.StopInterrupted {
			t.Errorf("at %s: %+v, %v", at, res, err)
		}
		if at == "searches" && rounds != 1 {
			t.Errorf("the observer was told of %d rounds before the first", rounds)
		}
		cancel()
	}
}

// TestShown pins that the best tour that an island shows is what there is when the solve is
// interrupted, that it is told of once, and that no tour, a worse one or none at all is not.
func TestShown(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	run := solvable(1500, bench.Budget{Time: bench.Span{Fixed: time.Minute}})
	in := run.Item.Instance
	curve := tsp.SpaceFillingCurve(ctx, in)
	greedy := tsptest.Must(tsp.GreedyEdge(ctx, in, tsptest.Must(tsp.NearestNeighbors(ctx, in, 8))))
	var told []float64
	s := &solving{Farm: busyFarm(t, func(string) {}), run: run, in: in, asked: 1, clock: func() time.Duration { return time.Second }, tour: curve,
		observe: func(_, _ int, length, seconds float64) {
			if told = append(told, length); seconds != 1 {
				t.Errorf("after %v s, want 1, what the clock says", seconds)
			}
		}}
	worse := slices.Clone(curve)
	worse[10], worse[700] = worse[700], worse[10]
	double := slices.Clone(greedy)
	double[3] = double[4]
	for _, shown := range [][]byte{nil, tourBytes(worse), tourBytes(double), tourBytes(greedy[1:]), {1, 2, 3}, tourBytes(greedy)} {
		name := betterTour("solve-x-001", "y")
		if shown != nil {
			if err := s.blobs.put(ctx, name, shown); err != nil {
				t.Fatal(err)
			}
		}
		var seen time.Time
		s.look(ctx, name, &seen)
		s.look(ctx, name, &seen)
	}
	if len(told) != 1 || told[0] != in.InUnit(in.Length(greedy)) {
		t.Errorf("%v was told, want the length of the one tour that is better, %v", told, in.InUnit(in.Length(greedy)))
	}
	res, _, err := s.do(ctx, interruptedAt{cancel})
	if err != nil || res.Stop != mcts.StopInterrupted || in.Length(s.tour) != in.Length(greedy) {
		t.Errorf("%+v, %v: a tour of %d, want %d", res, err, in.Length(s.tour), in.Length(greedy))
	}
}

// roundServer is a server of which no worker asks for work, but whose rounds are done at once: found
// returns what the searches of a round found.
type roundServer struct {
	quietServer
	found func(round string) []searchResult
}

func (r roundServer) ExecuteWorkflow(context.Context, client.StartWorkflowOptions, any, ...any) (client.WorkflowRun, error) {
	return nil, nil
}

func (r roundServer) GetWorkflow(_ context.Context, round, _ string) client.WorkflowRun {
	return doneRound{found: r.found(round)}
}

type doneRound struct {
	client.WorkflowRun
	found []searchResult
	err   error
}

func (d doneRound) Get(_ context.Context, to any) error {
	*to.(*[]searchResult) = d.found
	return d.err
}

// beganServer is a server that has begun the rounds in began, the first of which is the only one. The
// client that begins it ends before it does.
type beganServer struct {
	quietServer
	began []roundInput
}

func (b *beganServer) ExecuteWorkflow(_ context.Context, _ client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	b.began = append(b.began, args[0].(roundInput))
	return nil, nil
}

func (b *beganServer) GetWorkflow(context.Context, string, string) client.WorkflowRun {
	if len(b.began) == 1 {
		return doneRound{err: errors.New("killed")}
	}
	return doneRound{found: make([]searchResult, len(b.began[0].Searches))}
}

// endedServer is a server on which a round is ended before it is done, one under way where existed; later
// ones are done at once.
type endedServer struct {
	quietServer
	existed bool
	began   []roundInput
}

func (e *endedServer) ExecuteWorkflow(_ context.Context, _ client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	e.began = append(e.began, args[0].(roundInput))
	if e.existed && len(e.began) == 1 {
		return nil, serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")
	}
	return nil, nil
}

func (e *endedServer) GetWorkflow(context.Context, string, string) client.WorkflowRun {
	if len(e.began) == 1 {
		return doneRound{err: &temporal.TerminatedError{}}
	}
	return doneRound{found: make([]searchResult, len(e.began[1].Searches))}
}

// TestRoundEnded pins that a client whose round is ended, by another that shared it or by one before that
// is stopped late, says so and begins it anew, in the time that is left.
func TestRoundEnded(t *testing.T) {
	ctx := t.Context()
	for _, existed := range []bool{false, true} {
		for at, rounds := range map[time.Duration]int{20 * time.Second: 2, time.Minute: 1} {
			run := solvable(1500, bench.Budget{Time: bench.Span{Fixed: time.Minute}})
			f := busyFarm(t, func(string) {})
			said := ""
			f.warn = func(format string, args ...any) { said += fmt.Sprintf(format, args...) }
			server := &endedServer{quietServer: quietServer{asked: func() {}}, existed: existed}
			f.client = server
			s := &solving{Farm: f, run: run, in: run.Item.Instance, asked: 1, nonce: "x", folder: "solve/x/", source: "gtprior",
				tour: tsp.SpaceFillingCurve(ctx, run.Item.Instance)}
			s.clock = func() time.Duration {
				if len(server.began) == 0 {
					return time.Second
				}
				return at
			}
			res, _, err := s.do(ctx, &islands{s})
			if err != nil || res.Stop != mcts.StopTime || !strings.Contains(said, "solve-x-001") || len(server.began) != rounds {
				t.Errorf("existed %v, ended at %v: begun %d times, %+v, %v; it says %q", existed, at, len(server.began), res, err, said)
			}
			if rounds > 1 && server.began[1].Ends.Time != time.Minute-at {
				t.Errorf("begun anew at %v it has %v", at, server.began[1].Ends.Time)
			}
		}
	}
}

// TestPlanKept pins that a client which was killed in a round goes on in it with the searches that it
// is of, though there are other slots and there is less time by then.
func TestPlanKept(t *testing.T) {
	ctx := context.Background()
	for _, n := range []int{1500, 40000} {
		run := solvable(n, bench.Budget{Time: bench.Span{Fixed: time.Minute}})
		in := run.Item.Instance
		f := busyFarm(t, func(string) {})
		server := &beganServer{quietServer: quietServer{asked: func() {}}}
		f.client = server
		solve := func(slots int, at time.Duration) error {
			w := notice{Queue: "q", Slots: slots}
			if err := f.blobs.put(ctx, noticesOf("q")+"w", tsptest.Must(json.Marshal(w))); err != nil {
				t.Fatal(err)
			}
			s := &solving{Farm: f, run: run, in: in, asked: 1, clock: func() time.Duration { return at }, folder: "solve/x/", source: "gtprior",
				tour: tsp.SpaceFillingCurve(ctx, in)}
			if err := s.resume(ctx); err != nil {
				t.Fatal(err)
			}
			var m method = &islands{s}
			if n > 1500 {
				m = &giant{solving: s, pos: make([]int32, n), joiner: region.NewJoiner(in, tsptest.Must(tsp.NearestNeighbors(ctx, in, 5)))}
			}
			_, _, err := s.do(ctx, m)
			return err
		}
		if err := solve(8, time.Second); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatal(err)
		}
		if err := solve(1, 9*time.Second); err != nil {
			t.Errorf("%d cities: %v", n, err)
		}
		if len(server.began) != 2 || !reflect.DeepEqual(server.began[0], server.began[1]) {
			t.Errorf("%d cities: %+v", n, server.began)
		}
	}
}

// TestToursApart pins that two solves whose searches find the same tour each have it, whoever is done
// first and removes its own; that a client whose tours another has removed says so, where it would
// have given a worse tour for the result; and that no state is left then, nor after the end.
func TestToursApart(t *testing.T) {
	ctx := context.Background()
	run := solvable(1500, bench.Budget{Actions: 4})
	in := run.Item.Instance
	greedy := tsptest.Must(tsp.GreedyEdge(ctx, in, tsptest.Must(tsp.NearestNeighbors(ctx, in, 8))))
	f := busyFarm(t, func(string) {})
	meanwhile := map[string]func(){} // by round, between its searches' end and its result's arrival
	f.client = roundServer{quietServer{asked: func() {}}, func(round string) []searchResult {
		sum := tsptest.Must(f.blobs.putContent(ctx, foundIn(round), tourBytes(greedy)))
		if do := meanwhile[round]; do != nil {
			delete(meanwhile, round)
			do()
		}
		return slices.Repeat([]searchResult{{Tour: sum, Actions: 1}}, leastIslands)
	}}
	begin := func(nonce string) *solving {
		return &solving{Farm: f, run: run, in: in, asked: 1, clock: func() time.Duration { return time.Second }, tour: tsp.SpaceFillingCurve(ctx, in),
			nonce: nonce, folder: "solve/" + nonce + "/", source: "gtprior"}
	}
	solve := func(s *solving) error {
		_, _, err := s.do(ctx, &islands{s})
		return err
	}
	one, two := begin("one"), begin("two")
	meanwhile["solve-one-001"] = func() {
		if err := solve(two); err != nil {
			t.Error(err)
		}
	}
	if err := solve(one); err != nil || in.Length(one.tour) > in.Length(greedy) || in.Length(two.tour) > in.Length(greedy) {
		t.Errorf("%v: tours of %d and %d, want no longer ones than %d, which was found", err, in.Length(one.tour), in.Length(two.tour), in.Length(greedy))
	}
	if left := tsptest.Must(f.blobs.list(ctx, "tour/")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	first, twice := begin("three"), begin("three")
	meanwhile["solve-three-001"] = func() {
		if err := solve(first); err != nil {
			t.Error(err)
		}
	}
	if err := solve(twice); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Errorf("tours that another removed: %v", err)
	}
	leave := func() { // an old state, which a client did not come to remove
		s := begin("four")
		s.clock = func() time.Duration { return 0 }
		if err := s.keep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	err := solve(begin("four"))
	if left := tsptest.Must(f.blobs.list(ctx, "solve/four/")); err != nil || len(left) > 0 {
		t.Errorf("%v: after the end there are the states %v", err, left)
	}
	leave()
	meanwhile["solve-four-001"] = func() {
		for _, name := range tsptest.Must(f.blobs.list(ctx, "tour/")) {
			f.blobs.remove(ctx, name)
		}
	}
	s := begin("four")
	if err := s.resume(ctx); err != nil {
		t.Fatal(err)
	}
	err = solve(s)
	if left := tsptest.Must(f.blobs.list(ctx, "solve/four/")); err == nil || len(left) > 0 {
		t.Errorf("%v: there is no going on from the states %v", err, left)
	}
}

// TestSearchesFail pins that a solve tells why searches failed.
func TestSearchesFail(t *testing.T) {
	ctx := context.Background()
	run := solvable(1500, bench.Budget{Actions: 4})
	f := busyFarm(t, func(string) {})
	said := ""
	f.warn = func(format string, args ...any) { said += fmt.Sprintf(format, args...) }
	f.client = roundServer{quietServer{asked: func() {}}, func(string) []searchResult {
		return slices.Repeat([]searchResult{{Failed: "no luck"}}, leastIslands)
	}}
	s := &solving{Farm: f, run: run, in: run.Item.Instance, asked: 1, clock: func() time.Duration { return time.Second },
		tour: tsp.SpaceFillingCurve(ctx, run.Item.Instance), folder: "solve/x/", source: "gtprior"}
	if _, _, err := s.do(ctx, &islands{s}); err != nil || !strings.Contains(said, "4 of 4 searches failed") || !strings.Contains(said, "no luck") {
		t.Errorf("it says %q, %v", said, err)
	}
}

// TestNotForMany pins that what many machines do not do is refused.
func TestNotForMany(t *testing.T) {
	f := busyFarm(t, func(string) {})
	for name, change := range map[string]func(*bench.Run){
		"bound":     func(r *bench.Run) { r.Bound = true },
		"target":    func(r *bench.Run) { r.Budget.Target = 5 },
		"both":      func(r *bench.Run) { r.Budget.Time.Fixed = time.Minute },
		"neither":   func(r *bench.Run) { r.Budget.Actions = 0 },
		"stall":     func(r *bench.Run) { r.Budget.Stall.Fixed = time.Minute },
		"initial":   func(r *bench.Run) { r.Initial = []tsp.Tour{{}} },
		"fixed":     func(r *bench.Run) { r.Item.SetFixed([][2]int32{{0, 1}}) },
		"path":      func(r *bench.Run) { r.Item.SetEnds(-1, -1) },
		"forbidden": func(r *bench.Run) { r.Item.Forbid([][2]int32{{0, 1}}) },
		"matrix":    func(r *bench.Run) { r.Item.Instance = tsptest.Random(tsp.Explicit, leastCities, 1) },
		"few":       func(r *bench.Run) { r.Item.Instance = tsptest.Random(tsp.Euc2D, leastCities-1, 1) },
		"file":      func(r *bench.Run) { r.Source.Name = "file:x" },
	} {
		run := solvable(1500, bench.Budget{Actions: 1000})
		change(run)
		if _, _, err := f.Solve(t.Context(), run, func() time.Duration { return 0 }, 0, nil); !errors.As(err, new(*bench.Misuse)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLatestState pins that a client goes on from the latest state that is whole, with what is left of
// its budget.
func TestLatestState(t *testing.T) {
	run := solvable(1500, bench.Budget{Actions: 1e6})
	in := run.Item.Instance
	f := busyFarm(t, func(string) {})
	curve := tsp.SpaceFillingCurve(t.Context(), in)
	for round := range 4 {
		head := tsptest.Must(json.Marshal(state{Rounds: round, Elapsed: time.Duration(round) * time.Second, Actions: int64(round), Nonce: "n", Next: planned{Slots: 1, Rounds: 9}}))
		data := append(append(head, '\n'), tourBytes(curve)...)
		name := fmt.Sprintf("solve/x/%05d-%s", round, digest(data)[:32])
		if round == 3 { // the tour is whole
			data = []byte(strings.Replace(string(data), `"Rounds":9`, `"Rounds":8`, 1))
		}
		if err := f.blobs.put(t.Context(), name, data); err != nil {
			t.Fatal(err)
		}
	}
	s := &solving{Farm: f, run: run, in: in, folder: "solve/x/"}
	if err := s.resume(t.Context()); err != nil || s.round != 2 || s.used != 2 || s.before != 2*time.Second || s.nonce != "n" || s.Rounds != 9 || !slices.Equal(s.tour, curve) {
		t.Errorf("%v: round %d of %d, used %d, before %v", err, s.round, s.Rounds, s.used, s.before)
	}
}

// TestFolders pins that a command goes on from no state of another one; and that cities in one place
// are all in the tour.
func TestFolders(t *testing.T) {
	seen := map[string]string{}
	for what, change := range map[string]func(*bench.Run, *Farm) int{
		"nothing":  func(*bench.Run, *Farm) int { return 0 },
		"rounds":   func(*bench.Run, *Farm) int { return 1 },
		"seed":     func(r *bench.Run, _ *Farm) int { r.Seed++; return 0 },
		"budget":   func(r *bench.Run, _ *Farm) int { r.Budget.Actions++; return 0 },
		"knobs":    func(r *bench.Run, _ *Farm) int { r.Knobs.Preset = "paper"; return 0 },
		"heatmap":  func(r *bench.Run, _ *Farm) int { r.Source = tsptest.Must(bench.HeatmapSource("gtprior")); return 0 },
		"program":  func(_ *bench.Run, f *Farm) int { f.queue = "r"; return 0 },
		"instance": func(r *bench.Run, _ *Farm) int { r.Item.Instance = tsptest.Random(tsp.Euc2D, 1500, 4); return 0 },
		"places": func(r *bench.Run, _ *Farm) int {
			in := r.Item.Instance
			r.Item.Instance = tsptest.Must(tsp.NewPoints("r", in.Metric, append(slices.Clone(in.X), in.X...), append(slices.Clone(in.Y), in.Y...), nil))
			return 0
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		at := ""
		f := busyFarm(t, func(asked string) {
			if _, folder, is := strings.Cut(asked, "prefix=solve"); is {
				at, _, _ = strings.Cut(folder, "&")
				cancel()
			}
		})
		run := solvable(1500, bench.Budget{Actions: 1e6})
		rounds := change(run, f)
		f.client = quietServer{asked: func() {}, polls: true}
		if err := f.blobs.put(ctx, noticesOf(f.queue)+"w", tsptest.Must(json.Marshal(notice{Queue: f.queue, Slots: 1}))); err != nil {
			t.Fatal(err)
		}
		if _, tour, err := f.Solve(ctx, run, func() time.Duration { return 0 }, rounds, nil); err != nil || run.Item.Check(tour) != nil {
			t.Errorf("%s: %v", what, err)
		}
		if other := seen[at]; other != "" || at == "" {
			t.Errorf("the folder %q is that of others by %s and by %s", at, what, other)
		}
		seen[at] = what
	}
}

// TestSearches pins that the searches of a round have seeds of their own and do not take more than
// the round has; that all of what they did is used up; and that as many results are wanted.
func TestSearches(t *testing.T) {
	ctx := t.Context()
	for _, tt := range []planned{{Slots: 1, Actions: 1001}, {Slots: 9, Actions: 1001}, {Slots: 1, Time: time.Minute}, {Slots: 3, Time: time.Minute}, {Slots: 9, Time: time.Minute}} {
		run := solvable(1500, bench.Budget{Actions: tt.Actions, Time: bench.Span{Fixed: tt.Time}})
		f := busyFarm(t, func(string) {})
		server := &beganServer{quietServer: quietServer{asked: func() {}}}
		f.client = server
		curve := tsp.SpaceFillingCurve(ctx, run.Item.Instance)
		s := &solving{Farm: f, run: run, in: run.Item.Instance, planned: tt, clock: func() time.Duration { return 0 }, tour: curve}
		if err := s.step(ctx, &islands{s}); err == nil || len(server.began) != 1 {
			t.Fatal(err)
		}
		seeds := map[uint64]bool{}
		actions, work := int64(0), time.Duration(0)
		for _, q := range server.began[0].Searches {
			var sp search
			if err := decode(tsptest.Must(f.blobs.read(ctx, "job/"+q.Spec, mostSpec)), &sp); err != nil {
				t.Fatal(err)
			}
			seeds[sp.Seed] = true
			actions += sp.Actions
			work = max(work, sp.Time*time.Duration((len(server.began[0].Searches)+tt.Slots-1)/tt.Slots))
		}
		if len(seeds) < leastIslands || len(seeds) != len(server.began[0].Searches) || actions > tt.Actions || work > tt.Time {
			t.Errorf("%+v: %d searches of %d seeds, which take %d actions, %v", tt, len(server.began[0].Searches), len(seeds), actions, work)
		}
		sum := tsptest.Must(f.blobs.putContent(ctx, foundIn("x"), tourBytes(curve)))
		found := slices.Repeat([]searchResult{{Tour: sum, Actions: 7}}, leastIslands)
		s.used = 100
		if _, err := s.take(ctx, "x", 1, found); err != nil || s.used != 100+7*leastIslands {
			t.Errorf("%d actions are used, %v", s.used, err)
		}
		f.client = roundServer{quietServer{asked: func() {}}, func(string) []searchResult { return found[1:] }}
		if err := s.step(ctx, &islands{s}); err == nil || !strings.Contains(err.Error(), "results, want") {
			t.Errorf("a round with too few results: %v", err)
		}
	}
}

// TestIslandsCheck pins that islands which found no tour are left out, and that the tour gets no longer.
func TestIslandsCheck(t *testing.T) {
	run := solvable(1500, bench.Budget{Actions: 1e6})
	in := run.Item.Instance
	curve := tsp.SpaceFillingCurve(t.Context(), in)
	double := slices.Clone(curve)
	double[3] = double[4]
	s := &solving{Farm: busyFarm(t, func(string) {}), run: run, in: in, clock: func() time.Duration { return 0 }, tour: slices.Clone(curve), source: "gtprior"}
	if err := (&islands{s}).join(t.Context(), []tsp.Tour{double, nil, curve[1:]}); err != nil || in.Check(s.tour) != nil || in.Length(s.tour) > in.Length(curve) {
		t.Errorf("%v, %v, a tour of %d was one of %d", err, in.Check(s.tour), in.Length(s.tour), in.Length(curve))
	}
}
