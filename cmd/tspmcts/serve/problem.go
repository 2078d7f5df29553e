package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"tspmcts/tsplib"
)

// Problem is what is wrong with a request, as RFC 9457 has it.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`         // the line that the command line would print: what was found, what was expected
	Line   int    `json:"line,omitempty"` // of the problem, from 1
	retry  int    // seconds to wait, 0 where waiting does not help
}

func (p *Problem) Error() string { return p.Detail }

// problemf returns a problem. The text is one line.
func problemf(status int, format string, args ...any) *Problem {
	text := fmt.Sprintf(format, args...)
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: strings.Join(strings.Fields(text), " ")}
}

// unprocessable returns the problem with what a request says.
func unprocessable(err error) *Problem {
	var known *Problem
	if errors.As(err, &known) {
		return known
	}
	p := problemf(http.StatusUnprocessableEntity, "%v", err)
	var where *tsplib.ParseError
	if errors.As(err, &where) {
		p.Line = where.Line
		if errors.Is(err, tsplib.ErrBinary) {
			p.Status, p.Title = http.StatusUnsupportedMediaType, http.StatusText(http.StatusUnsupportedMediaType)
		}
	}
	return p
}

// write answers with the problem.
func (p *Problem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if p.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(p.retry))
	}
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p)
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(v)
}
