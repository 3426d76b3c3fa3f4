package validate

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// Machine is what makes two machine ids one: the case of host names doesn't matter, whether a field is set does.
type Machine struct {
	Hostname       string
	IP             string
	HasHost, HasIP bool
}

// MachineOf returns a machine as it is compared.
func MachineOf(id *mesos.MachineID) Machine {
	return Machine{Hostname: strings.ToLower(id.GetHostname()), IP: id.GetIP(), HasHost: id.Hostname != nil, HasIP: id.IP != nil}
}

// Schedule judges a maintenance schedule (semantics 7.4). down are the machines that are down, which have to stay in
// it.
func Schedule(s *masterpb.Schedule, down []mesos.MachineID) error {
	seen := map[Machine]bool{}
	for i := range s.Windows {
		w := &s.Windows[i]
		if len(w.MachineIDs) == 0 {
			return errors.New("List of machines in the maintenance window is empty")
		}
		if w.Unavailability.Duration.GetNanoseconds() < 0 {
			return errors.New("Unavailability 'duration' is negative")
		}
		if err := distinct(w.MachineIDs, seen); err != nil {
			return err
		}
	}
	for i := range down {
		if !seen[MachineOf(&down[i])] {
			return fmt.Errorf("Machine '%s' is deactivated and cannot be removed from the schedule", debugText(&down[i]))
		}
	}
	return nil
}

// Machines judges the machines of which maintenance is to start or to stop.
func Machines(ids []mesos.MachineID) error {
	if len(ids) == 0 {
		return errors.New("List of machines is empty")
	}
	return distinct(ids, map[Machine]bool{})
}

// distinct judges machines one by one, and notes them as seen.
func distinct(ids []mesos.MachineID, seen map[Machine]bool) error {
	for i := range ids {
		id := &ids[i]
		if id.GetHostname() == "" && id.GetIP() == "" {
			return errors.New("Both 'hostname' and 'ip' for a machine are empty")
		}
		if ip := id.GetIP(); ip != "" {
			if addr, err := netip.ParseAddr(ip); err != nil || !addr.Is4() {
				return fmt.Errorf("Failed to parse IPv4: %s", ip)
			}
		}
		if seen[MachineOf(id)] {
			return fmt.Errorf("Machine '%s' appears more than once in the schedule", debugText(id))
		}
		seen[MachineOf(id)] = true
	}
	return nil
}

// debugText is a machine as protobuf prints messages for debugging, line ends included.
func debugText(id *mesos.MachineID) string {
	var b strings.Builder
	if id.Hostname != nil {
		fmt.Fprintf(&b, "hostname: \"%s\"\n", escaped(*id.Hostname))
	}
	if id.IP != nil {
		fmt.Fprintf(&b, "ip: \"%s\"\n", escaped(*id.IP))
	}
	return b.String()
}

// escaped is a text as protobuf prints it: what isn't printable ASCII is octal.
func escaped(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\r':
			b.WriteString(`\r`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '"' || c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < 0x20 || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
