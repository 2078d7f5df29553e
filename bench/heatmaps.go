package bench

import (
	"context"
	"io"
	"strings"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/mcts/kick"
	"tspmcts/tsp"
	"tspmcts/tsplib"
)

// HeatmapSource returns the source of the spec (heatmap.Parse). In the name of a
// file that it reads, {} stands for the instance.
func HeatmapSource(spec string) (Source, error) {
	if spec == mcts.AutoHeatmap {
		return Source{Name: spec}, nil
	}
	s, err := heatmap.Parse(spec)
	if err != nil {
		return Source{}, err
	}
	return Source{Name: spec, Build: func(ctx context.Context, item *Item, nb *tsp.Neighbors) (*heatmap.Map, error) {
		return BuildHeatmap(ctx, s, item, nb, 1)
	}}, nil
}

// BuildHeatmap makes a map for an item: it gives the source what package heatmap
// cannot reach, files and quick tours. nb may be nil.
func BuildHeatmap(ctx context.Context, s *heatmap.Source, item *Item, nb *tsp.Neighbors, seed uint64) (*heatmap.Map, error) {
	index := item.Index
	if strings.Contains(s.String(), "{}") {
		index = 0 // each instance has a file of its own
	}
	return s.Build(ctx, heatmap.Request{
		Instance:  item.Instance,
		Neighbors: nb,
		Index:     index,
		Open: func(name string) (io.ReadCloser, error) {
			return OpenFile(strings.ReplaceAll(name, "{}", item.Name))
		},
		Tours: func(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int) ([]tsp.Tour, error) {
			return kick.Optima(ctx, in, nb, count, seed)
		},
		ReadTours: tsplib.ReadTours,
	})
}
