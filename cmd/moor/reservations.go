package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/operator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// reservationsCommand is moor reservations.
type reservationsCommand struct {
	List      reservationsList      `cmd:"" help:"List what is reserved, for whom, and what of it is free."`
	Reserve   reservationsReserve   `cmd:"" help:"Reserve free resources of an agent for a role."`
	Unreserve reservationsUnreserve `cmd:"" help:"Unreserve what no task uses and no volume is on."`
}

// reservedFlags narrow down which reservations are meant.
type reservedFlags struct {
	Role  string            `placeholder:"ROLE" help:"Role of the reservation."`
	Label map[string]string `short:"l" placeholder:"KEY=VALUE" help:"Label of the reservation, as often as needed."`
}

func (f reservedFlags) text() string {
	out := ""
	if f.Role != "" {
		out = fmt.Sprintf(" for role %q", f.Role)
	}
	if len(f.Label) > 0 {
		info := resource.Reservation{Labels: f.Label}.Info()
		out += " with the labels " + labelText(labelsOf(info.Labels))
	}
	return out
}

// reservations returns those that the flags mean, on one agent unless that is empty.
func (v *view) reservations(f reservedFlags, agent string) []operator.Reservation {
	var out []operator.Reservation
	for _, r := range operator.Reservations(v.state) {
		if isAgent(agent, r.AgentID.Value, r.Hostname) && (f.Role == "" || f.Role == r.Role()) && hasLabels(&r.Stack[len(r.Stack)-1], f.Label) {
			out = append(out, r)
		}
	}
	return out
}

func hasLabels(info *mesos.Resource_ReservationInfo, wanted map[string]string) bool {
	has := map[label]bool{}
	for _, l := range labelsOf(info.Labels) {
		has[l] = true
	}
	for key, value := range wanted {
		if !has[label{key, value}] {
			return false
		}
	}
	return true
}

// reserved is a reservation as it is printed.
type reserved struct {
	Role          string        `json:"role"`
	Dynamic       bool          `json:"dynamic"`
	Reservations  []reservation `json:"reservations"`
	AgentID       string        `json:"agent_id"`
	Hostname      string        `json:"hostname"`
	Total         amounts       `json:"total"`
	InUse         amounts       `json:"in_use"`
	Free          amounts       `json:"free"`
	FreeResources string        `json:"free_resources"` // in Mesos's text form
	Volumes       []string      `json:"volumes"`        // ids
}

func reservedOf(r *operator.Reservation) reserved {
	out := reserved{
		Role: r.Role(), Dynamic: r.Dynamic(), Reservations: reservationsOf(r.Stack), AgentID: r.AgentID.Value, Hostname: r.Hostname,
		Total: amountsOf(r.Total), InUse: amountsOf(r.InUse), Free: amountsOf(r.Free()), FreeResources: brief(r.Free()), Volumes: []string{},
	}
	for _, v := range r.Total.Volumes() {
		out.Volumes = append(out.Volumes, v.Disk.Persistence.ID)
	}
	return out
}

func (r *reserved) last() *reservation { return &r.Reservations[len(r.Reservations)-1] }

// reservationsList is moor reservations list.
type reservationsList struct {
	clientFlags
	reservedFlags
	Agent string `placeholder:"AGENT" help:"Only those of this agent, named by id or host."`
}

// Run lists reservations.
func (c *reservationsList) Run(env *environment) error {
	return c.with(env, func(v *view) error {
		answer := struct {
			Reservations []reserved `json:"reservations"`
		}{[]reserved{}}
		for _, r := range v.reservations(c.reservedFlags, c.Agent) {
			answer.Reservations = append(answer.Reservations, reservedOf(&r))
		}
		return c.print(env, answer, func(w io.Writer) error { return writeReservations(w, answer.Reservations) })
	})
}

func writeReservations(w io.Writer, list []reserved) error {
	lines := make([][]string, len(list))
	for i := range list {
		r := &list[i]
		lines[i] = []string{
			r.Role, strings.ToLower(r.last().Type), labelText(r.last().Labels), r.last().Principal, r.Hostname, r.AgentID,
			number(r.Total.CPUs), size(r.Total.Mem), size(r.Total.Disk), strings.Join(r.Volumes, ","), r.FreeResources,
		}
	}
	return writeTable(w, "no reservations",
		[]string{"ROLE", "KIND", "LABELS", "PRINCIPAL", "HOST", "AGENT", "CPUS", "MEM", "DISK", "VOLUMES", "FREE"}, lines)
}
