package mcts

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"tspmcts/tsp"
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

// Whatever the body of a checkpoint holds, below a checksum that matches, reading
// it ends with an error or with a checkpoint that is written and read again.
// Run it with -fuzzminimizetime 1x: gob's caches make coverage differ from call to call, so
// that the fuzzer minimizes its first find for a minute, in which it tries nothing else.
func FuzzCheckpoint(f *testing.F) {
	head := len(magic) + 4 + 8 + sha256.Size
	var whole bytes.Buffer
	if err := (&Checkpoint{State: state{Best: tsp.Tour{0, 1, 2}}}).Encode(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes()[head:])
	f.Fuzz(func(t *testing.T, body []byte) {
		data := append([]byte(magic), 0, 0, 0, 0)
		binary.LittleEndian.PutUint32(data[len(magic):], version)
		data = binary.LittleEndian.AppendUint64(data, uint64(len(body)))
		sum := sha256.Sum256(body)
		c, err := DecodeCheckpoint(bytes.NewReader(append(append(data, sum[:]...), body...)))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := c.Encode(&b); err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeCheckpoint(&b); err != nil {
			t.Errorf("written and read again: %v", err)
		}
	})
}
