package operator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// A Volume is a persistent volume, where it is, and who holds it.
type Volume struct {
	AgentID  mesos.AgentID
	Hostname string
	Resource mesos.Resource // exactly as the agent has it, which is how calls have to name it
	// InUse: something on the agent holds it: a task, or the executor of a task group. It isn't destroyed then.
	InUse bool
	// Users are the tasks that hold it, by id. They may be none although it is in use: an executor may hold it for its tasks.
	Users []mesos.Task
	// OfferedTo are the frameworks that it is offered to right now.
	OfferedTo []mesos.FrameworkID
}

// ID returns the persistence id.
func (v *Volume) ID() string { return v.Resource.Disk.Persistence.ID }

// Role returns the role that it is reserved for.
func (v *Volume) Role() string { return resource.ReservationRole(&v.Resource) }

// Volumes returns the volumes on registered agents, by role, id and host. state is what [Client.State] returns. Volumes of
// agents that aren't registered exist as well, and nobody knows them until the agents are back.
func Volumes(state *masterpb.Response_GetState) []Volume {
	var out []Volume
	held, users, offered := make(map[place]bool), usersOf(state), offeredTo(state)
	seen := make(map[place]bool)
	for i := range state.GetAgents.GetAgents() {
		a := &state.GetAgents.Agents[i]
		id := a.AgentInfo.ID.GetValue()
		eachVolume(id, a.AllocatedResources, func(p place, _ *mesos.Resource) { held[p] = true })
		eachVolume(id, a.TotalResources, func(p place, r *mesos.Resource) {
			if seen[p] {
				return // another copy of a shared one
			}
			seen[p] = true
			out = append(out, Volume{
				AgentID: mesos.AgentID{Value: id}, Hostname: a.AgentInfo.Hostname, Resource: *r,
				InUse: held[p] || len(users[p]) > 0, Users: users[p], OfferedTo: offered[p],
			})
		})
	}
	slices.SortStableFunc(out, func(a, b Volume) int {
		return cmp.Or(cmp.Compare(a.Role(), b.Role()), cmp.Compare(a.ID(), b.ID()), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.AgentID.Value, b.AgentID.Value))
	})
	return out
}

// A place is what tells one volume from all others (semantics 3.6).
type place struct{ agent, role, id string }

// eachVolume calls do for each volume of an agent's resources.
func eachVolume(agent string, s resource.Set, do func(place, *mesos.Resource)) {
	for i := range s {
		if r := &s[i]; resource.IsVolume(r) && resource.IsReserved(r) {
			do(place{agent, resource.ReservationRole(r), r.Disk.Persistence.ID}, r)
		}
	}
}

// usersOf returns the tasks that hold volumes: those that haven't ended, in the order of their ids.
func usersOf(state *masterpb.Response_GetState) map[place][]mesos.Task {
	out := make(map[place][]mesos.Task)
	for i := range state.GetTasks.GetTasks() {
		t := &state.GetTasks.Tasks[i]
		if t.State.Terminal() {
			continue
		}
		eachVolume(t.AgentID.Value, t.Resources, func(p place, _ *mesos.Resource) { out[p] = append(out[p], *t) })
	}
	for _, tasks := range out {
		slices.SortStableFunc(tasks, func(a, b mesos.Task) int { return cmp.Compare(a.TaskID.Value, b.TaskID.Value) })
	}
	return out
}

// offeredTo returns the frameworks that volumes are offered to.
func offeredTo(state *masterpb.Response_GetState) map[place][]mesos.FrameworkID {
	out := make(map[place][]mesos.FrameworkID)
	for i := range state.GetFrameworks.GetFrameworks() {
		f := &state.GetFrameworks.Frameworks[i]
		id := mesos.FrameworkID{Value: f.FrameworkInfo.ID.GetValue()}
		for _, o := range f.Offers {
			eachVolume(o.AgentID.Value, o.Resources, func(p place, _ *mesos.Resource) {
				if n := len(out[p]); n == 0 || out[p][n-1].Value != id.Value {
					out[p] = append(out[p], id)
				}
			})
		}
	}
	return out
}

// A Reservation is what is reserved in one way on one agent: by one stack of entries with the same roles, principals and labels.
type Reservation struct {
	AgentID  mesos.AgentID
	Hostname string
	Stack    []mesos.Resource_ReservationInfo // the last one says for whom
	Total    resource.Set                     // all of it, volumes included
	InUse    resource.Set                     // what tasks and executors hold, un-allocated
}

// Role returns the role that it is for.
func (r *Reservation) Role() string { return r.Stack[len(r.Stack)-1].GetRole() }

// Dynamic says whether it can be unreserved: a static one is part of the agent's own configuration.
func (r *Reservation) Dynamic() bool {
	return r.Stack[len(r.Stack)-1].GetType() == mesos.Resource_ReservationInfo_DYNAMIC
}

// Free returns what could be unreserved now: what nothing holds and no volume is on.
func (r *Reservation) Free() resource.Set {
	plain := func(r *mesos.Resource) bool { return !resource.IsVolume(r) }
	left, _ := r.Total.Filter(plain).Minus(r.InUse.Filter(plain)) // what is held is part of the total
	return left
}

// stackOf returns a text that reservations have in common if they are the same: labels in any order (semantics 2.4).
func stackOf(r *mesos.Resource) string {
	var b strings.Builder
	for _, info := range resource.Reservations(r) {
		labels := make([]string, 0, len(info.Labels.GetLabels()))
		for _, l := range info.Labels.GetLabels() {
			labels = append(labels, fmt.Sprintf("%q %v %q", l.Key, l.Value != nil, l.GetValue()))
		}
		slices.Sort(labels)
		fmt.Fprintf(&b, "%v %q %v %q %v %q;", info.GetType(), info.GetRole(), info.Principal != nil, info.GetPrincipal(), info.Labels != nil, labels)
	}
	return b.String()
}

// Reservations returns what is reserved on registered agents, by role and host. state is what [Client.State] returns.
func Reservations(state *masterpb.Response_GetState) []Reservation {
	var out []Reservation
	for i := range state.GetAgents.GetAgents() {
		a := &state.GetAgents.Agents[i]
		first, total := len(out), make(map[string]resource.Set)
		for _, r := range resource.Set(a.TotalResources).Reserved() {
			stack := stackOf(&r)
			if total[stack] == nil {
				out = append(out, Reservation{
					AgentID: mesos.AgentID{Value: a.AgentInfo.ID.GetValue()}, Hostname: a.AgentInfo.Hostname, Stack: resource.Reservations(&r),
				})
			}
			total[stack] = append(total[stack], r)
		}
		held := make(map[string]resource.Set)
		for _, r := range resource.Set(a.AllocatedResources).Unallocate().Reserved() {
			stack := stackOf(&r)
			held[stack] = append(held[stack], r)
		}
		for j := first; j < len(out); j++ {
			stack := stackOf(&mesos.Resource{Reservations: out[j].Stack})
			out[j].Total, out[j].InUse = resource.Set(nil).Plus(total[stack]), resource.Set(nil).Plus(held[stack])
		}
	}
	slices.SortStableFunc(out, func(a, b Reservation) int {
		return cmp.Or(cmp.Compare(a.Role(), b.Role()), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.AgentID.Value, b.AgentID.Value))
	})
	return out
}
