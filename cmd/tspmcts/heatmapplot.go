package main

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/bench/draw"
)

func heatmapPlotCommand() *cli.Command {
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw heatmaps",
		ArgsUsage: "FILE...",
		Description: "Draws the map of each instance over its cities: the more probable an edge, the less\n" +
			"transparent. Below lies the reference tour, if there is one, broad and pale.\n" + sourceHelp(),
		Flags: append(append(heatmapFlags("gtprior"), placesFlags()...),
			linesFlag(),
			tourOption("draw"),
			option(catSearch, "seed", "seed quick tours with `S` (default: 1)"),
			option(catOutput, "out", "draw to `FILE`: .svg or .png; "+perInstance+" in the name stands for the instance, needed for several")),
		Action: runHeatmapPlot,
	}
}

func runHeatmapPlot(c *cli.Context) error {
	s, seed, err := specOf(c)
	if err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usagef("heatmap plot needs --out FILE")
	}
	format, err := plotFormat(out)
	if err != nil {
		return usagef("--out is %s, want a name that ends in .svg or .png", out)
	}
	if err := probe(out); err != nil {
		return err
	}
	return eachSymmetric(c, out, func(ctx context.Context, item *bench.Item) error {
		if _, _, err := draw.Places(item.Instance); err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
		if err := bench.MakingPicture.Check(item.Instance); err != nil {
			return fmt.Errorf("%s: %w", item.Name, err)
		}
		tour, err := referenceOf(c, item)
		if err != nil {
			return err
		}
		m, _, err := buildMap(ctx, s, item, seed)
		if err != nil {
			return err
		}
		return writeOwn(out, item, func(w io.Writer) error {
			return draw.Heatmap(w, format, item.Name+", heatmap "+m.Source, item.Instance, m, tour)
		})
	})
}
