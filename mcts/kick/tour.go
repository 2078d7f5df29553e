package kick

import "tspmcts/tsp"

// Tour is a tour that pieces are cut from.
type Tour struct {
	Order  []int32
	Length int64
	pos    []int32 // inverse of Order
}

// NewTour takes order over.
func NewTour(in *tsp.Instance, order []int32) *Tour {
	t := &Tour{Order: order}
	t.Measure(in)
	return t
}

// Measure computes the length anew, and where each city stands: what is due
// after a change of Order, or where the tour was read from a file.
func (t *Tour) Measure(in *tsp.Instance) {
	t.Length = in.Length(t.Order)
	t.index()
}

// Clone returns a copy.
func (t *Tour) Clone() *Tour {
	c := &Tour{Order: append([]int32(nil), t.Order...), Length: t.Length}
	c.index()
	return c
}

// index makes pos the inverse of Order.
func (t *Tour) index() {
	if len(t.pos) != len(t.Order) {
		t.pos = make([]int32, len(t.Order))
	}
	for p, c := range t.Order {
		t.pos[c] = int32(p)
	}
}
