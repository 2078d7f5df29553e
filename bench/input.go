package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tspmcts/tsp"
	"tspmcts/tsplib"
	"tspmcts/tsplib/places"
)

var errStdinTwice = Misusef("stdin (-) can be read only once; name a file in one of its places")

// Input is one file, or stdin for "-".
type Input struct {
	io.Reader
	Name string // for messages
	Kind tsplib.Kind
	base string // names the instance; empty for stdin
	f    *os.File
}

// CheckInputs returns an error when a file is not there to be read, before time is spent on the
// others.
func CheckInputs(args []string) error {
	taken := stdinTaken.Load()
	for _, arg := range args {
		if arg == "-" {
			if taken {
				return errStdinTwice
			}
			taken = true
			continue
		}
		if Piped(arg) {
			continue
		}
		f, err := OpenFile(arg)
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

// Piped reports whether what is in a file is there once, to its first reader: a pipe or a device.
func Piped(name string) bool {
	info, err := os.Stat(name)
	return err == nil && !info.IsDir() && !info.Mode().IsRegular()
}

// stdinTaken is set by the first reader of stdin.
var stdinTaken atomic.Bool

// OpenFile opens a file for reading, - for stdin, with an error that tells what to do.
// Stdin is there once: to the second who asks, nothing is left of it.
func OpenFile(name string) (*os.File, error) {
	if name == "-" {
		if stdinTaken.Swap(true) {
			return nil, errStdinTwice
		}
		return os.Stdin, nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, FileError(name, err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: this is a directory; name the files in it", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, FileError(name, err)
	}
	return f, nil
}

// readWhole returns the text in a file, or in stdin for "-", without a byte order mark.
func readWhole(name string) ([]byte, error) {
	f, err := OpenFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, FileError(name, err)
	}
	return bytes.TrimPrefix(data, []byte(tsplib.BOM)), nil
}

// Open opens a file and tells what it holds, one of the wanted kinds.
func Open(arg string, want ...tsplib.Kind) (*Input, error) {
	f, err := OpenFile(arg)
	if err != nil {
		return nil, err
	}
	i := &Input{Name: arg, f: f}
	if arg == "-" {
		i.Name = "stdin"
	} else {
		i.base = tsplib.BaseName(arg)
	}
	if err := checkReading(f); err != nil {
		f.Close()
		return nil, err
	}
	if i.Kind, i.Reader, err = tsplib.Detect(i.f); err != nil {
		i.f.Close()
		return nil, FileError(i.Name, err)
	}
	var names []string
	for _, k := range want {
		if i.Kind == k {
			return i, nil
		}
		names = append(names, k.String())
	}
	i.f.Close()
	hint := ""
	switch {
	case i.Kind == tsplib.KindBinary:
		hint = "; unpack it if it is compressed, save it as UTF-8 if it is text"
	case i.Kind == tsplib.KindUnknown && slices.Contains(want, tsplib.KindPlaces):
		hint = "; a table of places begins with the names of its columns, as in name,lat,lon"
	case i.Kind == tsplib.KindXML && slices.Contains(want, tsplib.KindPlaces):
		hint = "; save places, as of KML or GPX, as CSV or GeoJSON"
	}
	return nil, fmt.Errorf("%s:1: found %s, want %s%s", i.Name, i.Kind, strings.Join(names, " or "), hint)
}

// Close closes the file.
func (i *Input) Close() error { return i.f.Close() }

// Item is an instance and what is known about it.
type Item struct {
	*tsp.Instance
	Name      string   // what the program calls it
	Alias     string   // its NAME, where that differs
	Index     int      // its place in its data set file, from 0
	Single    bool     // its file is no data set
	Reference tsp.Tour // of a data set line, nil without
	// Warn is told of what is odd about files that belong to it, each once; nil for nobody.
	Warn func(format string, args ...any)

	dir string // that File's names count from; empty for the working directory
}

// Reader reads the instances of files, one after the other.
type Reader struct {
	Places places.Options // of files that need them

	args  []string
	lines LineRange
	warn  func(format string, args ...any)
	file  *Input
	set   *tsplib.Lines
	index int // of the next line of set
	ahead []answer
}

// NewReader returns a reader of the files' instances, of data set files those in lines. Where lines
// are given and a file is no data set, that is the first answer: nothing is solved in vain.
func NewReader(files []string, lines LineRange, warn func(format string, args ...any)) *Reader {
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || !lines.Given || !info.Mode().IsRegular() {
			continue // it is told about when it is read; a pipe keeps what is in it
		}
		if f, err := os.Open(name); err == nil {
			kind, _, _ := tsplib.Detect(f)
			f.Close()
			if err := lines.fit(name, kind); err != nil {
				return &Reader{ahead: []answer{{err: err}, {err: io.EOF}}}
			}
		}
	}
	return &Reader{args: files, lines: lines, warn: once(warn)}
}

// fit returns an error where l is given for a file of one instance.
func (l LineRange) fit(name string, kind tsplib.Kind) error {
	what := map[tsplib.Kind]string{tsplib.KindProblem: "a TSPLIB problem", tsplib.KindPlaces: "places or a matrix"}[kind]
	if l.Given && what != "" {
		return Misusef("%s: found %s, but --lines is for data set files", name, what)
	}
	return nil
}

// once returns warn, but tells the same text only once: several runs read the same file.
func once(warn func(format string, args ...any)) func(format string, args ...any) {
	var mu sync.Mutex
	told := map[string]bool{}
	return func(format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		mu.Lock()
		defer mu.Unlock()
		if !told[text] {
			told[text] = true
			warn("%s", text)
		}
	}
}

// ReaderOf returns a reader of one instance that is no file's.
func ReaderOf(item *Item) *Reader {
	return &Reader{ahead: []answer{{item: item}, {err: io.EOF}}}
}

type answer struct {
	item *Item
	err  error
}

// Next returns the next instance, and io.EOF after the last. It returns
// ErrInterrupted at once when ctx ends, wherever the reading is.
func (r *Reader) Next(ctx context.Context) (*Item, error) {
	if len(r.ahead) > 0 {
		a := r.ahead[0]
		r.ahead = r.ahead[1:]
		return a.item, a.err
	}
	return r.fetch(ctx)
}

func (r *Reader) fetch(ctx context.Context) (*Item, error) {
	if ctx.Err() != nil {
		return nil, ErrInterrupted
	}
	done := make(chan answer, 1)
	go func() {
		item, err := r.read()
		done <- answer{item, err}
	}()
	select {
	case a := <-done:
		return a.item, a.err
	case <-ctx.Done(): // the reading goroutine may be stuck in a read: it is left behind
		return nil, ErrInterrupted
	}
}

// Several reports whether there is more than one instance to come.
func (r *Reader) Several(ctx context.Context) (bool, error) {
	for len(r.ahead) < 2 {
		item, err := r.fetch(ctx)
		if err == ErrInterrupted {
			return false, err
		}
		r.ahead = append(r.ahead, answer{item, err})
		if err != nil {
			break
		}
	}
	return len(r.ahead) == 2 && r.ahead[1].err != io.EOF, nil
}

func (r *Reader) read() (*Item, error) {
	for {
		if r.set != nil {
			item, err := r.readLine()
			if err != io.EOF {
				return item, err
			}
			r.set = nil
			r.file.f.Close()
		}
		if len(r.args) == 0 {
			return nil, io.EOF
		}
		file, err := Open(r.args[0], tsplib.KindProblem, tsplib.KindLines, tsplib.KindPlaces)
		if err != nil {
			return nil, err
		}
		r.args = r.args[1:]
		r.file = file
		if err := r.lines.fit(file.Name, file.Kind); err != nil {
			file.f.Close()
			return nil, err
		}
		if file.Kind != tsplib.KindPlaces && r.Places.Given() {
			file.f.Close()
			return nil, Misusef("%s: found a file of %v, which --metric, --weight and --decimal-comma are not for; leave them out", file.Name, file.Kind)
		}
		if file.Kind == tsplib.KindLines {
			in, set, warnings, err := tsplib.ReadNumbers(file.Reader, file.Name)
			if set != nil {
				r.set, r.index = set, 0
				continue
			}
			return r.single(in, warnings, err)
		}
		if file.Kind == tsplib.KindPlaces {
			o := r.Places
			o.Fits = func(n int) error { return checkSquare(file.Name, int64(n), 4) }
			in, warnings, err := places.Read(file.Reader, file.Name, o)
			return r.single(in, warnings, err)
		}
		if b, ok := file.Reader.(*bufio.Reader); ok {
			prefix, _ := b.Peek(tsplib.SniffLen) // shorter files too
			if err := checkMatrix(file.Name, prefix); err != nil {
				file.Close()
				return nil, err
			}
		}
		in, warnings, err := tsplib.Read(file.Reader, file.Name)
		return r.single(in, warnings, err)
	}
}

// single returns the only instance of the file, which is closed.
func (r *Reader) single(in *tsp.Instance, warnings []tsplib.Warning, err error) (*Item, error) {
	r.file.f.Close()
	if err != nil {
		return nil, err
	}
	if r.lines.Given {
		return nil, Misusef("%s: found one instance without a TSPLIB header, but --lines is for data set files", r.file.Name)
	}
	for _, w := range warnings {
		r.warn("%v", w)
	}
	item := &Item{Instance: in, Name: inUTF8(in.Name), Single: true, Warn: r.warn}
	if base := r.file.base; base != "" && base != in.Name {
		item.Name, item.Alias = inUTF8(base), in.Name
	}
	return item, nil
}

func (r *Reader) readLine() (*Item, error) {
	none := func() error {
		return fmt.Errorf("%s: found %d instances, but --lines begins at %d, from 0", r.file.Name, r.index, r.lines.From)
	}
	for r.index < r.lines.From {
		if err := r.set.Skip(); err == io.EOF {
			return nil, none()
		} else if err != nil {
			return nil, err
		}
		r.index++
	}
	if r.index >= r.lines.To {
		return nil, io.EOF
	}
	in, tour, err := r.set.Next()
	switch {
	case err == io.EOF && r.index > 0 && r.index == r.lines.From:
		return nil, none()
	case err == io.EOF:
		return nil, err
	}
	r.index++ // of a line that is wrong, too
	if err != nil {
		return nil, err
	}
	return &Item{Instance: in, Name: inUTF8(in.Name), Index: r.index - 1, Reference: tour, Warn: r.warn}, nil
}
