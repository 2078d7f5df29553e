// Package serve is the server of the program: an HTTP API that takes problems and
// gives tours, and a page that is its first client (folder page, embedded).
//
// A request's body and query become an instance and settings (request.go). A [Server]
// keeps jobs: they wait, run on the solver's front door, rest, and are forgotten (jobs.go);
// with a folder for its state they outlive the process (state.go). Handlers only look at
// what a job has published (routes.go, events.go, tour.go), and everything passes the
// guard first (guard.go).
//
// The search never waits for a client: its observer publishes at most twenty times a second,
// by replacing what the job shows, and each client takes the newest when it is ready for it.
// With many clients each is told less often.
package serve
