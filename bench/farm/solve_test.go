package farm

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"tspmcts/bench"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// quietServer is a server of which no worker asks for work; asked is called when it is asked for
// that.
type quietServer struct {
	client.Client
	asked func()
}

func (q quietServer) DescribeTaskQueue(ctx context.Context, _ string, _ enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	q.asked()
	return &workflowservice.DescribeTaskQueueResponse{}, ctx.Err()
}

// busyFarm returns a farm with one worker, which is busy; asked is told of all that is asked.
func busyFarm(t *testing.T, asked func(what string)) *Farm {
	f := &Farm{client: quietServer{asked: func() { asked("the worker") }}, queue: "q", warn: t.Logf}
	f.blobs = s3(t, func(r *http.Request) { asked(r.Method + " " + r.URL.String()) })
	n := notice{Queue: "q", Slots: 1}
	if err := f.blobs.put(context.Background(), n.blob(), tsptest.Must(json.Marshal(n))); err != nil {
		t.Fatal(err)
	}
	return f
}

// s3 returns a bucket that answers nobody whose context has ended, as a folder does; asked is
// told of each request.
func s3(t *testing.T, asked func(*http.Request)) *Blobs {
	backend := s3mem.New()
	if err := backend.CreateBucket("farm"); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(backend).Server()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked(r)
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
		t.Setenv(name, "true")
	}
	return tsptest.Must(OpenBlobs(context.Background(), "s3://farm?region=us-east-1&use_path_style=true&endpoint="+server.URL, t.Logf))
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
			if err != nil || rec.Stop != mcts.StopInterrupted || run.Item.Check(tour) != nil {
				t.Errorf("%d cities, interrupted at %s: %+v, %v", n, at, rec, err)
			}
			if kept {
				t.Errorf("%d cities, interrupted at %s: a state was written", n, at)
			}
		}
	}
}

// TestSolveLate pins that a client whose time ends before any worker had a search has a tour.
func TestSolveLate(t *testing.T) {
	f := busyFarm(t, func(string) {})
	run := solvable(leastInRegions, bench.Budget{Time: bench.Span{Fixed: 100 * time.Millisecond}})
	start := time.Now()
	rec, tour, err := f.Solve(context.Background(), run, func() time.Duration { return time.Since(start) }, 0, nil)
	if err != nil || rec.Stop != mcts.StopTime || run.Item.Check(tour) != nil {
		t.Fatalf("%+v, %v", rec, err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
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
			tour: tsp.SpaceFillingCurve(ctx, run.Item.Instance), observe: func(_, of int, _ float64) { rounds = of }}
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
