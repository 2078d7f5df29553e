package report

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"tspmcts/bench"
	"tspmcts/mcts"
)

// Data is what records say about the arms of an experiment.
type Data struct {
	Arms      []*Arm
	Instances []*Instance // in the order of the records
	Guessed   int         // instances whose gaps are over the best length in the records
	Repeated  int         // records that do not count, as a later one of the run says something else
	Machines  []string    // processors, commits and versions of Go, each once
	byName    map[string]*Instance
	configs   map[[4]string]*mcts.Config // of what the solver, heatmap and knobs of an instance stand for
	measures  []measure                  // over time
	moments   []Moment
}

// Instance is what the records say about an instance.
type Instance struct {
	Name      string
	Set       string // the file that it came from, without folder and ending; empty where the records do not tell
	N         int
	Reference float64 // the length that gaps are over
	Known     bool    // it is the optimum or the best known
	digest    string
	maps      map[string]string // digest of the heatmap's files, by heatmap
}

// Arm is a way to solve instances: solver, heatmap, knobs, budget and workers.
type Arm struct {
	Name string // what tells it from the other arms
	Runs []*Run // by instance and seed: intervals are drawn by place
	part [5]string
	at   map[runKey]*Run
}

type runKey struct {
	instance string
	seed     uint64
}

// Run is one record.
type Run struct {
	Instance *Instance
	Length   float64
	Gap      float64 // percent; +Inf where it is undefined: the reference is 0 and Length is not
	Seconds  float64
	Trace    []Step // ascending; empty where the records were read without
	Knobs    []string
	Tour     [][2]float64
	Path     bool // Tour does not return
	Heatmap  string
	key      runKey
	horizon  float64   // seconds; see overtime.go
	over     []float64 // Data.measures; nil for a record without a trace
}

// Step is an improvement.
type Step struct {
	Seconds, Gap float64
	area         float64 // integral of the gap until then
}

// maxSteps, or twice as many, are the improvements of a run that are kept for
// figures, even in the logarithm of time.
const maxSteps = 64

// Options say what of the records is wanted.
type Options struct {
	Traces, Config, Tours bool
	Best                  *bench.Optima // beats what the records say; nil for none
	At                    []Moment      // when gaps are told; nil for DefaultMoments
	Above                 float64       // percent: a stand-still counts above this gap
}

// Read reads records files; "-" is stdin. Of several records of one arm, instance
// and seed the last counts; two configurations of one label on an instance are an error.
func Read(files []string, o Options) (*Data, error) {
	d := &Data{byName: map[string]*Instance{}, configs: map[[4]string]*mcts.Config{}}
	arms := map[[5]string]*Arm{}
	machines := map[string]bool{}
	for _, name := range files {
		f, err := bench.OpenFile(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if err := bench.ReadEntries(f, name, func(e *bench.Entry) error {
			if m := strings.Join([]string{e.CPU, e.Go, e.Commit}, ", "); e.CPU != "" && !machines[m] {
				machines[m] = true
				d.Machines = append(d.Machines, strings.TrimSuffix(m, ", "))
			}
			return d.add(e, arms, o)
		}); err != nil {
			return nil, err
		}
	}
	if len(d.Arms) == 0 {
		return nil, fmt.Errorf("%s: there are no records", strings.Join(files, ", "))
	}
	d.name()
	slices.SortStableFunc(d.Arms, func(a, b *Arm) int { return strings.Compare(a.Name, b.Name) }) // runs side by side end in any order
	d.measures, d.moments = measuresOf(o), o.moments()
	d.horizons()
	d.reference(o.Best)
	for _, a := range d.Arms {
		slices.SortFunc(a.Runs, func(x, y *Run) int {
			return cmp.Or(strings.Compare(x.key.instance, y.key.instance), cmp.Compare(x.key.seed, y.key.seed))
		})
		for _, r := range a.Runs {
			r.measure(d.measures)
			if r.Trace = thin(r.Trace); !o.Traces {
				r.Trace = nil
			}
		}
	}
	return d, nil
}

func (d *Data) add(e *bench.Entry, arms map[[5]string]*Arm, o Options) error {
	length, err := e.Length.Float64()
	if err != nil {
		return err
	}
	in := d.byName[e.Instance]
	if in == nil {
		in = &Instance{Name: e.Instance, maps: map[string]string{}}
		d.byName[e.Instance] = in
		d.Instances = append(d.Instances, in)
	}
	if e.Digest != "" {
		if in.digest != "" && in.digest != e.Digest {
			return fmt.Errorf("the instance %s is two different ones in these records; report them one by one", e.Instance)
		}
		in.digest = e.Digest
	}
	if e.MapDigest != "" {
		if was := in.maps[e.Heatmap]; was != "" && was != e.MapDigest {
			return fmt.Errorf("the heatmap %s of %s is two different ones in these records: a file was changed; report them one by one", e.Heatmap, e.Instance)
		}
		in.maps[e.Heatmap] = e.MapDigest
	}
	in.N = max(in.N, e.N)
	if e.Set != "" {
		in.Set = strings.TrimSuffix(e.Set, filepath.Ext(e.Set))
	}
	if e.Optimum != nil {
		if v, err := e.Optimum.Float64(); err == nil && v > 0 && !(in.Known && in.Reference <= v) {
			in.Reference, in.Known = v, true
		}
	}
	part := [5]string{e.Solver, e.Heatmap, e.Knobs, e.Budget, fmt.Sprintf("%d workers", e.Workers)}
	if e.Solver != bench.Own {
		part[4] = ""
	}
	a := arms[part]
	if a == nil {
		a = &Arm{part: part, at: map[runKey]*Run{}}
		arms[part] = a
		d.Arms = append(d.Arms, a)
	}
	if err := d.configured(e); err != nil {
		return err
	}
	r := &Run{Instance: in, Length: length, Seconds: e.Seconds, Heatmap: e.Heatmap, key: runKey{e.Instance, e.Seed}}
	for _, p := range e.Trace {
		if v, err := p.Length.Float64(); err == nil {
			r.Trace = append(r.Trace, Step{Seconds: p.Seconds, Gap: v}) // a length until the reference is known
		}
	}
	if o.Config && e.Config != nil {
		r.Knobs = knobValues(e.Config)
	}
	if o.Tours {
		r.Tour, r.Path = e.Tour, e.Path
	}
	if old := a.at[r.key]; old != nil {
		if old.Length != r.Length || old.Seconds != r.Seconds {
			d.Repeated++
		}
		*old = *r
		return nil
	}
	a.at[r.key] = r
	a.Runs = append(a.Runs, r)
	return nil
}

// configured returns an error where a run on the instance, of any budget, had other knobs of that
// label: a parameter file that was changed keeps it. Knobs may depend on the size and the heatmap.
func (d *Data) configured(e *bench.Entry) error {
	what := [4]string{e.Solver, e.Heatmap, e.Knobs, e.Instance}
	was := d.configs[what]
	if was == nil || e.Config == nil {
		d.configs[what] = cmp.Or(was, e.Config)
		return nil
	}
	old := knobValues(was)
	for i, v := range knobValues(e.Config) {
		if v != old[i] {
			return fmt.Errorf("%s on %s has %s %s and %s in these records: two configurations of one label; give each its own, or report them one by one",
				cmp.Or(e.Knobs, e.Solver), e.Instance, mcts.Knobs[i].Name, old[i], v)
		}
	}
	return nil
}

// thin drops improvements that lie so near the next that no figure shows them.
func thin(steps []Step) []Step {
	if len(steps) <= maxSteps {
		return slices.Clip(steps)
	}
	last := steps[len(steps)-1].Seconds
	first := max(steps[0].Seconds, last/1e4, 1e-9)
	ratio := math.Pow(last/first, 1/float64(maxSteps-2))
	if !(ratio > 1) { // all at one time
		ratio = math.Inf(1)
	}
	var kept []Step
	edge := first
	for i, s := range steps {
		if i+1 < len(steps) && steps[i+1].Seconds <= edge {
			continue // a better one comes before the next edge
		}
		kept = append(kept, s)
		for edge <= s.Seconds {
			edge *= ratio
		}
	}
	return slices.Clip(kept)
}

// name gives the arms names of what tells them apart: others' have the solver's, and behind it what
// differs among that solver's arms; so have this program's beside others.
func (d *Data) name() {
	first, varies := map[string]*Arm{}, map[string]*[5]bool{} // by solver
	for _, a := range d.Arms {
		solver := a.part[0]
		if first[solver] == nil {
			first[solver], varies[solver] = a, &[5]bool{solver != bench.Own}
		}
		for i, p := range a.part {
			varies[solver][i] = varies[solver][i] || p != first[solver].part[i]
		}
	}
	if own := varies[bench.Own]; own != nil && len(varies) > 1 {
		own[0] = true
	}
	for _, a := range d.Arms {
		var words []string
		for i, p := range a.part {
			if varies[a.part[0]][i] && p != "" {
				words = append(words, p)
			}
		}
		a.Name = cmp.Or(strings.Join(words, " "), a.part[2], bench.Own)
	}
}

// reference settles what gaps are over, and computes them.
func (d *Data) reference(best *bench.Optima) {
	for _, in := range d.Instances {
		if best != nil {
			if v := best.Named(in.Name); v > 0 {
				in.Reference, in.Known = v, true
			}
		}
		if !in.Known {
			in.Reference = math.Inf(1)
			d.Guessed++
		}
	}
	for _, a := range d.Arms {
		for _, r := range a.Runs { // those that count: of one that was corrected the wrong length is gone
			if !r.Instance.Known {
				r.Instance.Reference = min(r.Instance.Reference, r.Length)
			}
		}
	}
	for _, a := range d.Arms {
		for _, r := range a.Runs {
			r.Gap = r.Instance.gap(r.Length)
			for i := range r.Trace {
				r.Trace[i].Gap = r.Instance.gap(r.Trace[i].Gap)
			}
		}
	}
}

func (in *Instance) gap(length float64) float64 { return bench.GapOver(length, in.Reference) }

// Gaps returns the gaps of an arm's runs, +Inf for those that are undefined.
func (a *Arm) Gaps() []float64 {
	gaps := make([]float64, len(a.Runs))
	for i, r := range a.Runs {
		gaps[i] = r.Gap
	}
	return gaps
}

// has returns an error that lists the names where no arm has that one.
func (d *Data) has(name string) error {
	var names []string
	for _, a := range d.Arms {
		if a.Name == name {
			return nil
		}
		names = append(names, a.Name)
	}
	return bench.Misusef("there is no arm %q in the records, want one of %s", name, strings.Join(names, ", "))
}

// knobValues returns the values of all knobs, in the order of mcts.Knobs.
func knobValues(c *mcts.Config) []string {
	values := make([]string, len(mcts.Knobs))
	for i, k := range mcts.Knobs {
		values[i] = k.Get(c)
	}
	return values
}
