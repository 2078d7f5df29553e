// Package bench runs experiments that others can trust and repeat: one run on one
// instance (Run), the product of a suite of them (Suite, Bench), and the records
// that they leave.
//
//	suites, err := bench.ReadSuite("suite.json", "")
//	store, err := bench.OpenStore("r.jsonl")
//	jobs, err := suites[0].Jobs(ctx, bench.HeatmapSource, warn)
//	status, err := (&bench.Bench{Store: store, Parallel: 2}).Run(ctx, jobs)
//
// A Record is what is known about one run, and one line of JSON in a file that
// only grows. Its Key names what was run - instance, heatmap, knobs, budget, seed,
// workers - so that a bench that was stopped, or whose suite was changed, finds
// what is missing. An arm is everything of that but instance and seed: the arms
// of an experiment are compared on the same instances and seeds.
//
// Sub-packages: stat holds the tests, forest the surrogate of the tuner, tune the
// tuner itself, report the comparison and the page.
package bench
