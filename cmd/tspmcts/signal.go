package main

import (
	"context"
	"os"
	"os/signal"
)

// interruptible returns a context that the first SIGINT, SIGTERM or SIGHUP ends; the
// second ends the program at once, without its unfinished files.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	for _, s := range endSignals {
		if !signal.Ignored(s) { // by nohup, or a shell's background
			signal.Notify(signals, s)
		}
	}
	go func() {
		<-signals
		if onTerminal() { // which shows Ctrl-C as ^C: progress lines begin at the left
			os.Stderr.WriteString("\r")
		}
		cancel()
		<-signals
		removeUnfinished()
		os.Exit(1)
	}()
	return ctx, cancel
}
