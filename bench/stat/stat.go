package stat

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat/distuv"
)

// Mean returns the arithmetic mean, NaN of nothing.
func Mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Median returns the median, NaN of nothing.
func Median(x []float64) float64 { return quantile(x, 0.5) }

// quantile is SortedQuantile of values in any order.
func quantile(x []float64, p float64) float64 {
	s := slices.Clone(x)
	slices.Sort(s)
	return SortedQuantile(s, p)
}

// SortedQuantile returns the p-quantile of values in ascending order, interpolated between the two
// nearest (type 7 of Hyndman and Fan, what R and NumPy do); NaN of nothing.
func SortedQuantile(s []float64, p float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	at := p * float64(len(s)-1)
	if !(at >= 0 && at <= float64(len(s)-1)) {
		return math.NaN()
	}
	lo := int(at)
	if part := at - float64(lo); part > 0 && s[lo] != s[lo+1] { // of two infinities there is no difference
		return s[lo] + part*(s[lo+1]-s[lo])
	}
	return s[lo]
}

// bootstrap returns what a statistic is in resamples samples of x with
// replacement, in ascending order. The seed decides the samples.
func bootstrap(x []float64, statistic func([]float64) float64, resamples int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0x626f6f74))
	all := make([]float64, resamples)
	sample := make([]float64, len(x))
	for i := range all {
		for j := range sample {
			sample[j] = x[rng.IntN(len(x))]
		}
		all[i] = statistic(sample)
	}
	slices.Sort(all)
	return all
}

// Interval returns the 95 % percentile bootstrap interval of the mean of x, of 2000 resamples
// (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, chapter 13). Equal x have equal
// intervals.
func Interval(x []float64) (lo, hi float64) { return interval(x, 0.95, 2000, 1) }

func interval(x []float64, level float64, resamples int, seed uint64) (lo, hi float64) {
	if len(x) == 0 {
		return math.NaN(), math.NaN()
	}
	all := bootstrap(x, Mean, resamples, seed)
	return SortedQuantile(all, (1-level)/2), SortedQuantile(all, (1+level)/2)
}

// ascending compares two values; NaN is above all others, and equal to itself.
func ascending(a, b float64) int {
	if math.IsNaN(a) || math.IsNaN(b) {
		return -cmp.Compare(a, b)
	}
	return cmp.Compare(a, b)
}

// Ranks returns the rank of each value, from 1 for the smallest; equal values
// share the mean of their ranks. NaN ranks last.
func Ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return ascending(x[a], x[b]) })
	ranks := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && ascending(x[order[j]], x[order[i]]) == 0 {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return ranks
}

// exactLimit is the number of differences up to which Wilcoxon counts every
// assignment of signs. The count is a convolution, of cost n^3.
const exactLimit = 100

// Wilcoxon returns the two-sided p-value of the signed-rank test of the
// differences d being symmetric around 0, and the sum of the ranks of the positive
// ones. Zeros are dropped, as Wilcoxon did, and NaN; infinite differences rank above
// the others. Up to 100 differences p is exact, of
// the distribution over all signs given the ranks, ties included; above, it is the
// normal approximation with corrections for ties and continuity. Without a
// difference p is 1.
func Wilcoxon(d []float64) (p, positive float64) {
	var size []float64
	var plus []bool
	for _, v := range d {
		if v != 0 && !math.IsNaN(v) {
			size = append(size, math.Abs(v))
			plus = append(plus, v > 0)
		}
	}
	n := len(size)
	if n == 0 {
		return 1, 0
	}
	ranks := Ranks(size)
	total, squares := 0.0, 0.0
	for i, r := range ranks {
		if plus[i] {
			positive += r
		}
		total += r
		squares += r * r
	}
	low := min(positive, total-positive)
	if n <= exactLimit {
		return exactP(ranks, low), positive
	}
	// The variance is a quarter of the sum of squared ranks: ties need no formula of their own.
	z := max(0, (total/2-low-0.5)/math.Sqrt(squares/4))
	return min(1, 2*distuv.UnitNormal.Survival(z)), positive
}

// exactP returns twice the probability of a rank sum of at most low.
func exactP(ranks []float64, low float64) float64 {
	sum := 0
	for _, r := range ranks {
		sum += int(2 * r) // ranks are multiples of a half
	}
	chance := make([]float64, sum+1) // of a doubled rank sum
	chance[0] = 1
	reach := 0
	for _, r := range ranks {
		step := int(2 * r)
		for s := reach; s >= 0; s-- {
			half := chance[s] / 2
			chance[s] -= half
			chance[s+step] += half
		}
		reach += step
	}
	tail := 0.0
	for s := 0; s <= int(2*low); s++ {
		tail += chance[s]
	}
	return min(1, 2*tail)
}

// Holm returns the p-values, corrected for being several, in their order: the
// smallest of m is multiplied by m, the next by m-1, and so on, and none is
// below one before it (S. Holm, Scandinavian Journal of Statistics 6, 1979).
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return ascending(p[a], p[b]) })
	corrected := make([]float64, len(p))
	least := 0.0
	for i, k := range order {
		least = max(least, min(1, p[k]*float64(len(p)-i)))
		corrected[k] = least
	}
	return corrected
}

// FriedmanResult is what Friedman finds.
type FriedmanResult struct {
	Blocks     int
	Ranks      []float64 // mean rank of each treatment; 1 is best
	ChiSquared float64   // k-1 degrees of freedom
	F          float64   // of Iman and Davenport, k-1 and (k-1)(N-1) degrees of freedom
	P          float64   // of F, exact where all blocks agree
	Critical   float64   // two mean ranks further apart than this differ at the 5 % level (Nemenyi)
	Least      float64   // the same for single pairs, once F says that there is a difference (Conover)
}

// Friedman tests whether the treatments differ: blocks[i] holds the values of all
// treatments in block i, the smaller the better. It takes at least two of each.
func Friedman(blocks [][]float64) (*FriedmanResult, error) {
	if len(blocks) < 2 || len(blocks[0]) < 2 {
		return nil, errors.New("stat: Friedman's test needs two treatments in two blocks")
	}
	n, k := float64(len(blocks)), len(blocks[0])
	r := &FriedmanResult{Blocks: len(blocks), Ranks: make([]float64, k)}
	squares := 0.0
	for _, b := range blocks {
		if len(b) != k {
			return nil, errors.New("stat: a block lacks a treatment")
		}
		for j, rank := range Ranks(b) {
			r.Ranks[j] += rank / n
			squares += rank * rank
		}
	}
	// With ties inside blocks the sum of squared ranks is smaller (Conover, Practical
	// Nonparametric Statistics, 5.8): spread is k(k+1)^2/4 blocks below it.
	kk := float64(k)
	mean := (kk + 1) / 2
	between := 0.0
	for _, rank := range r.Ranks {
		between += n * n * (rank - mean) * (rank - mean)
	}
	within := squares - n*kk*mean*mean
	if within == 0 { // every block ties all
		r.P = 1
	} else {
		r.ChiSquared = (kk - 1) * between / within
		if rest := n*(kk-1) - r.ChiSquared; rest > 1e-9 {
			r.F = (n - 1) * r.ChiSquared / rest
			r.P = distuv.F{D1: kk - 1, D2: (kk - 1) * (n - 1)}.Survival(r.F)
		} else {
			r.F = math.Inf(1)
			r.P = math.Pow(sameOrder(Ranks(blocks[0])), n-1)
		}
	}
	r.Critical = criticalDifference(k, len(blocks))
	// Conover, 5.8, formula 6, for rank sums: t sqrt(2 (n A - sum R^2) / ((n-1)(k-1))).
	sums := 0.0
	for _, rank := range r.Ranks {
		sums += n * rank * n * rank
	}
	freedom := (n - 1) * (kk - 1)
	r.Least = distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(0.975) * math.Sqrt(max(0, 2*(n*squares-sums)/freedom)) / n
	return r, nil
}

// sameOrder returns the chance that another block has the same ranks, by which alone all blocks
// agree (Conover, 5.8): 1/k!, times t! for each t treatments that tie.
func sameOrder(ranks []float64) float64 {
	chance := 1.0
	tied := map[float64]float64{}
	for i, rank := range ranks {
		tied[rank]++
		chance *= tied[rank] / float64(i+1)
	}
	return chance
}

// criticalDifference returns how far the mean ranks of two of k treatments must
// lie apart in n blocks to differ at the 5 % level: Nemenyi's test,
// q sqrt(k(k+1)/6n), where q sqrt(2) is the 95 % point of the range of k normal variables.
func criticalDifference(k, n int) float64 {
	return rangePoint(k) / math.Sqrt2 * math.Sqrt(float64(k*(k+1))/(6*float64(n)))
}

// rangePoint returns the 95 % point of the range of k standard normal variables,
// by bisection on P(R < q) = k integral phi(z) (Phi(z) - Phi(z-q))^(k-1) dz.
func rangePoint(k int) float64 {
	below := func(q float64) float64 {
		return float64(k) * quad.Fixed(func(z float64) float64 {
			return distuv.UnitNormal.Prob(z) * math.Pow(distuv.UnitNormal.CDF(z)-distuv.UnitNormal.CDF(z-q), float64(k-1))
		}, -8, 8+q, 200, nil, 0)
	}
	lo, hi := 0.0, 20.0
	for range 50 {
		mid := (lo + hi) / 2
		if below(mid) < 0.95 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}
