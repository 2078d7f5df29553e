package bench

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"tspmcts/tsp"
)

// Version is the version of the records' format.
const Version = 1

// Own is what Entry.Solver says of runs of this program.
const Own = "tspmcts"

// Entry is the record of a run in an experiment: one line of a records file. It
// has every field of Record, and what tells runs and machines apart.
type Entry struct {
	Version int    `json:"version"`
	Solver  string `json:"solver"` // Own, or the name of another program
	Set     string `json:"set"`    // the file that the instance came from, without its folder
	Digest  string `json:"digest"` // of the instance: two of one name are told apart
	Knobs   string `json:"knobs"`  // label of the configuration: a preset, or a parameter file
	Budget  string `json:"budget"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	CPU     string `json:"cpu"`
	// MapDigest is a short hash of the files that the heatmap was made from, empty for none and where
	// they could be read only once: a file that was changed keeps its name.
	MapDigest string `json:"map_digest,omitempty"`
	Record
	// Host and Attempt say which machine ran it, and at the how manieth try, where machines shared
	// the work.
	Host    string `json:"host,omitempty"`
	Attempt int    `json:"attempt,omitempty"`
	// Error says why there is no tour: the run was given up. No table counts it, and the same
	// command tries it again.
	Error string       `json:"error,omitempty"`
	Tour  [][2]float64 `json:"tour,omitempty"` // the cities' coordinates in the order of the tour, where asked for
	Path  bool         `json:"path,omitempty"` // Tour does not return to where it began
}

// failed is an entry of a run that failed, as a line: no length, which others could take for one.
type failed struct {
	Version  int    `json:"version"`
	Solver   string `json:"solver"`
	Set      string `json:"set"`
	Digest   string `json:"digest"`
	Knobs    string `json:"knobs"`
	Budget   string `json:"budget"`
	Instance string `json:"instance"`
	N        int    `json:"n"`
	Heatmap  string `json:"heatmap"`
	Seed     uint64 `json:"seed"`
	Workers  int    `json:"workers"`
	Host     string `json:"host,omitempty"`
	Error    string `json:"error"`
}

func (e *Entry) failure() failed {
	return failed{e.Version, e.Solver, e.Set, e.Digest, e.Knobs, e.Budget, e.Instance, e.N, e.Heatmap, e.Seed, e.Workers, e.Host, e.Error}
}

// Key names what was run: two entries of one key are the same run.
func (e *Entry) Key() string {
	config, err := json.Marshal(e.Config)
	if err != nil {
		panic(err) // a number that is none passed Validate
	}
	h := fnv.New64a()
	h.Write(config)
	return strings.Join([]string{e.Solver, e.Instance, e.Digest, e.Heatmap, e.Knobs, strconv.FormatUint(h.Sum64(), 16), e.Budget,
		strconv.FormatUint(e.Seed, 10), strconv.Itoa(e.Workers)}, "|")
}

// Digest returns a short hash of what is to be solved: metric, coordinates, distances or the edges
// of a graph, fixed edges, and of a path that it is one, with its ends.
func Digest(in *tsp.Instance) string {
	h := fnv.New64a()
	fmt.Fprint(h, in.Metric, in.N())
	var word []byte
	put := func(v uint64) {
		word = binary.LittleEndian.AppendUint64(word[:0], v)
		h.Write(word)
	}
	for _, axis := range [][]float64{in.X, in.Y, in.Z} {
		for _, v := range axis {
			put(math.Float64bits(v))
		}
	}
	for _, v := range in.Matrix {
		put(uint64(v))
	}
	if in.Metric == tsp.Explicit && in.Scale != 1 {
		put(math.Float64bits(in.Scale))
	}
	for _, e := range in.Fixed {
		put(uint64(e[0])<<32 | uint64(e[1]))
	}
	if edges := in.GraphEdges(); edges != nil {
		fmt.Fprint(h, "graph") // the pairs above are fixed
		for _, e := range edges {
			put(uint64(e[0])<<32 | uint64(e[1]))
		}
	}
	if e := in.Ends; e != nil {
		fmt.Fprint(h, "path", e.Start, e.End)
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// Commit returns the commit that the program was built from, empty where the build does not know.
func Commit() string {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value[:min(12, len(s.Value))] + commit
			case s.Key == "vcs.modified" && s.Value == "true":
				commit += "+changes"
			}
		}
	}
	return commit
}

// machine is what runs a program, asked once.
var machine = sync.OnceValue(func() (m struct{ commit, cpu string }) {
	m.commit, m.cpu = Commit(), runtime.GOOS+"/"+runtime.GOARCH
	data, _ := os.ReadFile("/proc/cpuinfo") // where there is none, the architecture must do
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			m.cpu = strings.TrimSpace(value)
			break
		}
	}
	m.cpu += fmt.Sprintf(", %d cores", runtime.NumCPU())
	return m
})
