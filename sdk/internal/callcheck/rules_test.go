package callcheck_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"pgregory.net/rapid"
)

func scalar(v float64) mesos.Resource {
	return mesos.Resource{Name: "disk", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: v}}
}

func reserved(v float64, role string) mesos.Resource {
	r := scalar(v)
	r.Reservations = []mesos.Resource_ReservationInfo{{Type: mesos.Resource_ReservationInfo_DYNAMIC.Enum(), Role: &role}}
	return r
}

func volume(id, role, path string) mesos.Resource {
	r := reserved(16, role)
	r.Disk = &mesos.Resource_DiskInfo{
		Persistence: &mesos.Resource_DiskInfo_Persistence{ID: id},
		Volume:      &mesos.Volume{Mode: mesos.RW.Enum(), ContainerPath: path},
	}
	return r
}

func shared(r mesos.Resource) mesos.Resource {
	r.Shared = &mesos.Resource_SharedInfo{}
	return r
}

func task(id string, resources ...mesos.Resource) mesos.TaskInfo {
	return mesos.TaskInfo{Name: id, TaskID: mesos.TaskID{Value: id}, Resources: resources}
}

func reserve(rs ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: rs}}
}

func create(rs ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: rs}}
}

func destroy(rs ...mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_DESTROY.Enum(), Destroy: &mesos.Offer_Operation_Destroy{Volumes: rs}}
}

func launch(ts ...mesos.TaskInfo) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH.Enum(), Launch: &mesos.Offer_Operation_Launch{TaskInfos: ts}}
}

func group(e mesos.ExecutorInfo, ts ...mesos.TaskInfo) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_LAUNCH_GROUP.Enum(),
		LaunchGroup: &mesos.Offer_Operation_LaunchGroup{Executor: e, TaskGroup: mesos.TaskGroupInfo{Tasks: ts}}}
}

func grow(volume, addition mesos.Resource) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum(),
		GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: volume, Addition: addition}}
}

func shrink(volume mesos.Resource, by float64) mesos.Offer_Operation {
	return mesos.Offer_Operation{Type: mesos.Offer_Operation_SHRINK_VOLUME.Enum(),
		ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: volume, Subtract: mesos.Value_Scalar{Value: by}}}
}

func accept(ops ...mesos.Offer_Operation) *schedulerpb.Call {
	return &schedulerpb.Call{Type: schedulerpb.Call_ACCEPT.Enum(), Accept: &schedulerpb.Call_Accept{Operations: ops}}
}

func limits(t mesos.TaskInfo, name string, v float64) mesos.TaskInfo {
	t.Limits = map[string]mesos.Value_Scalar{name: {Value: v}}
	return t
}

func text(r mesos.Resource) mesos.Resource {
	r.Type, r.Scalar = mesos.TEXT, nil
	return r
}

// ok marks rows that pass.
const ok callcheck.Rule = ""

// A row is an ACCEPT, and the rule that it breaks.
type row struct {
	name  string
	ops   []mesos.Offer_Operation
	rule  callcheck.Rule
	field string
}

// play checks rows as calls, and those of one operation as operations.
func play(t *testing.T, rows []row) {
	t.Helper()
	for _, c := range rows {
		t.Run(c.name, func(t *testing.T) {
			expect(t, callcheck.Scheduler(accept(c.ops...)), c.rule, c.field)
			if len(c.ops) == 1 {
				_, rest, _ := strings.Cut(c.field, "]")
				expect(t, callcheck.Operation(&c.ops[0]), c.rule, strings.TrimPrefix(rest, "."))
			}
		})
	}
}

// What is nothing, or no number.
func TestAmounts(t *testing.T) {
	play(t, []row{
		{"half a thousandth is rounded up", []mesos.Offer_Operation{reserve(reserved(0.0005, "r"))}, ok, ""},
		{"less is nothing", []mesos.Offer_Operation{reserve(reserved(0.0004, "r"))}, callcheck.EmptyResource, "accept.operations[0].reserve.resources[0].scalar.value"},
		{"negative", []mesos.Offer_Operation{reserve(reserved(-1, "r"))}, callcheck.EmptyResource, "accept.operations[0].reserve.resources[0].scalar.value"},
		{"an empty one beside a good one", []mesos.Offer_Operation{launch(task("t", scalar(1))), reserve(reserved(1, "r"), reserved(0, "r"))}, callcheck.EmptyResource, "accept.operations[1].reserve.resources[1].scalar.value"},
		{"not a number", []mesos.Offer_Operation{reserve(reserved(math.NaN(), "r"))}, callcheck.Number, "accept.operations[0].reserve.resources[0].scalar.value"},
		{"infinite", []mesos.Offer_Operation{reserve(reserved(math.Inf(1), "r"))}, callcheck.Number, "accept.operations[0].reserve.resources[0].scalar.value"},
		{"the largest amount", []mesos.Offer_Operation{reserve(reserved(1e12, "r"))}, ok, ""},
		{"above it", []mesos.Offer_Operation{reserve(reserved(1.1e12, "r"))}, callcheck.Number, "accept.operations[0].reserve.resources[0].scalar.value"},
		{"no scalar", []mesos.Offer_Operation{reserve(mesos.Resource{Name: "cpus"})}, callcheck.EmptyResource, "accept.operations[0].reserve.resources[0].scalar"},
		{"no ranges", []mesos.Offer_Operation{reserve(mesos.Resource{Name: "ports", Type: mesos.RANGES})}, callcheck.EmptyResource, "accept.operations[0].reserve.resources[0].ranges"},
		{"ranges", []mesos.Offer_Operation{reserve(mesos.Resource{Name: "ports", Type: mesos.RANGES, Ranges: &mesos.Value_Ranges{Range: []mesos.Value_Range{{}}}})}, ok, ""},
		{"no set", []mesos.Offer_Operation{reserve(mesos.Resource{Name: "x", Type: mesos.SET})}, callcheck.EmptyResource, "accept.operations[0].reserve.resources[0].set"},
		{"a set", []mesos.Offer_Operation{reserve(mesos.Resource{Name: "x", Type: mesos.SET, Set: &mesos.Value_Set{Item: []string{"a"}}})}, ok, ""},
		{"source of a reservation", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Source: []mesos.Resource{text(scalar(1))}}}}, callcheck.ResourceType, "accept.operations[0].reserve.source[0].type"},
		{"unreserve nothing", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_UNRESERVE.Enum(), Unreserve: &mesos.Offer_Operation_Unreserve{Resources: []mesos.Resource{reserved(0, "r")}}}}, callcheck.EmptyResource, "accept.operations[0].unreserve.resources[0].scalar.value"},
	})
}

// What is named twice.
func TestVolumesAndDisks(t *testing.T) {
	play(t, []row{
		{"one id under two roles", []mesos.Offer_Operation{create(volume("v", "r", "data"), volume("v", "s", "data"))}, ok, ""},
		{"one id under two roles, old format", []mesos.Offer_Operation{create(preVolume("v", "r"), preVolume("v", "s"))}, ok, ""},
		{"one id under one role, both formats", []mesos.Offer_Operation{create(preVolume("v", "r"), volume("v", "r", "data"))}, callcheck.DuplicateVolume, "accept.operations[0].create.volumes[1].disk.persistence.id"},
		{"two shared volumes of one id", []mesos.Offer_Operation{create(shared(volume("v", "r", "data")), shared(volume("v", "r", "data")))}, callcheck.DuplicateVolume, "accept.operations[0].create.volumes[1].disk.persistence.id"},
		{"created in two operations", []mesos.Offer_Operation{create(volume("v", "r", "data")), create(volume("v", "r", "data"))}, callcheck.DuplicateVolume, "accept.operations[1].create.volumes[0].disk.persistence.id"},
		{"destroyed in two operations", []mesos.Offer_Operation{destroy(volume("v", "r", "data")), destroy(volume("v", "r", "data"))}, callcheck.DuplicateVolume, "accept.operations[1].destroy.volumes[0].disk.persistence.id"},
		{"destroyed and made again", []mesos.Offer_Operation{destroy(volume("v", "r", "data")), create(volume("v", "r", "data")), destroy(volume("v", "r", "data"))}, ok, ""},
		{"unreserved twice in one", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_UNRESERVE.Enum(), Unreserve: &mesos.Offer_Operation_Unreserve{Resources: []mesos.Resource{volume("v", "r", "d"), volume("v", "r", "d")}}}}, callcheck.DuplicateVolume, "accept.operations[0].unreserve.resources[1].disk.persistence.id"},

		{"one MOUNT disk twice", []mesos.Offer_Operation{reserve(mounted(9, "/m"), mounted(9, "/m"))}, callcheck.DuplicateDisk, "accept.operations[0].reserve.resources[1].disk.source"},
		{"two MOUNT disks", []mesos.Offer_Operation{reserve(mounted(9, "/m"), mounted(9, "/n"))}, ok, ""},
		{"two MOUNT disks of unknown roots", []mesos.Offer_Operation{reserve(mounted(9, ""), mounted(9, ""))}, ok, ""},
		{"one PATH disk twice", []mesos.Offer_Operation{reserve(onPath(9), onPath(9))}, ok, ""},
		{"one old RAW disk twice", []mesos.Offer_Operation{reserve(raw("vol"), raw("vol"))}, callcheck.DuplicateDisk, "accept.operations[0].reserve.resources[1].disk.source"},
		{"one RAW pool twice", []mesos.Offer_Operation{reserve(raw(""), raw(""))}, ok, ""},
		{"one MOUNT disk in two operations", []mesos.Offer_Operation{reserve(mounted(9, "/m")), launch(task("t", mounted(9, "/m")))}, ok, ""},
		{"one MOUNT disk twice in a task", []mesos.Offer_Operation{launch(task("t", mounted(9, "/m"), mounted(9, "/m")))}, callcheck.DuplicateDisk, "accept.operations[0].launch.task_infos[0].resources[1].disk.source"},
		{"one MOUNT disk in task and executor", []mesos.Offer_Operation{launch(mesos.TaskInfo{Resources: []mesos.Resource{mounted(9, "/m")}, Executor: &mesos.ExecutorInfo{Resources: []mesos.Resource{mounted(9, "/m")}}})}, callcheck.DuplicateDisk, "accept.operations[0].launch.task_infos[0].executor.resources[0].disk.source"},
		{"one MOUNT disk twice in an executor", []mesos.Offer_Operation{group(mesos.ExecutorInfo{Resources: []mesos.Resource{mounted(9, "/m"), mounted(9, "/m")}})}, callcheck.DuplicateDisk, "accept.operations[0].launch_group.executor.resources[1].disk.source"},
		{"one MOUNT disk in two tasks of a group", []mesos.Offer_Operation{group(mesos.ExecutorInfo{}, task("t", mounted(9, "/m")), task("u", mounted(9, "/m")))}, callcheck.DuplicateDisk, "accept.operations[0].launch_group.task_group.tasks[1].resources[0].disk.source"},
	})
}

// What tasks and executors bring along.
func TestTasks(t *testing.T) {
	play(t, []row{
		{"one task twice in one operation", []mesos.Offer_Operation{launch(task("t", scalar(1)), task("t", scalar(1)))}, callcheck.DuplicateTask, "accept.operations[0].launch.task_infos[1].task_id"},
		{"one task twice in two operations", []mesos.Offer_Operation{launch(task("t", scalar(1))), group(mesos.ExecutorInfo{}, task("t", scalar(1)))}, callcheck.DuplicateTask, "accept.operations[1].launch_group.task_group.tasks[0].task_id"},
		{"one executor for two tasks", []mesos.Offer_Operation{launch(task("t", scalar(1))), launch(task("u", scalar(1)))}, ok, ""},

		{"a task with nothing", []mesos.Offer_Operation{launch(task("t", scalar(1), scalar(0)))}, callcheck.EmptyTaskResource, "accept.operations[0].launch.task_infos[0].resources[1].scalar.value"},
		{"an executor with nothing", []mesos.Offer_Operation{group(mesos.ExecutorInfo{Resources: []mesos.Resource{scalar(0)}}, task("t", scalar(1)))}, callcheck.EmptyTaskResource, "accept.operations[0].launch_group.executor.resources[0].scalar.value"},
		{"a task's executor with text", []mesos.Offer_Operation{launch(mesos.TaskInfo{Executor: &mesos.ExecutorInfo{Resources: []mesos.Resource{text(scalar(1))}}})}, callcheck.ResourceType, "accept.operations[0].launch.task_infos[0].executor.resources[0].type"},
		{"one shared volume in two tasks", []mesos.Offer_Operation{launch(task("t", shared(volume("v", "r", "d"))), task("u", shared(volume("v", "r", "d"))))}, ok, ""},
		{"no memory limit", []mesos.Offer_Operation{launch(limits(task("t", scalar(1)), "mem", math.Inf(1)))}, ok, ""},
		{"limit not a number", []mesos.Offer_Operation{launch(limits(task("t", scalar(1)), "mem", math.NaN()))}, callcheck.Number, "accept.operations[0].launch.task_infos[0].limits[mem].value"},
		{"infinite check", []mesos.Offer_Operation{launch(mesos.TaskInfo{Check: &mesos.CheckInfo{IntervalSeconds: new(math.Inf(1))}})}, callcheck.Number, "accept.operations[0].launch.task_infos[0].check.interval_seconds"},
		{"infinite health check", []mesos.Offer_Operation{launch(mesos.TaskInfo{HealthCheck: &mesos.HealthCheck{GracePeriodSeconds: new(math.Inf(1))}})}, callcheck.Number, "accept.operations[0].launch.task_infos[0].health_check.grace_period_seconds"},
	})
}

// What does damage in silence.
func TestResizesPathsAndTypes(t *testing.T) {
	empty := volume("v1", "r", "data")
	empty.Scalar = &mesos.Value_Scalar{}
	play(t, []row{
		{"growing nothing", []mesos.Offer_Operation{grow(empty, reserved(1, "r"))}, callcheck.EmptyVolume, "accept.operations[0].grow_volume.volume.scalar.value"},
		{"growing by nothing", []mesos.Offer_Operation{grow(volume("v", "r", "d"), reserved(0, "r"))}, callcheck.EmptyResource, "accept.operations[0].grow_volume.addition.scalar.value"},
		{"growing", []mesos.Offer_Operation{grow(volume("v", "r", "d"), reserved(1, "r"))}, ok, ""},
		{"shrinking nothing", []mesos.Offer_Operation{shrink(empty, 1)}, callcheck.EmptyVolume, "accept.operations[0].shrink_volume.volume.scalar.value"},
		{"shrinking by nothing", []mesos.Offer_Operation{shrink(volume("v", "r", "d"), 0)}, callcheck.EmptyResource, "accept.operations[0].shrink_volume.subtract.value"},
		{"shrinking by not a number", []mesos.Offer_Operation{shrink(volume("v", "r", "d"), math.NaN())}, callcheck.Number, "accept.operations[0].shrink_volume.subtract.value"},
		{"shrinking", []mesos.Offer_Operation{shrink(volume("v", "r", "d"), 1)}, ok, ""},
		{"a disk of nothing", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_CREATE_DISK.Enum(), CreateDisk: &mesos.Offer_Operation_CreateDisk{Source: scalar(0)}}}, callcheck.EmptyResource, "accept.operations[0].create_disk.source.scalar.value"},
		{"destroying a disk of nothing", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_DESTROY_DISK.Enum(), DestroyDisk: &mesos.Offer_Operation_DestroyDisk{Source: text(scalar(1))}}}, callcheck.ResourceType, "accept.operations[0].destroy_disk.source.type"},

		{"created with a slash", []mesos.Offer_Operation{create(volume("v", "r", "a/b"))}, callcheck.BadContainerPath, "accept.operations[0].create.volumes[0].disk.volume.container_path"},
		{"destroyed with a slash: somebody else made it", []mesos.Offer_Operation{destroy(volume("v", "r", "a/b"))}, ok, ""},
		{"used with a slash", []mesos.Offer_Operation{launch(task("t", volume("v", "r", "/data")))}, callcheck.BadContainerPath, "accept.operations[0].launch.task_infos[0].resources[0].disk.volume.container_path"},
		{"used by an executor with a slash", []mesos.Offer_Operation{group(mesos.ExecutorInfo{Resources: []mesos.Resource{volume("v", "r", "a/")}})}, callcheck.BadContainerPath, "accept.operations[0].launch_group.executor.resources[0].disk.volume.container_path"},

		{"no type", []mesos.Offer_Operation{{Reserve: &mesos.Offer_Operation_Reserve{}}}, callcheck.UnknownOperation, "accept.operations[0].type"},
		{"type unknown", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_UNKNOWN.Enum()}}, callcheck.UnknownOperation, "accept.operations[0].type"},
		{"type of the future", []mesos.Offer_Operation{{Type: new(mesos.Offer_Operation_Type(77))}}, callcheck.UnknownOperation, "accept.operations[0].type"},
		{"a member of another type", []mesos.Offer_Operation{{Type: mesos.Offer_Operation_LAUNCH.Enum(), Reserve: &mesos.Offer_Operation_Reserve{}}}, callcheck.UnknownOperation, "accept.operations[0]"},
		{"poison in a member that is ignored", []mesos.Offer_Operation{func() mesos.Offer_Operation {
			op := launch(task("t", scalar(1)))
			op.Reserve = &mesos.Offer_Operation_Reserve{Resources: []mesos.Resource{text(scalar(1))}}
			return op
		}()}, callcheck.ResourceType, "accept.operations[0].reserve.resources[0].type"},
		{"no operations", nil, ok, ""},
		{"a launch of nothing", []mesos.Offer_Operation{launch()}, ok, ""},
	})
}

func mounted(v float64, root string) mesos.Resource {
	r := scalar(v)
	r.Disk = &mesos.Resource_DiskInfo{Source: &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_MOUNT,
		Mount: &mesos.Resource_DiskInfo_Source_Mount{Root: &root}}}
	return r
}

func onPath(v float64) mesos.Resource {
	r := scalar(v)
	r.Disk = &mesos.Resource_DiskInfo{Source: &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_PATH,
		Path: &mesos.Resource_DiskInfo_Source_Path{Root: new("/p")}}}
	return r
}

func raw(id string) mesos.Resource {
	r := scalar(9)
	r.Disk = &mesos.Resource_DiskInfo{Source: &mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_RAW}}
	if id != "" {
		r.Disk.Source.ID = &id
	}
	return r
}

// preVolume is a volume in the format of frameworks without RESERVATION_REFINEMENT.
func preVolume(id, role string) mesos.Resource {
	r := volume(id, role, "data")
	r.Reservations, r.Role, r.Reservation = nil, &role, &mesos.Resource_ReservationInfo{}
	return r
}

func expect(t *testing.T, err error, rule callcheck.Rule, field string) {
	t.Helper()
	if rule == ok {
		if err != nil {
			t.Errorf("got %v, want no error", err)
		}
		return
	}
	var e *callcheck.Error
	if !errors.As(err, &e) || !errors.Is(err, callcheck.ErrPoison) {
		t.Fatalf("got %v, want rule %s", err, rule)
	}
	if e.Rule != rule || e.Field != field {
		t.Errorf("got rule %s at %q, want %s at %q", e.Rule, e.Field, rule, field)
	}
	if !strings.Contains(err.Error(), "rule "+string(rule)) || !strings.HasPrefix(err.Error(), field) {
		t.Errorf("the text lacks rule or field: %v", err)
	}
}

// Every operation type whose member is missing, and every one that has it.
func TestEveryTypeNeedsItsMember(t *testing.T) {
	whole := mesos.Offer_Operation{
		Launch: &mesos.Offer_Operation_Launch{}, LaunchGroup: &mesos.Offer_Operation_LaunchGroup{},
		Reserve: &mesos.Offer_Operation_Reserve{}, Unreserve: &mesos.Offer_Operation_Unreserve{},
		Create: &mesos.Offer_Operation_Create{}, Destroy: &mesos.Offer_Operation_Destroy{},
		GrowVolume:   &mesos.Offer_Operation_GrowVolume{Volume: scalar(2), Addition: scalar(1)},
		ShrinkVolume: &mesos.Offer_Operation_ShrinkVolume{Volume: scalar(2), Subtract: mesos.Value_Scalar{Value: 1}},
		CreateDisk:   &mesos.Offer_Operation_CreateDisk{Source: scalar(1)}, DestroyDisk: &mesos.Offer_Operation_DestroyDisk{Source: scalar(1)},
	}
	for number, name := range mesos.Offer_Operation_Type_name {
		if mesos.Offer_Operation_Type(number) == mesos.Offer_Operation_UNKNOWN {
			continue
		}
		bare := mesos.Offer_Operation{Type: new(mesos.Offer_Operation_Type(number))}
		t.Run(name, func(t *testing.T) {
			expect(t, callcheck.Operation(&bare), callcheck.UnknownOperation, "")
			full := whole
			full.Type = bare.Type
			expect(t, callcheck.Operation(&full), ok, "")
		})
	}
}

func TestSchedulerCalls(t *testing.T) {
	filtered := func(cpus float64) mesos.FrameworkInfo {
		return mesos.FrameworkInfo{OfferFilters: map[string]mesos.OfferFilters{"r": {MinAllocatableResources: &mesos.OfferFilters_MinAllocatableResources{
			Quantities: []mesos.OfferFilters_ResourceQuantities{{Quantities: map[string]mesos.Value_Scalar{"cpus": {Value: cpus}}}}}}, "s": {}}}
	}
	subscribe := func(f mesos.FrameworkInfo) *schedulerpb.Call {
		return &schedulerpb.Call{Type: schedulerpb.Call_SUBSCRIBE.Enum(), Subscribe: &schedulerpb.Call_Subscribe{FrameworkInfo: f}}
	}
	refuseFor := func(s float64) *mesos.Filters { return &mesos.Filters{RefuseSeconds: &s} }
	for _, c := range []struct {
		name  string
		call  *schedulerpb.Call
		rule  callcheck.Rule
		field string
	}{
		{"none", nil, callcheck.UnknownOperation, ""},
		{"empty", &schedulerpb.Call{}, ok, ""},
		{"subscribe", subscribe(filtered(0.5)), ok, ""},
		{"a filter of zero", subscribe(filtered(0)), ok, ""},
		{"a filter that aborts the master", subscribe(filtered(9.3e15)), callcheck.Number, "subscribe.framework_info.offer_filters[r].min_allocatable_resources.quantities[0].quantities[cpus].value"},
		{"the same in an update", &schedulerpb.Call{UpdateFramework: &schedulerpb.Call_UpdateFramework{FrameworkInfo: filtered(1e300)}}, callcheck.Number, "update_framework.framework_info.offer_filters[r].min_allocatable_resources.quantities[0].quantities[cpus].value"},
		{"failover timeout not a number", subscribe(mesos.FrameworkInfo{FailoverTimeout: new(math.NaN())}), callcheck.Number, "subscribe.framework_info.failover_timeout"},
		{"failover timeout negative", subscribe(mesos.FrameworkInfo{FailoverTimeout: new(-1.0)}), ok, ""},
		{"failover timeout of a century", subscribe(mesos.FrameworkInfo{FailoverTimeout: new(3.2e9)}), ok, ""},
		{"declined for ever", &schedulerpb.Call{Decline: &schedulerpb.Call_Decline{Filters: refuseFor(math.Inf(1))}}, ok, ""},
		{"declined for not a number", &schedulerpb.Call{Decline: &schedulerpb.Call_Decline{Filters: refuseFor(math.NaN())}}, callcheck.Number, "decline.filters.refuse_seconds"},
		{"inverse offers declined for not a number", &schedulerpb.Call{DeclineInverseOffers: &schedulerpb.Call_DeclineInverseOffers{Filters: refuseFor(math.NaN())}}, callcheck.Number, "decline_inverse_offers.filters.refuse_seconds"},
		{"inverse offers accepted for not a number", &schedulerpb.Call{AcceptInverseOffers: &schedulerpb.Call_AcceptInverseOffers{Filters: refuseFor(math.NaN())}}, callcheck.Number, "accept_inverse_offers.filters.refuse_seconds"},
		{"accepted with a filter", &schedulerpb.Call{Accept: &schedulerpb.Call_Accept{Filters: refuseFor(0)}}, ok, ""},
		{"accepted with a filter not a number", &schedulerpb.Call{Accept: &schedulerpb.Call_Accept{Filters: refuseFor(math.NaN())}}, callcheck.Number, "accept.filters.refuse_seconds"},
		{"a request for text", request(text(scalar(1))), callcheck.ResourceType, "request.requests[0].resources[0].type"},
		{"a request for nothing", request(scalar(0)), ok, ""},
		{"a request for not a number", request(scalar(math.NaN())), callcheck.Number, "request.requests[0].resources[0].scalar.value"},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, callcheck.Scheduler(c.call), c.rule, c.field) })
	}
	expect(t, callcheck.Operation(nil), callcheck.UnknownOperation, "")
}

func request(rs ...mesos.Resource) *schedulerpb.Call {
	return &schedulerpb.Call{Request: &schedulerpb.Call_Request{Requests: []mesos.Request{{Resources: rs}}}}
}

func TestOperatorCalls(t *testing.T) {
	quota := func(role string, limit float64) *masterpb.Call {
		return &masterpb.Call{UpdateQuota: &masterpb.Call_UpdateQuota{QuotaConfigs: []masterpb.QuotaConfig{{Role: "q"}, {Role: role,
			Limits: map[string]mesos.Value_Scalar{"cpus": {Value: limit}}}}}}
	}
	set := func(role string, rs ...mesos.Resource) *masterpb.Call {
		return &masterpb.Call{SetQuota: &masterpb.Call_SetQuota{QuotaRequest: masterpb.QuotaRequest{Role: &role, Guarantee: rs}}}
	}
	weight := func(w float64) *masterpb.Call {
		return &masterpb.Call{UpdateWeights: &masterpb.Call_UpdateWeights{WeightInfos: []mesos.WeightInfo{{Weight: w, Role: new("r")}}}}
	}
	for _, c := range []struct {
		name  string
		call  *masterpb.Call
		rule  callcheck.Rule
		field string
	}{
		{"none", nil, callcheck.UnknownOperation, ""},
		{"empty", &masterpb.Call{}, ok, ""},
		{"reserve", &masterpb.Call{ReserveResources: &masterpb.Call_ReserveResources{Resources: []mesos.Resource{reserved(1, "r")}}}, ok, ""},
		{"reserve nothing from something", &masterpb.Call{ReserveResources: &masterpb.Call_ReserveResources{Source: []mesos.Resource{scalar(1)}, Resources: []mesos.Resource{reserved(0, "r")}}}, callcheck.EmptyResource, "reserve_resources.resources[0].scalar.value"},
		{"reserve from text", &masterpb.Call{ReserveResources: &masterpb.Call_ReserveResources{Source: []mesos.Resource{text(scalar(1))}}}, callcheck.ResourceType, "reserve_resources.source[0].type"},
		{"unreserve nothing", &masterpb.Call{UnreserveResources: &masterpb.Call_UnreserveResources{Resources: []mesos.Resource{reserved(0, "r")}}}, callcheck.EmptyResource, "unreserve_resources.resources[0].scalar.value"},
		{"create with a slash", &masterpb.Call{CreateVolumes: &masterpb.Call_CreateVolumes{Volumes: []mesos.Resource{volume("v", "r", "a/b")}}}, callcheck.BadContainerPath, "create_volumes.volumes[0].disk.volume.container_path"},
		{"create one twice", &masterpb.Call{CreateVolumes: &masterpb.Call_CreateVolumes{Volumes: []mesos.Resource{volume("v", "r", "a"), volume("v", "r", "b")}}}, callcheck.DuplicateVolume, "create_volumes.volumes[1].disk.persistence.id"},
		{"destroy with a slash", &masterpb.Call{DestroyVolumes: &masterpb.Call_DestroyVolumes{Volumes: []mesos.Resource{volume("v", "r", "a/b")}}}, ok, ""},
		{"destroy nothing", &masterpb.Call{DestroyVolumes: &masterpb.Call_DestroyVolumes{Volumes: []mesos.Resource{reserved(0, "r")}}}, callcheck.EmptyResource, "destroy_volumes.volumes[0].scalar.value"},
		{"grow nothing", &masterpb.Call{GrowVolume: &masterpb.Call_GrowVolume{Volume: reserved(0, "r"), Addition: reserved(1, "r")}}, callcheck.EmptyVolume, "grow_volume.volume.scalar.value"},
		{"shrink by nothing", &masterpb.Call{ShrinkVolume: &masterpb.Call_ShrinkVolume{Volume: reserved(1, "r")}}, callcheck.EmptyResource, "shrink_volume.subtract.value"},
		{"quota", quota("r", 1), ok, ""},
		{"quota of zero", quota("r", 0), ok, ""},
		{"quota of everybody", quota("*", 1), callcheck.QuotaForEverybody, "update_quota.quota_configs[1].role"},
		{"quota infinite", quota("r", math.Inf(1)), callcheck.Number, "update_quota.quota_configs[1].limits[cpus].value"},
		{"old quota", set("r", scalar(1)), ok, ""},
		{"old quota of everybody", set("*", scalar(1)), callcheck.QuotaForEverybody, "set_quota.quota_request.role"},
		{"old quota of text", set("r", text(scalar(1))), callcheck.ResourceType, "set_quota.quota_request.guarantee[0].type"},
		{"old quota removed", &masterpb.Call{RemoveQuota: &masterpb.Call_RemoveQuota{Role: "r"}}, callcheck.RemoveQuota, "remove_quota"},
		{"weight", weight(2.5), ok, ""},
		{"weight infinite", weight(math.Inf(1)), callcheck.UnreasonableWeight, "update_weights.weight_infos[0].weight"},
		{"weight not a number", weight(math.NaN()), callcheck.UnreasonableWeight, "update_weights.weight_infos[0].weight"},
		{"weight too large", weight(1e308), callcheck.UnreasonableWeight, "update_weights.weight_infos[0].weight"},
	} {
		t.Run(c.name, func(t *testing.T) { expect(t, callcheck.Operator(c.call), c.rule, c.field) })
	}
}

func TestContainerPath(t *testing.T) {
	for _, path := range []string{"data", "a b", "..data", "ä", "back\\slash", strings.Repeat("x", 255)} {
		expect(t, callcheck.ContainerPath(path), ok, "")
	}
	for _, path := range []string{"", ".", "..", "/", "a/b", "/data", "data/", "a\x00b", strings.Repeat("x", 256)} {
		expect(t, callcheck.ContainerPath(path), callcheck.BadContainerPath, "disk.volume.container_path")
	}
}

// A scalar passes exactly if the master's fixed point sees something in it.
func TestScalarsAreJudgedInThousandths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "amount")
		if rapid.Bool().Draw(t, "small") {
			v = rapid.Float64Range(-0.002, 0.002).Draw(t, "small amount")
		}
		op := reserve(reserved(v, "r"))
		want := v*1000 >= 0.5 && v <= 1e12
		if got := callcheck.Operation(&op) == nil; got != want {
			t.Fatalf("%v passes: %v, want %v", v, got, want)
		}
	})
}

// Whatever bytes a hand-made call was decoded from, it is judged without a panic.
func FuzzScheduler(f *testing.F) {
	whole, err := accept(reserve(reserved(1, "r")), create(volume("v", "r", "data")),
		group(mesos.ExecutorInfo{}, limits(task("t", volume("v", "r", "data")), "mem", 1))).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var call schedulerpb.Call
		if call.Unmarshal(b) == nil {
			_ = callcheck.Scheduler(&call)
		}
	})
}

func BenchmarkAccept(b *testing.B) {
	call := accept(reserve(reserved(16, "r"), reserved(1, "r")), create(volume("v", "r", "data")), launch(task("t", scalar(1), volume("v", "r", "data"))))
	b.ReportAllocs()
	for b.Loop() {
		if err := callcheck.Scheduler(call); err != nil {
			b.Fatal(err)
		}
	}
}
