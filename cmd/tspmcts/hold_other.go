//go:build !unix

package main

import "os"

// hold does nothing where there are no such locks: a file that is open cannot
// be removed there.
func hold(*os.File) error { return nil }
