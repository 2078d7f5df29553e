package serve

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Limits bound what clients may ask for.
type Limits struct {
	Body     int64         // bytes of a request
	BodyTime time.Duration // that a request's body may take to arrive
	Cities   int           // of an instance
	Held     int           // cities of all jobs together, a matrix by what it takes; for a new one the oldest that have ended are forgotten
	Time     time.Duration // that a job may search, reading, neighbours and heatmap included
	Workers  int           // of a job
	Running  int           // jobs that run at once
	Queued   int           // jobs that wait, or are being read
	Streams  int           // clients that follow events at once
	Keep     time.Duration // that jobs stay when they have ended
}

// AnswerTime is how long a client may take to take an answer.
const AnswerTime = 5 * time.Minute

// DefaultLimits returns limits for a machine of one's own.
func DefaultLimits() Limits {
	return Limits{Body: 64 << 20, BodyTime: time.Minute, Cities: 2_000_000, Held: 10_000_000, Time: time.Hour,
		Workers: runtime.GOMAXPROCS(0), Running: 2, Queued: 100, Streams: 1000, Keep: 24 * time.Hour}
}

// Validate returns every limit that lets nothing through.
func (l Limits) Validate() error {
	var errs []error
	for _, v := range []struct {
		name string
		ok   bool
	}{{"Body", l.Body > 0}, {"BodyTime", l.BodyTime > 0}, {"Cities", l.Cities > 0}, {"Held", l.Held >= l.Cities}, {"Time", l.Time > 0},
		{"Workers", l.Workers > 0}, {"Running", l.Running > 0}, {"Queued", l.Queued > 0}, {"Streams", l.Streams > 0}, {"Keep", l.Keep > 0}} {
		if !v.ok {
			errs = append(errs, fmt.Errorf("the limit %s lets nothing through", v.name))
		}
	}
	return errors.Join(errs...)
}
