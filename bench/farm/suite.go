package farm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/workflow"
	"gocloud.dev/gcerrors"

	"tspmcts/bench"
)

// polled is the time between two looks at a workflow, after a while: a short suite is not to wait
// for the last of them.
const polled = 500 * time.Millisecond

// pause returns the time until the next look, after so long.
func pause(elapsed time.Duration) time.Duration { return min(polled, 20*time.Millisecond+elapsed/200) }

// Run has the jobs that the store does not have run by the workers, and stores their entries:
// what bench.Bench.Run does here. A call with the same jobs goes on where one before
// was ended, however it ended. When ctx ends the workers go on, and that is no error.
func (f *Farm) Run(ctx context.Context, store *bench.Store, jobs []*bench.Job, tours bool, tell func(bench.Status)) (bench.Status, error) {
	missing, status := store.Missing(jobs)
	if len(missing) == 0 {
		return status, nil
	}
	if err := f.needWorker(ctx); err != nil {
		return status, err
	}
	s := &suite{Farm: f, store: store, tours: tours, status: status, tell: tell, start: time.Now(), failed: map[string]bool{}}
	s.asked = s.start
	err := s.run(ctx, jobs)
	s.status.Elapsed = time.Since(s.start)
	if ctx.Err() != nil && !errors.As(err, new(*bench.Misuse)) {
		err = nil
	}
	return s.status, err
}

// suite is a client's side of jobs.
type suite struct {
	*Farm
	store  *bench.Store
	tours  bool
	status bench.Status
	tell   func(bench.Status)
	start  time.Time
	id     string
	failed map[string]bool // runs, by key
	away   bool            // the server
	troubles
}

// part is a shard as the client sees it.
type part struct {
	id     string
	blocks []*partBlock
	named  map[string]*partBlock // by the first digits of their digests
	run    string                // of the workflow, that was seen last
	next   int                   // of what that accepted, that is to be asked for
	runs   int                   // that were begun by this client
	seen   bool                  // under way
	old    bool                  // that ended before this client came: what failed is tried again
}

type partBlock struct {
	jobs   []*bench.Job
	digest string
}

func (s *suite) run(ctx context.Context, jobs []*bench.Job) error {
	parts, err := s.parts(ctx, jobs)
	if err != nil {
		return err
	}
	stop, err := s.plan(ctx)
	if err != nil {
		return err
	}
	defer inTime(stop) // a server that hangs would keep it for longer
	for len(parts) > 0 {
		away := error(nil)
		for _, p := range slices.Clone(parts) {
			over, err := s.look(ctx, p)
			switch {
			case ctx.Err() != nil:
				return nil
			case absent(err):
				away = err
			case err != nil:
				return err
			case over:
				parts = slices.DeleteFunc(parts, func(q *part) bool { return q == p })
			}
		}
		s.noteAway(away)
		s.lacksWorkers(ctx, s.Farm)
		select {
		case <-time.After(pause(time.Since(s.start))):
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// noteAway tells once that the server is away, and that it is back.
func (s *suite) noteAway(err error) {
	if err != nil && !s.away {
		s.warn("the Temporal server at %s is away (%v); waiting", s.address, err)
	} else if err == nil && s.away {
		s.warn("the Temporal server at %s is back", s.address)
	}
	s.away = err != nil
}

// absent reports whether err says that the server cannot be reached, or is not ready.
func absent(err error) bool {
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	var busy *serviceerror.ResourceExhausted
	var internal *serviceerror.Internal
	return errors.As(err, &unavailable) || errors.As(err, &late) || errors.As(err, &busy) || errors.As(err, &internal) || errors.Is(err, context.DeadlineExceeded)
}

// unanswered reports whether err says that a workflow has not answered a query, as one may not that has
// to come to where it was first, or that nobody polls for, which is so of a server that has just come
// back. Whether the server is there, other calls tell.
func unanswered(err error) bool {
	var late *serviceerror.DeadlineExceeded
	var failed *serviceerror.QueryFailed
	var unpolled *serviceerror.FailedPrecondition
	return errors.As(err, &late) || errors.As(err, &failed) || errors.As(err, &unpolled) || errors.Is(err, context.DeadlineExceeded)
}

// parts uploads the inputs and returns the shards: the same ones for the same jobs, whatever is
// known of them, named by all blocks.
func (s *suite) parts(ctx context.Context, jobs []*bench.Job) ([]*part, error) {
	seen := map[string]bool{}
	grouped := map[string][]*bench.Job{}
	var order []string
	for _, j := range jobs {
		key := j.Key()
		if seen[key] {
			continue
		}
		seen[key] = true
		group := fmt.Sprint(j.Item.Name, "|", j.Digest(), "|", j.Seed, "|", j.Workers)
		if grouped[group] == nil {
			order = append(order, group)
		}
		grouped[group] = append(grouped[group], j)
	}
	instances := map[string]string{} // digests of blobs by those of instances
	var parts []*part
	names := []string{s.queue, s.blobs.name}
	runs := mostRuns
	for _, group := range order {
		jobs := grouped[group]
		if len(jobs) > mostArms {
			return nil, bench.Misusef("%s: %d runs of one seed are too many for one machine; want at most %d", jobs[0].Item.Name, len(jobs), mostArms)
		}
		b, err := s.block(ctx, jobs, instances)
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 || len(parts[len(parts)-1].blocks) >= mostBlocks || runs+len(jobs) > mostRuns {
			parts = append(parts, &part{named: map[string]*partBlock{}})
			runs = 0
		}
		runs += len(jobs)
		names = append(names, b.digest)
		p := parts[len(parts)-1]
		p.blocks = append(p.blocks, b)
		p.named[b.digest[:shortDigest]] = b
	}
	s.id = digest([]byte(strings.Join(names, "\n")))[:shortDigest]
	for i, p := range parts {
		p.id = fmt.Sprintf("suite-%s-%03d", s.id, i+1)
	}
	return parts, nil
}

// block uploads a block and its instance.
func (s *suite) block(ctx context.Context, jobs []*bench.Job, instances map[string]string) (*partBlock, error) {
	at := jobs[0].Digest() + "|" + jobs[0].Item.Name
	if instances[at] == "" {
		data, err := jobs[0].Item.Encode()
		if err != nil {
			return nil, err
		}
		if instances[at], err = s.blobs.putContent(ctx, "in", data); err != nil {
			return nil, err
		}
	}
	b, err := blockOf(jobs, instances[at], s.tours)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	sum, err := s.blobs.putContent(ctx, "job", data)
	return &partBlock{jobs, sum}, err
}

// wants reports whether a run is missing in the store, and was not given up.
func (s *suite) wants(j *bench.Job) bool { return s.store.Done(j.Key()) == nil && !s.failed[j.Key()] }

// answered limits one call of the server: what is between two of them, as the bucket's work is, takes
// as long as it takes.
func answered(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 20*time.Second)
}

// look collects what a shard has come to, and begins it where it is not under way. It
// reports whether all its runs are known.
func (s *suite) look(ctx context.Context, p *part) (over bool, err error) {
	call, cancel := answered(ctx)
	d, err := s.client.DescribeWorkflowExecution(call, p.id, "")
	cancel()
	if err != nil && !gone(err) {
		return false, err
	}
	var status enumspb.WorkflowExecutionStatus // of none, where the server does not know it
	if err == nil {
		status = d.WorkflowExecutionInfo.Status
		if run := d.WorkflowExecutionInfo.Execution.RunId; run != p.run {
			p.old = status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING && p.run == "" && p.runs == 0
			p.run, p.next = run, 0
		}
	}
	ended := false
	switch status {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		p.seen = true
		if err := s.collect(ctx, p); err != nil && !gone(err) && !unanswered(err) {
			return false, err
		}
		s.fails(s.Farm, d.PendingActivities)
		return false, nil
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		if err := s.collectResult(ctx, p); err != nil && !gone(err) {
			return false, err
		}
	case enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED:
	default:
		ended = p.seen || p.runs > 0
	}
	wanted := func() bool {
		return slices.ContainsFunc(p.blocks, func(b *partBlock) bool { return slices.ContainsFunc(b.jobs, s.wants) })
	}
	if wanted() { // and was done, where the server has forgotten the suite, or it was ended before it heard of it
		if err := s.collectBlobs(ctx, p); err != nil {
			return false, err
		}
	}
	if !wanted() {
		return true, nil
	}
	if ended {
		return true, fmt.Errorf("the suite %s was ended on the server (%v); the same command begins it again", p.id, status)
	}
	if p.runs >= mostTries {
		return true, fmt.Errorf("the suite %s ended %d times without the results of all runs", p.id, p.runs)
	}
	if err := s.begin(ctx, p); err != nil {
		return false, err
	}
	p.runs++
	return false, nil
}

// begin starts the workflow of what is missing.
func (s *suite) begin(ctx context.Context, p *part) error {
	in := shardInput{Suite: s.id, LostAfter: s.lostAfter}
	for _, b := range p.blocks {
		skip := map[int]bool{}
		for k, j := range b.jobs {
			if !s.wants(j) {
				skip[k] = true
			}
		}
		if len(skip) == len(b.jobs) {
			continue
		}
		first := b.jobs[0]
		spec, err := blockOf(b.jobs, "", s.tours)
		if err != nil {
			return err
		}
		in.Blocks = append(in.Blocks, shardBlock{Block: b.digest, Arms: len(b.jobs), Skip: workflow.DeterministicKeys(skip), Limit: spec.limit(first.Item.N(), skip),
			Summary: fmt.Sprintf("%s, seed %d, %d runs", first.Item.Name, first.Seed, len(b.jobs)-len(skip))})
	}
	call, cancel := answered(ctx)
	defer cancel()
	_, err := s.client.ExecuteWorkflow(call, client.StartWorkflowOptions{ID: p.id, TaskQueue: s.queue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            fmt.Sprintf("%d blocks, from %s", len(in.Blocks), in.Blocks[0].Summary)}, shardType, in)
	return err
}

// collect stores what the workflow, which is under way, accepted since the last time.
func (s *suite) collect(ctx context.Context, p *part) error {
	for {
		call, cancel := answered(ctx)
		value, err := s.client.QueryWorkflow(call, p.id, p.run, acceptedQuery, p.next)
		cancel()
		if err != nil {
			return err
		}
		var more []accepted
		if err := value.Get(&more); err != nil {
			return err
		}
		if err := s.acceptAll(ctx, p, more); err != nil || len(more) < acceptedChunk {
			return err
		}
	}
}

// collectResult is collect of a workflow that is done: to answer a query it would have to be replayed,
// which of many runs takes longer than the server waits for an answer.
func (s *suite) collectResult(ctx context.Context, p *part) error {
	call, cancel := answered(ctx)
	defer cancel()
	var all []accepted
	if err := s.client.GetWorkflow(call, p.id, p.run).Get(call, &all); err != nil {
		return err
	}
	return s.acceptAll(ctx, p, all[min(p.next, len(all)):])
}

// acceptAll stores the next runs that count.
func (s *suite) acceptAll(ctx context.Context, p *part, next []accepted) error {
	for _, a := range next {
		if err := s.accept(ctx, p, a); err != nil {
			return err
		}
		p.next++
	}
	return nil
}

// accept stores the run that counts.
func (s *suite) accept(ctx context.Context, p *part, a accepted) error {
	b := p.named[a.Block]
	if b == nil || a.Arm < 0 || a.Arm >= len(b.jobs) {
		return fmt.Errorf("the suite %s tells of a run that is not in it", p.id)
	}
	j := b.jobs[a.Arm]
	if !s.wants(j) {
		return nil
	}
	if a.Error != "" {
		if p.old {
			return nil
		}
		s.failed[j.Key()] = true
		return s.add(j.Failure(a.Error))
	}
	rec, err := s.record(ctx, recordFolder(s.id, b.digest, a.Arm)+a.Record, j.Key(), j.Item.Instance)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil { // the workflow will not tell of another: the next one does the run again
		if !p.old || gcerrors.Code(err) != gcerrors.NotFound { // else the bucket was emptied since
			s.warn("%v", err)
		}
		return nil
	}
	return s.add(j.Adopt(rec.Entry))
}

func (s *suite) add(e *bench.Entry) error {
	if err := s.store.Add(e); err != nil {
		return err
	}
	s.status.Add(e, time.Since(s.start))
	if !s.alone {
		s.asked = time.Now()
	}
	if s.tell != nil {
		s.tell(s.status)
	}
	return nil
}

// collectBlobs stores the records that lie in the bucket of a shard that is not under way.
func (s *suite) collectBlobs(ctx context.Context, p *part) error {
	names, err := s.blobs.list(ctx, "rec/"+s.id+"/")
	if err != nil || len(names) == 0 {
		return err
	}
	for _, b := range p.blocks {
		for k, j := range b.jobs {
			if !s.wants(j) {
				continue
			}
			_, rec, err := s.recordOf(ctx, s.id, b.digest, k, j.Key(), j.Item.Instance)
			if err != nil {
				return err
			}
			if rec != nil {
				if err := s.add(j.Adopt(rec.Entry)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
