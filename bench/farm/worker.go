package farm

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	sdkactivity "go.temporal.io/sdk/activity"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"gocloud.dev/gcerrors"
	"golang.org/x/sync/semaphore"
)

// WorkerOptions say what a worker does.
type WorkerOptions struct {
	Slots int  // searches at once, as far as they do not ask for more cores than there are
	Plan  bool // run workflows too, so that a suite goes on while no client does
}

// stopTime is how long work has to be given back, mostStop how long everything has when a worker stops:
// a second less than its machine is promised, for what comes before and after on one that is busy.
const (
	stopTime = 3500 * time.Millisecond
	mostStop = 4 * time.Second
)

type worker struct {
	farm  *Farm
	cores *semaphore.Weighted // that are free, for who asked first
	most  int64               // of them
	stop  <-chan struct{}     // closed when the worker stops
	said  sync.Once           // that an input is missing
}

func newWorker(f *Farm, cores int) *worker {
	return &worker{farm: f, cores: semaphore.NewWeighted(int64(cores)), most: int64(cores)}
}

// reserve waits for as many cores, or for all where there are fewer: searches that share them would
// find less in their time than on a machine of their own. The attempt beats meanwhile.
func (w *worker) reserve(a *attempt, cores int) (give func(), err error) {
	n := min(int64(cores), w.most)
	if !w.cores.TryAcquire(n) {
		a.say("waits for %d of %d cores", n, w.most)
		ctx, cancel := context.WithCancelCause(a.ctx)
		defer cancel(nil)
		go func() {
			select {
			case <-a.stop:
				cancel(errStopping)
			case <-ctx.Done():
			}
		}()
		if w.cores.Acquire(ctx, n) != nil {
			return nil, context.Cause(ctx)
		}
	}
	return func() { w.cores.Release(n) }, nil
}

// end ends the attempt with the result, or with what failed. An input that is missing is tried again, as a
// folder of many machines may show it late: for ever, where somebody has removed it.
func (w *worker) end(a *attempt, result any, failure error) error {
	if cause := context.Cause(a.ctx); failure != nil && cause != nil {
		failure = cause
	}
	if gcerrors.Code(failure) == gcerrors.NotFound {
		w.said.Do(func() { w.farm.warn("an input is missing: %v; was --blobs emptied?", failure) })
	}
	return a.end(result, failure)
}

// activities are what a worker can do, by the name on the wire.
const (
	runBlock  = "RunBlock"
	runSearch = "Search"
)

// Work does the work of the queue until ctx ends, then gives back what is under way.
func (f *Farm) Work(ctx context.Context, o WorkerOptions) error {
	working, cancel := context.WithCancel(ctx)
	fatal := make(chan error, 1)
	w := sdk.New(f.client, f.queue, sdk.Options{
		MaxConcurrentActivityExecutionSize: o.Slots,
		DisableWorkflowWorker:              true, // searches would starve it
		WorkerStopTimeout:                  stopTime,
		OnFatalError:                       func(err error) { fatal <- err },
	})
	work := newWorker(f, max(o.Slots, cores())) // more slots than cores share them: so somebody wants it
	work.stop = working.Done()
	w.RegisterActivityWithOptions(work.RunBlock, sdkactivity.RegisterOptions{Name: runBlock})
	w.RegisterActivityWithOptions(work.Search, sdkactivity.RegisterOptions{Name: runSearch})
	gone := f.announce(working, notice{Queue: f.queue, Host: host(), PID: os.Getpid(), Slots: o.Slots, Cores: cores(), Since: time.Now().UTC()})
	stop := func() {}
	defer func() {
		cancel()
		inTime(func() {
			stop()
			<-gone
		})
	}()
	if err := f.start(ctx, w); err != nil || ctx.Err() != nil {
		return err
	}
	stop = w.Stop
	if o.Plan {
		stopPlanner, err := f.plan(ctx)
		if err != nil {
			return err
		}
		stop = func() { w.Stop(); stopPlanner() }
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-fatal:
		return fmt.Errorf("the Temporal server at %s: %w", f.address, err)
	}
}

// inTime calls f and returns when that does, or after mostStop.
func inTime(f func()) {
	done := make(chan struct{})
	go func() {
		f()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(mostStop):
	}
}

// Queue returns the name of the farm's task queue.
func (f *Farm) Queue() string { return f.queue }

// Address returns where the server is.
func (f *Farm) Address() string { return f.address }

// start starts an SDK worker. Its Start knows no context, and takes 13 s where the server hangs: the end of
// ctx, which is no error, does not wait for it.
func (f *Farm) start(ctx context.Context, w sdk.Worker) error {
	started := make(chan error, 1)
	go func() { started <- w.Start() }()
	select {
	case err := <-started:
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("the Temporal server at %s: %w", f.address, err)
		}
	case <-ctx.Done():
	}
	return nil
}

// plan starts what runs workflows; they are light. It waits for a server that is away, as those do who have
// a workflow run: what they have prepared is not to be lost. The end of ctx is no error.
func (f *Farm) plan(ctx context.Context) (stop func(), err error) {
	for told := false; ; told = true {
		w := sdk.New(f.client, f.queue, sdk.Options{DisableRegistrationAliasing: true, LocalActivityWorkerOnly: true})
		w.RegisterWorkflowWithOptions(shard, workflow.RegisterOptions{Name: shardType})
		w.RegisterWorkflowWithOptions(round, workflow.RegisterOptions{Name: roundType})
		switch err := f.start(ctx, w); {
		case ctx.Err() != nil:
			return func() {}, nil
		case err == nil:
			return w.Stop, nil
		case !absent(err):
			return nil, err
		case !told:
			f.warn("%v; waiting", err)
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}
