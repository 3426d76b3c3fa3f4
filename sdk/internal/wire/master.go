package wire

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// schedulerPath is where every master has the scheduler API (semantics 1.1).
const schedulerPath = "/api/v1/scheduler"

// defaultPort is the port of a master that doesn't say.
const defaultPort = "5050"

// ErrRedirect is a redirect that isn't followed: too many in a row, to another scheme, or to no host.
var ErrRedirect = errors.New("redirect not followed")

// ParseMaster turns "host:port", "http://host:port" or "https://host:port" into the URL of the master's scheduler API.
// Without a port it is 5050. A user and password are refused, since URLs end up in logs.
func ParseMaster(text string) (*url.URL, error) {
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
	return &url.URL{Scheme: u.Scheme, Host: net.JoinHostPort(u.Hostname(), port), Path: schedulerPath}, nil
}

// follow is where a redirect leads. Mesos sends "//host:port/path" without a scheme, so ours is kept (semantics 1.9);
// a redirect that names another one is refused, or credentials could be led away from TLS.
func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	switch {
	case location == "" || err != nil || to.Hostname() == "":
		return nil, fmt.Errorf("%w: master %s redirects to %q, which is no address", ErrRedirect, from.Host, printable(location))
	case to.Scheme != from.Scheme:
		return nil, fmt.Errorf("%w: master %s redirects from %s to %q; list masters with the scheme that all of them speak",
			ErrRedirect, from.Host, from.Scheme, printable(to.Redacted()))
	}
	return &url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}, nil
}
