package heatmap

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"tspmcts/tsp"
)

// Source makes maps as its spec says: a name, and what it is to be made with. The sources learned
// and file are there once packages heatmap/learned and heatmap/mapfile are imported; others by
// Register.
//
//	zero                          nothing
//	knn:k=5                       the same for the k nearest
//	gtprior:ranks=FILE            by the rank of a neighbour; without FILE by the published table
//	alpha:steps=30,ranks=FILE     by the rank in alpha-nearness
//	softdist:tau=0.005,k=30       softmax of -distance/tau; tau for the unit square
//	tours:count=10                how many of so many quick local optima hold the edge
//	tours:FILE,FILE               the same of given tours
//	learned:model=FILE            by a model; without FILE by the shipped one
//	file:FILE                     as the file says (package mapfile)
//	mix:gtprior=0.5,alpha=0.5     weighted mean of any of the above; a part may have one parameter, softdist:tau=0.005=0.5
//
// Everything after a name's colon may be left out, but for file and mix.
type Source struct {
	kind   *Kind
	spec   string
	values map[string]string // by parameter
	files  []string          // of tours and file
	parts  []*Source         // of mix
	weight []float64
}

// Kind is a kind of source.
type Kind struct {
	Name   string
	Usage  string  // what its maps believe in
	Params []Param // in the order in which they are documented
	// Files is how many files may stand for parameters; with Verbatim all behind the colon is the
	// name of the one.
	Files    int
	Verbatim bool
	// Build makes a map of r's instance as s says.
	Build func(ctx context.Context, s *Source, r Request) (*Map, error)
}

// Param is a parameter of a kind of source.
type Param struct {
	Name, Usage string
	Default     string // for the documentation
	Min, Max    float64
	Integer     bool
	File        bool // the value names a file
}

// Kinds lists the kinds of sources.
var Kinds []Kind

// Register adds a kind of source, for Parse to find it. It is meant for init functions: packages
// heatmap/learned and heatmap/mapfile add the sources learned and file. It panics on a name that is
// taken or none.
func Register(k Kind) {
	if k.Name == "" || strings.ContainsAny(k.Name, ":=,; ") || k.Build == nil || slices.Contains(Names(), k.Name) {
		panic("heatmap: the source " + strconv.Quote(k.Name) + " cannot be registered")
	}
	at := max(0, len(Kinds)-1) // mix stays the last
	Kinds = slices.Insert(Kinds, at, k)
}

func init() { // a literal would refer to itself through mix
	Kinds = []Kind{
		{Name: "zero", Usage: "nothing", Build: func(_ context.Context, _ *Source, r Request) (*Map, error) {
			return Zero(r.Instance.N()), nil
		}},
		{Name: "knn", Usage: "the nearest, all the same", Params: []Param{
			{Name: "k", Usage: "how many", Default: "5", Min: 1, Max: 1000, Integer: true}}, Build: buildKNN},
		{Name: "gtprior", Usage: "by the rank of a neighbour", Params: []Param{
			{Name: "ranks", Usage: "table of shares", Default: "the paper's", File: true}}, Build: buildGTPrior},
		{Name: "alpha", Usage: "by the rank in alpha-nearness", Params: []Param{
			{Name: "steps", Usage: "steps of ascent", Default: strconv.Itoa(AlphaSteps), Min: 1, Max: 100000, Integer: true},
			{Name: "ranks", Usage: "table of shares", Default: "fitted to short tours", File: true}}, Build: buildAlpha},
		{Name: "softdist", Usage: "softmax of the distance", Params: []Param{
			{Name: "tau", Usage: "temperature, for the unit square", Default: "the paper's, by size", Min: math.SmallestNonzeroFloat64, Max: 1e300},
			{Name: "k", Usage: "how many of the nearest", Default: "30", Min: 1, Max: 1000, Integer: true}}, Build: buildSoftDist},
		{Name: "tours", Usage: "how many of some tours hold the edge", Files: math.MaxInt, Params: []Param{
			{Name: "count", Usage: "of quick local optima", Default: "10", Min: 1, Max: 10000, Integer: true}}, Build: buildTours},
		{Name: "mix", Usage: "a mean of others", Build: buildMix},
	}
}

// Names returns the names of the kinds of sources.
func Names() []string {
	var names []string
	for _, k := range Kinds {
		names = append(names, k.Name)
	}
	return names
}

// Request is what a map is made for, and with.
type Request struct {
	Instance *tsp.Instance
	// Neighbors are used where there are enough of them, or all there are; else the
	// source finds its own. May be nil.
	Neighbors *tsp.Neighbors
	// Index is the instance's place in its file, from 0: the map to take from a file of several.
	Index int
	// Open opens a file that a spec names. May be nil where no spec does.
	Open func(name string) (io.ReadCloser, error)
	// Warn is told what of a file was passed over; nil for nobody.
	Warn func(format string, args ...any)
	// Tours returns count quick local optima. May be nil where no spec asks for them.
	Tours func(ctx context.Context, in *tsp.Instance, nb *tsp.Neighbors, count int) ([]tsp.Tour, error)
	// Told is told of cities whose candidates are known before the map is, by sources that find
	// them by parts; nil for nobody.
	Told Told
	// ReadTours reads the tours of a file that a spec names. May be nil where none does.
	ReadTours func(r io.Reader, name string) ([]tsp.Tour, error)
}

// Parse returns the source that spec describes.
func Parse(spec string) (*Source, error) {
	s := &Source{spec: spec, values: map[string]string{}}
	name, args, given := strings.Cut(spec, ":")
	for i := range Kinds {
		if Kinds[i].Name == name {
			s.kind = &Kinds[i]
		}
	}
	if s.kind == nil {
		return nil, fmt.Errorf("unknown heatmap source %q, want one of %s", name, strings.Join(Names(), ", "))
	}
	switch {
	case name == "mix":
		return s, s.parseMix(args)
	case s.kind.Verbatim:
		if args == "" {
			return nil, fmt.Errorf("heatmap source %s names no file, want %s:FILE", name, name)
		}
		s.files = []string{args}
		return s, nil
	case !given:
		return s, nil
	}
	for arg := range strings.SplitSeq(args, ",") {
		key, value, ok := strings.Cut(arg, "=")
		if !ok && arg != "" && len(s.files) < s.kind.Files {
			s.files = append(s.files, arg)
			continue
		}
		var p *Param
		var keys []string
		for i := range s.kind.Params {
			keys = append(keys, s.kind.Params[i].Name+"=...")
			if s.kind.Params[i].Name == key {
				p = &s.kind.Params[i]
			}
		}
		if !ok || p == nil {
			if len(keys) == 0 {
				return nil, fmt.Errorf("heatmap source %s takes no parameter, found %q", name, arg)
			}
			return nil, fmt.Errorf("heatmap source %s takes %s, found %q", name, strings.Join(keys, " and "), arg)
		}
		if _, twice := s.values[key]; twice {
			return nil, fmt.Errorf("heatmap source %s: %s is given twice", name, key)
		}
		if err := p.check(value); err != nil {
			return nil, fmt.Errorf("heatmap source %s: %w", name, err)
		}
		s.values[key] = value
	}
	if len(s.files) > 0 && len(s.values) > 0 {
		return nil, fmt.Errorf("heatmap source %s: files and count= exclude each other", name)
	}
	return s, nil
}

func (p *Param) check(value string) error {
	if p.File {
		if value == "" {
			return fmt.Errorf("%s names no file", p.Name)
		}
		return nil
	}
	v, ok := tsp.ParseDecimal(value)
	if p.Integer && ok {
		_, err := strconv.Atoi(value)
		ok = err == nil
	}
	if !ok || !(v >= p.Min && v <= p.Max) {
		kind := "a number"
		if p.Integer {
			kind = "an integer"
		}
		return fmt.Errorf("%s is %q, want %s from %.4g to %.4g", p.Name, value, kind, p.Min, p.Max)
	}
	return nil
}

// Name returns the name of the source's kind.
func (s *Source) Name() string { return s.kind.Name }

// String returns the spec.
func (s *Source) String() string { return s.spec }

// Files returns the files that a map is made from.
func (s *Source) Files() []string {
	files := slices.Clone(s.files)
	for _, p := range s.kind.Params {
		if v, ok := s.values[p.Name]; ok && p.File {
			files = append(files, v)
		}
	}
	for _, p := range s.parts {
		files = append(files, p.Files()...)
	}
	return files
}

// Build makes a map of r's instance. It is the same for the same request, on any
// number of processors. Errors are ctx's, those of r's functions, and of the files.
func (s *Source) Build(ctx context.Context, r Request) (*Map, error) {
	m, err := s.kind.Build(ctx, s, r)
	if err != nil {
		return nil, err
	}
	if m.N() != r.Instance.N() {
		return nil, fmt.Errorf("%s: a map of %d cities for %d", s, m.N(), r.Instance.N())
	}
	m.Source = s.spec
	return m, nil
}

// Value returns the text of a parameter, and whether it is given.
func (s *Source) Value(name string) (string, bool) {
	v, ok := s.values[name]
	return v, ok
}

// Number returns the value of a parameter, or preset where it is not given.
func (s *Source) Number(name string, preset float64) float64 {
	if text, ok := s.values[name]; ok {
		v, _ := tsp.ParseDecimal(text) // Parse has seen it
		return v
	}
	return preset
}

// Nearest returns the k nearest of each city, or all there are.
func (r *Request) Nearest(ctx context.Context, k int) (*tsp.Neighbors, error) {
	nb := r.Neighbors
	k = min(k, r.Instance.N()-1)
	switch {
	case nb == nil || nb.K < k:
		return tsp.NearestNeighbors(ctx, r.Instance, k)
	case nb.K == k:
		return nb, nil
	}
	cut := &tsp.Neighbors{K: k, Flat: make([]int32, 0, k*r.Instance.N())}
	for i := range int32(r.Instance.N()) {
		cut.Flat = append(cut.Flat, nb.Of(i)[:k]...)
	}
	return cut, nil
}

// OpenFile opens a file that a spec names, and returns its name for messages: its own where it has
// one.
func (r *Request) OpenFile(name string) (io.ReadCloser, string, error) {
	if r.Open == nil {
		return nil, name, fmt.Errorf("%s: files cannot be read here", name)
	}
	f, err := r.Open(name)
	if named, ok := f.(interface{ Name() string }); ok && err == nil {
		name = named.Name()
	}
	return f, name, err
}

// ranks reads the table that a parameter names, nil where it is not given.
func (s *Source) ranks(r Request) (Ranks, error) {
	name, ok := s.values["ranks"]
	if !ok {
		return nil, nil
	}
	f, name, err := r.OpenFile(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadRanks(f, name)
}

func buildGTPrior(ctx context.Context, s *Source, r Request) (*Map, error) {
	ranks, err := s.ranks(r)
	if err != nil {
		return nil, err
	}
	if ranks == nil {
		ranks = PublishedRanks(r.Instance.N())
	}
	nb, err := r.Nearest(ctx, len(ranks))
	if err != nil {
		return nil, err
	}
	return GTPrior(ctx, r.Instance, nb, ranks)
}

func buildAlpha(ctx context.Context, s *Source, r Request) (*Map, error) {
	ranks, err := s.ranks(r)
	if err != nil {
		return nil, err
	}
	if ranks == nil {
		ranks = AlphaRanks
	}
	nb, err := r.Nearest(ctx, 10)
	if err != nil {
		return nil, err
	}
	return Alpha(ctx, r.Instance, nb, int(s.Number("steps", AlphaSteps)), ranks, r.Told)
}
