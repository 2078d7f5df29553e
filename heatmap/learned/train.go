package learned

import (
	"context"
	"errors"
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

// Add adds the pairs of a solved instance, which must be for tours with distances that are the same
// both ways: the features of others are those of the instance that stands for them.
func (t *Trainer) Add(ctx context.Context, in *tsp.Instance, tour tsp.Tour) error {
	if tsp.NewSymmetric(in) != nil {
		return fmt.Errorf("learned: %s is searched as another instance; want tours with distances that are the same both ways", in.Name)
	}
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
	if len(t.y) == 0 {
		return nil, errors.New("learned: no pairs of cities to train on; want instances of two cities or more")
	}
	f := len(FeatureNames)
	model := &Model{Features: FeatureNames, Mean: make([]float64, f), Deviation: make([]float64, f)}
	fit := newFit(t.standard(model), t.y, hidden)
	w := make([]float64, fit.wide+hidden+1)
	rng := rand.New(rand.NewPCG(seed, 0x6c6561726e))
	for k := range w {
		w[k] = rng.NormFloat64() / math.Sqrt(float64(f))
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
			lastLoss = fit.loss(w, lastGrad)
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
	for _, v := range best[fit.wide:] {
		model.Out = append(model.Out, round(v))
	}
	return model, nil
}

// standard sets the model's means and deviations and returns the examples, a row each,
// less the former and over the latter, with a column of ones for the bias.
func (t *Trainer) standard(model *Model) *mat.Dense {
	m, f := len(t.y), len(FeatureNames)
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
	x := mat.NewDense(m, f+1, nil)
	for e := range m {
		row := x.RawRowView(e)
		for k := range f {
			row[k] = (t.x[e*f+k] - model.Mean[k]) / model.Deviation[k]
		}
		row[f] = 1
	}
	return x
}

// fit is what the weights of a model are fitted to. They are one vector: Hidden, row by
// row, which is wide, then Out.
type fit struct {
	x          *mat.Dense // examples, a row each
	y          []float64
	hidden     int
	wide       int
	act, delta *mat.Dense // scratch, a row an example
}

func newFit(x *mat.Dense, y []float64, hidden int) *fit {
	m, columns := x.Dims()
	return &fit{x, y, hidden, hidden * columns, mat.NewDense(m, hidden, nil), mat.NewDense(m, hidden, nil)}
}

// loss returns the mean log-loss of the weights plus their decay, and fills grad with its gradient.
func (f *fit) loss(w, grad []float64) float64 {
	const decay = 1e-6
	m, columns := f.x.Dims()
	out, outGrad := w[f.wide:], grad[f.wide:]
	f.act.Mul(f.x, mat.NewDense(f.hidden, columns, w[:f.wide]).T())
	clear(grad)
	loss := 0.0
	for e := range m {
		a := f.act.RawRowView(e)
		z := out[f.hidden]
		for k := range a {
			a[k] = math.Tanh(a[k])
			z += out[k] * a[k]
		}
		// -ln sigma(z) for an edge, -ln(1 - sigma(z)) else; without overflow.
		s := z
		if f.y[e] == 1 {
			s = -z
		}
		loss += max(s, 0) + math.Log1p(math.Exp(-math.Abs(s)))
		g := 1/(1+math.Exp(-z)) - f.y[e]
		d := f.delta.RawRowView(e)
		for k := range a {
			outGrad[k] += g * a[k]
			d[k] = g * out[k] * (1 - a[k]*a[k])
		}
		outGrad[f.hidden] += g
	}
	mat.NewDense(f.hidden, columns, grad[:f.wide]).Mul(f.delta.T(), f.x)
	for k := range grad {
		grad[k] = grad[k]/float64(m) + 2*decay*w[k]
	}
	loss /= float64(m)
	for _, v := range w {
		loss += decay * v * v
	}
	return loss
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
