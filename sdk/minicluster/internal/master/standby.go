package master

// What a master answers that doesn't lead (semantics 1.9): every request is sent on to the leader but those that
// are about the master itself. Left out: the pages of /metrics/snapshot but for two figures.

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Standby is a master that doesn't lead.
type Standby struct {
	master  *Master // for its config alone: it has no loop
	leader  func() string
	started time.Time
}

// NewStandby returns a standby. leader returns the address of the master that leads, as far as the standby
// knows; empty: none does.
func NewStandby(config Config, leader func() string) *Standby {
	return &Standby{master: &Master{config: config}, leader: leader, started: time.Now()}
}

// ServeHTTP answers as a standby does. Who has to say who he is has to do so here as well: the check comes before the
// redirect (semantics 1.1).
func (s *Standby) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := routePath(r)
	if _, ok := routes[path]; !ok && !isPage(path) {
		plain(http.StatusNotFound).write(w)
		return
	}
	if realm := realmOf(path); realm != "" {
		if _, ok := s.master.authenticate(w, r, realm); !ok {
			return
		}
	}
	if page, ok := s.own(path); ok {
		s.show(w, page)
		return
	}
	leader := s.leader()
	if leader == "" {
		refuse(http.StatusServiceUnavailable, "No leader elected").write(w)
		return
	}
	w.Header().Set("Location", "//"+leader+onward(path, r.URL.Query()))
	w.WriteHeader(http.StatusTemporaryRedirect)
}

// own returns the page of a path that a standby has itself; nil: an empty one.
func (s *Standby) own(path string) (page any, ok bool) {
	switch path {
	case "/health":
		return nil, true
	case "/version":
		return versionPage(s.master, nil), true
	case "/flags":
		return flagsPage(s.master, nil), true
	case "/metrics/snapshot":
		return object{"master/elected": 0, "master/uptime_secs": time.Since(s.started).Seconds()}, true
	}
	return nil, false
}

func (s *Standby) show(w http.ResponseWriter, page any) {
	if page == nil {
		answer{status: http.StatusOK}.write(w)
		return
	}
	b, err := json.Marshal(page)
	if err != nil {
		refuse(http.StatusInternalServerError, err.Error()).write(w)
		return
	}
	answer{status: http.StatusOK, body: string(b), kind: typeJSON}.write(w)
}

// onward is what follows the leader's address. libprocess has put /master before the path by then, whatever was
// asked for; /redirect leads to the address alone.
func onward(path string, query url.Values) string {
	switch {
	case path == "/redirect":
		return ""
	case isPage(path): // ours alone, and not below /master
		return strings.TrimSuffix(path, "master")
	}
	out := "/master" + (&url.URL{Path: path}).EscapedPath()
	if len(query) > 0 {
		out += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return out
}

// isPage tells whether a path is of the page to look at.
func isPage(path string) bool {
	return path == "/" || path == "/master" || strings.HasPrefix(path, "/page/")
}

// realmOf returns the realm of a route; empty: it asks nobody.
func realmOf(path string) string {
	switch path {
	case "/health", "/redirect":
		return ""
	case "/api/v1/scheduler":
		return realmScheduler
	case "/api/v1", "/reserve", "/unreserve", "/create-volumes", "/destroy-volumes", "/teardown",
		"/maintenance/schedule", "/machine/down", "/machine/up":
		return realmReadWrite
	}
	return realmReadOnly
}
