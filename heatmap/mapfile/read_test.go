package mapfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"tspmcts/heatmap"

	"tspmcts/tsp/tsptest"
)

// formats write one map.
var formats = map[string]func(io.Writer, *heatmap.Map) error{
	"dense": WriteDense,
	"npy32": func(w io.Writer, m *heatmap.Map) error { return WriteNPY(w, 32, false, m) },
	"npy64": func(w io.Writer, m *heatmap.Map) error { return WriteNPY(w, 64, false, m) },
	"batch": func(w io.Writer, m *heatmap.Map) error { return WriteNPY(w, 32, true, m) },
	"own":   Write,
}

// sameEntries compares maps but for the order of equals.
func sameEntries(t *testing.T, what string, a, b *heatmap.Map) {
	t.Helper()
	if a.N() != b.N() {
		t.Fatalf("%s: %d cities, want %d", what, b.N(), a.N())
	}
	row, other := make([]float32, a.N()), make([]float32, a.N())
	for i := range int32(a.N()) {
		a.Spread(row, i)
		b.Spread(other, i)
		for j := range row {
			if row[j] != other[j] {
				t.Fatalf("%s: P(%d,%d) is %g, want %g", what, i, j, other[j], row[j])
			}
		}
	}
}

// Every format gives back what was written: the own one to the byte.
func TestRoundTrip(t *testing.T) {
	for _, n := range []int{1, 2, 3, 50} {
		in, nb := tsptest.Places(n, 10, true)
		for _, m := range []*heatmap.Map{heatmap.Zero(n), tsptest.Must(heatmap.GTPrior(context.Background(), in, nb, heatmap.PublishedRanks(n))), tsptest.Must(heatmap.SoftDist(context.Background(), in, nb, 0.01, 10))} {
			for name, write := range formats {
				var b bytes.Buffer
				if err := write(&b, m); err != nil {
					t.Fatal(err)
				}
				got, err := Read(iotest.HalfReader(&b), name, ReadOptions{Cities: n})
				if err != nil {
					t.Fatalf("n=%d %s: %v", n, name, err)
				}
				checkMap(t, got, n)
				sameEntries(t, name, m, got)
				if name == "own" && (!equal(m, got) || m.Source != got.Source) {
					t.Errorf("n=%d: another order of entries", n)
				}
			}
			var b bytes.Buffer
			for range 3 {
				if err := WriteUTSP(&b, m, in, nil); err != nil {
					t.Fatal(err)
				}
			}
			for index := range 3 {
				got, err := Read(bytes.NewReader(b.Bytes()), "utsp", ReadOptions{Cities: n, Index: index})
				if err != nil {
					t.Fatalf("n=%d utsp: %v", n, err)
				}
				sameEntries(t, "utsp", m, got)
			}
			if _, err := Read(bytes.NewReader(b.Bytes()), "utsp", ReadOptions{Index: 3}); err == nil || !strings.Contains(err.Error(), "instance 3") {
				t.Errorf("utsp, one too many: %v", err)
			}
		}
	}
	// A batch of different maps.
	in, nb := tsptest.Places(20, 10, false)
	maps := []*heatmap.Map{heatmap.Zero(20), tsptest.Must(heatmap.KNN(context.Background(), in, nb, 2)), tsptest.Must(heatmap.KNN(context.Background(), in, nb, 4))}
	var b bytes.Buffer
	if err := WriteNPY(&b, 64, false, maps...); err != nil {
		t.Fatal(err)
	}
	for k, want := range maps {
		got, err := Read(bytes.NewReader(b.Bytes()), "batch", ReadOptions{Index: k})
		if err != nil {
			t.Fatal(err)
		}
		sameEntries(t, "batch", want, got)
	}
	if _, err := Read(bytes.NewReader(b.Bytes()), "batch", ReadOptions{Index: 3}); err == nil || !strings.Contains(err.Error(), "its last map is number 2, from 0, want number 3") {
		t.Errorf("map 3 of three, from 0: %v", err)
	}
}

// What the cleaning does: (P+P^T)/2, the diagonal and negative entries ignored, rows too large
// scaled as a whole.
func TestCleaning(t *testing.T) {
	for text, want := range map[string][3]float32{ // P01, P02, P12
		"3\n0 .5 .25\n.5 0 0\n.25 0 0\n":                                   {.5, .25, 0},
		"3\n0 .5 0\n0 0 .5\n0 0 0\n":                                       {.25, 0, .25},
		"3\nnan .5 0\n.5 inf 0\n0 -1e-9 7\n":                               {.5, 0, 0},
		"3\n0 -.5 .5\n.5 0 -1\n.5 0 0\n":                                   {.25, .5, 0},
		"3\n0,30,10\n30,0,20\n10,20,0\n":                                   {.75, .25, .5},
		"3 \n\n 0\t.5 .25\r\n.5 0 0 \n.25 0 0\n\n":                         {.5, .25, 0},
		"3\n0 5e-1 +.25\n0.5 0 0\n.25 0.000 0e5":                           {.5, .25, 0},
		"0 0 0 1 1 0 output 1 2 3 1 value 0 1 0 1 0 1 0 1 0\n":             {1, 0, 1},
		"0 0 0 1 1 0 output indices 2 3 1 3 1 2 value .5 .1 .5 .2 .1 .2\n": {.5, .1, .2},
		"0 0 0 1 1 0 output indices 2 1 -1 value .5 .5 9\n":                {.5, 0, 0},
	} {
		m, err := Read(strings.NewReader(text), "f", ReadOptions{Cities: 3})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		checkMap(t, m, 3)
		row := make([]float32, 3)
		m.Spread(row, 0)
		got := [3]float32{row[1], row[2]}
		m.Spread(row, 1)
		got[2] = row[2]
		for k := range got {
			if math.Abs(float64(got[k]-want[k])) > 1e-6 {
				t.Errorf("%q: %v, want %v", text, got, want)
				break
			}
		}
	}
}

func TestReadErrors(t *testing.T) {
	in, nb := tsptest.Places(3, 2, false)
	npyOf := func(dict string, data ...float64) string {
		b := []byte("\x93NUMPY\x01\x00")
		b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)+1))
		b = append(b, dict+"\n"...)
		for _, v := range data {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		return string(b)
	}
	var own bytes.Buffer
	if err := Write(&own, tsptest.Must(heatmap.KNN(context.Background(), in, nb, 2))); err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(own.Bytes())
	damaged[len(damaged)-1] ^= 1
	for text, want := range map[string]string{
		"":                             "f:1: found the end of the file",
		"3\n0 1 2\n1 0 3\n":            "f:4: found the end of the file after 2 rows, want 3",
		"3\n0 1 2\n1 0\n2 3 0\n":       "f:3: found 2 numbers, want 3, row 2",
		"3\n0 1 2\n1 0 3 4\n2 3 0\n":   "f:3: found 4 numbers, want 3, row 2",
		"3\n0 1 2\n1 0 x\n2 3 0\n":     `f:3: found "x", want a finite number, row 2, column 3`,
		"3\n0 nan 2\n1 0 3\n2 3 0\n":   `f:2: found "nan", want a finite number, row 1, column 2`,
		"3\n0 1 2\n1 0 3\n2 3 0\n4\n":  "f:5: found \"4\", want the end of the file",
		"3\n0 1 1e999\n1 0 3\n2 3 0\n": `f:2: found "1e999", want a finite number, row 1, column 3`,
		"3\n0 1_0 1\n1 0 3\n2 3 0\n":   `f:2: found "1_0", want a finite number, row 1, column 2`,
		"3\n0 1 0x1p4\n1 0 3\n2 3 0\n": `f:2: found "0x1p4", want a finite number, row 1, column 3`,
		"4\n":                          "f:1: found a map of 4 cities, want 3 (no heatmap)",
		"0\n":                          "f:1: found a map of 0 cities, want 3 (no heatmap)",
		"3\n0 -1 -2\n-1 0 -3\n0 0 0\n": "f: found negative numbers and none above 0, want probabilities",
		"0 0 0 1 1 0 output value 0 -1 -2 -1 0 -1 0 0 0": "f: found negative numbers and none above 0",
		"hello\n":                                `f:1: found "hello", want a heatmap`,
		"0 0 0 1 1 output 1 2":                   "f:1: found 5 numbers before",
		"0 0 0 1 1 0\n":                          "f:1: found 6 numbers before",
		"0 0 0 1 1 0 output 1 2 3":               "the word value",
		"0 0 0 1 1 0 output 1 valve 3":           `found "valve"`,
		"0 0 0 1 1 0 output value 1 2":           "f:1: found 2 values, want 3 for each of 3",
		"0 0 0 1 output value 1 2":               "f:1: found a map of 2 cities, want 3 (no heatmap)",
		"0 0 0 1 1 0 output indices 9":           `f:1: found "9", want a city from 1 to 3, or -1`,
		"0 0 0 1 1 0 output indices 1 2 v 1":     "found \"v\"",
		"0 0 0 1 1 0 output indices 1 2 value 1": "found 2 indices, want a multiple of 3",
		"0 0 0 1 1 0 output value 0 nan 0":       `found "nan"`,
		strings.Repeat("1", 200):                 "want numbers",
		"PK\x03\x04\x14\x00":                     "f: found an archive (.npz, .pt) or a pickle, want a .npy file: numpy.save",
		"\x80\x04\x95\xcd\xcc":                   "f: found an archive (.npz, .pt) or a pickle",
		"\x93NUMPY":                              "found a NumPy header that is cut off",
		"\x93NUMPY\x02\x00\xff\xff\xff\xff\n":    "found a NumPy header that is 4294967295 bytes long",
		"\x93NUMPY\x01\x00\x03\x00abc":           "found a NumPy header that does not tell descr, fortran_order and shape",
		npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }", 1):                                  "shape [3 2], want n x n",
		npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4), }", 1):                                  "a map of 4 cities, want 3",
		npyOf("{'descr': '<i8', 'fortran_order': False, 'shape': (3, 3), }", 1):                                  "want float32 or float64",
		npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 3), }", 1, 2):                               "the file ends in row 1 of map 0, from 0, want the [3 3] numbers",
		npyOf("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 3), }", 1, 2):                             "Fortran",
		npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 3), }", 0, 1, math.NaN(), 1, 0, 0, 0, 0, 0): "row 1, column 3: found NaN",
		npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 3), }", 0, 1, 0, 1, 0, 0, 0, 0, 0, 5):       "more than",
		npyOf("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 3), }", 0, -1, -2, -1, 0, -1, -2, -1, 0):    "f: found negative numbers and none above 0",
		own.String()[:own.Len()-1]: "the file ends here",
		own.String()[:30]:          "the file ends here",
		own.String() + "x":         "more after the end",
		string(damaged):            "checksum",
	} {
		m, err := Read(strings.NewReader(text), "f", ReadOptions{Cities: 3})
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrFormat) {
			t.Errorf("%.60q: %v, %v, want %s", text, m, err, want)
		}
	}
	half := binary.LittleEndian.AppendUint32([]byte(sparseMagic+"s\n\x02\x01\x02"), math.Float32bits(.5)) // 0-1 in row 0 alone
	half = append(half, 0)
	half = binary.LittleEndian.AppendUint32(half, crc32.ChecksumIEEE(half))
	if _, err := Read(bytes.NewReader(half), "f", ReadOptions{}); err == nil || !strings.Contains(err.Error(), "1 entries lack the other direction") {
		t.Errorf("an entry without its other direction: %v", err)
	}
	broken := errors.New("broken")
	for _, head := range []string{"", "3\n", "3\n0 1 2\n", "0 0 0 1", "0 0 0 1 1 0 output value 1 2"} {
		if _, err := Read(io.MultiReader(strings.NewReader(head), iotest.ErrReader(broken)), "f", ReadOptions{}); !errors.Is(err, broken) {
			t.Errorf("%q and a broken reader: %v", head, err)
		}
	}
}

// A dense text is streamed: memory is that of the entries kept.
func TestDenseMemory(t *testing.T) {
	const n = 1500
	r, w := io.Pipe()
	go func() {
		fmt.Fprintln(w, n)
		row := []byte(strings.TrimSpace(strings.Repeat("0.0001 ", n)) + "\n")
		for range n {
			w.Write(row)
		}
		w.Close()
	}()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, err := Read(r, "f", ReadOptions{Cities: n, Keep: 10})
	runtime.ReadMemStats(&after)
	if err != nil || m.N() != n {
		t.Fatal(err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d bytes allocated for %d entries of a matrix of %d", used, len(m.P), n*n)
	}
}

// fuzzRead reads anything without a panic, and what is read passes every format unchanged.
func fuzzRead(f *testing.F, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Read(bytes.NewReader(data), "f", ReadOptions{})
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("%v is no ErrFormat", err)
			}
			return
		}
		checkMap(t, m, m.N())
		if m.N() > 300 {
			return
		}
		for name, write := range formats {
			var b bytes.Buffer
			if err := write(&b, m); err != nil {
				t.Fatal(err)
			}
			got, err := Read(&b, name, ReadOptions{Cities: m.N(), Keep: m.N()})
			if err != nil {
				t.Fatal(err)
			}
			sameEntries(t, name, m, got)
		}
	})
}

func seedMap() *heatmap.Map {
	return &heatmap.Map{Source: "s", Start: []int32{0, 1, 3, 4}, City: []int32{1, 0, 2, 1}, P: []float32{.5, .5, .25, .25}}
}

func seedOf(name string) []byte {
	var b bytes.Buffer
	formats[name](&b, seedMap())
	return b.Bytes()
}

func FuzzReadDense(f *testing.F) {
	fuzzRead(f, seedOf("dense"), []byte("2\n0,1\n-1 9e9\n"),
		[]byte("2\r0 .5\r.5 0\rthe mean is 2.99\r"), []byte("TYPE: Probability\nDIMENSIOn: 2\n0 .5\n.5 0\n"), []byte("TYPE : P\nDIMENSION : 2\nX_SECTION\n2\n0 .5\n.5 0\n"))
}
func FuzzReadNPY(f *testing.F) { fuzzRead(f, seedOf("npy32"), seedOf("npy64"), seedOf("batch")) }
func FuzzReadOwn(f *testing.F) { fuzzRead(f, seedOf("own")) }
func FuzzReadUTSP(f *testing.F) {
	fuzzRead(f, []byte("0 0 0 1 1 0 output 1 2 3 1 indices 2 3 1 3 1 2 value .5 .1 .5 .2 .1 .2\n"), []byte("0 0 0 1 output value 0 1 1 0\n"))
}

// The source file is like every other, alone and in a mix; what Open cannot open, it tells.
func TestSource(t *testing.T) {
	for _, n := range []int{1, 2, 3, 60} {
		in, nb := tsptest.Places(n, 10, true)
		var b bytes.Buffer
		if err := WriteDense(&b, tsptest.Must(heatmap.GTPrior(context.Background(), in, nb, heatmap.PublishedRanks(n)))); err != nil {
			t.Fatal(err)
		}
		r := heatmap.Request{Instance: in, Open: func(name string) (io.ReadCloser, error) {
			if name != "a,b=c" && name != "d" {
				return nil, fmt.Errorf("%s: not there", name)
			}
			return io.NopCloser(bytes.NewReader(b.Bytes())), nil
		}}
		for spec, want := range map[string]string{"file:a,b=c": "", "mix:file:d=1,knn=2": "", "mix:file:a,b=c=1,knn=2": "weight", "file:x": "x: not there", "file:": "names no file", "file": "names no file"} {
			s, err := heatmap.Parse(spec)
			var m *heatmap.Map
			if err == nil {
				m, err = s.Build(context.Background(), r)
			}
			if want == "" && err == nil {
				checkMap(t, m, n)
			} else if want == "" || err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("n=%d %s: %v, want %q", n, spec, err, want)
			}
		}
	}
}
