package onetree

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tspmcts/tsp"
)

// shared returns the directory of test data beside the repository, or skips.
func shared(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			dir = filepath.Join(dir, "..", "shared", "data")
			if _, err := os.Stat(dir); err == nil {
				return dir
			}
			break
		}
		if filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Skip("no shared data")
	return ""
}

// bests reads a file of instance,best lines.
func bests(t testing.TB, path string) map[string]float64 {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for line := range strings.Lines(string(raw)) {
		name, v, _ := strings.Cut(strings.TrimSpace(line), ",")
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			out[name] = f
		}
	}
	return out
}

type sample struct {
	name string
	in   *tsp.Instance
	tour tsp.Tour // reference, may be 1..n
}

// lines reads up to count instances of a file of data set lines.
func lines(t testing.TB, path string, count int) []sample {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<24)
	var out []sample
	for sc.Scan() && len(out) < count {
		points, order, _ := strings.Cut(sc.Text(), "output")
		xs, ys := []float64{}, []float64{}
		for k, w := range strings.Fields(points) {
			v, err := strconv.ParseFloat(w, 64)
			if err != nil {
				t.Fatal(err)
			}
			if k%2 == 0 {
				xs = append(xs, v)
			} else {
				ys = append(ys, v)
			}
		}
		s := sample{name: strings.TrimSuffix(filepath.Base(path), ".txt") + "_" + strconv.Itoa(len(out))}
		if s.in, err = tsp.NewPoints(s.name, tsp.Exact2D, xs, ys, nil); err != nil {
			t.Fatal(err)
		}
		for _, w := range strings.Fields(order) {
			v, _ := strconv.Atoi(w)
			s.tour = append(s.tour, int32(v-1))
		}
		s.tour = s.tour[:min(len(s.tour), len(xs))]
		out = append(out, s)
	}
	return out
}

// tsplibFile is a reader of as much TSPLIB as the shared files use; nil for what it does not know.
func tsplibFile(t testing.TB, path string) *tsp.Instance {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head := map[string]string{}
	var n int
	var x, y []float64
	var w []int32
	var fixed [][2]int32
	section := ""
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || line == "EOF" {
			continue
		}
		if c := line[0]; c >= 'A' && c <= 'Z' {
			key, value, _ := strings.Cut(line, ":")
			key = strings.TrimSpace(key)
			head[key], section = strings.TrimSpace(value), key
			if key == "DIMENSION" {
				n, _ = strconv.Atoi(head[key])
			}
			continue
		}
		words := strings.Fields(line)
		switch section {
		case "NODE_COORD_SECTION":
			a, _ := strconv.ParseFloat(words[1], 64)
			b, _ := strconv.ParseFloat(words[2], 64)
			x, y = append(x, a), append(y, b)
		case "EDGE_WEIGHT_SECTION":
			for _, s := range words {
				v, _ := strconv.Atoi(s)
				w = append(w, int32(v))
			}
		case "FIXED_EDGES_SECTION":
			if len(words) == 2 {
				a, _ := strconv.Atoi(words[0])
				b, _ := strconv.Atoi(words[1])
				fixed = append(fixed, [2]int32{int32(a - 1), int32(b - 1)})
			}
		}
	}
	name := strings.TrimSuffix(filepath.Base(path), ".tsp")
	m, _ := tsp.ParseMetric(head["EDGE_WEIGHT_TYPE"])
	var in *tsp.Instance
	if m != tsp.Explicit {
		in, err = tsp.NewPoints(name, m, x, y, nil)
	} else {
		full := make([]int32, n*n)
		next := func() (v int32) { v, w = w[0], w[1:]; return }
		format := head["EDGE_WEIGHT_FORMAT"]
		for i := range n {
			lo, hi := 0, n
			switch format {
			case "UPPER_ROW":
				lo = i + 1
			case "UPPER_DIAG_ROW":
				lo = i
			case "LOWER_DIAG_ROW":
				hi = i + 1
			case "FULL_MATRIX":
			default:
				return nil
			}
			for j := lo; j < hi; j++ {
				v := next()
				full[i*n+j], full[j*n+i] = v, v
			}
		}
		in, err = tsp.NewMatrix(name, n, full)
	}
	if err == nil {
		err = in.SetFixed(fixed)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return in
}

// metrics that a random instance may have, with its dimensions in the metric's range.
var metrics = []tsp.Metric{tsp.Explicit, tsp.Euc2D, tsp.Euc3D, tsp.Ceil2D, tsp.Ceil3D, tsp.Floor2D, tsp.Floor3D, tsp.Exact2D, tsp.Exact3D,
	tsp.Man2D, tsp.Man3D, tsp.Max2D, tsp.Max3D, tsp.Geo, tsp.GeoM, tsp.Att, tsp.XRay1, tsp.XRay2}

// random returns an instance of n cities. With a grid above 0 coordinates are
// whole numbers below it, so that cities coincide; clustered draws them in tight groups.
func random(t testing.TB, m tsp.Metric, n int, rng *rand.Rand, grid int, clustered bool) *tsp.Instance {
	t.Helper()
	if m == tsp.Explicit {
		w := make([]int32, n*n)
		for i := range n {
			for j := range i {
				v := rng.Int32N(int32(max(grid, 2)))
				if clustered {
					v *= v
				}
				w[i*n+j], w[j*n+i] = v, v
			}
		}
		in, err := tsp.NewMatrix("random", n, w)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	axes := [3][]float64{}
	size := 1000.0
	if m == tsp.Geo || m == tsp.GeoM {
		size = 89
	}
	for i := range n {
		for a := range axes {
			v := rng.Float64() * size
			if grid > 0 {
				v = float64(rng.IntN(grid))
			}
			if clustered && i >= 5 {
				v = axes[a][i%5] + rng.NormFloat64()
			}
			axes[a] = append(axes[a], v)
		}
	}
	if m.Dims() == 2 {
		axes[2] = nil
	}
	in, err := tsp.NewPoints("random", m, axes[0], axes[1], axes[2])
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// graph builds the default graph.
func graph(t testing.TB, in *tsp.Instance, k, perQuadrant int) *Graph {
	t.Helper()
	nb, err := tsp.NearestNeighbors(context.Background(), in, k)
	if err != nil {
		t.Fatal(err)
	}
	g, err := NewGraph(context.Background(), in, nb, perQuadrant)
	if err != nil {
		t.Fatal(err)
	}
	return g
}
