package mcts

import (
	"strings"
	"time"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// Presets lists the names that Preset takes.
var Presets = []string{"default", "paper", "paper-tuned", "paper-default"}

// TunedPresets lists those that command tune has a say in; the others stay as
// published.
var TunedPresets = []string{"default", "paper-tuned"}

// AutoHeatmap, as a source, is what suits preset, size and time best (DefaultHeatmap).
const AutoHeatmap = "auto"

// autoHeatmaps are the sources that it may be.
var autoHeatmaps = []string{"alpha", "gtprior"}

// Preset returns the knobs of that name for an instance of n cities and a heatmap of
// the given source, its spec or its kind. "paper" is the paper's search with the knobs
// that its authors tuned for the source and the nearest size (those of gtprior for
// sources that they do not have); "paper-default" the same search with their defaults;
// "paper-tuned" that of "paper" with the knobs that command tune found for the source
// and sizes near n, where it was run.
func Preset(name string, n int, source string) (Config, error) {
	source = SourceKind(source)
	c, err := untuned(name, n, source)
	if err != nil {
		return Config{}, err
	}
	if row, ok := nearestTuned(name, source, n); ok && ratio(row.N, n) < reach {
		err = row.apply(&c)
	}
	return c, err
}

// reach is how many times larger or smaller than those that a row was tuned on an
// instance may be to get it: half a decade. The authors' knobs reach everywhere.
const reach = 3.2

// SourceKind returns the kind of source that a spec names, such as softdist of
// softdist:tau=0.005: what presets go by.
func SourceKind(spec string) string {
	kind, _, _ := strings.Cut(spec, ":")
	return kind
}

// DefaultHeatmap names the heatmap source that suits a preset best: alpha for
// "default", where the time allows (0: no limit), otherwise gtprior. The ascent takes
// about 12 microseconds a city, and the first tour follows it; with less than twice or
// three times as much for everything, seven nearest neighbours are there sooner.
func DefaultHeatmap(preset string, n int, limit time.Duration) string {
	if preset == "default" && (limit == 0 || limit >= time.Duration(n)*30*time.Microsecond) {
		return "alpha"
	}
	return "gtprior"
}

// DefaultHeatmapOf is the same for an instance and a number of workers. Of a matrix the ascent looks
// at all edges: 10,000 cities take it 1.3 s. Of a directed one the cities are those of the pairs, twice
// as many. By parts it goes on on all cores, and its tours are there meanwhile: half the time
// will do. Two workers have a million uniform cities at 0.8 % over the optimum after 15 s, with
// gtprior at 1.0; clustered ones are as good with either. Paths, and places with forbidden edges,
// want all of it: 100,000 uniform cities with --path end at 229.1 million after 2 s with gtprior, at
// 227.6 with alpha, but clustered ones at 107.0 and 108.4, and after 3 s at 106.5 and 106.0.
func DefaultHeatmapOf(preset string, in *tsp.Instance, limit time.Duration, workers int) string {
	tour := in.Ends == nil && !in.Forbids()
	if base := in.Base(); base != nil {
		in, tour = base, false
	}
	n := in.N()
	switch {
	case in.Directed || in.Metric != tsp.Explicit && in.Metric.Dims() == 0:
		n = max(n, n*n/500)
	case in.Metric == tsp.Explicit:
		n = max(n, n*n/800)
	case heatmap.ByParts(in) && tour && workers > 1:
		n /= 2
	}
	return DefaultHeatmap(preset, n, limit)
}
