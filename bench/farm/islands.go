package farm

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tspmcts/tsp"
)

// islands are searches of the whole instance, each with a population of its own. After a round all
// begin with the best tours of all, which their populations are crossed with; the last round crosses them.
type islands struct {
	*solving
	instance string // digest of its blob
	best     []tsp.Tour
}

func (s *solving) newIslands() *islands { return &islands{solving: s} }

func (g *islands) tours() []tsp.Tour { return g.best }

func (g *islands) restore(tours []tsp.Tour) error {
	if g.round > 0 { // before, there is only what keeps the place
		g.best = tours
	}
	return nil
}

func (g *islands) searches(ctx context.Context, k int) ([]search, error) {
	if g.instance == "" {
		data, err := g.run.Item.Encode()
		if err != nil {
			return nil, err
		}
		if g.instance, err = g.blobs.putContent(ctx, "in", data); err != nil {
			return nil, err
		}
	}
	var initial []string
	for _, t := range g.best {
		sum, err := g.blobs.putContent(ctx, "tour", tourBytes(t))
		if err != nil {
			return nil, err
		}
		initial = append(initial, sum)
	}
	waves := (g.o.Islands + g.slots - 1) / g.slots // one after the other, where there are fewer slots
	var all []search
	for range g.o.Islands {
		q := search{Instance: g.instance, Initial: initial}
		if g.actions > 0 {
			q.Actions = max(1, g.actions/int64(g.o.Islands))
		} else {
			q.Time = max(time.Second, g.time/time.Duration(waves))
		}
		all = append(all, q)
	}
	return all, nil
}

// join keeps the best tours, each once.
func (g *islands) join(ctx context.Context, found []tsp.Tour) error {
	in := g.run.Item.Instance
	type measured struct {
		tour   tsp.Tour
		length int64
	}
	var all []measured
	for _, t := range append(found, g.best...) {
		if t == nil {
			continue
		}
		if err := in.Check(t); err != nil {
			g.warn("an island: %v", err)
			continue
		}
		all = append(all, measured{t, in.Length(t)})
	}
	slices.SortStableFunc(all, func(a, b measured) int {
		return cmp.Or(cmp.Compare(a.length, b.length), slices.Compare(a.tour, b.tour))
	})
	all = slices.CompactFunc(all, func(a, b measured) bool { return slices.Equal(a.tour, b.tour) })
	g.best = nil
	for _, m := range all[:min(len(all), g.o.Islands)] {
		g.best = append(g.best, m.tour)
	}
	return nil
}
