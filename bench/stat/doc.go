// Package stat holds the statistics of paired comparisons: Wilcoxon's signed-rank
// test with Holm's correction, Friedman's test with the critical differences of
// Nemenyi, and bootstrap intervals.
//
//	p, _ := stat.Wilcoxon(differences)        // of two solvers, an instance each
//	corrected := stat.Holm(ps)
//	f, err := stat.Friedman(blocks)           // blocks[i][j]: solver j on instance i
//	lo, hi := stat.Interval(x)                // of the mean
//
// What they are for: several solvers ran on the same instances. For two of them
// the differences on each instance are the sample; their signed ranks tell whether
// one is better, without a thought about how gaps are distributed. For more than
// two, each instance ranks the solvers, and two solvers differ if their mean ranks
// lie further apart than the critical difference (J. Demšar, Statistical
// comparisons of classifiers over multiple data sets, JMLR 7, 2006).
package stat
