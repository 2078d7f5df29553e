package report

import (
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette holds colours that can be told apart on white and on black, also by
// those who do not see all colours (after M. Okabe and K. Ito, 2008).
var palette = []color.RGBA{
	{0x2b, 0x83, 0xc6, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xcc, 0x62, 0xa0, 0xff},
	{0xb5, 0x89, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x8a, 0x6f, 0xd0, 0xff}, {0x80, 0x80, 0x80, 0xff}}

func colourOf(i int) color.RGBA { return palette[i%len(palette)] }

// lineOf returns how the line of arm i is drawn: colours repeat with other dashes.
func lineOf(i int) draw.LineStyle {
	dashes := [][]vg.Length{nil, {6, 3}, {2, 2}, {8, 3, 2, 3}}
	return draw.LineStyle{Color: colourOf(i), Width: vg.Points(1.8), Dashes: dashes[i/len(palette)%len(dashes)]}
}

// figure is a picture with what it shows.
type figure struct {
	Name, Title, Text string
	plot              *plot.Plot
	width, height     vg.Length
}

const (
	figureWidth  = 6.4 * vg.Inch
	figureHeight = 4 * vg.Inch
)

func newFigure(name, title, text, x, y string) *figure {
	p := plot.New()
	p.BackgroundColor = color.Transparent
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Padding, p.Y.Padding = vg.Points(4), vg.Points(4)
	p.Legend.Top = true
	p.Legend.ThumbnailWidth = vg.Points(24)
	grid := plotter.NewGrid()
	faint := draw.LineStyle{Color: color.RGBA{0x88, 0x88, 0x88, 0x40}, Width: vg.Points(0.5)}
	grid.Vertical, grid.Horizontal = faint, faint
	p.Add(grid)
	return &figure{Name: name, Title: title, Text: text, plot: p, width: figureWidth, height: figureHeight}
}

// write draws the figure as svg or png.
func (f *figure) write(w io.Writer, format string) error {
	if format == "png" { // a page shows through the others
		f.plot.BackgroundColor = color.White
		defer func() { f.plot.BackgroundColor = color.Transparent }()
	}
	picture, err := f.plot.WriterTo(f.width, f.height, format)
	if err != nil {
		return err
	}
	_, err = picture.WriteTo(w)
	return err
}

// Share is how much of the variance a knob explains.
type Share struct {
	Knob  string
	Share float64
}

// DrawImportance draws bars of the shares of variance that knobs explain, the
// largest on top, as svg or png.
func DrawImportance(w io.Writer, format string, shares []Share) error {
	f, err := importanceFigure(shares)
	if err != nil {
		return err
	}
	return f.write(w, format)
}

func importanceFigure(shares []Share) (*figure, error) {
	f := newFigure("importance", "Importance of the knobs", "The share of the variance of a random forest's prediction that a knob explains alone (functional ANOVA).", "variance explained, %", "")
	n := len(shares)
	values, names := make(plotter.Values, n), make([]string, n)
	for i, s := range shares {
		values[n-1-i], names[n-1-i] = 100*s.Share, s.Knob
	}
	bars, err := plotter.NewBarChart(values, vg.Points(14))
	if err != nil {
		return nil, err
	}
	bars.Horizontal = true
	bars.Color, bars.LineStyle.Width = colourOf(0), 0
	f.plot.Add(bars)
	f.plot.NominalY(names...)
	f.plot.X.Min = 0
	f.plot.X.Max = max(f.plot.X.Max, 1)
	f.height = vg.Points(60 + 24*float64(n))
	return f, nil
}
