package learned

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"tspmcts/heatmap"
	"tspmcts/tsp"
	"tspmcts/tsp/onetree"
	"tspmcts/tsp/tsptest"
)

// trained returns a model of greedy tours of small instances.
func trained(t *testing.T, seed uint64) (*Trainer, *Model) {
	t.Helper()
	tr := &Trainer{}
	for k := range 4 {
		in, _ := tsptest.Places(60+k, 10, false)
		nb, err := tsp.NearestNeighbors(context.Background(), in, 10)
		if err != nil {
			t.Fatal(err)
		}
		tour, err := tsp.GreedyEdge(context.Background(), in, nb)
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.Add(context.Background(), in, tour); err != nil {
			t.Fatal(err)
		}
	}
	m, err := tr.Train(context.Background(), 4, 30, seed)
	if err != nil {
		t.Fatal(err)
	}
	return tr, m
}

// Training lowers the loss below that of the mean, gives the same again, and the
// model passes through its file unchanged.
func TestTrain(t *testing.T) {
	tr, m := trained(t, 1)
	mean := 0.0
	for _, y := range tr.y {
		mean += y / float64(len(tr.y))
	}
	plain := -mean*math.Log(mean) - (1-mean)*math.Log(1-mean)
	if loss := tr.Loss(m); loss > 0.6*plain {
		t.Errorf("log-loss %g of %d examples, %g without a model", loss, tr.Examples(), plain)
	}
	var a, b bytes.Buffer
	if err := WriteModel(&a, m); err != nil {
		t.Fatal(err)
	}
	_, again := trained(t, 1)
	if err := WriteModel(&b, again); err != nil {
		t.Fatal(err)
	}
	if a.String() != b.String() {
		t.Error("the same training gives another model")
	}
	back, err := ReadModel(&a, "m")
	if err != nil {
		t.Fatal(err)
	}
	if tr.Loss(back) != tr.Loss(m) {
		t.Error("a model written and read is another one")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := tr.Train(ctx, 2, 10, 1); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestReadModelErrors(t *testing.T) {
	good := string(shippedJSON)
	for text, want := range map[string]string{
		"":                                       "no model",
		"{}":                                     "other features",
		`{"x":1}`:                                "no model",
		strings.Replace(good, "lune", "moon", 1): "other features",
		good[:len(good)/2]:                       "no model",
	} {
		if _, err := ReadModel(strings.NewReader(text), "f"); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "f:") {
			t.Errorf("%.30q: %v, want %s", text, err, want)
		}
	}
}

// The map of an instance that is scaled, mirrored, turned and shifted is the same.
func TestLearnedIsScaleFree(t *testing.T) {
	const n = 80
	r := rand.New(rand.NewPCG(5, 6))
	x, y := make([]float64, n), make([]float64, n)
	u, v := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = float64(r.IntN(1<<16)), float64(r.IntN(1<<16))
		u[i], v[i] = 1000-4*y[i], 4*x[i] // a quarter turn, exact in floats
	}
	var maps [2]*heatmap.Map
	for k, c := range [][2][]float64{{x, y}, {u, v}} {
		in, err := tsp.NewPoints("t", tsp.Exact2D, c[0], c[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := heatmap.Parse("learned")
		if maps[k], err = s.Build(context.Background(), heatmap.Request{Instance: in}); err != nil {
			t.Fatal(err)
		}
	}
	row, other := make([]float32, n), make([]float32, n)
	for i := range int32(n) {
		maps[0].Spread(row, i)
		maps[1].Spread(other, i)
		for j := range row {
			if math.Abs(float64(row[j]-other[j])) > 1e-3 {
				t.Fatalf("P(%d,%d) is %g, of the turned instance %g", i, j, row[j], other[j])
			}
		}
	}
}

// The source learned is like every other: its maps pass Check, and are the same with or without
// neighbours given, alone and in a mix.
func TestSource(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 9, 60} {
		for _, doubles := range []bool{false, true} {
			in, nb := tsptest.Places(n, 10, doubles)
			for _, spec := range []string{"learned", "mix:learned=1,knn=2"} {
				s, err := heatmap.Parse(spec)
				if err != nil {
					t.Fatal(err)
				}
				m, err := s.Build(context.Background(), heatmap.Request{Instance: in, Neighbors: nb})
				if err != nil {
					t.Fatalf("n=%d %s: %v", n, spec, err)
				}
				checkMap(t, m, n)
				if again, err := s.Build(context.Background(), heatmap.Request{Instance: in}); err != nil || !equal(m, again) || m.Source != spec {
					t.Errorf("n=%d %s: another map without neighbours given, %v", n, spec, err)
				}
			}
		}
	}
}

// Of one city and its two halves there is a map too.
func TestSourceOfHalves(t *testing.T) {
	in := tsp.NewSymmetric(tsptest.Must(tsp.NewDirected("one", 1, []int32{0}))).Instance
	m, err := tsptest.Must(heatmap.Parse("learned")).Build(t.Context(), heatmap.Request{Instance: in})
	if err != nil {
		t.Fatal(err)
	}
	checkMap(t, m, in.N())
}

// Nothing is learned of instances that are searched as others, nor of none.
func TestTrainRefuses(t *testing.T) {
	var tr Trainer
	path := tsptest.Random(tsp.Euc2D, 9, 1)
	if err := path.SetEnds(-1, -1); err != nil {
		t.Fatal(err)
	}
	tour := tsp.Tour{0, 1, 2, 3, 4, 5, 6, 7, 8}
	for _, in := range []*tsp.Instance{path, tsptest.Directed(9, 1)} {
		if err := tr.Add(t.Context(), in, tour); err == nil || !strings.Contains(err.Error(), "the same both ways") {
			t.Errorf("%s: %v", in.Name, err)
		}
	}
	if err := tr.Add(t.Context(), tsptest.Random(tsp.Euc2D, 1, 1), tsp.Tour{0}); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Train(t.Context(), 2, 10, 1); err == nil || !strings.Contains(err.Error(), "no pairs of cities") {
		t.Errorf("%d examples: %v", tr.Examples(), err)
	}
}

// The ways of a directed instance may be reduced by the prices of its assignment: what joins the
// two halves of a city is negative then.
func TestReduced(t *testing.T) {
	for seed := range uint64(5) {
		in := tsp.NewSymmetric(tsptest.Directed(40, seed)).Instance
		a, err := onetree.Assign(t.Context(), in)
		if err != nil || !in.Reduce(a.Out, a.In) {
			t.Fatal(err)
		}
		least := int32(0)
		for i := range int32(40) {
			least = min(least, in.Dist(2*i, 2*i+1))
		}
		m, err := tsptest.Must(heatmap.Parse("learned")).Build(t.Context(), heatmap.Request{Instance: in})
		if err != nil || least >= 0 {
			t.Fatal(err, least)
		}
		checkMap(t, m, 80)
	}
}
