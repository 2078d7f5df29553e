package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/tsp"
)

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
			linesFlag(),
			tourOption("count in"),
			option(catOutput, "out", "write the table to `FILE`, for --ranks")),
		Action: runHeatmapFit,
	}
}

func runHeatmapFit(c *cli.Context) error {
	source := c.String("heatmap")
	if source != "" && !slices.Contains(fitted, source) {
		return usagef("--heatmap is %q, want %s", source, strings.Join(fitted, " or "))
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
			lists, err := heatmap.AlphaLists(ctx, item.Instance, len(heatmap.AlphaRanks))
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
