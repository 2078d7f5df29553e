package tsp

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Neighbors holds K near other cities of each city, the nearest first:
// [NearestNeighbors] says which.
type Neighbors struct {
	K    int
	Flat []int32 // n*K
}

// Of returns the neighbours of city i. It must not be changed.
func (nb *Neighbors) Of(i int32) []int32 {
	return nb.Flat[int(i)*nb.K : int(i)*nb.K+nb.K : int(i)*nb.K+nb.K]
}

// NearestNeighbors returns the k nearest other cities of each city of in, fewer
// where in has at most k cities. For every metric that files name it is exact:
// Flat is what sorting all other cities by ([Instance.Dist], id) would give, of
// a Sub by id in the whole where that has no coordinates. Cities in one place
// are neighbours of each other.
//
// Others are exact but for this. Of a [Graph] the cities that are linked come
// first, then not those of least id but some that two links lead to, or any. The
// city more that a path may take ([Symmetric]) is the last of all rows, however far, and
// has any itself. Of directed distances a row holds neither the city's other half
// nor what is apart ([Instance.Apart]), and all are shorter where so few are left.
//
// It runs on as many cores as ctx allows ([WithWorkers]), in about n log n + nk
// time, but n^2 for an Explicit instance and directed distances, which is the size
// of their matrix; nearest.go tells how. The only error is ctx's, and it comes
// within some milliseconds of the cancellation.
func NearestNeighbors(ctx context.Context, in *Instance, k int) (*Neighbors, error) {
	return nearest(ctx, in, nil, k, 1, nil)
}

// NearestByParts is NearestNeighbors in so many parts, 1 or more, the first small and the last
// large. After each told, which is not nil, is told that the rows of all cities below known are
// there. Where cities are numbered along a curve (see [NewPlaces]) these are about as many as were
// found, else hardly any before the last part. The rows depend on in and k alone.
func NearestByParts(ctx context.Context, in *Instance, k, parts int, told func(nb *Neighbors, known int32)) (*Neighbors, error) {
	nb, err := nearest(ctx, in, nil, k, parts, told)
	if err == nil {
		told(nb, int32(in.N()))
	}
	return nb, err
}

// NearestAmong is NearestNeighbors among the given cities only, which ascend: row
// r of the result belongs to cities[r], its entries are cities of the instance.
func NearestAmong(ctx context.Context, in *Instance, cities []int32, k int) (*Neighbors, error) {
	return nearest(ctx, in, cities, k, 1, nil)
}

// nearest is NearestNeighbors among the given cities only, which ascend; nil means all. Row r of the
// result belongs to cities[r], its entries are city ids. told is told of the parts but the last.
func nearest(ctx context.Context, in *Instance, cities []int32, k, parts int, told func(nb *Neighbors, known int32)) (*Neighbors, error) {
	n := len(cities)
	if cities == nil {
		n = in.N()
	}
	k = max(0, min(k, n-1))
	nb := &Neighbors{K: k, Flat: make([]int32, n*k)}
	if k == 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nb, nil
	}
	if in.rows != nil {
		return nearestInPart(ctx, in, cities, k)
	}
	if in.Metric >= metrics {
		return nearestDerived(ctx, in, cities, k, parts, told)
	}
	if in.Metric == Explicit {
		if err := nearestInRows(ctx, in, cities, nb); err != nil {
			return nil, err
		}
		return nb, nil
	}
	ix := newIndex(in, cities, k)
	for _, step := range []func(context.Context) error{ix.merge, ix.lift, ix.split, func(ctx context.Context) error { return ix.query(ctx, nb, parts, told) }} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return nb, nil
}

// nearestInPart is nearest for a Sub of an instance without coordinates: by the cities of the
// whole, whose rows, halves and links it shares, and whose ids decide ties.
func nearestInPart(ctx context.Context, in *Instance, cities []int32, k int) (*Neighbors, error) {
	all := cities
	if cities == nil {
		all = make([]int32, in.N())
		for i := range all {
			all[i] = int32(i)
		}
	}
	rows := make([]uint64, len(all)) // city of the whole, and row of the result
	for r, c := range all {
		rows[r] = uint64(in.rows[c])<<32 | uint64(r)
	}
	slices.Sort(rows)
	of := make([]int32, len(rows))
	for i, x := range rows {
		of[i] = int32(x >> 32)
	}
	found, err := nearest(ctx, in.whole, of, k, 1, nil)
	if err != nil {
		return nil, err
	}
	nb := &Neighbors{K: found.K, Flat: make([]int32, len(found.Flat))}
	for i, x := range rows {
		row := nb.Of(int32(uint32(x)))
		for t, c := range found.Of(int32(i)) {
			at, _ := slices.BinarySearch(of, c)
			row[t] = all[uint32(rows[at])]
		}
	}
	return nb, nil
}

// nearestInRows selects the neighbours from the rows of the matrix.
func nearestInRows(ctx context.Context, in *Instance, cities []int32, nb *Neighbors) error {
	n, k := in.N(), nb.K
	rows := len(nb.Flat) / k
	const batch = 16
	return Parallel(ctx, (rows+batch-1)/batch, func() func(int) {
		best := newTop(k)
		return func(b int) {
			for r := b * batch; r < min(rows, (b+1)*batch); r++ {
				i := r
				if cities != nil {
					i = int(cities[r])
				}
				row := in.Matrix[i*n : i*n+n]
				best.reset()
				if cities == nil {
					for j, d := range row {
						if key := pack(d, int32(j)); key < best.worst && j != i {
							best.push(key)
						}
					}
				} else {
					for _, j := range cities {
						if key := pack(row[j], j); key < best.worst && int(j) != i {
							best.push(key)
						}
					}
				}
				for t, key := range best.sorted() {
					nb.Flat[r*k+t] = int32(uint32(key))
				}
			}
		}
	})
}

// workersKey is of the contexts that WithWorkers returns.
type workersKey struct{}

// WithWorkers returns a context under which the functions that take one, in this
// package and those below it, use so many cores instead of all.
func WithWorkers(ctx context.Context, workers int) context.Context {
	return context.WithValue(ctx, workersKey{}, workers)
}

// Workers returns how many cores may be used under ctx.
func Workers(ctx context.Context) int {
	if workers, ok := ctx.Value(workersKey{}).(int); ok {
		return workers
	}
	return runtime.GOMAXPROCS(0)
}

// Parallel calls fn(0) to fn(tasks-1) on as many cores as ctx allows, each with an fn of
// its own from worker, and stops early with ctx's error.
func Parallel(ctx context.Context, tasks int, worker func() func(int)) error {
	workers := min(Workers(ctx), tasks)
	var next atomic.Int64
	run := func() {
		fn := worker()
		for ctx.Err() == nil {
			t := int(next.Add(1)) - 1
			if t >= tasks {
				return
			}
			fn(t)
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(run)
	}
	run()
	wg.Wait()
	return ctx.Err()
}

// pack joins a distance and an id so that the order of the result is the order
// by distance, ties by id.
func pack(d, id int32) uint64 { return uint64(uint32(d))<<32 | uint64(uint32(id)) }

// top keeps the m smallest of the keys that it is given.
type top struct {
	m     int
	buf   []uint64
	worst uint64 // a key must be below to be among the m smallest
	small bool   // buf is kept sorted; otherwise it is cut to m when it holds 2m
}

// smallTop is the size up to which inserting into a sorted list beats selecting.
const smallTop = 48

func newTop(m int) *top {
	t := &top{m: m, small: m <= smallTop}
	if t.small {
		t.buf = make([]uint64, 0, m)
	} else {
		t.buf = make([]uint64, 0, 2*m)
	}
	t.reset()
	return t
}

func (t *top) reset() { t.buf, t.worst = t.buf[:0], math.MaxUint64 }

// push adds a key below worst.
func (t *top) push(key uint64) {
	if !t.small {
		t.buf = append(t.buf, key)
		if len(t.buf) == 2*t.m {
			t.cut()
		}
		return
	}
	if len(t.buf) < t.m {
		t.buf = append(t.buf, key)
	}
	i := len(t.buf) - 1
	for i > 0 && t.buf[i-1] > key {
		t.buf[i] = t.buf[i-1]
		i--
	}
	t.buf[i] = key
	if len(t.buf) == t.m {
		t.worst = t.buf[t.m-1]
	}
}

// sorted returns the kept keys in ascending order.
func (t *top) sorted() []uint64 {
	if !t.small {
		t.cut()
		slices.Sort(t.buf)
	}
	return t.buf
}

// cut drops all but the m smallest keys.
func (t *top) cut() {
	if t.small || len(t.buf) < t.m {
		return
	}
	selectKey(t.buf, t.m-1)
	t.buf = t.buf[:t.m]
	t.worst = t.buf[t.m-1]
}
