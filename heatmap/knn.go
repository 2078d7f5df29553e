package heatmap

import (
	"context"

	"tspmcts/tsp"
)

// KNN returns the map that believes the same of each city's k nearest: P_ij =
// 1/k where j is among them, made symmetric, and nothing of the others. The error is ctx's.
func KNN(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, k int) (*Map, error) {
	k = min(k, nb.K)
	return symmetric(ctx, "knn", in.N(), func(i int32, add func(int32, float32)) {
		for _, j := range nb.Of(i)[:k] {
			add(j, 1/float32(k))
		}
	})
}

func buildKNN(ctx context.Context, s *Source, r Request) (*Map, error) {
	k := int(s.Number("k", 5))
	nb, err := r.Nearest(ctx, k)
	if err != nil {
		return nil, err
	}
	return KNN(ctx, r.Instance, nb, k)
}
