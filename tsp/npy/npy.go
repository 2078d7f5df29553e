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
	"slices"

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

// header reads the header. The library panics on some broken ones, and
// allocates what they say: those are refused beforehand.
func header(b *bufio.Reader) (d descr, err error) {
	defer func() {
		if recover() != nil { // what it says is about the library
			err = errors.New("it is broken")
		}
	}()
	head, err := b.Peek(12)
	if err != nil {
		return d, errors.New("the file ends in it")
	}
	head = slices.Clone(head)
	switch version := head[6]; version {
	case 1:
	case 2, 3:
		if n := binary.LittleEndian.Uint32(head[8:]); n > 1<<16 {
			return d, fmt.Errorf("it is %d bytes long", n)
		}
		head[6] = 2 // which the library knows; 3 differs in the names of fields alone
	default:
		return d, fmt.Errorf("the version is %d", version)
	}
	b.Discard(len(head)) // is in the buffer
	r, err := npy.NewReader(io.MultiReader(bytes.NewReader(head), b))
	if err != nil {
		return d, err
	}
	return r.Header.Descr, nil
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
