package master

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// agent is one registered agent. Its resources are in the allocator's books.
type agent struct {
	id           string
	info         mesos.AgentInfo
	ip           string
	handle       Agent
	capabilities []mesos.AgentInfo_Capability_Type
	connected    bool
	offers       map[string]*offer
	used         map[string]resource.Set // by framework: held by tasks and executors, allocated
	inverse      map[string]*inverseOffer
	plan         *plan                                // of the machine's maintenance; nil: none is planned
	operations   map[string]*operation                // by uuid
	killed       map[string]map[string]*time.Duration // kills to be sent when it is back, by framework and task

	registered, reregistered time.Time
	drainStart               time.Time // when this master told it to drain; zero: it has not

	ping *time.Timer // runs while it is disconnected; nil otherwise
}

// String prints an agent as the master does.
func (a *agent) String() string { return fmt.Sprintf("%s at %s (%s)", a.id, a.pid(), a.info.Hostname) }

// pid is the address of the agent's process, as libprocess writes it.
func (a *agent) pid() string { return fmt.Sprintf("slave(1)@%s:%d", a.ip, a.info.GetPort()) }

func (a *agent) has(c mesos.AgentInfo_Capability_Type) bool {
	return slices.Contains(a.capabilities, c)
}

func (a *agent) able() validate.AgentCapabilities {
	return validate.AgentCapabilities{
		MultiRole:             a.has(mesos.AgentInfo_Capability_MULTI_ROLE),
		HierarchicalRole:      a.has(mesos.AgentInfo_Capability_HIERARCHICAL_ROLE),
		ReservationRefinement: a.has(mesos.AgentInfo_Capability_RESERVATION_REFINEMENT),
		ResourceProvider:      a.has(mesos.AgentInfo_Capability_RESOURCE_PROVIDER),
		ResizeVolume:          a.has(mesos.AgentInfo_Capability_RESIZE_VOLUME),
		OperationFeedback:     a.has(mesos.AgentInfo_Capability_AGENT_OPERATION_FEEDBACK),
		TaskResourceLimits:    a.has(mesos.AgentInfo_Capability_TASK_RESOURCE_LIMITS),
	}
}

func (a *agent) stopTimer() {
	if a.ping != nil {
		a.ping.Stop()
		a.ping = nil
	}
}

// checkpointed returns the agent's dynamic reservations and volumes.
func (m *Master) checkpointed(a *agent) resource.Set {
	return m.alloc.Total(a.id).Filter(resource.Checkpointed)
}

// inUse returns what each framework's tasks and executors hold of an agent.
func (a *agent) inUse() []resource.Set {
	out := make([]resource.Set, 0, len(a.used))
	for _, id := range slices.Sorted(maps.Keys(a.used)) {
		out = append(out, a.used[id])
	}
	return out
}

func (a *agent) use(frameworkID string, s resource.Set) {
	a.used[frameworkID] = a.used[frameworkID].Plus(s)
}

func (a *agent) unuse(frameworkID string, s resource.Set) {
	left, _ := a.used[frameworkID].Minus(s)
	if len(left) == 0 {
		delete(a.used, frameworkID)
		return
	}
	a.used[frameworkID] = left
}

// sortedAgents returns the registered agents in the order of their ids.
func (m *Master) sortedAgents() []*agent {
	out := make([]*agent, 0, len(m.agents))
	for _, id := range slices.SortedFunc(maps.Keys(m.agents), compareIDs) {
		out = append(out, m.agents[id])
	}
	return out
}

// sortedFrameworks returns the registered frameworks in the order of their ids.
func (m *Master) sortedFrameworks() []*framework {
	out := make([]*framework, 0, len(m.frameworks))
	for _, id := range slices.SortedFunc(maps.Keys(m.frameworks), compareIDs) {
		out = append(out, m.frameworks[id])
	}
	return out
}

// compareIDs orders ids that end in numbers by these: S2 before S10.
func compareIDs(a, b string) int {
	if d := len(a) - len(b); d != 0 {
		return d
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
