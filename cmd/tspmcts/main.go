package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
)

func main() { os.Exit(run(os.Args)) }

// run runs the program and returns its exit code.
func run(args []string) int {
	for _, s := range brokenPipe {
		signal.Ignore(s) // a closed stdout is an error of its writer, not the end of files being written
	}
	if endsWithStdin() {
		bench.OpenFile("-") // what is read of it while waiting for its end is lost to others
	}
	app := newApp()
	args, err := intersperse(app, args)
	if err == nil {
		err = app.Run(args)
	}
	if err == nil || errors.Is(err, errStdoutClosed) {
		return 0
	}
	fmt.Fprintf(os.Stderr, "tspmcts: %s\n", oneLine(err))
	if isUsage(err) {
		return 2
	}
	return 1
}

// usagef returns an error of the call, as opposed to one of what it names.
func usagef(format string, args ...any) error { return bench.Misusef(format, args...) }

func isUsage(err error) bool {
	var u *bench.Misuse
	var c cli.ExitCoder // the library's own: help about a topic that is none
	return errors.As(err, &u) || errors.As(err, &c)
}

// oneLine returns err's text on one line, with the environment variables of its flags.
func oneLine(err error) string {
	var parts []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return withVariables(strings.Join(parts, "; "))
}

// warn prints a warning.
func warn(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "tspmcts: warning: %s\n", oneLine(fmt.Errorf(format, args...)))
}
