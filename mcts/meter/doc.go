// Package meter measures a search: it says when the search ends, and why, tells
// an observer how it goes, and gives every part of it random numbers of its own.
//
// A [Meter] is what all workers of a search share. A worker adds the actions that
// it simulated, offers the tours that it finds, and asks Check now and then, some
// thousand times a second, whether to go on:
//
//	m := meter.New(ctx, meter.Budget{Actions: 1000}, nil)
//	for !m.Check() {
//		m.Add(1)
//		m.Offer(length, tour)
//	}
//	why, _ := m.Ended()
//
// The budget of actions is the workers' own affair: only they can end on the
// action, whatever the others do. Time comes from the budget's clock, so that
// the search has none of its own.
package meter
