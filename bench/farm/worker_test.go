package farm

import (
	"context"
	"testing"
	"testing/synctest"
)

// TestCores pins that searches do not share cores: who asks for more than are free waits, in the
// order of asking, who asks for more than there are has all, and a worker that stops, or an
// attempt that is given up, does not wait.
func TestCores(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorker(&Farm{}, 4)
		begin := func() (*attempt, chan struct{}) {
			stop := make(chan struct{})
			a := &attempt{stop: stop}
			a.ctx, a.cancel = context.WithCancelCause(context.Background())
			return a, stop
		}
		got := make(chan string)
		ask := func(name string, a *attempt, cores int) (give chan bool) {
			give = make(chan bool)
			go func() {
				free, err := w.reserve(a, cores)
				if err != nil {
					got <- name + ": " + err.Error()
					return
				}
				got <- name
				<-give
				free()
			}()
			synctest.Wait()
			return give
		}
		expect := func(want string) {
			t.Helper()
			synctest.Wait()
			name := "nobody"
			select {
			case name = <-got:
			default:
			}
			if name != want {
				t.Errorf("%s has cores, want %s", name, want)
			}
		}
		a, _ := begin()
		three := ask("three", a, 3)
		expect("three")
		all := ask("all of more", a, 9)
		one := ask("one", a, 1)
		stopped, stop := begin()
		ask("stopped", stopped, 1)
		lost, _ := begin()
		ask("lost", lost, 1)
		expect("nobody")
		close(stop)
		expect("stopped: " + errStopping.Error())
		lost.cancel(errFenced)
		expect("lost: " + errFenced.Error())
		close(three)
		expect("all of more")
		expect("nobody")
		close(all)
		expect("one")
		close(one)
		synctest.Wait()
		if !w.cores.TryAcquire(4) {
			t.Error("cores are lost")
		}
		a.cancel(nil)
	})
}
