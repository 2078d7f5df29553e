package report

import "tspmcts/mcts"

// knobsOf returns the values of all knobs, in the order of mcts.Knobs.
func knobsOf(c *mcts.Config) []string {
	values := make([]string, len(mcts.Knobs))
	for i, k := range mcts.Knobs {
		values[i] = k.Get(c)
	}
	return values
}
