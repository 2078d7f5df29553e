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
		return "", usagef("%s is %q, want one of %s", flagged("format"), name, strings.Join(mapFormatNames(), ", "))
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

func heatmapBuildCommand() *cli.Command {
	return &cli.Command{
		Name:        "build",
		Usage:       "make the heatmaps of instances",
		ArgsUsage:   "FILE...",
		Description: "Writes the map of each instance to --out.\n" + sourceHelp(),
		Flags: append(append(heatmapFlags("gtprior"), placesFlags()...),
			option(catInput, "lines", "take the instances `A:B`, A to B-1 of a data set file, from 0"),
			option(catSearch, "seed", "seed quick tours with `S` (default: 1)"),
			option(catOutput, "out", "write to `FILE`; "+perInstance+" in the name stands for the instance, needed for several"),
			formatOption()),
		Action: runHeatmapBuild,
	}
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
	files := outputsOf(c)
	if err := files.addAll("out", out, args); err != nil {
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

func runHeatmapBuild(c *cli.Context) error {
	s, seed, err := specOf(c)
	if err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usagef("heatmap build needs --out FILE")
	}
	format, err := mapFormatOf(c, out)
	if err != nil {
		return err
	}
	if err := probe(out); err != nil {
		return err
	}
	return eachInstance(c, out, func(ctx context.Context, item *bench.Item) error {
		if item.Ends != nil {
			return fmt.Errorf("%s: heatmap build is for tours, no paths; solve makes the heatmaps of these itself", item.Name)
		}
		if err := needMatrix(item.Directed, format, item.Name); err != nil {
			return err
		}
		m, seconds, err := buildMap(ctx, s, item, seed)
		if err != nil {
			return err
		}
		if err := writeOwn(out, item, func(w io.Writer) error { return writeMap(w, format, m, item) }); err != nil {
			return err
		}
		count, of := len(m.City)/2, "edges"
		if item.Directed {
			count, of = len(m.City), "ways"
		}
		_, err = fmt.Fprintf(beside(out), "%-16s %8d cities   %s   %d %s   %8.2f s\n", item.Name, m.N(), s, count, of, seconds)
		return stdoutMayClose(err) // there are more maps to write
	})
}

// needMatrix refuses, for a directed instance, the formats that are of symmetric maps only.
func needMatrix(directed bool, format, instance string) error {
	if directed && (format == "sparse" || format == "utsp") {
		return usagef("%s: what is believed of ways in both directions goes into a matrix; take --format dense or npy", instance)
	}
	return nil
}

func heatmapConvertCommand() *cli.Command {
	return &cli.Command{
		Name:      "convert",
		Usage:     "read a heatmap and write it in another format",
		ArgsUsage: "IN OUT",
		Description: "Reads a map, told apart by content: dense text, a UTSP line, NumPy, or sparse. A matrix\n" +
			"is read row by row, and the largest entries of each row are kept. Without --instance FILE of a directed\n" +
			"problem an edge gets the mean of both ways.",
		Flags: append(placesFlags(),
			option(catInput, "index", "take map `I` of a file of several, from 0 (default: 0)"),
			option(catInput, "keep", fmt.Sprintf("keep `K` entries of a row of a matrix (default: %d)", heatmap.DefaultKeep)),
			option(catInput, "instance", "the map's instance is in `FILE`, for UTSP output, and for ways of a directed problem, which go into a matrix"),
			formatOption()),
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return usagef("heatmap convert takes IN and OUT, found %d arguments", c.NArg())
			}
			from, to := c.Args().Get(0), c.Args().Get(1)
			if same(from, to) {
				return usagef("OUT would replace the input %s", from)
			}
			format, err := mapFormatOf(c, to)
			if err != nil {
				return err
			}
			index, err := intOption(c, "index", 0, 0, 1<<30)
			if err != nil {
				return err
			}
			keep, err := intOption(c, "keep", heatmap.DefaultKeep, 1, 1<<30)
			if err != nil {
				return err
			}
			var item *bench.Item
			if file := c.String("instance"); file != "" {
				r := bench.NewReader([]string{file}, bench.LineRange{From: int(index), To: int(index) + 1}, warn)
				if r.Places, err = placesOptions(c); err != nil {
					return err
				}
				if item, err = r.Next(c.Context); err != nil {
					return err
				}
			}
			f, err := bench.OpenFile(from)
			if err != nil {
				return err
			}
			defer f.Close()
			opt := mapfile.ReadOptions{Index: int(index), Keep: int(keep), Warn: warn}
			if item != nil {
				opt.Cities = item.N()
				sym := tsp.NewSymmetric(item.Instance)
				opt.Directed = sym != nil && sym.Paired()
				if err := needMatrix(opt.Directed, format, item.Name); err != nil {
					return err
				}
			}
			m, err := mapfile.Read(f, from, opt)
			if err != nil {
				return err
			}
			count, of := len(m.City)/2, "edges"
			if opt.Directed {
				m = m.Ways()
				count, of = len(m.City), "ways"
			}
			if err := writeFile(to, func(w io.Writer) error { return writeMap(w, format, m, item) }); err != nil {
				return err
			}
			_, err = fmt.Fprintf(beside(to), "%s: %d cities, %d %s\n", to, m.N(), count, of)
			return stdoutMayClose(err)
		},
	}
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

func heatmapFitCommand() *cli.Command {
	return &cli.Command{
		Name:      "fit",
		Usage:     "count the ranks at which tours leave cities",
		ArgsUsage: "FILE...",
		Description: "Counts how often the edges of the reference tours lead to the nearest city, the second nearest, ...\n" +
			"(with --heatmap alpha: to the first by alpha-nearness), and tests the counts against\n" +
			"the published table, or that of --ranks.",
		Flags: append(placesFlags(),
			option(catSearch, "heatmap", "fit the table of `SOURCE`: "+strings.Join(fitted, " or ")+" (default: gtprior)"),
			option(catSearch, "ranks", "test against the table in `FILE`"),
			option(catInput, "lines", "take the instances `A:B`, A to B-1 of a data set file, from 0"),
			tourOption("count in"),
			option(catOutput, "out", "write the table to `FILE`, for --ranks")),
		Action: runHeatmapFit,
	}
}

func runHeatmapFit(c *cli.Context) error {
	source := c.String("heatmap")
	if source != "" && !slices.Contains(fitted, source) {
		return usagef("%s is %q, want %s", flagged("heatmap"), source, strings.Join(fitted, " or "))
	}
	var table heatmap.Ranks
	tableName, counted := "published", int64(0)
	if file := c.String("ranks"); file != "" {
		f, err := bench.OpenFile(file)
		if err != nil {
			return err
		}
		table, err = heatmap.ReadRanks(f, file)
		f.Close()
		if err != nil {
			return err
		}
		tableName = file
	}
	out := c.String("out")
	if out != "" {
		if err := probe(out); err != nil {
			return err
		}
	}
	var counts heatmap.RankCounts
	instances, mixed := 0, false
	err := eachSymmetric(c, "", func(ctx context.Context, item *bench.Item) error {
		tour, err := neededTour(c, item)
		if err != nil {
			return err
		}
		if table == nil {
			table, counted = heatmap.PublishedRanks(item.N()), heatmap.PublishedEnds(item.N())
			if source == "alpha" {
				table, counted, tableName = heatmap.AlphaRanks, 0, "shipped"
			}
		}
		instances++
		if counted > 0 && counted != heatmap.PublishedEnds(item.N()) && !mixed {
			warn("%s: for %d cities another table is published than for the first instance, which all are tested against", item.Name, item.N())
			mixed = true
		}
		if source == "alpha" {
			// A map with falling ranks lists each city's own candidates in their order, but
			// mixes in those of others: the order itself is asked for.
			lists, err := heatmap.AlphaLists(ctx, item.Instance, heatmap.AlphaSteps, len(heatmap.AlphaRanks))
			if err != nil {
				return err
			}
			counts.Add(tour, lists)
			return nil
		}
		nb, err := tsp.NearestNeighbors(ctx, item.Instance, 30)
		if err != nil {
			return err
		}
		counts.Add(tour, nb.Of)
		return nil
	})
	if err != nil {
		return err
	}
	if counts.Ends == 0 {
		return errors.New("fit counts the ends of tours' edges, and a tour of one or two cities has none")
	}
	if err := tellRanks(beside(out), &counts, instances, table, counted, tableName); err != nil {
		return err
	}
	if out == "" {
		return nil
	}
	ranks := counts.Ranks()
	comment := fmt.Sprintf("shares of ranks, %d tours, made by tspmcts heatmap fit", instances)
	return writeFile(out, func(w io.Writer) error { return heatmap.WriteRanks(w, ranks[:min(len(ranks), 1000)], comment) })
}

// tellRanks writes the ranks that were counted in a number of tours beside those of a table, which
// itself was counted over so many ends of edges (0: nobody knows), and the test of one against the
// other.
func tellRanks(w io.Writer, counts *heatmap.RankCounts, tours int, table heatmap.Ranks, counted int64, tableName string) error {
	ranks := counts.Ranks()
	var b strings.Builder
	fmt.Fprintf(&b, "rank      count      share   %s\n", tableName)
	for r := range max(len(ranks), len(table)) {
		var count int64
		if r < len(counts.Counts) {
			count = counts.Counts[r]
		}
		fmt.Fprintf(&b, "%4d %10d %10.6f", r+1, count, float64(count)/float64(counts.Ends))
		if r < len(table) {
			fmt.Fprintf(&b, " %10.6f", table[r])
		}
		b.WriteByte('\n')
	}
	t := counts.Test(table, counted)
	if counted > 0 {
		tableName += fmt.Sprintf(" (of %d ends itself)", counted)
	}
	fmt.Fprintf(&b, "%d ends of edges of %d tours. Against %s: chi-square %.2f, %d degrees of freedom, p = %.4f\n", counts.Ends, tours, tableName, t.Statistic, t.Degrees, t.P)
	if _, err := io.WriteString(w, b.String()); err != nil && !errors.Is(err, errStdoutClosed) {
		return err
	}
	return nil
}
