package serve

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"tspmcts/bench"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// The state of a job is up to five files, named after its id:
//
//	ID.body        what was posted
//	ID.tour        the best tour, as TSPLIB
//	ID.initial     the tour that the search went on from without its checkpoint
//	ID.checkpoint  of the search
//	ID.json        the rest (record), written last
//
// Each appears whole. A job that was running goes on from its checkpoint.
var kinds = []string{"body", "tour", "initial", "checkpoint", "json"}

// record is what ID.json holds.
type record struct {
	Version int           `json:"version"`
	Query   string        `json:"query"`
	Created time.Time     `json:"created"`
	Workers int           `json:"workers"` // 0 in one that was written before they were kept
	Ended   time.Time     `json:"ended,omitzero"`
	State   State         `json:"state"`
	Trace   []bench.Point `json:"trace,omitempty"`
}

const recordVersion = 1

// revisionsLost is more than the revisions that a killed server may have shown and not
// written: no revision is ever that of two tours.
const revisionsLost = 1_000_000

func (s *Server) file(j *job, kind string) string { return filepath.Join(s.Folder, j.id+"."+kind) }

// save writes the state of a job, as it is when its files may be written: who waits for that does
// not bring back what was before.
func (s *Server) save(j *job, checkpoint []byte) error {
	j.disk.Lock()
	defer j.disk.Unlock()
	s.mu.Lock()
	r := record{recordVersion, j.query, j.created, j.workers, j.ended, j.state, slices.Clone(j.trace.points)}
	best, gone := j.best, j.gone
	s.mu.Unlock()
	if gone {
		return nil
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	bytesOf := func(b []byte) func(io.Writer) error {
		return func(w io.Writer) error { _, err := w.Write(b); return err }
	}
	if j.body != nil {
		if err := s.Write(s.file(j, "body"), bytesOf(j.body)); err != nil {
			return err
		}
		j.body = nil
	}
	writeTour := func(kind string, tour tsp.Tour) error {
		return s.Write(s.file(j, kind), func(w io.Writer) error { return tsplib.WriteTour(w, j.item.Name, "", tour) })
	}
	if best != nil {
		if err := writeTour("tour", best.tour); err != nil {
			return err
		}
	}
	if checkpoint != nil { // and it is the search that saves
		if j.initial != nil {
			if err := writeTour("initial", j.initial[0]); err != nil {
				return err
			}
		}
		if err := s.Write(s.file(j, "checkpoint"), bytesOf(checkpoint)); err != nil {
			return err
		}
	}
	if err := s.Write(s.file(j, "json"), bytesOf(text)); err != nil {
		return err
	}
	if r.State.Status.ended() {
		return errors.Join(removeFile(s.file(j, "checkpoint")), removeFile(s.file(j, "initial")))
	}
	return nil
}

// remove removes the files of a job that is gone.
func (s *Server) remove(j *job) {
	if s.Folder == "" {
		return
	}
	s.mu.Lock()
	j.gone = true
	s.mu.Unlock()
	j.disk.Lock()
	defer j.disk.Unlock()
	for _, kind := range slices.Backward(kinds) { // first what makes a job of the others
		if err := removeFile(s.file(j, kind)); err != nil {
			s.Log("%v", err)
		}
	}
}

func removeFile(name string) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return bench.FileError(name, err)
	}
	return nil
}

// stateName is what files of jobs are called, halfName what Config.Write calls one that is not whole.
var (
	stateName = regexp.MustCompile(`^([A-Z2-7]{26})\.(body|tour|initial|checkpoint|json)$`)
	halfName  = regexp.MustCompile(`^\.[A-Z2-7]{26}\.(body|tour|initial|checkpoint|json)\.[0-9a-f]{8}$`)
)

// load takes up the jobs of the folder, in the order in which they came. One that cannot be read is
// told of and left alone. The lock is held.
func (s *Server) load() error {
	if err := os.Mkdir(s.Folder, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return bench.FileError(s.Folder, err)
	}
	entries, err := os.ReadDir(s.Folder)
	if err != nil {
		return bench.FileError(s.Folder, err)
	}
	for _, e := range entries {
		if s.left(e.Name()) {
			if err := removeFile(filepath.Join(s.Folder, e.Name())); err != nil {
				s.Log("%v", err)
			}
			continue
		}
		m := stateName.FindStringSubmatch(e.Name())
		if m == nil || m[2] != "json" {
			continue
		}
		j := &job{id: m[1], changed: make(chan struct{})}
		if err := s.read(j); err != nil {
			s.Log("job %s is not taken up: %v", j.id, err)
			continue
		}
		s.jobs[j.id] = j
		s.held += j.weight
	}
	s.queue = s.oldestFirst(func(j *job) bool { return j.state.Status == Queued })
	s.expire()
	s.startNext()
	return nil
}

// left reports whether a file is what a server left that was killed: half of one, or of no job.
func (s *Server) left(name string) bool {
	m := stateName.FindStringSubmatch(name)
	if m == nil {
		return halfName.MatchString(name)
	}
	_, err := os.Stat(filepath.Join(s.Folder, m[1]+".json"))
	return errors.Is(err, fs.ErrNotExist)
}

// taken are the limits of a job that was taken already: those of the server are for new ones.
var taken = Limits{Cities: math.MaxInt, Held: math.MaxInt, Time: math.MaxInt64, Workers: math.MaxInt}

// read reads the state of a job.
func (s *Server) read(j *job) error {
	text, err := os.ReadFile(s.file(j, "json"))
	if err != nil {
		return err
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	if r.Version != recordVersion {
		return fmt.Errorf("its state is of version %d, want %d", r.Version, recordVersion)
	}
	body, err := os.ReadFile(s.file(j, "body"))
	if err != nil {
		return err
	}
	if j.order, err = decode(body, r.Query, taken); err != nil {
		return err
	}
	j.workers = min(j.workers, cmp.Or(r.Workers, s.Workers))
	if !r.State.Status.ended() {
		j.workers = min(j.workers, s.Workers)
	}
	j.believed = j.edges
	j.query, j.created, j.ended, j.state, j.trace.points = r.Query, r.Created, r.Ended, r.State, r.Trace
	j.spent = time.Duration(r.State.Seconds * float64(time.Second))
	if !j.state.Status.ended() {
		if j.state.Status == Running {
			j.state.Status = Queued
		}
		j.state.Revision += revisionsLost
		if j.checkpoint, err = os.ReadFile(s.file(j, "checkpoint")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if initial, err := s.readTour(j, "initial"); err == nil {
			j.initial = []tsp.Tour{initial}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	tour, err := s.readTour(j, "tour")
	if errors.Is(err, fs.ErrNotExist) && !(j.state.Status == Done) {
		return nil
	}
	if err != nil {
		return err
	}
	j.best = j.shown(tour, j.item.Value(tour))
	number := json.Number(bench.LengthText(j.item.Instance, j.best.length))
	j.state.Length = &number
	j.setGap()
	return nil
}

// readTour reads one of the files of a job that hold a tour.
func (s *Server) readTour(j *job, kind string) (tsp.Tour, error) {
	text, err := os.ReadFile(s.file(j, kind))
	if err != nil {
		return nil, err
	}
	tours, err := tsplib.ReadTours(bytes.NewReader(text), strings.TrimSuffix(s.file(j, kind), "."+kind))
	if err != nil {
		return nil, err
	}
	if len(tours) != 1 {
		return nil, fmt.Errorf("there are %d tours, want one", len(tours))
	}
	return tours[0], j.item.Check(tours[0])
}
