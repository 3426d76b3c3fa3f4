package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// agentsCommand is moor agents.
type agentsCommand struct {
	List       agentsList       `cmd:"" help:"List agents, their state and what they have."`
	Show       agentsShow       `cmd:"" help:"Show an agent with its reservations and volumes."`
	Drain      agentsDrain      `cmd:"" help:"Kill an agent's tasks and offer it to nobody, until it is reactivated."`
	Deactivate agentsDeactivate `cmd:"" help:"Offer an agent to nobody; its tasks go on."`
	Reactivate agentsReactivate `cmd:"" help:"Offer an agent again that was deactivated or drained."`
	Gone       agentsGone       `cmd:"" help:"Declare an agent gone for good, with its reservations and volumes."`

	Maintenance maintenanceCommand `cmd:"" help:"Announce when machines will be unavailable, and take them down."`
}

// agent is one as it is printed.
type agent struct {
	ID         string            `json:"agent_id"`
	Hostname   string            `json:"hostname"`
	State      string            `json:"state"` // active, disconnected, deactivated, draining, drained
	Version    string            `json:"version"`
	Attributes map[string]string `json:"attributes"`
	Total      amounts           `json:"total"`
	InUse      amounts           `json:"in_use"`
	Reserved   amounts           `json:"reserved"`
	Volumes    []string          `json:"volumes"` // ids
	Tasks      int               `json:"tasks"`   // that haven't ended
}

func (v *view) shown(a *operator.Agent) agent {
	total := resource.Set(a.TotalResources)
	out := agent{
		ID: agentID(a), Hostname: a.AgentInfo.Hostname, State: stateOf(a), Version: a.Version, Attributes: map[string]string{},
		Total: amountsOf(total), InUse: amountsOf(a.AllocatedResources), Reserved: amountsOf(total.Reserved()), Volumes: []string{},
	}
	for i := range a.AgentInfo.Attributes {
		out.Attributes[a.AgentInfo.Attributes[i].Name] = attributeText(&a.AgentInfo.Attributes[i])
	}
	for _, r := range total.Volumes() {
		out.Volumes = append(out.Volumes, r.Disk.Persistence.ID)
	}
	for i := range v.state.GetTasks.Tasks {
		if t := &v.state.GetTasks.Tasks[i]; t.AgentID.Value == out.ID && !t.State.Terminal() {
			out.Tasks++
		}
	}
	return out
}

func stateOf(a *operator.Agent) string {
	switch {
	case a.DrainInfo != nil:
		return strings.ToLower(a.DrainInfo.State.String())
	case a.GetDeactivated():
		return "deactivated"
	case !a.Active:
		return "disconnected"
	}
	return "active"
}

func attributeText(a *mesos.Attribute) string {
	switch a.Type {
	case mesos.SCALAR:
		return number(a.Scalar.GetValue())
	case mesos.RANGES:
		parts := make([]string, 0, len(a.Ranges.GetRange()))
		for _, r := range a.Ranges.GetRange() {
			parts = append(parts, fmt.Sprintf("%d-%d", r.Begin, r.End))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case mesos.SET:
		return "{" + strings.Join(a.Set.GetItem(), ",") + "}"
	}
	return a.Text.GetValue()
}

// agentsList is moor agents list.
type agentsList struct{ clientFlags }

// Run lists agents.
func (c *agentsList) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		answer := struct {
			Agents  []agent  `json:"agents"`
			NotBack []string `json:"agents_not_back"` // ids of those registered with an earlier master
		}{[]agent{}, []string{}}
		var lines [][]string
		for i := range v.state.GetAgents.Agents {
			a := v.shown(&v.state.GetAgents.Agents[i])
			answer.Agents = append(answer.Agents, a)
			lines = append(lines, []string{
				a.Hostname, a.ID, a.State, used(a.InUse.CPUs, a.Total.CPUs, number), used(a.InUse.Mem, a.Total.Mem, size),
				used(a.InUse.Disk, a.Total.Disk, size), size(a.Reserved.Disk), fmt.Sprint(len(a.Volumes)), fmt.Sprint(a.Tasks),
			})
		}
		for i := range v.state.GetAgents.RecoveredAgents {
			a := &v.state.GetAgents.RecoveredAgents[i]
			answer.NotBack = append(answer.NotBack, a.ID.GetValue())
			lines = append(lines, []string{a.Hostname, a.ID.GetValue(), "not back", "", "", "", "", "", ""})
		}
		return c.print(env, answer, func(w io.Writer) error {
			return writeTable(w, "no agents",
				[]string{"HOST", "AGENT", "STATE", "CPUS USED", "MEM USED", "DISK USED", "DISK RESERVED", "VOLUMES", "TASKS"}, lines)
		})
	})
}

func used(part, whole float64, text func(float64) string) string {
	return text(part) + " of " + text(whole)
}

// agentArg names an agent.
type agentArg struct {
	Agent string `arg:"" help:"Agent, by id or host."`
}

// agentsShow is moor agents show.
type agentsShow struct {
	clientFlags
	agentArg
}

// Run shows an agent.
func (c *agentsShow) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		found, err := v.agent(c.Agent)
		if err != nil {
			return err
		}
		id := agentID(found)
		answer := struct {
			agent
			Reservations []reserved `json:"reservations"`
			Volumes      []volume   `json:"volume_details"`
		}{v.shown(found), []reserved{}, []volume{}}
		for _, r := range v.reservations(reservedFlags{}, id) {
			answer.Reservations = append(answer.Reservations, reservedOf(&r))
		}
		for _, one := range v.volumes(volumeFlags{Agent: id}, "") {
			answer.Volumes = append(answer.Volumes, v.volume(&one))
		}
		return c.print(env, answer, func(w io.Writer) error {
			attributes := make([]string, len(found.AgentInfo.Attributes))
			for i := range found.AgentInfo.Attributes {
				a := &found.AgentInfo.Attributes[i]
				attributes[i] = a.Name + ":" + attributeText(a)
			}
			err := writeTable(w, "", []string{"host", answer.Hostname}, [][]string{
				{"agent", answer.ID}, {"state", answer.State}, {"version", answer.Version}, {"attributes", strings.Join(attributes, "; ")},
				{"resources", resource.Set(found.TotalResources).Unreserved().String()}, {"tasks", fmt.Sprint(answer.Tasks)},
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(w)
			if err := writeReservations(w, answer.Reservations); err != nil {
				return err
			}
			fmt.Fprintln(w)
			return writeVolumes(w, answer.Volumes)
		})
	})
}
