package main

import (
	"math"

	"tspmcts/bench"
	"tspmcts/tsp"
)

// builtIn returns the instance that solve takes without FILE: a thousand cities
// like the seeds of a sunflower, the i-th at the distance sqrt(i) from the
// middle, turned by the golden angle from the one before. Coordinates are
// rounded, so that it is the same on every machine.
func builtIn() *bench.Item {
	const n, scale = 1000, 300
	golden := math.Pi * (3 - math.Sqrt(5))
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		r := scale * math.Sqrt(float64(i))
		sin, cos := math.Sincos(golden * float64(i))
		x[i], y[i] = math.Round(r*cos), math.Round(r*sin)
	}
	in, err := tsp.NewPoints("sunflower1000", tsp.Euc2D, x, y, nil)
	if err != nil {
		panic(err)
	}
	return &bench.Item{Instance: in, Name: in.Name}
}
