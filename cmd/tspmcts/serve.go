package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/urfave/cli/v2"

	"tspmcts/bench"
	"tspmcts/cmd/tspmcts/serve"
)

const (
	catServer = "Server"
	catLimits = "Limits"
	catSafety = "Safety: needed to listen elsewhere than on the loopback interface"
)

func serveCommand() *cli.Command {
	l := serve.DefaultLimits()
	return &cli.Command{
		Name:  "serve",
		Usage: "show a page to watch searches on, with an HTTP API",
		Description: "Serves a page that solves problems and shows how, and the HTTP API that it uses,\n" +
			"which /openapi.json describes. Ctrl-C ends it.",
		Flags: []cli.Flag{
			option(catServer, "listen", "listen on `ADDRESS` (default: 127.0.0.1:8080; port 0 takes a free one)"),
			toggle(catServer, "open", "open the page in a browser"),
			option(catServer, "state", "keep jobs in the folder `DIR`, for a server that begins again; running ones go on from their last checkpoint"),
			option(catLimits, "max-body", fmt.Sprintf("most `BYTES` of a request (default: %d)", l.Body)),
			option(catLimits, "body-time", fmt.Sprintf("longest `T` that a request takes to arrive (default: %s)", bench.Span{Fixed: l.BodyTime})),
			option(catLimits, "max-cities", fmt.Sprintf("most cities `N` of an instance (default: %d)", l.Cities)),
			option(catLimits, "max-held", fmt.Sprintf("most cities `N` of all jobs together, 25 distances of a matrix count as one; for a new one the oldest that have ended are forgotten (default: %d)", l.Held)),
			option(catLimits, "max-time", fmt.Sprintf("longest `T` of a search (default: %s)", bench.Span{Fixed: l.Time})),
			option(catLimits, "max-workers", "most workers `W` of a search (default: the number of CPUs)"),
			option(catLimits, "max-running", fmt.Sprintf("most jobs `N` that run at once (default: %d)", l.Running)),
			option(catLimits, "max-queued", fmt.Sprintf("most jobs `N` that wait (default: %d)", l.Queued)),
			option(catLimits, "max-streams", fmt.Sprintf("most clients `N` that follow events at once (default: %d)", l.Streams)),
			option(catLimits, "keep", fmt.Sprintf("keep jobs that have ended for `T` (default: %s)", bench.Span{Fixed: l.Keep})),
			option(catSafety, "token-file", "clients must bring the token that `FILE` holds"),
			option(catSafety, "tls-cert", "certificate `FILE`, with --tls-key"),
			option(catSafety, "tls-key", "key `FILE`, with --tls-cert"),
			toggle(catSafety, "insecure", "listen without TLS all the same"),
			&cli.StringSliceFlag{Name: "host", Usage: "clients may call the server by `NAME`; may be repeated", EnvVars: []string{envName("host")}, Category: catSafety},
		},
		Action: runServe,
	}
}

// limitsOf reads the limits.
func limitsOf(c *cli.Context) (l serve.Limits, err error) {
	l = serve.DefaultLimits()
	number := func(name string, to *int, most int64) {
		v, e := intOption(c, name, int64(*to), 1, most)
		*to = int(v)
		err = errors.Join(err, e)
	}
	span := func(name string, to *time.Duration) {
		s, e := spanOption(c, name)
		if e != nil || s.PerCity > 0 {
			e = usagef("--%s is %q, want a time above 0 and up to 87600h such as 10s or 1m30s", name, c.String(name))
		}
		if s.Fixed > 0 {
			*to = s.Fixed
		}
		err = errors.Join(err, e)
	}
	body := int(l.Body)
	number("max-body", &body, math.MaxInt32)
	l.Body = int64(body)
	span("body-time", &l.BodyTime)
	number("max-cities", &l.Cities, math.MaxInt32/2)
	if c.String("max-held") == "" {
		l.Held = max(l.Held, l.Cities)
	}
	number("max-held", &l.Held, math.MaxInt64)
	span("max-time", &l.Time)
	number("max-workers", &l.Workers, bench.MaxWorkers)
	number("max-running", &l.Running, bench.MaxWorkers)
	number("max-queued", &l.Queued, math.MaxInt32)
	number("max-streams", &l.Streams, math.MaxInt32)
	span("keep", &l.Keep)
	if err == nil && l.Held < l.Cities {
		err = usagef("--max-held is %d, want at least %d, what one instance may have (--max-cities)", l.Held, l.Cities)
	}
	return l, err
}

// serverOf reads the flags, and returns the server, where it is to listen, and its certificate, nil
// for none.
func serverOf(c *cli.Context) (config serve.Config, address string, certificate *tls.Certificate, err error) {
	fail := func(err error) (serve.Config, string, *tls.Certificate, error) {
		return serve.Config{}, "", nil, err
	}
	if c.Args().Present() {
		return fail(usagef("serve takes no arguments, found %q; drop the file on the page", c.Args().First()))
	}
	if config.Limits, err = limitsOf(c); err != nil {
		return fail(err)
	}
	address = c.String("listen")
	if address == "" {
		address = "127.0.0.1:8080"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fail(usagef("--listen is %q, want an address and a port such as 127.0.0.1:8080", address))
	}
	cert, key, tokenFile := c.String("tls-cert"), c.String("tls-key"), c.String("token-file")
	if (cert == "") != (key == "") {
		return fail(usagef("--tls-cert and --tls-key need each other"))
	}
	ip, err := netip.ParseAddr(host)
	loopback := host == "localhost" || err == nil && ip.IsLoopback()
	switch {
	case !loopback && tokenFile == "":
		return fail(usagef("--listen is %s, which others can reach: add --token-file FILE, with a secret that clients must bring", address))
	case !loopback && cert == "" && !c.Bool("insecure"):
		return fail(usagef("--listen is %s, which others can reach: add --tls-cert and --tls-key, or --insecure to send all in the clear", address))
	}
	for _, name := range c.StringSlice("host") {
		if _, err := netip.ParseAddr(name); err != nil && strings.ContainsAny(name, ":/[]") { // which no Host has
			return fail(usagef("--host is %q, want a name or an address, without a port", name))
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
			return fail(usagef("--host is %q, want letters of ASCII, as a request has them: xn--...", name))
		}
	}
	config.AnyIP = !loopback
	for _, name := range append(c.StringSlice("host"), host) {
		config.Hosts = append(config.Hosts, strings.TrimSuffix(strings.ToLower(name), "."))
	}
	if tokenFile != "" {
		text, err := os.ReadFile(tokenFile)
		if err != nil {
			return fail(bench.FileError(tokenFile, err))
		}
		config.Token = strings.TrimSpace(string(text))
		if len(config.Token) < 16 || strings.ContainsFunc(config.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fail(fmt.Errorf("%s: found %d characters, want a token of 16 or more letters, digits and signs, on one line", tokenFile, len(config.Token)))
		}
	}
	if cert != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fail(fmt.Errorf("%s, %s: %w", cert, key, err))
		}
		certificate = &pair
	}
	config.Folder, config.Write, config.Log = c.String("state"), writeOver, warn
	return config, address, certificate, nil
}

func runServe(c *cli.Context) error {
	config, address, certificate, err := serverOf(c)
	if err != nil {
		return err
	}
	ctx, cancel := interruptible()
	defer cancel()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("%w; choose another --listen", err)
	}
	defer listener.Close()
	if config.Folder != "" {
		held, err := holdState(config.Folder)
		if err != nil {
			return err
		}
		defer held.Close()
	}
	jobs, err := serve.New(config)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: jobs, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: config.BodyTime, WriteTimeout: serve.AnswerTime,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0)} // what a client does wrong is no news
	url := "http://" + listener.Addr().String()
	if certificate != nil {
		url = "https://" + listener.Addr().String()
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*certificate}, NextProtos: []string{"http/1.1"}})
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	if _, err := fmt.Fprintf(stdout{}, "%s\n", url); err != nil && !errors.Is(err, errStdoutClosed) {
		return err
	}
	if c.Bool("open") {
		if err := openPage(url); err != nil {
			warn("no browser can be opened: %v; open %s", err, url)
		}
	}
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	jobs.Close() // which ends the streams, for Shutdown to have nothing to wait for
	end, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	server.Shutdown(end)
	return err
}

// holdState holds the folder of a state until the file returned is closed: of two servers in one
// folder, each would write over what the other has found. What else is wrong with the folder the
// server tells.
func holdState(folder string) (*os.File, error) {
	os.Mkdir(folder, 0o700)
	f, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil && errors.Is(hold(f), errHeld) {
		f.Close()
		return nil, fmt.Errorf("%s: another server keeps its jobs there; end it, or name another folder for --state", folder)
	}
	return f, nil
}

// openPage shows a page in the user's browser.
func openPage(url string) error {
	cmd := showing(url)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}
