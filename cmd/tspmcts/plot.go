package main

import (
	"errors"
	"image/color"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tspmcts/bench"
	"tspmcts/tsp"
)

// plotFormat returns the format that the name of a picture asks for.
func plotFormat(name string) (string, error) {
	format := strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))
	if format != "svg" && format != "png" {
		return "", usagef("--plot is %s, want a name that ends in .svg or .png", name)
	}
	return format, nil
}

// places returns where to draw the cities.
func places(in *tsp.Instance) (x, y []float64, err error) {
	switch {
	case in.DisplayX != nil:
		return in.DisplayX, in.DisplayY, nil
	case in.X == nil:
		return nil, nil, errors.New("its file has distances only, nothing that --plot could draw; leave --plot out, or add a DISPLAY_DATA_SECTION")
	case in.Metric == tsp.Geo || in.Metric == tsp.GeoM:
		return in.Y, in.X, nil // latitude comes first in the file, north is up in the picture
	}
	return in.X, in.Y, nil
}

// drawTour draws a tour to w, in the format of name.
func drawTour(w io.Writer, name string, item *bench.Item, tour tsp.Tour, length string) error {
	format, err := plotFormat(name)
	if err != nil {
		return err
	}
	x, y, err := places(item.Instance)
	if err != nil {
		return err
	}
	n := len(tour)
	route := make(plotter.XYs, n+1)
	for i := range route {
		city := tour[i%n]
		route[i] = plotter.XY{X: x[city], Y: y[city]}
	}
	style := draw.LineStyle{Color: color.RGBA{R: 0x1f, G: 0x4e, B: 0x8c, A: 0xff}, Width: vg.Points(1)}
	side := 8 * vg.Inch
	if n > 5000 {
		style.Width = vg.Points(0.5)
		side = 20 * vg.Inch
	}
	p := plot.New()
	p.HideAxes()
	p.Title.Text = item.Name + ", length " + length
	p.Title.Padding = vg.Points(6)
	// In pieces: the time that the rasterizer takes for one path grows with its square.
	const piece = 200
	for from := 0; from < n; from += piece {
		p.Add(&plotter.Line{XYs: route[from : min(from+piece, n)+1], LineStyle: style})
	}
	if n <= 5000 {
		cities, err := plotter.NewScatter(route[:n])
		if err != nil {
			return err
		}
		cities.GlyphStyle = draw.GlyphStyle{Color: color.RGBA{R: 0xc0, G: 0x39, B: 0x2b, A: 0xff}, Radius: vg.Points(1.5), Shape: draw.CircleGlyph{}}
		p.Add(cities)
	}
	return writePlot(w, p, x, y, side, format)
}

// writePlot writes a picture of cities at x, y: one scale for both axes, and a margin.
func writePlot(w io.Writer, p *plot.Plot, x, y []float64, side vg.Length, format string) error {
	p.X.Min, p.X.Max = slices.Min(x), slices.Max(x)
	p.Y.Min, p.Y.Max = slices.Min(y), slices.Max(y)
	width, height := p.X.Max-p.X.Min, p.Y.Max-p.Y.Min
	extent := max(width, height)
	if extent == 0 {
		extent = 1
	}
	width, height = max(width, extent/20)+extent/25, max(height, extent/20)+extent/25
	midX, midY := (p.X.Min+p.X.Max)/2, (p.Y.Min+p.Y.Max)/2
	p.X.Min, p.X.Max = midX-width/2, midX+width/2
	p.Y.Min, p.Y.Max = midY-height/2, midY+height/2
	scale := side / vg.Length(max(width, height))
	title := p.Title.TextStyle.Height(p.Title.Text) + 2*p.Title.Padding
	picture, err := p.WriterTo(scale*vg.Length(width), scale*vg.Length(height)+title, format)
	if err != nil {
		return err
	}
	_, err = picture.WriteTo(w)
	return err
}
