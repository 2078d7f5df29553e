package tsplib

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tspmcts/tsp/tsptest"
)

// TestPublicProblems reads every public problem, checks the golden lengths of the
// tour 1..n and of every optimal tour, and writes each back.
func TestPublicProblems(t *testing.T) {
	dir := tsptest.Data(t)
	golden := map[string]int64{"pcb442": 221440, "att532": 309636, "gr666": 423710}
	optimal := tsptest.Best(t, "tsplib-best.csv")
	files, _ := filepath.Glob(filepath.Join(dir, "tsplib", "*.tsp"))
	tours := 0
	for _, path := range files {
		base := BaseName(path)
		kind, r, err := Detect(tsptest.Open(t, path))
		if err != nil || kind != KindProblem {
			t.Errorf("%s is %v, %v", base, kind, err)
		}
		in, warn, err := Read(r, path)
		if err != nil {
			t.Error(err)
			continue
		}
		if len(warn) > 0 {
			t.Errorf("%v", warn)
		}
		if want, ok := golden[base]; ok {
			if got := in.Length(identity(in.N())); got != want {
				t.Errorf("%s: the tour 1..n is %d, want %d", base, got, want)
			}
		}
		if base == "linhp318" && (in.Name != "lin318" || !in.IsFixed(0, 213)) {
			t.Errorf("%s is named %s and fixes %v", base, in.Name, in.Fixed)
		}
		roundTrip(t, in)
		tourPath := strings.TrimSuffix(path, ".tsp") + ".opt.tour"
		if _, err := os.Stat(tourPath); err != nil {
			continue
		}
		kind, r, err = Detect(tsptest.Open(t, tourPath))
		if err != nil || kind != KindTour {
			t.Errorf("%s is %v, %v", tourPath, kind, err)
		}
		got, err := ReadTours(r, tourPath)
		if err != nil {
			t.Error(err)
			continue
		}
		tours++
		for _, tour := range got {
			if err := in.Check(tour); err != nil {
				t.Errorf("%s: %v", tourPath, err)
			} else if length := in.Length(tour); float64(length) != optimal[base] {
				t.Errorf("%s has length %d, want %v", tourPath, length, optimal[base])
			}
			var b bytes.Buffer
			if err := WriteTour(&b, base, "", tour); err != nil {
				t.Fatal(err)
			}
			if back, err := ReadTours(&b, base); err != nil || !slices.Equal(back[0], tour) {
				t.Errorf("%s changed, %v", tourPath, err)
			}
		}
	}
	t.Logf("%d problems, %d tours", len(files), tours)
}

func TestPublicAsymmetric(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(tsptest.Data(t), "atsp", "*"))
	for _, path := range files {
		in, _, err := Read(tsptest.Open(t, path), path)
		if err != nil || !in.Directed {
			t.Errorf("%s: %v", path, err)
			continue
		}
		var b bytes.Buffer
		if err := Write(&b, in); err != nil {
			t.Fatal(err)
		}
		back, _, err := Read(&b, path)
		if err != nil || !back.Directed || !slices.Equal(back.Matrix, in.Matrix) {
			t.Errorf("%s changed, %v", path, err)
		}
	}
}

func TestPublicLines(t *testing.T) {
	dir := tsptest.Data(t)
	lengths := tsptest.Best(t, "uniform-best.csv")
	files, _ := filepath.Glob(filepath.Join(dir, "uniform", "*.txt"))
	for _, path := range files {
		kind, r, err := Detect(tsptest.Open(t, path))
		if err != nil || kind != KindLines {
			t.Errorf("%s is %v, %v", path, kind, err)
		}
		in, l, _, err := ReadNumbers(r, path)
		if err != nil || in != nil {
			t.Fatalf("%s: no data set, %v", path, err)
		}
		count := 0
		for {
			in, tour, err := l.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			count++
			want, ok := lengths[in.Name]
			if !ok || tour == nil {
				t.Errorf("%s: best %v, tour %v", in.Name, want, tour != nil)
				continue
			}
			if got := in.Value(tour); got < want*(1-1e-8) || in.N() < 10000 && got > 1.01*want {
				t.Errorf("%s: the reference tour has length %v, the best %v", in.Name, got, want)
			}
		}
		t.Logf("%s: %d instances", path, count)
	}
}
