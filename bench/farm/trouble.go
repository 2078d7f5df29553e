package farm

import (
	"context"
	"errors"
	"time"

	workflowpb "go.temporal.io/api/workflow/v1"

	"tspmcts/bench"
)

// troubles are what a client, whose work does not go on, has told of.
type troubles struct {
	failing, alone bool
	asked          time.Time // after workers, or when there were some for other reasons
}

// Times between two looks whether there is trouble: whether work fails, and where nothing is heard of it
// whether there are workers, and where there are none whether there are again.
const (
	failingEvery = 5 * time.Second
	aloneEvery   = time.Minute
	backEvery    = 10 * time.Second
)

// oftenTried is the attempt from which on it is told why the ones before failed. The server tries again
// for ever where machines fail, and tells nobody.
const oftenTried = 3

// fails tells once why work fails again and again. That a worker stopped is no failure.
func (t *troubles) fails(f *Farm, pending []*workflowpb.PendingActivityInfo) {
	for _, a := range pending {
		if why := a.LastFailure; !t.failing && a.Attempt >= oftenTried && why != nil && why.GetApplicationFailureInfo().GetType() != stoppingType {
			f.warn("work fails again and again, the last time at %s: %.500s", a.LastWorkerIdentity, why.Message)
			t.failing = true
		}
	}
}

// lacksWorkers tells once that there is no worker, and that there is one again.
func (t *troubles) lacksWorkers(ctx context.Context, f *Farm) {
	every := aloneEvery
	if t.alone {
		every = backEvery
	}
	if time.Since(t.asked) < every {
		return
	}
	t.asked = time.Now()
	err := f.needWorker(ctx)
	switch alone := errors.As(err, new(*bench.Misuse)); {
	case alone && !t.alone:
		f.warn("%v; waiting", err)
		t.alone = true
	case err == nil && t.alone:
		f.warn("a worker is there again")
		t.alone = false
	}
}

// attend tells of trouble with a workflow until ctx ends.
func (f *Farm) attend(ctx context.Context, id string) {
	t := troubles{asked: time.Now()}
	for {
		select {
		case <-time.After(failingEvery):
		case <-ctx.Done():
			return
		}
		call, cancel := answered(ctx)
		d, err := f.client.DescribeWorkflowExecution(call, id, "")
		cancel()
		if err == nil { // else whoever waits for it tells that
			t.fails(f, d.PendingActivities)
		}
		t.lacksWorkers(ctx, f)
	}
}
