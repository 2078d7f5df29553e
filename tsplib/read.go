package tsplib

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"sort"
	"strings"

	"tspmcts/tsp"
)

// refused says for each TYPE that is not solved what its owner can do.
var refused = map[string]string{
	"SOP":  "TYPE TSP, ATSP, HCP or HPP: precedences between cities are not supported; drop them, or use a solver for sequential ordering, as LKH-3",
	"CVRP": "TYPE TSP, ATSP, HCP or HPP: vehicle routing is not supported; for one vehicle without demands, drop the capacity, demands and depots; for more use a solver for it, as LKH-3, OR-Tools or PyVRP",
	"TOUR": "TYPE TSP: this file holds tours, not a problem",
}

// problem collects a problem's sections.
type problem struct {
	*parser
	kind      string // TYPE
	metric    tsp.Metric
	format    map[string]string // EDGE_WEIGHT_FORMAT and EDGE_DATA_FORMAT
	threeD    bool              // NODE_COORD_TYPE says that there are three coordinates
	nodes     nodes
	display   nodes
	matrix    []int32
	fixed     [][2]int32
	fixedLine []int
	edges     [][2]int32 // of the graph of HCP or HPP
}

// Read reads a TSPLIB problem. The instance is named by NAME or, without one,
// after the file; the lines of several COMMENTs are joined. The warnings are for
// the user's eyes and come with a good instance too.
func Read(r io.Reader, name string) (*tsp.Instance, []Warning, error) {
	p := &problem{parser: newParser(newScanner(r, name)), format: map[string]string{}}
	in, err := p.read()
	if p.dropped > 0 {
		p.warnings = append(p.warnings, Warning{name, p.line, fmt.Sprintf("%d more warnings like these", p.dropped)})
	}
	return in, p.warnings, err
}

func (p *problem) read() (*tsp.Instance, error) {
	if err := p.open(); err != nil {
		return nil, err
	}
	for {
		key, line, ok, err := p.next()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		if err := p.entry(key, line); err != nil {
			return nil, err
		}
	}
	if len(p.seen) == 0 {
		return nil, p.fail(1, "", "text without a keyword of TSPLIB", "a TSPLIB file or data set lines", nil)
	}
	return p.build()
}

// entry reads the value or section of one keyword.
func (p *problem) entry(key string, line int) error {
	switch key {
	case "TYPE":
		tok := strings.ToUpper(string(p.inLine()))
		if why, ok := refused[tok]; ok {
			return p.fail(line, key, tok, why, ErrUnsupported)
		}
		switch tok {
		case "TSP", "ATSP", "HCP", "HPP":
		default:
			return p.fail(line, key, quote(tok), "TSP, ATSP, HCP or HPP", ErrUnsupported)
		}
		if p.seen["EDGE_WEIGHT_SECTION"] > 0 { // edges have no section without a type
			return p.fail(line, key, "it below EDGE_WEIGHT_SECTION", "it above, for that is read by it", nil)
		}
		p.kind = tok
	case "EDGE_WEIGHT_TYPE":
		word, err := p.word(key, line)
		if err != nil {
			return err
		}
		tok := strings.ToUpper(word)
		m, ok := tsp.ParseMetric(tok)
		if tok == "SPECIAL" {
			return p.fail(line, key, tok, "a distance that TSPLIB defines; write the distances out as an EXPLICIT matrix", ErrUnsupported)
		}
		if !ok {
			return p.fail(line, key, quote(tok), "one of "+strings.Join(metricNames(), ", "), ErrUnsupported)
		}
		p.metric = m
	case "EDGE_WEIGHT_FORMAT", "EDGE_DATA_FORMAT":
		word, err := p.word(key, line)
		if err != nil {
			return err
		}
		p.format[key] = strings.ToUpper(word)
	case "EDGE_DATA_SECTION":
		if p.kind != "HCP" && p.kind != "HPP" {
			return p.fail(line, key, "a graph given by its edges, as for HCP", "TYPE HCP, or HPP for a path; or coordinates, or a matrix with inf for each missing edge", ErrUnsupported)
		}
		if err := p.ready(key, line, "DIMENSION"); err != nil {
			return err
		}
		return p.readGraph(line)
	case "NODE_COORD_TYPE":
		p.threeD = strings.EqualFold(string(p.inLine()), "THREED_COORDS")
	case "DISPLAY_DATA_TYPE": // the sections that are there say it all
	case "NODE_COORD_SECTION":
		if err := p.ready(key, line); err != nil {
			return err
		}
		return p.readNodes(&p.nodes, key, max(2, p.metric.Dims()))
	case "DISPLAY_DATA_SECTION":
		if err := p.ready(key, line, "DIMENSION"); err != nil {
			return err
		}
		return p.readNodes(&p.display, key, 2)
	case "EDGE_WEIGHT_SECTION":
		if err := p.ready(key, line); err != nil {
			return err
		}
		if p.metric != tsp.Explicit {
			return p.fail(line, key, "a matrix besides EDGE_WEIGHT_TYPE "+p.metric.String(), "EDGE_WEIGHT_TYPE EXPLICIT, or no matrix", nil)
		}
		return p.readMatrix(line)
	case "FIXED_EDGES_SECTION":
		return p.readFixed()
	default:
		p.ignore(key, line)
		return nil
	}
	p.skipLine()
	return nil
}

// ready returns an error unless the keywords came before the section; by
// default both that every section needs.
func (p *problem) ready(section string, line int, keys ...string) error {
	if keys == nil {
		keys = []string{"DIMENSION", "EDGE_WEIGHT_TYPE"}
	}
	for _, key := range keys {
		if p.seen[key] == 0 {
			return p.fail(line, section, "no "+key+" before it", "a line "+key+" : ... above the section", nil)
		}
	}
	return nil
}

// readFixed reads pairs of cities up to -1. They are checked at the end, when
// the number of cities is known.
func (p *problem) readFixed() error {
	const section = "FIXED_EDGES_SECTION"
	for {
		var edge [2]int32
		line := 0
		for i := range edge {
			c, ok := p.skipSpace()
			if !ok || !startsNumber(c) {
				if err := p.stray(section, "a city's number, or -1 after the last pair"); err != nil {
					return err
				}
				if i == 1 {
					return p.fail(p.line, section, "half an edge", "pairs of cities, then -1", nil)
				}
				p.warn(p.line, section+" does not end with -1")
				return nil
			}
			line = p.line
			tok := p.token()
			v, ok := parseInt(tok)
			if i == 0 && ok && v == -1 {
				return nil
			}
			if !ok || v < 1 || v > math.MaxInt32 {
				return p.fail(line, section, quote(tok), "a city's number, from 1, or -1 after the last pair", nil)
			}
			edge[i] = int32(v - 1)
		}
		p.fixed = append(p.fixed, edge)
		p.fixedLine = append(p.fixedLine, line)
	}
}

// build makes the instance once the file has been read.
func (p *problem) build() (*tsp.Instance, error) {
	keys := []string{"DIMENSION", "EDGE_WEIGHT_TYPE"}
	section := "NODE_COORD_SECTION"
	graph := p.kind == "HCP" || p.seen["EDGE_DATA_SECTION"] > 0
	switch {
	case graph:
		keys, section = keys[:1], "EDGE_DATA_SECTION"
	case p.metric == tsp.Explicit:
		section = "EDGE_WEIGHT_SECTION"
	}
	for _, key := range keys {
		if p.seen[key] == 0 {
			return nil, p.fail(p.line, key, "the end of the file", "a line "+key+" : ...", nil)
		}
	}
	switch {
	case p.kind == "HPP" && graph && p.seen["EDGE_WEIGHT_TYPE"] > 0:
		return nil, p.fail(p.seen["EDGE_WEIGHT_TYPE"], "EDGE_WEIGHT_TYPE", "distances besides the edges of a graph", "one of them; leave the other out", ErrUnsupported)
	case p.seen[section] > 0:
	case graph:
		return nil, p.fail(p.line, section, "the end of the file", "the section: the edges of the graph", nil)
	default:
		return nil, p.fail(p.line, section, "the end of the file", "the section, for EDGE_WEIGHT_TYPE "+p.metric.String(), nil)
	}
	if p.kind == "ATSP" && p.metric != tsp.Explicit {
		return nil, p.fail(p.seen["TYPE"], "TYPE", "ATSP with the symmetric distances of "+p.metric.String(), "TYPE TSP, or a FULL_MATRIX", nil)
	}
	if line := p.seen["EDGE_WEIGHT_TYPE"]; graph && line > 0 {
		p.warn(line, "EDGE_WEIGHT_TYPE is not used: TYPE HCP asks for any cycle of the graph's edges, whatever their distances; those of a matrix with inf for each missing edge are for TYPE TSP")
	}
	if p.seen["TYPE"] == 0 {
		p.warn(1, "the file has no TYPE, read as TSP")
	}
	if p.name == "" {
		p.name = BaseName(p.scanner.name)
	}
	var in *tsp.Instance
	var err error
	switch {
	case graph:
		if err := p.checkEdges(); err != nil {
			return nil, err
		}
		in, err = tsp.NewGraph(p.name, p.n, p.edges)
	case p.kind == "ATSP":
		in, err = tsp.NewDirected(p.name, p.n, p.matrix)
	case p.metric == tsp.Explicit:
		in, err = tsp.NewMatrix(p.name, p.n, p.matrix)
	default:
		in, err = tsp.NewPoints(p.name, p.metric, p.nodes.x, p.nodes.y, p.nodes.z)
		if text := Rounding(p.metric, p.nodes.x, p.nodes.y, p.nodes.z, "write EDGE_WEIGHT_TYPE : "); text != "" {
			p.warn(p.seen["EDGE_WEIGHT_TYPE"], text)
		}
	}
	if p.display.x == nil && in != nil && in.Metric.Dims() == 0 {
		p.display = p.nodes
	}
	if err != nil {
		return nil, &ParseError{Name: p.scanner.name, Line: p.seen[section], Keyword: section, Err: err}
	}
	in.Comment = strings.Join(p.comment, "\n")
	in.DisplayX, in.DisplayY = p.display.x, p.display.y
	if len(p.fixed) > 0 {
		if err := in.SetFixed(p.fixed); err != nil {
			first := sort.Search(len(p.fixed)-1, func(i int) bool { return in.SetFixed(p.fixed[:i+1]) != nil })
			return nil, &ParseError{Name: p.scanner.name, Line: p.fixedLine[first], Keyword: "FIXED_EDGES_SECTION", Err: in.SetFixed(p.fixed[:first+1])}
		}
	}
	if p.kind == "HPP" {
		if err := in.SetEnds(-1, -1); err != nil {
			return nil, &ParseError{Name: p.scanner.name, Line: p.seen["TYPE"], Keyword: "TYPE", Err: err}
		}
	}
	return in, nil
}

// Rounding returns a warning about coordinates so close that rounding to whole numbers leaves
// nothing of the distances: those in [0,1], mostly, and GEO's of one town; it is empty for others. A
// tour's edge is about as long as the side of a city's share of the bounding box. Whole coordinates
// are spared: their distances are 0 or at least 1. The remedy is another metric, told by its name
// behind what choose says, where there is one that rounds less.
func Rounding(m tsp.Metric, x, y, z []float64, choose string) string {
	switch m {
	case tsp.Exact2D, tsp.Exact3D, tsp.GeoM, tsp.Haversine, tsp.Geodesic, tsp.XRay1, tsp.XRay2:
		return ""
	}
	n := float64(len(x))
	whole, edge, volume, dims := true, 0.0, 1.0, 0.0
	for _, axis := range [][]float64{x, y, z} {
		if len(axis) < 2 {
			continue
		}
		lo, hi := axis[0], axis[0]
		for _, v := range axis {
			lo, hi = min(lo, v), max(hi, v)
			whole = whole && v == math.Trunc(v)
		}
		edge = max(edge, (hi-lo)/n)
		volume *= hi - lo
		dims++
	}
	edge = max(edge, math.Pow(volume/n, 1/dims))
	if m == tsp.Geo { // a degree is about 111 km, eastwards less
		edge *= 111
	}
	if whole || edge >= 1 {
		return ""
	}
	remedy := "multiply the coordinates by a power of ten"
	switch m {
	case tsp.Euc2D, tsp.Ceil2D, tsp.Floor2D:
		remedy = fmt.Sprintf("%s%v to keep them as they are, or %s", choose, tsp.Exact2D, remedy)
	case tsp.Geo:
		remedy = fmt.Sprintf("%s%v, metres, with decimal degrees", choose, tsp.GeoM)
	case tsp.Euc3D, tsp.Ceil3D, tsp.Floor3D:
		remedy = fmt.Sprintf("%s%v to keep them as they are, or %s", choose, tsp.Exact3D, remedy)
	}
	return fmt.Sprintf("%v rounds distances to whole numbers, but neighbouring cities are only about %.2g apart; %s", m, edge, remedy)
}

// metricNames lists the values of EDGE_WEIGHT_TYPE.
func metricNames() []string {
	var names []string
	for m := tsp.Metric(0); ; m++ {
		if _, ok := tsp.ParseMetric(m.String()); !ok {
			return names
		}
		names = append(names, m.String())
	}
}

// BaseName returns the name of a file without its folders and its extension, which is what an
// instance without a name of its own is called.
func BaseName(name string) string {
	if name == "" {
		return ""
	}
	base := filepath.Base(name)
	if cut := strings.TrimSuffix(base, filepath.Ext(base)); cut != "" {
		return cut
	}
	return base
}
