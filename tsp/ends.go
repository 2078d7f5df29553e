package tsp

import "fmt"

// Ends are the cities that a path begins and ends with, -1 where any will do.
type Ends struct{ Start, End int32 }

// SetEnds asks for a path through all cities, from start to end, instead of a
// tour; -1 is any city. It must agree with the fixed edges;
// else the error is ErrFixed with the reason. A path of a symmetric instance may
// be read from either end, but from start on where only one is given.
func (in *Instance) SetEnds(start, end int32) error {
	for _, c := range [2]int32{start, end} {
		if c < -1 || c >= in.n {
			return fmt.Errorf("the path is to end in city %d, want one of 1..%d", int64(c)+1, in.n)
		}
	}
	if start >= 0 && start == end && in.n > 1 {
		return fmt.Errorf("the path is to begin and to end in city %d; want two different cities", start+1)
	}
	was := in.Ends
	in.Ends = &Ends{start, end}
	if err := in.checkPath(); err != nil {
		in.Ends = was
		return err
	}
	if in.Metric == Graph {
		in.offset = int64(in.n) - 1
	}
	return nil
}

// checkPath returns an error where a path is asked for that the fixed edges do not allow.
func (in *Instance) checkPath() error {
	if in.Ends == nil {
		return nil
	}
	n, fixed := in.symmetricFixed()
	if err := (&Instance{n: n}).SetFixed(fixed); err != nil {
		return fmt.Errorf("%w as a path between these ends", ErrFixed)
	}
	return nil
}

// checkEnds returns an error unless t begins and ends where it has to.
func (in *Instance) checkEnds(t Tour) error {
	e := in.Ends
	first, last := t[0], t[len(t)-1]
	fits := func(first, last int32) bool {
		return (e.Start < 0 || first == e.Start) && (e.End < 0 || last == e.End)
	}
	if fits(first, last) || !in.Directed && fits(last, first) {
		return nil
	}
	if e.Start >= 0 && first != e.Start {
		return fmt.Errorf("the path begins with city %d, want %d", first+1, e.Start+1)
	}
	return fmt.Errorf("the path ends with city %d, want %d", last+1, e.End+1)
}

// steps returns the number of edges of a solution.
func (in *Instance) steps() int {
	if in.Ends != nil {
		return int(in.n) - 1
	}
	return int(in.n)
}
