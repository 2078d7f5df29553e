package bench

import (
	"context"
	"io"
	"strconv"
	"strings"
	"sync"

	"tspmcts/heatmap"
	_ "tspmcts/heatmap/learned" // the source learned
	_ "tspmcts/heatmap/mapfile" // the source file
	"tspmcts/mcts"
	"tspmcts/mcts/kick"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// HeatmapSource returns the source of the spec (heatmap.Parse). In the name of a
// file that it reads, {} stands for the instance and {i} for its place in its data set.
func HeatmapSource(spec string) (Source, error) {
	if spec == mcts.AutoHeatmap {
		return Source{Name: spec}, nil
	}
	s, err := heatmap.Parse(spec)
	if err != nil {
		return Source{}, err
	}
	return Source{Name: spec, files: s.Files(), digests: &sync.Map{}, Build: func(ctx context.Context, item *Item, nb *tsp.Neighbors, told heatmap.Told) (*heatmap.Map, error) {
		return BuildHeatmap(ctx, s, item, nb, told, 1)
	}}, nil
}

// PerInstance reports whether each instance has a file of its own under a name: one with {} or {i}
// in it.
func PerInstance(name string) bool {
	return strings.Contains(name, "{}") || strings.Contains(name, "{i}")
}

// File returns the item's file, to read or to write, of a name in which {} stands for the instance,
// _ for what no name of a file may hold, and {i} for its Index. An instance that is in no data set
// has none of the latter: files of several would be the same.
func (item *Item) File(name string) (string, error) {
	if item.Single && strings.Contains(name, "{i}") {
		return "", Misusef("%s: {i} in %s stands for a place in a data set, but %s is in none; write {}, for its name", item.Name, name, item.Name)
	}
	safe := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:`, r) {
			return '_'
		}
		return r
	}, item.Name)
	name = strings.NewReplacer("{}", safe, "{i}", strconv.Itoa(item.Index)).Replace(name)
	if item.dir != "" && name != "-" {
		name = within(item.dir, name)
	}
	return name, nil
}

// BuildHeatmap makes a map for an item: it gives the source what package heatmap
// cannot reach, files and quick tours. nb and told may be nil.
func BuildHeatmap(ctx context.Context, s *heatmap.Source, item *Item, nb *tsp.Neighbors, told heatmap.Told, seed uint64) (*heatmap.Map, error) {
	index := item.Index
	if PerInstance(s.String()) {
		index = 0
	}
	return s.Build(ctx, heatmap.Request{
		Instance:  item.Instance,
		Neighbors: nb,
		Index:     index,
		Told:      told,
		Warn:      item.Warn,
		Open: func(name string) (io.ReadCloser, error) {
			file, err := item.File(name)
			if err != nil {
				return nil, err
			}
			return OpenFile(file)
		},
		Tours: func(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int) ([]tsp.Tour, error) {
			return kick.Optima(ctx, in, nb, count, seed)
		},
		ReadTours: tsplib.ReadTours,
	})
}
