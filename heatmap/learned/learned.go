package learned

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// Model tells from the features of a pair of cities how likely it is that a
// short tour has the edge: one hidden layer,
//
//	q = sigma(Out . tanh(Hidden x + bias) + bias),  x = (features - Mean) / Deviation
//
// Each row of Hidden, and Out, ends with its bias.
type Model struct {
	About     string      `json:"about"` // how it was trained
	Features  []string    `json:"features"`
	Mean      []float64   `json:"mean"`
	Deviation []float64   `json:"deviation"`
	Hidden    [][]float64 `json:"hidden"`
	Out       []float64   `json:"out"`
}

//go:embed model.json
var shippedJSON []byte

// ShippedModel returns the model that the program comes with.
var ShippedModel = sync.OnceValue(func() *Model {
	m, err := ReadModel(bytes.NewReader(shippedJSON), "model.json")
	if err != nil {
		panic(err)
	}
	return m
})

// ReadModel reads what WriteModel wrote.
func ReadModel(r io.Reader, name string) (*Model, error) {
	const most = 1 << 24
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(data) > most:
		return nil, fmt.Errorf("%s: no model: found more than %d bytes", name, most)
	}
	m := &Model{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, modelError(name, data, d.InputOffset(), err)
	}
	if more := bytes.TrimSpace(data[d.InputOffset():]); len(more) > 0 {
		return nil, modelError(name, data, int64(len(data)-len(more)+1), fmt.Errorf("found %.20q after its end", more))
	}
	f := len(FeatureNames)
	ok := slices.Equal(m.Features, FeatureNames) && len(m.Mean) == f && len(m.Deviation) == f &&
		len(m.Hidden) > 0 && len(m.Hidden) <= 1000 && len(m.Out) == len(m.Hidden)+1
	for _, row := range m.Hidden {
		ok = ok && len(row) == f+1
	}
	for _, v := range m.Deviation {
		ok = ok && v > 0
	}
	if !ok {
		return nil, fmt.Errorf("%s: a model of other features than this program's; train it again", name)
	}
	// Within these bounds no product overflows, so that a probability is one.
	const largest = 1e100
	numbers := slices.Concat(append(m.Hidden[:len(m.Hidden):len(m.Hidden)], m.Out, m.Mean, m.Deviation)...)
	for _, v := range numbers {
		if !(math.Abs(v) <= largest) {
			return nil, fmt.Errorf("%s: no model: found %v, want numbers up to %v", name, v, largest)
		}
	}
	for _, v := range m.Deviation {
		if v < 1/largest {
			return nil, fmt.Errorf("%s: no model: found the deviation %v, want %v or more", name, v, 1/largest)
		}
	}
	return m, nil
}

// modelError returns the error about the byte of data at which decoding it ended with err.
func modelError(name string, data []byte, at int64, err error) error {
	what := strings.TrimPrefix(err.Error(), "json: ")
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
		what = fmt.Sprintf("found a %s as %s", kind.Value, kind.Field)
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		at = int64(len(data))
		what = "the file ends here"
	}
	before := data[:min(at, int64(len(data)))]
	line, column := bytes.Count(before, []byte("\n"))+1, max(1, len(before)-1-bytes.LastIndexByte(before, '\n'))
	return fmt.Errorf("%s:%d:%d: no model: %s, want what heatmap train wrote", name, line, column, what)
}

// WriteModel writes m as JSON, numbers with six digits.
func WriteModel(w io.Writer, m *Model) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// probability returns q for one row of features. Products are rounded before
// they are summed, so that no machine fuses them.
func (m *Model) probability(x []float64) float64 {
	f := len(m.Mean)
	z := m.Out[len(m.Hidden)]
	for h, row := range m.Hidden {
		sum := row[f]
		for k, v := range x {
			sum += float64(row[k] * ((v - m.Mean[k]) / m.Deviation[k]))
		}
		z += float64(m.Out[h] * math.Tanh(sum))
	}
	return 1 / (1 + math.Exp(-z))
}

// Build returns the map of a model: P_ij is half of its q for the pairs that it
// judges. Cost: that of alpha, and a few hundred operations a pair. The error is ctx's.
func Build(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, m *Model) (*heatmap.Map, error) {
	p, err := newPairs(ctx, in, nb)
	if err != nil {
		return nil, err
	}
	f := len(FeatureNames)
	q := make([]float32, len(p.u))
	start := make([]int32, in.N()+1) // pairs by their lower city
	for e := range p.u {
		if e&4095 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		q[e] = float32(m.probability(p.x[e*f : e*f+f]))
		start[p.u[e]+1]++
	}
	for i := range in.N() {
		start[i+1] += start[i]
	}
	order := make([]int32, len(p.u))
	fill := slices.Clone(start)
	for e, u := range p.u {
		order[fill[u]] = int32(e)
		fill[u]++
	}
	// A pair is given at its lower end: New halves it, which makes P of q.
	return heatmap.New("learned", in.N(), func(i int32, add func(int32, float32)) {
		for _, e := range order[start[i]:start[i+1]] {
			add(p.v[e], q[e])
		}
	})
}

func init() {
	heatmap.Register(heatmap.Kind{Name: "learned", Usage: "by a small model of ranks, distances, alpha and shape", Params: []heatmap.Param{
		{Name: "model", Usage: "what heatmap train wrote", Default: "the shipped one", File: true}}, Build: buildSource})
}

func buildSource(ctx context.Context, s *heatmap.Source, r heatmap.Request) (*heatmap.Map, error) {
	m := ShippedModel()
	if name, ok := s.Value("model"); ok {
		f, name, err := r.OpenFile(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if m, err = ReadModel(f, name); err != nil {
			return nil, err
		}
	}
	nb, err := r.Nearest(ctx, learnNear)
	if err != nil {
		return nil, err
	}
	return Build(ctx, r.Instance, nb, m)
}
