package agent

import (
	"os"
	"strconv"
	"strings"
)

// processes lists what runs on the machine, as /proc has it.
func processes() []proc {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var all []proc
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + e.Name() + "/stat")
		if err != nil {
			continue // ended meanwhile
		}
		// pid (name) state ppid pgrp ...: the name may hold anything, parentheses too.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) < 3 {
			continue
		}
		parent, err1 := strconv.Atoi(fields[1])
		group, err2 := strconv.Atoi(fields[2])
		if err1 == nil && err2 == nil {
			all = append(all, proc{pid: pid, parent: parent, group: group, dead: fields[0] == "Z" || fields[0] == "X"})
		}
	}
	return all
}
