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
// the server takes, those that fail three times, and that the deadline ends it, or before it that
// nothing more comes; and that slots take its searches in their order, one of which waits.
func TestRoundPending(t *testing.T) {
	for _, tt := range []struct {
		count int
		ends  ends
		late  int // the first search that takes longer than the round
		slots int
		lost  bool // the first slots are, and others take what comes
	}{{mostPending + 100, ends{}, mostPending + 100, 0, false}, {700, ends{}, 700, 500, false}, {200, ends{time.Minute, time.Minute, 3 * time.Second}, 100, 0, false},
		{200, ends{100 * time.Millisecond, 2 * time.Second, time.Hour}, 100, 0, false},
		{60, ends{}, 60, 5, false}, {40, ends{time.Minute, time.Minute, 8 * time.Second}, 40, 5, true}} {
		var tests testsuite.WorkflowTestSuite
		tests.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
		e := tests.NewTestWorkflowEnvironment()
		e.SetTestTimeout(time.Minute)
		e.SetWorkerOptions(sdk.Options{DeadlockDetectionTimeout: time.Minute}) // on a busy machine
		var mu sync.Mutex
		pending, most, begun, failures := 0, 0, 0, 0
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
			mu.Lock()
			if begun++; tt.slots > 0 && !tt.lost && k > begun+min(tt.slots, mostPending) {
				t.Errorf("search %d is the %dth", k, begun)
			}
			mu.Unlock()
			long := 500 * time.Millisecond
			if k >= tt.late || tt.lost && k < tt.slots {
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
		in := roundInput{LostAfter: time.Minute, Ends: tt.ends, Slots: tt.slots}
		for k := range tt.count {
			in.Searches = append(in.Searches, roundSearch{Spec: strconv.Itoa(k), Long: time.Second})
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
		if tt.ends.Time == 0 && found[7].Failed != "no luck" {
			t.Errorf("a search failed with %q", found[7].Failed)
		}
		wanted := tt.late - 1
		if tt.lost {
			wanted -= tt.slots
		}
		if len(found) != tt.count || done != wanted || tt.ends.Time == 0 && failures != mostTries {
			t.Errorf("%d of %d searches done, want %d; one failed %d times, want %d", done, len(found), wanted, failures, mostTries)
		}
		want := mostPending
		switch {
		case tt.lost:
			want = 2*tt.slots + 1
		case tt.slots > 0:
			want = min(want, tt.slots+1)
		}
		if most > want {
			t.Errorf("%d at once, want at most %d", most, want)
		}
	}
}
