package farm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"go.temporal.io/sdk/temporal"

	"tspmcts/bench"
	"tspmcts/tsp"
)

// blockTask is what the activity RunBlock is given.
type blockTask struct {
	Suite string
	Block string // digest of its blob
	Try   int    // from 1; later ones follow failures of the runs
	Skip  []int  // arms that are not wanted
}

// blockResult is what it returns: the records of the arms, by name.
type blockResult struct{ Records map[int]string }

// failedRun is the type of the error of a run that fails wherever it runs; its detail is the arm.
const failedRun = "Run"

// recordFolder returns where the records of an arm are.
func recordFolder(suite, block string, arm int) string {
	return fmt.Sprintf("rec/%s/%s/%d/", suite, block, arm)
}

// RunBlock is the activity: it runs the arms of a block.
func (w *worker) RunBlock(ctx context.Context, t blockTask) (*blockResult, error) {
	a := w.begin(ctx, mostBeat)
	r := &blockRun{worker: w, a: a, t: t, skip: map[int]bool{}, result: blockResult{map[int]string{}}}
	for _, k := range t.Skip {
		r.skip[k] = true
	}
	return nil, w.end(a, &r.result, r.run())
}

// blockRun is an attempt at a block.
type blockRun struct {
	*worker
	a      *attempt
	t      blockTask
	b      *block
	in     *tsp.Instance
	data   []byte // of in
	skip   map[int]bool
	result blockResult
}

// fails returns the error of an arm that fails wherever it runs.
func fails(arm int, format string, args ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), failedRun, nil, arm)
}

func (r *blockRun) run() error {
	if err := checkName(r.saved(0)); err != nil {
		return err
	}
	if err := r.load(); err != nil {
		return err
	}
	if r.a.info.Attempt > 1 || r.t.Try > 1 {
		if err := r.adopt(); err != nil {
			return err
		}
	}
	if r.left() == 0 {
		return nil
	}
	saved := map[int][]byte{}
	for k := range r.b.Arms {
		if !r.skip[k] {
			if data, err := r.farm.blobs.read(r.a.ctx, r.saved(k), mostSaved); err == nil {
				saved[k] = data
			}
		}
	}
	give, err := r.reserve(r.a, r.b.Workers)
	if err != nil {
		return err
	}
	defer give()
	p, err := start(&task{Instance: r.data, Block: r.b, Skip: r.skip, Saved: saved}, min(r.b.Workers, int(r.most)))
	if err != nil {
		return err
	}
	defer p.kill()
	return r.listen(p)
}

// saved returns the name of an arm's checkpoint.
func (r *blockRun) saved(arm int) string {
	return fmt.Sprintf("saved/%s/%s/%d", r.t.Suite, r.t.Block, arm)
}

// left returns how many arms are to be run.
func (r *blockRun) left() int { return len(r.b.Arms) - len(r.skip) }

// load gets the block and its instance.
func (r *blockRun) load() error {
	data, err := r.farm.blobs.getContent(r.a.ctx, "job/"+r.t.Block, r.t.Block, mostSpec)
	if err != nil {
		return err
	}
	r.b = &block{}
	if err := decode(data, r.b); err != nil {
		return fails(-1, "no block: %v", err)
	}
	if err := r.b.check(); err != nil {
		return fails(-1, "%v", err)
	}
	for k := range r.skip {
		if k < 0 || k >= len(r.b.Arms) {
			return fails(-1, "arm %d of %d", k, len(r.b.Arms))
		}
	}
	r.data, err = r.farm.blobs.getContent(r.a.ctx, "in/"+r.b.Instance, r.b.Instance, mostInstance)
	if err != nil {
		return err
	}
	if r.in, err = tsp.DecodeInstance(r.data); err != nil {
		return fails(-1, "%v", err)
	}
	return nil
}

// adopt takes the records that attempts before this one left. Where time is the budget, arms are
// compared by what one machine did side by side: those of another machine are taken only if nothing
// is missing.
func (r *blockRun) adopt() error {
	found, elsewhere := map[int]string{}, map[int]bool{}
	for k, a := range r.b.Arms {
		if r.skip[k] {
			continue
		}
		name, rec, err := r.farm.recordOf(r.a.ctx, r.t.Suite, r.t.Block, k, a.Key, r.in)
		if err != nil {
			return err
		}
		if rec == nil {
			continue
		}
		budget, err := bench.ParseBudget(a.Budget)
		found[k], elsewhere[k] = name, err == nil && budget.Time.Given() && rec.Entry.Host != host()
	}
	whole := len(found) == r.left()
	for k, name := range found {
		if whole || !elsewhere[k] {
			r.result.Records[k], r.skip[k] = name, true
		}
	}
	return nil
}

// recordOf returns the record of an arm that the latest attempt left, nil for none.
func (f *Farm) recordOf(ctx context.Context, suite, block string, arm int, key string, in *tsp.Instance) (string, *record, error) {
	folder := recordFolder(suite, block, arm)
	names, err := f.blobs.list(ctx, folder)
	if err != nil {
		return "", nil, err
	}
	for k := len(names) - 1; k >= 0; k-- {
		name := strings.TrimPrefix(names[k], folder)
		if rec, err := f.record(ctx, folder+name, key, in); err == nil {
			return name, rec, nil
		} else if ctx.Err() != nil {
			return "", nil, err
		}
	}
	return "", nil, nil
}

// record returns the record in a blob, checked.
func (f *Farm) record(ctx context.Context, name, key string, in *tsp.Instance) (*record, error) {
	sum := sumOf(name)
	data, err := f.blobs.getContent(ctx, name, sum, mostRecord)
	if err != nil {
		return nil, err
	}
	r := &record{}
	if err := decode(data, r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := r.check(key, in); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// sumOf returns the digest at the end of a blob's name.
func sumOf(name string) string { return name[strings.LastIndex(name, "-")+1:] }

// listen takes what the process tells until it has run all arms.
func (r *blockRun) listen(p *process) error {
	r.tell(r.next(), "begins")
	err := r.a.listen(p, r.b.limit(r.in.N(), r.skip), r.take)
	var died *processError
	switch {
	case errors.As(err, &died):
		return fails(r.next(), "%v", err)
	case err == nil && r.left() > 0: // asked to stop between two arms
		return errStopping
	}
	return err
}

// next returns the arm that is run next, or now.
func (r *blockRun) next() int {
	for k := range r.b.Arms {
		if !r.skip[k] {
			return k
		}
	}
	return 0
}

// tell says what the attempt does.
func (r *blockRun) tell(arm int, format string, args ...any) {
	a := r.b.Arms[arm]
	r.a.say("%s seed %d, run %d of %d (%s %s %s): %s", r.b.Name, r.b.Seed, arm+1, len(r.b.Arms), a.Heatmap, a.Knobs.Label, a.Budget, fmt.Sprintf(format, args...))
}

// take takes a message.
func (r *blockRun) take(m message) error {
	if m.Arm < 0 || m.Arm >= len(r.b.Arms) {
		return errors.New("a message of no arm")
	}
	switch {
	case m.Failed != "":
		return fails(m.Arm, "%s", m.Failed)
	case m.Stopped:
		return errStopping
	case m.Checkpoint != nil:
		return r.farm.blobs.put(r.a.ctx, r.saved(m.Arm), m.Checkpoint)
	case m.Entry != nil:
		return r.keep(m)
	}
	length := "no tour yet"
	if !math.IsInf(m.Length, 1) {
		length = "length " + bench.LengthShort(r.in, m.Length)
	}
	r.tell(m.Arm, "%s, %s, %d actions", cmp.Or(m.Stage, "preparing"), length, m.Actions)
	return nil
}

// keep writes the record of an arm that was run.
func (r *blockRun) keep(m message) error {
	rec := &record{Entry: &bench.Entry{}, Tour: m.Tour}
	if err := json.Unmarshal(m.Entry, rec.Entry); err != nil {
		return fails(m.Arm, "%v", err)
	}
	rec.Entry.Host, rec.Entry.Attempt = host(), r.t.Try-1+int(r.a.info.Attempt)
	if err := rec.check(r.b.Arms[m.Arm].Key, r.in); err != nil {
		return fails(m.Arm, "%v", err)
	}
	data, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%03d-%06d-%s", r.t.Try, r.a.info.Attempt, digest(data)[:32])
	if err := r.farm.blobs.put(r.a.ctx, recordFolder(r.t.Suite, r.t.Block, m.Arm)+name, data); err != nil {
		return err
	}
	r.result.Records[m.Arm], r.skip[m.Arm] = name, true
	pauseForTest("record")
	r.farm.blobs.remove(r.a.ctx, r.saved(m.Arm)) // of no use any more, or never there
	return nil
}
