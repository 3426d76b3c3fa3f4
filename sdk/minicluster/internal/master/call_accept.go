package master

// ACCEPT (semantics 3): every operation but those of resource providers, which no agent has: CREATE_DISK and
// DESTROY_DISK are validated and then fail for lack of the disk.

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// acceptance is one ACCEPT being carried out.
type acceptance struct {
	m         *Master
	framework *framework
	agent     *agent
	role      string
	offered   resource.Set // all that the offers held
	remaining resource.Set // what later operations may use
	resized   resource.Set // results of GROW_VOLUME and SHRINK_VOLUME: out of reach for this ACCEPT
	shared    resource.Set // shared volumes, offered and created: for any number of tasks
}

func (m *Master) accept(f *framework, call *schedulerpb.Call_Accept) {
	err := validate.Offers(call.OfferIDs, f.id, func(id string) *mesos.Offer {
		if o := m.offers[id]; o != nil {
			return &o.Offer
		}
		return nil
	})
	if err != nil {
		m.refuseAccept(f, call, err)
		return
	}
	one := m.offers[call.OfferIDs[0].Value]
	a := &acceptance{m: m, framework: f, agent: one.agent, role: one.role()}
	for _, id := range call.OfferIDs {
		o := m.offers[id.Value]
		m.removeOffer(o)
		a.offered = a.offered.Plus(o.resources())
	}
	a.remaining = a.offered
	a.shared = a.offered.Filter(resource.IsShared)
	for _, op := range a.prepare(call.Operations) {
		a.do(op)
	}
	a.finish(call.Filters)
}

// refuseAccept ends an ACCEPT whose offers aren't what it takes them for: nothing in it is done, and those of
// the offers that exist are taken back (semantics 3.2).
func (m *Master) refuseAccept(f *framework, call *schedulerpb.Call_Accept, err error) {
	for _, id := range call.OfferIDs {
		if o := m.offers[id.Value]; o != nil {
			m.discard(o, false)
		}
	}
	for i := range call.Operations {
		op := &call.Operations[i]
		switch op.GetType() {
		case mesos.Offer_Operation_LAUNCH, mesos.Offer_Operation_LAUNCH_GROUP:
			for _, t := range operationTasks(op) {
				m.refuseTask(f, t, f.aware(mesos.TASK_DROPPED), mesos.REASON_INVALID_OFFERS, "Task launched with invalid offers: "+err.Error())
			}
		default:
			m.drop(f, op, "Operation attempted with invalid offers: "+err.Error())
		}
	}
}

// operationTasks returns the tasks of a LAUNCH or LAUNCH_GROUP.
func operationTasks(op *mesos.Offer_Operation) []*mesos.TaskInfo {
	var list []mesos.TaskInfo
	switch {
	case op.GetType() == mesos.Offer_Operation_LAUNCH && op.Launch != nil:
		list = op.Launch.TaskInfos
	case op.GetType() == mesos.Offer_Operation_LAUNCH_GROUP && op.LaunchGroup != nil:
		list = op.LaunchGroup.TaskGroup.Tasks
	}
	out := make([]*mesos.TaskInfo, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

// refuseTask tells a framework that a task of its doesn't run.
func (m *Master) refuseTask(f *framework, t *mesos.TaskInfo, state mesos.TaskState, reason mesos.TaskStatus_Reason, why string) {
	m.outcomes.add(outcome{framework: f.id, agent: t.AgentID.Value, kind: "LAUNCH", subject: t.TaskID.Value, state: outcomeRefused, why: why})
	// Whatever its executor was to be, a real master doesn't name it.
	m.tell(f, verdict{task: t.TaskID, agent: &t.AgentID, state: state, reason: reason, message: why})
}

// prepare returns the operations that pass by themselves, in the form that the rest works with (semantics 3.3).
func (a *acceptance) prepare(ops []mesos.Offer_Operation) []*mesos.Offer_Operation {
	var out []*mesos.Offer_Operation
	for i := range ops {
		op := &ops[i]
		if a.passes(op) {
			validate.Allocate(op, a.role)
			a.complete(op)
			out = append(out, op)
		}
	}
	return out
}

func (a *acceptance) passes(op *mesos.Offer_Operation) bool {
	if _, known := mesos.Offer_Operation_Type_name[int32(op.GetType())]; !known || op.GetType() == mesos.Offer_Operation_UNKNOWN {
		a.m.log.Warn("operation of unknown type ignored", "framework", a.framework.id)
		return false
	}
	if err := validate.Upgrade(op); err != nil {
		a.refuse(op, "Operation attempted with invalid resources: ", err.Error())
		return false
	}
	if op.GetType() == mesos.Offer_Operation_RESERVE && len(op.Reserve.Source) > 0 {
		a.refuse(op, "Operation attempted with invalid resources: ", "Reservation updates are not yet implemented for the scheduler API.")
		return false
	}
	if why := a.feedback(op); why != "" {
		a.refuse(op, "", why)
		return false
	}
	return true
}

// refuse drops an operation; the tasks of a launch are told the bare reason.
func (a *acceptance) refuse(op *mesos.Offer_Operation, before, why string) {
	reason := mesos.REASON_TASK_INVALID
	switch op.GetType() {
	case mesos.Offer_Operation_LAUNCH_GROUP:
		reason = mesos.REASON_TASK_GROUP_INVALID
		fallthrough
	case mesos.Offer_Operation_LAUNCH:
		for _, t := range operationTasks(op) {
			a.m.refuseTask(a.framework, t, mesos.TASK_ERROR, reason, why)
		}
	default:
		a.drop(op, before+why)
	}
}

func (a *acceptance) drop(op *mesos.Offer_Operation, why string) {
	a.m.dropOn(a.agent.id, a.framework, op, why)
}

// feedback tells why an operation can't have an id; empty: it can, or has none.
func (a *acceptance) feedback(op *mesos.Offer_Operation) string {
	id := a.agent.id
	switch {
	case op.ID == nil:
		return ""
	case op.GetType() == mesos.Offer_Operation_LAUNCH, op.GetType() == mesos.Offer_Operation_LAUNCH_GROUP:
		return "The `id` field cannot be set on " + op.GetType().String() + " operations"
	case !a.agent.has(mesos.AgentInfo_Capability_RESOURCE_PROVIDER):
		return "Operation requested feedback, but agent " + id + " does not have the required RESOURCE_PROVIDER capability"
	case !a.agent.has(mesos.AgentInfo_Capability_AGENT_OPERATION_FEEDBACK) && !provided(op):
		return "Operation on agent default resources requested feedback, but agent " + id + " does not have the required AGENT_OPERATION_FEEDBACK and RESOURCE_PROVIDER capabilities"
	}
	return ""
}

// provided tells whether an operation is on a resource provider's resources.
func provided(op *mesos.Offer_Operation) bool {
	var s []mesos.Resource
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		s = op.Reserve.Resources
	case mesos.Offer_Operation_UNRESERVE:
		s = op.Unreserve.Resources
	case mesos.Offer_Operation_CREATE:
		s = op.Create.Volumes
	case mesos.Offer_Operation_DESTROY:
		s = op.Destroy.Volumes
	case mesos.Offer_Operation_GROW_VOLUME:
		s = []mesos.Resource{op.GrowVolume.Volume}
	case mesos.Offer_Operation_SHRINK_VOLUME:
		s = []mesos.Resource{op.ShrinkVolume.Volume}
	case mesos.Offer_Operation_CREATE_DISK:
		s = []mesos.Resource{op.CreateDisk.Source}
	case mesos.Offer_Operation_DESTROY_DISK:
		s = []mesos.Resource{op.DestroyDisk.Source}
	}
	return len(s) > 0 && s[0].ProviderID != nil
}

// complete fills in what frameworks may leave out of tasks.
func (a *acceptance) complete(op *mesos.Offer_Operation) {
	for _, t := range operationTasks(op) {
		if h := t.HealthCheck; h != nil && h.Type == nil {
			switch {
			case h.Command != nil && h.HTTP == nil:
				h.Type = mesos.HealthCheck_COMMAND.Enum()
			case h.HTTP != nil && h.Command == nil:
				h.Type = mesos.HealthCheck_HTTP.Enum()
			}
		}
		if op.GetType() == mesos.Offer_Operation_LAUNCH {
			if t.Executor != nil && t.Executor.FrameworkID == nil {
				t.Executor.FrameworkID = &mesos.FrameworkID{Value: a.framework.id}
			}
		} else if t.Executor == nil {
			executor := op.LaunchGroup.Executor
			t.Executor = &executor
		}
	}
}

// do carries out one operation on what is left.
func (a *acceptance) do(op *mesos.Offer_Operation) {
	switch op.GetType() {
	case mesos.Offer_Operation_LAUNCH:
		a.launch(op.Launch)
	case mesos.Offer_Operation_LAUNCH_GROUP:
		a.launchGroup(op.LaunchGroup)
	case mesos.Offer_Operation_CREATE_DISK, mesos.Offer_Operation_DESTROY_DISK:
		a.disk(op)
	default:
		a.convert(op)
	}
}

// convert does an operation whose result is known beforehand: the books change at once.
func (a *acceptance) convert(op *mesos.Offer_Operation) {
	f := a.framework
	by := validate.Requester{Principal: f.info.Principal, Framework: &validate.FrameworkContext{
		ID: f.id, Roles: f.roles(), Shared: f.has(mesos.FrameworkInfo_Capability_SHARED_RESOURCES),
	}}
	if err := a.m.check(a.agent, op, by); err != nil {
		a.drop(op, err.Error()+"; on agent "+a.agent.String())
		return
	}
	if err := a.m.permitOperation(f, op); err != nil {
		a.drop(op, err.Error())
		return
	}
	if op.GetType() == mesos.Offer_Operation_DESTROY {
		a.rescind(op.Destroy.Volumes)
	}
	if reduced, poison := validate.Poison(op); poison != nil {
		if _, err := a.remaining.Apply(reduced); err == nil {
			a.drop(op, poison.Error())
			return
		}
	}
	after, err := a.remaining.Apply(op)
	if err == nil {
		bare := unallocated(op)
		if err = a.m.alloc.Convert(a.agent.id, f.id, op, bare); err == nil {
			a.take(op, after)
			a.m.apply(f, a.agent, bare)
			return
		}
	}
	before := ""
	if resizes(op) {
		before = "Invalid " + op.GetType().String() + " operation: "
	}
	a.drop(op, before+err.Error())
}

func resizes(op *mesos.Offer_Operation) bool {
	return op.GetType() == mesos.Offer_Operation_GROW_VOLUME || op.GetType() == mesos.Offer_Operation_SHRINK_VOLUME
}

// take makes after what remains. The results of a resize are put aside instead.
func (a *acceptance) take(op *mesos.Offer_Operation, after resource.Set) {
	if resizes(op) {
		result, _ := after.Minus(a.remaining)
		a.resized = a.resized.Plus(result)
		after, _ = after.Minus(result)
	}
	a.remaining = after
	if op.GetType() == mesos.Offer_Operation_CREATE {
		a.shared = a.shared.Plus(resource.Set(op.Create.Volumes).Filter(resource.IsShared))
	}
	if op.GetType() == mesos.Offer_Operation_DESTROY {
		a.shared, _ = a.shared.Minus(resource.Set(op.Destroy.Volumes).Filter(resource.IsShared))
	}
}

// rescind takes back all other offers that hold one of the volumes: shared ones may be in several.
func (a *acceptance) rescind(volumes []mesos.Resource) {
	bare := resource.Set(volumes).Unallocate()
	for _, o := range a.agent.sortedOffers() {
		held := o.resources().Unallocate()
		for i := range bare {
			if held.ContainsOne(&bare[i]) {
				a.m.discard(o, true)
				break
			}
		}
	}
}

// disk judges operations on disks of resource providers, of which there are none to be had.
func (a *acceptance) disk(op *mesos.Offer_Operation) {
	if !a.agent.has(mesos.AgentInfo_Capability_RESOURCE_PROVIDER) {
		a.drop(op, "Not supported on agent "+a.agent.String()+" because it does not have RESOURCE_PROVIDER capability")
		return
	}
	if err := a.m.check(a.agent, op, validate.Requester{}); err != nil {
		a.drop(op, err.Error()+"; on agent "+a.agent.String())
		return
	}
	if err := a.m.permitOperation(a.framework, op); err != nil {
		a.drop(op, err.Error())
		return
	}
	source := op.GetCreateDisk().GetSource()
	if op.GetType() == mesos.Offer_Operation_DESTROY_DISK {
		source = op.DestroyDisk.Source
	}
	missing := &resource.NotContainedError{Resources: a.remaining, Consumed: resource.Set{source}}
	a.drop(op, "Invalid "+op.GetType().String()+" Operation: "+missing.Error())
}

// finish gives back what is left: results of operations at once, the untouched rest with the filter that the
// framework asked for (semantics 3.1, step 7).
//
// The two are told apart by subtraction, from which a real master leaves out what GROW_VOLUME and SHRINK_VOLUME
// made. So of the disk that a SHRINK_VOLUME frees, as much as there was of the same disk before is nobody's: it is
// offered again when the framework is removed. The conformance records show it.
func (a *acceptance) finish(filters *mesos.Filters) {
	converted, _ := a.remaining.Plus(a.resized).Minus(a.offered)
	untouched, _ := a.remaining.Minus(converted)
	a.m.alloc.Give(a.agent.id, a.framework.id, converted.Plus(untouched))
	var refuse *float64
	if filters != nil {
		refuse = filters.RefuseSeconds
	}
	a.m.alloc.Refuse(time.Now(), a.framework.id, a.agent.id, untouched, refuse)
}
