package matcher_test

import (
	"fmt"

	"github.com/stateful-mesos/moor/sdk/matcher"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

var mine = resource.Reservation{Role: "db", Principal: "db-fw", Labels: map[string]string{"instance": "node-0"}}

func need() matcher.Need {
	return matcher.Need{
		ID:          "node-0",
		Reservation: mine,
		Resources:   resource.MustParse("cpus:1;mem:512"),
		Volumes:     []resource.Volume{{ID: "node-0-data", Path: "data", MiB: 1024}},
		Ports:       []string{"cql"},
	}
}

func offer(agent string, resources resource.Set) mesos.Offer {
	return mesos.Offer{
		ID: mesos.OfferID{Value: "offer-1"}, FrameworkID: mesos.FrameworkID{Value: "framework-1"},
		AgentID: mesos.AgentID{Value: agent}, Hostname: "host-1", Resources: resources.Allocate("db"),
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: new("db")},
	}
}

// A new instance: what it needs is reserved, its volume created, its task launched, in one ACCEPT.
func ExampleAssign() {
	offers := []mesos.Offer{offer("agent-1", resource.MustParse("cpus:4;mem:4096;disk:10240;ports:[31000-32000]"))}
	for _, m := range matcher.Assign([]matcher.Need{need()}, offers, nil).Matches {
		operations, err := m.Chain().Launch(mesos.TaskInfo{
			Name: m.Need.ID, TaskID: mesos.TaskID{Value: "node-0.1"}, AgentID: m.AgentID(), Resources: m.Resources,
			Command: &mesos.CommandInfo{Value: new("exec cassandra --port " + fmt.Sprint(m.Ports["cql"]))},
		}).Build()
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, op := range operations {
			fmt.Println(op.GetType())
		}
		fmt.Println(m.Resources.Unallocate()[0].Disk.Persistence.ID, "on", m.Hostname(), "port", m.Ports["cql"])
	}
	// Output:
	// RESERVE
	// CREATE
	// LAUNCH
	// node-0-data on host-1 port 31000
}

// After a failure, a claimed instance is launched on its own volume, which is found wherever it turns up, here
// under a new agent id.
func ExampleAssign_relaunch() {
	n := need()
	n.Claim = &matcher.Claim{AgentID: "agent-1", Hostname: "host-1"}
	disk := resource.Push(resource.Scalar("disk", 1024), mine.Info())
	offers := []mesos.Offer{offer("agent-9", append(resource.MustParse("cpus:4;mem:4096;ports:[31000-32000]"), n.Volumes[0].On(disk, "db-fw")))}
	for _, m := range matcher.Assign([]matcher.Need{n}, offers, nil).Matches {
		fmt.Println("found:", m.Found, "created:", len(m.Created), "agent:", m.Agent.ID)
	}
	// Output:
	// found: true created: 0 agent: agent-9
}

// What can't be placed is told why, with figures. A claimed instance never gets new disk.
func ExampleRefusal() {
	lost := need()
	lost.Claim = &matcher.Claim{AgentID: "agent-1", Hostname: "host-1"}
	large := need()
	large.ID, large.Reservation.Labels = "node-1", map[string]string{"instance": "node-1"}
	large.Volumes = []resource.Volume{{ID: "node-1-data", Path: "data", MiB: 20480}}
	offers := []mesos.Offer{offer("agent-2", resource.MustParse("cpus:4;mem:4096;disk:10240;ports:[31000-32000]"))}
	for _, r := range matcher.Assign([]matcher.Need{lost, large}, offers, nil).Refusals {
		fmt.Println(r.Error())
	}
	// Output:
	// need "node-0": volumes not on offer: node-0-data; last seen on agent agent-1 (host-1)
	// need "node-1" on agent agent-2 (host-1): volume "node-1-data": wanted 20480 MiB root disk, 10240 offered
}

// Several instances may share an agent, if they are answered together.
func ExamplePlacement() {
	var needs []matcher.Need
	for _, id := range []string{"node-0", "node-1", "node-2"} {
		n := need()
		n.ID, n.Reservation.Labels = id, map[string]string{"instance": id}
		n.Volumes = []resource.Volume{{ID: id + "-data", Path: "data", MiB: 1024}}
		n.Rules = []matcher.Rule{matcher.MaxPerHost(2)}
		needs = append(needs, n)
	}
	m := matcher.New(needs, nil, matcher.Config{PerAgent: -1})
	result := m.Assign([]mesos.Offer{offer("agent-1", resource.MustParse("cpus:4;mem:4096;disk:10240;ports:[31000-32000]"))})
	for _, p := range result.Placements {
		chain := p.Chain()
		for _, m := range p.Matches {
			chain.Launch(mesos.TaskInfo{
				Name: m.Need.ID, TaskID: mesos.TaskID{Value: m.Need.ID}, AgentID: m.AgentID(), Resources: m.Resources,
				Command: &mesos.CommandInfo{Value: new("exec cassandra")},
			})
		}
		operations, err := chain.Build()
		fmt.Println(len(p.Matches), "instances in", len(operations), "operations", err)
	}
	for _, r := range result.Refusals {
		fmt.Println(r.Error())
	}
	// Output:
	// 2 instances in 6 operations <nil>
	// need "node-2" on agent agent-1 (host-1): rule "at most 2 per @hostname": @hostname host-1 has 2 instances, may have 2
}
