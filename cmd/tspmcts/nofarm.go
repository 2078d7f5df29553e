//go:build nofarm

package main

import (
	"context"

	"github.com/urfave/cli/v2"
)

// Without bench/farm there are no other machines, no flags and no commands of theirs. The program is
// half as large, and starts in half the time.

func farmFlags() []cli.Flag { return nil }

func solveFarmFlags() []cli.Flag { return nil }

func farmCommands() []*cli.Command { return nil }

func benchFarmCommands() []*cli.Command { return nil }

func farmOf(context.Context, *cli.Context) (elsewhere, error) { return nil, nil }
