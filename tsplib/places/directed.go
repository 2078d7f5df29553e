package places

import (
	"errors"

	"tspmcts/tsp"
)

// newInstance returns the instance over m, directed where m is not symmetric.
func newInstance(name string, m *matrix) (*tsp.Instance, error) {
	if !m.symmetric() || m.roads {
		return nil, errors.New("asymmetric matrices await the asymmetric model")
	}
	return tsp.NewMatrix(name, m.n, m.w)
}
