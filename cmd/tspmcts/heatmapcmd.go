package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/heatmap/mapfile"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
)

func heatmapCommand() *cli.Command {
	return &cli.Command{
		Name:      "heatmap",
		Usage:     "make, convert, fit, train, judge and draw heatmaps",
		ArgsUsage: "build|convert|fit|train|eval|plot ...",
		Subcommands: []*cli.Command{heatmapBuildCommand(), heatmapConvertCommand(), heatmapFitCommand(),
			heatmapTrainCommand(), heatmapEvalCommand(), heatmapPlotCommand()},
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return usagef("there is no command heatmap %s; want build, convert, fit, train, eval or plot", name)
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

// sourceHelp describes the specs of sources.
func sourceHelp() string {
	var b strings.Builder
	b.WriteString("Sources, and their parameters as in softdist:tau=0.005,k=20:\n")
	for _, k := range heatmap.Kinds {
		fmt.Fprintf(&b, "  %-9s %s", k.Name, k.Usage)
		for i, p := range k.Params {
			sep := "; "
			if i > 0 {
				sep = ", "
			}
			fmt.Fprintf(&b, "%s%s: %s (default %s)", sep, p.Name, p.Usage, p.Default)
		}
		switch k.Name {
		case "tours":
			b.WriteString("; or tour files: tours:A.tour,B.tour")
		case "file":
			b.WriteString(": file:FILE")
		case "mix":
			b.WriteString(" by weight: mix:gtprior=0.5,alpha=0.5")
		}
		b.WriteByte('\n')
	}
	b.WriteString("In the name of a file {} stands for the instance, {i} for its place in its data set, from 0.")
	return b.String()
}

// mapFormats are the formats that maps are written in, by the ending of the file's name.
var mapFormats = []struct{ name, ending, usage string }{
	{"sparse", ".heat", "of our own, compact"},
	{"dense", ".txt", "n, then n rows of n numbers"},
	{"utsp", ".utsp", "a UTSP line"},
	{"npy", ".npy", "NumPy, float32"},
	{"npy64", "", "NumPy, float64"},
}

func formatOption() cli.Flag {
	var names []string
	for _, f := range mapFormats {
		names = append(names, f.name+" ("+f.usage+")")
	}
	return option(catOutput, "format", "`FORMAT` of the file: "+strings.Join(names, ", ")+" (default: by the ending, .heat .txt .utsp .npy; else sparse)")
}

func mapFormatNames() (names []string) {
	for _, f := range mapFormats {
		names = append(names, f.name)
	}
	return names
}

// mapFormatOf returns the format that the flag, or the file's name, asks for.
func mapFormatOf(c *cli.Context, file string) (string, error) {
	name := c.String("format")
	for _, f := range mapFormats {
		if f.name == name || name == "" && f.ending != "" && f.ending == strings.ToLower(filepath.Ext(file)) {
			return f.name, nil
		}
	}
	if name != "" {
		return "", usagef("--format is %q, want one of %s", name, strings.Join(mapFormatNames(), ", "))
	}
	return "sparse", nil
}

// writeMap writes a map in a format. item is needed for utsp only.
func writeMap(w io.Writer, format string, m *heatmap.Map, item *bench.Item) error {
	switch format {
	case "dense":
		return mapfile.WriteDense(w, m)
	case "npy":
		return mapfile.WriteNPY(w, 32, false, m)
	case "npy64":
		return mapfile.WriteNPY(w, 64, false, m)
	case "utsp":
		if item == nil {
			return usagef("a UTSP line holds the cities too; name their file with --instance")
		}
		return mapfile.WriteUTSP(w, m, item.Instance, item.Reference)
	}
	return mapfile.Write(w, m)
}

// specOf returns the source that the flags describe, gtprior for auto, and the seed.
func specOf(c *cli.Context) (s *heatmap.Source, seed uint64, err error) {
	spec, err := heatmapSpec(c)
	if err != nil {
		return nil, 0, err
	}
	if spec == defaultHeatmap {
		spec = "gtprior"
	}
	if s, err = heatmap.Parse(spec); err != nil {
		return nil, 0, err
	}
	seed, err = seedOption(c)
	return s, seed, err
}

// eachInstance calls do for each instance of the files of the call.
func eachInstance(c *cli.Context, out string, do func(ctx context.Context, item *bench.Item) error) error {
	args := c.Args().Slice()
	if len(args) == 0 {
		return usagef("heatmap %s needs a file of instances", c.Command.Name)
	}
	if err := bench.CheckInputs(args); err != nil {
		return err
	}
	lines, err := linesOption(c)
	if err != nil {
		return err
	}
	files := outputsOf(c)
	if err := files.addAll("out", out, args, lines); err != nil {
		return err
	}
	ctx, cancel := interruptible()
	defer cancel()
	r, err := placesReader(c, args)
	if err != nil {
		return err
	}
	if out != "" && !bench.PerInstance(out) {
		several, err := r.Several(ctx)
		if err != nil {
			return err
		}
		if several {
			return usagef("--out %s is for one instance, but there are several; put %s in the name, it stands for the instance", out, perInstance)
		}
	}
	for {
		item, err := r.Next(ctx)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = files.add("out", out, item)
		}
		if err == nil {
			err = do(ctx, item)
		}
		if errors.Is(err, errStdoutClosed) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// eachSymmetric is eachInstance, and refuses those that are searched as another one.
func eachSymmetric(c *cli.Context, out string, do func(ctx context.Context, item *bench.Item) error) error {
	return eachInstance(c, out, func(ctx context.Context, item *bench.Item) error {
		if err := symmetricOnly(c, item); err != nil {
			return err
		}
		return do(ctx, item)
	})
}

// symmetricOnly returns an error about an instance that is searched as another one.
func symmetricOnly(c *cli.Context, item *bench.Item) error {
	if tsp.NewSymmetric(item.Instance) == nil {
		return nil
	}
	return fmt.Errorf("%s: heatmap %s is for tours with distances that are the same both ways", item.Name, c.Command.Name)
}

// buildMap makes an item's map and returns it with the seconds that it took. That of a directed
// instance is of the ways.
func buildMap(ctx context.Context, s *heatmap.Source, item *bench.Item, seed uint64) (*heatmap.Map, float64, error) {
	if err := bench.MakingHeatmap(s.Name()).Check(item.Instance); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", item.Name, err)
	}
	start := time.Now()
	searched := *item
	if sym := tsp.NewSymmetric(item.Instance); sym != nil {
		searched.Instance = sym.Instance
	}
	m, err := prepared(ctx, s, &searched, seed)
	if err != nil {
		if ctx.Err() != nil {
			err = errors.New("stopped before the heatmap was made")
		}
		return nil, 0, fmt.Errorf("%s: %w", item.Name, err)
	}
	return m, time.Since(start).Seconds(), nil
}

// prepared makes the map of an instance that is searched, by the distances that the search goes by.
func prepared(ctx context.Context, s *heatmap.Source, item *bench.Item, seed uint64) (*heatmap.Map, error) {
	if !item.Paired() {
		return bench.BuildHeatmap(ctx, s, item, nil, nil, seed)
	}
	a, err := onetree.Assign(ctx, item.Instance)
	if err != nil {
		return nil, err
	}
	item.Reduce(a.Out, a.In)
	m, err := bench.BuildHeatmap(ctx, s, item, nil, nil, seed)
	if err != nil {
		return nil, err
	}
	return m.Ways(), nil
}

// needMatrix refuses, for a directed instance, the formats that are of symmetric maps only.
func needMatrix(directed bool, format, instance string) error {
	if directed && (format == "sparse" || format == "utsp") {
		return usagef("%s: what is believed of ways in both directions goes into a matrix; take --format dense or npy", instance)
	}
	return nil
}

// tourOption names the tour to hold against the map, or what else the verb says.
func tourOption(verb string) cli.Flag {
	return option(catInput, "tour", verb+" the tour in `FILE`; in the name {} stands for the instance and {i} for its place in its data set, from 0 (default: the tour in the data set's line)")
}

// referenceOf returns the tour to hold an item's map against, nil for none.
func referenceOf(c *cli.Context, item *bench.Item) (tsp.Tour, error) {
	tour, name := item.Reference, item.Name
	if file := c.String("tour"); file != "" {
		own, err := item.File(file)
		if err != nil {
			return nil, err
		}
		tours, at, err := readTours(own)
		if err != nil {
			return nil, err
		}
		tour, name = tours[0], at
	} else if item.N() > 3 && slices.IsSorted(tour) {
		return nil, nil // 1..n, which data sets without tours hold in their place
	}
	if tour == nil {
		return nil, nil
	}
	if err := item.Check(tour); err != nil {
		return nil, fmt.Errorf("%s: no tour of %s: %w", name, item.Name, err)
	}
	return tour, nil
}

// neededTour is referenceOf, and an error where there is none.
func neededTour(c *cli.Context, item *bench.Item) (tsp.Tour, error) {
	tour, err := referenceOf(c, item)
	if err == nil && tour == nil {
		err = usagef("%s has no tour in its file; give one: --tour FILE, or with a file for each instance --tour 'tours/{}.tour'", item.Name)
	}
	return tour, err
}
