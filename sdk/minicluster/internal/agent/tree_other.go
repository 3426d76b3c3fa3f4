//go:build !linux

package agent

import (
	"fmt"
	"os/exec"
	"strings"
)

// processes lists what runs on the machine, as ps has it; nothing if there is no ps.
func processes() []proc {
	out, err := exec.Command("ps", "-A", "-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "stat=").Output()
	if err != nil {
		return nil
	}
	var all []proc
	for line := range strings.Lines(string(out)) {
		var p proc
		var state string
		if _, err := fmt.Sscan(line, &p.pid, &p.parent, &p.group, &state); err == nil {
			p.dead = strings.HasPrefix(state, "Z")
			all = append(all, p)
		}
	}
	return all
}
