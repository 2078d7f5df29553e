// Package tune searches for knobs that make short tours within a budget.
//
//	space, err := tune.ParseSpace("alpha=0:2,depth=10|50|200", config) // of base
//	t := &tune.Tuner{Method: "model", Space: space, Base: base, Train: some, Verify: others, Source: source, Budget: budget, Trials: 40, Store: store, Parallel: 2}
//	result, err := t.Run(ctx)
//
// A trial is one configuration; the budget of a tuner is runs: trials times
// training instances. Three methods spend it:
//
//   - random: every configuration runs on every instance.
//   - racing: configurations meet the instances in rounds, and those that are worse
//     by Friedman's test with Conover's least difference are dropped; the survivors
//     seed the next race, drawn ever nearer to them (iterated F-race: M. López-Ibáñez
//     et al., The irace package, Operations Research Perspectives 3, 2016).
//   - model: a random forest learns from all runs how much better than others a
//     configuration is; those of which it expects the largest improvement challenge
//     the incumbent on 2, 4, 8, ... instances and are dropped as soon as they are
//     behind (SMAC: F. Hutter, H. Hoos and K. Leyton-Brown, LION 5, 2011).
//
// The base configuration, which the winner has to beat, takes part in each. The
// best configurations and the base then meet held-out instances, and the best
// there wins. What was run lies in a records file: a tuner that was stopped makes
// the same decisions again and finds the runs there.
package tune
