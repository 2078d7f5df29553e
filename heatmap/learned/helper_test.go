package learned

import (
	"slices"
	"testing"

	"tspmcts/heatmap"
)

// checkMap fails unless m is a map of n cities as every source makes it.
func checkMap(t *testing.T, m *heatmap.Map, n int) {
	t.Helper()
	if err := m.Check(); err != nil || m.N() != n || m.Source == "" {
		t.Fatalf("%q has %d cities, want %d; %v", m.Source, m.N(), n, err)
	}
}

func equal(a, b *heatmap.Map) bool {
	return slices.Equal(a.Start, b.Start) && slices.Equal(a.City, b.City) && slices.Equal(a.P, b.P)
}
