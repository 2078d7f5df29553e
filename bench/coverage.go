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

// Coverage returns the length of the tour over that of the best tour that was found
// in the graph of each city's k most probable: 1 where the graph holds a tour as
// short, 0 where none was found. Where the graph has all of the tour's edges that is 1
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
	}
	share := 1.0
	missing := 0
	longest := int64(1)
	for at, i := range tour {
		j := tour[(at+1)%n]
		if i != j && !graph[i][j] && !in.IsFixed(i, j) {
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
	// An edge outside must cost more than a whole tour inside can save: in units
	// coarse enough that a tour stays below MaxDist/2.
	shift := 0
	for longest>>shift > tsp.MaxDist/4/int64(n) && shift < 30 {
		shift++
	}
	outside := int32(tsp.MaxDist - 1)
	w := make([]int32, n*n)
	for i := range w {
		w[i] = outside
	}
	for i := range int32(n) {
		w[int(i)*n+int(i)] = 0
		for j := range graph[i] {
			w[int(i)*n+int(j)] = in.Dist(i, j) >> shift
		}
		if a, b := in.FixedPartners(i); a >= 0 {
			w[int(i)*n+int(a)] = in.Dist(i, a) >> shift
			if b >= 0 {
				w[int(i)*n+int(b)] = in.Dist(i, b) >> shift
			}
		}
	}
	inside, err := tsp.NewMatrix(in.Name, n, w)
	if err != nil {
		return nil, err
	}
	if err := inside.SetFixed(slices.Clone(in.Fixed)); err != nil {
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
	if res.Length >= int64(outside) {
		share = 0
	} else {
		share = in.Value(tour) / in.Value(res.Tour)
	}
	return &share, nil
}
