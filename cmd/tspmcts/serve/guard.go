package serve

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
)

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// policy lets the page load and ask nothing but this server, besides a picture that the user gives it.
const policy = "default-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard lets through what may be answered: of a Host that is ours (a name that somebody
// else points at this machine is not), not sent by another site's page, and with the token
// where there is one.
func (s *Server) guard(next http.Handler) http.Handler {
	var origin http.CrossOriginProtection
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		problemf(http.StatusForbidden, "the request comes from another site's page; open this server's own").write(w)
	}))
	next = origin.Handler(s.authorized(next))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				s.Log("%s %s: %v\n%s", r.Method, r.URL.Path, v, debug.Stack())
				problemf(http.StatusInternalServerError, "the server went wrong, please report it").write(w)
			}
		}()
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		switch {
		case s.isOurs(r.Host), r.Host == "" && r.URL.Path == "/healthz": // of a probe, and no browser
		case r.Host == "":
			problemf(http.StatusMisdirectedRequest, "the request names no host, want one that this server is, such as localhost").write(w)
			return
		default:
			problemf(http.StatusMisdirectedRequest, "the request is for the host %s, which this server is not; --host adds a name", short(r.Host)).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isOurs reports whether clients may call the server so.
func (s *Server) isOurs(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || s.AnyIP || slices.Contains(s.Hosts, host)
	}
	return host == "localhost" || slices.Contains(s.Hosts, host)
}

// authorized asks for the token. The page itself holds no secret, and asks the user for it.
func (s *Server) authorized(next http.Handler) http.Handler {
	if s.Token == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ") // one or more spaces, RFC 9110, 11.4
		ok := strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare([]byte(strings.TrimSpace(given)), []byte(s.Token)) == 1
		if strings.HasPrefix(r.URL.Path, "/v1/") && !ok {
			w.Header().Set("WWW-Authenticate", `Bearer realm="tspmcts"`)
			problemf(http.StatusUnauthorized, "this server wants its token: Authorization: Bearer TOKEN").write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}
