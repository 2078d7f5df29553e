package bench

import (
	"strings"

	"tspmcts/tsplib"
)

// InstanceName returns the name of the instance in a file, or of the first of
// several, as far as it can be told without reading it: none of stdin and of
// pipes, and of what no kind of file is. Two files with one name have instances of one name.
func InstanceName(arg string) []string {
	if arg == "-" || Piped(arg) {
		return nil
	}
	f, err := OpenFile(arg)
	if err != nil {
		return nil
	}
	defer f.Close()
	kind, _, err := tsplib.Detect(f)
	if err != nil {
		return nil
	}
	name := nameOf(arg)
	if kind == tsplib.KindLines {
		name += "_0"
	}
	return []string{name}
}

// nameOf returns the name of an instance, or of knobs, from that of its file.
func nameOf(file string) string {
	return inUTF8(tsplib.BaseName(file))
}

// inUTF8 returns a name as records hold it: JSON writes no other bytes, and a run whose name it changed
// would not be found again.
func inUTF8(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }
