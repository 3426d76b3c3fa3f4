package master

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

var errRemoved = errors.New("Framework has been removed")

// prefixed puts a text before an error's.
func prefixed(before string, err error) error { return fmt.Errorf("%s%w", before, err) }

func (m *Master) newFrameworkID() string {
	id := fmt.Sprintf("%s-%04d", m.id, m.next.framework)
	m.next.framework++
	return id
}

func (m *Master) newAgentID() string {
	id := fmt.Sprintf("%s-S%d", m.id, m.next.agent)
	m.next.agent++
	return id
}

// address is where the master is reached.
func (m *Master) address() string {
	return net.JoinHostPort(m.config.IP, strconv.Itoa(m.config.Port))
}

// networkOrder is an IPv4 address as MasterInfo.ip holds it: its bytes as they are in memory (semantics 1.13).
func networkOrder(ip string) uint32 {
	addr, err := netip.ParseAddr(ip)
	if err != nil || !addr.Unmap().Is4() {
		return 0
	}
	b := addr.Unmap().As4()
	return binary.NativeEndian.Uint32(b[:])
}
