package twoopt

import (
	"fmt"

	"tspmcts/tsp"
)

// expect panics unless s is a permutation with its inverse, has the given
// length under in, and holds the fixed edges of in. Cost: O(n).
func (s *Tour) expect(in *tsp.Instance, length int64) {
	for p, c := range s.Order {
		if int(c) >= len(s.Pos) || int(s.Pos[c]) != p {
			panic(fmt.Sprintf("twoopt: city %d stands at position %d, which its index denies", c, p))
		}
	}
	if got := in.Length(s.Order); got != length {
		panic(fmt.Sprintf("twoopt: the tour is %d long after a move that should have made it %d", got, length))
	}
	for _, e := range in.Fixed {
		if s.Next(e[0]) != e[1] && s.Prev(e[0]) != e[1] {
			panic(fmt.Sprintf("twoopt: a move removed the fixed edge %d-%d", e[0], e[1]))
		}
	}
}
