package serve

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// Status is what becomes of a job.
type Status string

// A job waits, runs, perhaps rests, and ends.
const (
	Queued  Status = "queued"
	Running Status = "running"
	Paused  Status = "paused"
	Done    Status = "done"
	Failed  Status = "failed"
)

func (s Status) ended() bool { return s == Done || s == Failed }

// State is what of a job changes while it is searched for.
type State struct {
	Status   Status       `json:"status"`
	Stop     mcts.Stop    `json:"stop,omitempty"`    // why a job that is done ended
	Error    string       `json:"error,omitempty"`   // why it failed
	Stage    string       `json:"stage,omitempty"`   // what the search is at
	Heatmap  string       `json:"heatmap"`           // its source, as asked for until the search has settled it
	Revision int64        `json:"revision"`          // rises with every tour that is shown; 0: there is none yet
	Length   *json.Number `json:"length"`            // of the tour, in the instance's unit
	Gap      *float64     `json:"gap"`               // in percent, over the optimum where that was given, or else over the bound
	Bound    *json.Number `json:"bound"`             // that no tour is below
	Seconds  float64      `json:"seconds"`           // that the job has run, reading included
	Actions  int64        `json:"actions"`           // simulated by all workers
	Regions  [][4]float32 `json:"regions,omitempty"` // that are worked on: least and largest x and y, in the square of the cities
}

// View is a job as clients see it.
type View struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Cities   int       `json:"cities"`
	Metric   string    `json:"metric"`
	Path     bool      `json:"path"` // and no tour, which comes back
	Created  time.Time `json:"created"`
	Seed     uint64    `json:"seed"`
	Workers  int       `json:"workers"`
	Preset   string    `json:"preset"`
	Settings given     `json:"settings"` // that it was asked with, as they were written
	Warnings []string  `json:"warnings,omitempty"`
	Command  string    `json:"command"` // that does the same, with what was sent in files
	State
	Trace []bench.Point `json:"trace,omitempty"` // improvements: when, and the length then
}

// shown is a tour that a job shows. It does not change.
type shown struct {
	revision int64
	tour     tsp.Tour
	length   float64
	check    func() error // whether it is a tour: asked by who wants it, not by the search
}

// job is a search. What is below the server's lock is guarded by it.
type job struct {
	*order
	id      string
	created time.Time
	query   string
	body    []byte // as it was posted, kept where there is a folder for the state
	spent   time.Duration

	// Of the goroutine that searches.
	next  time.Duration // when the observer publishes again
	found float64       // the length of the tour that it published last, as the search has it
	lit   *[]int32      // the first of the regions that are shown
	frame *frame        // of the picture, once it was needed
	// initial is what the search began with, which a checkpoint is of as well: a tour, where it went
	// on without one.
	initial []tsp.Tour

	disk   sync.Mutex  // held while files of the job are written
	warned atomic.Bool // that they cannot be

	// Under the server's lock.
	state      State
	best       *shown
	believed   *heatmap.Map // the heatmap, where it is of the cities themselves
	trace      trace
	changed    chan struct{} // closed when the state changes
	followers  int
	cancel     context.CancelCauseFunc // of a job that runs
	wish       error                   // why it is to end: what was asked of it last, nil to go on
	checkpoint []byte                  // to go on from
	ended      time.Time
	gone       bool // deleted
}

// Causes for which a search is ended from outside.
var (
	errPaused  = errors.New("paused")
	errStopped = errors.New("stopped")
	errClosing = errors.New("the server is closing")
)

// Config says what a server is to be.
type Config struct {
	Limits
	Folder string   // of the state; "" to keep nothing
	Token  string   // that clients must bring; "" for none
	Hosts  []string // names that clients may call it by, in lower case, without a last dot; the loopback's are not needed
	AnyIP  bool     // clients may call it by any address
	// Write puts a whole file in its place, or leaves what was there.
	Write func(name string, write func(io.Writer) error) error
	// Log is told what goes wrong without a client's fault.
	Log func(format string, args ...any)
}

// Server keeps jobs and answers requests.
type Server struct {
	Config
	ctx      context.Context
	end      context.CancelCauseFunc
	pending  sync.WaitGroup // searches, and files that are removed
	handler  http.Handler
	decoding sync.Mutex // held by the request that is understood

	mu      sync.Mutex
	jobs    map[string]*job
	queue   []*job // that wait, in order
	reading int    // requests that are about to become jobs
	running int
	held    int // cities that all jobs count as
	streams int
	closed  bool
	due     *time.Timer // when the next job is to be forgotten
}

// New returns a server, with the jobs that its folder holds. Close ends it.
func New(c Config) (*Server, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &Server{Config: c, jobs: map[string]*job{}}
	s.ctx, s.end = context.WithCancelCause(context.Background())
	s.handler = s.guard(s.routes())
	s.mu.Lock() // until the jobs are there
	s.due = time.AfterFunc(s.Keep, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.expire()
	})
	var err error
	if c.Folder != "" {
		err = s.load()
	}
	s.mu.Unlock()
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close ends all searches. With a folder, they go on when a server is made of it again.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.due.Stop()
	s.queue = nil
	s.mu.Unlock()
	s.end(errClosing)
	s.pending.Wait()
}

// reserve makes room for a job that is about to be read; release takes it back.
func (s *Server) reserve() *Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return s.closing()
	}
	if p := s.full(); p != nil {
		return p
	}
	s.reading++
	return nil
}

// full returns the problem that no more jobs may wait, nil where one may.
func (s *Server) full() *Problem {
	if len(s.queue)+s.reading < s.Queued {
		return nil
	}
	p := problemf(http.StatusTooManyRequests, "%d jobs wait or are being read, which is the limit; try again later", s.Queued)
	p.retry = s.soonest()
	return p
}

func (s *Server) release() {
	s.mu.Lock()
	s.reading--
	s.mu.Unlock()
}

func (s *Server) closing() *Problem {
	p := problemf(http.StatusServiceUnavailable, "the server is about to end; try again later")
	p.retry = 5
	return p
}

// soonest returns in how many seconds a job may end, from 1 to 60.
func (s *Server) soonest() int {
	left := 60.0
	for _, j := range s.jobs {
		if j.state.Status == Running {
			left = min(left, (j.time(s.Limits) - time.Duration(j.state.Seconds*1e9)).Seconds())
		}
	}
	return int(max(1, math.Ceil(left)))
}

// add takes up a job that was reserved, whose room it has from then on.
func (s *Server) add(o *order, query string, body []byte, spent time.Duration) (*job, *Problem) {
	if err := bench.CheckMemory(o.item.Instance, o.workers, o.candidates); err != nil {
		return nil, problemf(http.StatusServiceUnavailable, "%v", err)
	}
	j := &job{order: o, id: rand.Text(), created: time.Now(), query: query, spent: spent, changed: make(chan struct{})}
	j.believed = o.edges
	j.state = State{Status: Queued, Heatmap: o.heatmap, Seconds: seconds(spent)}
	if s.Folder != "" {
		j.body = body
		if err := s.save(j, nil); err != nil {
			s.remove(j)
			s.Log("no state: %v", err)
			return nil, problemf(http.StatusServiceUnavailable, "the job cannot be kept: the server's folder cannot be written")
		}
	}
	if p := s.take(j); p != nil {
		s.remove(j)
		return nil, p
	}
	return j, nil
}

// maxEnded is how many jobs that have ended stay, however small: each takes some kilobytes besides
// its cities, and lists of jobs tell of it.
const maxEnded = 10000

// take lets a job wait, where it fits.
func (s *Server) take(j *job) *Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return s.closing()
	}
	n, stay, ended := j.weight, s.held, 0
	for _, old := range s.jobs {
		if old.state.Status.ended() {
			stay -= old.weight
			ended++
		}
	}
	if stay+n > s.Held {
		p := problemf(http.StatusTooManyRequests, "the jobs that have not ended count as %d cities together, and %d more are above the limit of %d; try again later", stay, n, s.Held)
		p.retry = s.soonest()
		return p
	}
	if s.held+n > s.Held || ended >= maxEnded {
		for _, old := range s.oldestFirst(func(j *job) bool { return j.state.Status.ended() }) {
			if s.held+n <= s.Held && ended < maxEnded {
				break
			}
			s.forget(old)
			ended--
		}
	}
	s.held += n
	s.jobs[j.id] = j
	s.reading--
	s.queue = append(s.queue, j)
	s.startNext()
	return nil
}

// oldestFirst returns the jobs that are wanted.
func (s *Server) oldestFirst(want func(*job) bool) []*job {
	var list []*job
	for _, j := range s.jobs {
		if want(j) {
			list = append(list, j)
		}
	}
	slices.SortFunc(list, func(a, b *job) int { return a.created.Compare(b.created) })
	return list
}

// forget removes a job and what is kept of it, of a server that is not closed.
func (s *Server) forget(j *job) {
	if s.jobs[j.id] != j {
		return
	}
	delete(s.jobs, j.id)
	s.held -= j.weight
	s.queue = slices.DeleteFunc(s.queue, func(q *job) bool { return q == j })
	j.gone = true
	if j.cancel != nil {
		j.end(errStopped)
	}
	j.tell()
	s.pending.Go(func() { s.remove(j) })
}

// expire forgets the jobs that ended too long ago, and does so again when the next one will have.
func (s *Server) expire() {
	if s.closed {
		return
	}
	next := s.Keep
	for _, j := range s.jobs {
		if !j.state.Status.ended() {
			continue
		}
		if left := s.Keep - time.Since(j.ended); left > 0 {
			next = min(next, left)
		} else {
			s.forget(j)
		}
	}
	s.due.Reset(next)
}

// startNext starts jobs that wait, where there is room.
func (s *Server) startNext() {
	for s.running < s.Running && len(s.queue) > 0 && !s.closed {
		j := s.queue[0]
		s.queue = s.queue[1:]
		s.running++
		s.start(j, func() { s.running-- })
	}
}

// start searches for a job's tour; after is called under the lock when it has ended.
func (s *Server) start(j *job, after func()) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	j.state.Status, j.cancel = Running, cancel
	j.tell()
	s.pending.Go(func() {
		defer cancel(nil)
		s.run(ctx, j)
		s.mu.Lock()
		after()
		s.expire()
		s.startNext()
		s.mu.Unlock()
	})
}

// stop ends a job with its best tour. One that does not run is run without time, which
// checks and measures what it has.
func (s *Server) stop(j *job) {
	switch j.state.Status {
	case Queued, Paused:
		s.queue = slices.DeleteFunc(s.queue, func(q *job) bool { return q == j })
		s.start(j, func() {})
		fallthrough
	case Running:
		j.end(errStopped)
	}
}

// end has a search end soon. A stop is for good; what else was asked for last is done when the
// search has ended.
func (j *job) end(wish error) {
	if j.wish != errStopped {
		j.wish = wish
	}
	j.cancel(wish)
}

// pause makes a job that waits or runs rest; resume lets it wait again.
func (s *Server) pause(j *job) *Problem {
	switch j.state.Status {
	case Queued:
		s.queue = slices.DeleteFunc(s.queue, func(q *job) bool { return q == j })
		j.state.Status = Paused
		j.tell()
	case Running:
		j.end(errPaused)
	case Done, Failed:
		return problemf(http.StatusConflict, "the job is %s, and cannot be paused", j.state.Status)
	}
	return nil
}

func (s *Server) resume(j *job) *Problem {
	switch j.state.Status {
	case Paused:
		if p := s.full(); p != nil {
			return p
		}
		j.state.Status = Queued
		s.queue = append(s.queue, j)
		j.tell()
		s.startNext()
	case Running:
		if j.wish == errPaused {
			j.wish = nil
		}
	case Done, Failed:
		return problemf(http.StatusConflict, "the job is %s, and cannot be resumed", j.state.Status)
	}
	return nil
}

// run searches until the job's budget or ctx ends.
func (s *Server) run(ctx context.Context, j *job) {
	if s.Folder != "" { // the revision that a server counts from is kept before it shows a tour
		s.note(j, s.save(j, nil))
	}
	begun := time.Now()
	spent := j.spent
	clock := func() time.Duration { return spent + time.Since(begun) }
	j.next, j.found = 0, math.Inf(1)
	res, err := s.solve(ctx, j, clock)
	j.spent = clock()

	s.mu.Lock()
	j.cancel = nil
	j.state.Seconds, j.state.Stage = seconds(j.spent), ""
	j.state.Regions = nil
	outside := ctx.Err() != nil && (err != nil || res.Stop == mcts.StopInterrupted) // not by itself
	switch {
	case outside && j.wish == errPaused:
		j.state.Status = Paused
	case outside && j.wish == nil: // the server closes, or what was to rest goes on after all
		j.state.Status = Queued
		s.queue = slices.Insert(s.queue, 0, j)
	case err != nil:
		j.state.Status, j.state.Error, j.ended = Failed, problemf(0, "%v", err).Detail, time.Now()
	default:
		if res.Stop == mcts.StopTarget && res.Value > j.budget.Target { // at the bound of before
			res.Stop = mcts.StopExact
		}
		j.state.Status, j.state.Stop, j.ended = Done, res.Stop, time.Now()
	}
	if err == nil {
		j.counted(res.Actions)
		j.state.Heatmap = res.Source
		if res.Bound != nil {
			j.setBound(res.Bound.Value())
		}
		if j.best == nil || res.Value <= j.best.length { // the checked tour takes the place of what was shown
			j.show(res.Tour, res.Value, j.spent)
		}
		j.setGap()
	}
	if j.state.Status.ended() {
		j.checkpoint = nil
	}
	j.wish = nil
	j.tell()
	s.mu.Unlock()
	if s.Folder != "" {
		s.note(j, s.save(j, nil))
	}
}

// solve is the search, from a checkpoint where there is one. What it finds is published on the way.
func (s *Server) solve(ctx context.Context, j *job, clock func() time.Duration) (res *mcts.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.Log("job %s: %v\n%s", j.id, v, debug.Stack())
			err = errors.New("the search went wrong, please report it")
		}
	}()
	o := mcts.Options{Preset: j.knobs.Preset, Configure: j.knobs.Config, Source: j.heatmap, Seed: j.seed, Workers: j.workers,
		Time: j.time(s.Limits), Actions: j.budget.Actions, Stall: j.budget.Stall.Of(j.item.N()), Target: j.budget.Target, Clock: clock,
		Bound: j.bound, Heatmap: j.edges, Initial: j.initial, Observe: func(p mcts.Progress) { s.publish(j, p) }}
	if j.state.Bound != nil { // of before, which there may be no time to prove again
		bound, _ := j.state.Bound.Float64()
		o.Target = max(o.Target, bound)
	}
	o.Build = func(ctx context.Context, in *tsp.Instance, spec string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
		source, err := heatmap.Parse(spec)
		if err != nil {
			return nil, err
		}
		item := *j.item
		item.Instance = in
		m, err := bench.BuildHeatmap(ctx, source, &item, nb, told, 1)
		if err == nil && in == j.item.Instance { // and not of places, which have other numbers
			s.mu.Lock()
			j.believed = m
			s.mu.Unlock()
		}
		return m, err
	}
	o.Save = &mcts.Saver{Save: func(c *mcts.Checkpoint) {
		cause := context.Cause(ctx)
		// A pause cuts a step short: where actions are the budget, what counts is saved before.
		if cause == nil && s.Folder == "" && o.Actions == 0 || errors.Is(cause, errStopped) {
			return
		}
		var text bytes.Buffer
		if err := c.Encode(&text); err != nil {
			s.note(j, err)
			return
		}
		s.mu.Lock()
		j.checkpoint = text.Bytes()
		j.state.Seconds = seconds(clock())
		s.mu.Unlock()
		if s.Folder != "" {
			s.note(j, s.save(j, text.Bytes()))
		}
	}}
	if j.checkpoint != nil {
		if o.Resume, err = mcts.DecodeCheckpoint(bytes.NewReader(j.checkpoint)); err == nil {
			if res, err = mcts.Solve(ctx, j.item.Instance, o); !errors.Is(err, mcts.ErrCheckpoint) {
				return res, err
			}
		}
		// It is of other workers, or of another version of the program: the tour is still good.
		s.Log("job %s goes on from its tour alone: %v", j.id, err)
		s.mu.Lock()
		j.checkpoint = nil
		if o.Resume = nil; j.best != nil {
			j.initial = []tsp.Tour{j.best.tour}
		}
		s.mu.Unlock()
		o.Initial = j.initial
	}
	return mcts.Solve(ctx, j.item.Instance, o)
}

// publishEvery is the least time between two tours that a job shows; publishShare times as long as
// it takes to copy and to measure one is added.
const (
	publishEvery = 50 * time.Millisecond
	publishShare = 30
)

// publish is what the search tells, at times thousands of better tours a second.
func (s *Server) publish(j *job, p mcts.Progress) {
	if p.Elapsed < j.next {
		return
	}
	var tour tsp.Tour
	length := p.Length
	begun := time.Now()
	if p.Length < j.found {
		j.found, tour = p.Length, j.item.Turned(p.Tour)
		if j.item.Metric.Exact() { // where the search adds rounded distances
			length = j.item.Value(tour)
		}
	}
	j.next = p.Elapsed + publishEvery + publishShare*time.Since(begun)
	s.mu.Lock()
	defer s.mu.Unlock()
	if tour != nil && (j.best == nil || length < j.best.length) {
		j.show(tour, length, p.Elapsed)
	}
	if p.Bound > 0 {
		j.setBound(p.Bound)
	}
	j.setGap()
	j.light(p.Regions)
	j.counted(p.Actions)
	j.state.Stage, j.state.Seconds = p.Stage, seconds(p.Elapsed)
	j.tell()
}

// counted takes the actions that a search has counted: 0 before it has taken up its checkpoint.
func (j *job) counted(actions int64) { j.state.Actions = max(j.state.Actions, actions) }

// light keeps where the regions are that the search works on.
func (j *job) light(regions [][]int32) {
	switch {
	case len(regions) == 0:
		j.state.Regions, j.lit = nil, nil
		return
	case j.lit == &regions[0]: // the same as the last time
		return
	case j.frame == nil:
		j.frame = newFrame(j.item.Instance)
	}
	j.lit, j.state.Regions = &regions[0], nil
	if j.frame.err != nil {
		return
	}
	for _, cities := range regions {
		box := [4]float32{1, 1, 0, 0}
		for _, c := range cities {
			x, y := j.frame.at(int(c))
			box = [4]float32{min(box[0], x), min(box[1], y), max(box[2], x), max(box[3], y)}
		}
		j.state.Regions = append(j.state.Regions, box)
	}
}

// show shows a tour.
func (j *job) show(tour tsp.Tour, length float64, at time.Duration) {
	text := json.Number(bench.LengthText(j.item.Instance, length))
	if j.state.Length == nil || *j.state.Length != text { // else the checked tour takes the place of the same
		j.trace.add(bench.Point{Seconds: seconds(at), Length: text})
	}
	j.state.Revision++
	j.state.Length = &text
	j.best = j.shown(tour, length)
}

func (j *job) shown(tour tsp.Tour, length float64) *shown {
	return &shown{j.state.Revision, tour, length, sync.OnceValue(func() error { return j.item.Check(tour) })}
}

func (j *job) setBound(bound float64) {
	text := json.Number(bench.LengthText(j.item.Instance, bound))
	j.state.Bound = &text
}

func (j *job) setGap() {
	over := j.optimum
	if over == 0 && j.state.Bound != nil {
		over, _ = j.state.Bound.Float64()
	}
	if j.best != nil {
		j.state.Gap = bench.GapOf(j.best.length, over)
	}
}

// tell wakes who follows the job.
func (j *job) tell() {
	close(j.changed)
	j.changed = make(chan struct{})
}

// view returns the job as clients see it.
func (j *job) view(traced bool) View {
	v := View{ID: j.id, Name: j.item.Name, Cities: j.item.N(), Metric: j.item.Metric.String(), Path: j.item.Ends != nil, Created: j.created, Seed: j.seed,
		Workers: j.workers, Preset: j.knobs.Preset, Settings: j.given, Warnings: slices.Clone(j.warnings), Command: j.command(), State: j.state}
	if traced {
		v.Trace = slices.Clone(j.trace.points)
	}
	return v
}

// note tells once of a job that its state could not be written.
func (s *Server) note(j *job, err error) {
	if err != nil && !j.warned.Swap(true) {
		s.Log("job %s: its state is not kept: %v", j.id, err)
	}
}

// seconds rounds a time to microseconds.
func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1e6) / 1e6 }

// maxTrace is how many improvements a job remembers.
const maxTrace = 512

// trace holds improvements, at most maxTrace of them: of more, the one goes whose neighbours are
// nearest in the logarithm of time, by which the course is drawn.
type trace struct{ points []bench.Point }

func (t *trace) add(p bench.Point) {
	t.points = append(t.points, p)
	if len(t.points) <= maxTrace {
		return
	}
	at, least := 1, math.Inf(1)
	for i := 1; i < maxTrace; i++ {
		if ratio := t.points[i+1].Seconds / t.points[i-1].Seconds; ratio < least {
			at, least = i, ratio
		}
	}
	t.points = slices.Delete(t.points, at, at+1)
}
