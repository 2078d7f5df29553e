package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tspmcts/bench"
	"tspmcts/bench/stat"
	"tspmcts/tsp"
)

// See the package documentation for what the measures are.
const (
	noTour     = 100.0 // percent: the gap before the first tour
	firstShare = 0.01  // t0/T

	firstMoment = 2 // place of the first gap at a moment among the measures
)

// DefaultAbove is the gap, in percent, above which a stand-still counts.
const DefaultAbove = 0.05

// Moment is a time, or a share of the horizon.
type Moment struct {
	Share float64    // of the horizon, above 0 and up to 1; 0 for a time
	Span  bench.Span // the time
}

func (m Moment) String() string {
	if m.Share > 0 {
		return strconv.FormatFloat(100*m.Share, 'g', 6, 64) + " %"
	}
	return m.Span.String()
}

// of returns the moment in seconds, NaN for a time a city where their number is unknown.
func (m Moment) of(r *Run) float64 {
	switch {
	case m.Share > 0:
		return m.Share * r.horizon
	case m.Span.Fixed == 0 && r.Instance.N == 0:
		return math.NaN()
	}
	return m.Span.Of(r.Instance.N).Seconds()
}

// DefaultMoments are the shares of the horizon at which gaps are told.
func DefaultMoments() []Moment {
	return []Moment{{Share: 0.01}, {Share: 0.03}, {Share: 0.1}, {Share: 0.3}, {Share: 1}}
}

// moments returns the times at which gaps are told.
func (o Options) moments() []Moment {
	if o.At == nil {
		return DefaultMoments()
	}
	return o.At
}

// ParseMoments returns moments such as 1s,0.01n,10%.
func ParseMoments(text string) ([]Moment, error) {
	var all []Moment
	for _, part := range strings.Split(text, ",") {
		part = strings.TrimSpace(part)
		if digits, ok := strings.CutSuffix(part, "%"); ok {
			v, ok := tsp.ParseDecimal(strings.TrimSpace(digits))
			if !ok || v <= 0 || v > 100 {
				return nil, fmt.Errorf("%q, want a share of the budget above 0 and up to 100%%", part)
			}
			all = append(all, Moment{Share: v / 100})
			continue
		}
		s, err := bench.ParseSpan(part)
		if err != nil {
			return nil, fmt.Errorf("%q, want times and shares of the budget with commas between them, such as 1s,0.01n,10%%", part)
		}
		all = append(all, Moment{Span: s})
	}
	return all, nil
}

// measure is a number that a run's trace has, in percent; the smaller the better.
type measure struct {
	name string // in tables
	key  string // for programs
	of   func(*Run) float64
}

// measuresOf returns what is measured over time.
func measuresOf(o Options) []measure {
	all := []measure{
		{"primal integral", "primal_integral", func(r *Run) float64 { return r.meanGap(0, func(t float64) float64 { return t }) }},
		{"over log time", "primal_integral_log", func(r *Run) float64 { return r.meanGap(firstShare*r.horizon, math.Log) }},
	}
	for _, m := range o.moments() {
		key := "gap_at_" + strings.ReplaceAll(m.String(), " %", "pct")
		all = append(all, measure{"gap at " + m.String(), key, func(r *Run) float64 { return r.gapAt(m.of(r)) }})
	}
	return append(all, measure{fmt.Sprintf("stand-still above %g", o.Above), "stand_still", func(r *Run) float64 { return r.standStill(o.Above) }})
}

// horizons settles the horizon of every run.
func (d *Data) horizons() {
	budget, longest := map[*Instance]float64{}, map[*Instance]float64{}
	for _, a := range d.Arms {
		for _, r := range a.Runs {
			in := r.Instance
			text, _, _ := strings.Cut(a.part[3], ",") // what follows is no time
			if s, err := bench.ParseSpan(text); err == nil {
				r.horizon = s.Of(in.N).Seconds()
			}
			budget[in], longest[in] = max(budget[in], r.horizon), max(longest[in], r.Seconds)
		}
	}
	for _, a := range d.Arms {
		for _, r := range a.Runs {
			if r.horizon == 0 {
				r.horizon = budget[r.Instance]
			}
			if r.horizon == 0 {
				r.horizon = longest[r.Instance]
			}
		}
	}
}

// measure computes the measures of a run that has a trace. What is not a number, for a run without
// time, an instance of length 0, a moment beyond the horizon, or a time a city of an unknown number,
// is left out of all means.
func (r *Run) measure(all []measure) {
	if len(r.Trace) == 0 {
		return
	}
	area, gap, last := 0.0, noTour, 0.0
	for i, s := range r.Trace {
		area += gap * (s.Seconds - last)
		r.Trace[i].area = area
		gap, last = min(s.Gap, noTour), s.Seconds
	}
	r.over = make([]float64, len(all))
	for i, m := range all {
		r.over[i] = m.of(r)
	}
}

// meanGap returns the mean of the gap from a time to the horizon, times measured on a scale.
func (r *Run) meanGap(from float64, scale func(float64) float64) float64 {
	sum, at, gap := 0.0, from, noTour
	for _, s := range r.Trace {
		if s.Seconds >= r.horizon {
			break
		}
		if s.Seconds > at {
			sum += gap * (scale(s.Seconds) - scale(at))
			at = s.Seconds
		}
		gap = min(s.Gap, noTour)
	}
	sum += gap * (scale(r.horizon) - scale(at))
	return sum / (scale(r.horizon) - scale(from))
}

// gapAt returns the gap at a time, NaN where that is and beyond the horizon.
func (r *Run) gapAt(seconds float64) float64 {
	if !(seconds <= r.horizon) {
		return math.NaN()
	}
	gap, ok := r.at(seconds)
	if !ok {
		return noTour
	}
	return min(gap, noTour)
}

// standStill returns the longest stand-still in percent, 0 where there was none.
func (r *Run) standStill(above float64) float64 {
	longest, end := 0.0, min(r.Seconds, r.horizon)
	for i, s := range r.Trace {
		if s.Gap <= above {
			break
		}
		next := end
		if i+1 < len(r.Trace) {
			next = min(end, r.Trace[i+1].Seconds)
		}
		if next > firstShare*r.horizon {
			longest = max(longest, (next-s.Seconds)/next)
		}
	}
	return 100 * longest
}

// integralAt returns the primal integral from the start to some seconds, as a mean.
func (r *Run) integralAt(seconds float64) float64 {
	k := r.stepAt(seconds)
	if k == 0 {
		return noTour
	}
	s := r.Trace[k-1]
	return (s.area + float64(min(s.Gap, noTour)*(seconds-s.Seconds))) / seconds
}

// overTime compares a and b by all measures.
func (d *Data) overTime(a, b *Arm, byInstance bool) []Pair {
	var all []Pair
	for i, m := range d.measures {
		value := func(r *Run) stat.Found { return stat.Found{Gap: r.measured(i)} }
		pair, _ := d.pair(a, b, a.sample(byInstance, value), b.sample(byInstance, value))
		if pair.N == 0 {
			pair, _ = d.pair(a, b, a.sample(true, value), b.sample(true, value))
		}
		pair.Measure = m.key
		all = append(all, pair)
	}
	return all
}

// measured returns the i-th measure of a run, NaN where it has none.
func (r *Run) measured(i int) float64 {
	if r.over == nil {
		return math.NaN()
	}
	return r.over[i]
}

// meansOverTime returns the means of an arm's measures, NaN where no run has one.
func (a *Arm) meansOverTime(all []measure, byInstance bool) []float64 {
	means := make([]float64, len(all))
	for i := range all {
		means[i] = stat.Mean(a.values(byInstance, func(r *Run) float64 { return r.measured(i) }))
	}
	return means
}

// measured reports whether any run has a trace.
func (c *Comparison) measured() bool {
	return slices.ContainsFunc(c.Arms, func(a ArmSummary) bool {
		return slices.ContainsFunc(a.OverTime, func(v float64) bool { return !math.IsNaN(v) })
	})
}

// bySet returns a row an arm and set of instances: the number of runs, and the mean gap at each
// moment; - where a run ended before, or had no tour yet, or one twice as long as the reference.
func (d *Data) bySet(byInstance bool) (rows [][]string) {
	var sets []string
	for _, in := range d.Instances {
		if !slices.Contains(sets, in.Set) {
			sets = append(sets, in.Set)
		}
	}
	for _, set := range sets {
		for _, a := range d.Arms {
			in := &Arm{Runs: slices.DeleteFunc(slices.Clone(a.Runs), func(r *Run) bool { return r.Instance.Set != set })}
			if len(in.Runs) == 0 {
				continue
			}
			count := len(in.values(byInstance, func(*Run) float64 { return 0 }))
			row := []string{cmp.Or(set, "-"), a.Name, fmt.Sprint(count)}
			for i := range d.moments {
				mean := Percent(stat.Mean(in.values(byInstance, func(r *Run) float64 {
					if v := r.measured(firstMoment + i); v < noTour {
						return v
					}
					return math.Inf(1)
				})))
				cell := "-"
				if mean.defined() {
					cell = mean.Text("%.3f")
				}
				row = append(row, cell)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// setRows is the table of gaps by set.
func (c *Comparison) setRows() (head []string, rows [][]string) {
	head = []string{"set", "arm", "runs"}
	for _, m := range c.moments {
		head = append(head, "gap at "+m.String())
	}
	return head, c.sets
}

// armOverTimeRows is the table of the arms' means over time.
func (c *Comparison) armOverTimeRows() (head []string, rows [][]string) {
	head = []string{"arm"}
	for _, m := range c.measures {
		head = append(head, m.name)
	}
	if !c.measured() {
		return head, nil
	}
	for _, a := range c.Arms {
		row := []string{a.Name}
		for _, v := range a.OverTime {
			cell := "-"
			if !math.IsNaN(v) {
				cell = fmt.Sprintf("%.3f", v)
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return head, rows
}

// pairOverTimeRows is the table of the pairs' differences over time, with Holm's p.
func (c *Comparison) pairOverTimeRows() (head []string, rows [][]string) {
	head = []string{"a", "b"}
	for _, m := range c.measures {
		head = append(head, m.name)
	}
	if !c.measured() {
		return head, nil
	}
	for _, p := range c.Pairs {
		row := []string{p.A, p.B}
		for _, o := range p.OverTime {
			cell := "-"
			if o.N > 0 {
				cell = fmt.Sprintf("%+.3f (%s)", o.MeanA-o.MeanB, PText(float64(o.PHolm)))
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	return head, rows
}

// overTimeNote explains the tables over time.
func (c *Comparison) overTimeNote() string {
	return "Over time, in percent: the mean gap from the start to the budget, 100 before the first tour (primal integral); the same over log time, from 1 % of the budget on; " +
		"the gap at moments, times or shares of the budget; the longest time without improvement while the gap was above the threshold, as a share of the time elapsed at its end. " +
		"Of pairs a - b, and in brackets Wilcoxon's p after Holm for all pairs of the measure."
}
