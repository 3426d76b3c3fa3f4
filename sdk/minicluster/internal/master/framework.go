package master

import (
	"slices"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
)

// framework is one framework, registered or (below completed) removed.
type framework struct {
	id          string
	info        mesos.FrameworkInfo // with id
	constraints *schedulerpb.OfferConstraints
	compiled    allocator.Constraints
	stream      *stream // nil: not connected
	recovered   bool    // known from agents only; it has not subscribed to this master yet

	offers         map[string]*offer
	inverse        map[string]*inverseOffer
	inverseRefused map[string]time.Time // until when it isn't asked to leave an agent
	tasks          map[string]*task
	unreachable    *history[*task]
	done           *history[*task]
	executors      map[string]map[string]*mesos.ExecutorInfo // by agent and id; none of command tasks
	operations     map[string]*operation                     // by uuid
	operationIDs   map[string]string                         // uuids, by what the framework calls them

	registered, reregistered, unregistered time.Time

	failover *time.Timer // runs while it is away; nil otherwise
}

func newFramework(info mesos.FrameworkInfo) *framework {
	return &framework{
		id:             info.ID.Value,
		info:           info,
		offers:         map[string]*offer{},
		inverse:        map[string]*inverseOffer{},
		inverseRefused: map[string]time.Time{},
		tasks:          map[string]*task{},
		unreachable:    newHistory[*task](maxUnreachableTasks),
		done:           newHistory[*task](maxCompletedTasks),
		executors:      map[string]map[string]*mesos.ExecutorInfo{},
		operations:     map[string]*operation{},
		operationIDs:   map[string]string{},
	}
}

// String prints a framework as the master does.
func (f *framework) String() string { return f.id + " (" + f.info.Name + ")" }

func (f *framework) has(c mesos.FrameworkInfo_Capability_Type) bool {
	return validate.Has(&f.info, c)
}

func (f *framework) partitionAware() bool {
	return f.has(mesos.FrameworkInfo_Capability_PARTITION_AWARE)
}

func (f *framework) roles() []string { return validate.Roles(&f.info) }

func (f *framework) stopTimer() {
	if f.failover != nil {
		f.failover.Stop()
		f.failover = nil
	}
}

// executor returns a custom or default executor of the framework on an agent, nil if there is none.
func (f *framework) executor(agentID, id string) *mesos.ExecutorInfo { return f.executors[agentID][id] }

func (f *framework) setExecutor(agentID string, e *mesos.ExecutorInfo) {
	if f.executors[agentID] == nil {
		f.executors[agentID] = map[string]*mesos.ExecutorInfo{}
	}
	f.executors[agentID][e.ExecutorID.Value] = e
}

func (f *framework) dropExecutor(agentID, id string) {
	delete(f.executors[agentID], id)
	if len(f.executors[agentID]) == 0 {
		delete(f.executors, agentID)
	}
}

// adopt replaces what a framework says about itself. Offers of roles that it gives up are rescinded first.
func (m *Master) adopt(f *framework, info mesos.FrameworkInfo, suppressed []string, constraints *schedulerpb.OfferConstraints, compiled allocator.Constraints) {
	kept := validate.Roles(&info)
	for _, o := range f.sortedOffers() {
		if !slices.Contains(kept, o.role()) {
			m.discard(o, true)
		}
	}
	clear(f.inverseRefused) // as a real master does, which is meant for roles that are no longer suppressed
	f.info, f.constraints, f.compiled = info, constraints, compiled
	m.alloc.SetFramework(f.id, allocator.Framework{
		Roles:          kept,
		Suppressed:     suppressed,
		MinAllocatable: minAllocatable(&info),
		Constraints:    compiled,
		MultiRole:      f.has(mesos.FrameworkInfo_Capability_MULTI_ROLE),
		Refined:        f.has(mesos.FrameworkInfo_Capability_RESERVATION_REFINEMENT),
		Shared:         f.has(mesos.FrameworkInfo_Capability_SHARED_RESOURCES),
		Revocable:      f.has(mesos.FrameworkInfo_Capability_REVOCABLE_RESOURCES),
		GPU:            f.has(mesos.FrameworkInfo_Capability_GPU_RESOURCES),
	})
}

// minAllocatable reads valid offer filters.
func minAllocatable(info *mesos.FrameworkInfo) map[string][]allocator.Quantities {
	out := map[string][]allocator.Quantities{}
	for role, filters := range info.OfferFilters {
		if q, err := allocator.MinAllocatable(filters); err == nil && q != nil {
			out[role] = q
		}
	}
	return out
}

// send sends an event to a framework; it is lost if the framework isn't connected.
func (m *Master) send(f *framework, e *schedulerpb.Event) {
	if f.stream == nil {
		return
	}
	m.sendOn(f.stream, f.id, e)
}

func (m *Master) sendOn(s *stream, frameworkID string, e *schedulerpb.Event) {
	record, err := s.encode(e)
	if err != nil {
		m.log.Error("event can't be encoded", "framework", frameworkID, "type", e.GetType().String(), "error", err)
		return
	}
	s.put(record)
	if e.GetType() != schedulerpb.Event_HEARTBEAT {
		m.journal.add(Sent{At: time.Now(), FrameworkID: frameworkID, Event: e})
	}
}
