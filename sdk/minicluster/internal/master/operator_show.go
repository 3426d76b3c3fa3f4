package master

// What the operator API shows: GET_AGENTS, GET_FRAMEWORKS, GET_TASKS, GET_EXECUTORS, GET_OPERATIONS, GET_ROLES,
// GET_STATE, GET_FLAGS, GET_VERSION and GET_METRICS. Left out: resource providers, and all metrics but a few counts.

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func (m *Master) showAgents() *masterpb.Response_GetAgents {
	out := &masterpb.Response_GetAgents{}
	for _, a := range m.sortedAgents() {
		out.Agents = append(out.Agents, m.showAgent(a))
	}
	for _, id := range slices.SortedFunc(maps.Keys(m.recovered), compareIDs) {
		out.RecoveredAgents = append(out.RecoveredAgents, m.recoveredInfo(id))
	}
	return out
}

func (m *Master) showAgent(a *agent) masterpb.Response_GetAgents_Agent {
	shown := masterpb.Response_GetAgents_Agent{
		AgentInfo:      a.info,
		Active:         m.active(a),
		Deactivated:    new(m.orders.deactivated[a.id]),
		DrainInfo:      m.orders.draining[a.id],
		Version:        Version,
		Pid:            new(a.pid()),
		RegisteredTime: timeInfo(a.registered), ReregisteredTime: timeInfo(a.reregistered),
		TotalResources:     m.alloc.Total(a.id).Clone(),
		AllocatedResources: sumSets(a.inUse()),
		OfferedResources:   a.offered(),
	}
	for _, c := range a.capabilities {
		shown.Capabilities = append(shown.Capabilities, mesos.AgentInfo_Capability{Type: c.Enum()})
	}
	if shown.DrainInfo != nil && !a.drainStart.IsZero() {
		shown.EstimatedDrainStartTime = timeInfo(a.drainStart.Truncate(time.Second))
	}
	return shown
}

func sumSets(sets []resource.Set) resource.Set {
	var out resource.Set
	for _, s := range sets {
		out = out.Plus(s)
	}
	return out
}

func (a *agent) offered() resource.Set     { return sumOffers(a.sortedOffers()) }
func (f *framework) offered() resource.Set { return sumOffers(f.sortedOffers()) }

func sumOffers(offers []*offer) resource.Set {
	var out resource.Set
	for _, o := range offers {
		out = out.Plus(o.resources())
	}
	return out
}

// allocated returns what a framework's tasks and executors hold.
func (m *Master) allocated(f *framework) resource.Set {
	var out resource.Set
	for _, a := range m.sortedAgents() {
		out = out.Plus(a.used[f.id])
	}
	return out
}

func (m *Master) showFrameworks() *masterpb.Response_GetFrameworks {
	out := &masterpb.Response_GetFrameworks{}
	for _, f := range m.sortedFrameworks() {
		out.Frameworks = append(out.Frameworks, m.showFramework(f))
	}
	for _, f := range m.completed.all() {
		out.CompletedFrameworks = append(out.CompletedFrameworks, m.showFramework(f))
	}
	return out
}

func (m *Master) showFramework(f *framework) masterpb.Response_GetFrameworks_Framework {
	shown := masterpb.Response_GetFrameworks_Framework{
		FrameworkInfo:      copyInfo(&f.info),
		Active:             f.stream != nil,
		Connected:          f.stream != nil,
		Recovered:          f.recovered,
		RegisteredTime:     timeInfo(f.registered),
		ReregisteredTime:   timeInfo(f.reregistered),
		UnregisteredTime:   timeInfo(f.unregistered),
		AllocatedResources: m.allocated(f),
		OfferedResources:   f.offered(),
		OfferConstraints:   f.constraints,
	}
	for _, o := range f.sortedOffers() {
		shown.Offers = append(shown.Offers, o.Offer)
	}
	for _, o := range f.sortedInverse() {
		shown.InverseOffers = append(shown.InverseOffers, o.InverseOffer)
	}
	return shown
}

func (m *Master) showTasks() *masterpb.Response_GetTasks {
	out := &masterpb.Response_GetTasks{}
	show := func(f *framework) {
		for _, t := range f.unreachable.all() {
			out.UnreachableTasks = append(out.UnreachableTasks, t.shown())
		}
		for _, t := range f.done.all() {
			out.CompletedTasks = append(out.CompletedTasks, t.shown())
		}
	}
	for _, f := range m.sortedFrameworks() {
		for _, t := range f.sortedTasks() {
			out.Tasks = append(out.Tasks, t.shown())
		}
		show(f)
	}
	for _, f := range m.completed.all() {
		show(f)
	}
	return out
}

// shown returns a task that doesn't change any more.
func (t *task) shown() mesos.Task {
	out := t.Task
	out.Statuses = slices.Clone(t.Statuses)
	return out
}

func (m *Master) showExecutors() *masterpb.Response_GetExecutors {
	out := &masterpb.Response_GetExecutors{}
	for _, f := range m.sortedFrameworks() {
		for _, agentID := range slices.SortedFunc(maps.Keys(f.executors), compareIDs) {
			for _, id := range slices.Sorted(maps.Keys(f.executors[agentID])) {
				out.Executors = append(out.Executors, masterpb.Response_GetExecutors_Executor{
					ExecutorInfo: *f.executors[agentID][id], AgentID: mesos.AgentID{Value: agentID},
				})
			}
		}
	}
	return out
}

func (m *Master) showOperations() *masterpb.Response_GetOperations {
	out := &masterpb.Response_GetOperations{}
	for _, a := range m.sortedAgents() {
		for _, uuid := range slices.Sorted(maps.Keys(a.operations)) {
			out.Operations = append(out.Operations, a.operations[uuid].shown())
		}
	}
	return out
}

// shown returns an operation with its uuid as Mesos has it: 16 bytes.
func (o *operation) shown() mesos.Operation {
	out := o.Operation
	out.Statuses = slices.Clone(o.Statuses)
	if b, err := hex.DecodeString(strings.ReplaceAll(o.uuid(), "-", "")); err == nil {
		out.UUID.Value = b
	}
	return out
}

func (m *Master) state() *masterpb.Response_GetState {
	return &masterpb.Response_GetState{
		GetTasks: m.showTasks(), GetExecutors: m.showExecutors(), GetFrameworks: m.showFrameworks(), GetAgents: m.showAgents(),
	}
}

// flagTexts are the settings of the master, by the names that the flags of a real one have.
func (m *Master) flagTexts() map[string]string {
	flags := map[string]string{
		"agent_reregister_timeout":     m.config.ReregisterTimeout.String(),
		"allocation_interval":          m.config.Interval.String(),
		"authenticate_http_frameworks": boolText(len(m.config.Credentials) > 0),
		"root_submissions":             "true",
	}
	if m.config.OfferTimeout > 0 {
		flags["offer_timeout"] = m.config.OfferTimeout.String()
	}
	if len(m.config.Roles) > 0 {
		flags["roles"] = strings.Join(m.config.Roles, ",")
	}
	return flags
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (m *Master) flags() *masterpb.Response_GetFlags {
	out := &masterpb.Response_GetFlags{}
	texts := m.flagTexts()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out.Flags = append(out.Flags, mesos.Flag{Name: name, Value: new(texts[name])})
	}
	return out
}

func version() *masterpb.Response_GetVersion {
	return &masterpb.Response_GetVersion{VersionInfo: mesos.VersionInfo{Version: Version}}
}

func (m *Master) metrics() *masterpb.Response_GetMetrics {
	active, connected, offered, byState := 0, 0, 0, census{}
	for _, f := range m.frameworks {
		if f.stream != nil {
			active++
		}
		byState.add(f.sortedTasks()...)
	}
	for _, a := range m.agents {
		if a.connected {
			connected++
		}
		if m.active(a) {
			offered++
		}
	}
	counts := map[string]int{
		"master/elected":                           1,
		"master/uptime_secs":                       int(time.Since(m.started).Seconds()),
		"master/frameworks_connected":              active,
		"master/frameworks_active":                 active,
		"master/frameworks_disconnected":           len(m.frameworks) - active,
		"master/frameworks_inactive":               len(m.frameworks) - active,
		"master/outstanding_offers":                len(m.offers),
		"master/operator_event_stream_subscribers": len(m.subscribers),
		"master/slaves_connected":                  connected,
		"master/slaves_active":                     offered,
		"master/slaves_inactive":                   len(m.agents) - offered,
		"master/slaves_disconnected":               len(m.agents) - connected,
		"master/slaves_unreachable":                len(m.since),
		"master/tasks_staging":                     byState[mesos.TASK_STAGING],
		"master/tasks_starting":                    byState[mesos.TASK_STARTING],
		"master/tasks_running":                     byState[mesos.TASK_RUNNING],
		"master/tasks_killing":                     byState[mesos.TASK_KILLING],
	}
	out := &masterpb.Response_GetMetrics{}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		out.Metrics = append(out.Metrics, mesos.Metric{Name: name, Value: new(float64(counts[name]))})
	}
	return out
}
