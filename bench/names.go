package bench

import (
	"fmt"
	"strings"

	"tspmcts/tsplib"
)

// FirstItem returns the instance in a file, or the first of several that lines has, as far as it can
// be told without reading it, which is its name and its place: nil of stdin and of pipes, and of what
// no kind of file is. Two files with one name have instances of one name.
func FirstItem(arg string, lines LineRange) *Item {
	if arg == "-" || Piped(arg) {
		return nil
	}
	f, err := OpenFile(arg)
	if err != nil {
		return nil
	}
	defer f.Close()
	kind, _, err := tsplib.Detect(f)
	switch {
	case err != nil:
		return nil
	case kind == tsplib.KindLines:
		return &Item{Name: fmt.Sprintf("%s_%d", nameOf(arg), lines.From), Index: lines.From}
	}
	return &Item{Name: nameOf(arg), Single: true}
}

// nameOf returns the name of an instance, or of knobs, from that of its file.
func nameOf(file string) string {
	return inUTF8(tsplib.BaseName(file))
}

// inUTF8 returns a name as records hold it: JSON writes no other bytes, and a run whose name it changed
// would not be found again.
func inUTF8(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }
