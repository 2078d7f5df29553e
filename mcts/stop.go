package mcts

import "tspmcts/mcts/meter"

// Stop is the reason why a search ended.
type Stop = meter.Stop

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
