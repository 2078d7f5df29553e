package report

import (
	"cmp"
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tspmcts/bench"
	pictures "tspmcts/bench/draw"
	"tspmcts/bench/forest"
	"tspmcts/bench/stat"
)

func init() { plot.DefaultFont.Variant = "Sans" }

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
	legend            int  // lines of a legend below the curves, 0 for none
	small             bool // several stand side by side
}

const (
	figureWidth  = 6.4 * vg.Inch
	figureHeight = 4 * vg.Inch
)

func newFigure(name, title, text, x, y string) *figure {
	p := plot.New()
	p.BackgroundColor = nil // SVG has no number for a colour that is transparent altogether
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Padding, p.Y.Padding = vg.Points(4), vg.Points(4)
	p.Legend.Top = true
	p.Legend.ThumbnailWidth, p.Legend.Padding = vg.Points(24), vg.Points(3)
	grid := plotter.NewGrid()
	faint := draw.LineStyle{Color: color.NRGBA{0x88, 0x88, 0x88, 0x50}, Width: vg.Points(0.5)}
	grid.Vertical, grid.Horizontal = faint, faint
	p.Add(grid)
	return &figure{Name: name, Title: title, Text: text, plot: p, width: figureWidth, height: figureHeight}
}

// write draws the figure as svg or png.
func (f *figure) write(w io.Writer, format string) error {
	if format == "png" { // a page shows through the others
		f.plot.BackgroundColor = color.White
		defer func() { f.plot.BackgroundColor = nil }()
	}
	picture, err := draw.NewFormattedCanvas(f.width, f.height, format)
	if err != nil {
		return err
	}
	all := draw.New(picture)
	room := vg.Length(0)
	if f.legend > 0 { // below the curves, where it hides none
		legend := f.plot.Legend
		f.plot.Legend = plot.NewLegend()
		defer func() { f.plot.Legend = legend }()
		legend.Left, legend.Top = true, false
		room = legend.Rectangle(all).Size().Y + vg.Points(6)
		below := draw.Crop(all, vg.Points(44), 0, 0, 0)
		if format == "png" {
			all.SetColor(color.White)
			all.Fill(all.Rectangle.Path())
		}
		legend.Draw(below)
	}
	f.plot.Draw(draw.Crop(all, 0, -vg.Points(6), room, -vg.Points(6)))
	_, err = picture.WriteTo(w)
	return err
}

// Limits of what a figure shows.
const (
	mostLines = 8    // arms with a line; the best are drawn
	floor     = 1e-3 // percent: smaller gaps are drawn here, since the axis is logarithmic
	ceiling   = 30.0 // percent: the axis of gaps ends here
	gridTimes = 60   // points of a curve
)

// shown returns the arms that lines are drawn for, and what to say about the others.
func (d *Data) shown() (arms []*Arm, note string) {
	if len(d.Arms) <= mostLines {
		return d.Arms, ""
	}
	arms = slices.Clone(d.Arms)
	means := map[*Arm]float64{}
	for _, a := range arms {
		means[a] = stat.Mean(a.Gaps())
	}
	slices.SortStableFunc(arms, func(a, b *Arm) int { return cmp.Compare(means[a], means[b]) })
	arms = arms[:mostLines]
	slices.SortStableFunc(arms, func(a, b *Arm) int { return cmp.Compare(slices.Index(d.Arms, a), slices.Index(d.Arms, b)) })
	return arms, fmt.Sprintf(" The %d best of %d arms.", mostLines, len(d.Arms))
}

// at returns the gap that a run had reached after some seconds; not ok before its first tour.
func (r *Run) at(seconds float64) (gap float64, ok bool) {
	k := r.stepAt(seconds)
	if k == 0 {
		return 0, false
	}
	return r.Trace[k-1].Gap, true
}

// stepAt returns the number of steps up to a time.
func (r *Run) stepAt(seconds float64) int {
	return sort.Search(len(r.Trace), func(i int) bool { return r.Trace[i].Seconds > seconds })
}

// times returns points from the earliest first tour to the latest end, even in the logarithm.
func times(runs []*Run) []float64 {
	lo, hi := math.Inf(1), 0.0
	for _, r := range runs {
		if len(r.Trace) > 0 {
			lo = min(lo, r.Trace[0].Seconds)
		}
		hi = max(hi, r.Seconds)
	}
	if lo = max(lo, hi/1e4, 1e-6); !(lo < hi) {
		return nil
	}
	all := make([]float64, gridTimes)
	for i := range all {
		all[i] = lo * math.Pow(hi/lo, float64(i)/float64(gridTimes-1))
	}
	return all
}

func gapAxis(a *plot.Axis, least, most float64) {
	a.Scale, a.Tick.Marker = plot.LogScale{}, plainTicks{}
	a.Min, a.Max = least/1.1, min(ceiling, max(2*least, most*1.1))
}

// plainTicks marks 1, 2 and 5 times powers of ten, without exponents.
type plainTicks struct{}

func (plainTicks) Ticks(lo, hi float64) []plot.Tick {
	var ticks []plot.Tick
	wide := math.Log10(hi/lo) > 3.2
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for m := 1.0; m < 10; m++ {
			v := m * math.Pow(10, e)
			if v < lo*0.999 || v > hi*1.001 {
				continue
			}
			label := ""
			if m == 1 || !wide && (m == 2 || m == 5) {
				label = strconv.FormatFloat(v, 'g', 3, 64)
				if v >= 1e-5 && v < 1e6 {
					label = strconv.FormatFloat(math.Round(v*1e6)/1e6, 'f', -1, 64)
				}
			}
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
	}
	return ticks
}

// curves draws the mean gap over time, with bands from the 10 % to the 90 % quantile of the runs.
func (d *Data) curves(name, title string, want func(*Run) bool) (*figure, error) {
	return d.lines(name, title, "Lines are means over the runs, from when all have a tour; bands hold the middle 80 % of the runs.", "gap, %", want, (*Run).at)
}

// integrals draws the primal integral until a time over that time, likewise.
func (d *Data) integrals(name, title string, want func(*Run) bool) (*figure, error) {
	return d.lines(name, title, "The mean of the gap from the start to a time, 100 % before the first tour. Lines are means over the runs, bands hold the middle 80 % of the runs.", "mean gap, %", want,
		func(r *Run, t float64) (float64, bool) {
			_, ok := r.at(t)
			return r.integralAt(t), ok
		})
}

// band returns the mean of a value over the runs, and its 90 % and 10 % quantiles, at the times at
// which all have it.
func band(runs []*Run, value func(r *Run, seconds float64) (float64, bool)) (mean, upper, lower plotter.XYs) {
	for _, t := range times(runs) {
		values := make([]float64, 0, len(runs))
		for _, r := range runs {
			if v, ok := value(r, t); ok {
				values = append(values, v)
			}
		}
		if len(values) < len(runs) {
			continue
		}
		slices.Sort(values)
		clip := func(v float64) float64 { return min(max(v, floor), ceiling) }
		mean = append(mean, plotter.XY{X: t, Y: clip(stat.Mean(values))})
		upper = append(upper, plotter.XY{X: t, Y: clip(stat.SortedQuantile(values, 0.9))})
		lower = append(lower, plotter.XY{X: t, Y: clip(stat.SortedQuantile(values, 0.1))})
	}
	return mean, upper, lower
}

// lines draws a value of the runs over time, from when all have it.
func (d *Data) lines(name, title, text, axis string, want func(*Run) bool, value func(r *Run, seconds float64) (float64, bool)) (*figure, error) {
	arms, note := d.shown()
	f := newFigure(name, title, text+note, "seconds", axis)
	least, most, drawn := ceiling, 0.0, false
	var lines []*plotter.Line
	for i, a := range arms {
		runs := slices.DeleteFunc(slices.Clone(a.Runs), func(r *Run) bool { return !want(r) || len(r.Trace) == 0 })
		mean, upper, lower := band(runs, value)
		if len(mean) < 2 {
			continue
		}
		least, most, drawn = min(least, lower[len(lower)-1].Y), max(most, upper[0].Y), true
		slices.Reverse(lower)
		area, err := plotter.NewPolygon(append(upper, lower...))
		if err != nil {
			return nil, err
		}
		c := colourOf(i)
		c.A = 0x24
		c.R, c.G, c.B = uint8(int(c.R)*0x24/255), uint8(int(c.G)*0x24/255), uint8(int(c.B)*0x24/255) // premultiplied
		area.Color, area.LineStyle.Width = c, 0
		f.plot.Add(area)
		line, err := plotter.NewLine(mean)
		if err != nil {
			return nil, err
		}
		line.LineStyle = lineOf(i)
		lines = append(lines, line)
		f.plot.Legend.Add(a.Name, line)
	}
	if !drawn {
		return nil, nil
	}
	for _, l := range lines { // above all bands
		f.plot.Add(l)
	}
	f.plot.X.Scale, f.plot.X.Tick.Marker = plot.LogScale{}, plainTicks{}
	gapAxis(&f.plot.Y, least, most)
	f.legendBelow(len(lines))
	return f, nil
}

// legendBelow makes room for the legend under the figure's curves, where no line runs.
func (f *figure) legendBelow(lines int) {
	f.height = figureHeight + vg.Points(16*float64(lines))
	f.legend = lines
}

// steps draws for each arm the share of runs whose value is at most x.
func (d *Data) steps(f *figure, arms []*Arm, least float64, value func(*Run) float64) (bool, error) {
	lo, hi := math.Inf(1), 0.0
	all := make([][]float64, len(arms))
	for i, a := range arms {
		for _, r := range a.Runs {
			v := value(r)
			if !math.IsInf(v, 1) {
				v = max(v, least)
				lo, hi = min(lo, v), max(hi, v)
			}
			all[i] = append(all[i], v)
		}
		slices.Sort(all[i])
	}
	if math.IsInf(lo, 1) {
		return false, nil
	}
	if lo == hi {
		lo, hi = lo/1.5, hi*1.5
	}
	for i, a := range arms {
		line, err := plotter.NewLine(staircase(all[i], lo, hi))
		if err != nil {
			return false, err
		}
		line.LineStyle = lineOf(i)
		f.plot.Add(line)
		f.plot.Legend.Add(a.Name, line)
	}
	f.plot.X.Scale, f.plot.X.Tick.Marker = plot.LogScale{}, plainTicks{}
	f.plot.X.Min, f.plot.X.Max = lo, hi
	f.plot.Y.Min, f.plot.Y.Max = 0, 100
	f.legendBelow(len(arms))
	return true, nil
}

// staircase returns the line from lo to hi of the share, in percent, of sorted values up to x; what
// is infinite is nowhere.
func staircase(values []float64, lo, hi float64) plotter.XYs {
	points := plotter.XYs{{X: lo, Y: 0}}
	for k, v := range values {
		if math.IsInf(v, 1) {
			break
		}
		points = append(points, plotter.XY{X: v, Y: points[len(points)-1].Y}, plotter.XY{X: v, Y: 100 * float64(k+1) / float64(len(values))})
	}
	return fewer(append(points, plotter.XY{X: hi, Y: points[len(points)-1].Y}))
}

// fewer thins a long staircase to what a page shows.
func fewer(points plotter.XYs) plotter.XYs {
	const most = 400
	if len(points) <= most {
		return points
	}
	kept := make(plotter.XYs, 0, most+1)
	for i := range most {
		kept = append(kept, points[i*len(points)/most])
	}
	return append(kept, points[len(points)-1])
}

// profile draws the share of runs within x percent, at the end or after a tenth of the horizon.
func (d *Data) profile(tenth bool) (*figure, error) {
	arms, note := d.shown()
	name, title := "profile", "Performance profile"
	if tenth {
		name, title = "profile-tenth", "Performance profile after a tenth of the time"
	}
	f := newFigure(name, title, "The share of runs that are within x % of the reference; higher is better."+note, "gap, %", "runs, %")
	ok, err := d.steps(f, arms, floor, func(r *Run) float64 {
		if !tenth {
			return r.Gap
		}
		gap, ok := r.at(r.horizon / 10)
		if !ok {
			return math.Inf(1)
		}
		return gap
	})
	if err != nil || !ok {
		return nil, err
	}
	return f, nil
}

// target returns the gap that time-to-target plots ask for: the smallest round one
// that half of the runs of the middle arm reach.
func (d *Data) target() float64 {
	var medians []float64
	for _, a := range d.Arms {
		medians = append(medians, stat.Median(a.Gaps()))
	}
	middle := stat.Median(medians)
	best := 100.0
	for _, t := range []float64{50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01} {
		if t >= middle {
			best = t
		}
	}
	return best
}

// timeToTarget draws the share of runs that reached the target by a time.
func (d *Data) timeToTarget() (*figure, error) {
	arms, note := d.shown()
	target := d.target()
	f := newFigure("target", fmt.Sprintf("Time to %g %%", target), fmt.Sprintf("The share of runs that have a tour within %g %% of the reference by a time; higher and further left is better.", target)+note, "seconds", "runs, %")
	ok, err := d.steps(f, arms, 1e-6, func(r *Run) float64 {
		for _, s := range r.Trace {
			if s.Gap <= target {
				return s.Seconds
			}
		}
		return math.Inf(1)
	})
	if err != nil || !ok {
		return nil, err
	}
	return f, nil
}

// undefined tells a gap over a reference of 0, which no axis has a place for.
func undefined(gap float64) bool { return math.IsInf(gap, 1) }

// mostBoxes is the number of arms that boxes are drawn for.
const mostBoxes = 40

// boxes draws box plots of groups of gaps, the first on top.
func boxes(name, title, text string, names []string, groups [][]float64) (*figure, error) {
	f := newFigure(name, title, text, "gap, %", "")
	n := len(groups)
	order := make([]string, n)
	for i, g := range groups {
		order[n-1-i] = names[i]
		if len(g) == 0 {
			continue
		}
		b, err := plotter.NewBoxPlot(vg.Points(12), float64(n-1-i), plotter.Values(g))
		if err != nil {
			return nil, err
		}
		b.Horizontal = true
		b.FillColor = colourOf(i)
		ink := draw.LineStyle{Color: color.Black, Width: vg.Points(0.8)}
		b.BoxStyle, b.WhiskerStyle, b.MedianStyle = ink, ink, ink
		b.MedianStyle.Width = vg.Points(2)
		b.GlyphStyle.Radius = vg.Points(1.5)
		f.plot.Add(b)
	}
	f.plot.NominalY(order...)
	f.plot.Y.Min, f.plot.Y.Max = -0.6, float64(n)-0.4
	room := (f.plot.X.Max - f.plot.X.Min) / 50 // for what lies at either end
	f.plot.X.Min, f.plot.X.Max = f.plot.X.Min-room, f.plot.X.Max+room
	f.height = vg.Points(70 + 24*float64(n))
	return f, nil
}

func (d *Data) armBoxes() (*figure, error) {
	arms := d.Arms[:min(len(d.Arms), mostBoxes)]
	var names []string
	var groups [][]float64
	for _, a := range arms {
		names, groups = append(names, a.Name), append(groups, slices.DeleteFunc(a.Gaps(), undefined))
	}
	return boxes("boxes", "Gaps of the runs", "Boxes hold the middle half of the runs, with a line at the median; whiskers reach to 1.5 box lengths.", names, groups)
}

// sourceBoxes draws the gaps by heatmap source, nil where there is one.
func (d *Data) sourceBoxes() (*figure, error) {
	var names []string
	groups := map[string][]float64{}
	for _, a := range d.Arms {
		for _, r := range a.Runs {
			if r.Heatmap == "" || undefined(r.Gap) {
				continue
			}
			if groups[r.Heatmap] == nil {
				names = append(names, r.Heatmap)
			}
			groups[r.Heatmap] = append(groups[r.Heatmap], r.Gap)
		}
	}
	if len(names) < 2 || len(names) > mostBoxes {
		return nil, nil
	}
	slices.Sort(names)
	var values [][]float64
	for _, name := range names {
		values = append(values, groups[name])
	}
	return boxes("sources", "Gaps by heatmap source", "All runs of a source together, whatever their knobs and budget.", names, values)
}

// tourFigure draws the tour of one run.
func tourFigure(i int, a *Arm, r *Run) *figure {
	f := newFigure(fmt.Sprintf("tour-%d", i+1), fmt.Sprintf("%s: %s", r.Instance.Name, a.Name), fmt.Sprintf("%d cities, gap %s.", len(r.Tour), bench.GapText(&r.Gap)), "", "")
	f.plot.HideAxes()
	f.small = true
	style := draw.LineStyle{Color: colourOf(i), Width: vg.Points(0.8)}
	pictures.Route(f.plot, r.route(), style)
	width, height := f.plot.X.Max-f.plot.X.Min, f.plot.Y.Max-f.plot.Y.Min
	f.width = 4 * vg.Inch
	f.height = f.width
	if width > 0 && height > 0 {
		f.height = f.width * vg.Length(min(2, max(0.4, height/width)))
	}
	return f
}

// route returns the line of the run's tour, which a path does not close.
func (r *Run) route() plotter.XYs {
	var route plotter.XYs
	for _, c := range r.Tour {
		route = append(route, plotter.XY{X: c[0], Y: c[1]})
	}
	if !r.Path {
		route = append(route, route[0])
	}
	return route
}

// DrawImportance draws bars of the shares of variance that knobs explain, the
// largest on top, as svg or png.
func DrawImportance(w io.Writer, format string, shares []forest.Share) error {
	f, err := importanceFigure(shares)
	if err != nil {
		return err
	}
	return f.write(w, format)
}

func importanceFigure(shares []forest.Share) (*figure, error) {
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
