package stat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6g, want %.6g", what, got, want)
	}
}

// Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 29: depression
// scores of nine patients before and after a tranquilizer. R's wilcox.test has it
// as its example: V = 40, one-sided p = 0.01953.
func TestWilcoxonHollanderWolfe(t *testing.T) {
	x := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	y := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	d := make([]float64, len(x))
	for i := range d {
		d[i] = x[i] - y[i]
	}
	p, v := Wilcoxon(d)
	near(t, "V", v, 40, 0)
	near(t, "p", p, 2*0.01953, 1e-5)
}

// Critical values of Wilcoxon's T (5 %, two-sided) in Demšar's section 3.1.3 and
// every table: T <= 21 for n = 14 is significant, 22 is not; for n = 6 only 0 is.
func TestWilcoxonCriticalValues(t *testing.T) {
	for _, c := range []struct{ n, critical int }{{6, 0}, {8, 3}, {10, 8}, {14, 21}, {20, 52}, {25, 89}} {
		ranks := make([]float64, c.n)
		for i := range ranks {
			ranks[i] = float64(i + 1)
		}
		if p := exactP(ranks, float64(c.critical)); p > 0.05 {
			t.Errorf("n %d, T %d: p %.4f, want below 0.05", c.n, c.critical, p)
		}
		if p := exactP(ranks, float64(c.critical+1)); p <= 0.05 {
			t.Errorf("n %d, T %d: p %.4f, want above 0.05", c.n, c.critical+1, p)
		}
	}
}

// The exact distribution is that of trying all signs, with ties too, and the
// normal approximation comes near it.
func TestWilcoxonTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		n := 1 + rng.IntN(10)
		d := make([]float64, n)
		for i := range d {
			d[i] = float64(1+rng.IntN(6)) * float64(1-2*rng.IntN(2))
		}
		size := make([]float64, n)
		for i, v := range d {
			size[i] = math.Abs(v)
		}
		ranks := Ranks(size)
		p, positive := Wilcoxon(d)
		total := float64(n*(n+1)) / 2
		low, count := min(positive, total-positive), 0
		for signs := range 1 << n {
			sum := 0.0
			for i, r := range ranks {
				if signs>>i&1 == 1 {
					sum += r
				}
			}
			if sum <= low {
				count++
			}
		}
		near(t, "p", p, min(1, 2*float64(count)/float64(int(1)<<n)), 1e-12)
	}
	d := make([]float64, exactLimit+1)
	for i := range d {
		d[i] = rng.NormFloat64() + 0.2
	}
	approximate, _ := Wilcoxon(d)
	size := make([]float64, len(d))
	for i := range d {
		size[i] = math.Abs(d[i])
	}
	_, positive := Wilcoxon(d)
	total := float64(len(d)*(len(d)+1)) / 2
	near(t, "approximate p", approximate, exactP(Ranks(size), min(positive, total-positive)), 2e-3)
	for i := range d {
		d[i] = float64(1 + i)
		if i%3 != 0 {
			d[i] *= -1
		}
	}
	approximate, positive = Wilcoxon(d)
	near(t, "V", positive, 1717, 0)
	// z is 858 less the half of the continuity correction, over the root of 101 102 203 / 24.
	near(t, "approximate p", approximate, math.Erfc(858/math.Sqrt(101*102*203/24.0)/math.Sqrt2), 1e-9)
	p, positive := Wilcoxon([]float64{1, 2, math.NaN()})
	near(t, "p with NaN", p, 0.5, 0)
	near(t, "V with NaN", positive, 3, 0)
	for _, d := range [][]float64{nil, {0, 0}} {
		if p, _ := Wilcoxon(d); p != 1 {
			t.Errorf("p of %v is %v", d, p)
		}
	}
}

// Demšar (2006), table 4: C4.5, +m, +cf and +m+cf on 14 data sets, AUC. The text
// gives mean ranks 3.143, 2.000, 2.893, 1.964, chi-squared 9.28 and F 3.69, and
// 1.25 for the critical difference at 5 %. (The paper's chi-squared leaves ties out
// of account; its formula is checked here from our ranks. In the data set voting it
// ranks +cf before +m+cf, which are both printed as .975.)
func TestFriedmanDemsar(t *testing.T) {
	auc := [][]float64{
		{.763, .768, .771, .798}, {.599, .591, .590, .569}, {.954, .971, .968, .967}, {.628, .661, .654, .657},
		{.882, .888, .886, .898}, {.936, .931, .916, .931}, {.661, .668, .609, .685}, {.583, .583, .563, .625},
		{.775, .838, .866, .875}, {1, 1, 1, 1}, {.940, .962, .965, .962}, {.619, .666, .614, .669},
		{.972, .981, .9751, .975}, {.957, .978, .946, .970}}
	for _, row := range auc {
		for i := range row {
			row[i] = -row[i] // the larger the better
		}
	}
	r, err := Friedman(auc)
	if err != nil {
		t.Fatal(err)
	}
	squares := 0.0
	for i, want := range []float64{3.143, 2.000, 2.893, 1.964} {
		near(t, "mean rank", r.Ranks[i], want, 5e-4)
		squares += r.Ranks[i] * r.Ranks[i]
	}
	chi := 12 * 14 / 20.0 * (squares - 4*25/4.0)
	near(t, "chi-squared without ties", chi, 9.28, 5e-3)
	near(t, "F without ties", 13*chi/(14*3-chi), 3.69, 5e-3)
	near(t, "critical difference", r.Critical, 1.25, 5e-3)
	if r.ChiSquared < chi { // ties make it larger
		t.Errorf("chi-squared %v, below %v", r.ChiSquared, chi)
	}
}

// R's example of friedman.test, with ties: Hollander and Wolfe (1973), p. 140ff.,
// times of 22 players to first base by three methods; chi-squared 11.143.
func TestFriedmanHollanderWolfe(t *testing.T) {
	rounding := [][]float64{{5.40, 5.50, 5.55}, {5.85, 5.70, 5.75}, {5.20, 5.60, 5.50}, {5.55, 5.50, 5.40}, {5.90, 5.85, 5.70},
		{5.45, 5.55, 5.60}, {5.40, 5.40, 5.35}, {5.45, 5.50, 5.35}, {5.25, 5.15, 5.00}, {5.85, 5.80, 5.70}, {5.25, 5.20, 5.10},
		{5.65, 5.55, 5.45}, {5.60, 5.35, 5.45}, {5.05, 5.00, 4.95}, {5.50, 5.50, 5.40}, {5.45, 5.55, 5.50}, {5.55, 5.55, 5.35},
		{5.45, 5.50, 5.55}, {5.50, 5.45, 5.25}, {5.65, 5.60, 5.40}, {5.70, 5.65, 5.55}, {6.30, 6.30, 6.25}}
	r, err := Friedman(rounding)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "chi-squared", r.ChiSquared, 11.143, 5e-4)
	// F is Iman and Davenport's, on 2 and 42 degrees, whose tail is (1+2F/42)^-21. Rank sums are 53,
	// 47 and 32, and squared ranks 22 times 14 less a half for each of four ties; 2.0181 is the 97.5 %
	// point of t with 42 degrees in every table, in Conover's t sqrt(2 (n A - sum R^2) / 42) of rank
	// sums.
	near(t, "F", r.F, 21*r.ChiSquared/(44-r.ChiSquared), 1e-9)
	near(t, "p", r.P, math.Pow(1+2*r.F/42, -21), 1e-9)
	near(t, "least difference", 22*r.Least, 2.0181*math.Sqrt(2*(22*306-53*53-47*47-32*32)/42.), 1e-3)
	for _, bad := range [][][]float64{nil, {{1, 2}}, {{1}, {2}}, {{1, 2}, {1}}} {
		if _, err := Friedman(bad); err == nil {
			t.Errorf("no error of %v", bad)
		}
	}
	if r, err := Friedman([][]float64{{1, 1}, {2, 2}}); err != nil || r.P != 1 {
		t.Errorf("all tied: %+v (%v)", r, err)
	}
	// All blocks agree with the first: that of so many ways in which each could be ordered.
	for _, c := range []struct {
		block []float64
		n     int
		ways  float64
	}{{[]float64{1, 2}, 2, 2}, {[]float64{1, 2}, 3, 2}, {[]float64{3, 1, 2}, 2, 6}, {[]float64{3, 1, 2}, 4, 6}, {[]float64{1, 2, 2, 1, 5}, 3, 30}} {
		r, err := Friedman(slices.Repeat([][]float64{c.block}, c.n))
		if err != nil || !math.IsInf(r.F, 1) {
			t.Fatalf("all agree: %+v (%v)", r, err)
		}
		near(t, "p where all agree", r.P, math.Pow(c.ways, float64(1-c.n)), 1e-15)
	}
}

// Demšar (2006), table 5a: critical values of the Nemenyi test at 5 %.
func TestNemenyiTable(t *testing.T) {
	for i, want := range []float64{1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164} {
		near(t, "q", rangePoint(i+2)/math.Sqrt2, want, 1.1e-3)
	}
}

// Holm (1979) as Demšar (2006), section 3.2.2, and the usual textbook example show it.
func TestHolm(t *testing.T) {
	for i, want := range []float64{.03, .06, .06, .02} {
		near(t, "corrected p", Holm([]float64{.01, .04, .03, .005})[i], want, 1e-12)
	}
	// R: p.adjust(c(0.016, 0.019, 0.607), "holm") of Demšar's p-values.
	for i, want := range []float64{.048, .048, .607} {
		near(t, "corrected p", Holm([]float64{.016, .019, .607})[i], want, 1e-12)
	}
	for _, p := range Holm([]float64{.6, .9}) {
		near(t, "corrected p, 1 at most", p, 1, 0)
	}
}

// Efron and Tibshirani (1993), table 2.1 and chapter 2: survival times of seven
// treated mice. Standard errors for infinitely many samples: mean 23.36 as
// sqrt(sum (x-mean)^2 / n^2) gives it, median 37.83.
func TestBootstrapMice(t *testing.T) {
	mice := []float64{94, 197, 16, 38, 99, 141, 23}
	sd := func(x []float64) float64 {
		m, s := Mean(x), 0.0
		for _, v := range x {
			s += (v - m) * (v - m)
		}
		return math.Sqrt(s / float64(len(x)-1))
	}
	near(t, "mean", Mean(mice), 86.86, 5e-3)
	near(t, "median", Median(mice), 94, 0)
	near(t, "error of the mean", sd(bootstrap(mice, Mean, 20000, 1)), 23.36, 0.5)
	near(t, "error of the median", sd(bootstrap(mice, Median, 20000, 1)), 37.83, 0.7)
	lo, hi := interval(mice, 0.95, 20000, 1)
	// Chapter 13: the percentile interval lies near mean +- 1.96 errors.
	near(t, "lower end", lo, 86.86-1.96*23.36, 5)
	near(t, "upper end", hi, 86.86+1.96*23.36, 5)
}

// Of the heads in 100 tosses of a coin the binomial's 2.5 % point is 40, its 97.5 % point 60.
func TestInterval(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = float64(i % 2)
	}
	lo, hi := Interval(x)
	near(t, "lower end", lo, 0.40, 1e-9)
	near(t, "upper end", hi, 0.60, 1e-9)
}

// What is no number has the last ranks.
func TestRanksOfNaN(t *testing.T) {
	for i, want := range []float64{3.5, 2, 3.5, 1} {
		near(t, "rank", Ranks([]float64{math.NaN(), 1, math.NaN(), 0})[i], want, 0)
	}
}

// R: quantile(c(1, 2, 4, 8), c(.25, .5, .9)) is 1.75, 3, 6.8.
func TestQuantile(t *testing.T) {
	x := []float64{8, 1, 4, 2}
	near(t, "quarter", quantile(x, .25), 1.75, 1e-12)
	near(t, "median", Median(x), 3, 1e-12)
	near(t, "0.9", quantile(x, .9), 6.8, 1e-12)
	if !math.IsNaN(Median(nil)) || !math.IsNaN(Mean(nil)) {
		t.Error("something of nothing")
	}
	if q := quantile([]float64{1, math.Inf(1), math.Inf(1)}, .75); !math.IsInf(q, 1) {
		t.Errorf("between two infinities: %v", q)
	}
}

// Equal differences of length are equal differences of gaps, and what rounding leaves is none.
func TestDifferences(t *testing.T) {
	over := func(length float64) Found { return Found{(length/7542 - 1) * 100, length} }
	want := over(7548).Minus(over(7545))
	for length := 7543.0; length < 7600; length++ {
		if got := over(length + 3).Minus(over(length)); got != want {
			t.Errorf("%v and 3 less differ by %v, want %v", length+3, got, want)
		}
	}
	if d := over(7543.000000000001).Minus(over(7543)); d != 0 {
		t.Errorf("rounding is a difference of %v", d)
	}
	if d := over(7542.001).Minus(over(7542)); d == 0 {
		t.Error("0.001 is no difference")
	}
	for length, want := range map[float64]float64{1: -1, 2: 0, 3: 1} { // over a length of 0
		if d := (Found{math.Inf(1), length}).Minus(Found{math.Inf(1), 2}); d != 0 && want == 0 || want != 0 && !math.IsInf(d, int(want)) {
			t.Errorf("undefined gaps of lengths %v and 2 differ by %v", length, d)
		}
	}
}
