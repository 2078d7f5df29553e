package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// errInterrupted ends reading when a signal came.
var errInterrupted = errors.New("stopped before the search began")

// fileError tells what is wrong with a file, and what to do about it.
func fileError(name string, err error) error {
	var reason string
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "there is no such file or directory; check the name"
	case errors.Is(err, fs.ErrPermission):
		reason = "permission denied; check the access rights"
	case errors.Is(err, syscall.ENOSPC):
		reason = "the disk is full; make room or choose another place"
	case errors.Is(err, syscall.EROFS):
		reason = "the file system is read-only; choose another place"
	case errors.Is(err, syscall.ENOTDIR):
		reason = "a part of the path is no directory; check the name"
	default:
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		reason = err.Error()
	}
	return fmt.Errorf("%s: %s", name, reason)
}

// input is one file, or stdin for "-".
type input struct {
	arg  string
	name string // for messages
	base string // names the instance; empty for stdin
	f    *os.File
	kind tsplib.Kind
	r    io.Reader
}

// checkInputs returns an error when a file is not there to be read, before time is spent on the others.
func checkInputs(args []string) error {
	stdin := 0
	for _, arg := range args {
		if arg == "-" {
			if stdin++; stdin > 1 {
				return usagef("stdin (-) can be read only once")
			}
			continue
		}
		f, err := openFile(arg)
		if err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

func openFile(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s: this is a directory; name the files in it", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	return f, nil
}

// open opens a file and tells what it holds, one of the wanted kinds.
func open(arg string, want ...tsplib.Kind) (*input, error) {
	i := &input{arg: arg, name: arg}
	if arg == "-" {
		i.name, i.f = "stdin", os.Stdin
	} else {
		f, err := openFile(arg)
		if err != nil {
			return nil, err
		}
		i.f = f
		i.base = strings.TrimSuffix(filepath.Base(arg), filepath.Ext(arg))
	}
	var err error
	if i.kind, i.r, err = tsplib.Detect(i.f); err != nil {
		i.f.Close()
		return nil, fileError(i.name, err)
	}
	var names []string
	for _, k := range want {
		if i.kind == k {
			return i, nil
		}
		names = append(names, k.String())
	}
	i.f.Close()
	hint := ""
	if i.kind == tsplib.KindBinary {
		hint = "; unpack it if it is compressed"
	}
	return nil, fmt.Errorf("%s:1: found %s, want %s%s", i.name, i.kind, strings.Join(names, " or "), hint)
}

// named is an instance and what is known about it.
type named struct {
	in        *tsp.Instance
	name      string   // what the program calls it
	alias     string   // its NAME, where that differs
	reference tsp.Tour // of a data set line, nil without
}

// reader reads the instances of files, one after the other.
type reader struct {
	args  []string
	lines lineRange
	file  *input
	set   *tsplib.Lines
	index int // of the next line of set
	ahead []answer
}

type answer struct {
	item *named
	err  error
}

// next returns the next instance, and io.EOF after the last. It returns
// errInterrupted at once when ctx ends, wherever the reading is.
func (r *reader) next(ctx context.Context) (*named, error) {
	if len(r.ahead) > 0 {
		a := r.ahead[0]
		r.ahead = r.ahead[1:]
		return a.item, a.err
	}
	return r.fetch(ctx)
}

func (r *reader) fetch(ctx context.Context) (*named, error) {
	if ctx.Err() != nil {
		return nil, errInterrupted
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
		return nil, errInterrupted
	}
}

// several reports whether there is more than one instance to come.
func (r *reader) several(ctx context.Context) (bool, error) {
	for len(r.ahead) < 2 {
		item, err := r.fetch(ctx)
		if err == errInterrupted {
			return false, err
		}
		r.ahead = append(r.ahead, answer{item, err})
		if err != nil {
			break
		}
	}
	return len(r.ahead) == 2 && r.ahead[1].err != io.EOF, nil
}

func (r *reader) read() (*named, error) {
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
		file, err := open(r.args[0], tsplib.KindProblem, tsplib.KindLines)
		if err != nil {
			return nil, err
		}
		r.args = r.args[1:]
		r.file = file
		if file.kind == tsplib.KindLines {
			r.set, r.index = tsplib.NewLines(file.r, file.name), 0
			continue
		}
		defer file.f.Close()
		if r.lines.given {
			return nil, usagef("%s: found a TSPLIB problem, but --lines is for data set files", file.name)
		}
		in, warnings, err := tsplib.Read(file.r, file.name)
		if err != nil {
			return nil, err
		}
		for _, w := range warnings {
			warn("%v", w)
		}
		item := &named{in: in, name: in.Name}
		if file.base != "" && file.base != in.Name {
			item.name, item.alias = file.base, in.Name
		}
		return item, nil
	}
}

func (r *reader) readLine() (*named, error) {
	for r.index < r.lines.from {
		if err := r.set.Skip(); err == io.EOF {
			return nil, fmt.Errorf("%s: found %d instances, but --lines begins at %d, from 0", r.file.name, r.index, r.lines.from)
		} else if err != nil {
			return nil, err
		}
		r.index++
	}
	if r.index >= r.lines.to {
		return nil, io.EOF
	}
	r.index++
	in, tour, err := r.set.Next()
	if err != nil {
		return nil, err
	}
	return &named{in: in, name: in.Name, reference: tour}, nil
}

// warn prints a warning.
func warn(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "tspmcts: warning: %s\n", oneLine(fmt.Errorf(format, args...)))
}
