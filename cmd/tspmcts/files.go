package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
)

// namedFile is a file, or the pattern of several, and the flag that names it; "" for an argument.
type namedFile struct{ flag, name string }

// filesOf returns the files that a command is told to read and to write. Which flags name files
// their usage tells, and which of these are written their category.
func filesOf(c *cli.Context) (read, written []namedFile) {
	for _, name := range c.Args().Slice() {
		read = append(read, namedFile{"", name})
	}
	for _, f := range c.Command.Flags {
		flag := f.Names()[0]
		usage := f.(cli.DocGenerationFlag).GetUsage()
		switch {
		case flag == "heatmap":
			if s, err := heatmap.Parse(c.String(flag)); err == nil {
				for _, name := range s.Files() {
					read = append(read, namedFile{flag, name})
				}
			}
		case !strings.Contains(usage, "`FILE`") && !strings.Contains(usage, "`FILES`"):
		case f.(cli.CategorizableFlag).GetCategory() == catOutput:
			written = append(written, namedFile{flag, c.String(flag)})
		default:
			names := append(list(c, flag), c.String(flag))
			if _, several := f.(*cli.StringSliceFlag); several {
				names = c.StringSlice(flag)
			}
			for _, name := range names {
				read = append(read, namedFile{flag, name})
			}
		}
	}
	none := func(f namedFile) bool { return f.name == "" }
	return slices.DeleteFunc(read, none), slices.DeleteFunc(written, none)
}

// goesOn tells which input the file of an output may replace: the one that it goes on from.
var goesOn = map[string]string{"checkpoint": "resume", "out": "initial-tour"}

// replaces reports whether writing one file would lose the other.
func replaces(written, read namedFile) bool {
	if read.flag != "" && goesOn[written.flag] == read.flag {
		return false
	}
	return same(written.name, read.name) || written.name == read.name && bench.PerInstance(read.name)
}

// same reports whether two names are of one regular file.
func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y) && x.Mode().IsRegular()
}

// placeOf returns the path of a file, which need not be there, by which it is told from others;
// - for stdout, by any name.
func placeOf(name string) string {
	if isStdout(name) {
		return "-"
	}
	path, err := filepath.Abs(target(name))
	if err != nil {
		return name
	}
	dir, base := filepath.Split(path)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return filepath.Join(dir, base)
}

// keepFiles returns an error where an option names a file to write to that the command reads, or
// that another option writes to.
func keepFiles(c *cli.Context) error {
	read, written := filesOf(c)
	for k, w := range written {
		for _, other := range written[:k] {
			if placeOf(w.name) == placeOf(other.name) || same(w.name, other.name) {
				return usagef("--%s and --%s are the same file %s", other.flag, w.flag, w.name)
			}
		}
		for _, r := range read {
			if replaces(w, r) {
				return usagef("--%s would replace the input %s", w.flag, r.name)
			}
		}
	}
	return nil
}

// openStore opens the records file that a flag names, whose folder must be there.
func openStore(flag, name string) (*bench.Store, error) {
	if name == "-" {
		return nil, usagef("--%s is -, but records are appended to what is there, which stdout cannot be; name a file", flag)
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("--%s: %s is no regular file; records need one", flag, name)
	}
	if _, err := os.Stat(filepath.Dir(name)); err != nil {
		return nil, bench.FileError(filepath.Dir(name), err)
	}
	return bench.OpenStore(name)
}

// splitDir splits a path behind its last separator.
func splitDir(name string) (dir, base string) {
	at := strings.LastIndexByte(name, os.PathSeparator) + 1
	return name[:at], name[at:]
}
