// Package farm runs experiments, tuning and giant searches on many machines: Temporal
// (temporal.io) hands out the work and knows when a machine is lost, a bucket of blobs
// (gocloud.dev/blob: a shared folder, S3) carries what is large. It is the only package
// that imports either.
//
//	f, err := farm.Connect(ctx, "s3://bucket?prefix=tsp/", farm.Options{})
//	status, err := f.Run(ctx, store, jobs, false, tell)     // as bench.Bench.Run
//	err := f.Work(ctx, farm.WorkerOptions{Slots: 8})        // on the other machines
//
// # The parts
//
// A client has the suite, the records file and the workflows' code, which is light. A worker polls
// for activities, and carries out each in a process of its own, which has the cores that the search
// asks for: a panic there is a failure of the run, not of the worker.
//
// A block is all arms of one instance and seed: what is compared runs on one machine. A shard is a
// workflow of at most 500 blocks, named by those of the suite and the build, so that the same
// command finds it again. A round is a workflow of searches: the regions of a giant tour.
//
// # Laws
//
//  1. Nothing of a run counts but what the server accepted: a worker that was given up may go
//     on, and leaves blobs that nobody reads.
//  2. A blob is written once, under a name that tells its content (SHA-256) or its attempt,
//     before the server hears of it. Whoever reads it checks the digest first, then sizes, then the tour and its length.
//  3. An attempt beats on its own clock: while the server is away the search goes on, and its
//     result waits until the server takes it, or says that another has the work.
//  4. Client and workers have one wire version, one build and one bucket, which the task queue's
//     name tells: others are given nothing.
//  5. What is on the wire names no file: neither paths nor heatmaps of files.
//  6. The records file is the memory: what is in it is not run again, whatever the server forgot.
package farm
