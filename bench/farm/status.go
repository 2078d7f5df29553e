package farm

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
)

// mostShown is how many suites and rounds Status tells of.
const mostShown = 100

// Status tells what the workers are, which suites and rounds the server knows, the latest first,
// and what is done for those under way.
func (f *Farm) Status(ctx context.Context, to io.Writer) (err error) {
	w := bufio.NewWriter(to)
	defer func() { err = cmp.Or(err, w.Flush()) }()
	workers, err := f.workers(ctx, noticedFor)
	if err != nil {
		return err
	}
	slices.SortFunc(workers, func(a, b notice) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.PID, b.PID))
	})
	slots := 0
	for _, n := range workers {
		build := "this build"
		if n.Queue != f.queue {
			build = n.Queue
		} else {
			slots += n.Slots
		}
		fmt.Fprintf(w, "worker  %s-%d  %d slots, %d cores, %s, for %v\n", n.Host, n.PID, n.Slots, n.Cores, build, time.Since(n.Since).Round(time.Second))
	}
	fmt.Fprintf(w, "%d workers, %d slots of this build (%s)\n", len(workers), slots, f.queue)
	list, err := f.client.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: mostShown,
		Query: fmt.Sprintf("WorkflowType IN (%q, %q)", shardType, roundType)})
	if err != nil {
		return fmt.Errorf("the Temporal server at %s: %w", f.address, err)
	}
	for _, e := range list.Executions {
		fmt.Fprintf(w, "%s  %s  %s  begun %s\n", e.Execution.WorkflowId, stateOf(e.Status), "queue "+e.TaskQueue, e.StartTime.AsTime().Local().Format(time.DateTime))
		if e.Status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			continue
		}
		d, err := f.client.DescribeWorkflowExecution(ctx, e.Execution.WorkflowId, e.Execution.RunId)
		if err != nil {
			return fmt.Errorf("the Temporal server at %s: %w", f.address, err)
		}
		waiting := 0
		for _, a := range d.PendingActivities {
			var said string
			if a.State != enumspb.PENDING_ACTIVITY_STATE_STARTED {
				waiting++
				continue
			}
			if a.HeartbeatDetails != nil {
				converter.GetDefaultDataConverter().FromPayloads(a.HeartbeatDetails, &said) // one of another build says what it likes
			}
			fmt.Fprintf(w, "    %s, attempt %d: %s\n", a.LastWorkerIdentity, a.Attempt, cmp.Or(said, "begins"))
		}
		fmt.Fprintf(w, "    %d under way, %d waiting\n", len(d.PendingActivities)-waiting, waiting)
	}
	return nil
}

func stateOf(s enumspb.WorkflowExecutionStatus) string {
	switch s {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return "under way"
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return "done"
	}
	return s.String()
}
