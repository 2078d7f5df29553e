package mcts

import (
	"io"

	"tspmcts/mcts/meter"
	"tspmcts/mcts/stage"
)

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

// Work is what one kind of work has brought at one depth of the tree of regions.
type Work = stage.Work

// Checkpoint is the whole state of a search between two of its steps. With a
// budget of actions, a search that is resumed from it ends with the same tour
// as one that was never interrupted.
type Checkpoint = stage.Checkpoint

// DecodeCheckpoint reads what a Checkpoint's Encode wrote, and refuses anything else or damaged.
func DecodeCheckpoint(r io.Reader) (*Checkpoint, error) { return stage.DecodeCheckpoint(r) }
