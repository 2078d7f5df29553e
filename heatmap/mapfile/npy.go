package mapfile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strings"

	"tspmcts/heatmap"
	"tspmcts/tsp/npy"
)

// readNPY reads a matrix of n x n numbers from a NumPy file, or one of batch x n x n, row by row.
func readNPY(b *bufio.Reader, name string, opt ReadOptions) (m *heatmap.Map, err error) {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s: %s (%w)", name, fmt.Sprintf(format, args...), ErrFormat)
	}
	r, err := npy.NewReader(b)
	if err != nil {
		return nil, fail("found a NumPy header that %v", err)
	}
	shape := r.Shape
	for len(shape) > 3 && shape[0] == 1 {
		shape = shape[1:]
	}
	batch := 1
	if len(shape) == 3 {
		batch, shape = shape[0], shape[1:]
	}
	if r.Fortran && (batch != 1 || opt.Directed) { // columns come as rows, as symmetric maps may
		return nil, fail("found numbers in Fortran order, want C order: numpy.ascontiguousarray makes it")
	}
	if len(shape) != 2 || shape[0] != shape[1] {
		return nil, fail("found the shape %v, want n x n, 1 x n x n or batch x n x n", r.Shape)
	}
	n := shape[0]
	if found, want := opt.wrongSize(n); want != "" {
		return nil, fail("found %s, want %s", found, want)
	}
	if opt.Index >= batch || opt.Index < 0 {
		return nil, fail("its last map is number %d, from 0, want number %d%s", batch-1, opt.Index, wantOwn)
	}
	if !r.Float() {
		return nil, fail("found numbers of the type '%s', want float32 or float64", r.Type)
	}
	// Skip whole matrices, a row at a time so that the product cannot overflow.
	for range opt.Index {
		for range n {
			if err := r.Skip(n); err != nil {
				return nil, fail("the file ends before map %d, from 0", opt.Index)
			}
		}
	}
	const piece = 4096 // a row may be as long as a lying header says
	row := make([]float64, piece)
	g := heatmap.NewRows(opt.Keep)
	for i := range n {
		for j := 0; j < n; j += piece {
			k := min(piece, n-j)
			switch err := r.Read(row[:k]); err {
			case nil:
			case io.EOF, io.ErrUnexpectedEOF:
				return nil, fail("the file ends in row %d of map %d, from 0, want the %v numbers of the header", i+1, opt.Index, r.Shape)
			default:
				return nil, fail("row %d: %v", i+1, err)
			}
			for c, v := range row[:k] {
				if !g.Add(int32(j+c), v) {
					return nil, fail("row %d, column %d: found %v, want %s", i+1, j+c+1, v, badEntry(v))
				}
			}
		}
		g.End()
	}
	if opt.Index == batch-1 && !r.AtEnd() {
		return nil, fail("found more than the %v numbers of the header", r.Shape)
	}
	return opt.finish(g, name)
}

// WriteNPY writes maps of one size as a NumPy file of 32 or 64 bits a number:
// n x n for one map, unless batch is set; else batch x n x n.
func WriteNPY(w io.Writer, bits int, batch bool, maps ...*heatmap.Map) error {
	if bits != 32 && bits != 64 {
		panic("mapfile: a NumPy file has 32 or 64 bits a number")
	}
	n := maps[0].N()
	for _, m := range maps {
		if m.N() != n {
			return fmt.Errorf("mapfile: maps of %d and %d cities do not fit one NumPy file", n, m.N())
		}
	}
	shape := fmt.Sprintf("(%d, %d)", n, n)
	if batch || len(maps) > 1 {
		shape = fmt.Sprintf("(%d, %d, %d)", len(maps), n, n)
	}
	// Magic, version 1.0, length, dictionary; in all a multiple of 64 bytes.
	dict := fmt.Sprintf("{'descr': '<f%d', 'fortran_order': False, 'shape': %s, }", bits/8, shape)
	dict += strings.Repeat(" ", (64-(10+len(dict)+1)%64)%64) + "\n"
	b := bufio.NewWriterSize(w, 1<<16)
	b.WriteString(npy.Magic + "\x01\x00")
	b.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(dict))))
	b.WriteString(dict)
	row := make([]float32, n)
	var raw []byte
	for _, m := range maps {
		for i := range int32(n) {
			raw = raw[:0]
			for _, p := range m.Spread(row, i) {
				if bits == 32 {
					raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(p))
				} else {
					raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(float64(p)))
				}
			}
			if _, err := b.Write(raw); err != nil {
				return err
			}
		}
	}
	return b.Flush()
}
