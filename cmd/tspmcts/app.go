package main

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
)

// newApp returns the command line.
func newApp() *cli.App {
	app := &cli.App{
		Name:                      "tspmcts",
		Usage:                     "solve travelling salesman problems by heatmap-guided Monte Carlo tree search",
		Version:                   version(),
		Suggest:                   true,
		EnableBashCompletion:      true,
		ExitErrHandler:            func(*cli.Context, error) {}, // run prints errors
		OnUsageError:              onUsageError,
		DisableSliceFlagSeparator: true, // names of files may hold commas
		Commands: slices.Concat([]*cli.Command{solveCommand(), generateCommand(), evalCommand(), boundCommand(), benchCommand(), compareCommand(), tuneCommand(), reportCommand(), heatmapCommand(), serveCommand()},
			farmCommands(), []*cli.Command{completionCommand()}),
		Action: func(c *cli.Context) error {
			if name := c.Args().First(); name != "" {
				return usagef("there is no command %q. %s tspmcts --help lists the commands", name, cli.SuggestCommand(c.App.Commands, name))
			}
			return cli.ShowAppHelp(c)
		},
	}
	prepare(app.Commands)
	return app
}

// prepare gives commands, and those below them, what all have in common.
func prepare(commands []*cli.Command) {
	for _, cmd := range commands {
		cmd.HideHelpCommand = true // the first argument is a file, never a topic
		cmd.OnUsageError = onUsageError
		if len(cmd.Flags) > 0 || len(cmd.Subcommands) == 0 {
			cmd.BashComplete = completeValues(cmd)
		}
		if action := cmd.Action; action != nil {
			cmd.Action = func(c *cli.Context) error {
				if err := keepFiles(c); err != nil {
					return err
				}
				return action(c)
			}
		}
		prepare(cmd.Subcommands)
	}
}

// noTruth finds the value and the toggle in what the library says of a value that is neither true
// nor false, of the command line or of the environment.
var noTruth = regexp.MustCompile(`^(?:invalid boolean value|could not parse) ("(?:[^"\\]|\\.)*") .*for (?:-|flag )([a-z-]+):`)

func onUsageError(_ *cli.Context, err error, _ bool) error {
	if m := noTruth.FindStringSubmatch(err.Error()); m != nil {
		return usagef("--%s is %s, want true or false", m[2], m[1])
	}
	return usagef("%v; tspmcts --help tells more", err)
}

// version returns what the build knows about itself.
func version() string {
	text := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		text = info.Main.Version
	}
	if commit := bench.Commit(); commit != "" {
		text += " " + commit
	}
	return fmt.Sprintf("%s %s %s/%s", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
