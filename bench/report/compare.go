package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"tspmcts/bench/stat"
)

// Bootstrap intervals: their level, the number of resamples, and the seed, which
// makes the same records give the same report.
const (
	level     = 0.95
	resamples = 2000
	bootSeed  = 1
)

// Comparison is what a set of records says about its arms.
type Comparison struct {
	Arms     []ArmSummary
	Pairs    []Pair
	Friedman *stat.FriedmanResult // of the arms, in their order; nil for two arms, or without common runs
	Note     string               // what the reader should know about the numbers
	measures []measure            // over time
}

// ArmSummary describes one arm by all its runs.
type ArmSummary struct {
	Name         string
	Runs         int
	Mean, Median float64   // gap
	Lo, Hi       float64   // interval of the mean
	Seconds      float64   // mean
	Rank         float64   // mean rank in Friedman's test, 0 without
	OverTime     []float64 // means of the measures over time, NaN without traces
}

// Pair compares two arms on the runs that both have.
type Pair struct {
	A      string  `json:"a"`
	B      string  `json:"b"`
	N      int     `json:"n"` // pairs
	MeanA  float64 `json:"mean_a"`
	MeanB  float64 `json:"mean_b"`
	Wins   int     `json:"wins"` // of A
	Ties   int     `json:"ties"`
	Losses int     `json:"losses"`
	P      float64 `json:"p"`      // Wilcoxon's, two-sided
	PHolm  float64 `json:"p_holm"` // corrected for all pairs

	Measure  string `json:"measure,omitempty"`   // empty for the gap
	OverTime []Pair `json:"over_time,omitempty"` // the same of each measure over time

	Difference float64 `json:"-"` // mean of A's gap minus B's
	Lo, Hi     float64 `json:"-"` // its interval
}

// sameGap is the difference of gaps, in percent, below which two runs found tours
// of one length: what is left are rounding errors of sums.
const sameGap = 1e-7

// Compare compares all pairs of arms, or those with the arm against where that is
// given. byInstance takes the mean over an instance's seeds for one run, since
// seeds of one instance are no independent witnesses.
func (d *Data) Compare(against string, byInstance bool) (*Comparison, error) {
	c := &Comparison{measures: d.measures}
	samples := make([]map[runKey]float64, len(d.Arms))
	for i, a := range d.Arms {
		samples[i] = a.sample(byInstance, gapOf)
		gaps := a.Gaps()
		s := ArmSummary{Name: a.Name, Runs: len(gaps), Mean: stat.Mean(gaps), Median: stat.Median(gaps)}
		s.Lo, s.Hi = stat.Interval(gaps, level, resamples, bootSeed)
		for _, r := range a.Runs {
			s.Seconds += r.Seconds / float64(len(a.Runs))
		}
		s.OverTime = a.meansOverTime(d.measures)
		c.Arms = append(c.Arms, s)
	}
	if against != "" {
		if _, err := d.Find(against); err != nil {
			return nil, err
		}
	}
	var p []float64
	for i, a := range d.Arms {
		for j, b := range d.Arms {
			if against == "" && i >= j || against != "" && (a.Name != against || i == j) {
				continue
			}
			pair, diff := d.pair(a, b, samples[i], samples[j])
			if pair.N == 0 { // solvers that number their seeds in their own ways
				pair, diff = d.pair(a, b, a.sample(true, gapOf), b.sample(true, gapOf))
			}
			pair.Lo, pair.Hi = stat.Interval(diff, level, resamples, bootSeed)
			pair.OverTime = d.overTime(a, b, byInstance)
			c.Pairs = append(c.Pairs, pair)
			p = append(p, pair.P)
		}
	}
	for i, q := range stat.Holm(p) {
		c.Pairs[i].PHolm = q
	}
	c.holmOverTime()
	if len(d.Arms) > 2 {
		if blocks := d.blocks(samples); len(blocks) >= 2 {
			var err error
			if c.Friedman, err = stat.Friedman(blocks); err != nil {
				return nil, err
			}
			for i := range c.Arms {
				c.Arms[i].Rank = c.Friedman.Ranks[i]
			}
		}
	}
	if d.Guessed > 0 {
		c.Note = fmt.Sprintf("Of %d of %d instances no optimum is known: gaps are over the best length in these records.", d.Guessed, len(d.Instances))
	}
	return c, nil
}

func gapOf(r *Run) float64 { return r.Gap }

// sample returns a value of an arm's runs, where it is a number, by what they are paired on.
func (a *Arm) sample(byInstance bool, value func(*Run) float64) map[runKey]float64 {
	sums, counts := map[runKey]float64{}, map[runKey]int{}
	for _, r := range a.Runs {
		key := r.key
		if byInstance {
			key.seed = 0
		}
		if v := value(r); !math.IsNaN(v) {
			sums[key] += v
			counts[key]++
		}
	}
	for key := range sums {
		sums[key] /= float64(counts[key])
	}
	return sums
}

// keys returns what runs are paired on, in the order of a's runs.
func keys(a *Arm, sample map[runKey]float64) []runKey {
	var all []runKey
	seen := map[runKey]bool{}
	for _, r := range a.Runs {
		key := r.key
		if _, ok := sample[key]; !ok {
			key.seed = 0
		}
		if _, ok := sample[key]; ok && !seen[key] {
			seen[key] = true
			all = append(all, key)
		}
	}
	return all
}

// pair compares two arms on the keys that both samples have, and returns the differences as well.
func (d *Data) pair(a, b *Arm, inA, inB map[runKey]float64) (pair Pair, diff []float64) {
	pair = Pair{A: a.Name, B: b.Name, P: 1}
	for _, key := range keys(a, inA) {
		y, ok := inB[key]
		if !ok {
			continue
		}
		x := inA[key]
		pair.MeanA += x
		pair.MeanB += y
		difference := x - y
		switch {
		case math.Abs(difference) < sameGap:
			pair.Ties++
			difference = 0
		case difference < 0:
			pair.Wins++
		default:
			pair.Losses++
		}
		diff = append(diff, difference)
	}
	if pair.N = len(diff); pair.N == 0 {
		return pair, nil
	}
	pair.MeanA /= float64(pair.N)
	pair.MeanB /= float64(pair.N)
	pair.Difference = stat.Mean(diff)
	pair.P, _ = stat.Wilcoxon(diff)
	return pair, diff
}

// blocks returns the gaps of all arms on the runs that every arm has.
func (d *Data) blocks(samples []map[runKey]float64) [][]float64 {
	var blocks [][]float64
	for _, key := range keys(d.Arms[0], samples[0]) {
		block := make([]float64, 0, len(samples))
		for _, s := range samples {
			if v, ok := s[key]; ok {
				block = append(block, math.Round(v/sameGap)*sameGap)
			}
		}
		if len(block) == len(samples) {
			blocks = append(blocks, block)
		}
	}
	return blocks
}

// PText writes a p-value.
func PText(p float64) string {
	if p < 0.0001 {
		return "<0.0001"
	}
	return fmt.Sprintf("%.4f", p)
}

func (c *Comparison) armRows() (head []string, rows [][]string) {
	head = []string{"arm", "runs", "mean gap %", "95 % interval", "median", "seconds"}
	if c.Friedman != nil {
		head = append(head, "mean rank")
	}
	for _, a := range c.Arms {
		row := []string{a.Name, fmt.Sprint(a.Runs), fmt.Sprintf("%.3f", a.Mean), fmt.Sprintf("%.3f to %.3f", a.Lo, a.Hi), fmt.Sprintf("%.3f", a.Median), fmt.Sprintf("%.2f", a.Seconds)}
		if c.Friedman != nil {
			row = append(row, fmt.Sprintf("%.2f", a.Rank))
		}
		rows = append(rows, row)
	}
	return head, rows
}

func (c *Comparison) pairRows() (head []string, rows [][]string) {
	head = []string{"a", "b", "pairs", "mean a", "mean b", "a - b", "95 % interval", "wins", "ties", "losses", "p", "p (Holm)"}
	for _, p := range c.Pairs {
		if p.N == 0 {
			rows = append(rows, []string{p.A, p.B, "0", "-", "-", "-", "-", "-", "-", "-", "-", "-"})
			continue
		}
		rows = append(rows, []string{p.A, p.B, fmt.Sprint(p.N), fmt.Sprintf("%.3f", p.MeanA), fmt.Sprintf("%.3f", p.MeanB), fmt.Sprintf("%+.3f", p.Difference),
			fmt.Sprintf("%+.3f to %+.3f", p.Lo, p.Hi), fmt.Sprint(p.Wins), fmt.Sprint(p.Ties), fmt.Sprint(p.Losses), PText(p.P), PText(p.PHolm)})
	}
	return head, rows
}

// friedmanText describes Friedman's test in a sentence.
func (c *Comparison) friedmanText() string {
	f := c.Friedman
	return fmt.Sprintf("Friedman's test on %d common runs: chi-squared %.2f, F %.2f, p %s. Mean ranks that lie further apart than %.2f differ (Nemenyi, 5 %%).",
		f.Blocks, f.ChiSquared, f.F, PText(f.P), f.Critical)
}

// notes returns the sentences under the tables.
func (c *Comparison) notes() []string {
	var all []string
	if c.Friedman != nil {
		all = append(all, c.friedmanText())
	}
	if len(c.Pairs) > 0 {
		all = append(all, "Wins are shorter tours of a on the same instance and seed; p is of Wilcoxon's signed-rank test, two-sided.")
	}
	if c.Note != "" {
		all = append(all, c.Note)
	}
	return all
}

// allNotes returns the notes and the one that a page has beside its table.
func (c *Comparison) allNotes() []string {
	if !c.measured() {
		return c.notes()
	}
	return append(c.notes(), c.overTimeNote())
}

// tables has the tables of the arms and of the pairs written, an empty line
// between them; left is the number of their columns that are names.
func (c *Comparison) tables(b *strings.Builder, write func(head []string, rows [][]string, left int)) {
	for i, table := range []func() ([]string, [][]string){c.armRows, c.pairRows, c.armOverTimeRows, c.pairOverTimeRows} {
		if head, rows := table(); len(rows) > 0 {
			if i > 0 {
				b.WriteByte('\n')
			}
			write(head, rows, i%2+1)
		}
	}
}

// Text writes tables for a terminal.
func (c *Comparison) Text(w io.Writer) error {
	var b strings.Builder
	c.tables(&b, func(head []string, rows [][]string, left int) {
		width := make([]int, len(head))
		for _, row := range append([][]string{head}, rows...) {
			for k, cell := range row {
				width[k] = max(width[k], len(cell))
			}
		}
		for _, row := range append([][]string{head}, rows...) {
			for k, cell := range row {
				if k > 0 {
					b.WriteString("  ")
				}
				if k < left {
					fmt.Fprintf(&b, "%-*s", width[k], cell)
				} else {
					fmt.Fprintf(&b, "%*s", width[k], cell)
				}
			}
			b.WriteByte('\n')
		}
	})
	for _, note := range c.allNotes() {
		b.WriteString("\n" + note)
	}
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes the same as tables in Markdown.
func (c *Comparison) Markdown(w io.Writer) error {
	var b strings.Builder
	c.tables(&b, func(head []string, rows [][]string, left int) {
		b.WriteString("| " + strings.Join(head, " | ") + " |\n|")
		for k := range head {
			if k < left {
				b.WriteString("---|")
			} else {
				b.WriteString("---:|")
			}
		}
		b.WriteByte('\n')
		for _, row := range rows {
			for k := range row {
				row[k] = strings.ReplaceAll(row[k], "|", `\|`)
			}
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		}
	})
	for _, note := range c.allNotes() {
		b.WriteString("\n" + note + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// CSV writes a line a pair, the fields of JSON and what else is known.
func (c *Comparison) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"a", "b", "n", "mean_a", "mean_b", "difference", "low", "high", "wins", "ties", "losses", "p", "p_holm"}
	for _, m := range c.measures {
		head = append(head, m.key+"_a", m.key+"_b", m.key+"_p", m.key+"_p_holm")
	}
	out.Write(head)
	for _, p := range c.Pairs {
		row := []string{p.A, p.B}
		for _, v := range []any{p.N, p.MeanA, p.MeanB, p.Difference, p.Lo, p.Hi, p.Wins, p.Ties, p.Losses, p.P, p.PHolm} {
			row = append(row, fmt.Sprint(v))
		}
		for _, o := range p.OverTime {
			if o.N == 0 {
				row = append(row, "", "", "", "")
				continue
			}
			for _, v := range []float64{o.MeanA, o.MeanB, o.P, o.PHolm} {
				row = append(row, fmt.Sprint(v))
			}
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// JSON writes an object a pair and line.
func (c *Comparison) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, p := range c.Pairs {
		if err := e.Encode(p); err != nil {
			return err
		}
	}
	return nil
}
