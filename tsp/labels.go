package tsp

import (
	"fmt"
	"strconv"
)

// Labels finds cities by what they are called, in a time that does not grow with their number.
type Labels struct {
	in    *Instance
	ids   map[string]int32
	names map[string][2]int32 // the first two cities of a name, -1 for no second one
}

// NewLabels returns the labels of in's cities.
func NewLabels(in *Instance) *Labels {
	l := &Labels{in: in, ids: make(map[string]int32, len(in.IDs)), names: make(map[string][2]int32, len(in.Names))}
	for i, id := range in.IDs {
		if _, found := l.ids[id]; !found {
			l.ids[id] = int32(i)
		}
	}
	for i, name := range in.Names {
		if two, found := l.names[name]; !found {
			l.names[name] = [2]int32{int32(i), -1}
		} else if two[1] < 0 {
			l.names[name] = [2]int32{two[0], int32(i)}
		}
	}
	return l
}

// City returns the city that text names, for who asks once (see Labels.City).
func (in *Instance) City(text string) (int32, error) { return NewLabels(in).City(text) }

// City returns the city that text names: by its id, else by its name, of which
// there must be one only, else by its number in the file, from 1.
func (l *Labels) City(text string) (int32, error) {
	in := l.in
	if i, found := l.ids[text]; found {
		return i, nil
	}
	if two, found := l.names[text]; found {
		if two[1] >= 0 {
			what := "number"
			if in.IDs != nil {
				what = "id"
			}
			return -1, fmt.Errorf("the name of the cities %d and %d; give the %s of one", two[0]+1, two[1]+1, what)
		}
		return two[0], nil
	}
	if v, err := strconv.Atoi(text); err == nil && v >= 1 && v <= in.N() {
		return int32(v - 1), nil
	}
	what := fmt.Sprintf("1 to %d", in.N())
	if in.Names != nil {
		what = "a name or " + what
	}
	if in.IDs != nil {
		what = "an id, " + what
	}
	return -1, fmt.Errorf("none of the cities of %s, which are called by %s", in.Name, what)
}
