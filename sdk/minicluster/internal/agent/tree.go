package agent

import "syscall"

// proc is one process of the machine.
type proc struct{ pid, parent, group int }

// descendants are the processes outside a group whose chain of parents leads into it: children that made a
// group or session of their own.
func descendants(all []proc, group int) []int {
	children := map[int][]proc{}
	var todo []proc
	for _, p := range all {
		children[p.parent] = append(children[p.parent], p)
		if p.group == group {
			todo = append(todo, p)
		}
	}
	var found []int
	seen := map[int]bool{}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[p.pid] {
			continue
		}
		seen[p.pid] = true
		if p.group != group {
			found = append(found, p.pid)
		}
		todo = append(todo, children[p.pid]...)
	}
	return found
}

// killTree signals a process group and what descends from it, as Mesos's os::killtree does. The list is
// made first: a process whose parent dies has another one.
func killTree(group int, s syscall.Signal) {
	outside := descendants(processes(), group)
	_ = syscall.Kill(-group, s) // an error means that none is left
	for _, pid := range outside {
		_ = syscall.Kill(pid, s)
	}
}
