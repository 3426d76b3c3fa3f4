package election

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// ErrURL is wrapped by errors about the address of a ZooKeeper.
var ErrURL = errors.New("election: not of the form zk://user:password@host:port,host:port/path")

// URL says where in which ZooKeeper masters contend. The zero URL is none.
type URL struct {
	Servers []string // host:port
	Path    string   // of the znode below which they contend: "/mesos"

	credentials string // "user:password"; empty: anybody
}

// defaultPort is ZooKeeper's.
const defaultPort = "2181"

// ParseURL reads the form that Mesos's --zk and --master have: zk://host1:port1,host2:port2/path, with user:password@ before
// the hosts where ZooKeeper asks for it. The port is 2181 by default. As in Mesos, neither part may have a slash, and the
// path may not be the root. Errors wrap [ErrURL] and don't show the password.
func ParseURL(text string) (URL, error) {
	rest, ok := strings.CutPrefix(text, "zk://")
	if !ok {
		return URL{}, fmt.Errorf("%w: it must begin with zk://", ErrURL)
	}
	slash := strings.IndexByte(rest, '/')
	if slash < 0 {
		return URL{}, fmt.Errorf("%w: a path must follow the hosts, such as /mesos", ErrURL)
	}
	var u URL
	hosts, path := rest[:slash], rest[slash:]
	if at := strings.LastIndexByte(hosts, '@'); at >= 0 {
		u.credentials, hosts = hosts[:at], hosts[at+1:]
		if user, password, ok := strings.Cut(u.credentials, ":"); !ok || user == "" || password == "" {
			return URL{}, fmt.Errorf("%w: write user:password before the @", ErrURL)
		}
	}
	for host := range strings.SplitSeq(hosts, ",") {
		server, err := parseServer(host)
		if err != nil {
			return URL{}, err
		}
		u.Servers = append(u.Servers, server)
	}
	u.Path = strings.TrimRight(path, "/")
	return u, checkPath(u.Path)
}

func parseServer(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = text, defaultPort // no port
		if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
			host = host[1 : len(host)-1]
		} else if strings.Contains(host, ":") {
			return "", fmt.Errorf("%w: %q is no host:port", ErrURL, text)
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || host == "" || strings.ContainsAny(host, " \t\n@?#") {
		return "", fmt.Errorf("%w: %q is no host:port", ErrURL, text)
	}
	return net.JoinHostPort(host, port), nil
}

// checkPath holds a path to ZooKeeper's own rules.
func checkPath(path string) error {
	if path == "" {
		return fmt.Errorf("%w: the path may not be the root: write one such as /mesos", ErrURL)
	}
	for part := range strings.SplitSeq(path[1:], "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("%w: the path %q has a part %q", ErrURL, path, part)
		}
	}
	if strings.ContainsFunc(path, func(r rune) bool {
		return r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0xd800 && r <= 0xf8ff || r >= 0xfff0 && r <= 0xffff
	}) {
		return fmt.Errorf("%w: the path %q has characters that ZooKeeper refuses", ErrURL, path)
	}
	return nil
}

// String returns the URL without a password.
func (u URL) String() string {
	user, _, secret := strings.Cut(u.credentials, ":")
	if secret {
		user += ":***@"
	}
	return "zk://" + user + strings.Join(u.Servers, ",") + u.Path
}

// GoString is String: %#v must not show the password either.
func (u URL) GoString() string { return u.String() }
