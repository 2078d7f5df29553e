package bench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsplib/places"
)

// Suite is an experiment: the product of instances, heatmaps, configurations, budgets and seeds.
type Suite struct {
	Sets     []Set
	Best     *Optima // nil for none
	Heatmaps []string
	Knobs    []*Knobs
	Budgets  []Budget
	Seeds    []uint64
	Workers  int

	dir string // that the files of heatmaps count from; empty for the working directory
}

// Set is a file of instances, and which of them.
type Set struct {
	File   string
	Lines  LineRange
	Places places.Options // of a file that needs them
}

// Job is a run of an experiment.
type Job struct {
	Run
	Observe func(mcts.Progress) // nil for nobody

	entry Entry // what is known before it is run
}

// Key names what is run.
func (j *Job) Key() string { return j.entry.Key() }

// Digest returns that of the instance.
func (j *Job) Digest() string { return j.entry.Digest }

// Adopt returns the entry that another machine made of the run, with what that was not told: the file
// of the instance, its optimum and so the gap.
func (j *Job) Adopt(e *Entry) *Entry {
	e.Set = j.entry.Set
	if length, err := e.Length.Float64(); err == nil {
		j.measure(&e.Record, length)
	}
	return e
}

// suiteFile is a suite, or one of several products, as it stands in a file.
type suiteFile struct {
	Sets     []setFile         `json:"sets"`
	Best     []string          `json:"best"`
	Heatmaps []string          `json:"heatmaps"`
	Knobs    []json.RawMessage `json:"knobs"`
	Budgets  []string          `json:"budgets"`
	Seeds    seedsFile         `json:"seeds"`
	Workers  int               `json:"workers"`
}

const suiteExample = `{"sets":[{"file":"tsp500.txt","lines":"0:8"}],"heatmaps":["gtprior"],"knobs":["paper"],"budgets":["0.01n"],"seeds":3}`

// setFile is the name of a file, or an object with it, lines, and what a file of places or matrices
// does not say.
type setFile struct {
	File, Lines, Metric, Weight string
	DecimalComma                bool `json:"decimal_comma"`
}

func (s *setFile) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, &s.File)
	}
	type plain setFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode((*plain)(s))
}

// seedsFile is a number of seeds, from 1, or a list of them.
type seedsFile []uint64

func (s *seedsFile) UnmarshalJSON(data []byte) error {
	var count int
	if json.Unmarshal(data, &count) == nil {
		seeds, err := FirstSeeds(count)
		*s = seeds
		return err
	}
	if err := json.Unmarshal(data, (*[]uint64)(s)); err != nil {
		return fmt.Errorf("seeds is %s, want their number or a list of integers", data)
	}
	return nil
}

// FirstSeeds returns the seeds 1 to count.
func FirstSeeds(count int) ([]uint64, error) {
	if count < 1 || count > 1e6 {
		return nil, fmt.Errorf("the number of seeds is %d, want 1 to 1000000", count)
	}
	seeds := make([]uint64, count)
	for i := range seeds {
		seeds[i] = uint64(i) + 1
	}
	return seeds, nil
}

// ReadSuite reads a suite file: a JSON object, or a list of them whose products are
// run one after the other. Names of files count from dir, or from the suite's
// folder where dir is empty.
func ReadSuite(name, dir string) ([]*Suite, error) {
	if dir == "" {
		dir = filepath.Dir(name)
	}
	data, err := readWhole(name)
	if err != nil {
		return nil, err
	}
	var files []suiteFile
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '[' {
		err = decodeStrictly(data, &files)
	} else {
		files = make([]suiteFile, 1)
		err = decodeStrictly(data, &files[0])
	}
	if err != nil {
		return nil, fmt.Errorf("%s:%d: no suite (%s), want JSON such as %s", name, lineOf(data, err), plainJSON(err), suiteExample)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no suites in the array, want at least one, such as %s", name, suiteExample)
	}
	var suites []*Suite
	for i := range files {
		s, err := files[i].suite(dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		suites = append(suites, s)
	}
	return suites, nil
}

func decodeStrictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("it goes on after the end")
	}
	return nil
}

// lineOf returns the line of an error of encoding/json, 1 where it does not tell.
func lineOf(data []byte, err error) int {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := 0
	switch {
	case errors.As(err, &syntax):
		offset = int(syntax.Offset)
	case errors.As(err, &kind):
		offset = int(kind.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		offset = len(data)
	default: // an unknown field: where its name stands
		if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
			offset = max(0, bytes.Index(data, []byte(field)))
		}
	}
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

func (f *suiteFile) suite(dir string) (*Suite, error) {
	s := &Suite{Heatmaps: f.Heatmaps, Seeds: f.Seeds, Workers: f.Workers, dir: dir}
	if len(f.Sets) == 0 {
		return nil, errors.New("no sets, want at least one")
	}
	for _, set := range f.Sets {
		lines, err := ParseLines(set.Lines)
		if err != nil {
			return nil, fmt.Errorf("lines is %w", err)
		}
		options := places.Options{Metric: set.Metric, Weight: set.Weight, DecimalComma: set.DecimalComma}
		if err := options.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", set.File, err)
		}
		s.Sets = append(s.Sets, Set{within(dir, set.File), lines, options})
	}
	for _, file := range f.Best {
		if s.Best == nil {
			s.Best = &Optima{}
		}
		if err := s.Best.ReadBest(within(dir, file)); err != nil {
			return nil, err
		}
	}
	for _, raw := range f.Knobs {
		k, err := parseKnobs(raw, dir)
		if err != nil {
			return nil, err
		}
		s.Knobs = append(s.Knobs, k)
	}
	for _, text := range f.Budgets {
		b, err := ParseBudget(text)
		if err != nil {
			return nil, fmt.Errorf("a budget is %w", err)
		}
		s.Budgets = append(s.Budgets, b)
	}
	return s, s.complete()
}

// within returns a file's name as seen from here.
func within(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

// parseKnobs reads a configuration of a suite: a preset, a parameter file, or
// knobs by name with a label.
func parseKnobs(raw []byte, dir string) (*Knobs, error) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if slices.Contains(mcts.Presets, text) || !strings.Contains(text, ".") {
			return NamedKnobs(text)
		}
		return KnobsFile(within(dir, text))
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return nil, fmt.Errorf("a member of knobs is %.40s, want a preset, a parameter file, or an object such as {\"label\":\"x\",\"preset\":\"paper\",\"alpha\":2}", raw)
	}
	k := &Knobs{Preset: "paper"}
	if err := json.Unmarshal(values["label"], &k.Label); err != nil || k.Label == "" {
		return nil, fmt.Errorf("a member of knobs is %.40s, without a label", raw)
	}
	delete(values, "label")
	rest, _ := json.Marshal(values)
	if err := k.parse(rest, "knobs "+k.Label); err != nil {
		return nil, err
	}
	_, err := k.Config(1000, "")
	return k, err
}

// NamedKnobs returns the knobs of a preset.
func NamedKnobs(preset string) (*Knobs, error) {
	if !slices.Contains(mcts.Presets, preset) {
		return nil, fmt.Errorf("unknown preset %q, want one of %s", preset, strings.Join(mcts.Presets, ", "))
	}
	return &Knobs{Label: preset, Preset: preset}, nil
}

// KnobsFile returns the knobs of a parameter file, labelled by its name.
func KnobsFile(file string) (*Knobs, error) {
	k := &Knobs{Label: nameOf(file), Preset: "paper"}
	if err := k.ReadParams(file); err != nil {
		return nil, err
	}
	_, err := k.Config(1000, "")
	return k, err
}

// complete puts defaults where nothing was said, and checks the rest.
func (s *Suite) complete() error {
	if len(s.Heatmaps) == 0 {
		s.Heatmaps = []string{mcts.AutoHeatmap}
	}
	if len(s.Knobs) == 0 {
		k, err := NamedKnobs("default")
		if err != nil {
			return err
		}
		s.Knobs = []*Knobs{k}
	}
	if len(s.Budgets) == 0 {
		return errors.New("no budgets, want at least one such as \"10s\"")
	}
	if len(s.Seeds) == 0 {
		s.Seeds = []uint64{1}
	}
	s.Workers = cmp.Or(s.Workers, 1)
	if s.Workers < 1 || s.Workers > MaxWorkers {
		return fmt.Errorf("workers is %d, want 1 to %d", s.Workers, MaxWorkers)
	}
	labels := map[string]bool{}
	for _, k := range s.Knobs {
		if labels[k.Label] {
			return fmt.Errorf("two members of knobs are called %s", k.Label)
		}
		labels[k.Label] = true
	}
	return nil
}

// Jobs reads the instances and returns the runs: for each seed and instance those
// of every arm, so that what is done at any time can be compared. find returns
// the heatmap source that a name stands for.
func (s *Suite) Jobs(ctx context.Context, find func(string) (Source, error), warn func(string, ...any)) ([]*Job, error) {
	if err := s.complete(); err != nil {
		return nil, err
	}
	var sources []Source
	for _, name := range s.Heatmaps {
		source, err := find(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	items, err := s.Items(ctx, warn)
	if err != nil {
		return nil, err
	}
	var jobs []*Job
	for _, seed := range s.Seeds {
		for _, item := range items {
			for _, source := range sources {
				for _, knobs := range s.Knobs {
					for _, budget := range s.Budgets {
						j, err := NewJob(item, source, knobs, budget, seed, s.Workers)
						if err != nil {
							return nil, err
						}
						jobs = append(jobs, j)
					}
				}
			}
		}
	}
	return jobs, nil
}

// NewJob returns the job of one run.
func NewJob(item SetItem, source Source, knobs *Knobs, budget Budget, seed uint64, workers int) (*Job, error) {
	if source.Name == mcts.AutoHeatmap { // records tell the source that it stands for
		var err error
		name := mcts.DefaultHeatmapOf(knobs.Preset, item.Instance, budget.Time.Of(item.N()), workers)
		if source, err = HeatmapSource(name); err != nil {
			return nil, err
		}
	}
	cfg, err := knobs.Config(item.N(), source.Name)
	if err != nil {
		return nil, err
	}
	if most := UsefulWorkers(item.N()); workers > most {
		if item.Warn != nil {
			item.Warn("%s: %d workers are more than %d cities have work for; %d search", item.Name, workers, item.N(), most)
		}
		workers = most
	}
	m := machine()
	return &Job{
		Run: Run{Item: item.Item, Optimum: item.optimum, Source: source, Knobs: knobs, Budget: budget, Seed: seed, Workers: workers},
		entry: Entry{Version: Version, Solver: Own, Set: item.set, Digest: item.digest, Knobs: knobs.Label, Budget: budget.String(),
			Commit: m.commit, Go: runtime.Version(), CPU: m.cpu, MapDigest: source.digest(item.Item),
			Record: Record{Instance: item.Name, Heatmap: source.Name, Seed: seed, Workers: workers, Config: &cfg}},
	}, nil
}

// SetItem is an instance of a suite.
type SetItem struct {
	*Item
	set     string
	digest  string
	optimum float64
}

// NewSetItem returns the instance of a suite, from a file of that name without its folder,
// with its optimum or best known length, 0 for none.
func NewSetItem(item *Item, set string, optimum float64) SetItem {
	return SetItem{item, set, Digest(item.Instance), optimum}
}

// Items reads the instances of a suite.
func (s *Suite) Items(ctx context.Context, warn func(string, ...any)) ([]SetItem, error) {
	var items []SetItem
	where := map[string]string{} // file of an instance, by name
	for _, set := range s.Sets {
		r := NewReader([]string{set.File}, set.Lines, warn)
		r.Places = set.Places
		for {
			item, err := r.Next(ctx)
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			if other, ok := where[item.Name]; ok {
				return nil, fmt.Errorf("%s: the instance %s is in %s too; instances are told apart by name", set.File, item.Name, other)
			}
			where[item.Name] = set.File
			item.dir = s.dir
			optimum := 0.0
			if s.Best != nil {
				optimum = s.Best.Of(item, warn)
			}
			items = append(items, NewSetItem(item, filepath.Base(set.File), optimum))
		}
	}
	return items, nil
}

// SplitSources splits a list of heatmap sources. A comma separates two sources if
// what follows begins with the name of one, since sources may hold commas
// themselves, and is no part of the mix before it; a semicolon always does.
func SplitSources(list string, names []string) []string {
	var all []string
	for part := range strings.SplitSeq(list, ";") {
		fresh := true
		for piece := range strings.SplitSeq(part, ",") {
			trimmed := strings.TrimSpace(piece)
			name, _, _ := strings.Cut(trimmed, ":")
			switch known := slices.Contains(names, name); {
			case known && !fresh && mixed(all[len(all)-1], trimmed):
				all[len(all)-1] += "," + trimmed
			case fresh || known:
				all = append(all, trimmed)
			default:
				all[len(all)-1] += "," + piece
			}
			fresh = false
		}
	}
	return all
}

// mixed reports whether a mix goes on with a piece: one with a weight, unless that is all that
// the piece has, as tours:count=10.
func mixed(mix, piece string) bool {
	if !strings.HasPrefix(mix, "mix:") {
		return false
	}
	_, err := heatmap.Parse(mix + "," + piece)
	alone, errAlone := heatmap.Parse(piece)
	return err == nil && (errAlone != nil || len(alone.Files()) > 0)
}
