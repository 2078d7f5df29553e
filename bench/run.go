package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// Source makes heatmaps.
type Source struct {
	Name string // what records call it: the spec, or mcts.AutoHeatmap
	// Build makes the heatmap of an item; nil for mcts.AutoHeatmap.
	Build func(ctx context.Context, item *Item, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error)

	files   []string  // that Build reads, {} and {i} in their names
	digests *sync.Map // of those that were read, by name
}

// digest returns a short hash of the files that the item's heatmap is made from. It is empty where
// there are none or one cannot be read, which Check and Build tell.
func (s Source) digest(item *Item) string {
	if len(s.files) == 0 {
		return ""
	}
	h := fnv.New64a()
	for _, name := range s.files {
		file, err := item.File(name)
		if err != nil {
			return ""
		}
		sum, ok := s.digests.Load(file)
		if !ok {
			sum = fileDigest(file)
			s.digests.Store(file, sum)
		}
		if sum == "" {
			return ""
		}
		fmt.Fprintln(h, sum)
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// fileDigest returns a short hash of a regular file, empty where it cannot be read; others keep what
// is in them.
func fileDigest(name string) string {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := fnv.New64a()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return strconv.FormatUint(h.Sum64(), 16)
}

// Check returns an error where a file that the item's heatmap is made from is not there.
func (s Source) Check(item *Item) error {
	for _, name := range s.files {
		file, err := item.File(name)
		if err != nil {
			return err
		}
		if _, err := os.Stat(file); err != nil && file != "-" {
			return FileError(file, err)
		}
	}
	return nil
}

// Run is one search on one instance.
type Run struct {
	Item    *Item
	Optimum float64 // or the best known length, 0 for none
	Source  Source
	Knobs   *Knobs
	Budget  Budget
	Seed    uint64
	Workers int

	Bound   bool       // prove a lower bound first, and stop at a tour that meets it
	Initial []tsp.Tour // to start from
	Resume  *mcts.Checkpoint
	Save    *mcts.Saver // of checkpoints; nil: never

	built bool // the heatmap
}

// Unread reports whether the search ended before it had read the files of its heatmap.
func (r *Run) Unread() bool { return len(r.Source.files) > 0 && !r.built }

// Do searches and returns the record and the tour, checked. clock tells the time
// since the instance was in memory; observe may be nil. When ctx ends the record
// holds what was found until then.
func (r *Run) Do(ctx context.Context, clock func() time.Duration, observe func(mcts.Progress)) (*Record, tsp.Tour, error) {
	item, in := r.Item, r.Item.Instance
	var trace []Point
	o := mcts.Options{Preset: r.Knobs.Preset, Configure: r.Knobs.Config, Source: r.Source.Name, Build: r.build,
		Seed: r.Seed, Workers: r.Workers, Actions: r.Budget.Actions, Stall: r.Budget.Stall.Of(in.N()), Target: r.Budget.Target, Clock: clock,
		Time: mcts.Endless, Bound: r.Bound, Best: r.Optimum, Initial: r.Initial, Save: r.Save, Resume: r.Resume}
	if r.Budget.Time.Given() {
		o.Time = r.Budget.Time.Of(in.N())
	}
	o.Observe = func(p mcts.Progress) {
		if p.Better {
			trace = append(trace, Point{seconds(p.Elapsed.Seconds()), json.Number(LengthText(in, p.Length))})
		}
		if observe != nil {
			observe(p)
		}
	}
	if in.N() > mcts.ExactLimit && o.Time > time.Duration(in.N())*untilMemory {
		cfg, err := r.Knobs.Config(in.N(), r.Source.Name)
		if err == nil {
			err = CheckMemory(in, r.Workers, cfg.Candidates)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", item.Name, err)
		}
	}
	res, err := mcts.Solve(ctx, in, o)
	elapsed := clock().Seconds()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", item.Name, err)
	}
	return r.Record(res, elapsed, trace), res.Tour, nil
}

// Record returns the record of what the run found in so many seconds, by these improvements.
func (r *Run) Record(res *mcts.Result, elapsed float64, trace []Point) *Record {
	in := r.Item.Instance
	text := json.Number(LengthText(in, res.Value))
	if k := len(trace); k == 0 || trace[k-1].Length != json.Number(LengthText(in, in.InUnit(res.Length))) {
		trace = append(trace, Point{seconds(elapsed), text})
	} else {
		trace[k-1].Length = text
	}
	rec := &Record{Instance: r.Item.Name, N: in.N(), Metric: in.Metric.String(), Length: text, Unit: in.Unit,
		Seconds: seconds(elapsed), Seed: r.Seed, Workers: r.Workers, Stop: res.Stop, Heatmap: res.Source,
		Preset: res.Config.Preset, Actions: res.Actions, Work: res.Work, Config: &res.Config, Trace: trace, Visits: res.Visits}
	if bound := res.Bound; bound != nil {
		b := json.Number(LengthText(in, bound.Value()))
		rec.Bound = &b
		rec.BoundGap = GapOf(res.Value, bound.Value())
	}
	r.measure(rec, res.Value)
	return rec
}

// measure sets the optimum of a record of that length, and the gap.
func (r *Run) measure(rec *Record, length float64) {
	rec.Gap, rec.Optimum = GapOf(length, r.Optimum), known(r.Optimum)
}

// build makes the heatmap of a source, the run's own or the one that it stands for.
func (r *Run) build(ctx context.Context, in *tsp.Instance, spec string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
	source := r.Source
	if source.Build == nil {
		var err error
		if source, err = HeatmapSource(spec); err != nil {
			return nil, err
		}
	}
	item := *r.Item
	item.Instance = in
	m, err := source.Build(ctx, &item, nb, told)
	r.built = err == nil
	return m, err
}
