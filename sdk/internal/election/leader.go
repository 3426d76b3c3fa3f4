package election

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
)

// Leader is the master that leads.
type Leader struct {
	Info     mesos.MasterInfo
	Address  string // "host:port" of its APIs
	Sequence int    // its number in the election
}

// Same tells whether two leaders are the same candidate. A nil leader is none.
func (l *Leader) Same(other *Leader) bool {
	if l == nil || other == nil {
		return l == other
	}
	return l.Sequence == other.Sequence && l.Info.ID == other.Info.ID && l.Address == other.Address
}

// sequenceOf returns the number in the name of a candidate's znode. What has none, such as the replicated log's, isn't
// one (semantics 1.13).
func sequenceOf(name string) (int, bool) {
	digits := name[strings.LastIndexByte(name, '_')+1:]
	n, err := strconv.ParseInt(digits, 10, 32)
	return int(n), err == nil
}

// first returns the name of the candidate that leads; empty: there is none.
func first(names []string) (name string, sequence int) {
	for _, n := range names {
		if s, ok := sequenceOf(n); ok && (name == "" || s < sequence) {
			name, sequence = n, s
		}
	}
	return name, sequence
}

// errContent is about a znode that doesn't say what a master's does.
var errContent = errors.New("not the content of a master's znode")

// parseLeader reads a candidate's znode, in the form that its label names: JSON, or what older masters wrote.
func parseLeader(name string, sequence int, data []byte) (*Leader, error) {
	l := &Leader{Sequence: sequence}
	kind := ""
	if i := strings.LastIndexByte(name, '_'); i >= 0 {
		kind = name[:i]
	}
	var err error
	switch kind {
	case "json.info":
		err = mesosjson.Unmarshal(data, &l.Info)
	case "info":
		err = l.Info.Unmarshal(data)
	case "":
		err = l.fromPid(string(data))
	default:
		err = fmt.Errorf("its label %q is unknown", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", name, errContent, err)
	}
	if l.Address = addressOf(&l.Info); l.Address == "" {
		return nil, fmt.Errorf("%s: %w: no address", name, errContent)
	}
	return l, nil
}

// fromPid reads "master@ip:port".
func (l *Leader) fromPid(pid string) error {
	_, address, ok := strings.Cut(pid, "@")
	if !ok || !isAddress(address) {
		return fmt.Errorf("%q is no master@ip:port", pid)
	}
	l.Info.ID, l.Info.Pid = address, &pid
	return nil
}

// addressOf returns where a master is reached. What says it, in order: its address, its pid, its ip and port.
func addressOf(info *mesos.MasterInfo) string {
	if a := info.Address; a != nil {
		for _, host := range []string{a.GetHostname(), a.GetIP()} {
			if address := net.JoinHostPort(host, strconv.Itoa(int(a.Port))); isAddress(address) {
				return address
			}
		}
	}
	if _, address, ok := strings.Cut(info.GetPid(), "@"); ok && isAddress(address) {
		return address
	}
	ip := make(net.IP, net.IPv4len)
	binary.NativeEndian.PutUint32(ip, info.IP)
	if address := net.JoinHostPort(ip.String(), strconv.Itoa(int(info.GetPort()))); info.IP != 0 && isAddress(address) {
		return address
	}
	return ""
}

// isAddress tells whether a text can be the address of a master, and nothing but one: it becomes part of a URL.
func isAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" || strings.ContainsFunc(host, func(r rune) bool { return !strings.ContainsRune(hostRunes, r) }) {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n > 0 && n <= 65535
}

const hostRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%"
