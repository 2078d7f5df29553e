package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/bench/report"
	"tspmcts/bench/tune"
	"tspmcts/mcts"
)

func tuneCommand() *cli.Command {
	return &cli.Command{
		Name:      "tune",
		Usage:     "search for knobs that make short tours on a set of instances",
		ArgsUsage: " ",
		Description: "Tries configurations on the instances of --set, validates the best on held-out\n" +
			"instances, and writes the winner to --out, which --params loads. What was run is in\n" +
			"--log: the same command goes on where it was stopped. Trials are configurations; each\n" +
			"method may spend trials x instances runs.",
		Flags: append([]cli.Flag{
			option(catInput, "set", "train on the instances of `FILE`, or several with commas between them"),
			linesFlag(),
			option(catInput, "validate", "hold out the instances of `FILE`, or several with commas between them (default: those of --set)"),
			option(catInput, "validate-lines", "hold out the instances `A:B` (default: the last third of those of --set)"),
			option(catInput, "best", "measure gaps to the best known lengths in the CSV `FILE`: instance,best"),
			option(catSearch, "method", "`M`: "+strings.Join(tune.Methods, ", ")+" (default: model)"),
			option(catSearch, "trials", "try as many configurations as `N` would take on all instances (default: 40)"),
			option(catSearch, "search", "search the `KNOBS`, with commas between them, such as alpha,beta=1:200 log,order=heatmap|distance (default: those that the base uses, in their ranges)"),
			option(catOne, "time", "search for `T` a run: 10s, 1m30s, or 0.1n for 0.1 s a city"),
			option(catOne, "actions", "search for `N` actions a run"),
			option(catSearch, "heatmap", "`SOURCE` of the heatmaps (default: "+mcts.AutoHeatmap+", what suits the preset)"),
			option(catSearch, "seed", "seed the tuner with `S` (default: 1)"),
			option(catSearch, "jobs", "have `J` runs side by side (default: the number of CPUs)"),
			option(catOutput, "out", "write the winner's parameters to `FILE`"),
			option(catOutput, "log", "keep the records of all runs in `FILE` (default: that of --out, or of --table, with .runs.jsonl)"),
			option(catOutput, "table", "enter what was found in the table `FILE` of tuned knobs: the winner, if it beats the base on the held-out instances with p < 0.05, otherwise that nothing did (the presets read mcts/tuned.json when the program is built)"),
			option(catOutput, "plot", "draw the importance of the knobs to `FILE`: .svg or .png"),
		}, append(append(placesFlags(), farmFlags()...), configFlags()...)...),
		Action: runTune,
	}
}

func runTune(c *cli.Context) error {
	if c.Args().Present() {
		return usagef("tune takes no arguments, found %q; name the instances with --set", c.Args().First())
	}
	out, log, plot, err := tuneOutputs(c)
	if err != nil {
		return err
	}
	t, spec, err := tuner(c)
	if err != nil {
		return err
	}
	table, err := openTable(c, spec, t.Base.Preset)
	if err != nil {
		return err
	}
	ctx, cancel := interruptible()
	defer cancel()
	far, err := farmOf(ctx, c)
	if err != nil {
		return err
	}
	if far != nil {
		defer far.Close()
		t.Elsewhere = func(ctx context.Context, store *bench.Store, jobs []*bench.Job, tell func(bench.Status)) (bench.Status, error) {
			return far.Run(ctx, store, jobs, false, tell)
		}
	} else if t.Parallel, err = sideBySide(c, 1); err != nil {
		return err
	}
	train, err := flagSuite(c)
	if err != nil {
		return err
	}
	if t.Train, err = train.Items(ctx, warn); err != nil {
		return err
	}
	if err := holdOut(ctx, c, t, train); err != nil {
		return err
	}
	if t.Store, err = openStore("log", log); err != nil {
		return err
	}
	live := newCounter()
	start := time.Now()
	t.Progress = func(done, of int, what string) {
		live.show(fmt.Sprintf("%d of %d runs, %s, %s", done, of, what, time.Since(start).Round(time.Second)))
	}
	result, err := t.Run(ctx)
	live.end()
	if err = errors.Join(err, t.Store.Close()); err != nil {
		if errors.Is(err, tune.ErrStopped) {
			_, err = fmt.Fprintf(stdout{}, "tune: %v\n", tune.ErrStopped)
			return stdoutMayClose(err)
		}
		return err
	}
	if err := writeTuned(result, out, plot); err != nil {
		return err
	}
	err = stdoutMayClose(printTuned(t, result, out))
	return errors.Join(err, table.enter(c, t, result)) // also where nobody reads what is printed
}

// tuneOutputs returns the files of the parameters, the runs and the picture, which can be
// written; "" for none.
func tuneOutputs(c *cli.Context) (out, log, plot string, err error) {
	out, log, plot = c.String("out"), c.String("log"), c.String("plot")
	if out == "-" {
		return "", "", "", usagef("--out is -, but tune writes its results to stdout and its runs beside the parameters; name a file")
	}
	if out == "" && c.String("table") == "" {
		return "", "", "", usagef("tune needs --out FILE for the winner's parameters, or --table FILE")
	}
	if log == "" {
		log = cmp.Or(out, c.String("table")) + ".runs.jsonl"
	}
	if plot != "" {
		if _, err := plotFormat(plot); err != nil || plot == "-" {
			return "", "", "", usagef("--plot is %s, want a name that ends in .svg or .png; stdout is for the results", plot)
		}
	}
	for _, name := range []string{plot, out} {
		if name != "" {
			if err := probe(name); err != nil {
				return "", "", "", err
			}
		}
	}
	return out, log, plot, nil
}

// tuner returns what the flags about the search ask for, and the heatmaps' source.
func tuner(c *cli.Context) (t *tune.Tuner, source string, err error) {
	t = &tune.Tuner{Method: c.String("method")}
	if t.Method == "" {
		t.Method = "model"
	}
	if !slices.Contains(tune.Methods, t.Method) {
		return nil, "", usagef("--method is %q, want one of %s", t.Method, strings.Join(tune.Methods, ", "))
	}
	trials, err := intOption(c, "trials", 40, 2, 1e6)
	if err != nil {
		return nil, "", err
	}
	t.Trials = int(trials)
	if t.Seed, err = seedOption(c); err != nil {
		return nil, "", err
	}
	all, err := budgets(c)
	if err != nil {
		return nil, "", err
	}
	if len(all) > 1 {
		return nil, "", usagef("tune takes one budget, found %d", len(all))
	}
	t.Budget = all[0]
	spec := c.String("heatmap")
	if spec == "" {
		spec = mcts.AutoHeatmap
	}
	if t.Source, err = bench.HeatmapSource(spec); err != nil {
		return nil, "", usagef("--heatmap: %v", err)
	}
	if t.Base, err = knobsOf(c, spec); err != nil {
		return nil, "", err
	}
	cfg, err := t.Base.Config(1000, spec)
	if err != nil {
		return nil, "", err
	}
	if t.Space, err = tune.ParseSpace(c.String("search"), cfg); err != nil {
		return nil, "", usagef("--search: %v", err)
	}
	// By these it hangs which of the others are read.
	decides := func(d tune.Dim) bool {
		return slices.Contains([]string{"action", "restart", "population"}, d.Knob.Name)
	}
	for _, d := range t.Space {
		if !d.Knob.Read(&cfg) && !slices.ContainsFunc(t.Space, decides) {
			warn("--search: %s has no effect: it is read %s", d.Knob.Name, d.Knob.Use.When)
		}
	}
	return t, spec, nil
}

// writeTuned writes the winner's parameters and draws the importance of the knobs, where files are
// named for them.
func writeTuned(result *tune.Result, out, plot string) error {
	params, err := tune.Params(result.Winner)
	if err != nil {
		return err
	}
	if out != "" {
		if err := writeFile(out, func(w io.Writer) error { _, err := w.Write(params); return err }); err != nil {
			return err
		}
	}
	if plot != "" {
		if err := writeFile(plot, func(w io.Writer) error {
			format, err := plotFormat(plot)
			if err != nil {
				return err
			}
			return report.DrawImportance(w, format, result.Importance)
		}); err != nil {
			return err
		}
	}
	return nil
}

// tunedTable is the file that --table names; its zero value is none.
type tunedTable struct{ file, source string }

// openTable checks that a row can be entered in the end.
func openTable(c *cli.Context, source, preset string) (*tunedTable, error) {
	t := &tunedTable{file: c.String("table"), source: mcts.SourceKind(source)}
	if t.file == "" {
		return t, nil
	}
	if !slices.Contains(mcts.TunedPresets, preset) {
		return nil, usagef("--table: preset %q stays as published, want one of %s", preset, strings.Join(mcts.TunedPresets, ", "))
	}
	if source == mcts.AutoHeatmap {
		return nil, usagef("--table needs --heatmap: a row of the table belongs to a source")
	}
	if _, err := t.rows(); err != nil {
		return nil, err
	}
	return t, probe(t.file)
}

// rows reads the table, which need not be there yet.
func (t *tunedTable) rows() ([]mcts.TunedRow, error) {
	data, err := os.ReadFile(t.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var rows []mcts.TunedRow
	if err == nil {
		rows, err = mcts.ParseTuned(data)
	}
	if err != nil {
		return nil, bench.FileError(t.file, err)
	}
	return rows, nil
}

// enter puts what was found in place of the row of its preset, source and size:
// the winner where it beat the base, otherwise that nothing did.
func (t *tunedTable) enter(c *cli.Context, tuner *tune.Tuner, r *tune.Result) error {
	if t.file == "" {
		return nil
	}
	row := mcts.TunedRow{Preset: tuner.Base.Preset, Heatmap: t.source, N: medianSize(tuner.Train), P: 1, By: commandLine(c)}
	for _, f := range r.Finalists {
		if f.IsBase {
			row.Base = f.Verify
		}
	}
	row.Gap = row.Base
	if math.IsInf(row.Base, 0) || math.IsNaN(r.Difference) || math.IsInf(r.Difference, 0) {
		_, err := fmt.Fprintf(stdout{}, "%s is left as it was: gaps on the held-out instances are undefined, over a length of 0\n", t.file)
		return stdoutMayClose(err)
	}
	knobs, verdict := tuner.Base, "its own knobs, which nothing beat with p < 0.05 on the held-out instances"
	if !r.IsBase {
		row.P = r.P
	}
	if r.Beats {
		knobs, verdict = r.Winner, "the winner"
		row.Gap += r.Difference
	} else if len(tuner.Base.Settings) > 0 {
		_, err := fmt.Fprintf(stdout{}, "%s is left as it was: the base has knobs that are not its preset's, and nothing beat it with p < 0.05\n", t.file)
		return stdoutMayClose(err)
	}
	cfg, err := knobs.Config(row.N, t.source)
	if err != nil {
		return err
	}
	if err := row.SetKnobs(cfg); err != nil {
		return err
	}
	rows, err := t.rows() // others may have been entered meanwhile
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(old mcts.TunedRow) bool {
		return old.Preset == row.Preset && old.Heatmap == row.Heatmap && old.N == row.N
	})
	text, err := mcts.FormatTuned(append(rows, row))
	if err != nil {
		return err
	}
	if err := writeFile(t.file, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout{}, "entered in %s for %s, %s, %d cities: %s\n", t.file, row.Preset, row.Heatmap, row.N, verdict)
	return stdoutMayClose(err)
}

func medianSize(set []bench.SetItem) int {
	var sizes []int
	for _, i := range set {
		sizes = append(sizes, i.N())
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}

// commandLine returns the command as far as it decides the winner, without folders.
func commandLine(c *cli.Context) string {
	words := []string{"tspmcts", "tune"}
	names := []string{"set", "lines", "validate", "validate-lines", "best", "metric", "weight", "params", "preset", "heatmap", "method", "trials", "search", "time", "actions", "seed"}
	for _, k := range mcts.Knobs {
		names = append(names, k.Name)
	}
	for _, name := range names {
		value := c.String(name)
		if value == "" {
			continue
		}
		switch name {
		case "set", "validate", "best", "params":
			files := list(c, name)
			for i, f := range files {
				files[i] = filepath.Base(f)
			}
			value = strings.Join(files, ",")
		}
		if strings.ContainsAny(value, " |;") {
			value = "'" + value + "'"
		}
		words = append(words, "--"+name, value)
	}
	if c.Bool("decimal-comma") {
		words = append(words, "--decimal-comma")
	}
	return strings.Join(words, " ")
}

// holdOut decides which instances validate.
func holdOut(ctx context.Context, c *cli.Context, t *tune.Tuner, train *bench.Suite) error {
	files, text := list(c, "validate"), c.String("validate-lines")
	if len(files) == 0 && text == "" {
		k := len(t.Train) - max(2, len(t.Train)/3)
		if k < 2 {
			return usagef("%d instances are too few to hold some out; give more, or --validate", len(t.Train))
		}
		t.Train, t.Verify = t.Train[:k], t.Train[k:]
		return nil
	}
	lines, err := bench.ParseLines(text)
	if err != nil {
		return usagef("--validate-lines is %v", err)
	}
	s := &bench.Suite{Best: train.Best}
	if len(files) == 0 {
		files = list(c, "set")
	}
	for _, file := range files {
		s.Sets = append(s.Sets, bench.Set{File: file, Lines: lines, Places: train.Sets[0].Places}) // the flags say the same of all
	}
	if t.Verify, err = s.Items(ctx, warn); err != nil {
		return err
	}
	trained := map[string]bool{}
	for _, i := range t.Train {
		trained[i.Name] = true
	}
	for _, i := range t.Verify {
		if trained[i.Name] {
			return usagef("the instance %s is both trained on and held out", i.Name)
		}
	}
	return nil
}

// printTuned tells what a tuner found.
func printTuned(t *tune.Tuner, r *tune.Result, out string) error {
	there := func(format string) string {
		if out == "" {
			return ""
		}
		return fmt.Sprintf(format, out)
	}
	var b strings.Builder
	over := "gap %"
	if r.Relative {
		over = "% over base"
	}
	fmt.Fprintf(&b, "%s: %d configurations in %d runs of %s on %d instances, validated on %d\n\n", t.Method, r.Configs, r.Runs, t.Budget, len(t.Train), len(t.Verify))
	fmt.Fprintf(&b, "%-10s %12s %12s\n%-10s %12s %12s\n", "", "training", "held out", "", over, over)
	for _, f := range r.Finalists {
		fmt.Fprintf(&b, "%-10s %12s %12s\n", f.Label, report.Percent(f.Train).Text("%.3f"), report.Percent(f.Verify).Text("%.3f"))
	}
	fmt.Fprintf(&b, "\nimportance of the knobs\n")
	for _, i := range r.Importance {
		fmt.Fprintf(&b, "%-12s %5.1f %%  %s\n", i.Knob, 100*i.Share, strings.Repeat("#", int(40*i.Share+0.5)))
	}
	switch {
	case len(r.Finalists) == 1:
		fmt.Fprintf(&b, "\nno configuration came through the training, so that the base alone met the held-out instances%s\n", there("; %s holds the base"))
	case r.IsBase:
		fmt.Fprintf(&b, "\nnothing beat the base on the held-out instances%s\n", there("; %s holds the base"))
	default:
		fmt.Fprintf(&b, "\n%s against base, held out: %s (95 %% interval %s to %s), %d wins, %d ties, %d losses, p %s%s:\n",
			r.Winner.Label, report.Percent(r.Difference).Text("%+.3f"), report.Percent(r.Lo).Text("%+.3f"), report.Percent(r.Hi).Text("%+.3f"), r.Wins, r.Ties, r.Losses, report.PText(r.P), there("; in %s"))
		values := map[string]string{}
		for _, s := range r.Winner.Settings {
			values[s.Knob.Name] = s.Value
		}
		fmt.Fprintf(&b, "preset %s", r.Winner.Preset)
		for _, k := range mcts.Knobs {
			if v, ok := values[k.Name]; ok {
				fmt.Fprintf(&b, ", %s %s", k.Name, v)
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(stdout{}, b.String())
	return err
}
