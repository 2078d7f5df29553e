package bench

import (
	"bytes"
	"cmp"
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

	"tspmcts/tsp"
)

// What a log of LKH, and of linkern, is known by.
var (
	lkhMark     = regexp.MustCompile(`(?m)^\s*(?:Run \d+:|\*\s*\d+:) Cost|PROBLEM_FILE`)
	linkernMark = regexp.MustCompile(`(?m)^\s*\d+ Steps\s+Best|^\s*Chained Lin-Kernighan`)
)

// Importer makes entries of what other solvers print.
type Importer struct {
	Solver   string // name of the solver, empty for what the file tells
	Instance string // name of the instance, for logs that do not tell
	Best     *Optima
}

// Import reads a CSV file with the columns instance, solver, seed, seconds and length, their names
// in any letter case, or logs of LKH or linkern runs; name is for messages. Several lines of a CSV
// file about the same run are the improvements in it.
func (i *Importer) Import(r io.Reader, name string) ([]*Entry, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, FileError(name, err)
	}
	data = Plain(data)
	var runs []*peerRun
	switch first, _, _ := bytes.Cut(data, []byte("\n")); {
	case bytes.Contains(bytes.ToLower(first), []byte("instance")) && bytes.Contains(first, []byte(",")):
		runs, err = readPeerCSV(data, name)
	case lkhMark.Match(data):
		runs, err = readLKH(data, name)
	case linkernMark.Match(data):
		runs, err = readLinkern(data, name)
	default:
		err = fmt.Errorf("%s:1: found neither the columns instance,solver,seed,seconds,length nor a log of LKH or linkern", name)
	}
	if err != nil {
		return nil, err
	}
	var entries []*Entry
	for _, p := range runs {
		if len(p.trace) == 0 {
			return nil, fmt.Errorf("%s: the log holds no tour", name)
		}
		if i.Solver != "" {
			p.solver = i.Solver
		}
		if p.instance == "" {
			p.instance = i.Instance
		}
		if p.instance == "" {
			return nil, fmt.Errorf("%s: the log does not tell the instance; add --instance NAME", name)
		}
		e := i.entry(p)
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		entries = append(entries, e)
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

// improvements returns a trace in order and without what is no improvement.
func improvements(all []Point) (trace []Point, best float64) {
	slices.SortStableFunc(all, func(a, b Point) int { return cmp.Compare(a.Seconds, b.Seconds) })
	best = math.Inf(1)
	trace = all[:0]
	for _, t := range all {
		if v, _ := t.Length.Float64(); v < best {
			best = v
			trace = append(trace, t)
		}
	}
	return trace, best
}

// entry returns the record of p.
func (i *Importer) entry(p *peerRun) *Entry {
	last := slices.MaxFunc(p.trace, func(a, b Point) int { return cmp.Compare(a.Seconds, b.Seconds) }).Seconds
	trace, best := improvements(p.trace)
	e := &Entry{Version: Version, Solver: inUTF8(p.solver), Record: Record{Instance: inUTF8(p.instance), N: p.n,
		Length: trace[len(trace)-1].Length, Seconds: last, Seed: p.seed, Workers: 1, Trace: trace}}
	if i.Best != nil {
		o := i.Best.Named(p.instance)
		e.Optimum, e.Gap = known(o), GapOf(best, o)
	}
	return e
}

// AddMissing appends the entries that the store does not have, or has with another length or time:
// the last of a run counts. It returns how many those are, and of how many runs there are several
// results.
func (s *Store) AddMissing(ctx context.Context, entries []*Entry) (added, several int, err error) {
	last, differs := map[string]*Entry{}, map[string]bool{}
	for _, e := range entries {
		key := e.Key()
		if old := cmp.Or(last[key], s.Done(key)); old != nil && !e.found(old) {
			differs[key] = true
		}
		last[key] = e
	}
	for _, e := range entries {
		key := e.Key()
		if old := s.Done(key); last[key] != e || old != nil && e.found(old) {
			continue
		}
		if err := s.Add(e); err != nil {
			return added, len(differs), err
		}
		added++
	}
	return added, len(differs), ctx.Err()
}

// found reports whether e has the length and the time of another.
func (e *Entry) found(other *Entry) bool {
	a, errA := e.Length.Float64()
	b, errB := other.Length.Float64()
	return errA == nil && errB == nil && a == b && e.Seconds == other.Seconds
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
		at[strings.ToLower(strings.TrimSpace(column))] = i
	}
	for _, column := range []string{"instance", "solver", "seed", "seconds", "length"} {
		if _, ok := at[column]; !ok {
			return nil, fmt.Errorf("%s:1: there is no column %s, want instance,solver,seed,seconds,length", name, column)
		}
	}
	var runs []*peerRun
	type run struct {
		instance, solver string
		seed             uint64
	}
	byKey := map[run]*peerRun{}
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
		seconds, okSeconds := tsp.ParseDecimal(get("seconds"))
		length, okLength := tsp.ParseDecimal(get("length"))
		switch {
		case get("instance") == "" || get("solver") == "":
			err = fmt.Errorf("an empty instance or solver")
		case errSeed != nil:
			err = fmt.Errorf("seed is %q, want an integer", get("seed"))
		case !okSeconds || !(seconds >= 0 && seconds < 1e12):
			err = fmt.Errorf("seconds is %q, want a number", get("seconds"))
		case !okLength || !(length >= 0 && length < maxLength):
			err = fmt.Errorf("length is %q, want a number, 0 or above", get("length"))
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		key := run{get("instance"), get("solver"), seed}
		p := byKey[key]
		if p == nil {
			p = &peerRun{instance: key.instance, solver: key.solver, seed: seed}
			byKey[key] = p
			runs = append(runs, p)
		}
		p.add(seconds, strconv.FormatFloat(length+0, 'f', -1, 64))
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
// SEED and the number of the run. LKH-3 writes costs as penalty_cost; only a
// penalty of 0 is a tour.
const (
	integer = `(0|[1-9]\d*)`
	number  = `((?:0|[1-9]\d*)(?:\.\d+)?)`
)

var lkhLog = log{
	{"problem", `PROBLEM_FILE`, `(?:PROBLEM_FILE\s*=\s*|Reading PROBLEM_FILE: ")([^"]+?)"?(?: \.\.\..*)?`},
	{"seed", `SEED\s*=`, `SEED\s*=\s*(\d+)`},
	{"set-up", `Preprocessing time`, `Preprocessing time\s*=\s*` + number + ` sec\.?`},
	{"better", `\*\s*\d+\s*:|\*.*Cost`, `\*\s*(\d+): Cost\s*=\s*(?:0_)?` + integer + `(?:, Gap\s*=\s*\S+)?, Time\s*=\s*` + number + ` sec\.?\s*[=<+]*`},
	{"run", `Run\b.*(?:Cost|:)`, `Run (\d+): Cost\s*=\s*(?:0_)?` + integer + `(?:, Gap\s*=\s*\S+)?, Time\s*=\s*` + number + ` sec\.?\s*[=<+]*`},
}

func readLKH(data []byte, name string) (runs []*peerRun, err error) {
	base := peerRun{solver: "LKH", seed: 1}
	setUp := 0.0
	p := base
	begun := 0 // line of the first improvement of a run that has no end yet
	err = lkhLog.read(data, name, func(line int, what string, part []string) error {
		switch what {
		case "problem":
			base.instance = nameOf(part[1])
			p.instance = base.instance
		case "seed":
			base.seed, err = strconv.ParseUint(part[1], 10, 64)
		case "set-up":
			setUp, err = strconv.ParseFloat(part[1], 64)
		default:
			t, err := strconv.ParseFloat(part[3], 64)
			if err != nil {
				return err
			}
			p.add(seconds(setUp+t), part[2])
			if what == "better" {
				begun = cmp.Or(begun, line)
				return nil
			}
			run, err := strconv.ParseUint(part[1], 10, 32)
			if err != nil {
				return err
			}
			done := p
			done.seed = base.seed + run - 1
			runs = append(runs, &done)
			p, begun = base, 0
		}
		return err
	})
	if err == nil && begun > 0 {
		err = fmt.Errorf("%s:%d: the run that begins here has no end, a line such as Run 1: Cost = 378032, Time = 0.90 sec.; leave it out", name, begun)
	}
	return runs, err
}

// What linkern prints:
//
//	Chained Lin-Kernighan with seed 99
//	Problem Name: pr1002
//	   0 Steps   Best: 268383   0.02 seconds
//	Final Cycle: 259045
//	Total Running Time: 1.02
var linkernLog = log{
	{"seed", `.*\bwith seed\b`, `.*with seed (\d+)`},
	{"name", `Problem Name`, `Problem Name:\s*(\S+)`},
	{"step", `.*\bSteps\s+Best\b|\d+ Steps`, `\d+ Steps\s+Best:\s+` + number + `\s+` + number + ` seconds`},
	{"final", `Final Cycle`, `Final Cycle:\s*` + number},
	{"time", `(?:Total|Lin-Kernighan) Running Time`, `(?:Total Running|Lin-Kernighan Running) Time:\s*` + number + `(?: seconds| \(seconds\))?`},
}

func readLinkern(data []byte, name string) (runs []*peerRun, err error) {
	var p *peerRun
	last, final := 0.0, ""
	begun := 0 // line
	begin := func(line int) {
		if final != "" {
			p.add(last, final)
		}
		p = &peerRun{solver: "linkern", seed: 1}
		runs = append(runs, p)
		last, final, begun = 0, "", line
	}
	begin(0)
	err = linkernLog.read(data, name, func(line int, what string, part []string) (err error) {
		if head := what == "seed" || what == "name"; head && (len(p.trace) > 0 || final != "") {
			begin(line) // one log behind another
		}
		switch what {
		case "seed":
			p.seed, err = strconv.ParseUint(part[1], 10, 64)
		case "name":
			p.instance = inUTF8(strings.TrimSuffix(filepath.Base(part[1]), ".tsp")) // no file: E1k.1 is whole
		case "step":
			t, err := strconv.ParseFloat(part[2], 64)
			p.add(t, part[1])
			last = max(last, t)
			return err
		case "final":
			final = part[1]
		case "time":
			t, err := strconv.ParseFloat(part[1], 64)
			last = max(last, t)
			return err
		}
		return err
	})
	if final != "" {
		p.add(last, final)
	}
	if err == nil && begun > 0 && len(p.trace) == 0 {
		err = fmt.Errorf("%s:%d: the run that begins here has no tour; leave it out", name, begun)
	}
	return runs, err
}

// log tells the lines of a solver's log that count: what begins like one must be
// one as a whole.
type log []struct{ what, begin, whole string }

// read calls f for every line that counts, with the parts of its pattern.
func (l log) read(data []byte, name string, f func(line int, what string, part []string) error) error {
	begin, whole := make([]*regexp.Regexp, len(l)), make([]*regexp.Regexp, len(l))
	for i, p := range l {
		begin[i], whole[i] = regexp.MustCompile(`^\s*(?:`+p.begin+`)`), regexp.MustCompile(`^\s*`+p.whole+`\s*$`)
	}
	n := 0
	for line := range bytes.Lines(data) {
		n++
		line = bytes.TrimSpace(line)
		for i, p := range l {
			part := whole[i].FindStringSubmatch(string(line))
			if part == nil && begin[i].Match(line) {
				return fmt.Errorf("%s:%d: found %.80q, want a line of the solver as it writes it", name, n, line)
			}
			if part == nil {
				continue
			}
			if err := f(n, p.what, part); err != nil {
				return fmt.Errorf("%s:%d: found %.80q, where a number is too large", name, n, line)
			}
			break
		}
	}
	return nil
}
