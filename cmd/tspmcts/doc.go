// Command tspmcts solves travelling salesman problems with heatmap-guided Monte
// Carlo tree search, makes instances, and checks tours.
//
//	tspmcts solve [FILE...]          solve TSPLIB problems, data set files, places and matrices
//	tspmcts generate                 make an instance
//	tspmcts eval PROBLEM [TOUR]      check a tour and print its length
//	tspmcts bound FILE...            prove a lower bound
//	tspmcts heatmap build|...        make, convert, fit, train, judge and draw heatmaps
//	tspmcts bench [SUITE]            run an experiment, or go on with it
//	tspmcts bench import FILE...     add results of other solvers
//	tspmcts bench status             tell what the workers on many machines do
//	tspmcts compare RECORDS...       compare the arms of an experiment
//	tspmcts report RECORDS...        write a page about it
//	tspmcts tune                     search for knobs
//	tspmcts serve                    solve in a browser, and over HTTP
//	tspmcts worker                   do the work of bench, tune and solve, on many machines
//	tspmcts completion SHELL         print a completion script
//
// It only parses, calls the packages and prints: one file a command, and one for each thing that
// commands share: the application (app.go) and its arguments (args.go); options (flags.go), of knobs
// (config.go), heatmaps (heatmaps.go), places (places.go), and what a tour must be (wanted.go);
// reading (instances.go, builtin.go); files that no output may replace (files.go) and that are never
// half written (output.go, hold_*.go); checkpoints (checkpoint.go), signals (signal.go, signals*.go),
// live lines (progress.go) and pictures (plot.go); other machines (elsewhere.go, nofarm.go).
//
// Results go to stdout, everything else to stderr. The exit code is 0 when the
// command did its work, also after it was told to stop early, 2 when it was
// called wrongly and 1 for anything else; both come with one line that says what
// is wrong, where, and what to do.
package main
