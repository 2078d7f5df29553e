package stage

import "testing"

// TestTogether pins the mean of what parts have learnt, and that parts without
// anything do not count.
func TestTogether(t *testing.T) {
	whole := Learnt{Tours: 24, PerTour: 3, Kicks: Yield{Cost: 8, Rate: 5}, Visits: Yield{Cost: 4, Rate: 2}, Cost: 16}
	parts := []*Learnt{whole.Part(0.25), nil, whole.Part(0.5), whole.Part(0.25)}
	if got := *Together(parts, []float64{0.25, 0.7, 0.5, 0.25}); got != whole {
		t.Errorf("%+v, want %+v", got, whole)
	}
	if got := *Together([]*Learnt{{Tours: 16}, {Tours: 36}}, []float64{0.75, 0.25}); got.Tours != 21 {
		t.Errorf("populations of %d, want 21", got.Tours)
	}
	if Together(make([]*Learnt, 3), make([]float64, 3)) != nil {
		t.Error("nobody has learnt anything")
	}
}
