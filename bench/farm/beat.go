package farm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// Why an attempt ends before its work does.
var (
	errFenced   = errors.New("the server gave this attempt up")
	errCanceled = errors.New("canceled by the user")
	errStopping = errors.New("the worker stops")
)

// stoppingType is the type of the server's error for errStopping.
const stoppingType = "Stopping"

// mostBeat is the longest time between two signs of life of an attempt, and that of blocks, which
// only a hand cancels: 20 s of the 150 after which the server gives it up.
const mostBeat = 20 * time.Second

// beatOf returns that time for so many searches at once. By the answer they learn that they are
// canceled, and their cores are free for the next solve: the fewer they are, the sooner, as the
// server has twenty signs of life a second of all of them at most.
func beatOf(searches int) time.Duration {
	return min(mostBeat, max(time.Second, time.Duration(searches)*50*time.Millisecond))
}

// attempt is one try at an activity. The SDK's own heartbeat ends the work 10 s after the
// server is gone, and drops its result after another 10 s; this one goes on (law 3).
type attempt struct {
	ctx    context.Context // ends when the work is to, with the cause
	cancel context.CancelCauseFunc
	client client.Client
	warn   func(format string, args ...any)
	token  []byte
	info   activity.Info
	state  atomic.Pointer[string] // what it does, for the web page
	stop   <-chan struct{}
	wait   sync.WaitGroup
}

// begin begins the attempt of an activity's context, whose end it ignores. It beats as often as asked,
// and at least seven times before the server gives it up. The SDK's own sign that the worker stops
// comes after the server was told, 10 s late where that does not answer.
func (w *worker) begin(ctx context.Context, every time.Duration) *attempt {
	info := activity.GetInfo(ctx)
	a := &attempt{client: w.farm.client, warn: w.farm.warn, token: info.TaskToken, info: info, stop: w.stop}
	a.ctx, a.cancel = context.WithCancelCause(context.Background())
	a.say("begins")
	a.wait.Go(func() {
		tick := time.NewTicker(max(100*time.Millisecond, min(every, info.HeartbeatTimeout*2/15)))
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				a.beat()
			case <-a.ctx.Done():
				return
			}
		}
	})
	return a
}

// say sets what the attempt tells of itself.
func (a *attempt) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	a.state.Store(&text)
}

// beat tells the server that the attempt lives. An answer that it should not ends it; no answer
// does not.
func (a *attempt) beat() {
	ctx, cancel := context.WithTimeout(a.ctx, 15*time.Second)
	defer cancel()
	err := a.client.RecordActivityHeartbeat(ctx, a.token, host()+": "+*a.state.Load())
	var canceled *temporal.CanceledError
	switch {
	case err == nil:
	case gone(err):
		a.cancel(errFenced)
	case errors.As(err, &canceled):
		a.cancel(errCanceled)
	}
}

// end tells the server the result, until it takes it or says that another has the work; what a
// worker that stops can not tell in time is found by the next attempt.
func (a *attempt) end(result any, failure error) error {
	cause := context.Cause(a.ctx)
	defer func() { // until then it beats: a server that is slow to take the result is not to give the work to another
		a.cancel(nil)
		a.wait.Wait()
	}()
	a.say("gives its result back")
	if errors.Is(cause, errFenced) {
		return activity.ErrResultPending
	}
	switch {
	case failure == nil:
	case errors.Is(failure, errName):
		failure = fails(-1, "%v", failure)
	case errors.Is(failure, errCanceled):
		failure = temporal.NewCanceledError()
	case errors.Is(failure, errStopping):
		failure = temporal.NewApplicationErrorWithOptions(failure.Error(), stoppingType, temporal.ApplicationErrorOptions{NextRetryDelay: 10 * time.Millisecond})
	}
	var stopped <-chan time.Time
	for wait := 200 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		err := a.client.CompleteActivity(ctx, a.token, result, failure)
		cancel()
		if gone(err) {
			a.warn("a result comes too late, nobody waits for it: %v", err)
		}
		if err == nil || gone(err) {
			return activity.ErrResultPending
		}
		stop := a.stop
		if stopped != nil {
			stop = nil
		}
		select {
		case <-time.After(wait):
		case <-stop:
			stopped = time.After(time.Second)
		case <-stopped:
			return activity.ErrResultPending
		}
	}
}
