package report

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"

	"tspmcts/bench/forest"
	"tspmcts/bench/stat"
	"tspmcts/mcts"
)

// File is a file of a report.
type File struct {
	Name  string
	Write func(io.Writer) error
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// table is a table of the page.
type table struct {
	Title, Text string
	Left        int // columns of text; the others hold numbers
	Head        []string
	Rows        [][]string
}

// Page returns the report: one page without any reference to something outside of
// it, and its figures once more as SVG and PNG.
func (d *Data) Page(title string) ([]File, error) {
	c, err := d.Compare("", false)
	if err != nil {
		return nil, err
	}
	figures, err := d.figures()
	if err != nil {
		return nil, err
	}
	type drawn struct {
		Name, Title, Text string
		Small             bool
		SVG               template.HTML
	}
	page := struct {
		Title               string
		Runs, Arms          int
		Instances, Machines []string
		Tables              []table
		Notes               []string
		Figures             []drawn
	}{Title: title, Arms: len(d.Arms), Machines: d.Machines, Notes: c.notes()}
	for _, a := range d.Arms {
		page.Runs += len(a.Runs)
	}
	for _, in := range d.Instances {
		page.Instances = append(page.Instances, in.Name)
	}
	page.Tables = d.tables(c)
	var files []File
	for _, f := range figures {
		var svg bytes.Buffer
		if err := f.write(&svg, "svg"); err != nil {
			return nil, err
		}
		page.Figures = append(page.Figures, drawn{f.Name, f.Title, f.Text, f.small, inline(svg.String(), f.Title)})
		alone := strings.Replace(svg.String(), "<svg", `<svg style="background:white"`, 1) // for viewers that are dark
		files = append(files, File{f.Name + ".svg", func(w io.Writer) error { _, err := io.WriteString(w, alone); return err }},
			File{f.Name + ".png", func(w io.Writer) error { return f.write(w, "png") }})
	}
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, page); err != nil {
		return nil, err
	}
	return append([]File{{"report.html", func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err }}}, files...), nil
}

// inline makes a drawing a part of a page: without a header, with a name for those
// who do not see it, and with ink that follows the page's colours.
func inline(svg, title string) template.HTML {
	if at := strings.Index(svg, "<svg"); at >= 0 {
		svg = svg[at:]
	}
	svg = strings.Replace(svg, "<svg", `<svg role="img" aria-label="`+template.HTMLEscapeString(title)+`"`, 1)
	svg = strings.NewReplacer("#000000", "currentColor", "Liberation Sans", "inherit").Replace(svg)
	return template.HTML(svg)
}

// tables returns the tables of the page: by size, arms, pairs, and both over time.
func (d *Data) tables(c *Comparison) []table {
	var all []table
	if t, ok := d.bySize(); ok {
		all = append(all, t)
	}
	head, rows := c.armRows()
	all = append(all, table{"Arms", "Gaps are percent over the optimum or the best known length; intervals are bootstrap intervals of the mean.", 1, head, rows})
	const most = 200
	text := "Each pair on the instances and seeds that both ran."
	shown := *c
	if len(c.Pairs) > most {
		text += fmt.Sprintf(" The %d of smallest p of %d; compare tells all.", most, len(c.Pairs))
		shown.Pairs = slices.Clone(c.Pairs)
		slices.SortStableFunc(shown.Pairs, func(a, b Pair) int { // without runs there is no p
			return cmp.Or(cmp.Compare(min(1, b.N), min(1, a.N)), cmp.Compare(a.P, b.P))
		})
		shown.Pairs = shown.Pairs[:most]
	}
	if head, rows = shown.pairRows(); len(rows) > 0 {
		all = append(all, table{"Pairs", text, 2, head, rows})
	}
	if head, rows = c.armOverTimeRows(); len(rows) > 0 {
		all = append(all, table{"Over time", c.overTimeNote(), 1, head, rows})
	}
	if head, rows = shown.pairOverTimeRows(); len(rows) > 0 {
		all = append(all, table{"Pairs over time", "The same pairs, a - b.", 2, head, rows})
	}
	return all
}

// mostSizes is the number of sizes that stand beside each other.
const mostSizes = 6

// sizes returns the numbers of cities, nil where there are too many to compare.
func (d *Data) sizes() []int {
	seen := map[int]bool{}
	var all []int
	for _, in := range d.Instances {
		if !seen[in.N] {
			seen[in.N] = true
			all = append(all, in.N)
		}
	}
	slices.Sort(all)
	if len(all) > mostSizes {
		return nil
	}
	return all
}

// sizeText names a number of cities, 0 for one that the records do not tell.
func sizeText(n int) string {
	if n == 0 {
		return "unknown size"
	}
	return fmt.Sprintf("%d cities", n)
}

// bySize is the table of mean gaps by number of cities.
func (d *Data) bySize() (table, bool) {
	sizes := d.sizes()
	if len(sizes) < 2 {
		return table{}, false
	}
	t := table{Title: "Mean gap by size", Text: "Percent; the number of runs in brackets.", Left: 1, Head: []string{"arm"}}
	for _, n := range sizes {
		t.Head = append(t.Head, sizeText(n))
	}
	for _, a := range d.Arms {
		row := []string{a.Name}
		for _, n := range sizes {
			var gaps []float64
			for _, r := range a.Runs {
				if r.Instance.N == n {
					gaps = append(gaps, r.Gap)
				}
			}
			cell := "-"
			if len(gaps) > 0 {
				cell = fmt.Sprintf("%s (%d)", Percent(stat.Mean(gaps)).Text("%.3f"), len(gaps))
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, true
}

// figures returns what can be drawn of the records.
func (d *Data) figures() ([]*figure, error) {
	var all []*figure
	var err error
	add := func(f *figure, e error) {
		if err == nil {
			err = e
		}
		if f != nil {
			all = append(all, f)
		}
	}
	if sizes := d.sizes(); len(sizes) > 1 {
		for _, n := range sizes {
			want := func(r *Run) bool { return r.Instance.N == n }
			add(d.curves(fmt.Sprintf("curves-%d", n), "Gap over time, "+sizeText(n), want))
			add(d.integrals(fmt.Sprintf("integral-%d", n), "Primal integral over time, "+sizeText(n), want))
		}
	} else {
		want := func(*Run) bool { return true }
		add(d.curves("curves", "Gap over time", want))
		add(d.integrals("integral", "Primal integral over time", want))
	}
	add(d.profile(false))
	add(d.profile(true))
	add(d.timeToTarget())
	add(d.armBoxes())
	add(d.sourceBoxes())
	if shares := d.importance(); len(shares) > 0 {
		add(importanceFigure(shares))
	}
	for i, drawn := range d.tours() {
		all = append(all, tourFigure(i, drawn.arm, drawn.run))
	}
	return all, err
}

// fewConfigs is the number of configurations below which importance means nothing.
const fewConfigs = 10

// importance fits a forest to the configurations of the records and returns what
// the knobs that differ explain; nil where the records hold too few.
func (d *Data) importance() []forest.Share {
	type sample struct {
		knobs []string
		y     float64
	}
	var samples []sample
	configs := map[string]bool{}
	sums, counts := map[runKey]float64{}, map[runKey]float64{}
	for _, a := range d.Arms {
		for _, r := range a.Runs {
			sums[r.key] += r.Gap
			counts[r.key]++
		}
	}
	for _, a := range d.Arms {
		for _, r := range a.Runs {
			if mean := sums[r.key] / counts[r.key]; r.Knobs != nil && counts[r.key] > 1 && !math.IsInf(mean, 1) {
				samples = append(samples, sample{r.Knobs, r.Gap - mean})
				configs[strings.Join(r.Knobs, "|")] = true
			}
		}
	}
	if len(configs) < fewConfigs {
		return nil
	}
	const most = 2000 // runs that the forest learns from
	if step := len(samples) / most; step > 0 {
		kept := samples[:0]
		for i := 0; i < len(samples); i += step + 1 {
			kept = append(kept, samples[i])
		}
		samples = kept
	}
	x := make([][]float64, len(samples))
	y := make([]float64, len(samples))
	var names []string
	for k, knob := range mcts.Knobs {
		column := make([]float64, len(samples))
		values := map[string]bool{}
		for i, s := range samples {
			column[i] = number(s.knobs[k], knob)
			values[s.knobs[k]] = true
		}
		if len(values) < 2 {
			continue
		}
		// Ranks, evenly in the unit cube: what a knob's scale is does not matter.
		names = append(names, knob.Name)
		for i, r := range stat.Ranks(column) {
			x[i] = append(x[i], (r-0.5)/float64(len(samples)))
		}
	}
	for i, s := range samples {
		y[i] = s.y
	}
	if len(names) == 0 {
		return nil
	}
	return forest.Fit(x, y, 1).Importance(names, 1)
}

// number returns a knob's value as a number: of a choice or list its place among all.
func number(text string, k mcts.Knob) float64 {
	if i := slices.Index(k.Choices, text); i >= 0 {
		return float64(i)
	}
	var v float64
	if _, err := fmt.Sscan(text, &v); err != nil {
		return 0
	}
	return v + float64(strings.Count(text, ","))/100
}

type drawnTour struct {
	arm *Arm
	run *Run
}

// tours returns the best tour of each arm, at most four, on the first instance that has any.
func (d *Data) tours() []drawnTour {
	for _, in := range d.Instances {
		var all []drawnTour
		for _, a := range d.Arms {
			var best *Run
			for _, r := range a.Runs {
				if r.Instance == in && len(r.Tour) > 0 && (best == nil || r.Gap < best.Gap) {
					best = r
				}
			}
			if best != nil {
				all = append(all, drawnTour{a, best})
			}
		}
		if len(all) > 0 {
			slices.SortStableFunc(all, func(a, b drawnTour) int { return cmp.Compare(a.run.Gap, b.run.Gap) })
			return all[:min(4, len(all))]
		}
	}
	return nil
}
