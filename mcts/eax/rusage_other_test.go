//go:build !unix

package eax

import "time"

var started = time.Now()

// processorTime returns the time since the start, where the system does not tell more.
func processorTime() float64 { return time.Since(started).Seconds() }
