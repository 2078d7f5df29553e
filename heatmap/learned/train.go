package learned

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"

	"tspmcts/tsp"
)

// Trainer gathers examples, pairs of cities of which it is known whether a short
// tour has the edge, and fits a model to them.
type Trainer struct {
	x []float64 // rows of features
	y []float64 // 1 for an edge of the tour, else 0
}

// Add adds the pairs of a solved instance.
func (t *Trainer) Add(ctx context.Context, in *tsp.Instance, tour tsp.Tour) error {
	nb, err := tsp.NearestNeighbors(ctx, in, learnNear)
	if err != nil {
		return err
	}
	p, err := newPairs(ctx, in, nb)
	if err != nil {
		return err
	}
	n := len(tour)
	at := make([]int, n)
	for k, city := range tour {
		at[city] = k
	}
	for e := range p.u {
		d := at[p.u[e]] - at[p.v[e]]
		y := 0.0
		if d == 1 || d == -1 || d == n-1 || d == 1-n {
			y = 1
		}
		t.y = append(t.y, y)
	}
	t.x = append(t.x, p.x...)
	return nil
}

// Examples returns the number of pairs.
func (t *Trainer) Examples() int { return len(t.y) }

// Train fits a model with the given number of hidden units, from random weights, by L-BFGS
// (gonum's) on the mean log-loss plus a weight decay. It ends after the given number of
// iterations. Of one machine, the same examples, seed and iterations give the same model.
func (t *Trainer) Train(ctx context.Context, hidden, iterations int, seed uint64) (*Model, error) {
	const decay = 1e-6
	m, f := len(t.y), len(FeatureNames)
	model := &Model{Features: FeatureNames, Mean: make([]float64, f), Deviation: make([]float64, f)}
	for k := range f {
		sum, square := 0.0, 0.0
		for e := range m {
			v := t.x[e*f+k]
			sum += v
			square += v * v
		}
		mean := sum / float64(m)
		model.Mean[k] = round(mean)
		model.Deviation[k] = round(math.Sqrt(max(1e-6, square/float64(m)-mean*mean)))
	}
	x := mat.NewDense(m, f+1, nil) // with a column of ones for the bias
	for e := range m {
		row := x.RawRowView(e)
		for k := range f {
			row[k] = (t.x[e*f+k] - model.Mean[k]) / model.Deviation[k]
		}
		row[f] = 1
	}
	// The weights: Hidden, row by row, then Out.
	wide := hidden * (f + 1)
	w := make([]float64, wide+hidden+1)
	rng := rand.New(rand.NewPCG(seed, 0x6c6561726e))
	for k := range w {
		w[k] = rng.NormFloat64() / math.Sqrt(float64(f))
	}
	act, delta := mat.NewDense(m, hidden, nil), mat.NewDense(m, hidden, nil)
	evaluate := func(w, grad []float64) float64 {
		h := mat.NewDense(hidden, f+1, w[:wide])
		out := w[wide:]
		act.Mul(x, h.T())
		loss := 0.0
		var outGrad []float64
		if grad != nil {
			clear(grad)
			outGrad = grad[wide:]
		}
		for e := range m {
			a := act.RawRowView(e)
			z := out[hidden]
			for k := range a {
				a[k] = math.Tanh(a[k])
				z += out[k] * a[k]
			}
			// -ln sigma(z) for an edge, -ln(1 - sigma(z)) else; without overflow.
			s := z
			if t.y[e] == 1 {
				s = -z
			}
			loss += max(s, 0) + math.Log1p(math.Exp(-math.Abs(s)))
			if grad == nil {
				continue
			}
			g := 1/(1+math.Exp(-z)) - t.y[e]
			d := delta.RawRowView(e)
			for k := range a {
				outGrad[k] += g * a[k]
				d[k] = g * out[k] * (1 - a[k]*a[k])
			}
			outGrad[hidden] += g
		}
		if grad != nil {
			mat.NewDense(hidden, f+1, grad[:wide]).Mul(delta.T(), x)
			for k := range grad {
				grad[k] = grad[k]/float64(m) + 2*decay*w[k]
			}
		}
		loss /= float64(m)
		for _, v := range w {
			loss += decay * v * v
		}
		return loss
	}
	// gonum asks for the value and the gradient at one point one after the other.
	lastW, lastGrad, lastLoss := make([]float64, len(w)), make([]float64, len(w)), math.NaN()
	at := func(w []float64) {
		same := !math.IsNaN(lastLoss)
		for k := range w {
			same = same && w[k] == lastW[k]
		}
		if !same {
			copy(lastW, w)
			lastLoss = evaluate(w, lastGrad)
		}
	}
	problem := optimize.Problem{
		Func: func(w []float64) float64 { at(w); return lastLoss },
		Grad: func(grad, w []float64) { at(w); copy(grad, lastGrad) },
		Status: func() (optimize.Status, error) {
			if ctx.Err() != nil {
				return optimize.Failure, ctx.Err()
			}
			return optimize.NotTerminated, nil
		},
	}
	res, err := optimize.Minimize(problem, w, &optimize.Settings{MajorIterations: iterations, GradientThreshold: 1e-7, Concurrent: 1}, &optimize.LBFGS{Store: 30})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if res == nil {
		return nil, fmt.Errorf("learned: training: %w", err)
	}
	best := res.X // a line search that finds nothing better ends the training, which is no failure
	for k := range hidden {
		row := make([]float64, f+1)
		for c := range row {
			row[c] = round(best[k*(f+1)+c])
		}
		model.Hidden = append(model.Hidden, row)
	}
	for _, v := range best[wide:] {
		model.Out = append(model.Out, round(v))
	}
	return model, nil
}

// round keeps six digits.
func round(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 6, 64), 64)
	return r
}

// Loss returns the mean log-loss of a model over the examples, in nats a pair.
func (t *Trainer) Loss(m *Model) float64 {
	f, sum := len(FeatureNames), 0.0
	for e, y := range t.y {
		q := m.probability(t.x[e*f : e*f+f])
		if y == 0 {
			q = 1 - q
		}
		sum -= math.Log(max(q, 1e-15))
	}
	return sum / float64(len(t.y))
}
