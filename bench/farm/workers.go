package farm

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"runtime"
	"time"

	"gocloud.dev/blob"
)

// notice is what a worker tells of itself in the bucket: a busy one does not poll, and the
// server does not know which builds there are.
type notice struct {
	Queue string
	Host  string
	PID   int
	Slots int
	Cores int
	Since time.Time
}

const (
	noticedEvery = 30 * time.Second
	noticedFor   = 3 * time.Minute
	presentFor   = 3 * noticedEvery // where work is to be for those who are there, and none too many
)

// noticesOf names the folder of the notices of a build's workers.
func noticesOf(queue string) string { return "workers/" + queue + "/" }

// announce tells of the worker, before it returns and then until ctx ends; gone is closed when its notice
// is removed. Who finds a worker that asks for work plans for the slots of its notice.
func (f *Farm) announce(ctx context.Context, n notice) (gone <-chan struct{}) {
	// in containers that share a host's name and count processes by themselves identity is that of others, too
	name := noticesOf(n.Queue) + identity() + "-" + rand.Text()
	tell := func() {
		text, err := json.Marshal(n)
		if err == nil {
			err = f.blobs.put(ctx, name, text)
		}
		if err != nil && ctx.Err() == nil {
			f.warn("no notice of this worker: %v", err)
		}
	}
	tell()
	removed := make(chan struct{})
	go func() {
		defer close(removed)
		tick := time.NewTicker(noticedEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				tell()
			case <-ctx.Done():
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				f.blobs.remove(ctx, name) // a notice that stays grows old
				return
			}
		}
	}()
	return removed
}

// workers returns the notices of workers that were heard of within so long.
func (f *Farm) workers(ctx context.Context, long time.Duration) (all []notice, err error) {
	now, err := f.blobs.now(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	err = f.blobs.each(ctx, "workers/", func(o *blob.ListObject) {
		if now.Sub(o.ModTime) < long {
			names = append(names, o.Key)
		}
	})
	for _, name := range names {
		if data, err := f.blobs.read(ctx, name, mostSpec); err == nil { // one that has just gone is none
			var n notice
			if decode(data, &n) == nil {
				all = append(all, n)
			}
		}
	}
	return all, err
}

// cores returns how many this process is to use.
func cores() int { return runtime.GOMAXPROCS(0) }
