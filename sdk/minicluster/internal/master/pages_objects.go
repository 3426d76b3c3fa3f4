package master

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// summary is how pages sum resources up: amounts by name, without reservations and volumes (semantics 7.3).
func summary(s resource.Set) object {
	out := object{"cpus": 0.0, "gpus": 0.0, "mem": 0.0, "disk": 0.0}
	for i := range s {
		r := &s[i]
		name := r.Name
		if resource.IsRevocable(r) {
			name += "_revocable"
		}
		switch {
		case r.Scalar != nil:
			sum, _ := out[name].(float64)
			out[name] = resource.Float(resource.Fixed(sum) + resource.Fixed(r.Scalar.Value))
		case r.Ranges != nil:
			out[name] = rangesText(r.Ranges)
		case r.Set != nil:
			out[name] = setText(r.Set)
		}
	}
	return out
}

func rangesText(r *mesos.Value_Ranges) string {
	parts := make([]string, 0, len(r.Range))
	for _, one := range r.Range {
		parts = append(parts, strconv.FormatUint(one.Begin, 10)+"-"+strconv.FormatUint(one.End, 10))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func setText(s *mesos.Value_Set) string { return "{" + strings.Join(s.Item, ", ") + "}" }

// full is how pages show resources with reservations and volumes: in both formats at once.
func full(s resource.Set) []json.RawMessage {
	out := []json.RawMessage{}
	for _, r := range s.Endpoint() {
		if b, err := mesosjson.Marshal(&r); err == nil {
			out = append(out, b)
		}
	}
	return out
}

// slave shows an agent, with its resources in full or not.
func (m *Master) slave(a *agent, detailed bool) object {
	total := m.alloc.Total(a.id)
	used, offered := sumSets(a.inUse()), a.offered()
	capabilities := []string{}
	for _, c := range a.capabilities {
		capabilities = append(capabilities, c.String())
	}
	out := object{
		"id": a.id, "hostname": a.info.Hostname, "port": a.info.GetPort(), "attributes": attributes(a.info.Attributes),
		"pid": a.pid(), "registered_time": seconds(a.registered), "active": m.active(a), "deactivated": m.orders.deactivated[a.id],
		"version": Version, "capabilities": capabilities,
		"resources": summary(total), "used_resources": summary(used), "offered_resources": summary(offered),
		"unreserved_resources": summary(total.Unreserved()),
	}
	if !a.reregistered.IsZero() {
		out["reregistered_time"] = seconds(a.reregistered)
	}
	if info := m.orders.draining[a.id]; info != nil {
		out["drain_info"] = m.written(info)
		if !a.drainStart.IsZero() {
			out["estimated_drain_start_time_seconds"] = seconds(a.drainStart)
		}
	}
	reserved, reservedFull := object{}, object{}
	byRole := map[string]resource.Set{}
	for _, r := range total.Reserved() {
		role := resource.ReservationRole(&r)
		byRole[role] = append(byRole[role], r)
	}
	for role, s := range byRole {
		reserved[role], reservedFull[role] = summary(s), full(s)
	}
	out["reserved_resources"] = reserved
	if detailed {
		out["reserved_resources_full"] = reservedFull
		out["unreserved_resources_full"] = full(total.Unreserved())
		out["used_resources_full"], out["offered_resources_full"] = full(used), full(offered)
	}
	return out
}

// frameworkPage shows a framework.
func (m *Master) frameworkPage(f *framework) object {
	used, offered := m.allocated(f), f.offered()
	capabilities := []string{}
	for _, c := range f.info.Capabilities {
		capabilities = append(capabilities, c.GetType().String())
	}
	out := object{
		"id": f.id, "name": f.info.Name, "user": f.info.User, "hostname": f.info.GetHostname(), "webui_url": f.info.GetWebUIURL(),
		"failover_timeout": failoverTimeout(&f.info).Seconds(), "checkpoint": f.info.GetCheckpoint(), "capabilities": capabilities,
		"active": f.stream != nil, "connected": f.stream != nil, "recovered": f.recovered,
		"used_resources": summary(used), "offered_resources": summary(offered), "resources": summary(used.Plus(offered)),
		"tasks": taskPages(f.sortedTasks()), "unreachable_tasks": taskPages(f.unreachable.all()), "completed_tasks": taskPages(f.done.all()),
	}
	if !f.registered.IsZero() {
		out["registered_time"] = seconds(f.registered)
	}
	if !f.unregistered.IsZero() {
		out["unregistered_time"] = seconds(f.unregistered)
	}
	if f.info.Principal != nil {
		out["principal"] = *f.info.Principal
	}
	if f.has(mesos.FrameworkInfo_Capability_MULTI_ROLE) {
		out["roles"] = f.roles()
	} else {
		out["role"] = f.info.GetRole()
	}
	offers := []any{}
	for _, o := range f.sortedOffers() {
		offers = append(offers, object{
			"id": o.ID.Value, "framework_id": f.id, "slave_id": o.agent.id,
			"allocation_info": object{"role": o.role()}, "resources": summary(o.resources()),
		})
	}
	out["offers"] = offers
	executors := []any{}
	for _, agentID := range slices.SortedFunc(maps.Keys(f.executors), compareIDs) {
		for _, id := range slices.Sorted(maps.Keys(f.executors[agentID])) {
			executors = append(executors, object{"executor_id": id, "slave_id": agentID, "framework_id": f.id})
		}
	}
	out["executors"] = executors
	return out
}

func taskPages(tasks []*task) []any {
	out := []any{}
	for _, t := range tasks {
		statuses := []any{}
		for i := range t.Statuses {
			s := object{"state": t.Statuses[i].State.String(), "timestamp": t.Statuses[i].GetTimestamp()}
			if h := t.Statuses[i].Healthy; h != nil {
				s["healthy"] = *h
			}
			statuses = append(statuses, s)
		}
		role := ""
		if len(t.Resources) > 0 {
			role = t.Resources[0].AllocationInfo.GetRole()
		}
		out = append(out, object{
			"id": t.TaskID.Value, "name": t.Name, "framework_id": t.FrameworkID.Value, "executor_id": t.ExecutorID.GetValue(),
			"slave_id": t.AgentID.Value, "state": t.State.String(), "resources": summary(t.Resources), "role": role, "statuses": statuses,
		})
	}
	return out
}
