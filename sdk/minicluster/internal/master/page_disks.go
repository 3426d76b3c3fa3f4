package master

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/page"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// volumeKey tells the volumes of an agent apart (semantics 3.6).
type volumeKey struct{ role, id string }

func keyOf(v *mesos.Resource) volumeKey {
	return volumeKey{resource.ReservationRole(v), v.Disk.Persistence.GetID()}
}

// volumeUsers are the tasks that use volumes, by agent.
type volumeUsers map[string]map[volumeKey][]string

func (u volumeUsers) add(t *task) {
	for i := range t.held {
		r := &t.held[i]
		if !resource.IsVolume(r) {
			continue
		}
		on := u[t.AgentID.Value]
		if on == nil {
			on = map[volumeKey][]string{}
			u[t.AgentID.Value] = on
		}
		if key := keyOf(r); len(on[key]) < maxShownList {
			on[key] = append(on[key], short(t.TaskID.Value))
		}
	}
}

// viewAgent shows an agent with its disks. users are the tasks that use its volumes.
func (m *Master) viewAgent(a *agent, users map[volumeKey][]string) page.Agent {
	out := page.Agent{ID: a.id, Host: short(a.info.Hostname), State: m.standingOf(a), Attributes: attributeTexts(a.info.Attributes)}
	total := m.alloc.Total(a.id)
	have := sumScalars(total)
	out.CPUs.Total, out.Mem.Total = have.cpus, have.mem
	p := newPartition(users)
	for _, s := range a.used {
		used := sumScalars(s)
		out.CPUs.Used += used.cpus
		out.Mem.Used += used.mem
		p.use(s)
	}
	for _, o := range a.offers {
		offered := sumScalars(o.resources())
		out.CPUs.Offered += offered.cpus
		out.Mem.Offered += offered.mem
	}
	for i := range total {
		p.add(&total[i])
	}
	out.Disks = p.sorted()
	return out
}

// standingOf is how an agent is.
func (m *Master) standingOf(a *agent) string {
	switch drain := m.orders.draining[a.id]; {
	case !a.connected:
		return "disconnected"
	case drain != nil:
		return strings.ToLower(drain.State.String())
	case m.orders.deactivated[a.id]:
		return "deactivated"
	case a.plan != nil:
		return "maintenance planned"
	}
	return "connected"
}

// partition says what the disks of an agent are divided into.
type partition struct {
	users  map[volumeKey][]string
	inUse  map[volumeKey]bool
	shared map[volumeKey]bool    // shared volumes that are there already
	taken  map[partKey]float64   // by tasks, without a volume
	sums   map[sumKey]*page.Part // parts that are no volumes
	disks  map[resource.Disk]*page.Disk
}

// sumKey names a part that is a sum.
type sumKey struct {
	partKey
	kind string
}

// partKey names what is summed up as one part.
type partKey struct {
	disk resource.Disk
	role string
}

func partKeyOf(r *mesos.Resource) partKey {
	return partKey{resource.DiskOf(r), resource.ReservationRole(r)}
}

// use notes what is in use.
func (p *partition) use(s resource.Set) {
	for i := range s {
		r := &s[i]
		switch {
		case resource.IsVolume(r):
			p.inUse[keyOf(r)] = true
		case r.Name == "disk":
			p.taken[partKeyOf(r)] += r.Scalar.GetValue()
		}
	}
}

// add notes a resource that the agent has.
func (p *partition) add(r *mesos.Resource) {
	if r.Name != "disk" {
		return
	}
	disk := resource.DiskOf(r)
	d := p.disks[disk]
	if d == nil {
		d = &page.Disk{Kind: disk.Type.String(), Path: short(cmp.Or(disk.Root, disk.ID)), Parts: make([]page.Part, 0, 8)}
		p.disks[disk] = d
	}
	mib := r.Scalar.GetValue()
	if resource.IsVolume(r) {
		p.addVolume(d, r, mib)
		return
	}
	d.Total += mib
	key := partKeyOf(r)
	kind := page.Reserved
	if key.role == resource.Unreserved {
		kind = page.Free
	}
	if taken := min(p.taken[key], mib); taken > 0 {
		p.taken[key] -= taken
		mib -= taken
		p.sum(sumKey{key, page.Taken}, taken)
	}
	if mib > 0 {
		p.sum(sumKey{key, kind}, mib)
	}
}

func (p *partition) addVolume(d *page.Disk, r *mesos.Resource, mib float64) {
	key := keyOf(r)
	if resource.IsShared(r) {
		if p.shared[key] { // another copy
			return
		}
		p.shared[key] = true
	}
	d.Total += mib
	part := page.Part{
		Kind: page.Volume, Role: short(key.role), MiB: mib, ID: short(key.id), Shared: resource.IsShared(r),
		InUse: p.inUse[key],
	}
	if tasks := p.users[key]; len(tasks) > 0 {
		part.Tasks = slices.Sorted(slices.Values(tasks))
	}
	if n := len(r.Reservations); n > 0 {
		last := &r.Reservations[n-1]
		part.Principal = short(last.GetPrincipal())
		if labels := last.GetLabels().GetLabels(); len(labels) > 0 {
			for _, l := range labels {
				part.Labels = append(part.Labels, l.Key+"="+l.GetValue())
			}
			part.Labels = shortList(part.Labels)
		}
	}
	d.Parts = append(d.Parts, part)
}

func newPartition(users map[volumeKey][]string) partition {
	return partition{
		users: users, inUse: map[volumeKey]bool{}, shared: map[volumeKey]bool{}, taken: map[partKey]float64{},
		sums: map[sumKey]*page.Part{}, disks: map[resource.Disk]*page.Disk{},
	}
}

func (p *partition) sum(key sumKey, mib float64) {
	part := p.sums[key]
	if part == nil {
		part = &page.Part{Kind: key.kind, Role: short(key.role)}
		if key.role == resource.Unreserved {
			part.Role = ""
		}
		p.sums[key] = part
	}
	part.MiB = resource.Float(resource.Fixed(part.MiB) + resource.Fixed(mib))
}

// order of the parts of a disk.
var order = map[string]int{page.Volume: 0, page.Reserved: 1, page.Taken: 2, page.Free: 3}

// sorted returns the disks: the root disk, then others by type and path.
func (p *partition) sorted() []page.Disk {
	for key, part := range p.sums {
		d := p.disks[key.disk]
		d.Parts = append(d.Parts, *part)
	}
	out := make([]page.Disk, 0, len(p.disks))
	keys := slices.SortedFunc(maps.Keys(p.disks), func(a, b resource.Disk) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Root, b.Root), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Profile, b.Profile), cmp.Compare(a.Vendor, b.Vendor))
	})
	for _, key := range keys {
		d := p.disks[key]
		slices.SortFunc(d.Parts, func(a, b page.Part) int {
			return cmp.Or(cmp.Compare(order[a.Kind], order[b.Kind]), cmp.Compare(a.Role, b.Role), cmp.Compare(a.ID, b.ID))
		})
		d.Total = resource.Float(resource.Fixed(d.Total))
		out = append(out, *d)
	}
	return out
}
