package bench

import (
	"fmt"

	"tspmcts/tsp"
)

// What a search takes at least, in bytes: neighbours, heatmap, candidates and
// tours a city, and what each worker has of its own: a low estimate, after two
// searches of 100,000 cities (98.6 MB with 1 worker, 120 MB with 16).
const (
	bytesPerCity   = 700
	bytesPerWorker = 14 // and city
)

// CheckMemory returns an error when a search of in cannot fit the memory that
// this process may have, where the system tells how much that is.
func CheckMemory(in *tsp.Instance, workers int) error {
	needed := int64(in.N()) * int64(bytesPerCity+bytesPerWorker*workers)
	left, ok := memoryLeft()
	if !ok || needed <= left {
		return nil
	}
	const mega = 1 << 20
	return fmt.Errorf("a search of %d cities with %d workers needs about %d MB of memory, but there are %d MB; raise the limit, or give fewer --workers or a smaller instance",
		in.N(), workers, needed/mega, left/mega)
}

// UsefulWorkers returns a number of workers above which more of them have too few
// of n cities to themselves. One case is known: 1000 workers on 400 cities end 7 %
// longer than 64.
func UsefulWorkers(n int) int { return max(16, n/6) }
