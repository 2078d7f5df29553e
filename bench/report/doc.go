// Package report tells what records say: it groups them into arms, compares arms
// on the same instances and seeds, and writes text, Markdown, CSV, and one HTML
// page with figures.
//
//	d, err := report.Read([]string{"r.jsonl"}, report.Options{Traces: true})
//	c, err := d.Compare("", false)   // all pairs of arms
//	err = c.Markdown(os.Stdout)
//	files, err := d.Page("mine")     // report.html and its figures
//
// Gaps are percent over the optimum, or the shortest best known length, that any record of
// the instance has; where none has one, over the best length in the records.
//
// # Measures over time
//
// Let g(t) be the gap, in percent, of the best tour that a run has at time t: of the
// last improvement in its trace at or before t. Before the first tour it is 100, and a
// worse tour counts as none, so that g never rises. T is the horizon: the run's budget
// of time; where that has none (actions, other programs), the longest budget of time
// on the instance, else its longest run. A run that ends before T keeps its gap until
// T. What comes after T does not count.
//
//   - Primal integral (T. Berthold, Measuring the impact of primal heuristics, 2013,
//     as a mean): 1/T times the integral of g over [0, T].
//   - Primal integral over log time, which weighs each doubling of time alike: with
//     t0 = T/100, 1/ln(T/t0) times the integral of g(t)/t over [t0, T].
//   - Gaps at moments: g(t) for given t, times up to T or shares of it.
//   - Stand-still: of all spans [a, b] between an improvement and the next, or the
//     end of the run, the largest (b-a)/b in percent, for a gap at a above a threshold
//     and b after t0 (before it, when the first tours come, it says nothing). That it
//     is at most s says that at every time after t0 at which the gap was above the
//     threshold, the last improvement was no further back than s % of the time.
package report
