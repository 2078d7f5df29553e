// Package tsptest helps tests: it finds the public instances, where they are
// there, and makes instances of every kind that the solver treats differently.
//
//	file := tsptest.Open(t, filepath.Join(tsptest.Data(t), "tsplib", "pcb442.tsp"))
//	in := tsptest.Random(tsp.Euc2D, 200, 1) // uniform, of seed 1
//
// What it makes depends on its arguments alone, and golden files rest on it.
package tsptest

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"tspmcts/tsp"
)

// DataEnv names the environment variable that holds the directory of public instances.
const DataEnv = "TSPMCTS_TEST_DATA"

// Data returns the directory of public instances: the one that DataEnv names,
// else shared/data beside the repository. The test is skipped where neither is
// there, and fails where the named one is not: tests that read the data have
// others beside them that run the same code on generated instances.
func Data(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(DataEnv); dir != "" {
		if _, err := os.Stat(dir); err != nil {
			t.Fatalf("%s: %v", DataEnv, err)
		}
		return dir
	}
	for dir, err := os.Getwd(); err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		beside := filepath.Join(filepath.Dir(dir), "shared", "data")
		if _, err := os.Stat(beside); err == nil {
			return beside
		}
		break
	}
	t.Skip("no public instances here")
	return ""
}

// Open opens a file for as long as the test runs.
func Open(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Best returns the best known lengths that a file of Data lists, by instance.
func Best(t testing.TB, file string) map[string]float64 {
	t.Helper()
	rows, err := csv.NewReader(Open(t, filepath.Join(Data(t), file))).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: %d rows, %v", file, len(rows), err)
	}
	best := map[string]float64{}
	for _, row := range rows[1:] { // below the head
		if best[row[0]], err = strconv.ParseFloat(row[1], 64); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return best
}

// Must returns v, and panics on an error.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Encoded returns what Encode writes: what has such a method as it is in a file.
func Encoded(t testing.TB, c interface{ Encode(w io.Writer) error }) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Random returns n uniform cities under m; an Explicit instance is a random matrix.
func Random(m tsp.Metric, n int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, uint64(m)))
	if m == tsp.Explicit {
		w := make([]int32, n*n)
		for i := range n {
			for j := range i {
				w[i*n+j] = 1 + r.Int32N(1000)
				w[j*n+i] = w[i*n+j]
			}
		}
		return Must(tsp.NewMatrix("random", n, w))
	}
	side := 1000.0
	if m.Degrees() {
		side = 80
	}
	axis := func() []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = r.Float64() * side
		}
		return v
	}
	x, y := axis(), axis()
	if m.Dims() == 2 {
		return Must(tsp.NewPoints("uniform", m, x, y, nil))
	}
	return Must(tsp.NewPoints("uniform", m, x, y, axis()))
}

// Places returns n cities at whole coordinates below 1000, with every place taken about
// twice if so wanted, and their k nearest.
func Places(n, k int, doubles bool) (*tsp.Instance, *tsp.Neighbors) {
	r := rand.New(rand.NewPCG(uint64(n), uint64(k)))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = float64(r.IntN(1000)), float64(r.IntN(1000))
		if doubles && i >= n/2 {
			x[i], y[i] = x[i-n/2], y[i-n/2]
		}
	}
	in := Must(tsp.NewPoints("test", tsp.Euc2D, x, y, nil))
	return in, Must(tsp.NearestNeighbors(context.Background(), in, k))
}

// Directed returns a random asymmetric matrix of n cities.
func Directed(n int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 3))
	w := make([]int32, n*n)
	for i := range w {
		w[i] = 1 + r.Int32N(1000)
	}
	return Must(tsp.NewDirected("directed", n, w))
}

// Clustered returns n cities around five places.
func Clustered(n int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 1))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = r.Float64()*1e4, r.Float64()*1e4
		if i > 5 {
			x[i], y[i] = x[i%5]+r.NormFloat64()*200, y[i%5]+r.NormFloat64()*200
		}
	}
	return Must(tsp.NewPoints("clustered", tsp.Euc2D, x, y, nil))
}

// Chips returns the pins of side times side chips in a lattice, two rows of 20 each, upright or lying:
// which row follows which is more than the nearest neighbours of a pin tell.
func Chips(side int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 2))
	var x, y []float64
	for chip := range side * side {
		lying := r.IntN(2)
		for pin := range 40 {
			at := [2]float64{float64(pin%20) * 100, float64(pin/20) * 600}
			x = append(x, float64(chip%side)*3000+at[lying])
			y = append(y, float64(chip/side)*3000+at[1-lying])
		}
	}
	return Must(tsp.NewPoints("chips", tsp.Euc2D, x, y, nil))
}

// Outlines returns cities along so many closed lines, far apart and of about 150 cities each: a short tour
// goes to most of them and back over two edges side by side.
func Outlines(count int, seed uint64) *tsp.Instance {
	r := rand.New(rand.NewPCG(seed, 3))
	var x, y []float64
	for range count {
		cx, cy, radius, bulge := r.Float64()*1e6, r.Float64()*1e6, 1e4+r.Float64()*5e4, r.Float64()*.3
		cities := int(radius / 250)
		for i := range cities {
			at := 2 * math.Pi * float64(i) / float64(cities)
			d := radius * (1 + bulge*math.Cos(2*at))
			x, y = append(x, cx+d*math.Cos(at)), append(y, cy+d*math.Sin(at))
		}
	}
	return Must(tsp.NewPoints("outlines", tsp.Euc2D, x, y, nil))
}

// Duplicates returns n cities of which the given number share each place.
func Duplicates(n, share int, seed uint64) *tsp.Instance {
	in := Random(tsp.Euc2D, n, seed)
	x, y := in.X, in.Y
	for i := n - 1; i >= 0; i-- { // from the end on, as places are those of the first cities
		x[i], y[i] = x[i/share], y[i/share]
	}
	return Must(tsp.NewPoints("duplicates", tsp.Euc2D, x, y, nil))
}

// Grid returns side times side cities, ten apart.
func Grid(side int) *tsp.Instance {
	var x, y []float64
	for i := range side * side {
		x, y = append(x, float64(i%side*10)), append(y, float64(i/side*10))
	}
	return Must(tsp.NewPoints("grid", tsp.Euc2D, x, y, nil))
}

// FixSome demands about a fifth of the edges of a random tour.
func FixSome(in *tsp.Instance, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 2))
	p := r.Perm(in.N())
	var edges [][2]int32
	for i := 0; i+1 < len(p); i++ {
		if r.IntN(5) == 0 {
			edges = append(edges, [2]int32{int32(p[i]), int32(p[i+1])})
		}
	}
	if err := in.SetFixed(edges); err != nil {
		panic(err)
	}
}

// Tour returns a random tour that has in's fixed edges.
func Tour(in *tsp.Instance, r *rand.Rand) tsp.Tour {
	n := in.N()
	t := make(tsp.Tour, 0, n)
	seen := make([]bool, n)
	order := r.Perm(n)
	for k, i := range slices.Concat(order, order) {
		c := int32(i)
		if _, second := in.FixedPartners(c); second >= 0 && k < n {
			continue // it is passed on the way along its fixed edges, unless they are all of a tour
		}
		for c >= 0 && !seen[c] {
			seen[c] = true
			t = append(t, c)
			a, b := in.FixedPartners(c)
			if c = a; a < 0 || seen[a] {
				c = b
			}
		}
	}
	return t
}

// Motley returns twelve instances of every kind of trouble: eight metrics, duplicates, clusters, a
// grid's equal distances, zero lengths, fixed edges.
func Motley() []*tsp.Instance {
	fixed := Random(tsp.Euc2D, 60, 2)
	FixSome(fixed, 2)
	fixedMatrix := Random(tsp.Explicit, 50, 3)
	FixSome(fixedMatrix, 3)
	return []*tsp.Instance{Duplicates(60, 3, 1), fixed, fixedMatrix, Clustered(60, 4), Grid(8),
		Random(tsp.Explicit, 60, 5), Random(tsp.Geo, 60, 6), Random(tsp.Att, 60, 7), Random(tsp.Ceil2D, 60, 8),
		Random(tsp.Exact2D, 60, 9), Random(tsp.Man2D, 60, 10), Random(tsp.Max3D, 60, 11)}
}

// Permute calls f with every order of list[at:], and leaves it as it was.
func Permute[T any](list []T, at int, f func()) {
	if at >= len(list) {
		f()
		return
	}
	for i := at; i < len(list); i++ {
		list[at], list[i] = list[i], list[at]
		Permute(list, at+1, f)
		list[at], list[i] = list[i], list[at]
	}
}

// Rotate returns tour from city on.
func Rotate(tour []int32, city int32) []int32 {
	i := slices.Index(tour, city)
	return slices.Concat(tour[i:], tour[:i])
}
