package generate

import (
	"math"
	"math/rand/v2"
)

// gridColumns returns the number of columns of a grid.
func gridColumns(n int) int { return int(math.Ceil(math.Sqrt(float64(n)))) }

// grid returns the cities of a grid of step 1.
func grid(columns int) func() (x, y float64) {
	i := -1
	return func() (float64, float64) {
		i++
		return float64(i % columns), float64(i / columns)
	}
}

// rng returns the random numbers of the kinds that are ours.
func (s Spec) rng() *rand.Rand { return rand.New(rand.NewPCG(s.Seed, 0x7370_6d63_7473)) }

// newShape returns the cities of a uniform, clustered or mutated instance, in [0,1).
func newShape(s Spec) func() (x, y float64) {
	rng := s.rng()
	if s.Kind == "clustered" {
		// Around each centre a normal distribution, made of sums of uniform ones so that
		// it is the same on every machine, as wide as the clusters would lie apart.
		centres := make([][2]float64, s.Clusters)
		for i := range centres {
			centres[i] = [2]float64{rng.Float64(), rng.Float64()}
		}
		spread := 0.25 / math.Sqrt(float64(s.Clusters))
		return inside(func() (float64, float64) {
			c := centres[rng.IntN(s.Clusters)]
			return c[0] + float64(spread*normal(rng)), c[1] + float64(spread*normal(rng))
		})
	}
	uniform := func() (float64, float64) { return rng.Float64(), rng.Float64() }
	if mutate := mutation(s.Kind, rng); mutate != nil {
		return inside(func() (float64, float64) { return mutate(uniform()) })
	}
	return uniform
}

// inside draws again until the city lies in the square.
func inside(next func() (x, y float64)) func() (x, y float64) {
	return func() (float64, float64) {
		for {
			if x, y := next(); x >= 0 && x < 1 && y >= 0 && y < 1 {
				return x, y
			}
		}
	}
}

// normal returns a number that is nearly normal, a sum of uniform ones, the same on every machine.
func normal(rng *rand.Rand) float64 {
	sum := -6.0
	for range 12 {
		sum += rng.Float64()
	}
	return sum
}

// mutation returns what the mutation of that name does to a uniform city, nil for
// other kinds: the operators of J. Bossek, P. Kerschke, A. Neumann, M. Wagner,
// F. Neumann and H. Trautmann, Evolving diverse TSP instances by means of novel and
// creative mutation operators (FOGA 2019), section 4, with the parameters that
// papers on generalisation use. Around a centre drawn uniformly:
//
//   - cluster: a city moves with probability 0.4 to a normal distribution whose
//     standard deviation is drawn up to 0.3;
//   - explosion: a city within 0.3 moves outwards, to the distance 0.3 + X, X
//     exponential with mean 0.1;
//   - implosion: a city within 0.3 moves inwards, to min(1, |X|) of its distance, X
//     standard normal.
//
// A city that leaves the square is drawn anew, where the authors put it on the
// border, since many cities in a line make another kind of instance.
func mutation(kind string, rng *rand.Rand) func(x, y float64) (float64, float64) {
	const radius, share = 0.3, 0.4
	centreX, centreY := rng.Float64(), rng.Float64()
	switch kind {
	case "cluster":
		deviation := 0.3 * rng.Float64()
		return func(x, y float64) (float64, float64) {
			if rng.Float64() >= share {
				return x, y
			}
			return centreX + float64(deviation*normal(rng)), centreY + float64(deviation*normal(rng))
		}
	case "explosion", "implosion":
		return func(x, y float64) (float64, float64) {
			dx, dy := x-centreX, y-centreY
			distance := math.Sqrt(float64(dx*dx) + float64(dy*dy))
			if distance >= radius || distance == 0 {
				return x, y
			}
			factor := min(1, math.Abs(normal(rng)))
			if kind == "explosion" {
				factor = (radius - float64(0.1*math.Log(1-rng.Float64()))) / distance
			}
			return centreX + float64(dx*factor), centreY + float64(dy*factor)
		}
	}
	return nil
}
