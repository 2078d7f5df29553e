package mcts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts/meter"
	"tspmcts/mcts/prepare"
	"tspmcts/mcts/stage"
	"tspmcts/tsp"
)

// Errors that errors.Is finds in what Solve returns.
var (
	ErrCheckpoint = stage.ErrCheckpoint
	ErrHeatmap    = prepare.ErrHeatmap
	ErrInitial    = errors.New("the initial tour does not fit the instance")
)

var errNoCity = errors.New("there is no instance, want one with at least one city")

// Endless, as the time of Options, is no limit.
const Endless = time.Duration(math.MaxInt64)

// defaultTime is how long a search lasts where nothing ends it.
const defaultTime = 10 * time.Second

// Options say how to search. The zero Options are the default preset, on all
// cores, for ten seconds.
type Options struct {
	// Preset names the knobs to search with (Presets); "" is "default".
	Preset string
	// Configure, if not nil, returns the knobs instead, for n cities and a heatmap
	// of that source: what Preset returns, with changes.
	Configure func(n int, source string) (Config, error)

	// Source is the spec of what is believed about edges at first (heatmap.Parse);
	// "" or "auto" is what suits the preset, the size and the time (DefaultHeatmap); where a search
	// goes on that had either, the same again.
	Source string
	// Build, if not nil, makes the map of a source, of the neighbours given or more, and passes
	// told on (heatmap.Request). nil: sources that read files open them by name, but for tours:FILE,
	// which is an error, and tours without files has quick local optima. The instance is Solve's, or
	// one of its places (tsp.Places) where cities share them, or are many, and the source reads no
	// files.
	Build func(ctx context.Context, in *tsp.Instance, source string, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error)
	// Heatmap is a map that is there already; it takes the place of Source.
	Heatmap *heatmap.Map

	Seed    uint64
	Workers int // cores that are used, in every phase; 0 for all

	// The first of these that is reached ends the search, as does the context; where
	// none is given it lasts ten seconds.
	Time    time.Duration        // for everything, from the call on; Endless for no limit
	Actions int64                // of all workers; with this limit alone the tour depends on nothing but seed and workers
	Stall   time.Duration        // without a better tour, from the first local optimum on; a step that is under way is finished
	Target  float64              // a length in the instance's unit
	Clock   func() time.Duration // the time since the budget began to count; nil: from the call on

	Bound   bool       // prove a lower bound first, in the first fifth of the time, and stop at a tour that meets it
	Best    float64    // best known length, for the gaps that Observe is told; 0 for none
	Initial []tsp.Tour // to start from; the answer is never longer than the best of them

	// Observe, if not nil, is told how the search goes, of every better tour at once and else some
	// times a second, by one goroutine at a time. It must return, and quickly: it may be called by any
	// goroutine of the search, and a panic in it ends the program.
	Observe func(Progress)

	// Onward, if not nil, is what others have learnt that brought the only tour of Initial to
	// where it is: regions of it are visited at once, whatever the knob whole says, and no other
	// first tour is made.
	Onward *Learnt

	Save *Saver // of checkpoints; nil: none

	// Resume is what to go on from, of the same instance, knobs, heatmap, initial tours, seed and
	// workers. It is used up: another search is given one that was decoded anew.
	Resume *Checkpoint
}

// Progress is what an observer is told: a better tour, or that time passes. One that takes edges that
// may not be used is no tour, but in a Graph, where the length is the number of such steps.
type Progress struct {
	Tour    tsp.Tour      // the best so far, valid during the call; nil while there is none
	Length  float64       // of it, in the instance's unit; under an exact metric of distances rounded to core units; +Inf while there is none
	Gap     float64       // of it, in percent over Options.Best, or over the bound; NaN where there is neither, or no tour
	Bound   float64       // that no tour is below, in the instance's unit; 0 where none was asked for or found, or while there is no tour
	Elapsed time.Duration // on the clock
	Actions int64         // so far, all workers
	Better  bool          // the tour is new
	Work    []Work        // what was done so far, but for what is under way

	// Stage is what the search is at, for people: "" before it begins, preparing; then simulating, in
	// the paper's search, or descending; then, in turns, kicking, visiting regions, mending at large,
	// building tours, recombining and crossing the best, or, without a population, kicking and joining.
	// Package stage tells of each.
	Stage string

	// Regions are the cities of each region that is worked on, valid during the call; nil where
	// that is the whole, and where the search is of another instance than the one given: a path, a
	// directed one.
	Regions [][]int32
}

// Saver is given checkpoints. What it is given goes on changing when Save has returned. The last one
// comes at the end of the search, unless that is in the middle of a step and there is a budget of
// actions: the one before is of between two steps, and ends with the same tour.
type Saver struct {
	Save  func(*Checkpoint)
	Every time.Duration // between two; 0 for five seconds, and longer where one takes a fiftieth of that
}

// Between two checkpoints there are so many seconds, and so many times as much as one takes: the
// workers wait for it.
const (
	saveEvery = 5 * time.Second
	saveShare = 50
)

// validate returns every violation.
func (o *Options) validate(in *tsp.Instance) error {
	var errs []error
	if o.Workers < 0 {
		errs = append(errs, fmt.Errorf("%d workers, want 1 or more, or 0 for all cores", o.Workers))
	}
	if !(o.Target >= 0 && o.Best >= 0) {
		errs = append(errs, fmt.Errorf("target %v, best %v: want lengths, or 0 for none", o.Target, o.Best))
	}
	errs = append(errs, o.budget(in).Validate())
	for i, t := range o.Initial {
		if err := in.Check(t); err != nil {
			errs = append(errs, fmt.Errorf("%w: number %d: %w", ErrInitial, i+1, err))
		}
	}
	if o.Onward != nil && (len(o.Initial) != 1 || o.Onward.Tours < 0) {
		errs = append(errs, errors.New("option Onward needs one tour in Initial, and populations of 0 tours or more"))
	}
	if o.Save != nil && (o.Save.Save == nil || o.Save.Every < 0) {
		errs = append(errs, errors.New("a Saver needs Save, and Every may not be negative"))
	}
	return errors.Join(errs...)
}

// validateMap returns what is wrong with the heatmap given for in.
func (o *Options) validateMap(in *tsp.Instance) error {
	if o.Heatmap == nil {
		return nil
	}
	if err := o.Heatmap.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrHeatmap, err)
	}
	return prepare.Fits(o.Heatmap, in)
}

// budget returns the budget of the search.
func (o *Options) budget(in *tsp.Instance) meter.Budget {
	b := meter.Budget{Time: o.Time, Actions: o.Actions, Stall: o.Stall, Clock: o.Clock}
	if o.Target > 0 {
		target := o.Target * in.Scale
		if in.Exact() {
			target = math.Ceil(target + float64(in.N())/2) // each distance is rounded: see searching.reached
		} else {
			target = math.Floor(target + 1e-6) // of decimal fractions, which a float64 may hold from below
		}
		b.Target = int64(min(target, math.MaxInt64/2)) + in.Offset()
	}
	switch {
	case b.Time == Endless:
		b.Time = 0
	case b.Time == 0 && b.Actions == 0 && b.Stall == 0 && b.Target == 0:
		b.Time = defaultTime
	}
	if b.Clock == nil {
		start := time.Now()
		b.Clock = func() time.Duration { return time.Since(start) }
	}
	return b
}

// workers returns how many there are.
func (o *Options) workers() int {
	if o.Workers == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Workers
}

// source returns the spec of the heatmap.
func (o *Options) source(in *tsp.Instance, limit time.Duration) string {
	switch {
	case o.Heatmap != nil:
		return o.Heatmap.Source
	case o.Source != "" && o.Source != AutoHeatmap:
		return o.Source
	case o.Resume != nil && slices.Contains(autoHeatmaps, o.Resume.Of.Source): // another budget may choose another
		return o.Resume.Of.Source
	}
	return DefaultHeatmapOf(o.preset(), in, limit, o.workers())
}

func (o *Options) preset() string {
	if o.Preset == "" {
		return "default"
	}
	return o.Preset
}

// configure returns the knobs.
func (o *Options) configure(n int, source string) (Config, error) {
	configure := o.Configure
	if configure == nil {
		configure = func(n int, source string) (Config, error) { return Preset(o.preset(), n, source) }
	}
	cfg, err := configure(n, source)
	if err == nil {
		err = cfg.Validate()
	}
	return cfg, err
}

// problem returns what is to be prepared for a search of in, which stands for the instance given as
// places and sym do.
func (o *Options) problem(in *tsp.Instance, places *tsp.Places, sym *tsp.Symmetric, cfg Config, source string) prepare.Problem {
	knobs, _ := json.Marshal(cfg)
	return prepare.Problem{
		Task: stage.Task{In: in, Symmetric: sym, Heatmap: o.Heatmap, Config: cfg.stages(), Knobs: string(knobs),
			Seed: o.Seed, Workers: o.workers(), Initial: o.Initial, Onward: o.Onward},
		Places: places, Source: source, Build: o.Build, Most: cfg.Candidates, Resume: o.Resume}
}
