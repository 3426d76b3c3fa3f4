package master

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/page"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Bounds of what the page shows: a browser has to hold it.
const (
	maxShownTasks   = 5000
	maxShownOffers  = 5000
	maxShownEnded   = 50 // tasks of a framework that have ended
	maxShownRemoved = 10 // frameworks
	maxShownList    = 50 // roles, labels, attributes, tasks of a volume
	maxShownText    = 200
)

// view is a consistent picture of all that the page shows.
func (m *Master) view() *page.View {
	v := &page.View{
		Master:     page.Master{ID: m.id, Version: Version, Leader: m.address(), Started: m.started.UnixMilli()},
		Agents:     make(map[string]page.Agent, len(m.agents)),
		Frameworks: map[string]page.Framework{},
		Tasks:      map[string]page.Task{},
		Offers:     map[string]page.Offer{},
		Operations: map[string]page.Operation{},
	}
	users := volumeUsers{}
	for _, f := range m.sortedFrameworks() {
		m.viewFramework(v, f, users)
	}
	removed := m.completed.newest(maxShownRemoved)
	for _, f := range removed {
		m.viewFramework(v, f, users)
	}
	for id, a := range m.agents {
		shown := m.viewAgent(a, users[id])
		v.Agents[id] = shown
		sumUp(&v.Master, &shown)
	}
	m.viewOffers(v)
	for _, o := range m.outcomes.entries {
		v.Operations[strconv.Itoa(o.number)] = page.Operation{
			Number: o.number, At: o.at.UnixMilli(), By: m.frameworkName(o.framework), Agent: m.hostname(o.agent),
			Kind: o.kind, Subject: o.subject, State: o.state, Why: o.why,
		}
	}
	return v
}

// sumUp adds an agent to what is told of the cluster as a whole.
func sumUp(all *page.Master, a *page.Agent) {
	plus := func(sum *page.Amount, one page.Amount) {
		sum.Total, sum.Used, sum.Offered = sum.Total+one.Total, sum.Used+one.Used, sum.Offered+one.Offered
	}
	plus(&all.CPUs, a.CPUs)
	plus(&all.Mem, a.Mem)
	for _, d := range a.Disks {
		one := page.Amount{Total: d.Total}
		for _, p := range d.Parts {
			if p.Kind != page.Free {
				one.Used += p.MiB
			}
			if p.Kind == page.Volume {
				all.Volumes++
				if p.InUse {
					all.InUse++
				}
			}
		}
		plus(&all.Disk, one)
	}
}

func (m *Master) viewFramework(v *page.View, f *framework, users volumeUsers) {
	state := "connected"
	switch {
	case !f.unregistered.IsZero():
		state = "removed"
	case f.recovered:
		state = "not subscribed yet"
	case f.stream == nil:
		state = "disconnected"
	}
	v.Frameworks[f.id] = page.Framework{
		ID: f.id, Name: short(f.info.Name), State: state, Roles: shortList(f.roles()), Suppressed: shortList(m.alloc.Suppressed(f.id)),
		Principal: short(f.info.GetPrincipal()), Tasks: len(f.tasks), Offers: len(f.offers),
		Since: cmp.Or(millis(f.unregistered), millis(f.reregistered), millis(f.registered)),
	}
	for _, t := range f.tasks {
		if !t.released {
			users.add(t)
		}
		if len(v.Tasks) >= maxShownTasks {
			v.Master.Left++
			continue
		}
		v.Tasks[f.id+" "+t.TaskID.Value] = m.viewTask(f, t, false)
	}
	for _, t := range f.unreachable.newest(maxShownEnded) {
		v.Tasks[f.id+" unreachable "+t.TaskID.Value] = m.viewTask(f, t, false)
	}
	for _, t := range f.done.newest(maxShownEnded) {
		v.Tasks[f.id+" ended "+t.TaskID.Value] = m.viewTask(f, t, true)
	}
}

func (m *Master) viewTask(f *framework, t *task, ended bool) page.Task {
	out := page.Task{
		ID: short(t.TaskID.Value), Name: short(t.Name), State: t.State.String(), Ended: ended || t.State.Terminal(),
		Framework: short(f.info.Name), Agent: m.hostname(t.AgentID.Value),
	}
	if s := t.latest(); s != nil {
		out.Why, out.Since = short(s.GetMessage()), int64(s.GetTimestamp()*1e3)
	}
	sums := sumScalars(t.held)
	out.CPUs, out.Mem, out.Volumes = sums.cpus, sums.mem, volumeIDs(t.held)
	return out
}

func (m *Master) viewOffers(v *page.View) {
	for id, o := range m.offers {
		if len(v.Offers) >= maxShownOffers {
			v.Master.Left += len(m.offers) - len(v.Offers)
			return
		}
		sums := sumScalars(o.resources())
		v.Offers[id] = page.Offer{
			ID: id, Framework: short(o.framework.info.Name), Role: short(o.role()), Agent: short(o.agent.info.Hostname),
			CPUs: sums.cpus, Mem: sums.mem, Disk: sums.disk, Volumes: volumeIDs(o.resources()), Since: o.made.UnixMilli(),
		}
	}
}

// frameworkName is how the page calls a framework; empty: an operator.
func (m *Master) frameworkName(id string) string {
	f := m.frameworks[id]
	if f == nil {
		f, _ = m.completed.get(id)
	}
	if f == nil {
		return short(id)
	}
	return short(cmp.Or(f.info.Name, id))
}

// hostname is how the page calls an agent: its id if it is gone.
func (m *Master) hostname(agentID string) string {
	if a := m.agents[agentID]; a != nil {
		return short(a.info.Hostname)
	}
	return short(agentID)
}

// sums of the scalars that the page shows.
type sums struct{ cpus, mem, disk float64 }

func sumScalars(s resource.Set) sums {
	var cpus, mem, disk int64
	for i := range s {
		switch n := resource.Fixed(s[i].Scalar.GetValue()); s[i].Name {
		case "cpus":
			cpus += n
		case "mem":
			mem += n
		case "disk":
			disk += n
		}
	}
	return sums{resource.Float(cpus), resource.Float(mem), resource.Float(disk)}
}

func volumeIDs(s resource.Set) []string {
	var out []string
	for i := range s {
		if resource.IsVolume(&s[i]) && len(out) < maxShownList {
			out = append(out, short(s[i].Disk.Persistence.GetID()))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// short bounds a text of the cluster: names and ids may be as long as a call.
func short(s string) string { return clip(s, maxShownText) }

func shortList(all []string) []string {
	out := make([]string, 0, min(len(all), maxShownList))
	for _, s := range all[:min(len(all), maxShownList)] {
		out = append(out, short(s))
	}
	return out
}

// millis is a time in Unix milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// attributeTexts are attributes as an agent's flag has them.
func attributeTexts(all []mesos.Attribute) []string {
	var out []string
	shown := attributes(all)
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		text := ""
		switch v := shown[name].(type) {
		case string:
			text = v
		case float64:
			text = strconv.FormatFloat(v, 'f', -1, 64)
		}
		out = append(out, name+":"+text)
	}
	return shortList(out)
}
