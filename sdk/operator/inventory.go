package operator

import (
	"cmp"
	"slices"

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
	tasks := holders(state)
	for i := range state.GetAgents.GetAgents() {
		a := &state.GetAgents.Agents[i]
		id := a.AgentInfo.ID.GetValue()
		for _, r := range resource.Set(a.TotalResources).Volumes() {
			if slices.ContainsFunc(out, func(v Volume) bool { return v.AgentID.Value == id && sameVolume(&v.Resource, &r) }) {
				continue // another copy of a shared one
			}
			v := Volume{AgentID: mesos.AgentID{Value: id}, Hostname: a.AgentInfo.Hostname, Resource: r}
			_, v.InUse = volumeOf(a.AllocatedResources, &r)
			for _, t := range tasks[id] {
				if _, holds := volumeOf(t.Resources, &r); holds {
					v.Users, v.InUse = append(v.Users, t), true
				}
			}
			v.OfferedTo = offeredTo(state, id, &r)
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b Volume) int {
		return cmp.Or(cmp.Compare(a.Role(), b.Role()), cmp.Compare(a.ID(), b.ID()), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.AgentID.Value, b.AgentID.Value))
	})
	return out
}

// holders returns the tasks that hold resources, by agent: those that haven't ended, in the order of their ids.
func holders(state *masterpb.Response_GetState) map[string][]mesos.Task {
	out := make(map[string][]mesos.Task)
	for _, t := range state.GetTasks.GetTasks() {
		if !t.State.Terminal() {
			out[t.AgentID.Value] = append(out[t.AgentID.Value], t)
		}
	}
	for _, tasks := range out {
		slices.SortStableFunc(tasks, func(a, b mesos.Task) int { return cmp.Compare(a.TaskID.Value, b.TaskID.Value) })
	}
	return out
}

func offeredTo(state *masterpb.Response_GetState, agent string, volume *mesos.Resource) []mesos.FrameworkID {
	var out []mesos.FrameworkID
	for i := range state.GetFrameworks.GetFrameworks() {
		f := &state.GetFrameworks.Frameworks[i]
		if slices.ContainsFunc(f.Offers, func(o mesos.Offer) bool {
			_, holds := volumeOf(o.Resources, volume)
			return holds && o.AgentID.Value == agent
		}) {
			out = append(out, *f.FrameworkInfo.ID)
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

func sameReservations(a, b *mesos.Resource) bool {
	n := len(resource.CommonReservations(a, b))
	return n == len(resource.Reservations(a)) && n == len(resource.Reservations(b))
}

// Reservations returns what is reserved on registered agents, by role and host. state is what [Client.State] returns.
func Reservations(state *masterpb.Response_GetState) []Reservation {
	var out []Reservation
	for i := range state.GetAgents.GetAgents() {
		a := &state.GetAgents.Agents[i]
		var here []Reservation
		for _, r := range resource.Set(a.TotalResources).Reserved() {
			at := slices.IndexFunc(here, func(h Reservation) bool { return sameReservations(&h.Total[0], &r) })
			if at < 0 {
				at = len(here)
				here = append(here, Reservation{
					AgentID: mesos.AgentID{Value: a.AgentInfo.ID.GetValue()}, Hostname: a.AgentInfo.Hostname, Stack: resource.Reservations(&r),
				})
			}
			here[at].Total = here[at].Total.Plus(resource.Set{r})
		}
		for j := range here {
			first := here[j].Total[0]
			here[j].InUse = resource.Set(a.AllocatedResources).Unallocate().Filter(func(r *mesos.Resource) bool { return sameReservations(&first, r) })
		}
		out = append(out, here...)
	}
	slices.SortStableFunc(out, func(a, b Reservation) int {
		return cmp.Or(cmp.Compare(a.Role(), b.Role()), cmp.Compare(a.Hostname, b.Hostname), cmp.Compare(a.AgentID.Value, b.AgentID.Value))
	})
	return out
}
