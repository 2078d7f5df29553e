package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"tspmcts/cmd/tspmcts/serve"
)

// ask sends a request to the server, and returns the status and what it says.
func (s *served) ask(t *testing.T, method, path, body string, v any) (int, *http.Response) {
	t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && v != nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	return res.StatusCode, res
}

// view is what the tests want to know of a job.
type view struct {
	ID, Status, Stop, Error string
	Revision, Actions       int64
	Length, Seconds         float64
}

// until waits for a job to be as wanted.
func (s *served) until(t *testing.T, path string, is func(view) bool) (v view) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		v = view{}
		if code, _ := s.ask(t, "GET", path, "", &v); code == http.StatusOK && is(v) {
			return v
		}
	}
	t.Fatalf("%s stays as %+v", path, v)
	return v
}

type told struct {
	Detail string
	Line   int
}

// Every problem that the command line refuses is refused by the server, with the same words.
func TestServeBadProblems(t *testing.T) {
	s := startServer(t, t.TempDir())
	for _, c := range badProblems() {
		query := ""
		if c.name == "line-nan" {
			query = "?line=1"
		}
		if c.name == "hcp-none-found" { // which only the search sees
			var v view
			s.ask(t, "POST", "/v1/jobs?actions=10", c.text, &v)
			v = s.until(t, "/v1/jobs/"+v.ID, func(v view) bool { return v.Status == "failed" })
			if !regexp.MustCompile(strings.TrimPrefix(c.want, "bad: ")).MatchString(v.Error) {
				t.Errorf("%s: %+v, want %s", c.name, v, c.want)
			}
			continue
		}
		var p told
		code, _ := s.ask(t, "POST", "/v1/jobs"+query, c.text, &p)
		status := http.StatusUnprocessableEntity
		if c.name == "binary" || c.name == "prose" {
			status = http.StatusUnsupportedMediaType
		}
		want, whole := strings.CutPrefix(c.want, "bad: ") // of the whole instance, and no line
		want = strings.Replace(want, `bad\.tsp`, "body", 1)
		if code != status || !regexp.MustCompile(want).MatchString(p.Detail) || p.Line < 1 && !whole {
			t.Errorf("%s: %d %+v, want %d %s", c.name, code, p, status, want)
		}
	}
}

// raw sends bytes as they are and returns what is answered until the connection ends, within ten
// seconds.
func (s *served) raw(t *testing.T, parts ...string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(10 * time.Second))
	for _, p := range parts {
		io.WriteString(c, p) // a server that has hung up is what is tested
	}
	text, _ := io.ReadAll(c)
	return string(text)
}

// What is no good HTTP is answered, within time, and ends nothing.
func TestServeBadHTTP(t *testing.T) {
	t.Parallel()
	s := startServer(t, t.TempDir(), "--body-time", "1s")
	head := "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	for _, c := range []struct{ name, sent, want string }{
		{"slow body", head + "Content-Length: 100\r\n\r\nNAME", `^HTTP/1\.1 408 (?s).*the body took longer than 1s`},
		{"body shorter than said, chunked", head + "Transfer-Encoding: chunked\r\n\r\n5\r\nNAM", `^HTTP/1\.1 408 `},
		{"broken chunk", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", `^HTTP/1\.1 400 (?s).*the body cannot be read`},
		{"body longer than said", head + "Content-Length: 8\r\n\r\n0 0\n1 1\n2 2\nmore", `^HTTP/1\.1 202 `}, // what is said counts
		{"huge header", head + "X: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", `^HTTP/1\.1 431 `},
		{"slow header", "POST /v1/jobs HTTP/1.1\r\nHost: local", `^(HTTP/1\.1 408 |$)`},
		{"no host", "GET /v1/jobs HTTP/1.1\r\n\r\n", `^HTTP/1\.1 400 `},
		{"no host, of HTTP/1.0", "GET /v1/jobs HTTP/1.0\r\n\r\n", `^HTTP/1\.0 421 (?s).*the request names no host`},
		{"health, no host", "GET /healthz HTTP/1.0\r\n\r\n", `^HTTP/1\.0 200 `},
		{"no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01", `^HTTP/1\.1 400 |^$`},
	} {
		if got := s.raw(t, c.sent); !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %.300q, want %s", c.name, got, c.want)
		}
	}
	if code, _ := s.ask(t, "GET", "/healthz", "", nil); code != http.StatusOK || s.errors.Len() > 0 {
		t.Errorf("%d %s", code, s.errors)
	}
}

// The dot at the end of a name that is fully qualified says nothing, in a flag or in a request.
func TestServeHosts(t *testing.T) {
	s := startServer(t, t.TempDir(), "--host", "Tours.example.org", "--host", "maps.example.org.")
	for host, want := range map[string]string{"tours.example.org": "200", "TOURS.example.org.:8443": "200", "maps.example.org": "200", "maps.example.org.": "200", "localhost.": "200",
		"org.": "421", "192.0.2.1": "421", "tours.example.org..": "421", "tours.example.com.": "421"} {
		if got := s.raw(t, "GET /healthz HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 "+want) {
			t.Errorf("%s: %.300q, want %s", host, got, want)
		}
	}
}

// A server that is killed has its jobs again: the one that ran goes on from its checkpoint, and no
// tour is lost.
func TestServeKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := []string{"--state", "state", "--max-running", "1"}
	s := startServer(t, dir, args...)
	_, res := s.ask(t, "POST", "/v1/jobs", square, nil)
	done := res.Header.Get("Location")
	was := s.until(t, done, func(v view) bool { return v.Status == "done" })
	must(t, dir, "generate", "--cities", "2000", "--out", "long.tsp")
	long := "NAME : " + strings.Repeat("x", 5000) // with which a tour could be a problem at first sight
	_, res = s.ask(t, "POST", "/v1/jobs?time=1h&workers=1", regexp.MustCompile("(?m)^NAME.*").ReplaceAllString(read(t, dir, "long.tsp"), long), nil)
	running := res.Header.Get("Location")
	var waits []string
	for i := range 20 {
		_, res := s.ask(t, "POST", fmt.Sprintf("/v1/jobs?actions=100&seed=%d", i), square, nil)
		waits = append(waits, res.Header.Get("Location"))
	}
	saved := s.until(t, running, func(v view) bool { return v.Seconds > 5 })
	asked := time.Now()
	written := func(kind string) (at time.Time) {
		if info, err := os.Stat(filepath.Join(dir, "state", filepath.Base(running)+kind)); err == nil {
			at = info.ModTime()
		}
		return at
	}
	for end := asked.Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		// the state, with the time that was spent, is written after the checkpoint
		if saved := written(".checkpoint"); saved.After(asked) && !written(".json").Before(saved) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("no checkpoint")
		}
	}
	s.cmd.Process.Kill()
	s.cmd.Wait()

	s = startServer(t, dir, args...)
	if is := s.until(t, done, func(view) bool { return true }); is != was {
		t.Errorf("the job that was done is %+v, was %+v", is, was)
	}
	on := s.until(t, running, func(v view) bool { return v.Status == "running" && v.Revision > saved.Revision && v.Actions > 0 })
	if on.Actions < saved.Actions/2 || on.Seconds < 5 || on.Length > saved.Length*1.01 {
		t.Errorf("it began anew: %+v, was %+v", on, saved)
	}
	s.ask(t, "POST", running+"/stop", "", nil)
	s.until(t, running, func(v view) bool { return v.Status == "done" })
	for _, path := range waits {
		s.until(t, path, func(v view) bool { return v.Status == "done" && v.Length == 40 })
	}
	if s.errors.Len() > 0 {
		t.Errorf("%s", s.errors)
	}
}

// Of two servers in one folder the second does not begin, and the first keeps what it has.
func TestServeHeldState(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such locks")
	}
	dir := t.TempDir()
	s := startServer(t, dir, "--state", "state")
	oneError(t, dir, 1, `^tspmcts: state: another server keeps its jobs there; end it, or name another folder`, call{args: []string{"serve", "--listen", "127.0.0.1:0", "--state", "state"}})
	_, res := s.ask(t, "POST", "/v1/jobs", square, nil)
	s.until(t, res.Header.Get("Location"), func(v view) bool { return v.Status == "done" })
	startServer(t, dir, "--state", "other")
	s.cmd.Process.Kill()
	s.cmd.Wait()
	s = startServer(t, dir, "--state", "state")
	s.until(t, res.Header.Get("Location"), func(v view) bool { return v.Status == "done" })
}

// Each limit is set by the flag of its name, and by no other.
func TestServeLimits(t *testing.T) {
	type limits = serve.Limits
	for _, c := range []struct {
		args string
		set  func(*limits)
	}{
		{"", func(l *limits) {}},
		{"--max-body 7", func(l *limits) { l.Body = 7 }},
		{"--body-time 7s", func(l *limits) { l.BodyTime = 7 * time.Second }},
		{"--max-cities 7", func(l *limits) { l.Cities = 7 }},
		{"--max-cities 70000000", func(l *limits) { l.Cities, l.Held = 70_000_000, 70_000_000 }},
		{"--max-held 7000000", func(l *limits) { l.Held = 7_000_000 }},
		{"--max-time 7s", func(l *limits) { l.Time = 7 * time.Second }},
		{"--max-workers 777", func(l *limits) { l.Workers = 777 }},
		{"--max-running 7", func(l *limits) { l.Running = 7 }},
		{"--max-queued 7", func(l *limits) { l.Queued = 7 }},
		{"--max-streams 7", func(l *limits) { l.Streams = 7 }},
		{"--keep 7s", func(l *limits) { l.Keep = 7 * time.Second }},
	} {
		want := serve.DefaultLimits()
		c.set(&want)
		command := serveCommand()
		command.Action = func(ctx *cli.Context) error {
			if got, err := limitsOf(ctx); err != nil || got != want {
				t.Errorf("%s: %+v, %v, want %+v", c.args, got, err, want)
			}
			return nil
		}
		app := cli.App{Commands: []*cli.Command{command}}
		if err := app.Run(append([]string{"tspmcts", "serve"}, strings.Fields(c.args)...)); err != nil {
			t.Error(err)
		}
	}
}

// What others can reach needs a token and TLS; wrong calls are told.
func TestServeBadUsage(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "short", "secret\n")
	write(t, dir, "token", "0123456789abcdef0123\n")
	write(t, dir, "file", "")
	for _, c := range []struct {
		code       int
		args, want string
	}{
		{2, "--listen 0.0.0.0:0", `--listen is 0\.0\.0\.0:0, which others can reach: add --token-file`},
		{2, "--listen :0", `which others can reach: add --token-file`},
		{2, "--listen 0.0.0.0:0 --token-file token", `add --tls-cert and --tls-key, or --insecure`},
		{2, "--listen 0.0.0.0:0 --insecure", `add --token-file`},
		{2, "--listen localhost", `--listen is "localhost", want an address and a port`},
		{2, "--host tours.example.org:8443", `--host is "tours.example.org:8443", want a name or an address, without a port`},
		{2, "--host https://tours.example.org", `--host is "https://tours.example.org", want`},
		{2, "--host bücher.example", `--host is "bücher.example", want letters of ASCII, as a request has them: xn--`},
		{2, "--host [::1]", `--host is "\[::1\]", want`},
		{2, "--tls-cert file", `--tls-cert and --tls-key need each other`},
		{2, "--listen 127.0.0.1:99999 --tls-key file", `--tls-cert and --tls-key need each other`},
		{2, "a.tsp", `serve takes no arguments, found "a.tsp"`},
		{2, "--max-body 0", `--max-body is "0", want`},
		{2, "--max-cities 0", `--max-cities is "0", want`},
		{2, "--max-held 5", `--max-held is 5, want at least 2000000`},
		{2, "--max-time 0s", `--max-time is "0s", want a time above 0 and up to 87600h such as 10s or 1m30s\n`},
		{2, "--keep 1n", `--keep is "1n", want a time`},
		{2, "--max-queued x", `--max-queued is "x", want`},
		{1, "--token-file none", `none: there is no such file`},
		{1, "--token-file short", `short: found 6 characters, want a token of 16 or more`},
		{1, "--tls-cert file --tls-key file", `file, file: `},
		{1, "--listen 127.0.0.1:0 --state file/x", `file/x: `},
		{1, "--listen 127.0.0.1:99999", `choose another --listen`},
	} {
		t.Run(c.args, func(t *testing.T) {
			oneError(t, dir, c.code, c.want, call{args: append([]string{"serve"}, strings.Fields(c.args)...)})
		})
	}
	// With a token it answers those who bring it.
	s := startServer(t, dir, "--token-file", "token")
	if code, _ := s.ask(t, "GET", "/v1/jobs", "", nil); code != http.StatusUnauthorized {
		t.Errorf("without a token: %d", code)
	}
}
