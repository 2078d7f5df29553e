package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsplib"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name:        "bench",
		Usage:       "run an experiment, or import the results of other solvers",
		ArgsUsage:   "[SUITE] | import FILE... | status",
		Subcommands: append([]*cli.Command{benchImportCommand()}, benchFarmCommands()...),
		Description: "Runs every combination of instances, heatmaps, knobs, budgets and seeds, of the\n" +
			"suite file SUITE or of the flags, and appends a JSON line a run to --out. What is in\n" +
			"that file already is not run again: the same command goes on where it was stopped.\n" +
			"bench import adds results of other solvers; bench import --help tells more.",
		Flags: append([]cli.Flag{
			option(catInput, "set", "run on the instances of `FILE`, or several with commas between them"),
			option(catInput, "data", "look in `DIR` for the files that a suite names (default: beside the suite)"),
			linesFlag(),
			bestFlag(),
			option(catSearch, "heatmaps", "compare the heatmap `SOURCES`, with commas or semicolons between them (default: "+mcts.AutoHeatmap+", what suits the preset)"),
			option(catSearch, "presets", "compare the `PRESETS`, with commas between them: "+strings.Join(mcts.Presets, ", ")+" (default: default)"),
			option(catSearch, "params", "compare the parameter `FILES`, with commas between them, besides the presets"),
			option(catSearch, "seeds", "run each with `K` seeds, from 1 (default: 1)"),
			option(catSearch, "workers", "search with `W` workers at once (default: 1)"),
			option(catEach, "time", "search for `T` a run: 10s, 1m30s, or 0.1n for 0.1 s a city; several with commas between them"),
			option(catEach, "actions", "search for `N` actions a run; several with commas between them"),
			option(catSearch, "jobs", "have `J` runs side by side (default: the number of CPUs over the workers)"),
			option(catOutput, "out", "append the records to `FILE`"),
			toggle(catOutput, "tours", "keep the tours in the records, for pictures"),
		}, append(placesFlags(), farmFlags()...)...),
		Action: runBench,
	}
}

func benchImportCommand() *cli.Command {
	return &cli.Command{
		Name:      "import",
		Usage:     "add the results of other solvers to records",
		ArgsUsage: "FILE...",
		Description: "Appends a record a run to --out, of CSV files with the columns instance, solver, seed,\n" +
			"seconds, length, or of logs of LKH and linkern. Several lines of a CSV file about one\n" +
			"run are the improvements in it. What is in --out already is not added again; a run with\n" +
			"another length or time is, and counts from then on.",
		Flags: []cli.Flag{
			bestFlag(),
			option(catInput, "instance", "`NAME` of the instance, where a log does not tell"),
			option(catInput, "solver", "`NAME` of the solver, instead of what the file tells"),
			option(catOutput, "out", "append the records to `FILE`"),
		},
		Action: runImport,
	}
}

// flagSuite returns the suite that the flags describe.
func flagSuite(c *cli.Context) (*bench.Suite, error) {
	s := &bench.Suite{}
	lines, err := linesOption(c)
	if err != nil {
		return nil, err
	}
	options, err := placesOptions(c)
	if err != nil {
		return nil, err
	}
	for _, file := range list(c, "set") {
		s.Sets = append(s.Sets, bench.Set{File: file, Lines: lines, Places: options})
	}
	if len(s.Sets) == 0 {
		return nil, usagef("%s takes a suite file, or --set FILE", c.Command.Name)
	}
	s.Best, err = bestOption(c)
	return s, err
}

// benchSuites returns the suites of a file or of the flags.
func benchSuites(c *cli.Context) ([]*bench.Suite, error) {
	if c.NArg() > 1 {
		return nil, usagef("bench takes one suite file, found %d arguments", c.NArg())
	}
	if c.NArg() == 1 {
		name := c.Args().First()
		if text := strings.TrimLeft(head(name), tsplib.BOM+" \t\r\n"); text != "" && text[0] != '{' && text[0] != '[' {
			return nil, usagef("%s: found %v, want a suite; the files of instances are for --set", name, tsplib.Sniff([]byte(text)))
		}
		if flag := typed(c, "set", "lines", "best", "metric", "weight", "decimal-comma", "heatmaps", "presets", "params", "seeds", "workers", "time", "actions"); flag != "" {
			return nil, usagef("%s and a suite file do not go together; put it into %s", flag, name)
		}
		return bench.ReadSuite(name, c.String("data"))
	}
	if flag := typed(c, "data"); flag != "" {
		return nil, usagef("%s is for the files that a suite names; give a suite file, or name them whole with --set", flag)
	}
	s, err := flagSuite(c)
	if err != nil {
		return nil, err
	}
	if text := c.String("heatmaps"); text != "" {
		s.Heatmaps = bench.SplitSources(text, append(heatmap.Names(), mcts.AutoHeatmap))
		for _, spec := range s.Heatmaps {
			if _, err := bench.HeatmapSource(spec); err != nil {
				return nil, usagef("--heatmaps: %q: %v", spec, err)
			}
		}
	}
	for _, name := range list(c, "presets") {
		k, err := bench.NamedKnobs(name)
		if err != nil {
			return nil, usagef("--presets: %v", err)
		}
		s.Knobs = append(s.Knobs, k)
	}
	for _, file := range list(c, "params") {
		k, err := bench.KnobsFile(file)
		if err != nil {
			return nil, err
		}
		s.Knobs = append(s.Knobs, k)
	}
	labels := map[string]bool{}
	for _, k := range s.Knobs {
		if labels[k.Label] {
			return nil, usagef("--presets and --params name %s twice", k.Label)
		}
		labels[k.Label] = true
	}
	if s.Budgets, err = budgets(c); err != nil {
		return nil, err
	}
	seeds, err := intOption(c, "seeds", 1, 1, 1e6)
	if err != nil {
		return nil, err
	}
	if s.Seeds, err = bench.FirstSeeds(int(seeds)); err != nil {
		return nil, err
	}
	workers, err := intOption(c, "workers", 1, 1, bench.MaxWorkers)
	s.Workers = int(workers)
	return []*bench.Suite{s}, err
}

// budgets returns what --time and --actions say.
func budgets(c *cli.Context) (all []bench.Budget, err error) {
	for _, flag := range []string{"time", "actions"} {
		for _, text := range list(c, flag) {
			want := "a time such as 10s, 1m30s, or 0.1n for a tenth of a second a city"
			if flag == "actions" {
				want = "a number of actions above 0"
				text += " actions"
			}
			b, err := bench.ParseBudget(text)
			if err != nil {
				return nil, usagef("--%s is %q, want %s", flag, c.String(flag), want)
			}
			all = append(all, b)
		}
	}
	if len(all) == 0 {
		return nil, usagef("%s needs a budget: --time or --actions", c.Command.Name)
	}
	return all, nil
}

// sideBySide returns how many runs there are at once.
func sideBySide(c *cli.Context, workers int) (int, error) {
	cpus := runtime.GOMAXPROCS(0)
	n, err := intOption(c, "jobs", int64(max(1, cpus/workers)), 1, math.MaxInt32)
	if err == nil && int(n)*workers > cpus {
		warn("%d runs of %d workers share %d CPUs: their times cannot be compared with others", n, workers, cpus)
	}
	return int(n), err
}

// benchJobs returns the runs of suites, of which all can keep their tours where that is asked for.
func benchJobs(ctx context.Context, suites []*bench.Suite, tours bool) (jobs []*bench.Job, err error) {
	for _, s := range suites {
		more, err := s.Jobs(ctx, bench.HeatmapSource, warn)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, more...)
	}
	for _, j := range jobs {
		if err := j.Item.Drawable(); err != nil && tours {
			return nil, err
		}
	}
	return jobs, nil
}

func runBench(c *cli.Context) error {
	suites, err := benchSuites(c)
	if err != nil {
		return err
	}
	for _, s := range suites {
		for _, k := range s.Knobs {
			if err := tellUnread(k, ""); err != nil {
				return err
			}
		}
	}
	out := c.String("out")
	if out == "" {
		return usagef("bench needs --out FILE for its records")
	}
	workers := 1
	for _, s := range suites {
		workers = max(workers, s.Workers)
	}
	ctx, cancel := interruptible()
	defer cancel()
	far, err := farmOf(ctx, c)
	if err != nil {
		return err
	}
	parallel := 0
	if far != nil {
		defer far.Close()
	} else if parallel, err = sideBySide(c, workers); err != nil {
		return err
	}
	jobs, err := benchJobs(ctx, suites, c.Bool("tours"))
	if err != nil {
		return err
	}
	store, err := openStore("out", out)
	if err != nil {
		return err
	}
	if err := store.Mixes(jobs); err != nil {
		return errors.Join(fmt.Errorf("%w; give each a name of its own, or name another --out", err), store.Close())
	}
	if _, s := store.Missing(jobs); c.Bool("tours") && s.Undrawn > 0 {
		warn("%d runs are in %s already, without their tours; name another --out to have them", s.Undrawn, out)
	}
	live := newCounter()
	short := map[string]*bench.Record{} // the first tour of an instance that its best length should not allow
	progress := func(s bench.Status) {
		live.tell(s)
		if e := s.Entry; e != nil && short[e.Instance] == nil && e.Gap != nil && *e.Gap < 0 {
			short[e.Instance] = &e.Record
		}
	}
	var status bench.Status
	if far != nil {
		status, err = far.Run(ctx, store, jobs, c.Bool("tours"), progress)
	} else {
		b := &bench.Bench{Store: store, Parallel: parallel, Tours: c.Bool("tours"), Progress: progress}
		status, err = b.Run(ctx, jobs)
	}
	live.end()
	for _, name := range slices.Sorted(maps.Keys(short)) {
		warnTooShort(short[name])
	}
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	state := "complete"
	if status.Failed > 0 {
		state = fmt.Sprintf("%d failed", status.Failed)
		err = fmt.Errorf("%d runs failed, the last with: %s; the same command tries them again", status.Failed, status.Reason)
	}
	if left := status.Jobs - status.Known - status.Done - status.Failed; left > 0 {
		state = fmt.Sprintf("stopped, %d to go; the same command goes on", left)
	}
	_, told := fmt.Fprintf(stdout{}, "%s: %d runs, %d of them new, %.1f s, %s\n", out, status.Known+status.Done, status.Done, status.Elapsed.Seconds(), state)
	return errors.Join(err, stdoutMayClose(told))
}

func runImport(c *cli.Context) error {
	files, out := c.Args().Slice(), c.String("out")
	if len(files) == 0 || out == "" {
		return usagef("bench import takes FILE... and --out FILE for the records")
	}
	if err := bench.CheckInputs(files); err != nil {
		return err
	}
	best, err := bestOption(c)
	if err != nil {
		return err
	}
	i := bench.Importer{Solver: c.String("solver"), Instance: c.String("instance"), Best: best}
	var entries []*bench.Entry
	for _, name := range files {
		f, err := bench.OpenFile(name)
		if err != nil {
			return err
		}
		more, err := i.Import(f, name)
		f.Close()
		if err != nil {
			return err
		}
		entries = append(entries, more...)
	}
	if i.Best != nil {
		warned := map[string]bool{}
		for _, e := range entries {
			if e.Optimum == nil && !warned[e.Instance] {
				warn("%s has no line for %s, so its gap is unknown", c.String("best"), e.Instance)
				warned[e.Instance] = true
			}
		}
	}
	store, err := openStore("out", out)
	if err != nil {
		return err
	}
	added, several, err := store.AddMissing(context.Background(), entries)
	if several > 0 {
		warn("of %d runs there are several results, with other lengths or times; of each the last that was imported counts (--solver NAME keeps others apart)", several)
	}
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout{}, "%s: %d records, %d of them new\n", out, len(entries), added)
	return stdoutMayClose(err)
}
