package agent

import (
	"slices"
	"syscall"
	"time"
)

// proc is one process of the machine.
type proc struct {
	pid, parent, group int
	dead               bool // waits to be reaped
}

// tree adds to known the processes of a group and all that descends from them or from what is known,
// whatever group or session that made for itself, and returns those that are new.
func tree(all []proc, group int, known map[int]bool) []int {
	children := map[int][]int{}
	var todo, found []int
	for _, p := range all {
		children[p.parent] = append(children[p.parent], p.pid)
		if p.group == group || known[p.pid] {
			todo = append(todo, p.pid)
		}
	}
	seen := map[int]bool{}
	for len(todo) > 0 {
		pid := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[pid] {
			continue
		}
		seen[pid] = true
		if !known[pid] {
			known[pid] = true
			found = append(found, pid)
		}
		todo = append(todo, children[pid]...)
	}
	return found
}

// killTree signals a process group and what descends from it, as Mesos's os::killtree does: everything is
// stopped first and looked for until nothing new turns up, because a process can leave its group, or have its
// parent die, between being seen and being signalled. It returns what it signalled.
func killTree(group int, s syscall.Signal) map[int]bool {
	const rounds = 8 // each finds at least one level more; stopped processes make no new one
	known := map[int]bool{}
	_ = syscall.Kill(-group, syscall.SIGSTOP) // errors of Kill mean that nobody is there any more
	for range rounds {
		found := tree(processes(), group, known)
		if len(found) == 0 {
			break
		}
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGSTOP)
		}
	}
	// Twice to most: a signal that waits for a stopped process is one signal.
	_ = syscall.Kill(-group, s)
	for pid := range known {
		_ = syscall.Kill(pid, s)
	}
	_ = syscall.Kill(-group, syscall.SIGCONT)
	for pid := range known {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	return known
}

// waitGone waits for processes that were killed and are nobody's here to reap. Ten seconds are far more
// than that takes, unless one hangs in a device driver.
func waitGone(pids map[int]bool) {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if !slices.ContainsFunc(processes(), func(p proc) bool { return pids[p.pid] && !p.dead }) {
			return
		}
	}
}
