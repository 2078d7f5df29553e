package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/bench/draw"
	"tspmcts/mcts"
	"tspmcts/tsp"
	"tspmcts/tsplib"
	"tspmcts/tsplib/places"
)

const (
	defaultTime = 10 * time.Second // where no stop is given
	builtInTime = 5 * time.Second  // the same for the built-in instance
)

func solveCommand() *cli.Command {
	return &cli.Command{
		Name:      "solve",
		Usage:     "find short tours",
		ArgsUsage: "[FILE...]",
		Description: "Solves TSPLIB problems, data set files (one instance a line), places (CSV, GeoJSON) and\n" +
			"matrices (CSV, JSON, .npy, answers of routing engines), told apart by content; - is stdin. Without FILE it solves a built-in instance for 5 seconds.\n" +
			"Prints one line an instance. Ctrl-C ends the search with the best tour so far.",
		Flags: append(append([]cli.Flag{
			option(catBudget, "time", "search for `T` an instance: 10s, 1m30s, or 0.1n for 0.1 s a city (default: 10s where no other stop is given)"),
			option(catBudget, "actions", "stop after `N` actions of all workers together; with this stop alone the tour depends on seed and workers only"),
			option(catBudget, "target", "stop at a tour of `LENGTH` or shorter"),
			option(catBudget, "stall", "stop when no better tour was found for `T`"),
			option(catSearch, "seed", "seed the search with `S` (default: 1)"),
			option(catSearch, "workers", "search with `W` workers at once (default: the number of CPUs)"),
			toggle(catBudget, "bound", "prove a lower bound first, in the first fifth of the time, and stop at a tour that meets it"),
			&cli.StringSliceFlag{Name: "initial-tour", Usage: "start from the tours in the TSPLIB `FILE`; may be repeated", EnvVars: []string{envName("initial-tour")}, Category: catInput},
			option(catInput, "resume", "go on from the checkpoint `FILE`, with the same instance, knobs, seed and workers"),
			option(catOutput, "checkpoint", "write the whole state of the search to `FILE` now and then and at its end, for --resume"),
			option(catOutput, "checkpoint-every", "write it every `T` (default: 5s, and 50 times what one takes)"),
			linesFlag(),
			option(catInput, "optimum", "tell the gap to the optimal `LENGTH`"),
			bestFlag(),
			option(catOutput, "out", "write the tour to `FILE`, - is stdout, then with nothing else there; "+perInstance+" in the name stands for the instance, needed for several"),
			routeFormatOption(),
			option(catOutput, "json", "write one JSON object an instance and line to `FILE`; - is stdout, then with nothing else there"),
			option(catOutput, "plot", "draw the tour to `FILE`: .svg or .png, or - for SVG on stdout; "+perInstance+" as for --out"),
			toggle(catOutput, "plot-visits", "colour the tour of --plot by how often its regions were visited: grey never, from blue to red"),
			openOption(),
		}, append(append(append(solveFarmFlags(), wantedFlags("find")...), placesFlags()...), heatmapFlags("alpha for preset default where the time allows, else gtprior")...)...), configFlags()...),
		Action: func(c *cli.Context) error {
			ctx, cancel := interruptible() // first: the records' file is begun while flags are read
			defer cancel()
			s, err := newSolver(c)
			if err != nil {
				return err
			}
			if s.far, err = farmOf(ctx, c); err != nil {
				return err
			}
			if s.far != nil {
				defer s.far.Close()
			}
			return s.run(ctx)
		},
	}
}

// solver is a solve command, its flags understood.
type solver struct {
	args           []string
	lines          bench.LineRange
	budget         bench.Budget
	seed           uint64
	workers        int
	asked          bool // for that many workers
	heatmap        bench.Source
	knobs          *bench.Knobs
	known          bench.Optima
	wanted         wanted
	places         places.Options
	out, plot      string
	plotVisits     bool
	format         string // of out
	open           bool   // the picture
	json           string
	bound          bool
	initial        []string
	resume         string
	checkpoint     string
	every          bench.Span // between checkpoints
	saved          bool       // a checkpoint was to be written
	saveErr        error      // of the first one that could not be written
	records        *jsonLines
	files          *outputs // written so far, and to be written
	stdoutIsClosed bool
	far            elsewhere // that does the work; nil: this process
	rounds         int       // there
}

// newSolver reads the flags and returns every error that can be told before a file is read.
func newSolver(c *cli.Context) (*solver, error) {
	s := &solver{files: outputsOf(c), args: c.Args().Slice(), out: c.String("out"), plot: c.String("plot"), plotVisits: c.Bool("plot-visits"), json: c.String("json"),
		bound: c.Bool("bound"), wanted: wantedOf(c), resume: c.String("resume"), checkpoint: c.String("checkpoint")}
	for _, file := range c.StringSlice("initial-tour") {
		if file != "" { // which is one that is not given
			s.initial = append(s.initial, file)
		}
	}
	var workers int64
	for _, read := range []func() error{
		func() (err error) { s.lines, err = linesOption(c); return },
		func() (err error) { s.budget.Time, err = spanOption(c, "time"); return },
		func() (err error) { s.budget.Stall, err = spanOption(c, "stall"); return },
		func() (err error) { s.every, err = spanOption(c, "checkpoint-every"); return },
		func() (err error) { s.budget.Actions, err = intOption(c, "actions", 0, 1, math.MaxInt64); return },
		func() (err error) { s.budget.Target, err = lengthOption(c, "target"); return },
		func() (err error) { s.seed, err = seedOption(c); return },
		func() (err error) {
			workers, err = intOption(c, "workers", int64(min(bench.MaxWorkers, runtime.GOMAXPROCS(0))), 1, bench.MaxWorkers)
			s.workers, s.asked = int(workers), c.String("workers") != ""
			runtime.GOMAXPROCS(min(s.workers, runtime.GOMAXPROCS(0))) // the garbage collector too
			return
		},
		func() (err error) {
			rounds, err := intOption(c, "rounds", 0, 1, 10000)
			s.rounds = int(rounds)
			return err
		},
		func() (err error) { s.places, err = placesOptions(c); return },
		func() (err error) { s.format, err = routeFormat(c); return },
		func() (err error) { s.plot, s.open, err = openedPlot(c); return },
		func() (err error) { s.heatmap, err = heatmapOf(c); return },
		func() (err error) { s.knobs, err = knobsOf(c, s.heatmap.Name); return },
		func() (err error) { s.known, err = knownOption(c); return },
		func() error { return bench.CheckInputs(s.args) },
		s.checkOutputs,
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	if s.budget == (bench.Budget{}) {
		s.budget.Time.Fixed = defaultTime
		if len(s.args) == 0 {
			s.budget.Time.Fixed = builtInTime
		}
	}
	return s, nil
}

// checkOutputs refuses output files that cannot be written, or that would replace what may be an
// input.
func (s *solver) checkOutputs() error {
	if s.every.Given() && s.checkpoint == "" {
		return usagef("--checkpoint-every is for --checkpoint FILE")
	}
	if s.plotVisits && s.plot == "" {
		return usagef("--plot-visits colours a picture; give --plot FILE or --open too")
	}
	if s.plot != "" {
		if _, err := plotFormat(s.plot); err != nil {
			return err
		}
	}
	for _, o := range []namedFile{{"out", s.out}, {"json", s.json}, {"plot", s.plot}, {"checkpoint", s.checkpoint}} {
		if o.flag == "checkpoint" && (isPipe(o.name) || isStdout(o.name)) {
			return usagef("--checkpoint is written again and again, which stdout (-) and pipes cannot be; name a file")
		}
		if o.name == "" || o.name == "-" {
			continue
		}
		if len(s.args) == 0 && !strings.HasPrefix(head(o.name), `{"instance":`) { // which solve has written
			switch kind := holds(o.name); kind {
			case tsplib.KindProblem, tsplib.KindLines, tsplib.KindPlaces:
				return usagef("--%s would replace %s, which holds what can be solved (%s), and no FILE is given; --%s takes the file to write to: solve FILE --%s OUT", o.flag, o.name, kind, o.flag, o.flag)
			}
		}
		if dir, _ := splitDir(o.name); bench.PerInstance(dir) {
			return usagef("--%s is %s, but {i} or {} may stand in the file's name only", o.flag, o.name)
		}
		if err := s.files.addAll(o.flag, o.name, s.args, s.lines); err != nil {
			return err
		}
		if err := probe(o.name); err != nil {
			return err
		}
	}
	return nil
}

// run solves one instance after the other.
func (s *solver) run(ctx context.Context) (err error) {
	r := bench.NewReader(s.args, s.lines, warn)
	r.Places = s.places
	if len(s.args) == 0 {
		r = bench.ReaderOf(builtIn())
	}
	if flag := s.forOne(); flag != "" {
		several, err := r.Several(ctx)
		if err != nil {
			return err
		}
		if several {
			return usagef("%s is for one instance, but there are several; %s", flag, s.remedy(flag))
		}
	}
	if s.json != "" {
		if s.records, err = createJSONLines(s.json); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, s.records.close()) }()
	for solved := 0; ; solved++ {
		item, err := r.Next(ctx)
		if err == io.EOF || err == bench.ErrInterrupted && solved > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.solve(ctx, item); err != nil {
			return err
		}
		if ctx.Err() != nil || s.stdoutIsClosed && (s.out == "" || isStdout(s.out)) && (s.plot == "" || isStdout(s.plot)) && s.json == "" {
			return nil
		}
	}
}

// forOne returns the first flag given that makes sense for a single instance only.
func (s *solver) forOne() string {
	switch {
	case s.out != "" && !bench.PerInstance(s.out):
		return "--out " + s.out
	case s.plot != "" && !bench.PerInstance(s.plot):
		return "--plot " + s.plot
	case s.known.Single > 0:
		return "--optimum"
	case len(s.initial) > 0:
		return "--initial-tour"
	case s.resume != "":
		return "--resume"
	case s.checkpoint != "":
		return "--checkpoint"
	case s.budget.Target > 0:
		return "--target"
	}
	return ""
}

func (s *solver) remedy(flag string) string {
	switch {
	case strings.HasSuffix(flag, " -"):
	case strings.HasPrefix(flag, "--out"), strings.HasPrefix(flag, "--plot"):
		return "put " + perInstance + " in the name, it stands for the instance"
	case flag == "--optimum":
		return "give --best FILE instead"
	}
	return "choose one with --lines"
}

// tight has the memory of a search of many cities collected when it has grown by half, not doubled:
// it is nearly all flat slices, which cost the collector nothing. 1,000,000 cities took 640 MB in
// 40 s instead of 770. That of few cities is not worth the collector's time: with 1000, 3 %. Of
// millions, where half of what is in use is gigabytes, it is collected whenever it nears what the
// search needs.
func tight(cities int) {
	if cities >= 100000 && os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	if cities >= bench.Millions && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(cities) * bench.BytesOfMillions)
	}
}

// solve solves one instance and writes what was asked for.
func (s *solver) solve(ctx context.Context, item *bench.Item) error {
	if err := s.wanted.apply(item); err != nil {
		return err
	}
	if err := s.heatmap.Check(item); err != nil {
		return err
	}
	start := time.Now() // the instance is in memory
	clock := func() time.Duration { return time.Since(start) }
	for _, o := range []namedFile{{"out", s.out}, {"plot", s.plot}} {
		if err := s.files.add(o.flag, o.name, item); err != nil {
			return err
		}
	}
	if s.plot != "" {
		if _, _, err := draw.Places(item.Instance); err != nil {
			return fmt.Errorf("%s: %w, or leave --plot out", item.Name, err)
		}
	}
	if err := routable(item, s.format); err != nil {
		return err
	}
	run := bench.Run{Item: item, Optimum: s.known.Of(item, warn), Source: s.heatmap, Knobs: s.knobs,
		Budget: s.budget, Seed: s.seed, Workers: s.workers, Bound: s.bound}
	tight(item.Instance.N())
	if err := s.prepare(&run); err != nil {
		return err
	}
	if most := bench.UsefulWorkers(item.N()); run.Workers > most {
		if s.asked && s.far == nil { // and not as many as there are CPUs
			warn("%s: %d workers are more than %d cities have work for; %d search", item.Name, run.Workers, item.N(), most)
		}
		run.Workers = most
	}
	rec, tour, err := s.search(ctx, &run, clock)
	if err != nil {
		return resumed(err)
	}
	if s.bound && rec.Bound == nil && ctx.Err() == nil {
		warn("%s: no lower bound was found in a fifth of the time; give more --time, or leave --bound out", item.Name)
	}
	s.warnNoStep(&run, rec)
	v, err := rec.Length.Float64()
	if err != nil {
		return err
	}
	warnTooShort(rec)
	return errors.Join(s.write(item, tour, rec, bench.LengthShort(item.Instance, v)), s.saveErr)
}

// search does the run, here or elsewhere, and shows how it goes.
func (s *solver) search(ctx context.Context, run *bench.Run, clock func() time.Duration) (*bench.Record, tsp.Tour, error) {
	item := run.Item
	limit := s.budget.Time.Of(item.N())
	if s.far == nil {
		live := newProgress(run, "setting up", limit, clock)
		defer live.end()
		return run.Do(ctx, clock, live.tell)
	}
	live := newProgress(run, "other machines search", limit, clock)
	defer live.end()
	said := -1
	rec, tour, err := s.far.Solve(ctx, run, clock, s.rounds, func(round, rounds int, length, seconds float64) {
		live.tell(mcts.Progress{Length: length})
		if round == said { // a better tour within the round
			return
		}
		said = round
		live.say("tspmcts: %s: round %d of %d, length %s, %.0f s\n", item.Name, round, rounds, bench.LengthShort(item.Instance, length), seconds)
	})
	if err == nil {
		rec.Workers = 0 // none of this process: nobody tells how many others there were
	}
	return rec, tour, err
}

// warnNoStep warns of a heatmap's file that was given, and of a checkpoint that was asked for, or
// given, that the search had no use for.
func (s *solver) warnNoStep(run *bench.Run, rec *bench.Record) {
	if run.Unread() {
		warn("%s: the heatmap %s was not read: the search ended before (%s)", rec.Instance, rec.Heatmap, rec.Stop)
	}
	if s.checkpoint != "" && !s.saved {
		warn("%s: no checkpoint was written: the search ended before its first step (%s)", rec.Instance, rec.Stop)
	}
	if s.resume != "" && rec.Actions == 0 {
		warn("%s: %s was not gone on from: the search ended before its first step (%s)", rec.Instance, s.resume, rec.Stop)
	}
}

// warnTooShort warns of a tour that is shorter than the optimum.
func warnTooShort(rec *bench.Record) {
	if beaten(rec.Gap) {
		known, _ := rec.Optimum.Float64() // a gap is over a number
		warnBeaten(rec.Instance, fmt.Sprintf("the tour found, %s, is shorter than", rec.Length), known)
	}
}

// beaten reports whether a gap is below 0 by more than rounding makes it.
func beaten(gap *float64) bool { return gap != nil && *gap < -1e-4 }

// warnBeaten warns of a known length that cannot be the least, with what shows it.
func warnBeaten(instance, what string, known float64) {
	warn("%s: %s the length that gaps are told to, %s; it belongs to another instance, or is out of date",
		instance, what, strconv.FormatFloat(known, 'f', -1, 64))
}

// write writes an instance's results, the picture last: it takes the longest, and a second Ctrl-C
// ends the program meanwhile.
func (s *solver) write(item *bench.Item, tour tsp.Tour, rec *bench.Record, length string) error {
	var errs []error
	if s.out != "" {
		errs = append(errs, s.writeOut(s.out, item, func(w io.Writer) error {
			if s.format != "tsplib" {
				return places.Write(w, s.format, item.Instance, tour)
			}
			comment := fmt.Sprintf("length %s, found by tspmcts", rec.Length) // and no time: the same search writes the same file
			return tsplib.WriteTour(w, item.Name, comment, tour)
		}))
	}
	if s.records != nil && !(isStdout(s.json) && s.stdoutIsClosed) {
		errs = append(errs, s.stdoutClosed(s.records.write(rec)))
	}
	if !s.stdoutIsClosed && !isStdout(s.json) && !isStdout(s.out) && !isStdout(s.plot) {
		_, err := fmt.Fprintf(stdout{}, "%-16s %8d cities   length %12s   gap %9s   %8.2f s   %s\n",
			item.Name, rec.N, length+bench.UnitText(item.Instance), bench.GapText(rec.Gap), rec.Seconds, rec.Stop)
		errs = append(errs, s.stdoutClosed(err))
	}
	if s.plot != "" {
		errs = append(errs, s.writeOut(s.plot, item, func(w io.Writer) error {
			format, err := plotFormat(s.plot)
			if err != nil {
				return err
			}
			title := item.Name + ", length " + length
			if !s.plotVisits {
				return draw.Tour(w, format, title, item.Instance, tour, nil)
			}
			if rec.Visits == nil && s.far == nil {
				warn("%s: --plot-visits colours nothing: the search worked on no regions, as of few cities, or in a short time", item.Name)
			}
			return draw.Tour(w, format, title, item.Instance, tour, rec.Visits)
		}))
	}
	if s.open {
		file, err := item.File(s.plot)
		if err == nil {
			openPicture(file)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// stdoutClosed notes that nobody reads stdout any more, which is no error.
func (s *solver) stdoutClosed(err error) error {
	if errors.Is(err, errStdoutClosed) {
		s.stdoutIsClosed = true
		return nil
	}
	return err
}

// writeOut writes what an output flag names for the instance: a file, or stdout.
func (s *solver) writeOut(name string, item *bench.Item, write func(w io.Writer) error) error {
	if isStdout(name) {
		return s.stdoutClosed(write(stdout{}))
	}
	return writeOwn(name, item, write)
}
