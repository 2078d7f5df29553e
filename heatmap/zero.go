package heatmap

// Zero returns the map of n cities that knows nothing: no entries, all
// probabilities 0. A search with it lives off its neighbours and its own experience.
func Zero(n int) *Map { return &Map{Source: "zero", Start: make([]int32, n+1)} }
