package mcts

import (
	"bytes"
	"testing"
)

// A table of tuned knobs that is read is written and read again as the same.
func FuzzTuned(f *testing.F) {
	f.Add([]byte(`[{"preset":"default","heatmap":"alpha","n":1000,"knobs":{"depth":50},"gap":1,"base":2,"p":0.01,"by":"x"}]`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, err := ParseTuned(data)
		if err != nil {
			return
		}
		text, err := FormatTuned(rows)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseTuned(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if second, err := FormatTuned(again); err != nil || !bytes.Equal(text, second) {
			t.Errorf("%s\nis read back as\n%s (%v)", text, second, err)
		}
	})
}
