//go:build farmtest

package farm

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// TestRoundAway pins that a round whose server is away when its time is over, for longer than it would
// wait for another search, has what a worker says when the server is back.
func TestRoundAway(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	program := os.Getenv("TSPMCTS_TEST_TEMPORAL")
	if program == "" {
		t.Skip("TSPMCTS_TEST_TEMPORAL names no program temporal")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	data := filepath.Join(t.TempDir(), "temporal.db")
	start := func() *testsuite.DevServer {
		s, err := testsuite.StartDevServer(t.Context(), testsuite.DevServerOptions{ExistingPath: program, DBFilename: data, LogLevel: "error",
			ClientOptions: &client.Options{HostPort: address, Logger: quiet}, Stdout: io.Discard, Stderr: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	server := start()
	defer func() { server.Stop() }()
	c, err := client.Dial(client.Options{HostPort: address, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w := sdk.New(c, "away", sdk.Options{})
	begun, say := make(chan struct{}), make(chan struct{})
	w.RegisterWorkflowWithOptions(round, workflow.RegisterOptions{Name: roundType})
	w.RegisterActivityWithOptions(func(context.Context, searchTask) (*searchResult, error) {
		close(begun)
		<-say
		return &searchResult{Tour: "found"}, nil
	}, activity.RegisterOptions{Name: runSearch})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	long := ends{Time: 2 * time.Second, Grace: 10 * time.Second, Deadline: 10 * time.Minute}
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "away", TaskQueue: "away"}, roundType,
		roundInput{LostAfter: 10 * time.Minute, Ends: long, Searches: []roundSearch{{Spec: "one", Limit: 10 * time.Minute}}})
	if err != nil {
		t.Fatal(err)
	}
	<-begun
	time.Sleep(long.Time + long.Grace/2) // it waits for another search now
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * long.Grace)
	server = start()
	for { // the SDK's own worker gives its result up after 10 s: not before it is connected again
		if _, err := c.CheckHealth(t.Context(), nil); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	close(say)
	var found []searchResult
	if err := run.Get(t.Context(), &found); err != nil || len(found) != 1 || found[0].Tour != "found" {
		t.Errorf("found %+v, %v", found, err)
	}
}
