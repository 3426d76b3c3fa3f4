package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/stateful-mesos/moor/examples/cassandra-like/node"
	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
)

// timeline prints what happens, each line with the seconds since the start. It may be used from any goroutine.
type timeline struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

func (t *timeline) say(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " / ")
	fmt.Fprintf(t.out, "%6.2fs  %s\n", time.Since(t.start).Seconds(), text)
}

// placed tells of a launch, and where the data is.
func (t *timeline) placed(m matcher.Match, i instance) {
	volume := "with its volume " + volumeID(i.Name)
	if len(m.Created) > 0 {
		volume = "making volume " + volumeID(i.Name)
	} else if m.Adopted {
		volume = "adopting its volume " + volumeID(i.Name)
	}
	t.say("%s: launching task %s on agent %s (%s), port %s, %s", i.Name, i.Task, short(i.Agent), i.Hostname, port(i.Address), volume)
}

// status tells of what changed for a task.
func (t *timeline) status(before, after instance, s mesos.TaskStatus) {
	if before.State == after.State || s.State == mesos.TASK_STARTING || s.State == mesos.TASK_KILLING {
		return
	}
	why := s.GetMessage()
	if why != "" {
		why = ": " + why + meaning(why)
	}
	t.say("%s: %v of task %s%s", after.Name, s.State, after.Task, why)
}

// meaning tells what the exit code of a node in a message stands for.
func meaning(message string) string {
	for code, meaning := range map[int]string{
		node.ExitInUse:   " (an earlier process still holds the volume)",
		node.ExitForeign: " (it was given a volume that isn't its own)",
		node.ExitPort:    " (its port is taken)",
	} {
		if strings.HasSuffix(message, fmt.Sprintf(" %d", code)) {
			return meaning
		}
	}
	return ""
}

// short is an agent's id without the part that all agents of a master have in common.
func short(agent string) string { return agent[strings.LastIndexByte(agent, '-')+1:] }

func port(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
