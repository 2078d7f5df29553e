package tsplib

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"tspmcts/tsp"
)

// Write writes in as a TSPLIB problem from which Read makes the same instance,
// to the last bit. Only header text may differ: control characters in Name and
// Comment become blanks, blanks around a line go, and an empty Name is read back
// as the file's. TSPLIB has no place for IDs, Names, Unit and DisplayDegrees. What it has none
// for and lengths depend on is an error.
func Write(w io.Writer, in *tsp.Instance) error {
	if err := writable(in); err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 64<<10)
	n := in.N()
	graph := in.Metric == tsp.Graph
	kind := "TSP"
	switch {
	case in.Directed:
		kind = "ATSP"
	case in.Ends != nil:
		kind = "HPP"
	case graph:
		kind = "HCP"
	}
	header(b, in.Name, in.Comment, kind, n)
	if graph {
		fmt.Fprintf(b, "EDGE_DATA_FORMAT : EDGE_LIST\n")
	} else {
		fmt.Fprintf(b, "EDGE_WEIGHT_TYPE : %v\n", in.Metric)
	}
	if in.Metric == tsp.Explicit {
		if in.Directed {
			fmt.Fprintf(b, "EDGE_WEIGHT_FORMAT : FULL_MATRIX\n")
		} else {
			fmt.Fprintf(b, "EDGE_WEIGHT_FORMAT : LOWER_DIAG_ROW\n")
		}
		if in.DisplayX == nil {
			fmt.Fprintf(b, "DISPLAY_DATA_TYPE : NO_DISPLAY\n")
		}
	}
	if in.DisplayX != nil {
		fmt.Fprintf(b, "DISPLAY_DATA_TYPE : TWOD_DISPLAY\n")
	}
	if len(in.Fixed) > 0 {
		fmt.Fprintf(b, "FIXED_EDGES_SECTION\n")
		for _, e := range in.Fixed {
			fmt.Fprintf(b, "%d %d\n", e[0]+1, e[1]+1)
		}
		fmt.Fprintf(b, "-1\n")
	}
	var row []byte
	if in.Metric == tsp.Explicit {
		fmt.Fprintf(b, "EDGE_WEIGHT_SECTION\n")
		for i := range n {
			row = row[:0]
			width := i + 1
			if in.Directed {
				width = n
			}
			for j, d := range in.Matrix[i*n : i*n+width] {
				switch {
				case i == j && (d < 0 || d > tsp.MaxDist):
					row = append(row, '0')
				case d == tsp.NoEdge:
					row = append(row, "inf"...)
				default:
					row = strconv.AppendInt(row, int64(d), 10)
				}
				row = append(row, ' ')
			}
			row[len(row)-1] = '\n'
			b.Write(row)
		}
	} else if graph {
		fmt.Fprintf(b, "EDGE_DATA_SECTION\n")
		for _, e := range in.GraphEdges() {
			fmt.Fprintf(b, "%d %d\n", e[0]+1, e[1]+1)
		}
		fmt.Fprintf(b, "-1\n")
	} else {
		writeNodes(b, "NODE_COORD_SECTION", in.X, in.Y, in.Z)
	}
	if in.DisplayX != nil {
		writeNodes(b, "DISPLAY_DATA_SECTION", in.DisplayX, in.DisplayY, nil)
	}
	fmt.Fprintf(b, "EOF\n")
	return b.Flush()
}

var errStandsIn = errors.New("tsplib: an instance that stands for another does not hold what a file would")

// writable returns an error about what TSPLIB has no way to say of in.
func writable(in *tsp.Instance) error {
	switch places := in.Metric.Dims() > 0; {
	case in.StandsIn():
		return errStandsIn
	case in.Ends != nil && (in.Directed || in.Ends.Start >= 0 || in.Ends.End >= 0):
		return fmt.Errorf("tsplib: %s is a path that TSPLIB has no TYPE for", in.Name)
	case places && in.Forbids():
		return fmt.Errorf("tsplib: %s has forbidden edges between places, which TSPLIB has only in a matrix", in.Name)
	case in.Metric == tsp.Explicit && in.Scale != 1:
		return fmt.Errorf("tsplib: %s is a matrix of fractions, of scale %v; TSPLIB has whole numbers only", in.Name, in.Scale)
	case in.Metric == tsp.Graph && len(in.GraphEdges()) < in.N()-1:
		return fmt.Errorf("tsplib: %s has %d edges, want %d or more, as a path through its cities has", in.Name, len(in.GraphEdges()), in.N()-1)
	}
	return nil
}

// WriteTour writes t, of cities from 0, as a TSPLIB file of TYPE TOUR.
func WriteTour(w io.Writer, name, comment string, t tsp.Tour) error {
	if len(t) == 0 {
		return errors.New("tsplib: an empty tour")
	}
	for i, v := range t {
		if v < 0 {
			return fmt.Errorf("tsplib: position %d of the tour is city %d, want 1..%d", i+1, int64(v)+1, len(t))
		}
	}
	if i, fault := badCity(t, len(t)); i >= 0 {
		return fmt.Errorf("tsplib: position %d of the tour is %s, want each of 1..%d once", i+1, fault, len(t))
	}
	b := bufio.NewWriterSize(w, 64<<10)
	header(b, name, comment, "TOUR", len(t))
	fmt.Fprintf(b, "TOUR_SECTION\n")
	var row []byte
	for _, v := range t {
		row = strconv.AppendInt(row[:0], int64(v)+1, 10)
		b.Write(append(row, '\n'))
	}
	fmt.Fprintf(b, "-1\nEOF\n")
	return b.Flush()
}

// WriteLine writes in, which must be EXACT_2D, no path, and without fixed or forbidden edges, as one
// data set line, with t as its reference tour unless it is nil. One or two cities
// come with the only tour that they have: bare numbers would not be read as a data set.
func WriteLine(w io.Writer, in *tsp.Instance, t tsp.Tour) error {
	switch {
	case in.StandsIn():
		return errStandsIn
	case in.Metric != tsp.Exact2D:
		return fmt.Errorf("tsplib: %s is %v, but data set lines are EXACT_2D", in.Name, in.Metric)
	case len(in.Fixed) > 0:
		return fmt.Errorf("tsplib: %s has fixed edges, which data set lines cannot hold", in.Name)
	case in.Ends != nil || in.Forbids():
		return fmt.Errorf("tsplib: %s is a path or has forbidden edges, which data set lines cannot hold", in.Name)
	}
	if t != nil {
		if err := in.Check(t); err != nil {
			return err
		}
	} else if in.N() <= 2 {
		t = tsp.Tour{0, 1}[:in.N()]
	}
	b := bufio.NewWriterSize(w, 64<<10)
	var num []byte
	for i := range in.X {
		num = appendFloat(num[:0], in.X[i])
		num = append(num, ' ')
		num = appendFloat(num, in.Y[i])
		if i+1 < len(in.X) {
			num = append(num, ' ')
		}
		b.Write(num)
	}
	if t != nil {
		b.WriteString(" output")
		for i := range len(t) + 1 {
			num = append(num[:0], ' ')
			num = strconv.AppendInt(num, int64(t[i%len(t)])+1, 10)
			b.Write(num)
		}
	}
	b.WriteByte('\n')
	return b.Flush()
}

func header(b *bufio.Writer, name, comment, kind string, n int) {
	if name = clean(name); name != "" {
		fmt.Fprintf(b, "NAME : %s\n", name)
	}
	if comment != "" {
		for line := range strings.SplitSeq(comment, "\n") {
			fmt.Fprintf(b, "COMMENT : %s\n", clean(line))
		}
	}
	fmt.Fprintf(b, "TYPE : %s\nDIMENSION : %d\n", kind, n)
}

func writeNodes(b *bufio.Writer, section string, x, y, z []float64) {
	fmt.Fprintf(b, "%s\n", section)
	var row []byte
	for i := range x {
		row = strconv.AppendInt(row[:0], int64(i)+1, 10)
		row = appendFloat(append(row, ' '), x[i])
		row = appendFloat(append(row, ' '), y[i])
		if z != nil {
			row = appendFloat(append(row, ' '), z[i])
		}
		b.Write(append(row, '\n'))
	}
}

// appendFloat appends the shortest decimal that is read back as v, with an
// exponent only where zeros would make it longer.
func appendFloat(b []byte, v float64) []byte {
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e15) {
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'f', -1, 64)
}
