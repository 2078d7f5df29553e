// Package npy reads the numbers of NumPy's .npy files as a stream, piece by piece,
// for what reads matrices of any kind.
//
//	r, err := npy.NewReader(b)       // its header
//	if r.Number() && len(r.Shape) == 2 {
//		err = r.Read(row)            // the next len(row) numbers, whatever their type
//	}
package npy

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"

	"codeberg.org/sbinet/npyio/npy"
)

// Magic is how a file begins.
const Magic = "\x93NUMPY"

// Reader reads the numbers of a file in the order in which they stand there.
type Reader struct {
	Shape   []int
	Fortran bool   // the first index runs fastest
	Type    string // as NumPy names it: <f8 is a little endian float64

	b     *bufio.Reader
	kind  byte // f, i or u
	size  int  // bytes a number
	order binary.ByteOrder
	raw   []byte
}

// NewReader reads the header. What it says of sizes is not believed: memory is that of what is
// read.
func NewReader(b *bufio.Reader) (*Reader, error) {
	h, err := header(b)
	if err != nil {
		return nil, err
	}
	r := &Reader{Shape: h.Shape, Fortran: h.Fortran, b: b, order: binary.LittleEndian}
	if n := len(h.Type); n > 2 { // it stands between quotes
		r.Type = h.Type[1 : n-1]
	}
	if len(r.Type) == 3 {
		switch size := int(r.Type[2] - '0'); r.Type[1:] {
		case "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8":
			r.kind, r.size = r.Type[1], size
		}
		switch r.Type[0] {
		case '>':
			r.order = binary.BigEndian
		case '<', '|':
		default:
			r.kind = 0
		}
	}
	return r, nil
}

// descr is what the library found in a header.
type descr = struct {
	Type    string
	Fortran bool
	Shape   []int
}

// long is a number of a shape as Python 2 wrote it on Windows: 3L.
var long = regexp.MustCompile(`(\d)L`)

// header reads the header. Its errors go on where a sentence says "a header that".
func header(b *bufio.Reader) (d descr, err error) {
	head, err := b.Peek(12)
	if err != nil {
		return d, errors.New("is cut off")
	}
	begin, size := 10, int64(binary.LittleEndian.Uint16(head[8:]))
	switch version := head[6]; version {
	case 1:
	case 2, 3: // which differs in the names of fields alone
		begin, size = 12, int64(binary.LittleEndian.Uint32(head[8:]))
	default:
		return d, fmt.Errorf("has the version %d", version)
	}
	if size > 1<<16 {
		return d, fmt.Errorf("is %d bytes long", size)
	}
	text := make([]byte, begin+int(size))
	if _, err := io.ReadFull(b, text); err != nil {
		return d, errors.New("is cut off")
	}
	if text[6] == 3 {
		text[6] = 2 // which the library knows
	}
	copy(text[begin:], long.ReplaceAll(text[begin:], []byte("$1 ")))
	d, ok := parse(text)
	if !ok {
		return d, errors.New("does not tell descr, fortran_order and shape as numpy.save writes them")
	}
	return d, nil
}

// parse has the library read a header, false where it cannot or panics: what it says then is about
// itself.
func parse(text []byte) (d descr, ok bool) {
	defer func() { recover() }()
	r, err := npy.NewReader(bytes.NewReader(text))
	if err != nil {
		return d, false
	}
	return r.Header.Descr, true
}

// Float reports whether the numbers are float32 or float64.
func (r *Reader) Float() bool { return r.kind == 'f' }

// Number reports whether they are those, or integers; others cannot be read.
func (r *Reader) Number() bool { return r.kind != 0 }

// Single reports whether they are float32.
func (r *Reader) Single() bool { return r.kind == 'f' && r.size == 4 }

// Read reads the next len(v) numbers.
func (r *Reader) Read(v []float64) error {
	if !r.Number() {
		panic("npy: numbers of the type " + r.Type)
	}
	if need := len(v) * r.size; cap(r.raw) < need {
		r.raw = make([]byte, need)
	}
	raw := r.raw[:len(v)*r.size]
	if _, err := io.ReadFull(r.b, raw); err != nil {
		return err
	}
	for i := range v {
		b := raw[i*r.size : (i+1)*r.size]
		var u uint64
		switch r.size {
		case 1:
			u = uint64(b[0])
		case 2:
			u = uint64(r.order.Uint16(b))
		case 4:
			u = uint64(r.order.Uint32(b))
		case 8:
			u = r.order.Uint64(b)
		}
		switch shift := 64 - 8*r.size; r.kind {
		case 'f':
			if v[i] = math.Float64frombits(u); r.size == 4 {
				v[i] = float64(math.Float32frombits(uint32(u)))
			}
		case 'i':
			v[i] = float64(int64(u<<shift) >> shift)
		default:
			v[i] = float64(u)
		}
	}
	return nil
}

// Skip passes over the next n numbers.
func (r *Reader) Skip(n int) error {
	_, err := io.CopyN(io.Discard, r.b, int64(n)*int64(r.size))
	return err
}

// AtEnd reports whether nothing follows.
func (r *Reader) AtEnd() bool {
	_, err := r.b.Peek(1)
	return err == io.EOF
}
