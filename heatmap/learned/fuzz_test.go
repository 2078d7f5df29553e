package learned

import (
	"bytes"
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
