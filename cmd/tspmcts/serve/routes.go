package serve

import (
	"embed"
	"errors"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"time"

	"tspmcts/heatmap"
	"tspmcts/mcts"
)

//go:embed page
var files embed.FS

//go:embed openapi.json
var openAPI []byte

// route is one kind of request that is answered.
type route struct {
	pattern string // method and path
	answer  http.HandlerFunc
}

// list returns the routes of the API. openapi.json describes them.
func (s *Server) list() []route {
	return []route{
		{"POST /v1/jobs", s.post},
		{"GET /v1/jobs", s.listJobs},
		{"GET /v1/jobs/{id}", s.of(s.get)},
		{"DELETE /v1/jobs/{id}", s.of(s.delete)},
		{"GET /v1/jobs/{id}/events", s.of(s.events)},
		{"GET /v1/jobs/{id}/tour", s.of(s.tour)},
		{"GET /v1/jobs/{id}/cities", s.of(s.cities)},
		{"GET /v1/jobs/{id}/heatmap", s.of(s.heatmapOf)},
		{"POST /v1/jobs/{id}/stop", s.of(s.change(func(j *job) *Problem { s.stop(j); return nil }))},
		{"POST /v1/jobs/{id}/pause", s.of(s.change(s.pause))},
		{"POST /v1/jobs/{id}/resume", s.of(s.change(s.resume))},
		{"GET /v1/demo", func(w http.ResponseWriter, r *http.Request) { writeJSON(w, http.StatusOK, Demos) }},
		{"GET /v1/options", s.options},
		{"GET /healthz", func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
		}},
		{"GET /openapi.json", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write(openAPI)
		}},
	}
}

// routes returns the handler of all routes and of the page's files.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.list() {
		mux.HandleFunc(r.pattern, r.answer)
	}
	mux.HandleFunc("GET /{$}", page("index.html"))
	entries, _ := files.ReadDir("page") // embedded: it is there
	for _, e := range entries {
		mux.HandleFunc("GET /"+e.Name(), page(e.Name()))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		told := &headers{header: http.Header{}, status: http.StatusNotFound}
		h.ServeHTTP(told, r)
		if allow := told.header.Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			problemf(told.status, "%s is not for %s, want %s", short(r.URL.Path), short(r.Method), allow).write(w)
			return
		}
		problemf(http.StatusNotFound, "there is no %s; /openapi.json lists what there is", short(r.URL.Path)).write(w)
	})
}

// headers takes an answer's status and header, and no body.
type headers struct {
	header http.Header
	status int
}

func (h *headers) Header() http.Header         { return h.header }
func (h *headers) WriteHeader(status int)      { h.status = status }
func (h *headers) Write(b []byte) (int, error) { return len(b), nil }

// page answers with a file of the page.
func page(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, files, "page/"+name)
	}
}

// of hands on the job that a path names.
func (s *Server) of(answer func(w http.ResponseWriter, r *http.Request, j *job)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		j := s.jobs[r.PathValue("id")]
		s.mu.Unlock()
		if j == nil {
			missing(r.PathValue("id")).write(w)
			return
		}
		answer(w, r, j)
	}
}

// missing says that there is no job of that id.
func missing(id string) *Problem {
	return problemf(http.StatusNotFound, "there is no job %q; it may have been forgotten", short(id))
}

// post takes a job.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	if p := s.reserve(); p != nil {
		p.write(w)
		return
	}
	taken := false
	defer func() {
		if !taken {
			s.release()
		}
	}()
	body, p := s.readBody(w, r)
	answerFromNow(w)
	if p != nil {
		p.write(w)
		return
	}
	o, spent, err := s.understand(body, r.URL.RawQuery)
	answerFromNow(w)
	if err != nil {
		unprocessable(err).write(w)
		return
	}
	if o.validate {
		writeJSON(w, http.StatusOK, map[string]any{"valid": true, "name": o.item.Name, "cities": o.item.N(), "metric": o.item.Metric.String(), "warnings": o.warnings})
		return
	}
	j, p := s.add(o, r.URL.RawQuery, body, spent)
	if p != nil {
		p.write(w)
		return
	}
	taken = true
	w.Header().Set("Location", "/v1/jobs/"+j.id)
	writeJSON(w, http.StatusAccepted, map[string]string{"id": j.id})
}

// answerFromNow has the time to answer begin now, which else began with the request.
func answerFromNow(w http.ResponseWriter) {
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(AnswerTime))
}

// understand is decode and the time that it took, of one request at a time: the searches need the
// processors.
func (s *Server) understand(body []byte, query string) (*order, time.Duration, error) {
	s.decoding.Lock()
	defer s.decoding.Unlock() // also where it panics, which ends this request alone
	begun := time.Now()
	o, err := decode(body, query, s.Limits)
	return o, time.Since(begun), err
}

// readBody reads a request's body, within its limits.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) ([]byte, *Problem) {
	large := problemf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", s.Body)
	if r.ContentLength > s.Body { // and need not be read to know
		return nil, large
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return nil, problemf(http.StatusUnsupportedMediaType, "the body's Content-Encoding is %s, want none", short(e))
	}
	c := http.NewResponseController(w)
	c.SetReadDeadline(time.Now().Add(s.BodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.Body))
	var above *http.MaxBytesError
	switch {
	case errors.As(err, &above):
		return nil, large
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, problemf(http.StatusRequestTimeout, "the body took longer than %v", s.BodyTime)
	case err != nil:
		return nil, problemf(http.StatusBadRequest, "the body cannot be read: %v", err)
	}
	c.SetReadDeadline(time.Time{})
	return body, nil
}

// listJobs tells of all jobs, or of the last ones, the oldest first.
func (s *Server) listJobs(w http.ResponseWriter, r *http.Request) {
	last := math.MaxInt
	if text := r.URL.Query().Get("last"); text != "" {
		v, err := integer(text, 1, math.MaxInt32)
		if err != nil {
			problemf(http.StatusBadRequest, "last is %q: %v", short(text), err).write(w)
			return
		}
		last = int(v)
	}
	s.mu.Lock()
	s.expire()
	views := []View{}
	jobs := s.oldestFirst(func(*job) bool { return true })
	for _, j := range jobs[max(0, len(jobs)-last):] {
		views = append(views, j.view(false))
	}
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"jobs": views})
}

// get tells of one job.
func (s *Server) get(w http.ResponseWriter, r *http.Request, j *job) {
	s.mu.Lock()
	v := j.view(true)
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, v)
}

// change does something to a job, and tells how it is then. A search ends a moment later. What rests
// or waits does so for a server that begins again too, once that is told.
func (s *Server) change(do func(*job) *Problem) func(http.ResponseWriter, *http.Request, *job) {
	return func(w http.ResponseWriter, r *http.Request, j *job) {
		s.mu.Lock()
		var p *Problem
		was := j.state.Status
		switch {
		case s.closed:
			p = s.closing()
		case j.gone: // since it was looked up
			p = missing(j.id)
		default:
			p = do(j)
		}
		v := j.view(false)
		unsaved := s.Folder != "" && v.Status != was && j.wish == nil // a search that is to end saves itself
		s.mu.Unlock()
		if p != nil {
			p.write(w)
			return
		}
		if unsaved {
			s.note(j, s.save(j, nil))
		}
		writeJSON(w, http.StatusAccepted, v)
	}
}

// delete stops a job and forgets it.
func (s *Server) delete(w http.ResponseWriter, r *http.Request, j *job) {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.forget(j)
	}
	s.mu.Unlock()
	if closed {
		s.closing().write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// options tells what a request for a job may hold: the page's form is made of it.
func (s *Server) options(w http.ResponseWriter, r *http.Request) {
	type knob struct {
		Name    string            `json:"name"`
		Usage   string            `json:"usage"`
		Range   string            `json:"range"`
		Min     *float64          `json:"min,omitempty"`
		Max     *float64          `json:"max,omitempty"`
		Choices []string          `json:"choices,omitempty"`
		Presets map[string]string `json:"presets"` // the value by preset, for 1000 cities
	}
	var knobs []knob
	for _, k := range mcts.Knobs {
		told := knob{Name: k.Name, Usage: k.Usage, Range: k.Range(), Choices: k.Choices, Presets: map[string]string{}}
		if k.Kind == mcts.Real || k.Kind == mcts.Integer {
			told.Min, told.Max = &k.Min, &k.Max
		}
		for _, name := range mcts.Presets {
			if c, err := mcts.Preset(name, 1000, mcts.DefaultHeatmap(name, 1000, 0)); err == nil {
				told.Presets[name] = k.Get(&c)
			}
		}
		knobs = append(knobs, told)
	}
	sources := slices.DeleteFunc(heatmap.Names(), func(name string) bool { return name == "file" || name == "mix" }) // which name more than themselves
	writeJSON(w, http.StatusOK, map[string]any{"settings": Settings, "presets": mcts.Presets, "heatmaps": append([]string{mcts.AutoHeatmap}, sources...),
		"knobs": knobs, "limits": map[string]any{"body": s.Body, "cities": s.Cities, "seconds": s.Time.Seconds(), "workers": s.Workers, "running": s.Running}})
}
