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

// Comparison is what a set of records says about its arms.
type Comparison struct {
	Arms     []ArmSummary
	Pairs    []Pair
	Friedman *stat.FriedmanResult // of the arms, in their order; nil for two arms, or without common runs
	Note     string               // what the reader should know about the numbers
	measures []measure            // over time
	sets     [][]string           // rows of the table of gaps by set
	moments  []Moment
	only     string // the table that is written, empty for all
}

// ArmSummary describes one arm by all its runs, or by its instances.
type ArmSummary struct {
	Name         string
	Runs         int
	Mean, Median Percent   // gap
	Lo, Hi       Percent   // interval of the mean
	Seconds      float64   // mean
	Rank         float64   // mean rank in Friedman's test, 0 without
	OverTime     []float64 // means of the measures over time, NaN without traces
}

// Pair compares two arms on the runs that both have or, where they have no seed in common, on the
// means of instances.
type Pair struct {
	A          string  `json:"a"`
	B          string  `json:"b"`
	N          int     `json:"n"` // pairs
	MeanA      Percent `json:"mean_a"`
	MeanB      Percent `json:"mean_b"`
	Difference Percent `json:"difference"` // mean of A's gap minus B's
	Wins       int     `json:"wins"`       // of A
	Ties       int     `json:"ties"`
	Losses     int     `json:"losses"`
	P          Percent `json:"p"`      // Wilcoxon's, two-sided; a share, undefined without pairs
	PHolm      Percent `json:"p_holm"` // corrected for all pairs

	Measure  string `json:"measure,omitempty"`   // empty for the gap
	OverTime []Pair `json:"over_time,omitempty"` // the same of each measure over time

	Lo, Hi Percent `json:"-"` // interval of the difference, of the gap alone
}

// Percent is a gap, or what is computed of gaps: infinite or NaN where one of them
// is undefined.
type Percent float64

func (p Percent) defined() bool { return !math.IsInf(float64(p), 0) && !math.IsNaN(float64(p)) }

// Text writes p with three digits behind the point, as format has it.
func (p Percent) Text(format string) string {
	if !p.defined() {
		return "undefined"
	}
	return fmt.Sprintf(format, float64(p))
}

// interval writes an interval.
func interval(lo, hi Percent, format string) string {
	if !lo.defined() || !hi.defined() {
		return "undefined"
	}
	return lo.Text(format) + " to " + hi.Text(format)
}

// MarshalJSON writes null where p is undefined.
func (p Percent) MarshalJSON() ([]byte, error) {
	if !p.defined() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(p))
}

// String returns p as CSV has it, empty where it is undefined.
func (p Percent) String() string {
	if !p.defined() {
		return ""
	}
	return fmt.Sprint(float64(p))
}

// Compare compares all pairs of arms, or those with the arm against where that is
// given. byInstance takes the mean over an instance's seeds for one run, since
// seeds of one instance are no independent witnesses.
func (d *Data) Compare(against string, byInstance bool) (*Comparison, error) {
	c := &Comparison{measures: d.measures, moments: d.moments, sets: d.bySet(byInstance)}
	samples := make([]map[runKey]stat.Found, len(d.Arms))
	undefined, apart := 0, 0
	for i, a := range d.Arms {
		samples[i] = a.sample(byInstance, found)
		gaps := a.values(byInstance, func(r *Run) float64 { return r.Gap })
		s := ArmSummary{Name: a.Name, Runs: len(gaps), Mean: Percent(stat.Mean(gaps)), Median: Percent(stat.Median(gaps))}
		lo, hi := stat.Interval(gaps)
		s.Lo, s.Hi = Percent(lo), Percent(hi)
		for _, gap := range gaps {
			if math.IsInf(gap, 1) {
				undefined++
			}
		}
		s.Seconds = stat.Mean(a.values(byInstance, func(r *Run) float64 { return r.Seconds }))
		s.OverTime = a.meansOverTime(d.measures, byInstance)
		c.Arms = append(c.Arms, s)
	}
	if against != "" {
		if err := d.has(against); err != nil {
			return nil, err
		}
	}
	for i, a := range d.Arms {
		for j, b := range d.Arms {
			if against == "" && i >= j || against != "" && (a.Name != against || i == j) {
				continue
			}
			pair, diff := d.pair(a, b, samples[i], samples[j])
			if pair.N == 0 { // solvers that number their seeds in their own ways
				pair, diff = d.pair(a, b, a.sample(true, found), b.sample(true, found))
				apart += min(1, pair.N)
			}
			lo, hi := stat.Interval(diff)
			pair.Lo, pair.Hi = Percent(lo), Percent(hi)
			pair.OverTime = d.overTime(a, b, byInstance)
			c.Pairs = append(c.Pairs, pair)
		}
	}
	holm(c.Pairs, func(p *Pair) *Pair { return p })
	for i := range c.measures {
		holm(c.Pairs, func(p *Pair) *Pair { return &p.OverTime[i] })
	}
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
	var notes []string
	if apart > 0 {
		notes = append(notes, fmt.Sprintf("The arms of %d of %d pairs have no seed in common: an instance's mean over its seeds is one run of theirs.", apart, len(c.Pairs)))
	}
	if len(d.Arms) > 2 && c.Friedman == nil {
		notes = append(notes, "There are not two runs that all arms have, as Friedman's test needs them.")
	}
	if d.Guessed > 0 {
		notes = append(notes, fmt.Sprintf("Of %d of %d instances no optimum is known: gaps are over the best length in these records.", d.Guessed, len(d.Instances)))
	}
	if undefined > 0 {
		notes = append(notes, fmt.Sprintf("The gaps of %d runs are undefined: the best length is 0, and theirs is not. Lengths rank them.", undefined))
	}
	c.Note = strings.Join(notes, " ")
	return c, nil
}

func found(r *Run) stat.Found { return stat.Found{Gap: r.Gap, Length: r.Length} }

// sample returns what value tells of an arm's runs, by what they are paired on, without
// what is no number.
func (a *Arm) sample(byInstance bool, value func(*Run) stat.Found) map[runKey]stat.Found {
	all, counts := map[runKey]stat.Found{}, map[runKey]float64{}
	for _, r := range a.Runs {
		key := r.key
		if byInstance {
			key.seed = 0
		}
		v := value(r)
		if math.IsNaN(v.Gap) {
			continue
		}
		s := all[key]
		all[key] = stat.Found{Gap: s.Gap + v.Gap, Length: s.Length + v.Length}
		counts[key]++
	}
	for key, s := range all {
		all[key] = stat.Found{Gap: s.Gap / counts[key], Length: s.Length / counts[key]}
	}
	return all
}

// keys returns what runs are paired on, in the order of a's runs.
func keys(a *Arm, sample map[runKey]stat.Found) []runKey {
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

// values returns the numbers of a sample, in the order of a's runs.
func (a *Arm) values(byInstance bool, value func(*Run) float64) (all []float64) {
	sample := a.sample(byInstance, func(r *Run) stat.Found { return stat.Found{Gap: value(r)} })
	for _, key := range keys(a, sample) {
		all = append(all, sample[key].Gap)
	}
	return all
}

// pair compares two arms on the keys that both samples have, and returns the differences as well.
func (d *Data) pair(a, b *Arm, inA, inB map[runKey]stat.Found) (pair Pair, diff []float64) {
	pair = Pair{A: a.Name, B: b.Name}
	for _, key := range keys(a, inA) {
		y, ok := inB[key]
		if !ok {
			continue
		}
		x := inA[key]
		pair.MeanA += Percent(x.Gap)
		pair.MeanB += Percent(y.Gap)
		difference := x.Minus(y)
		switch {
		case difference == 0:
			pair.Ties++
		case difference < 0:
			pair.Wins++
		default:
			pair.Losses++
		}
		diff = append(diff, difference)
	}
	if pair.N = len(diff); pair.N == 0 {
		none := Percent(math.NaN())
		pair.MeanA, pair.MeanB, pair.Difference, pair.P, pair.PHolm = none, none, none, none, none
		return pair, nil
	}
	pair.MeanA /= Percent(pair.N)
	pair.MeanB /= Percent(pair.N)
	pair.Difference = Percent(stat.Mean(diff))
	p, _ := stat.Wilcoxon(diff)
	pair.P = Percent(p)
	return pair, diff
}

// holm corrects the p-values of one test of each pair, but for those that have no runs to test.
func holm(pairs []Pair, test func(*Pair) *Pair) {
	var tests []*Pair
	var p []float64
	for i := range pairs {
		if t := test(&pairs[i]); t.N > 0 {
			tests, p = append(tests, t), append(p, float64(t.P))
		}
	}
	for i, q := range stat.Holm(p) {
		tests[i].PHolm = Percent(q)
	}
}

// blocks returns the gaps of all arms on the runs that every arm has, or their
// lengths where a gap is undefined, which rank them alike.
func (d *Data) blocks(samples []map[runKey]stat.Found) [][]float64 {
	var blocks [][]float64
	for _, key := range keys(d.Arms[0], samples[0]) {
		block := make([]float64, 0, len(samples))
		lengths := make([]float64, 0, len(samples))
		defined := true
		for _, s := range samples {
			if v, ok := s[key]; ok {
				block = append(block, stat.RoundGap(v.Gap))
				lengths = append(lengths, v.Length)
				defined = defined && !math.IsInf(v.Gap, 1)
			}
		}
		if !defined {
			block = lengths
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
		row := []string{a.Name, fmt.Sprint(a.Runs), a.Mean.Text("%.3f"), interval(a.Lo, a.Hi, "%.3f"), a.Median.Text("%.3f"), fmt.Sprintf("%.2f", a.Seconds)}
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
		rows = append(rows, []string{p.A, p.B, fmt.Sprint(p.N), p.MeanA.Text("%.3f"), p.MeanB.Text("%.3f"), p.Difference.Text("%+.3f"),
			interval(p.Lo, p.Hi, "%+.3f"), fmt.Sprint(p.Wins), fmt.Sprint(p.Ties), fmt.Sprint(p.Losses), PText(float64(p.P)), PText(float64(p.PHolm))})
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
	if c.only != "" {
		return nil
	}
	if !c.measured() {
		return c.notes()
	}
	return append(c.notes(), c.overTimeNote())
}

// Tables are the names of a comparison's tables, in their order.
var Tables = []string{"arms", "pairs", "arms-over-time", "pairs-over-time", "sets"}

// Only leaves the one table of that name, and no notes.
func (c *Comparison) Only(table string) { c.only = table }

// A cell is one line, whatever the names in records hold.
var (
	textCell     = strings.NewReplacer("\n", " ", "\r", " ")
	markdownCell = strings.NewReplacer("\n", " ", "\r", " ", "|", `\|`)
)

// tables has the tables written, an empty line between them, their cells as cell makes them; left
// is the number of their columns that are names. That of the sets is written when it is asked for.
func (c *Comparison) tables(b *strings.Builder, cell *strings.Replacer, write func(head []string, rows [][]string, left int)) {
	for i, table := range []func() ([]string, [][]string){c.armRows, c.pairRows, c.armOverTimeRows, c.pairOverTimeRows, c.setRows} {
		if c.only != Tables[i] && (c.only != "" || Tables[i] == "sets") {
			continue
		}
		if head, rows := table(); len(rows) > 0 {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			cells := make([][]string, len(rows)) // c keeps the rows
			for i, row := range rows {
				for _, text := range row {
					cells[i] = append(cells[i], cell.Replace(text))
				}
			}
			write(head, cells, []int{1, 2, 1, 2, 2}[i])
		}
	}
}

// Text writes tables for a terminal.
func (c *Comparison) Text(w io.Writer) error {
	var b strings.Builder
	c.tables(&b, textCell, func(head []string, rows [][]string, left int) {
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
	c.tables(&b, markdownCell, func(head []string, rows [][]string, left int) {
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
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		}
	})
	for _, note := range c.allNotes() {
		b.WriteString("\n" + note + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// CSV writes a line a pair, with the fields of JSON.
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
			for _, v := range []any{o.MeanA, o.MeanB, o.P, o.PHolm} {
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
		line := struct {
			Pair
			Low  Percent `json:"low"` // which its measures over time have not
			High Percent `json:"high"`
		}{p, p.Lo, p.Hi}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
