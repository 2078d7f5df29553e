package farm

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// TestOtherBucket pins that workers which poll, but have left no notice in the client's bucket, are none.
func TestOtherBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		blobs, _ := folder(t)
		f := &Farm{client: quietServer{asked: func() {}, polls: true}, blobs: blobs, queue: "q", warn: t.Logf}
		if err := f.needWorker(ctx); err == nil || !strings.Contains(err.Error(), "may have another --blobs") {
			t.Errorf("a worker of another bucket: %v", err)
		}
		time.AfterFunc(time.Second, func() { f.blobs.put(ctx, noticesOf("q")+"w", nil) })
		if err := f.needWorker(ctx); err != nil {
			t.Errorf("a worker that has just begun: %v", err)
		}
	})
}

// TestSameName pins that workers of one name and number, as in containers that share a host's name, each
// have a notice, at once, and that each removes its own.
func TestSameName(t *testing.T) {
	blobs, _ := folder(t)
	f := &Farm{client: quietServer{asked: func() {}}, blobs: blobs, queue: "q", warn: t.Logf}
	expect := func(want int) {
		t.Helper()
		if found := tsptest.Must(f.workers(t.Context(), noticedFor)); len(found) != want {
			t.Errorf("%d workers, want %d", len(found), want)
		}
	}
	one, stopOne := context.WithCancel(t.Context())
	goneOne := f.announce(one, notice{Queue: "q", Slots: 1})
	expect(1)
	two, stopTwo := context.WithCancel(t.Context())
	goneTwo := f.announce(two, notice{Queue: "q", Slots: 2})
	expect(2)
	stopOne()
	<-goneOne
	expect(1)
	stopTwo()
	<-goneTwo
	expect(0)
}

// TestTroubles pins that a client whose work does not go on tells why, each once: that it fails again
// and again, that there is no worker, that there is one again.
func TestTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		blobs, _ := folder(t)
		var said []string
		f := &Farm{client: quietServer{asked: func() {}}, blobs: blobs, queue: "q", warn: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }}
		expect := func(want string) {
			t.Helper()
			if text := strings.Join(said, "; "); (want == "") != (len(said) == 0) || !strings.Contains(text, want) || len(said) > 1 {
				t.Errorf("it says %q, want %q", said, want)
			}
			said = nil
		}
		tell := &troubles{asked: time.Now()}
		tried := func(times int32, failure *failurepb.Failure) {
			tell.fails(f, []*workflowpb.PendingActivityInfo{{Attempt: times, LastFailure: failure}})
		}
		tried(oftenTried, nil)
		tried(oftenTried-1, &failurepb.Failure{Message: "no luck"})
		tried(oftenTried, &failurepb.Failure{FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: stoppingType}}})
		expect("")
		tried(oftenTried, &failurepb.Failure{Message: "no luck"})
		tried(oftenTried+1, &failurepb.Failure{Message: "no luck"})
		expect("no luck")
		look := func(after time.Duration) {
			time.Sleep(after)
			tell.lacksWorkers(ctx, f)
		}
		look(aloneEvery / 2)
		expect("")
		look(aloneEvery)
		look(aloneEvery)
		expect(noWorker)
		if err := f.blobs.put(ctx, noticesOf("q")+"w", []byte(`{"Queue":"q"}`)); err != nil {
			t.Fatal(err)
		}
		look(backEvery)
		look(aloneEvery)
		expect("again")
	})
}

// TestCores pins that searches do not share cores: who asks for more than are free waits, in the
// order of asking, who asks for more than there are has all, and a worker that stops, or an
// attempt that is given up, does not wait.
func TestCores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorker(&Farm{}, 4)
		begin := func() (*attempt, chan struct{}) {
			stop := make(chan struct{})
			a := &attempt{stop: stop}
			a.ctx, a.cancel = context.WithCancelCause(context.Background())
			return a, stop
		}
		got := make(chan string)
		ask := func(name string, a *attempt, cores int) (give chan bool) {
			give = make(chan bool)
			go func() {
				free, err := w.reserve(a, cores)
				if err != nil {
					got <- name + ": " + err.Error()
					return
				}
				got <- name
				<-give
				free()
			}()
			synctest.Wait()
			return give
		}
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			name := "nobody"
			select {
			case name = <-got:
			default:
			}
			if name != want {
				t.Errorf("%s has cores, want %s", name, want)
			}
		}
		a, _ := begin()
		three := ask("three", a, 3)
		expect("three")
		all := ask("all of more", a, 9)
		one := ask("one", a, 1)
		stopped, stop := begin()
		ask("stopped", stopped, 1)
		lost, _ := begin()
		ask("lost", lost, 1)
		expect("nobody")
		close(stop)
		expect("stopped: " + errStopping.Error())
		lost.cancel(errFenced)
		expect("lost: " + errFenced.Error())
		close(three)
		expect("all of more")
		expect("nobody")
		close(all)
		expect("one")
		close(one)
		synctest.Wait()
		if !w.cores.TryAcquire(4) {
			t.Error("cores are lost")
		}
		a.cancel(nil)
	})
}

// TestFewerCores pins that a worker has as many cores as its process may use.
func TestFewerCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(runtime.NumCPU() + 1))
	if got, want := cores(), runtime.NumCPU()+1; got != want {
		t.Errorf("%d cores, want %d", got, want)
	}
}

// TestNoZombies pins that a process which is killed while it has more to tell is waited for.
func TestNoZombies(t *testing.T) {
	var told bytes.Buffer
	enc := gob.NewEncoder(&told)
	for range 2 {
		if err := enc.Encode(message{Stage: "one of two"}); err != nil {
			t.Fatal(err)
		}
	}
	p := &process{cmd: exec.Command("sh", "-c", "cat; exec sleep 60"), given: make(chan struct{})}
	p.stdin = tsptest.Must(p.cmd.StdinPipe())
	p.dec = gob.NewDecoder(tsptest.Must(p.cmd.StdoutPipe()))
	if err := p.cmd.Start(); err != nil {
		t.Skip(err)
	}
	p.stdin.Write(told.Bytes())
	p.stdin.Close()
	a := &attempt{ctx: t.Context()}
	enough := errors.New("enough")
	err := a.listen(p, time.Minute, func(message) error {
		time.Sleep(100 * time.Millisecond) // the other message waits now
		return enough
	})
	p.kill()
	if err != enough {
		t.Fatal(err)
	}
	for start := time.Now(); !errors.Is(p.cmd.Process.Signal(syscall.Signal(0)), os.ErrProcessDone); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("nobody has waited for the process")
		}
	}
}

// TestHangs pins that a server which hangs while work begins is waited for, as whoever has work says once,
// and that neither client nor worker ends late, or with an error, because of it.
func TestHangs(t *testing.T) {
	silent := tsptest.Must(net.Listen("tcp", "127.0.0.1:0")) // accepts, and says nothing
	defer silent.Close()
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	c := tsptest.Must(client.NewLazyClient(client.Options{HostPort: silent.Addr().String(), Logger: quiet,
		ConnectionOptions: client.ConnectionOptions{GetSystemInfoTimeout: 400 * time.Millisecond}}))
	defer c.Close()
	blobs, _ := folder(t)
	said := 0
	f := &Farm{client: c, blobs: blobs, queue: "q", address: "here", warn: func(string, ...any) { said++ }}
	begin := func(who string, long time.Duration, work func(ctx context.Context) error) {
		ctx, cancel := context.WithTimeout(t.Context(), long)
		defer cancel()
		start := time.Now()
		if err := work(ctx); err != nil || ctx.Err() == nil {
			t.Errorf("%s: %v after %v", who, err, time.Since(start))
		}
	}
	begin("worker", 200*time.Millisecond, func(ctx context.Context) error { return f.Work(ctx, WorkerOptions{Slots: 1}) })
	begin("client", 3500*time.Millisecond, func(ctx context.Context) error { // asks two or three times
		_, err := f.plan(ctx)
		return err
	})
	if said != 1 {
		t.Errorf("it says %d times that it waits, want once", said)
	}
}

// emptyServer is a server that knows no suites and rounds.
type emptyServer struct{ client.Client }

func (emptyServer) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	return &workflowservice.ListWorkflowExecutionsResponse{}, nil
}

// TestStatus pins that Status fails where nothing can be written.
func TestStatus(t *testing.T) {
	blobs, _ := folder(t)
	f := &Farm{client: emptyServer{}, blobs: blobs, queue: "q"}
	var told bytes.Buffer
	if err := f.Status(t.Context(), &told); err != nil || told.String() != "0 workers, 0 slots of this build (q)\n" {
		t.Errorf("%v, told %q", err, told.String())
	}
	closed, w := io.Pipe()
	closed.Close()
	if err := f.Status(t.Context(), w); err != io.ErrClosedPipe {
		t.Errorf("to a closed pipe: %v", err)
	}
}

// TestTold pins that a worker tells what it does also before there are stages, and short lengths.
func TestTold(t *testing.T) {
	in := tsptest.Must(tsp.NewPoints("unit", tsp.Exact2D, []float64{0, 0.5, 0}, []float64{0, 0, 0.5}, nil))
	r := &blockRun{a: &attempt{}, in: in, b: &block{Name: "unit", Seed: 1, Arms: []arm{{Heatmap: "knn", Budget: "1 s"}}}}
	if err := r.take(message{Length: math.Inf(1)}); err != nil || !strings.HasSuffix(*r.a.state.Load(), ": preparing, no tour yet, 0 actions") {
		t.Errorf("%v, told %q", err, *r.a.state.Load())
	}
	if err := r.take(message{Length: 1.25, Actions: 7}); err != nil || !strings.HasSuffix(*r.a.state.Load(), ": preparing, length 1.2500000, 7 actions") {
		t.Errorf("%q, %v", *r.a.state.Load(), err)
	}
}

// TestNoHost pins that a server whose name is not known is told as that.
func TestNoHost(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "nohost.invalid:7233")
	if _, err := Connect(t.Context(), "file://"+t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), "lookup nohost.invalid") {
		t.Errorf("%v", err)
	}
}

// TestAddressed pins that a connection which is not described well is refused: an address without a port,
// and a TLS that is neither on nor off, which would be off.
func TestAddressed(t *testing.T) {
	for name, value := range map[string]string{"TEMPORAL_ADDRESS": "localhost", "TEMPORAL_TLS": "maybe"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			if _, err := Connect(t.Context(), "file://"+t.TempDir(), Options{}); err == nil || !strings.Contains(err.Error(), name+" is") {
				t.Errorf("%v", err)
			}
		})
	}
}

// beatServer is a server that answers signs of life.
type beatServer struct {
	client.Client
	err error
}

func (b beatServer) RecordActivityHeartbeat(context.Context, []byte, ...any) error { return b.err }

// TestBeatAnswers pins that work which the server gave up, or a hand canceled, ends, and that none
// does because the server is away.
func TestBeatAnswers(t *testing.T) {
	for _, tt := range []struct{ answer, cause error }{
		{nil, nil}, {serviceerror.NewNotFound("gone"), errFenced}, {temporal.NewCanceledError(), errCanceled}, {serviceerror.NewUnavailable("away"), nil},
	} {
		a := &attempt{client: beatServer{err: tt.answer}, warn: t.Logf}
		a.ctx, a.cancel = context.WithCancelCause(t.Context())
		a.say("works")
		a.beat()
		if cause := context.Cause(a.ctx); cause != tt.cause {
			t.Errorf("the server answers %v: %v, want %v", tt.answer, cause, tt.cause)
		}
		a.cancel(nil)
	}
}

// TestEndlessSearch pins that a search is refused that no client asks for, as one without an end.
func TestEndlessSearch(t *testing.T) {
	blobs, _ := folder(t)
	w := newWorker(&Farm{blobs: blobs}, 1)
	data := tsptest.Must(tsptest.Random(tsp.Euc2D, 20, 1).Encode())
	instance := tsptest.Must(blobs.putContent(t.Context(), "in", data))
	for _, tt := range []struct {
		s    search
		good bool
	}{
		{search{Wire: Wire, Actions: 1}, true}, {search{Wire: Wire, Time: 1}, true}, {search{Wire: Wire}, false},
		{search{Wire: Wire, Actions: -1}, false}, {search{Wire: Wire, Time: -1}, false}, {search{Wire: Wire + 1, Actions: 1}, false},
	} {
		tt.s.Instance = instance
		spec := tsptest.Must(blobs.putContent(t.Context(), "job", tsptest.Must(json.Marshal(tt.s))))
		if _, _, err := w.searchOf(&attempt{ctx: t.Context()}, spec, "saved/x"); (err == nil) != tt.good {
			t.Errorf("%+v: %v", tt.s, err)
		}
	}
}
