package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tspmcts/mcts"
	"tspmcts/tsplib"
)

// Store is a records file that grows. Each entry is one write of a whole line,
// made before Add returns, so that whatever ends the program only runs in flight
// are lost; the disk has it within a second, should the machine go down. A line
// that was cut is removed when the file is opened, one that lacks its end alone gets it.
// Records of a file that somebody replaces or removes meanwhile are saved beside it.
type Store struct {
	name  string
	f     *os.File
	fresh bool // the file was not there before
	mu    sync.Mutex
	size  int64 // of the whole lines
	done  map[string]*Entry

	synced time.Time
}

// OpenStore opens or creates a records file. Nobody else can have it open.
func OpenStore(name string) (*Store, error) {
	_, missing := os.Lstat(name)
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, FileError(name, err)
	}
	s := &Store{name: name, f: f, fresh: errors.Is(missing, fs.ErrNotExist), done: map[string]*Entry{}}
	if err := s.load(); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (s *Store) load() error {
	if err := lock(s.f); err != nil {
		return fmt.Errorf("%s: another process writes this file (%v); give each its own", s.name, err)
	}
	err := ReadEntries(s.f, s.name, func(e *Entry) error {
		s.done[e.Key()] = e.short()
		return nil
	})
	var cut *cutError
	if err != nil && !errors.As(err, &cut) {
		return err
	}
	if cut != nil {
		if err := s.f.Truncate(cut.size); err != nil {
			return FileError(s.name, err)
		}
	}
	if s.size, err = s.f.Seek(0, io.SeekEnd); err != nil {
		return FileError(s.name, err)
	}
	last := []byte{'\n'}
	if _, err := s.f.ReadAt(last, max(0, s.size-1)); err != nil && err != io.EOF {
		return FileError(s.name, err)
	}
	if last[0] != '\n' {
		n, err := s.f.WriteString("\n")
		if err != nil {
			return FileError(s.name, err)
		}
		s.size += int64(n)
	}
	return nil
}

// short returns the entry without the trace and, but for whether there is one, the tour: the file
// keeps them.
func (e *Entry) short() *Entry {
	kept := *e
	kept.Trace = nil
	if e.Tour != nil {
		kept.Tour = [][2]float64{}
	}
	return &kept
}

// Done returns the entry of the key, short, nil where there is none.
func (s *Store) Done(key string) *Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done[key]
}

// Mixes returns an error where the jobs that the store does not have would go to records that no
// report takes, since they hold two instances of one name, or runs on an instance of two
// configurations that have one label or of two heatmaps that have one name; and where the store has
// a job with another heatmap than it would get now.
func (s *Store) Mixes(jobs []*Job) error {
	twoMaps := func(e *Entry) error {
		return fmt.Errorf("%s would hold runs of two different heatmaps that are called %s, on %s", s.name, e.Heatmap, e.Instance)
	}
	for _, j := range jobs {
		now := j.entry.MapDigest
		if e := s.Done(j.Key()); e != nil && e.MapDigest != "" && now != "" && now != e.MapDigest {
			return twoMaps(e)
		}
	}
	missing, _ := s.Missing(jobs)
	if len(missing) == 0 {
		return nil
	}
	s.mu.Lock()
	entries := slices.Collect(maps.Values(s.done))
	s.mu.Unlock()
	for _, j := range missing {
		entries = append(entries, &j.entry)
	}
	held := map[string]string{}
	differs := func(what, value string) bool {
		was, ok := held[what]
		held[what] = value
		return ok && was != value
	}
	for _, e := range entries {
		config, err := json.Marshal(e.Config)
		if err != nil {
			return err
		}
		arm := *e
		arm.Config, arm.Seed, arm.Digest, arm.Budget, arm.Workers = nil, 0, "", "", 0
		switch {
		case e.Digest != "" && differs(e.Instance, e.Digest):
			return fmt.Errorf("%s would hold runs of two different instances that are called %s", s.name, e.Instance)
		case e.MapDigest != "" && differs("heatmap|"+e.Heatmap+"|"+e.Instance, e.MapDigest):
			return twoMaps(e)
		case e.Config != nil && differs(arm.Key(), string(config)):
			return fmt.Errorf("%s would hold runs of two configurations that are called %s, on %s", s.name, e.Knobs, e.Instance)
		}
	}
	return nil
}

// Len returns the number of entries.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.done)
}

// Add appends an entry.
func (s *Store) Add(e *Entry) error {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	var record any = e
	if e.Error != "" {
		record = e.failure()
	}
	if err := enc.Encode(record); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	due := time.Since(s.synced) > time.Second // it may take longer than a short run
	_, err := s.f.Write(line.Bytes())
	if err == nil && due {
		err = s.f.Sync()
		s.synced = time.Now()
	}
	if err != nil {
		s.f.Truncate(s.size) // what a full disk took of the line goes
		s.f.Seek(s.size, io.SeekStart)
		return FileError(s.name, err)
	}
	s.size += int64(line.Len())
	if e.Error == "" {
		s.done[e.Key()] = e.short()
	}
	if due {
		return s.keep()
	}
	return nil
}

// named reports whether the name still stands for the file.
func (s *Store) named() bool {
	own, err := s.f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(s.name)
	return err == nil && os.SameFile(named, own)
}

// keep returns an error, once, where the name stands for another file by now, or for none: what
// nobody could find any more is saved beside, where the store goes on.
func (s *Store) keep() error {
	if s.named() {
		return nil
	}
	own, err := s.f.Stat()
	if err != nil {
		return FileError(s.name, err)
	}
	beside, err := os.CreateTemp(filepath.Dir(s.name), filepath.Base(s.name)+".")
	if err == nil {
		_, err = io.Copy(beside, io.NewSectionReader(s.f, 0, s.size))
		if err = errors.Join(err, beside.Chmod(own.Mode().Perm()), lock(beside)); err != nil {
			beside.Close()
			os.Remove(beside.Name())
		}
	}
	if err != nil {
		return fmt.Errorf("%s was replaced or removed meanwhile, and its records cannot be saved: %w", s.name, err)
	}
	was := s.name
	s.f.Close()
	s.name, s.f = filepath.Clean(beside.Name()), beside
	return fmt.Errorf("%s was replaced or removed meanwhile; its records are in %s", was, s.name)
}

// Close closes the file. One that was created, and got nothing, goes.
func (s *Store) Close() error {
	if s.fresh && s.size == 0 && s.named() {
		os.Remove(s.name) // an empty one that stays does no harm
		return s.f.Close()
	}
	err := s.keep()
	if failed := errors.Join(s.f.Sync(), s.f.Close()); failed != nil {
		err = errors.Join(err, FileError(s.name, failed))
	}
	return err
}

// cutError says that the last line is no whole record.
type cutError struct {
	name string
	line int
	size int64 // of what is before it
}

func (e *cutError) Error() string {
	return fmt.Sprintf("%s:%d: the last record is cut off; the bench that wrote it repairs that when it goes on", e.name, e.line)
}

// ReadEntries calls f for each record of r, in order, but for those of runs that failed;
// name is for messages. The lines of solve --json are records too, without label and budget. Traces
// are in order, without what is no improvement.
func ReadEntries(r io.Reader, name string, f func(*Entry) error) error {
	b := bufio.NewReaderSize(r, 1<<20)
	size := int64(0)
	for n := 1; ; n++ {
		line, err := b.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		length := int64(len(line))
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte(tsplib.BOM))
		}
		if err == io.EOF && !json.Valid(line) { // a machine that went down may leave zeros
			if !bytes.HasPrefix(line, []byte("{")) && len(bytes.Trim(line, "\x00")) > 0 {
				return notRecord(name, n, line)
			}
			return &cutError{name, n, size}
		}
		if err != nil && err != io.EOF {
			return FileError(name, err)
		}
		size += length
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		e, err := parseEntry(line)
		if err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		if e == nil {
			return notRecord(name, n, line)
		}
		if e.Error != "" {
			continue
		}
		if err := f(e); err != nil {
			return err
		}
	}
}

func notRecord(name string, n int, line []byte) error {
	return fmt.Errorf("%s:%d: found %.40q, want a JSON line of bench or solve --json", name, n, strings.TrimSpace(string(line[:min(len(line), 200)])))
}

// parseEntry returns nil without an error where line is nothing that this program writes.
func parseEntry(line []byte) (*Entry, error) {
	e := &Entry{Version: -1}
	if err := json.Unmarshal(line, e); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) && bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")) {
			return nil, fmt.Errorf("broken JSON at byte %d: %v", syntax.Offset, err)
		}
		var version struct{ Version *int }
		if json.Unmarshal(line, &version) != nil {
			return nil, nil
		}
		if v := version.Version; v != nil && *v != Version {
			return nil, fmt.Errorf("a record of version %d, want %d; use the program that wrote it", *v, Version)
		}
		return nil, fmt.Errorf("no record of this version of the program (%v)", plainJSON(err))
	}
	switch {
	case e.Version == -1 && e.Instance != "" && e.Length != "": // of solve --json
		e.Version, e.Solver, e.Knobs = Version, Own, e.Preset
	case e.Version == -1:
		return nil, nil
	case e.Version != Version:
		return nil, fmt.Errorf("a record of version %d, want %d; use the program that wrote it", e.Version, Version)
	case e.Instance != "" && e.Error != "":
		return e, nil
	case e.Instance == "" || e.Length == "":
		return nil, fmt.Errorf("a record without instance or length")
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	e.Trace, _ = improvements(e.Trace) // other programs may write every tour, in any order
	return e, nil
}

// maxLength is above every length of a tour.
const maxLength = 1e300

// check returns an error when e is nothing that this program writes.
func (e *Entry) check() error {
	length := func(name string, text json.Number) error {
		if v, err := text.Float64(); err != nil || !(v >= 0 && v < maxLength) {
			return fmt.Errorf("%s is %.40q, want a number, 0 or above", name, text)
		}
		return nil
	}
	if err := length("length", e.Length); err != nil {
		return err
	}
	for _, o := range []struct {
		name  string
		value *json.Number
	}{{"optimum", e.Optimum}, {"bound", e.Bound}} {
		if o.value != nil {
			if err := length(o.name, *o.value); err != nil {
				return err
			}
		}
	}
	for _, p := range e.Trace {
		if err := length("a length of the trace", p.Length); err != nil {
			return err
		}
		if !(p.Seconds >= 0) {
			return fmt.Errorf("the trace has the time %v, want seconds, 0 or above", p.Seconds)
		}
	}
	switch {
	case !(e.Seconds >= 0):
		return fmt.Errorf("seconds is %v, want 0 or above", e.Seconds)
	case e.N < 0 || e.Workers < 0 || e.Actions < 0:
		return fmt.Errorf("n is %d, workers %d, actions %d, want 0 or above", e.N, e.Workers, e.Actions)
	case e.Stop != "" && !slices.Contains(mcts.Stops, e.Stop): // other programs tell none
		return fmt.Errorf("stop is %.40q, want one of %s", e.Stop, joined(mcts.Stops))
	}
	return nil
}

func joined(stops []mcts.Stop) string {
	var names []string
	for _, s := range stops {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// plainJSON drops the words about Go types from an error of encoding/json.
func plainJSON(err error) string {
	text := strings.TrimPrefix(err.Error(), "json: ")
	if at := strings.Index(text, " into Go "); at >= 0 {
		text = strings.Replace(text[:at], "cannot unmarshal ", "found ", 1) + field(err)
	}
	return text
}

func field(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) && t.Field != "" {
		return " as " + t.Field
	}
	return ""
}
