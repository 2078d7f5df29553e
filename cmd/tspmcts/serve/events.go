package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	// eventEvery is the least time between two events of a client, and eventShare the least
	// between two of all clients of a job: with more than five of them each is told less often.
	eventEvery = 50 * time.Millisecond
	eventShare = 10 * time.Millisecond
	// heartbeat is the time after which a quiet stream is sent a comment.
	heartbeat = 15 * time.Second
	// sendLimit is how long a client may take nothing of what it is sent.
	sendLimit = 30 * time.Second
)

// events tells how a job goes: how it is first, then what is newest whenever the client has
// taken the last, and at the end an event done.
func (s *Server) events(w http.ResponseWriter, r *http.Request, j *job) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead { // who would wait for what is not sent
		return
	}
	s.mu.Lock()
	full := s.streams >= s.Streams
	if !full {
		s.streams++
		j.followers++
	}
	s.mu.Unlock()
	if full {
		p := problemf(http.StatusServiceUnavailable, "%d clients follow events, which is the limit; try again later", s.Streams)
		p.retry = 10
		p.write(w)
		return
	}
	defer func() {
		s.mu.Lock()
		s.streams--
		j.followers--
		s.mu.Unlock()
	}()
	c := http.NewResponseController(w)
	c.SetReadDeadline(time.Time{}) // a request is read within its time, but the stream goes on
	send := func(format string, args ...any) bool {
		c.SetWriteDeadline(time.Now().Add(sendLimit))
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && c.Flush() == nil
	}
	wait := time.NewTimer(0)
	defer wait.Stop()
	for {
		s.mu.Lock()
		state, gone, changed := j.state, j.gone, j.changed
		pause := max(eventEvery, time.Duration(j.followers)*eventShare)
		s.mu.Unlock()
		if gone {
			send("event: gone\ndata: {}\n\n")
			return
		}
		text, err := json.Marshal(state)
		if err != nil {
			panic(err) // a number that is none
		}
		name := ""
		if state.Status.ended() {
			name = "event: done\n"
		}
		if !send("%sid: %d\ndata: %s\n\n", name, state.Revision, text) || name != "" {
			return
		}
		wait.Reset(pause)
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
		for quiet := true; quiet; {
			wait.Reset(heartbeat)
			select {
			case <-changed:
				quiet = false
			case <-wait.C:
				if !send(": still here\n\n") {
					return
				}
			case <-r.Context().Done():
				return
			case <-s.ctx.Done():
				return
			}
		}
	}
}
