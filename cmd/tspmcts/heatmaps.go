package main

import (
	"context"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// heatmapSource makes heatmaps. The only error of build is ctx's.
type heatmapSource struct {
	name, usage string
	build       func(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, ranks heatmap.Ranks) (*heatmap.Map, error)
}

const defaultHeatmap = "gtprior"

var heatmapSources = []heatmapSource{
	{"gtprior", "by the rank of a neighbour", func(_ context.Context, in *tsp.Instance, nb *tsp.Neighbors, ranks heatmap.Ranks) (*heatmap.Map, error) {
		if ranks == nil {
			ranks = heatmap.PublishedRanks(in.N())
		}
		return heatmap.GTPrior(in, nb, ranks), nil
	}},
	{"zero", "nothing", func(_ context.Context, in *tsp.Instance, _ *tsp.Neighbors, _ heatmap.Ranks) (*heatmap.Map, error) {
		return heatmap.Zero(in.N()), nil
	}},
}

// heatmapNames lists the sources, with what their maps know where told is set.
func heatmapNames(told bool) string {
	var names []string
	for _, s := range heatmapSources {
		if told {
			names = append(names, s.name+" ("+s.usage+")")
		} else {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, ", ")
}

func heatmapFlags() []cli.Flag {
	return []cli.Flag{
		option(catSearch, "heatmap", "`SOURCE` of what is believed about edges at first: "+heatmapNames(true)+" (default: "+defaultHeatmap+")"),
		option(catSearch, "ranks", "take gtprior's table from `FILE`: the shares of edges to the nearest city, the second nearest, ..."),
	}
}

// chosenHeatmap is a source with what the user gave it.
type chosenHeatmap struct {
	heatmapSource
	ranks heatmap.Ranks
}

func heatmapOf(c *cli.Context) (*chosenHeatmap, error) {
	name := c.String("heatmap")
	if name == "" {
		name = defaultHeatmap
	}
	h := &chosenHeatmap{}
	for _, s := range heatmapSources {
		if s.name == name {
			h.heatmapSource = s
		}
	}
	if h.name == "" {
		return nil, usagef("%s is %q, want one of %s", flagged("heatmap"), name, heatmapNames(false))
	}
	file := c.String("ranks")
	if file == "" {
		return h, nil
	}
	if h.name != "gtprior" {
		return nil, usagef("%s is for --heatmap gtprior, not %s", flagged("ranks"), h.name)
	}
	f, err := bench.OpenFile(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h.ranks, err = heatmap.ReadRanks(f, file)
	return h, err
}

// prepare finds neighbours and makes the heatmap. Where ctx ends before they
// are there, the problem comes without them.
func (h *chosenHeatmap) prepare(ctx context.Context, item *bench.Item, cfg mcts.Config) (*mcts.Problem, error) {
	in := item.Instance
	p := &mcts.Problem{Instance: in}
	nb, err := tsp.NearestNeighbors(ctx, in, mcts.NeedNeighbors(cfg))
	if err == nil {
		p.Neighbors = nb
		p.Heatmap, err = h.build(ctx, in, nb, h.ranks)
	}
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	return p, nil
}

// source returns h as a run wants it.
func (h *chosenHeatmap) source() bench.Source { return bench.Source{Name: h.name, Prepare: h.prepare} }
