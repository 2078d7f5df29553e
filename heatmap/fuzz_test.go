package heatmap

import (
	"bytes"
	"math"
	"strings"
	"testing"
)

// FuzzParse parses anything as the spec of a source; what is a source parses to itself again.
func FuzzParse(f *testing.F) {
	for _, spec := range []string{"zero", "knn:k=5", "gtprior:ranks=FILE", "alpha:steps=30,ranks=FILE", "softdist:tau=0.005,k=30", "tours:count=10",
		"tours:a.tour,b-{i}.tour", "alpha:ranks=a:b", "mix:gtprior=0.5,alpha=0.5", "mix:softdist:tau=0.005=0.5,tours:{}=1", "knn:", "mix:"} {
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
			if v := s.Number(p.Name, p.Min); !p.File && !(v >= p.Min && v <= p.Max) || math.IsNaN(v) {
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
	f.Add([]byte("0.5, 0.25 0.25"))
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
		var b bytes.Buffer
		if err := WriteRanks(&b, ranks, "again"); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadRanks(bytes.NewReader(b.Bytes()), "again"); err != nil || len(again) != len(ranks) {
			t.Errorf("%v, written as %q, is read as %v (%v)", ranks, b.String(), again, err)
		}
	})
}
