package main

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
)

func heatmapBuildCommand() *cli.Command {
	return &cli.Command{
		Name:        "build",
		Usage:       "make the heatmaps of instances",
		ArgsUsage:   "FILE...",
		Description: "Writes the map of each instance to --out.\n" + sourceHelp(),
		Flags: append(append(heatmapFlags("gtprior"), placesFlags()...),
			linesFlag(),
			option(catSearch, "seed", "seed quick tours with `S` (default: 1)"),
			option(catOutput, "out", "write to `FILE`; "+perInstance+" in the name stands for the instance, needed for several"),
			formatOption()),
		Action: runHeatmapBuild,
	}
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
