package main

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// tasksCommand is moor tasks.
type tasksCommand struct {
	List tasksList `cmd:"" help:"List tasks, where they run and which volumes they hold."`
}

// tasksList is moor tasks list.
type tasksList struct {
	clientFlags
	Agent     string `placeholder:"AGENT" help:"Only those of this agent, named by id or host."`
	Framework string `placeholder:"NAME" help:"Only those of this framework, named by id or name."`
	All       bool   `help:"Also those that have ended or whose agent is unreachable, as far as the master remembers."`
}

// task is one as it is printed.
type task struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	State       string   `json:"state"`
	FrameworkID string   `json:"framework_id"`
	Framework   string   `json:"framework"`
	AgentID     string   `json:"agent_id"`
	Hostname    string   `json:"hostname"` // empty if the agent isn't registered
	Resources   amounts  `json:"resources"`
	Volumes     []string `json:"volumes"` // ids
}

// Run lists tasks.
func (c *tasksList) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		answer := struct {
			Tasks []task `json:"tasks"`
		}{c.tasks(v)}
		return c.print(env, answer, func(w io.Writer) error {
			lines := make([][]string, len(answer.Tasks))
			for i, t := range answer.Tasks {
				lines[i] = []string{t.ID, t.Framework, t.State, t.Hostname, t.AgentID, number(t.Resources.CPUs), size(t.Resources.Mem), strings.Join(t.Volumes, ",")}
			}
			return writeTable(w, "no tasks", []string{"TASK", "FRAMEWORK", "STATE", "HOST", "AGENT", "CPUS", "MEM", "VOLUMES"}, lines)
		})
	})
}

func (c *tasksList) tasks(v *view) []task {
	hosts := map[string]string{}
	for i := range v.state.GetAgents.Agents {
		a := &v.state.GetAgents.Agents[i]
		hosts[agentID(a)] = a.AgentInfo.Hostname
	}
	lists := [][]mesos.Task{v.state.GetTasks.Tasks}
	if c.All {
		lists = append(lists, v.state.GetTasks.UnreachableTasks, v.state.GetTasks.CompletedTasks)
	}
	out := []task{}
	for _, t := range slices.Concat(lists...) {
		shown := task{
			ID: t.TaskID.Value, Name: t.Name, State: t.State.String(), FrameworkID: t.FrameworkID.Value, Framework: v.framework(t.FrameworkID),
			AgentID: t.AgentID.Value, Hostname: hosts[t.AgentID.Value], Resources: amountsOf(t.Resources), Volumes: []string{},
		}
		for _, r := range resource.Set(t.Resources).Volumes() {
			shown.Volumes = append(shown.Volumes, r.Disk.Persistence.ID)
		}
		meant := isAgent(c.Agent, shown.AgentID, shown.Hostname) && (c.Framework == "" || c.Framework == shown.Framework || c.Framework == shown.FrameworkID)
		if meant && (c.All || !t.State.Terminal()) {
			out = append(out, shown)
		}
	}
	slices.SortStableFunc(out, func(a, b task) int {
		return cmp.Or(cmp.Compare(a.Framework, b.Framework), cmp.Compare(a.ID, b.ID))
	})
	return out
}
