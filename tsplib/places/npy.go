package places

import (
	"bufio"
	"fmt"
	"math"

	"tspmcts/tsp"
	"tspmcts/tsp/npy"
)

// readNPY reads a matrix from a NumPy file.
func (f *file) readNPY(b *bufio.Reader) (*tsp.Instance, error) {
	fail := func(found, want string) error { return f.fail(1, "", found, want, nil) }
	r, err := npy.NewReader(b)
	if err != nil {
		return nil, fail("a NumPy header that "+err.Error(), "one that numpy.save wrote")
	}
	shape := r.Shape
	if len(shape) != 2 || shape[0] != shape[1] || shape[0] < 1 || shape[0] > math.MaxInt32/2 {
		return nil, fail(fmt.Sprintf("numbers of the shape %v", shape), "a square matrix, n x n")
	}
	if !r.Number() {
		return nil, fail(fmt.Sprintf("numbers of the type %q", r.Type), "floats of 32 or 64 bits, or integers; astype(float) makes them")
	}
	n := shape[0]
	m := newMatrix()
	const piece = 4096 // a row may be as long as a lying header says
	row := make([]float64, piece)
	for i := range n {
		for j := 0; j < n; j += piece {
			k := min(piece, n-j)
			if err := r.Read(row[:k]); err != nil {
				return nil, fail(fmt.Sprintf("the end of the file in row %d", i+1), fmt.Sprintf("%d rows of %d numbers", n, n))
			}
			for c, v := range row[:k] {
				if r.Single() {
					v = shortest(v)
				}
				if want := m.add(i, v); want != "" {
					a, b := i, j+c
					if r.Fortran {
						a, b = b, a
					}
					return nil, fail(fmt.Sprintf("%v in row %d, column %d", v, a+1, b+1), want)
				}
			}
		}
		if err := m.row(f, i); err != nil {
			return nil, err
		}
	}
	if !r.AtEnd() {
		return nil, fail("more numbers", fmt.Sprintf("%d x %d, as the header says", n, n))
	}
	if r.Fortran {
		m.transpose()
	}
	return f.unnamed(m, 1)
}

// shortest returns the number of the fewest decimals, up to maxDecimals, that is v, a float32, when
// rounded to one: 0.1 is meant by 0.100000001490116.
func shortest(v float64) float64 {
	for digits := range maxDecimals + 1 {
		scale := math.Pow10(digits)
		if x := math.Round(v*scale) / scale; float32(x) == float32(v) {
			return x
		}
	}
	return v
}
