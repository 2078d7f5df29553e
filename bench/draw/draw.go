// Package draw draws tours and heatmaps over their cities, as SVG or PNG.
//
//	err := draw.Tour(w, "svg", "title", in, tour, nil)
//	err = draw.Heatmap(w, "png", "title", in, m, tour) // over a tour; nil for none
package draw

import (
	"errors"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// Formats are the formats of pictures.
var Formats = []string{"svg", "png"}

// ErrNoPlaces says that an instance has nothing that could be drawn.
var ErrNoPlaces = errors.New("its file has distances only, nothing that could be drawn; add a DISPLAY_DATA_SECTION")

// Places returns where to draw the cities, or ErrNoPlaces.
func Places(in *tsp.Instance) (x, y []float64, err error) {
	if x, y = in.Picture(); x == nil {
		return nil, nil, ErrNoPlaces
	}
	return x, y, nil
}

// manyCities is the number above which pictures are larger, lines thinner and cities no dots.
const manyCities = 5000

var (
	ink  = color.NRGBA{R: 0x1f, G: 0x4e, B: 0x8c, A: 0xff}
	pale = color.RGBA{R: 0xe8, G: 0xc4, B: 0x6a, A: 0xff}
	dots = color.RGBA{R: 0xc0, G: 0x39, B: 0x2b, A: 0xff}
)

// picture is a drawing of cities at x, y.
type picture struct {
	x, y  []float64
	side  vg.Length
	width vg.Length // of lines
	plot  *plot.Plot
}

func newPicture(in *tsp.Instance, title string) (*picture, error) {
	x, y, err := Places(in)
	if err != nil {
		return nil, err
	}
	p := &picture{x: x, y: y, side: 8 * vg.Inch, width: vg.Points(1), plot: plot.New()}
	if in.N() > manyCities {
		p.side, p.width = 20*vg.Inch, vg.Points(0.5)
	}
	p.plot.HideAxes()
	p.plot.Title.Text = strings.Map(func(c rune) rune { // control characters are not XML
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, title)
	p.plot.Title.Padding = vg.Points(6)
	return p, nil
}

func (p *picture) at(i int32) plotter.XY { return plotter.XY{X: p.x[i], Y: p.y[i]} }

// cities adds a dot a city, in the order of the tour.
func (p *picture) cities(order []int32, radius vg.Length) error {
	if len(p.x) > manyCities {
		return nil
	}
	all := make(plotter.XYs, len(order))
	for k, i := range order {
		all[k] = p.at(i)
	}
	cities, err := plotter.NewScatter(all)
	if err != nil {
		return err
	}
	cities.GlyphStyle = draw.GlyphStyle{Color: dots, Radius: radius, Shape: draw.CircleGlyph{}}
	p.plot.Add(cities)
	return nil
}

// write writes the picture with one scale for both axes, and a margin.
func (p *picture) write(w io.Writer, format string) error {
	x, y := &p.plot.X, &p.plot.Y
	x.Min, x.Max = slices.Min(p.x), slices.Max(p.x)
	y.Min, y.Max = slices.Min(p.y), slices.Max(p.y)
	width, height := x.Max-x.Min, y.Max-y.Min
	extent := max(width, height)
	if extent == 0 {
		extent = 1
	}
	width, height = max(width, extent/20)+extent/25, max(height, extent/20)+extent/25
	midX, midY := (x.Min+x.Max)/2, (y.Min+y.Max)/2
	x.Min, x.Max = midX-width/2, midX+width/2
	y.Min, y.Max = midY-height/2, midY+height/2
	scale := p.side / vg.Length(max(width, height))
	title := p.plot.Title.TextStyle.Height(p.plot.Title.Text) + 2*p.plot.Title.Padding
	canvas, err := p.plot.WriterTo(scale*vg.Length(width), scale*vg.Length(height)+title, format)
	if err != nil {
		return err
	}
	_, err = canvas.WriteTo(w)
	return err
}

// Route adds a line through points.
func Route(p *plot.Plot, points plotter.XYs, style draw.LineStyle) {
	for _, piece := range pieces(points) {
		p.Add(&plotter.Line{XYs: piece, LineStyle: style})
	}
}

// pieces cuts a line into pieces, each of which begins where the last ended: the time that the
// rasterizer takes for one path grows with the square of how often it meets a row of the picture,
// which long edges do.
func pieces(points plotter.XYs) []plotter.XYs {
	const steps, extents = 50, 5
	left, right, low, high := plotter.XYRange(points)
	most := extents * max(right-left, high-low)
	var all []plotter.XYs
	for from := 0; from+1 < len(points); {
		to, length := from, 0.0
		for ; to+1 < len(points) && to-from < steps && length <= most; to++ {
			length += math.Hypot(points[to+1].X-points[to].X, points[to+1].Y-points[to].Y)
		}
		all = append(all, points[from:to+1])
		from = to
	}
	return all
}

// Tour draws a tour, or a path, to w, in one of Formats. visits, of each city, colours the edges
// that begin there: the more visits the warmer; nil colours none.
func Tour(w io.Writer, format, title string, in *tsp.Instance, tour tsp.Tour, visits []uint16) error {
	p, err := newPicture(in, title)
	if err != nil {
		return err
	}
	most := uint16(0)
	for _, v := range visits {
		most = max(most, v)
	}
	n := len(tour)
	steps := n
	if in.Ends != nil { // a path does not return
		steps--
	}
	for from := 0; from < steps; {
		line := ink
		to := steps
		if visits != nil {
			v := visits[tour[from]]
			line = warmth(v, most)
			for to = from + 1; to < steps && visits[tour[to]] == v; to++ {
			}
		}
		route := make(plotter.XYs, 0, to-from+1)
		for k := from; k <= to; k++ {
			route = append(route, p.at(tour[k%n]))
		}
		Route(p.plot, route, draw.LineStyle{Color: line, Width: p.width})
		from = to
	}
	if err := p.cities(tour, vg.Points(1.5)); err != nil {
		return err
	}
	return p.write(w, format)
}

// warmth returns the colour of v visits where the most are most: from grey over blue to red.
func warmth(v, most uint16) color.NRGBA {
	if v == 0 {
		return color.NRGBA{R: 0xb0, G: 0xb0, B: 0xb0, A: 0xff}
	}
	share := int(v-1) * 0xff / max(1, int(most)-1)
	return color.NRGBA{R: uint8(0x20 + share*0xc0/0xff), G: 0x50, B: uint8(0xe0 - share*0xc0/0xff), A: 0xff}
}

// Heatmap draws a map to w, in one of Formats, the more probable an edge the less
// transparent, and below it the tour, broad and pale, which may be nil.
func Heatmap(w io.Writer, format, title string, in *tsp.Instance, m *heatmap.Map, tour tsp.Tour) error {
	p, err := newPicture(in, title)
	if err != nil {
		return err
	}
	n := in.N()
	for k := range tour {
		p.plot.Add(&plotter.Line{XYs: plotter.XYs{p.at(tour[k]), p.at(tour[(k+1)%n])}, LineStyle: draw.LineStyle{Color: pale, Width: 4 * p.width}})
	}
	factor := m.Edge()
	order := make([]int32, n)
	for i := range int32(n) {
		order[i] = i
		cities, ps := m.Of(i)
		for k, j := range cities {
			q := min(1, float64(ps[k])*factor)
			if j < i || q < 0.005 { // one that nobody sees
				continue
			}
			shade := ink
			shade.A = uint8(255 * q)
			p.plot.Add(&plotter.Line{XYs: plotter.XYs{p.at(i), p.at(j)}, LineStyle: draw.LineStyle{Color: shade, Width: p.width}})
		}
	}
	if err := p.cities(order, vg.Points(1.2)); err != nil {
		return err
	}
	return p.write(w, format)
}
