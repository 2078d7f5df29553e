package farm

import (
	"encoding/json"
	"slices"
	"testing"

	"tspmcts/bench"
	"tspmcts/tsp"
	"tspmcts/tsp/tsptest"
)

// jobOf returns a run on an instance.
func jobOf(in *tsp.Instance, b bench.Budget, seed uint64) *bench.Job {
	item := bench.NewSetItem(&bench.Item{Instance: in, Name: "r", Single: true}, "", 0)
	return tsptest.Must(bench.NewJob(item, tsptest.Must(bench.HeatmapSource("knn")), &bench.Knobs{Preset: "default"}, b, seed, 1))
}

// TestWrongRecords pins that a record counts only if it is of the run that was asked for, with a tour
// of the instance that has the length told.
func TestWrongRecords(t *testing.T) {
	for _, metric := range []tsp.Metric{tsp.Euc2D, tsp.Exact2D} {
		in := tsptest.Random(metric, 20, 1)
		one, two := jobOf(in, bench.Budget{Actions: 1}, 1), jobOf(in, bench.Budget{Actions: 1}, 2)
		e, tour, err := one.Do(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		good := record{e, tourBytes(tour)}
		if err := good.check(one.Key(), in); err != nil {
			t.Error(err)
		}
		if good.check(two.Key(), in) == nil {
			t.Error("a record of another seed is taken")
		}
		double, longer := slices.Clone(tour), slices.Clone(tour)
		double[3] = double[4]
		longer[3], longer[9] = longer[9], longer[3]
		if r := (record{e, tourBytes(longer)}); r.check(one.Key(), in) == nil {
			t.Error("a record that tells another length is taken")
		}
		for _, bad := range []tsp.Tour{double, tour[1:]} {
			told := *e
			told.Length = json.Number(bench.LengthText(in, in.Value(bad)))
			if r := (record{&told, tourBytes(bad)}); r.check(one.Key(), in) == nil {
				t.Errorf("a record with the tour %v is taken", bad)
			}
		}
	}
}

// TestWrongBlocks pins that blocks which no client writes are refused, and heatmaps that read files.
func TestWrongBlocks(t *testing.T) {
	in := tsptest.Random(tsp.Euc2D, 20, 1)
	for what, change := range map[string]func(*block){
		"wire":         func(b *block) { b.Wire++ },
		"arms":         func(b *block) { b.Arms = nil },
		"many arms":    func(b *block) { b.Arms = slices.Repeat(b.Arms, mostArms+1) },
		"workers":      func(b *block) { b.Workers = 0 },
		"many workers": func(b *block) { b.Workers = bench.MaxWorkers + 1 },
	} {
		b := tsptest.Must(blockOf([]*bench.Job{jobOf(in, bench.Budget{Actions: 1}, 1)}, "", false))
		if err := b.check(); err != nil {
			t.Error(err)
		}
		if change(b); b.check() == nil {
			t.Errorf("a block with other %s is taken", what)
		}
		b.Seed++
		if len(b.Arms) == 1 {
			if _, err := b.job(0, in); err == nil {
				t.Error("a run with another key is begun")
			}
		}
	}
	if _, err := source("file:/etc/passwd"); err == nil {
		t.Error("a heatmap that reads files is taken")
	}
}
