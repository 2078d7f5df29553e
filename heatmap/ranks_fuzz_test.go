package heatmap

import (
	"bytes"
	"testing"
)

// A table of ranks that is read is written and read again.
func FuzzReadRanks(f *testing.F) {
	f.Add([]byte("# shares\n0.5\n0.3\n0.2\n"))
	f.Add([]byte("0.5, 0.25 0.25"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadRanks(bytes.NewReader(data), "ranks")
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteRanks(&b, r, "again"); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadRanks(bytes.NewReader(b.Bytes()), "again"); err != nil || len(again) != len(r) {
			t.Errorf("%v, written as %q, is read as %v (%v)", r, b.String(), again, err)
		}
	})
}
