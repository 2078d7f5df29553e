package farm

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	sdk "go.temporal.io/sdk/worker"
)

// TestRoundPending pins that a round of many searches has all of them done, never more at once than
// the server takes, those that fail three times, and that the deadline ends it.
func TestRoundPending(t *testing.T) {
	for _, tt := range []struct {
		count    int
		deadline time.Duration
		late     int // the first search that takes longer than the deadline
	}{{mostPending + 100, 0, mostPending + 100}, {200, 3 * time.Second, 100}} {
		var tests testsuite.WorkflowTestSuite
		tests.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
		e := tests.NewTestWorkflowEnvironment()
		e.SetTestTimeout(time.Minute)
		e.SetWorkerOptions(sdk.Options{DeadlockDetectionTimeout: time.Minute}) // on a busy machine
		var mu sync.Mutex
		pending, most, failures := 0, 0, 0
		add := func(d int) {
			mu.Lock()
			defer mu.Unlock()
			pending += d
			most = max(most, pending)
		}
		e.RegisterActivityWithOptions(func(ctx context.Context, s searchTask) (*searchResult, error) {
			add(1)
			defer add(-1)
			k, _ := strconv.Atoi(s.Spec)
			long := 500 * time.Millisecond
			if k >= tt.late {
				long = time.Minute
			}
			select {
			case <-time.After(long):
			case <-ctx.Done():
			}
			if k == 7 {
				failures++ // one after the other
				return nil, fails(-1, "no luck")
			}
			return &searchResult{Tour: s.Spec}, nil
		}, activity.RegisterOptions{Name: runSearch})
		in := roundInput{LostAfter: time.Minute, Deadline: tt.deadline}
		for k := range tt.count {
			in.Searches = append(in.Searches, roundSearch{Spec: strconv.Itoa(k)})
		}
		e.ExecuteWorkflow(round, in)
		var found []searchResult
		if err := e.GetWorkflowResult(&found); err != nil {
			t.Fatal(err)
		}
		done := 0
		for k, r := range found {
			if r.Tour == strconv.Itoa(k) {
				done++
			}
		}
		if len(found) != tt.count || done != tt.late-1 || tt.deadline == 0 && failures != mostTries {
			t.Errorf("%d of %d searches done, want %d; one failed %d times, want %d", done, len(found), tt.late-1, failures, mostTries)
		}
		if most > mostPending {
			t.Errorf("%d at once, want at most %d", most, mostPending)
		}
	}
}
