package heatmap

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// FuzzReadModel reads anything; what is read is written and read back the same.
func FuzzReadModel(f *testing.F) {
	f.Add(shippedJSON)
	f.Add([]byte("{}"))
	f.Add([]byte(`{"about": 1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadModel(bytes.NewReader(data), "f")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("an error without its file: %v", err)
			}
			return
		}
		for _, v := range []float64{0, 1, -1e6} {
			x := make([]float64, len(FeatureNames))
			for i := range x {
				x[i] = v
			}
			if p := m.probability(x); !(p >= 0 && p <= 1) {
				t.Fatalf("the probability %v", p)
			}
		}
		var b, again bytes.Buffer
		if err := WriteModel(&b, m); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		back, err := ReadModel(&b, "f")
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteModel(&again, back); err != nil || again.String() != text {
			t.Fatalf("changed, %v", err)
		}
	})
}

// FuzzParse parses anything as the spec of a source; what is a source parses to itself again.
func FuzzParse(f *testing.F) {
	for _, spec := range []string{"zero", "knn:k=5", "gtprior:ranks=FILE", "alpha:steps=30,ranks=FILE", "softdist:tau=0.005,k=30", "tours:count=10",
		"tours:a.tour,b-{i}.tour", "learned:model=FILE", "file:a,b:c=d", "mix:gtprior=0.5,alpha=0.5", "mix:softdist:tau=0.005=0.5,file:{}=1", "knn:", "mix:"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		s, err := Parse(spec)
		if err != nil {
			return
		}
		again, err := Parse(s.String())
		if err != nil || s.String() != spec || again.Name() != s.Name() || !strings.HasPrefix(spec, s.Name()) {
			t.Fatalf("%q is %q of %s, then %v", spec, s, s.Name(), err)
		}
		for _, name := range s.Files() {
			if name == "" {
				t.Fatalf("%q names no file", spec)
			}
		}
		for _, p := range s.kind.Params {
			if v := s.number(p.Name, p.Min); !p.File && !(v >= p.Min && v <= p.Max) || math.IsNaN(v) {
				t.Fatalf("%q: %s is %v", spec, p.Name, v)
			}
		}
		for _, w := range s.weight {
			if !(w > 0) {
				t.Fatalf("%q: the weight %v", spec, w)
			}
		}
	})
}

// FuzzReadRanks reads anything as a table of ranks; what is read is written and read back.
func FuzzReadRanks(f *testing.F) {
	f.Add([]byte("# shares\n0.5, 0.25\n.125\r0.1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ranks, err := ReadRanks(bytes.NewReader(data), "f")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("an error without its file: %v", err)
			}
			return
		}
		sum := 0.0
		for _, p := range ranks {
			sum += p
		}
		if !(sum > 0 && sum <= 1.001) || len(ranks) > 1000 {
			t.Fatalf("%d ranks that sum to %v", len(ranks), sum)
		}
	})
}
