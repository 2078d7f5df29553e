package generate

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Kinds lists the kinds of instances. See the package documentation.
var Kinds = []string{"uniform", "clustered", "grid", "cluster", "explosion", "implosion", "picture", "board", "dimacs-e", "dimacs-c", "dimacs-m",
	"atsp-random", "atsp-closure", "atsp-crane", "atsp-coins", "atsp-drill", "atsp-shop"}

// Side is the length of the square that TSPLIB instances fill, GridStep that of a step of a grid or a
// board.
const (
	Side     = 1_000_000
	GridStep = 100
)

// Spec says which instance to make.
type Spec struct {
	Kind     string // one of Kinds
	Cities   int    // above 0
	Clusters int    // centres of kind clustered, above 0; the others ignore it
	Seed     uint64
}

// Validate tells what a spec has that its kind cannot be made of.
func (s Spec) Validate() error {
	if !strings.HasPrefix(s.Kind, "dimacs-") {
		return nil
	}
	var errs []error
	if s.Seed >= modulus {
		errs = append(errs, fmt.Errorf("the seed of kind %s is %d, want 0 to %d, what the challenge's generator takes", s.Kind, s.Seed, modulus-1))
	}
	if s.Kind == "dimacs-c" && s.Cities < citiesPerCentre {
		errs = append(errs, fmt.Errorf("kind %s has a centre for each %d cities, so it needs as many; found %d", s.Kind, citiesPerCentre, s.Cities))
	}
	return errors.Join(errs...)
}

// plane makes the cities of an instance one after the other. What TSPLIB files and
// data set lines have are its coordinates times a factor.
type plane struct {
	next    func() (x, y float64)
	problem float64 // factor of TSPLIB files, whose coordinates are truncated
	line    float64 // factor of data set lines
}

func (s Spec) plane() plane {
	switch s.Kind {
	case "dimacs-e":
		return plane{dimacsUniform(s.Seed), 1, 1. / Side}
	case "dimacs-c":
		return plane{dimacsClustered(s.Cities, s.Seed), 1, 1. / Side}
	case "grid":
		columns := gridColumns(s.Cities)
		return plane{grid(columns), GridStep, 1 / max(1, float64(columns-1))}
	case "picture":
		return plane{picture(s.Cities, s.rng()), Side, 1}
	case "board":
		return plane{newBoard(s.Cities, s.rng()).next, GridStep, 1 / boardSide(s.Cities, s.rng())}
	}
	return plane{newShape(s), Side, 1}
}

// WriteTSPLIB writes a TSPLIB problem: whole coordinates and rounded distances
// (EUC_2D), or a matrix. What the challenge's generators made is as they wrote it,
// without a line EOF.
func (s Spec) WriteTSPLIB(w io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	end := "EOF\n"
	name := fmt.Sprintf("%s%d_%d", s.Kind, s.Cities, s.Seed)
	comment := "made by tspmcts generate"
	if program, ok := map[string]string{"dimacs-e": "portgen", "dimacs-c": "portcgen", "dimacs-m": "portmgen"}[s.Kind]; ok {
		name = fmt.Sprintf("%s-%d-%d", program, s.Cities, s.Seed)
		comment = fmt.Sprintf("%s N=%d, seed=%d", program, s.Cities, s.Seed)
		end = ""
	}
	kind := "TSP"
	if s.Directed() {
		kind = "ATSP"
	}
	fmt.Fprintf(b, "NAME : %s\nCOMMENT : %s\nTYPE : %s\nDIMENSION : %d\n", name, comment, kind, s.Cities)
	if s.Directed() {
		if err := s.writeDirected(b); err != nil {
			return err
		}
		b.WriteString(end)
		return b.Flush()
	}
	if s.Kind == "dimacs-m" {
		if err := writeMatrix(b, s.Cities, s.Seed); err != nil {
			return err
		}
		return b.Flush()
	}
	fmt.Fprint(b, "EDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n")
	p := s.plane()
	var row []byte
	for i := range s.Cities {
		x, y := p.next()
		row = strconv.AppendInt(row[:0], int64(i+1), 10)
		row = strconv.AppendInt(append(row, ' '), int64(x*p.problem), 10)
		row = strconv.AppendInt(append(row, ' '), int64(y*p.problem), 10)
		if _, err := b.Write(append(row, '\n')); err != nil {
			return err
		}
	}
	b.WriteString(end)
	return b.Flush()
}

// WriteLines writes count data set lines: instances of the seeds from s.Seed on,
// their coordinates in [0,1], but where dimacs-c puts cities beside the square. A
// matrix cannot be a line.
func (s Spec) WriteLines(w io.Writer, count int) error {
	if s.Kind == "dimacs-m" || s.Directed() {
		return fmt.Errorf("kind %s is a matrix, which no data set line can hold; write it as TSPLIB", s.Kind)
	}
	b := bufio.NewWriterSize(w, 1<<16)
	for range count {
		if err := s.writeLine(b); err != nil {
			return err
		}
		s.Seed++
	}
	return b.Flush()
}

func (s Spec) writeLine(b *bufio.Writer) error {
	p := s.plane()
	var row []byte
	for i := range s.Cities {
		x, y := p.next()
		row = strconv.AppendFloat(row[:0], x*p.line, 'f', -1, 64)
		row = strconv.AppendFloat(append(row, ' '), y*p.line, 'f', -1, 64)
		if i+1 < s.Cities {
			row = append(row, ' ')
		}
		if _, err := b.Write(row); err != nil {
			return err
		}
	}
	end := "\n"
	if s.Cities <= 2 { // bare numbers could be something else than a data set
		end = [...]string{" output 1 1\n", " output 1 2 1\n"}[s.Cities-1]
	}
	_, err := b.WriteString(end)
	return err
}
