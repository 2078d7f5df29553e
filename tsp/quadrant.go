package tsp

import (
	"context"
	"math"
)

// QuadrantNeighbors returns for each city the perQuadrant nearest in each of
// the four quadrants around it, topped up with the nearest of the rest to
// K = min(4*perQuadrant, nb.K), ascending by distance, ties by id (Johnson and
// McGeoch 1997, section 3.3). In clustered instances they connect what plain nearest
// neighbours leave apart.
//
// It selects from nb, so a quadrant whose cities are all further than those of
// nb stays short: give it some 20*perQuadrant neighbours. A quadrant owns the
// axis that a turn to the left enters it by; cities in one place count to the
// first. Instances that are not [Instance.Planar] have no quadrants and get
// the nearest. The only error is ctx's.
func QuadrantNeighbors(ctx context.Context, in *Instance, nb *Neighbors, perQuadrant int) (*Neighbors, error) {
	n := in.N()
	k := max(0, min(4*perQuadrant, nb.K))
	out := &Neighbors{K: k, Flat: make([]int32, n*k)}
	if k == 0 {
		return out, ctx.Err()
	}
	planar := in.Planar()
	round := in.Metric.Degrees()
	const batch = 1 << 10
	err := parallel(ctx, (n+batch-1)/batch, func() func(int) {
		taken := make([]bool, nb.K)
		return func(b int) {
			for i := int32(b * batch); i < int32(min(n, (b+1)*batch)); i++ {
				list := nb.Of(i)
				left := k
				if planar {
					clear(taken)
					var got [4]int
					for t, j := range list {
						dx, dy := in.pts[j].x-in.pts[i].x, in.pts[j].y-in.pts[i].y
						if round && math.Abs(dy) > math.Pi { // the short way round
							dy -= math.Copysign(2*math.Pi, dy)
						}
						if q := quadrant(dx, dy); got[q] < perQuadrant {
							got[q]++
							taken[t] = true
							left--
						}
					}
				}
				row := out.Flat[int(i)*k : int(i)*k+k]
				at := 0
				for t, j := range list {
					switch {
					case planar && taken[t]:
					case left > 0:
						left--
					default:
						continue
					}
					row[at] = j
					at++
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// quadrant numbers the quadrants counterclockwise; the origin belongs to the first.
func quadrant(dx, dy float64) int {
	switch {
	case dx > 0 && dy >= 0 || dx == 0 && dy == 0:
		return 0
	case dx <= 0 && dy > 0:
		return 1
	case dx < 0:
		return 2
	}
	return 3
}
