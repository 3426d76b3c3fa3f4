package wire

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Where every master has its APIs (semantics 1.1, 7.2).
const (
	SchedulerPath = "/api/v1/scheduler"
	OperatorPath  = "/api/v1"
)

// defaultPort is the port of a master that doesn't say.
const defaultPort = "5050"

// ErrRedirect is a redirect that isn't followed: too many in a row, to another scheme, or to no host.
var ErrRedirect = errors.New("redirect not followed")

// ParseMasters turns a list of "host:port", "http://host:port" or "https://host:port" into the URLs of an API of these masters.
// Without a port it is 5050. A user and password are refused, since URLs end up in logs. The error is a [*FieldError].
func ParseMasters(masters []string, path string) ([]*url.URL, error) {
	if len(masters) == 0 {
		return nil, &FieldError{"Masters", `is empty; list at least one master as "host:port"`}
	}
	urls := make([]*url.URL, len(masters))
	for i, text := range masters {
		u, err := parseMaster(text)
		if err != nil {
			return nil, &FieldError{fmt.Sprintf("Masters[%d]", i), err.Error()}
		}
		u.Path = path
		urls[i] = u
	}
	return urls, nil
}

func parseMaster(text string) (*url.URL, error) {
	full := text
	if !strings.Contains(full, "://") {
		full = "http://" + full
	}
	u, err := url.Parse(full)
	switch {
	case err != nil && strings.Contains(full, "@"):
		// Not shown, since it may hold a password.
		return nil, errors.New("a master address holds credentials and does not parse; set Config.Principal and Secret, and write \"host:port\" here")
	case err != nil:
		return nil, fmt.Errorf("master address %q does not parse; write \"host:port\"", text)
	case u.User != nil:
		return nil, fmt.Errorf("master address %q holds credentials; set Config.Principal and Secret instead", u.Redacted())
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("master address %q: the scheme %q is not known; use http or https, and list the masters themselves", text, u.Scheme)
	case u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("master address %q has more than host and port", text)
	case u.Hostname() == "":
		return nil, fmt.Errorf("master address %q has no host", text)
	}
	port := u.Port()
	if port == "" {
		port = defaultPort
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return nil, fmt.Errorf("master address %q: the port must be from 1 to 65535", text)
	}
	return &url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(u.Hostname(), port)}, nil
}

// follow is where a redirect leads. Mesos sends "//host:port/path" without a scheme, so ours is kept (semantics 1.9), as is
// our path where it sends none; a redirect that names another scheme is refused, or credentials could be led away from TLS.
func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	switch {
	case location == "":
		return nil, fmt.Errorf("%w: master %s redirects to nobody: %w", ErrRedirect, from.Host, ErrNotLeader)
	case err != nil || to.Hostname() == "":
		return nil, fmt.Errorf("%w: master %s redirects to %q, which is no address", ErrRedirect, from.Host, printable(location))
	case to.Scheme != from.Scheme:
		return nil, fmt.Errorf("%w: master %s redirects from %s to %q; list masters with the scheme that all of them speak",
			ErrRedirect, from.Host, from.Scheme, printable(to.Redacted()))
	}
	path := to.Path
	if path == "" || path == "/" {
		path = from.Path
	}
	return &url.URL{Scheme: to.Scheme, Host: to.Host, Path: path}, nil
}
