package tsplib

import (
	"fmt"
	"slices"
)

// readGraph reads an EDGE_DATA_SECTION: pairs of cities, then -1 (EDGE_LIST), or
// lists of a city and its neighbours, each ended by -1, then one more -1 (ADJ_LIST). Ends that are
// missing at the end of the file are told. Memory is that of the edges.
func (p *problem) readGraph(section int) error {
	const key = "EDGE_DATA_SECTION"
	format := p.format["EDGE_DATA_FORMAT"]
	if !slices.Contains([]string{"EDGE_LIST", "ADJ_LIST"}, format) {
		found, line := quote(format), p.seen["EDGE_DATA_FORMAT"]
		if line == 0 {
			found, line = "none before the edges", section
		}
		return p.fail(line, "EDGE_DATA_FORMAT", found, "EDGE_LIST or ADJ_LIST", nil)
	}
	lists := format == "ADJ_LIST"
	first := int32(-1) // the city of the list, or of half an edge
	for {
		c, ok := p.skipSpace()
		if !ok || !startsNumber(c) {
			if err := p.stray(key, "a city's number"); err != nil {
				return err
			}
			if first >= 0 && !lists {
				return p.fail(p.line, key, "half an edge", "pairs of cities, then -1", nil)
			}
			p.warn(p.line, key+" does not end with -1")
			return nil
		}
		line := p.line
		tok := p.token()
		v, ok := parseInt(tok)
		switch {
		case ok && v == -1 && first < 0:
			return nil
		case ok && v == -1 && lists:
			first = -1
			continue
		case !ok || v < 1 || v > int64(p.n):
			return p.fail(line, key, quote(tok), fmt.Sprintf("a city, 1 to %d (DIMENSION), or -1 after the last edge", p.n), nil)
		case first < 0:
			first = int32(v - 1)
			continue
		}
		p.edges = append(p.edges, [2]int32{first, int32(v - 1)})
		if !lists {
			first = -1
		}
	}
}

// checkEdges returns an error where the edges are too few to pass through all cities: there is
// neither a tour nor a path then, and DIMENSION asks for memory that the file does not account for.
func (p *problem) checkEdges() error {
	if len(p.edges) >= p.n-1 {
		return nil
	}
	want := fmt.Sprintf("%d or more: a path through the %d cities of line %d has as many", p.n-1, p.n, p.seen["DIMENSION"])
	return p.fail(p.seen["EDGE_DATA_SECTION"], "EDGE_DATA_SECTION", fmt.Sprintf("%d edges", len(p.edges)), want, nil)
}
