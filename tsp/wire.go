package tsp

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
)

// wire is an instance as Encode writes it.
type wire struct {
	Name, Comment, Unit  string
	Metric               Metric
	X, Y, Z              []float64
	N                    int // of a matrix or graph
	Matrix               []int32
	Directed             bool
	Scale                float64 // of a matrix
	DisplayX, DisplayY   []float64
	DisplayDegrees       bool
	Fixed, Graph, Closed [][2]int32
	Ends                 *Ends
	IDs, Names           []string
}

// StandsIn reports whether in is of NewSymmetric or Sub, and serves distances without holding what
// they are made of.
func (in *Instance) StandsIn() bool {
	return in.derived != nil || in.rows != nil || len(in.X) != len(in.pts)
}

// Encode returns in as bytes from which DecodeInstance makes it anew: the same for the same
// instance. It is for instances as they are read or made, not for those of NewSymmetric and Sub.
func (in *Instance) Encode() ([]byte, error) {
	if in.StandsIn() {
		return nil, errors.New("an instance that stands for another does not travel")
	}
	w := wire{Name: in.Name, Comment: in.Comment, Unit: in.Unit, Metric: in.Metric, X: in.X, Y: in.Y, Z: in.Z, N: in.N(), Matrix: in.Matrix,
		Directed: in.Directed, Scale: in.Scale, DisplayX: in.DisplayX, DisplayY: in.DisplayY, DisplayDegrees: in.DisplayDegrees,
		Fixed: in.Fixed, Graph: in.GraphEdges(), Closed: in.ForbiddenEdges(), Ends: in.Ends, IDs: in.IDs, Names: in.Names}
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(w)
	return b.Bytes(), err
}

// DecodeInstance makes the instance that Encode wrote, and refuses what the
// constructors refuse: the bytes may come from anywhere.
func DecodeInstance(data []byte) (*Instance, error) {
	var w wire
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&w); err != nil {
		return nil, fmt.Errorf("no instance: %w", err)
	}
	in, err := w.build()
	if err != nil {
		return nil, fmt.Errorf("no instance: %w", err)
	}
	n := in.N()
	for _, k := range []int{len(w.DisplayX), len(w.DisplayY), len(w.IDs), len(w.Names)} {
		if k != 0 && k != n {
			return nil, fmt.Errorf("no instance: %d labels or places in a picture for %d cities", k, n)
		}
	}
	if len(w.DisplayX) != len(w.DisplayY) {
		return nil, errors.New("no instance: places in a picture lack a coordinate")
	}
	in.Comment, in.Unit, in.IDs, in.Names = w.Comment, w.Unit, w.IDs, w.Names
	in.DisplayX, in.DisplayY, in.DisplayDegrees = w.DisplayX, w.DisplayY, w.DisplayDegrees
	if err := in.SetFixed(w.Fixed); err != nil {
		return nil, err
	}
	if err := in.Forbid(w.Closed); err != nil {
		return nil, err
	}
	if w.Ends != nil {
		err = in.SetEnds(w.Ends.Start, w.Ends.End)
	}
	return in, err
}

// build calls the constructor.
func (w *wire) build() (*Instance, error) {
	switch {
	case w.Metric == Explicit:
		if !(w.Scale > 0) {
			return nil, fmt.Errorf("a matrix in units of 1/%v", w.Scale)
		}
		build := NewMatrix
		if w.Directed {
			build = NewDirected
		}
		in, err := build(w.Name, w.N, w.Matrix)
		if err == nil {
			in.Scale = w.Scale
		}
		return in, err
	case w.Metric == Graph:
		// what is made is to be no larger than what was sent; with fewer edges there is no tour,
		// nor path
		pieces := func(edges int) error {
			if edges < w.N-1 {
				return fmt.Errorf("a graph of %d cities with %d edges is in pieces", w.N, edges)
			}
			return nil
		}
		if err := pieces(len(w.Graph)); err != nil {
			return nil, err
		}
		in, err := NewGraph(w.Name, w.N, w.Graph)
		if err != nil {
			return nil, err
		}
		return in, pieces(len(in.graph.city) / 2) // each once
	}
	return NewPoints(w.Name, w.Metric, w.X, w.Y, w.Z)
}
