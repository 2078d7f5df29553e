package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Importer makes entries of what other solvers print.
type Importer struct {
	Solver   string // name of the solver, empty for what the file tells
	Instance string // name of the instance, for logs that do not tell
	Best     *Optima
}

// Import reads a CSV file with the columns instance, solver, seed, seconds and
// length, or the log of an LKH or linkern run; name is for messages. Several
// lines of a CSV file about the same run are the improvements in it.
func (i *Importer) Import(r io.Reader, name string) ([]*Entry, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, FileError(name, err)
	}
	var runs []*peerRun
	switch first, _, _ := bytes.Cut(data, []byte("\n")); {
	case bytes.Contains(first, []byte("instance")) && bytes.Contains(first, []byte(",")):
		runs, err = readPeerCSV(data, name)
	case lkhRun.Match(data):
		runs = readLKH(data)
	case linkernStep.Match(data):
		runs = readLinkern(data)
	default:
		err = fmt.Errorf("%s:1: found neither the columns instance,solver,seed,seconds,length nor a log of LKH or linkern", name)
	}
	if err != nil {
		return nil, err
	}
	var entries []*Entry
	for _, p := range runs {
		if i.Solver != "" {
			p.solver = i.Solver
		}
		if p.instance == "" {
			p.instance = i.Instance
		}
		if p.instance == "" {
			return nil, fmt.Errorf("%s: the log does not tell the instance; add --instance NAME", name)
		}
		entries = append(entries, i.entry(p))
	}
	return entries, nil
}

// peerRun is one run of another solver.
type peerRun struct {
	instance, solver string
	n                int
	seed             uint64
	trace            []Point
}

func (p *peerRun) add(seconds float64, length string) {
	p.trace = append(p.trace, Point{seconds, json.Number(length)})
}

// entry returns the record of p, its trace in order and without what is no improvement.
func (i *Importer) entry(p *peerRun) *Entry {
	slices.SortStableFunc(p.trace, func(a, b Point) int {
		if a.Seconds < b.Seconds {
			return -1
		}
		return 1
	})
	last := p.trace[len(p.trace)-1].Seconds
	best := math.Inf(1)
	trace := p.trace[:0]
	for _, t := range p.trace {
		if v, _ := t.Length.Float64(); v < best {
			best = v
			trace = append(trace, t)
		}
	}
	e := &Entry{Version: Version, Solver: p.solver, Record: Record{Instance: p.instance, N: p.n,
		Length: trace[len(trace)-1].Length, Seconds: last, Seed: p.seed, Workers: 1, Trace: trace}}
	if i.Best != nil {
		if o := i.Best.Named(p.instance); o > 0 {
			text := json.Number(strconv.FormatFloat(o, 'f', -1, 64))
			e.Optimum, e.Gap = &text, GapOf(best, o)
		}
	}
	return e
}

// AddMissing appends the entries that the store does not have and returns how many those were.
func (s *Store) AddMissing(ctx context.Context, entries []*Entry) (added int, err error) {
	for _, e := range entries {
		if s.Done(e.Key()) != nil {
			continue
		}
		if err := s.Add(e); err != nil {
			return added, err
		}
		added++
	}
	return added, ctx.Err()
}

func readPeerCSV(data []byte, name string) ([]*peerRun, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.TrimLeadingSpace = true
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %v", name, err)
	}
	at := map[string]int{}
	for i, column := range head {
		at[strings.TrimSpace(column)] = i
	}
	for _, column := range []string{"instance", "solver", "seed", "seconds", "length"} {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf("%s:1: there is no column %s, want instance,solver,seed,seconds,length", name, column)
		}
	}
	var runs []*peerRun
	byKey := map[[3]string]*peerRun{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %v", name, err)
		}
		line, _ := r.FieldPos(0)
		get := func(column string) string { return strings.TrimSpace(row[at[column]]) }
		seed, errSeed := strconv.ParseUint(get("seed"), 10, 64)
		seconds, errSeconds := strconv.ParseFloat(get("seconds"), 64)
		length, errLength := strconv.ParseFloat(get("length"), 64)
		switch {
		case get("instance") == "" || get("solver") == "":
			err = fmt.Errorf("an empty instance or solver")
		case errSeed != nil:
			err = fmt.Errorf("seed is %q, want an integer", get("seed"))
		case errSeconds != nil || !(seconds >= 0 && seconds < 1e12):
			err = fmt.Errorf("seconds is %q, want a number", get("seconds"))
		case errLength != nil || !(length > 0 && length < 1e300):
			err = fmt.Errorf("length is %q, want a number above 0", get("length"))
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		key := [3]string{get("instance"), get("solver"), get("seed")}
		p := byKey[key]
		if p == nil {
			p = &peerRun{instance: key[0], solver: key[1], seed: seed}
			byKey[key] = p
			runs = append(runs, p)
		}
		p.add(seconds, strconv.FormatFloat(length, 'f', -1, 64))
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s: there are no runs in it", name)
	}
	return runs, nil
}

// What LKH prints at TRACE_LEVEL 1:
//
//	PROBLEM_FILE = pr2392.tsp
//	SEED = 1
//	Preprocessing time = 0.50 sec.
//	* 1: Cost = 378063, Gap = 0.0082%, Time = 0.21 sec.
//	Run 1: Cost = 378032, Gap = 0.0000%, Time = 0.90 sec. =
//
// The times of improvements count from the beginning of the run, after the
// preprocessing, which is added to all of them. Each run is an entry; its seed is
// SEED and the number of the run.
var (
	lkhProblem = regexp.MustCompile(`(?m)^\s*(?:PROBLEM_FILE\s*=\s*|Reading PROBLEM_FILE: ")([^"\r\n]+?)"?(?: \.\.\..*)?\s*$`)
	lkhSeed    = regexp.MustCompile(`(?m)^\s*SEED\s*=\s*(\d+)`)
	lkhSetUp   = regexp.MustCompile(`(?m)^\s*Preprocessing time\s*=\s*([\d.]+)`)
	lkhBetter  = regexp.MustCompile(`^\s*\*\s*\d+: Cost\s*=\s*(\d+).*Time\s*=\s*([\d.]+)`)
	lkhRun     = regexp.MustCompile(`(?m)^\s*Run (\d+): Cost\s*=\s*(\d+).*Time\s*=\s*([\d.]+)`)
)

func readLKH(data []byte) []*peerRun {
	base := peerRun{solver: "LKH", seed: 1}
	if m := lkhProblem.FindSubmatch(data); m != nil {
		base.instance = instanceOf(string(m[1]))
	}
	if m := lkhSeed.FindSubmatch(data); m != nil {
		base.seed, _ = strconv.ParseUint(string(m[1]), 10, 64)
	}
	setUp := 0.0
	if m := lkhSetUp.FindSubmatch(data); m != nil {
		setUp, _ = strconv.ParseFloat(string(m[1]), 64)
	}
	var runs []*peerRun
	p := base
	for line := range linesOf(data) {
		if m := lkhBetter.FindStringSubmatch(line); m != nil {
			t, _ := strconv.ParseFloat(m[2], 64)
			p.add(seconds(setUp+t), m[1])
		} else if m := lkhRun.FindStringSubmatch(line); m != nil {
			t, _ := strconv.ParseFloat(m[3], 64)
			p.add(seconds(setUp+t), m[2])
			run, _ := strconv.ParseUint(m[1], 10, 64)
			done := p
			done.seed = base.seed + run - 1
			runs = append(runs, &done)
			p = base
		}
	}
	return runs
}

// What linkern prints:
//
//	Chained Lin-Kernighan with seed 99
//	Problem Name: pr1002
//	   0 Steps   Best: 268383   0.02 seconds
//	Final Cycle: 259045
//	Total Running Time: 1.02
var (
	linkernSeed  = regexp.MustCompile(`(?m)with seed (\d+)`)
	linkernName  = regexp.MustCompile(`(?m)^\s*Problem Name:\s*(\S+)`)
	linkernStep  = regexp.MustCompile(`(?m)^\s*\d+ Steps\s+Best:\s+([\d.]+)\s+([\d.]+) seconds`)
	linkernFinal = regexp.MustCompile(`(?m)^\s*Final Cycle:\s*([\d.]+)`)
	linkernTime  = regexp.MustCompile(`(?m)^\s*(?:Total Running|Lin-Kernighan Running) Time:\s*([\d.]+)`)
)

func readLinkern(data []byte) []*peerRun {
	p := &peerRun{solver: "linkern", seed: 1}
	if m := linkernSeed.FindSubmatch(data); m != nil {
		p.seed, _ = strconv.ParseUint(string(m[1]), 10, 64)
	}
	if m := linkernName.FindSubmatch(data); m != nil {
		p.instance = instanceOf(string(m[1]))
	}
	last := 0.0
	for _, m := range linkernStep.FindAllSubmatch(data, -1) {
		last, _ = strconv.ParseFloat(string(m[2]), 64)
		p.add(last, string(m[1]))
	}
	if m := linkernFinal.FindSubmatch(data); m != nil {
		for _, t := range linkernTime.FindAllSubmatch(data, -1) {
			v, _ := strconv.ParseFloat(string(t[1]), 64)
			last = max(last, v)
		}
		p.add(last, string(m[1]))
	}
	return []*peerRun{p}
}

// instanceOf returns the name of an instance, from that of its file.
func instanceOf(file string) string {
	base := filepath.Base(strings.TrimSpace(file))
	return strings.TrimSuffix(base, ".tsp")
}

func linesOf(data []byte) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		s := bufio.NewScanner(bytes.NewReader(data))
		s.Buffer(nil, 1<<24)
		for s.Scan() {
			if !yield(s.Text()) {
				return
			}
		}
	}
}
