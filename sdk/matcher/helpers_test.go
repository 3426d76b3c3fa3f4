package matcher

import (
	"fmt"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

const (
	role      = "db"
	principal = "db-fw"
)

// mine is the reservation of one instance: its label tells it from the others.
func mine(instance string) resource.Reservation {
	return resource.Reservation{Role: role, Principal: principal, Labels: map[string]string{"instance": instance}}
}

func volume(id string, mib float64) resource.Volume {
	return resource.Volume{ID: id, Path: "path-of-" + id, MiB: mib}
}

// node is a need for cpus 1, mem 512 and a root volume of 1024 MiB.
func node(id string) Need {
	return Need{
		ID: id, Reservation: mine(id), Resources: resource.MustParse("cpus:1;mem:512"),
		Volumes: []resource.Volume{volume(id+"-data", 1024)},
	}
}

func claimed(n Need, agent string) Need {
	n.Claim = &Claim{AgentID: agent, Hostname: "host-" + agent}
	return n
}

func intended(n Need, agent string) Need {
	n = claimed(n, agent)
	n.Claim.Intent = true
	return n
}

// offer is one for the role, of agent "a" on "host-a"; its id is of the agent unless given.
func offer(agent string, resources ...any) mesos.Offer {
	return offerTo(role, agent, resources...)
}

func offerTo(role, agent string, resources ...any) mesos.Offer {
	var set resource.Set
	for _, r := range resources {
		switch r := r.(type) {
		case string:
			set = append(set, resource.MustParse(r)...)
		case mesos.Resource:
			set = append(set, r)
		case resource.Set:
			set = append(set, r...)
		default:
			panic(fmt.Sprintf("not a resource: %T", r))
		}
	}
	return mesos.Offer{
		ID: mesos.OfferID{Value: "offer-" + agent}, FrameworkID: mesos.FrameworkID{Value: "framework"},
		AgentID: mesos.AgentID{Value: agent}, Hostname: "host-" + agent, Resources: set.Allocate(role),
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new(role)},
	}
}

const plenty = "cpus:8;mem:8192;disk:16384;ports:[31000-31010]"

// reserved is text, reserved as r.
func reserved(r resource.Reservation, text string) resource.Set {
	set := resource.MustParse(text)
	for i := range set {
		set[i] = resource.Push(set[i], r.Info())
	}
	return set
}

// on is the volume as a CREATE on disk reserved as r leaves it.
func on(r resource.Reservation, v resource.Volume, disk mesos.Resource) mesos.Resource {
	return v.On(resource.Push(disk, r.Info()), r.Principal)
}

// onRoot is the volume on the root disk.
func onRoot(r resource.Reservation, v resource.Volume) mesos.Resource {
	return on(r, v, resource.Scalar("disk", v.MiB))
}

func disk(kind mesos.Resource_DiskInfo_Source_Type, root string, mib float64) mesos.Resource {
	r := resource.Scalar("disk", mib)
	source := &mesos.Resource_DiskInfo_Source{Type: kind}
	if kind == mesos.Resource_DiskInfo_Source_PATH {
		source.Path = &mesos.Resource_DiskInfo_Source_Path{Root: new(root)}
	} else {
		source.Mount = &mesos.Resource_DiskInfo_Source_Mount{Root: new(root)}
	}
	r.Disk = &mesos.Resource_DiskInfo{Source: source}
	return r
}

func pathDisk(root string, mib float64) mesos.Resource {
	return disk(mesos.Resource_DiskInfo_Source_PATH, root, mib)
}

func mountDisk(root string, mib float64) mesos.Resource {
	return disk(mesos.Resource_DiskInfo_Source_MOUNT, root, mib)
}

func attributes(text string) []mesos.Attribute {
	var list []mesos.Attribute
	for _, item := range strings.Split(text, ";") {
		name, value, ok := strings.Cut(item, ":")
		if ok {
			list = append(list, mesos.Attribute{Name: name, Type: mesos.TEXT, Text: &mesos.Value_Text{Value: value}})
		}
	}
	return list
}

// racked returns the offer of an agent with attributes such as "rack:r1;zone:z1".
func racked(o mesos.Offer, text string) mesos.Offer {
	o.Attributes = attributes(text)
	return o
}

// lines prints a result: matches as "need@agent" with what is made, refusals as texts.
func lines(r Result) string {
	var b strings.Builder
	for _, m := range r.Matches {
		fmt.Fprintf(&b, "match %s@%s found=%t adopted=%t", m.Need.ID, m.Agent.ID, m.Found, m.Adopted)
		if len(m.Ports) > 0 {
			fmt.Fprintf(&b, " ports=%v", m.Ports)
		}
		b.WriteByte('\n')
		for _, op := range m.operations {
			switch {
			case op.Reserve != nil:
				fmt.Fprintf(&b, "  reserve %s\n", short(op.Reserve.Resources))
			case op.Create != nil:
				fmt.Fprintf(&b, "  create  %s\n", short(op.Create.Volumes))
			}
		}
		fmt.Fprintf(&b, "  task    %s\n", short(m.Resources))
	}
	for _, refusal := range r.Refusals {
		fmt.Fprintf(&b, "refuse %s\n", refusal.Error())
	}
	for _, o := range r.Unused {
		fmt.Fprintf(&b, "unused %s\n", o.ID.Value)
	}
	return b.String()
}

// short prints resources without what all of them have.
func short(s resource.Set) string {
	var texts []string
	for _, r := range s.Unallocate() {
		text := resource.String(&r)
		for _, drop := range []string{"(DYNAMIC," + role + "," + principal + ",", "reservations: "} {
			text = strings.ReplaceAll(text, drop, map[bool]string{true: "(", false: ""}[strings.HasPrefix(drop, "(")])
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkChains builds every chain, with a task on each match, and every placement's: what the matcher hands out has to be
// what the offers hold.
func checkChains(t failer, r Result) {
	t.Helper()
	for _, m := range r.Matches {
		if _, err := m.Chain().Launch(task(m)).Build(); err != nil {
			t.Errorf("chain of %s on %s: %v", m.Need.ID, m.Agent.ID, err)
		}
	}
	for _, p := range r.Placements {
		chain := p.Chain()
		for _, m := range p.Matches {
			chain.Launch(task(m))
		}
		if _, err := chain.Build(); err != nil {
			t.Errorf("chain of placement on %s: %v", p.Agent.ID, err)
		}
	}
}

func task(m Match) mesos.TaskInfo {
	return mesos.TaskInfo{
		Name: m.Need.ID, TaskID: mesos.TaskID{Value: m.Need.ID}, AgentID: m.AgentID(), Resources: m.Resources,
		Command: &mesos.CommandInfo{Value: new("true")},
	}
}
