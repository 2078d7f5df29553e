package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"time"
)

// sameSignal is how soon after the first a signal is the same wish: timeout(1) sends its own to the
// program, and to the group that the program is in.
const sameSignal = 200 * time.Millisecond

// endWithStdin is the environment variable that is 1 for a program that does not outlive who started
// it, however that ends: the end of its stdin is a signal too.
const endWithStdin = "TSPMCTS_END_WITH_STDIN"

func endsWithStdin() bool { return os.Getenv(endWithStdin) == "1" }

// interruptible returns a context that the first SIGINT, SIGTERM or SIGHUP ends; a
// second, later one ends the program at once, without its unfinished files.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	for _, s := range endSignals {
		if !signal.Ignored(s) { // by nohup, or a shell's background
			signal.Notify(signals, s)
		}
	}
	if endsWithStdin() {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			signals <- os.Interrupt
		}()
	}
	go func() {
		<-signals
		first := time.Now()
		if onTerminal() { // which shows Ctrl-C as ^C: progress lines begin at the left
			os.Stderr.WriteString("\r")
		}
		cancel()
		for time.Since(first) <= sameSignal { // when the last one came
			<-signals
		}
		removeUnfinished()
		os.Exit(1)
	}()
	return ctx, cancel
}
