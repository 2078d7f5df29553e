//go:build !farmtest

package farm

// pauseForTest holds a worker at a point, in builds that test what happens when it is killed there.
func pauseForTest(string) {}
