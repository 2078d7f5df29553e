package tree

import "math"

// Backpropagate credits the edges that an improvement of a tour of length by gain
// added:
//
//	W += beta (exp(gain/length) - 1)
//
// in both directions, where they are candidates. The increment is rounded to
// 2^-40, below which processors differ in exp.
func (st *Stats) Backpropagate(added [][2]int32, beta float64, gain, length int64) {
	up := math.Round(float64(beta*math.Expm1(float64(gain)/float64(length)))*0x1p40) * 0x1p-40
	if up == 0 {
		return
	}
	for _, e := range added {
		for _, d := range [2][2]int32{{e[0], e[1]}, {e[1], e[0]}} {
			if k := st.find(d[0], d[1]); k >= 0 {
				st.weight[k] += up
				st.setOmega(d[0], st.omega[d[0]]+float64(up*st.invN))
			}
		}
	}
}
