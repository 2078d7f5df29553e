package mcts

import "tspmcts/mcts/meter"

// What package meter calls so.
type (
	Budget   = meter.Budget
	Stop     = meter.Stop
	Progress = meter.Progress
	Observer = meter.Observer
)

// The reasons why a search ends.
const (
	StopTime        = meter.StopTime
	StopTarget      = meter.StopTarget
	StopActions     = meter.StopActions
	StopStalled     = meter.StopStalled
	StopInterrupted = meter.StopInterrupted
	StopExact       = meter.StopExact
)

// Stops lists the reasons.
var Stops = []Stop{StopTime, StopTarget, StopActions, StopStalled, StopInterrupted, StopExact}
