package farm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"

	"tspmcts/bench"
)

// Options of a connection.
type Options struct {
	// LostAfter is how long nothing may be heard of an attempt before another worker gets the work:
	// longer than the server may be away. 0 for 150 seconds.
	LostAfter time.Duration
	// Warn is told what goes on that is not as it should be.
	Warn func(format string, args ...any)
}

// DefaultLostAfter is the LostAfter of zero Options.
const DefaultLostAfter = 150 * time.Second

// LeastLostAfter is the least that makes sense: beats come seven times as often.
const LeastLostAfter = 5 * time.Second

// Farm is a connection to a server and a bucket.
type Farm struct {
	client    client.Client
	blobs     *blobStore
	queue     string
	address   string
	lostAfter time.Duration
	warn      func(format string, args ...any)
}

// Connect connects as Temporal's own conventions say: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
// TEMPORAL_TLS_..., TEMPORAL_PROFILE and its configuration file. Where ctx ends before there is a connection
// the error is bench.ErrInterrupted.
func Connect(ctx context.Context, blobs string, o Options) (_ *Farm, err error) {
	defer func() {
		if err != nil && ctx.Err() != nil { // neither the server nor the bucket is to blame
			err = bench.ErrInterrupted
		}
	}()
	f := &Farm{lostAfter: o.LostAfter, warn: o.Warn}
	if f.lostAfter == 0 {
		f.lostAfter = DefaultLostAfter
	}
	if f.warn == nil {
		f.warn = func(string, ...any) {}
	}
	if f.blobs, err = openBlobs(ctx, blobs, f.warn); err != nil {
		return nil, err
	}
	if err := f.blobs.probe(ctx); err != nil {
		return nil, err
	}
	switch s := os.Getenv("TEMPORAL_TLS"); strings.ToLower(s) {
	case "", "0", "1", "false", "true":
	default: // would be no TLS
		return nil, bench.Misusef("TEMPORAL_TLS is %q, want true or false", s)
	}
	co, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, fmt.Errorf("the connection to Temporal is not described well: %w", err)
	}
	co.HostPort = cmp.Or(co.HostPort, client.DefaultHostPort)
	if !strings.Contains(co.HostPort, ":") { // gRPC would take port 443
		return nil, bench.Misusef("TEMPORAL_ADDRESS is %q, want a host and its port, such as %s", co.HostPort, client.DefaultHostPort)
	}
	f.address = co.HostPort
	co.Identity = identity()
	co.Logger = sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))) // what matters is told by this package
	if f.client, err = client.DialContext(ctx, co); err != nil {
		if co.ConnectionOptions.TLS == nil && strings.Contains(err.Error(), "error reading server preface") {
			err = fmt.Errorf("%w (a server with TLS? set TEMPORAL_TLS and its files)", err)
		}
		if host, _, _ := net.SplitHostPort(f.address); host != "" {
			if _, e := net.DefaultResolver.LookupHost(ctx, host); e != nil { // gRPC does not say that it is this
				err = e
			}
		}
		return nil, fmt.Errorf("no Temporal server answers at %s (TEMPORAL_ADDRESS): %w", f.address, err)
	}
	mark, err := f.blobs.mark(ctx)
	if err == nil {
		f.queue, err = queueName(mark)
	}
	if err != nil {
		f.client.Close()
		return nil, err
	}
	if _, err := f.client.DescribeTaskQueue(ctx, f.queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY); err != nil {
		f.client.Close()
		return nil, fmt.Errorf("the Temporal server at %s has no namespace %q for us: %w", f.address, cmp.Or(co.Namespace, client.DefaultNamespace), err)
	}
	return f, nil
}

// Close closes the connection.
func (f *Farm) Close() {
	f.client.Close()
	f.blobs.bucket.Close()
}

// identity is this process's name for others.
func identity() string {
	return fmt.Sprintf("%s-%d", host(), os.Getpid())
}

// host returns the machine's name in the letters of blobs' names.
func host() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "unknown"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, name)
}

// gone reports whether err says that the server does not know what was asked for.
func gone(err error) bool {
	var missing *serviceerror.NotFound
	return errors.As(err, &missing)
}

// noWorker says that nobody is there to do the work.
const noWorker = "no worker of this build and bucket"

// needWorker returns a bench.Misuse that tells what there is instead, unless a worker of this build and
// bucket polls, or is so busy that it does not but was heard of lately, by the bucket's clock: that of the
// server, by which one polls, may be behind ours.
func (f *Farm) needWorker(ctx context.Context) error {
	d, err := f.client.DescribeTaskQueue(ctx, f.queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil {
		return fmt.Errorf("the Temporal server at %s: %w", f.address, err)
	}
	for _, p := range d.Pollers {
		if time.Since(p.LastAccessTime.AsTime()) < 2*time.Minute {
			if there, err := f.noticed(ctx); there || err != nil {
				return err
			}
			break
		}
	}
	workers, err := f.workers(ctx, noticedFor)
	if err != nil {
		return err
	}
	others := map[string]int{}
	for _, w := range workers {
		if w.Queue == f.queue {
			return nil
		}
		others[w.Queue]++
	}
	text := ""
	for queue, n := range others {
		text += fmt.Sprintf("; %d of %s", n, queue)
	}
	return bench.Misusef(noWorker+" (%s) polls at %s%s; those that run may have another --blobs; start one with: tspmcts worker --blobs URL", f.queue, f.address, text)
}

// noticed reports whether a worker has a notice in the bucket, however old that is by our clock: those that
// polled lately may have ended, and removed theirs. A folder of many machines may show it a moment later.
func (f *Farm) noticed(ctx context.Context) (bool, error) {
	for start := time.Now(); ; {
		names, err := f.blobs.list(ctx, noticesOf(f.queue))
		if err != nil || len(names) > 0 || time.Since(start) > 3*time.Second {
			return len(names) > 0, err
		}
		select {
		case <-time.After(500 * time.Millisecond):
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}
