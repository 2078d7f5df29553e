package tsp

import (
	"fmt"
	"slices"
	"strconv"
)

// City returns the city that text names: by its id, else by its name, of which
// there must be one only, else by its number in the file, from 1.
func (in *Instance) City(text string) (int32, error) {
	if i := slices.Index(in.IDs, text); i >= 0 {
		return int32(i), nil
	}
	if i := slices.Index(in.Names, text); i >= 0 {
		if j := slices.Index(in.Names[i+1:], text); j >= 0 {
			what := "number"
			if in.IDs != nil {
				what = "id"
			}
			return -1, fmt.Errorf("the name of the cities %d and %d; give the %s of one", i+1, i+1+j+1, what)
		}
		return int32(i), nil
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
