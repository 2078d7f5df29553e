package bench

import (
	"context"
	"slices"

	"tspmcts/heatmap"
	"tspmcts/mcts"
	"tspmcts/tsp"
)

// largestCovered is the number of cities up to which Coverage searches for a tour: it
// takes a matrix.
const largestCovered = 5000

// outside is the length of an edge that the graph of Coverage lacks.
const outside = tsp.MaxDist - 1

// Coverage returns the length of the tour over that of the best tour that was found
// in the graph of each city's k most probable, and of the fixed edges: 1 where the graph holds a
// tour as short, 0 where none was found. Where the graph has all of the tour's edges that is 1
// without a search; otherwise a search runs on a matrix in which all other edges are
// longer than any tour, from the given tour on, for 100 actions a city. It is nil where
// nobody looked: for k = 0, and for more than 5000 cities.
func Coverage(ctx context.Context, in *tsp.Instance, m *heatmap.Map, tour tsp.Tour, k int) (*float64, error) {
	n := in.N()
	if k == 0 {
		return nil, nil
	}
	graph := make([]map[int32]bool, n)
	for i := range graph {
		graph[i] = map[int32]bool{}
	}
	for i := range int32(n) {
		cities, _ := m.Of(i)
		for _, j := range cities[:min(k, len(cities))] {
			graph[i][j], graph[j][i] = true, true
		}
		a, b := in.FixedPartners(i)
		for _, j := range [2]int32{a, b} {
			if j >= 0 {
				graph[i][j] = true
			}
		}
	}
	share := 1.0
	missing := 0
	longest := int64(1)
	for at, i := range tour {
		j := tour[(at+1)%n]
		if i != j && !graph[i][j] {
			missing++
		}
	}
	if missing == 0 || n <= 3 {
		return &share, nil
	}
	for i := range int32(n) {
		if len(graph[i]) < 2 { // no tour passes here
			share = 0
			return &share, nil
		}
		for j := range graph[i] {
			longest = max(longest, int64(in.Dist(i, j)))
		}
	}
	if n > largestCovered {
		return nil, nil
	}
	inside, err := onlyInside(in, graph, longest)
	if err != nil {
		return nil, err
	}
	res, err := mcts.Solve(ctx, inside, mcts.Options{Heatmap: m, Seed: 1, Workers: 1, Actions: int64(100 * n), Initial: []tsp.Tour{tour},
		Configure: func(n int, source string) (mcts.Config, error) {
			cfg, err := mcts.Preset("default", n, "gtprior")
			cfg.Candidates, cfg.Order = max(10, k), "distance"
			return cfg, err
		}})
	if err != nil {
		return nil, err
	}
	if res.Length >= outside {
		share = 0
	} else {
		share = in.Value(tour) / in.Value(res.Tour)
	}
	return &share, nil
}

// onlyInside returns in as a matrix in which an edge outside of the graph, whose longest
// edge is given, costs more than a whole tour inside can save: its units are coarse enough
// that a tour stays below MaxDist/2.
func onlyInside(in *tsp.Instance, graph []map[int32]bool, longest int64) (*tsp.Instance, error) {
	n := in.N()
	shift := 0
	for longest>>shift > tsp.MaxDist/4/int64(n) && shift < 30 {
		shift++
	}
	w := make([]int32, n*n)
	for i := range w {
		w[i] = outside
	}
	for i := range int32(n) {
		row := w[int(i)*n:][:n]
		row[i] = 0
		for j := range graph[i] {
			row[j] = in.Dist(i, j) >> shift
		}
	}
	inside, err := tsp.NewMatrix(in.Name, n, w)
	if err != nil {
		return nil, err
	}
	return inside, inside.SetFixed(slices.Clone(in.Fixed))
}
