package tsp

import (
	"errors"
	"fmt"
)

// ErrNone is what errors.Is finds where no tour can exist.
var ErrNone = errors.New("there is no tour")

// Impossible returns ErrNone with the reason where one is easily seen: a city that
// too few edges lead to that may be used, and of a Graph one that is in pieces, or would
// be without one of its cities. It proves nothing where it returns nil.
func (in *Instance) Impossible() error {
	if in.n < 3 || !in.Forbids() {
		return nil
	}
	what := "tour"
	if in.Ends != nil {
		what = "path"
	}
	none := func(format string, args ...any) error {
		if what == "path" {
			return fmt.Errorf("%w, nor a path: %s", ErrNone, fmt.Sprintf(format, args...))
		}
		return fmt.Errorf("%w: %s", ErrNone, fmt.Sprintf(format, args...))
	}
	for c := range in.n {
		out, into := in.ways(c)
		switch {
		case in.Directed && out == 0 && (in.Ends == nil || in.Ends.End >= 0 && in.Ends.End != c):
			return none("no way leads out of city %d", c+1)
		case in.Directed && into == 0 && (in.Ends == nil || in.Ends.Start >= 0 && in.Ends.Start != c):
			return none("no way leads into city %d", c+1)
		case out+into == 0:
			return none("no edge leads to city %d", c+1)
		case !in.Directed && out == 1 && in.Ends == nil:
			return none("city %d has one edge, a tour needs two", c+1)
		}
	}
	if in.graph == nil {
		return nil
	}
	reached, cut := in.graph.articulation()
	switch {
	case reached < int(in.n):
		return none("the graph is in pieces, of which one has %d of its %d cities", reached, in.n)
	case cut >= 0 && in.Ends == nil:
		return none("without city %d the graph is in pieces", cut+1)
	}
	return nil
}

// ways counts the edges out of city c, and into it, that may be used, up to two
// where the instance is symmetric, and the same are counted as out of it.
func (in *Instance) ways(c int32) (out, into int) {
	switch {
	case in.graph != nil:
		return len(in.graph.of(c)), 0
	case in.closed != nil:
		return int(in.n) - 1 - len(in.closed.of(c)), 0
	}
	for j := range in.n {
		if j == c {
			continue
		}
		if in.allows(c, j) {
			out++
		}
		if in.Directed && in.allows(j, c) {
			into++
		}
		if out > 1 && (!in.Directed || into > 0) {
			break
		}
	}
	return out, into
}

// articulation returns how many cities can be reached from the first, and a
// city without which these are in pieces, -1 if there is none (Hopcroft and Tarjan 1973).
func (l *links) articulation() (reached int, cut int32) {
	n := len(l.start) - 1
	order, low := make([]int32, n), make([]int32, n) // order of discovery, from 1; the lowest reached by one edge back
	next := make([]int32, n)
	parent := make([]int32, n)
	stack := []int32{0}
	order[0], low[0], parent[0], reached, cut = 1, 1, -1, 1, -1
	branches := 0 // of the first city
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		row := l.of(v)
		if int(next[v]) < len(row) {
			w := row[next[v]]
			next[v]++
			switch {
			case order[w] == 0:
				reached++
				order[w], low[w], parent[w] = int32(reached), int32(reached), v
				stack = append(stack, w)
				if v == 0 {
					branches++
				}
			case w != parent[v]:
				low[v] = min(low[v], order[w])
			}
			continue
		}
		stack = stack[:len(stack)-1]
		if p := parent[v]; p >= 0 {
			low[p] = min(low[p], low[v])
			if p != 0 && low[v] >= order[p] && cut < 0 {
				cut = p
			}
		}
	}
	if branches > 1 {
		cut = 0
	}
	return reached, cut
}
