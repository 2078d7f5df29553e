package tsp

import (
	"errors"
	"fmt"
)

// ErrNone is what errors.Is finds where no tour can exist.
var ErrNone = errors.New("there is no tour")

// Impossible returns ErrNone with the reason where one is easily seen: a city that
// too few edges lead to that may be used, a fixed edge that may not be, a city that cannot be
// reached from another whatever ways are taken, and a Graph that would be in pieces without one of
// its cities. It proves nothing where it returns nil.
func (in *Instance) Impossible() error {
	if in.n < 3 || !in.Forbids() {
		return nil
	}
	nor := ""
	if in.Ends != nil {
		nor = ", nor a path"
	}
	none := func(format string, args ...any) error {
		return fmt.Errorf("%w%s: %s; allow more edges, or leave cities out", ErrNone, nor, fmt.Sprintf(format, args...))
	}
	for _, e := range in.Fixed {
		if !in.allows(e[0], e[1]) {
			return none("the fixed edge %d-%d may not be used", e[0]+1, e[1]+1)
		}
	}
	for c := range in.n {
		out, into := in.ways(c)
		switch {
		case in.Directed && out == 0 && (in.Ends == nil || in.Ends.Start == c || in.Ends.End >= 0 && in.Ends.End != c):
			return none("no way leads out of city %d", c+1)
		case in.Directed && into == 0 && (in.Ends == nil || in.Ends.End == c || in.Ends.Start >= 0 && in.Ends.Start != c):
			return none("no way leads into city %d", c+1)
		case out+into == 0:
			return none("no edge leads to city %d", c+1)
		case !in.Directed && out == 1 && in.Ends == nil:
			return none("city %d has one edge, a tour needs two", c+1)
		}
	}
	if in.graph == nil {
		if from, to := in.parted(); from >= 0 {
			return none("no way leads from city %d to city %d, nor through others", from+1, to+1)
		}
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

// parted returns two cities of which the second would have to be reached from the first, and cannot
// be; -1 if there are none.
func (in *Instance) parted() (from, to int32) {
	e := Ends{} // from any city all others are reached, and back
	if in.Directed && in.Ends != nil {
		e = *in.Ends
	}
	if e.Start < 0 && e.End < 0 { // which comes first is not known
		if to := in.beyond(0, func(i, j int32) bool { return in.allows(i, j) || in.allows(j, i) }); to >= 0 {
			return 0, to
		}
	}
	if e.Start >= 0 {
		if to := in.beyond(e.Start, in.allows); to >= 0 {
			return e.Start, to
		}
	}
	if e.End >= 0 && in.Directed {
		if from := in.beyond(e.End, func(i, j int32) bool { return in.allows(j, i) }); from >= 0 {
			return from, e.End
		}
	}
	return -1, -1
}

// beyond returns a city that no steps from another one lead to, -1 if there is none. Where most
// steps are allowed its time is that of the cities, not that of their pairs.
func (in *Instance) beyond(from int32, step func(i, j int32) bool) int32 {
	left := make([]int32, 0, in.n-1)
	for c := range in.n {
		if c != from {
			left = append(left, c)
		}
	}
	for reached := []int32{from}; len(reached) > 0 && len(left) > 0; {
		c := reached[len(reached)-1]
		reached = reached[:len(reached)-1]
		stay := left[:0]
		for _, d := range left {
			if step(c, d) {
				reached = append(reached, d)
			} else {
				stay = append(stay, d)
			}
		}
		left = stay
	}
	if len(left) == 0 {
		return -1
	}
	return left[0]
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
