package farm

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tspmcts/mcts"
	"tspmcts/tsp"
)

// ChildCommand is the hidden command of the program that runs Child.
const ChildCommand = "search-for-worker"

// task is what a process searches: a block, or one search.
type task struct {
	Instance []byte
	Map      []byte // of a search, nil where it makes its own
	Block    *block
	Skip     map[int]bool
	Saved    map[int][]byte // checkpoints by arm
	Search   *search
}

// message is what a process tells the worker.
type message struct {
	Arm        int
	Stage      string  // with Length and Actions: how far it is
	Length     float64 // of the best tour so far
	Actions    int64
	Checkpoint []byte
	Better     []byte // of an island: its best tour, better than the one told before
	Entry      []byte // a bench.Entry as JSON: gob would take a pointer to 0 for none
	Tour       []byte
	Learnt     *mcts.Learnt // with the tour of a search
	Source     string       // likewise: of its heatmap
	Failed     string       // why the arm, or the search, cannot be done
	Stopped    bool         // at a checkpoint, as asked
}

const (
	savedEvery = 30 * time.Second // checkpoints
	toldEvery  = 2 * time.Second  // progress
)

// Child carries out the task that comes on in, and tells of it on out. One more byte on in
// asks it to stop at the next checkpoint; the end of in, that the worker is gone, ends the process.
func Child(in io.Reader, out io.Writer) error {
	signal.Ignore(endSignals...) // the worker's to hear, which may share group or terminal
	// for ps, which calls what was started as /proc/self/exe by that name
	os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0)
	var t task
	var size [8]byte
	if _, err := io.ReadFull(in, size[:]); err != nil {
		return err
	}
	length := binary.LittleEndian.Uint64(size[:])
	if err := gob.NewDecoder(io.LimitReader(in, int64(length))).Decode(&t); err != nil {
		return fmt.Errorf("no task: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := &child{enc: gob.NewEncoder(out), ctx: ctx, cancel: cancel}
	go func() {
		var one [1]byte
		for {
			if _, err := in.Read(one[:]); err != nil {
				os.Exit(1)
			}
			c.stopping.Store(true)
		}
	}()
	instance, err := tsp.DecodeInstance(t.Instance)
	switch {
	case err != nil:
		return c.tell(message{Failed: err.Error()})
	case t.Search != nil:
		return c.search(&t, instance)
	}
	for k := range t.Block.Arms {
		if !t.Skip[k] {
			if stop, err := c.arm(&t, k, instance); err != nil || stop {
				return err
			}
		}
	}
	return nil
}

// child is the process's side.
type child struct {
	mu       sync.Mutex
	enc      *gob.Encoder
	ctx      context.Context
	cancel   context.CancelFunc
	stopping atomic.Bool
	told     time.Time
}

func (c *child) tell(m message) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.enc.Encode(m)
}

// observe tells how far a search is, now and then.
func (c *child) observe(arm int) func(mcts.Progress) {
	return func(p mcts.Progress) {
		if time.Since(c.told) >= toldEvery {
			c.told = time.Now()
			c.tell(message{Arm: arm, Stage: p.Stage, Length: p.Length, Actions: p.Actions})
		}
	}
}

// show is observe of an island, which tells the tours too, each after a fortieth of the time so far.
func (c *child) show() func(mcts.Progress) {
	tell := c.observe(0)
	start, length := time.Now(), math.Inf(1)
	last := start.Add(-toldEvery * 3 / 4) // what there is after half a second is the first worth showing
	return func(p mcts.Progress) {
		tell(p)
		if p.Length < length && time.Since(last) >= max(toldEvery, time.Since(start)/40) {
			last, length = time.Now(), p.Length
			c.tell(message{Better: tourBytes(p.Tour)})
		}
	}
}

// saver sends checkpoints now and then, and the last one when the process is asked to stop: between
// two steps of the search, so that one that goes on from there ends with the same tour. Where one
// takes long there are fewer.
func (c *child) saver(arm int) *mcts.Saver {
	last, took := time.Now(), time.Duration(0)
	return &mcts.Saver{Every: time.Second, Save: func(p *mcts.Checkpoint) {
		stopping := c.stopping.Load()
		if c.ctx.Err() != nil || !stopping && time.Since(last) < max(savedEvery, 50*took) {
			return
		}
		start := time.Now()
		var b bytes.Buffer
		if p.Encode(&b) == nil {
			c.tell(message{Arm: arm, Checkpoint: b.Bytes()})
		}
		last, took = time.Now(), time.Since(start)
		if stopping {
			c.cancel()
		}
	}}
}

// arm runs an arm of the block.
func (c *child) arm(t *task, k int, in *tsp.Instance) (stopped bool, err error) {
	j, err := t.Block.job(k, in)
	if err != nil {
		return true, c.tell(message{Arm: k, Failed: err.Error()})
	}
	if b := j.Budget; b.Actions > 0 && !b.Time.Given() && !b.Stall.Given() {
		j.Save = c.saver(k)
		j.Resume = checkpoint(t.Saved[k])
	}
	j.Observe = c.observe(k)
	e, tour, err := j.Do(c.ctx, t.Block.Tours)
	if j.Resume != nil && errors.Is(err, mcts.ErrCheckpoint) {
		j.Resume = nil
		e, tour, err = j.Do(c.ctx, t.Block.Tours)
	}
	switch {
	case err != nil:
		return true, c.tell(message{Arm: k, Failed: err.Error()})
	case e == nil:
		return true, c.tell(message{Arm: k, Stopped: true})
	}
	text, err := json.Marshal(e)
	if err != nil {
		return true, err
	}
	return false, c.tell(message{Arm: k, Entry: text, Tour: tourBytes(tour)})
}

// checkpoint returns the checkpoint in data; a damaged one is none.
func checkpoint(data []byte) *mcts.Checkpoint {
	if data == nil {
		return nil
	}
	c, err := mcts.DecodeCheckpoint(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return c
}

// process is the worker's side of a child.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	dec    *gob.Decoder
	stderr tail
	given  chan struct{} // closed when the task is
	once   sync.Once
}

// tail keeps the beginning of what is written to it: a panic tells itself first.
type tail struct {
	mu   sync.Mutex
	data []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p[:min(len(p), 4096-len(t.data))]...)
	return len(p), nil
}

// first returns the line that says what went wrong.
func (t *tail) first() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(string(t.data)) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// start starts a process for the task, with that many cores.
func start(t *task, cores int) (*process, error) {
	name, err := program()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(name, ChildCommand), given: make(chan struct{})}
	p.cmd.Args[0] = os.Args[0] // for ps
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", cores))
	p.cmd.Stderr = &p.stderr
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.dec = gob.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(t); err != nil {
		p.kill()
		return nil, err
	}
	go func() { // a process that died does not read
		p.stdin.Write(binary.LittleEndian.AppendUint64(nil, uint64(b.Len())))
		p.stdin.Write(b.Bytes())
		close(p.given)
	}()
	return p, nil
}

// next returns the process's next message, or what its end says: io.EOF at a good one.
func (p *process) next() (m message, err error) {
	if err = p.dec.Decode(&m); err == nil {
		return m, nil
	}
	ended := p.cmd.Wait()
	switch line := p.stderr.first(); {
	case ended == nil && err == io.EOF:
		return m, io.EOF
	case line != "":
		return m, &processError{fmt.Sprintf("the search ended with %v: %.300s", p.cmd.ProcessState, line)}
	}
	return m, &processError{fmt.Sprintf("the search ended with %v", p.cmd.ProcessState)}
}

// processError says how a search ended that should not have.
type processError struct{ text string }

func (e *processError) Error() string { return e.text }

// stopsWithin is how long a search has for its last checkpoint when the worker stops.
const stopsWithin = 2500 * time.Millisecond

// listen has take take what the process tells, until its end. The error is a processError
// where it ended badly or took longer than limit.
func (a *attempt) listen(p *process, limit time.Duration, take func(message) error) error {
	type heard struct {
		m   message
		err error
	}
	messages, over := make(chan heard), make(chan struct{})
	defer close(over)
	go func() { // until the process has ended, lest it stays a zombie
		for {
			m, err := p.next()
			select {
			case messages <- heard{m, err}:
			case <-over:
			}
			if err != nil {
				return
			}
		}
	}()
	late := time.After(limit)
	stop := a.stop
	var enough <-chan time.Time
	for {
		select {
		case h := <-messages:
			switch {
			case h.err == io.EOF:
				return nil
			case h.err != nil && enough != nil:
				return errStopping
			case h.err != nil:
				return h.err
			}
			if err := take(h.m); err != nil {
				return err
			}
		case <-stop:
			stop = nil
			p.stop()
			enough = time.After(stopsWithin)
		case <-enough:
			return errStopping
		case <-late:
			return &processError{"the search took longer than its budget allows"}
		case <-a.ctx.Done():
			return context.Cause(a.ctx)
		}
	}
}

// stop asks the process to stop at its next checkpoint.
func (p *process) stop() {
	go func() {
		<-p.given
		p.stdin.Write([]byte{1})
	}()
}

// kill ends the process.
func (p *process) kill() {
	p.once.Do(func() {
		p.cmd.Process.Kill()
		p.stdin.Close()
	})
}
