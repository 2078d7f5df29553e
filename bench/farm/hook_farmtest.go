//go:build farmtest

package farm

import (
	"context"
	"os"
	"time"

	"tspmcts/heatmap"
)

// pauseForTest holds a worker at the point that TSPMCTS_FARM_PAUSE names, for
// TSPMCTS_FARM_PAUSE_FOR.
func pauseForTest(point string) {
	if os.Getenv("TSPMCTS_FARM_PAUSE") == point {
		d, _ := time.ParseDuration(os.Getenv("TSPMCTS_FARM_PAUSE_FOR"))
		time.Sleep(d)
	}
}

// The source panics makes runs panic, in a goroutine of their own, where no caller can recover.
func init() {
	heatmap.Register(heatmap.Kind{Name: "panics", Usage: "nothing: it panics", Build: func(context.Context, *heatmap.Source, heatmap.Request) (*heatmap.Map, error) {
		done := make(chan bool)
		go func() { panic("a run that panics") }()
		<-done
		return nil, nil
	}})
}
