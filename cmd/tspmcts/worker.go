//go:build !nofarm

package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/bench/farm"
)

const catFarm = "Other machines: the connection is described by TEMPORAL_ADDRESS and what else Temporal's own programs read"

// farmFlags returns the flags that farmOf reads.
func farmFlags() []cli.Flag {
	return []cli.Flag{
		toggle(catFarm, "temporal", "have the workers of a Temporal server do the work (the --workers of solve then only prepare it and join what is found, and its record says 0); bench/farm/README.md tells how to start"),
		blobsOption(),
		option(catFarm, "lost-after", "give work to another worker when nothing was heard of its own for `T`; the server may be away for as long (default: "+bench.Span{Fixed: farm.DefaultLostAfter}.String()+")"),
	}
}

// solveFarmFlags returns what only solve reads.
func solveFarmFlags() []cli.Flag {
	return append(farmFlags(),
		option(catFarm, "rounds", "share the budget evenly among `N` rounds, after which what the workers found is joined; fewer where each would have less than a second, or an action (default: each takes twice as long as all before it, a third of the budget at most)"))
}

// farmCommands returns the commands of workers.
func farmCommands() []*cli.Command {
	return []*cli.Command{workerCommand(), searchForWorkerCommand()}
}

func blobsOption() cli.Flag {
	return option(catFarm, "blobs", "pass inputs and results through the bucket `URL`: file:///shared/folder, s3://bucket?region=...")
}

// farmOf connects as the flags say; nil without --temporal.
func farmOf(ctx context.Context, c *cli.Context) (elsewhere, error) {
	lost, err := spanOption(c, "lost-after")
	if err != nil {
		return nil, err
	}
	if !c.Bool("temporal") {
		if flag := typed(c, "blobs", "lost-after", "rounds"); flag != "" {
			return nil, usagef("%s is for --temporal", flag)
		}
		return nil, nil
	}
	if flag := typed(c, "jobs", "plot-visits"); flag != "" {
		return nil, usagef("%s is for what this process searches, but with --temporal others do; leave one of them out", flag)
	}
	if c.String("blobs") == "" {
		return nil, usagef("--temporal needs --blobs URL, which the workers have too")
	}
	if lost.PerCity > 0 || lost.Given() && lost.Fixed < farm.LeastLostAfter {
		return nil, usagef("--lost-after is %s, want a time of %v or more", lost, farm.LeastLostAfter)
	}
	f, err := farm.Connect(ctx, c.String("blobs"), farm.Options{LostAfter: lost.Fixed, Warn: warn})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// connected does what a command without arguments does with the server and the bucket of --blobs.
func connected(c *cli.Context, command string, do func(ctx context.Context, f *farm.Farm) error) error {
	if c.Args().Present() {
		return usagef("%s takes no arguments, found %q", command, c.Args().First())
	}
	if c.String("blobs") == "" {
		return usagef("%s needs --blobs URL, that of the clients and workers", command)
	}
	ctx, cancel := interruptible()
	defer cancel()
	f, err := farm.Connect(ctx, c.String("blobs"), farm.Options{Warn: warn})
	if err != nil {
		return err
	}
	defer f.Close()
	return do(ctx, f)
}

func workerCommand() *cli.Command {
	return &cli.Command{
		Name:      "worker",
		Usage:     "do the work of bench, tune and solve with --temporal",
		ArgsUsage: " ",
		Description: "Asks a Temporal server for work and does it until SIGTERM, which gives back what is\n" +
			"under way within 5 seconds. The connection is described by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,\n" +
			"TEMPORAL_TLS_... or a profile of Temporal's configuration file. Client and workers\n" +
			"must be of one build and have one bucket.",
		Flags: []cli.Flag{
			blobsOption(),
			option(catFarm, "slots", "have up to `N` searches at once, each with the cores that its run asks for; those that there are no cores for wait (default: the number of CPUs, or GOMAXPROCS)"),
			toggle(catFarm, "plan", "run the workflows too, so that suites of more than what is handed out go on while no client is there"),
		},
		Action: func(c *cli.Context) error {
			slots, err := intOption(c, "slots", int64(runtime.GOMAXPROCS(0)), 1, bench.MaxWorkers)
			if err != nil {
				return err
			}
			err = connected(c, "worker", func(ctx context.Context, f *farm.Farm) error {
				fmt.Fprintf(os.Stderr, "tspmcts: worker of %s at %s, %d slots\n", f.Queue(), f.Address(), slots)
				return f.Work(ctx, farm.WorkerOptions{Slots: int(slots), Plan: c.Bool("plan")})
			})
			if err == bench.ErrInterrupted { // which ends a worker, whenever that is
				return nil
			}
			return err
		},
	}
}

// benchFarmCommands returns the command that tells what workers do.
func benchFarmCommands() []*cli.Command {
	return []*cli.Command{{
		Name:        "status",
		Usage:       "tell what the workers of a Temporal server do",
		ArgsUsage:   " ",
		Description: "Lists workers, suites and rounds, and what each worker does. The server's own page shows the same in a browser.",
		Flags:       []cli.Flag{blobsOption()},
		Action: func(c *cli.Context) error {
			return connected(c, "bench status", func(ctx context.Context, f *farm.Farm) error {
				return stdoutMayClose(f.Status(ctx, stdout{}))
			})
		},
	}}
}

// searchForWorkerCommand is what a worker starts for each search.
func searchForWorkerCommand() *cli.Command {
	return &cli.Command{
		Name:   farm.ChildCommand,
		Hidden: true,
		Action: func(*cli.Context) error { return farm.Child(os.Stdin, os.Stdout) },
	}
}
