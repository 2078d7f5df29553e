package heatmap_test

import (
	"context"
	"fmt"
	"log"

	"tspmcts/heatmap"
	"tspmcts/tsp"
)

// A matrix of beliefs, as a network puts it out, becomes a map.
func ExampleFromMatrix() {
	m, err := heatmap.FromMatrix(4, []float64{
		0, .9, .1, .8,
		.9, 0, .7, .2,
		.1, .7, 0, .9,
		.8, .2, .9, 0,
	})
	if err != nil {
		log.Fatal(err)
	}
	cities, p := m.Of(0)
	fmt.Println(cities, p, m.Check())
	// Output: [1 3 2] [0.9 0.8 0.1] <nil>
}

// A list of edges becomes a map: each is given at one end here, and so counts half.
func ExampleNew() {
	edges := []struct {
		a, b int32
		p    float32
	}{{0, 1, 1}, {1, 2, .5}, {2, 0, .5}}
	m, err := heatmap.New("mine", 3, func(i int32, add func(j int32, p float32)) {
		for _, e := range edges {
			if e.a == i {
				add(e.b, e.p)
			}
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Of(1))
	// Output: [0 2] [0.5 0.25]
}

// A source of one's own has a name that specs can use, with parameters, and in a mix.
func ExampleRegister() {
	heatmap.Register(heatmap.Kind{
		Name: "nearest", Usage: "nothing but the k nearest",
		Params: []heatmap.Param{{Name: "k", Usage: "how many", Default: "2", Min: 1, Max: 10, Integer: true}},
		Build: func(ctx context.Context, s *heatmap.Source, r heatmap.Request) (*heatmap.Map, error) {
			k := int(s.Number("k", 2))
			nb, err := r.Nearest(ctx, k)
			if err != nil {
				return nil, err
			}
			return heatmap.KNN(ctx, r.Instance, nb, k)
		},
	})
	in, err := tsp.NewPoints("line", tsp.Exact2D, []float64{0, 1, 3, 6}, []float64{0, 0, 0, 0}, nil)
	if err != nil {
		log.Fatal(err)
	}
	s, err := heatmap.Parse("nearest:k=1")
	if err != nil {
		log.Fatal(err)
	}
	m, err := s.Build(context.Background(), heatmap.Request{Instance: in})
	if err != nil {
		log.Fatal(err)
	}
	cities, p := m.Of(0)
	fmt.Println(m.Source, cities, p)
	// Output: nearest:k=1 [1] [1]
}
