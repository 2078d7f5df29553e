package heatmap

import (
	"math"

	"tspmcts/tsp"
)

// Measure tells how well a map foresees a tour.
type Measure struct {
	// Recall holds, for k = 1, 2, ..., the share of the ends of the tour's edges
	// whose other end is among the city's k most probable: at most a half for k = 1,
	// as a city has two.
	Recall []float64
	// LogLoss is the sum over all pairs of cities of -ln of the probability that the map gives to
	// what is so, edge or none, divided by the number of cities; in nats. Probabilities are those
	// of Edge, between Floor and 1 - Floor.
	LogLoss float64
	// Entropy is the mean over the cities of -sum p ln p, p a row divided by its sum; in nats.
	Entropy float64
	Edges   int // pairs with a probability above 0
	Held    int // edges of the tour among them
	// Calibration groups pairs with a probability above 0 by it, ten groups to 1.
	Calibration [10]Bin
}

// Bin is a group of pairs of cities of similar probability.
type Bin struct {
	Pairs     int
	Predicted float64 // mean probability
	Observed  float64 // share that are edges of the tour
}

// Floor is the probability, that of an edge that a map does not hold, below which a log-loss takes
// none.
const Floor = 1e-6

// Edge returns the factor from P_ij to the probability that the edge is in a
// tour: such that the probabilities sum to the number of edges, n, whatever the scale of the map.
func (m *Map) Edge() float64 {
	sum := 0.0
	for _, p := range m.P {
		sum += float64(p)
	}
	if sum == 0 {
		return 0
	}
	return 2 * float64(m.N()) / sum
}

// Measure holds the map against a tour, with recall at 1 to k. Cost: O(entries).
func (m *Map) Measure(tour tsp.Tour, k int) Measure {
	n := len(tour)
	x := Measure{Recall: make([]float64, k)}
	prev, next := make([]int32, n), make([]int32, n)
	for at, i := range tour {
		next[i], prev[i] = tour[(at+1)%n], tour[(at+n-1)%n]
	}
	factor := m.Edge()
	loss := 0.0
	for i := range int32(n) {
		cities, ps := m.Of(i)
		sum := 0.0
		for _, p := range ps {
			sum += float64(p)
		}
		for r, j := range cities {
			p := float64(ps[r])
			inTour := next[i] == j || prev[i] == j
			if inTour {
				for t := r; t < k; t++ { // entries of probability 0 are ranked too
					x.Recall[t]++
				}
			}
			if p == 0 {
				continue
			}
			x.Entropy -= p / sum * math.Log(p/sum)
			if j < i {
				continue
			}
			x.Edges++
			q := min(1, p*factor)
			bin := &x.Calibration[min(9, int(q*10))]
			bin.Pairs++
			bin.Predicted += q
			q = max(Floor, min(1-Floor, q))
			if inTour {
				x.Held++
				bin.Observed++
				loss -= math.Log(q)
			} else {
				loss -= math.Log1p(-q)
			}
		}
	}
	edges := n
	if n < 3 {
		edges = n - 1
	}
	loss -= float64(edges-x.Held) * math.Log(Floor)
	loss -= (float64(n)*float64(n-1)/2 - float64(x.Edges) - float64(edges-x.Held)) * math.Log1p(-Floor)
	x.LogLoss = loss / float64(n)
	x.Entropy /= float64(n)
	for t := range x.Recall {
		if edges == 0 { // the tour of one city: none is missed
			x.Recall[t] = 1
			continue
		}
		x.Recall[t] /= float64(2 * edges)
	}
	for b := range x.Calibration {
		if c := &x.Calibration[b]; c.Pairs > 0 {
			c.Predicted /= float64(c.Pairs)
			c.Observed /= float64(c.Pairs)
		}
	}
	return x
}
