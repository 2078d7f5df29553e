package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/tsplib"
)

// errStdoutClosed says that nobody reads stdout any more, which is no failure.
var errStdoutClosed = errors.New("stdout is closed")

// stdout is os.Stdout with errStdoutClosed for a broken pipe.
type stdout struct{}

func (stdout) Write(p []byte) (int, error) {
	n, err := os.Stdout.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		return n, errStdoutClosed
	}
	if err != nil {
		return n, bench.FileError("stdout", err)
	}
	return n, nil
}

// pending is a file that is written beside its place, and is there whole or not
// at all. Devices and pipes are written directly, and so is stdout, by any name.
type pending struct {
	name string // for messages
	path string // the place, links followed
	f    *os.File
	side bool // f is a side file that place puts in its place
}

// unfinished holds the side files that exist, so that a hard stop can remove them.
var unfinished = struct {
	sync.Mutex
	files map[string]bool
}{files: map[string]bool{}}

// errHeld says that another process holds a file.
var errHeld = errors.New("the file is held by another process")

// left holds, by folder, the side files that were there when this process first
// wrote to it, by the name of what they were to become.
var left = struct {
	sync.Mutex
	dirs map[string]map[string][]string
}{dirs: map[string]map[string][]string{}}

var sideName = regexp.MustCompile(`^\.(.+)\.[0-9a-f]{8}$`)

// removeLeft removes the side files of path that killed processes left behind:
// those that nobody holds.
func removeLeft(path string) {
	dir, base := filepath.Split(path)
	left.Lock()
	defer left.Unlock()
	if left.dirs[dir] == nil {
		found := map[string][]string{}
		entries, _ := os.ReadDir(cmp.Or(dir, ".")) // what cannot be listed has nothing to remove
		for _, e := range entries {
			if m := sideName.FindStringSubmatch(e.Name()); m != nil && e.Type().IsRegular() {
				found[m[1]] = append(found[m[1]], filepath.Join(dir, e.Name()))
			}
		}
		left.dirs[dir] = found
	}
	for _, side := range left.dirs[dir][base] {
		if f, err := os.OpenFile(side, os.O_WRONLY, 0); err == nil {
			if hold(f) == nil {
				os.Remove(side)
			}
			f.Close()
		}
	}
	delete(left.dirs[dir], base)
}

func removeUnfinished() {
	unfinished.Lock() // never released: nothing is put in its place any more
	for name := range unfinished.files {
		os.Remove(name)
	}
}

// create begins a file that does not replace a TSPLIB problem: who forgets the FILE of an option
// names the next argument, and that is what should have been solved.
func create(name string) (*pending, error) {
	if holds(name) == tsplib.KindProblem {
		return nil, usagef("%s is a TSPLIB problem, which only generate writes over; remove it, or name another file to write to", name)
	}
	return newPending(name)
}

// holds returns what is in a file, KindEmpty where none is there.
func holds(name string) tsplib.Kind {
	f := openRegular(name)
	if f == nil {
		return tsplib.KindEmpty
	}
	defer f.Close()
	kind, _, _ := tsplib.Detect(f)
	return kind
}

// recordsIn returns what wrote the records that a file begins with: bench, or solve --json, whose
// have no version; "" for none.
func recordsIn(name string) string {
	switch text := strings.TrimLeft(head(name), tsplib.BOM+" \r\n"); {
	case !strings.HasPrefix(text, "{") || !strings.Contains(text, `"instance":`):
		return ""
	case strings.Contains(text, `"version":`):
		return "bench"
	}
	return "solve --json"
}

// head returns the beginning of a file, "" of what is none or cannot be read.
func head(name string) string {
	f := openRegular(name)
	if f == nil {
		return ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, tsplib.SniffLen))
	return string(b)
}

// openRegular opens a file to look into it, nil where it is none or cannot be read.
func openRegular(name string) *os.File {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil // and a pipe keeps what is in it
	}
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	return f
}

// newPending begins a file, and makes its folder. It fails where the file could not be put in its
// place, or holds what bench took long to find.
func newPending(name string) (*pending, error) {
	if name == "-" {
		return &pending{name: "stdout", f: os.Stdout}, nil
	}
	if isStdout(name) {
		return &pending{name: name, f: os.Stdout}, nil
	}
	if _, base := splitDir(name); base == "" {
		return nil, fmt.Errorf("%s names a directory, want a file in it", name)
	}
	if recordsIn(name) == "bench" {
		return nil, usagef("%s holds records of bench, which nothing writes over; remove it, or name another file to write to", name)
	}
	p := &pending{name: name, path: target(name)}
	if dir := filepath.Dir(p.path); dir != "." {
		if err := os.Mkdir(dir, 0o777); err != nil && errors.Is(err, fs.ErrNotExist) {
			return nil, bench.FileError(dir, err)
		}
	}
	mode := fs.FileMode(0o666)
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory, want a file in it", name)
	case err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o222 == 0: // who may do all could
		return nil, fmt.Errorf("%s is read-only, and stays as it is", name)
	case err == nil:
		old, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, bench.FileError(name, err)
		}
		if !info.Mode().IsRegular() {
			p.f = old
			return p, nil
		}
		old.Close()
		mode = info.Mode().Perm()
		if p.path, err = filepath.EvalSymlinks(name); err != nil { // target does not follow links to folders
			return nil, bench.FileError(name, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, bench.FileError(name, err)
	}
	removeLeft(p.path)
	for range 100 {
		side := filepath.Join(filepath.Dir(p.path), fmt.Sprintf(".%s.%08x", filepath.Base(p.path), rand.Uint32()))
		unfinished.Lock()
		p.f, err = os.OpenFile(side, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if err == nil {
			if errors.Is(hold(p.f), errHeld) { // another process took it for one that was left
				p.f.Close()
				err = fs.ErrExist
			} else {
				unfinished.files[side] = true
			}
		}
		unfinished.Unlock()
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return nil, bench.FileError(name, err)
	}
	p.side = true
	return p, nil
}

// isStdout reports whether a name is -, or of the file that stdout goes to, as /dev/stdout is: what
// is put in its place would lose what was there.
func isStdout(name string) bool {
	info, err := os.Stat(name)
	out, errOut := os.Stdout.Stat()
	return name == "-" || err == nil && errOut == nil && os.SameFile(info, out)
}

// target returns the file that a link is to, which need not be there, and of what is no link itself.
func target(name string) string {
	for range 255 { // or else it is a link to itself
		link, err := os.Readlink(name)
		if err != nil {
			return name
		}
		if !filepath.IsAbs(link) {
			dir, _ := filepath.EvalSymlinks(filepath.Dir(name)) // which is there: the link is in it
			link = filepath.Join(dir, link)
		}
		name = link
	}
	return name
}

// Write appends to the file.
func (p *pending) Write(b []byte) (int, error) {
	if p.f == os.Stdout {
		return stdout{}.Write(b)
	}
	n, err := p.f.Write(b)
	if err != nil {
		err = bench.FileError(p.name, err)
	}
	return n, err
}

// place puts what was written in its place; more may be written after it.
func (p *pending) place() error {
	if !p.side {
		return nil
	}
	err := p.f.Sync()
	if err == nil {
		unfinished.Lock()
		if err = os.Rename(p.f.Name(), p.path); err == nil {
			delete(unfinished.files, p.f.Name())
			p.side = false
		}
		unfinished.Unlock()
	}
	if err != nil {
		return bench.FileError(p.name, err)
	}
	return nil
}

// close ends the file; what is not in its place is removed.
func (p *pending) close() error {
	if p.f == os.Stdout {
		return nil
	}
	err := p.f.Close()
	if p.side {
		unfinished.Lock()
		os.Remove(p.f.Name())
		delete(unfinished.files, p.f.Name())
		unfinished.Unlock()
		return nil
	}
	if err != nil {
		return bench.FileError(p.name, err)
	}
	return nil
}

// writeFile writes the whole of a file with write.
func writeFile(name string, write func(io.Writer) error) error { return writeTo(create, name, write) }

// writeOver is writeFile for what may replace a problem: another one, or files that are nobody's input.
func writeOver(name string, write func(io.Writer) error) error {
	return writeTo(newPending, name, write)
}

func writeTo(begin func(name string) (*pending, error), name string, write func(io.Writer) error) error {
	p, err := begin(name)
	if err != nil {
		return err
	}
	err = write(p)
	if err == nil {
		err = p.place()
	}
	return errors.Join(err, p.close())
}

// jsonLines is a file of JSON objects, one a line. It replaces what was there
// with the first object and grows by whole lines, so that whatever ends the
// program, no finished line is lost and none is cut.
type jsonLines struct {
	w    io.Writer
	file *pending // nil for stdout
	size int64    // of the whole lines
}

// beside returns where to tell about what is written to name: nowhere if that is stdout itself.
func beside(name string) io.Writer {
	if isStdout(name) {
		return io.Discard
	}
	return stdout{}
}

// createJSONLines begins the file; "-" is stdout.
func createJSONLines(name string) (*jsonLines, error) {
	if name == "-" {
		return &jsonLines{w: stdout{}}, nil
	}
	p, err := create(name)
	if err != nil {
		return nil, err
	}
	if p.f == os.Stdout {
		return &jsonLines{w: p}, nil
	}
	return &jsonLines{w: p, file: p}, nil
}

// write appends one object.
func (j *jsonLines) write(v any) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	if _, err := j.w.Write(line.Bytes()); err != nil {
		if j.file != nil {
			j.file.f.Truncate(j.size) // what a full disk took of the line goes
		}
		return err
	}
	j.size += int64(line.Len())
	if j.file != nil {
		return j.file.place()
	}
	return nil
}

// close ends the file. It returns an error where the name stands for another file by now, or for
// none: nobody finds the lines that were written since.
func (j *jsonLines) close() error {
	if j == nil || j.file == nil {
		return nil
	}
	own, err := j.file.f.Stat()
	if err == nil && own.Mode().IsRegular() && j.size > 0 {
		if named, err := os.Stat(j.file.path); err != nil || !os.SameFile(named, own) {
			return errors.Join(fmt.Errorf("%s was replaced or removed meanwhile, and has not the lines of this run", j.file.name), j.file.close())
		}
	}
	return j.file.close()
}

// perInstance is the place of the instance's name in the name of an output file.
const perInstance = "{}"

// writeOwn writes the file that pattern names for an instance.
func writeOwn(pattern string, item *bench.Item, write func(io.Writer) error) error {
	file, err := item.File(pattern)
	if err != nil {
		return err
	}
	return writeFile(file, write)
}

// isPipe reports whether a file is a named pipe.
func isPipe(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// probe returns an error if the files that pattern names cannot be written. A pipe is not tried:
// its reader would take the end of the trial for that of the file.
func probe(pattern string) error {
	file, err := (&bench.Item{Name: "instance"}).File(pattern)
	if err != nil || isPipe(file) {
		return err
	}
	p, err := create(file)
	if err != nil {
		return err
	}
	return p.close()
}

// outputs are the files that are written an instance.
type outputs struct {
	read []namedFile       // by the command
	of   map[string]string // the instance, or the flag, that the file at a place is of
}

func outputsOf(c *cli.Context) *outputs {
	read, written := filesOf(c)
	o := &outputs{read, map[string]string{}}
	for _, w := range written {
		if !bench.PerInstance(w.name) {
			o.of[placeOf(w.name)] = "--" + w.flag
		}
	}
	return o
}

// add notes that the pattern of a flag names a file of the instance. It returns an error where
// that is the file of another, or one of the inputs.
func (o *outputs) add(flag, pattern string, item *bench.Item) error {
	if !bench.PerInstance(pattern) {
		return nil
	}
	file, err := item.File(pattern)
	if err != nil {
		return err
	}
	place := placeOf(file)
	if other, ok := o.of[place]; ok {
		return usagef("--%s %s is %s both for %s and for %s; solve them one by one, or rename a file", flag, pattern, file, other, item.Name)
	}
	for _, input := range o.read {
		if replaces(namedFile{flag, file}, input) {
			return usagef("--%s %s would replace the input %s", flag, pattern, input.name)
		}
	}
	o.of[place] = item.Name
	return nil
}

// addAll is add for what can be told of the inputs before they are read.
func (o *outputs) addAll(flag, pattern string, inputs []string, lines bench.LineRange) error {
	ahead := &outputs{o.read, maps.Clone(o.of)}
	for _, input := range inputs {
		if item := bench.FirstItem(input, lines); item != nil {
			if err := ahead.add(flag, pattern, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// stdoutMayClose forgives a stdout that nobody reads any more.
func stdoutMayClose(err error) error {
	if errors.Is(err, errStdoutClosed) {
		return nil
	}
	return err
}
