package tsp_test

import (
	"bytes"
	"encoding/gob"
	"math/rand/v2"
	"testing"

	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// every returns an instance of each kind that has something of its own to carry.
func every(t testing.TB) []*tsp.Instance {
	all := []*tsp.Instance{}
	for m := tsp.Euc2D; m.Dims() > 0; m++ {
		all = append(all, tsptest.Random(m, 12, uint64(m)))
	}
	fixed := tsptest.Random(tsp.Euc2D, 12, 1)
	w := make([]int32, 36)
	for i := range w {
		w[i] = int32(1 + (i/6*i%6)%7)
	}
	directed := tsptest.Must(tsp.NewDirected("d", 6, w))
	directed.Scale, directed.Unit = 10, "s"
	directed.IDs = []string{"a", "b", "c", "d", "e", "f"}
	graph := tsptest.Must(tsp.NewGraph("g", 5, [][2]int32{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}))
	closed := tsptest.Random(tsp.Exact2D, 9, 3)
	for _, err := range []error{fixed.SetFixed([][2]int32{{0, 1}, {3, 2}}), fixed.SetEnds(4, -1), closed.Forbid([][2]int32{{1, 2}}),
		directed.Forbid([][2]int32{{1, 2}}), directed.SetFixed([][2]int32{{5, 0}})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return append(all, fixed, directed, graph, closed)
}

// What travels is the same instance: its bytes, distances, bans and unit.
func TestEncode(t *testing.T) {
	for _, in := range every(t) {
		data := tsptest.Must(in.Encode())
		got, err := tsp.DecodeInstance(data)
		if err != nil {
			t.Fatalf("%v: %v", in.Metric, err)
		}
		if again := tsptest.Must(got.Encode()); !bytes.Equal(data, again) {
			t.Errorf("%v: %s is not written as it was read", in.Metric, in.Name)
		}
		for i := range int32(in.N()) {
			for j := range int32(in.N()) {
				if in.Dist(i, j) != got.Dist(i, j) || in.IsFixed(i, j) != got.IsFixed(i, j) {
					t.Fatalf("%v: %d-%d differs", in.Metric, i, j)
				}
			}
		}
		r := rand.New(rand.NewPCG(1, 2))
		for range 50 {
			if tour := tsptest.Tour(in, r); (in.Keeps(tour) == nil) != (got.Keeps(tour) == nil) {
				t.Fatalf("%v: %v keeps to what may be used in one of them", in.Metric, tour)
			}
		}
		if in.InUnit(100) != got.InUnit(100) || in.Unit != got.Unit || (in.Ends == nil) != (got.Ends == nil) || in.Directed != got.Directed {
			t.Errorf("%v: scale, unit, ends or directedness differ", in.Metric)
		}
	}
}

// TestDecodeLarge pins that a few bytes make no large instance, whatever they say.
func TestDecodeLarge(t *testing.T) {
	type wire struct {
		Metric tsp.Metric
		X, Y   []float64
		N      int
		Matrix []int32
		Scale  float64
		Graph  [][2]int32
	}
	for _, w := range []wire{
		{Metric: tsp.Graph, N: 1 << 24},
		{Metric: tsp.Graph, N: 1 << 20, Graph: [][2]int32{{0, 1}, {1, 2}, {2, 0}}},
		{Metric: tsp.Graph, N: 4, Graph: [][2]int32{{0, 1}, {1, 0}, {0, 1}, {2, 2}}},
		{Metric: tsp.Graph, N: -1 << 31},
		{Metric: tsp.Explicit, N: 1 << 20, Matrix: []int32{0}, Scale: 1},
		{Metric: tsp.Explicit, N: 1<<31 - 1, Scale: 1},
		{Metric: tsp.Explicit, N: 1 << 20, Scale: 1}, // of which the square is 0 in 32 bits
		{Metric: tsp.Euc2D, N: 1 << 20},
		{Metric: tsp.Euc2D, X: []float64{1, 2}, Y: []float64{1}, N: 1 << 20},
	} {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(w); err != nil {
			t.Fatal(err)
		}
		if in, err := tsp.DecodeInstance(b.Bytes()); err == nil {
			t.Errorf("%d bytes made an instance of %d cities", b.Len(), in.N())
		}
	}
}

// No bytes make DecodeInstance panic, or an instance that it would not write again.
func FuzzDecodeInstance(f *testing.F) {
	for _, in := range every(f) {
		f.Add(tsptest.Must(in.Encode()))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := tsp.DecodeInstance(data)
		if err != nil {
			return
		}
		if _, err := tsp.DecodeInstance(tsptest.Must(in.Encode())); err != nil {
			t.Errorf("an instance that was read is refused when written: %v", err)
		}
	})
}
