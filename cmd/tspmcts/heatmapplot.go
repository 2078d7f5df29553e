package main

import (
	"context"
	"fmt"
	"image/color"
	"io"

	"github.com/urfave/cli/v2"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/tsp"
)

func heatmapPlotCommand() *cli.Command {
	return &cli.Command{
		Name:      "plot",
		Usage:     "draw heatmaps",
		ArgsUsage: "FILE...",
		Description: "Draws the map of each instance over its cities: the more probable an edge, the less\n" +
			"transparent. Below lies the reference tour, if there is one, broad and pale.\n" + sourceHelp(),
		Flags: append(heatmapFlags(),
			option(catInput, "lines", "take the instances `A:B`, A to B-1 of a data set file, from 0"),
			tourOption(),
			option(catSearch, "seed", "seed quick tours with `S` (default: 1)"),
			option(catOutput, "out", "draw to `FILE`: .svg or .png; "+perInstance+" in the name stands for the instance, needed for several")),
		Action: runHeatmapPlot,
	}
}

func runHeatmapPlot(c *cli.Context) error {
	s, err := specOf(c)
	if err != nil {
		return err
	}
	seed, err := seedOption(c)
	if err != nil {
		return err
	}
	out := c.String("out")
	if out == "" {
		return usagef("heatmap plot needs --out FILE")
	}
	if _, err := plotFormat(out); err != nil {
		return usagef("--out is %s, want a name that ends in .svg or .png", out)
	}
	if err := probe(out); err != nil {
		return err
	}
	return eachInstance(c, out, func(ctx context.Context, item *bench.Item) error {
		if _, _, err := places(item.Instance); err != nil {
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
		return writeFile(outputName(out, item.Name), func(w io.Writer) error { return drawMap(w, out, item, m, tour) })
	})
}

// drawMap draws a map to w, in the format of name, and below it the tour, which may be nil.
func drawMap(w io.Writer, name string, item *bench.Item, m *heatmap.Map, tour tsp.Tour) error {
	format, err := plotFormat(name)
	if err != nil {
		return err
	}
	x, y, err := places(item.Instance)
	if err != nil {
		return err
	}
	n := item.N()
	at := func(i int32) plotter.XY { return plotter.XY{X: x[i], Y: y[i]} }
	side, width := 8*vg.Inch, vg.Points(1)
	if n > 5000 {
		side, width = 20*vg.Inch, vg.Points(0.5)
	}
	p := plot.New()
	p.HideAxes()
	p.Title.Text = item.Name + ", heatmap " + m.Source
	p.Title.Padding = vg.Points(6)
	pale := draw.LineStyle{Color: color.RGBA{R: 0xe8, G: 0xc4, B: 0x6a, A: 0xff}, Width: 4 * width}
	for k := range tour {
		p.Add(&plotter.Line{XYs: plotter.XYs{at(tour[k]), at(tour[(k+1)%n])}, LineStyle: pale})
	}
	factor := m.Edge()
	for i := range int32(n) {
		cities, ps := m.Of(i)
		for k, j := range cities {
			q := min(1, float64(ps[k])*factor)
			if j < i || q < 0.005 { // one that nobody sees
				continue
			}
			style := draw.LineStyle{Color: color.NRGBA{R: 0x1f, G: 0x4e, B: 0x8c, A: uint8(255 * q)}, Width: width}
			p.Add(&plotter.Line{XYs: plotter.XYs{at(i), at(j)}, LineStyle: style})
		}
	}
	if n <= 5000 {
		all := make(plotter.XYs, n)
		for i := range all {
			all[i] = at(int32(i))
		}
		cities, err := plotter.NewScatter(all)
		if err != nil {
			return err
		}
		cities.GlyphStyle = draw.GlyphStyle{Color: color.RGBA{R: 0xc0, G: 0x39, B: 0x2b, A: 0xff}, Radius: vg.Points(1.2), Shape: draw.CircleGlyph{}}
		p.Add(cities)
	}
	return writePlot(w, p, x, y, side, format)
}
