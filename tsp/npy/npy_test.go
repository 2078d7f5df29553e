package npy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// file returns a .npy file of the numbers, each written as a value of its type.
func file(dtype, shape string, order binary.ByteOrder, numbers any) []byte {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", dtype, shape)
	dict += strings.Repeat(" ", 117-len(dict)) + "\n"
	b := append([]byte(Magic+"\x01\x00"), byte(len(dict)), 0)
	b, err := binary.Append(append(b, dict...), order, numbers)
	if err != nil {
		panic(err)
	}
	return b
}

// Every type of number is read as what it is, in both byte orders.
func TestRead(t *testing.T) {
	want := []float64{0, 1, 100, 7, -3, 4}
	for _, c := range []struct {
		dtype   string
		numbers any
	}{
		{"f8", []float64{0, 1, 100, 7, -3, 4}}, {"f4", []float32{0, 1, 100, 7, -3, 4}},
		{"i8", []int64{0, 1, 100, 7, -3, 4}}, {"i4", []int32{0, 1, 100, 7, -3, 4}}, {"i2", []int16{0, 1, 100, 7, -3, 4}}, {"i1", []int8{0, 1, 100, 7, -3, 4}},
		{"u8", []uint64{0, 1, 100, 7}}, {"u4", []uint32{0, 1, 100, 7}}, {"u2", []uint16{0, 1, 100, 7}}, {"u1", []uint8{0, 1, 100, 7}},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			mark := "<"
			if order == binary.BigEndian {
				mark = ">"
			}
			n := binary.Size(c.numbers) / int(c.dtype[1]-'0')
			r, err := NewReader(bufio.NewReader(bytes.NewReader(file(mark+c.dtype, fmt.Sprintf("(1, %d)", n), order.(binary.ByteOrder), c.numbers))))
			if err != nil || !r.Number() || r.Float() != (c.dtype[0] == 'f') || !slices.Equal(r.Shape, []int{1, n}) {
				t.Fatalf("%s: %v, shape %v", mark+c.dtype, err, r.Shape)
			}
			got := make([]float64, n)
			if err := r.Read(got[:2]); err != nil || r.AtEnd() {
				t.Fatal(err)
			}
			if err := r.Read(got[2:]); err != nil || !slices.Equal(got, want[:n]) || !r.AtEnd() {
				t.Errorf("%s: read %v, want %v; %v", mark+c.dtype, got, want[:n], err)
			}
			if r.Read(got) == nil {
				t.Errorf("%s: read beyond the end", mark+c.dtype)
			}
		}
	}
	for _, dtype := range []string{"<c16", "|b1", "<U5", "<f2", "=f8"} {
		r, err := NewReader(bufio.NewReader(bytes.NewReader(file(dtype, "(1,)", binary.LittleEndian, []float64{1}))))
		if err != nil || r.Number() {
			t.Errorf("%s: are numbers; %v", dtype, err)
		}
	}
}

// Versions 2 and 3 have a longer length before the header.
func TestVersions(t *testing.T) {
	first := file("<f8", "(2,)", binary.LittleEndian, []float64{3, 4})
	for version, want := range map[byte]string{1: "<nil>", 2: "<nil>", 3: "<nil>", 4: "has the version 4"} {
		text := slices.Clone(first)
		if text[6] = version; version > 1 {
			text = slices.Insert(text, 10, 0, 0)
		}
		r, err := NewReader(bufio.NewReader(bytes.NewReader(text)))
		if fmt.Sprint(err) != want {
			t.Errorf("version %d: %v, want %s", version, err, want)
		}
		got := make([]float64, 2)
		if err == nil && (r.Read(got) != nil || !slices.Equal(got, []float64{3, 4}) || !r.AtEnd()) {
			t.Errorf("version %d: read %v", version, got)
		}
	}
}

// A broken header is told of without what the library panics with.
func TestBrokenHeader(t *testing.T) {
	for text, want := range map[string]string{
		"\x10\x00{bad}           ": "does not tell descr, fortran_order and shape as numpy.save writes them",
		"\x10\x00 no end":          "is cut off",
		"\x36\x00{'descr': '<f8', 'fortran_order': No, 'shape': (3,), }\n":      "does not tell descr, fortran_order and shape as numpy.save writes them",
		"\x39\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1_0,), }\n": "does not tell descr, fortran_order and shape as numpy.save writes them",
	} {
		_, err := NewReader(bufio.NewReader(strings.NewReader(Magic + "\x01\x00" + text)))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// What Python 2 wrote on Windows has numbers such as 3L in its shape.
func TestLongs(t *testing.T) {
	r, err := NewReader(bufio.NewReader(bytes.NewReader(file("<f8", "(2L, 1L)", binary.LittleEndian, []float64{3, 4}))))
	if err != nil || !slices.Equal(r.Shape, []int{2, 1}) {
		t.Fatalf("%v, %v", r, err)
	}
	got := make([]float64, 2)
	if r.Read(got) != nil || !slices.Equal(got, []float64{3, 4}) || !r.AtEnd() {
		t.Errorf("read %v", got)
	}
}
