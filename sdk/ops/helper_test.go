package ops_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/internal/callcheck"
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/ops"
	"github.com/stateful-mesos/moor/sdk/resource"
)

var mine = resource.Reservation{Role: "db", Principal: "moor", Labels: map[string]string{"instance": "node-0"}}

// offered returns an offer of s to role, with id "O1" of agent "S0" to framework "F".
func offered(role string, s ...mesos.Resource) mesos.Offer {
	return mesos.Offer{
		ID: mesos.OfferID{Value: "O1"}, FrameworkID: mesos.FrameworkID{Value: "F"}, AgentID: mesos.AgentID{Value: "S0"}, Hostname: "host",
		AllocationInfo: &mesos.Resource_AllocationInfo{Role: &role},
		Resources:      resource.Set(s).Allocate(role),
	}
}

func parsed(text string) []mesos.Resource { return resource.MustParse(text) }

func together(sets ...[]mesos.Resource) []mesos.Resource {
	var all []mesos.Resource
	for _, s := range sets {
		all = append(all, s...)
	}
	return all
}

// reservedAs returns what text says, with one more reservation.
func reservedAs(r resource.Reservation, text string) []mesos.Resource {
	s := resource.MustParse(text)
	for i := range s {
		s[i] = resource.Push(s[i], r.Info())
	}
	return s
}

func onDisk(kind mesos.Resource_DiskInfo_Source_Type, root string, mib float64) mesos.Resource {
	r := resource.Scalar("disk", mib)
	source := &mesos.Resource_DiskInfo_Source{Type: kind}
	switch kind {
	case mesos.Resource_DiskInfo_Source_PATH:
		source.Path = &mesos.Resource_DiskInfo_Source_Path{Root: &root}
	case mesos.Resource_DiskInfo_Source_MOUNT:
		source.Mount = &mesos.Resource_DiskInfo_Source_Mount{Root: &root}
	}
	r.Disk = &mesos.Resource_DiskInfo{Source: source}
	return r
}

func mount(root string, mib float64) mesos.Resource {
	return onDisk(mesos.Resource_DiskInfo_Source_MOUNT, root, mib)
}

func pathDisk(root string, mib float64) mesos.Resource {
	return onDisk(mesos.Resource_DiskInfo_Source_PATH, root, mib)
}

// provided gives r to a resource provider.
func provided(r mesos.Resource, id string) mesos.Resource {
	r.ProviderID = &mesos.ResourceProviderID{Value: id}
	return r
}

// volume returns one of mib MiB, reserved as r on the root disk, at "data".
func volume(r resource.Reservation, id string, mib float64) mesos.Resource {
	return resource.Volume{ID: id, Path: "data", MiB: mib}.On(resource.Push(resource.Scalar("disk", mib), r.Info()), r.Principal)
}

func shared(r mesos.Resource) mesos.Resource {
	r.Shared = &mesos.Resource_SharedInfo{}
	return r
}

func revocable(r mesos.Resource) mesos.Resource {
	r.Revocable = &mesos.Resource_RevocableInfo{}
	return r
}

// at returns the volume v at another container path.
func at(v mesos.Resource, path string) mesos.Resource {
	c := resource.Set{v}.Clone()[0]
	c.Disk.Volume.ContainerPath = path
	return c
}

// task returns one with a command.
func task(id string, resources ...mesos.Resource) mesos.TaskInfo {
	return mesos.TaskInfo{Name: id, TaskID: mesos.TaskID{Value: id}, Resources: resources, Command: &mesos.CommandInfo{Value: new("true")}}
}

// custom returns an executor for LAUNCH.
func custom(id string, resources ...mesos.Resource) *mesos.ExecutorInfo {
	return &mesos.ExecutorInfo{ExecutorID: mesos.ExecutorID{Value: id}, Command: &mesos.CommandInfo{Value: new("run")}, Resources: resources}
}

// under returns a task with an executor in place of a command.
func under(e *mesos.ExecutorInfo, t mesos.TaskInfo) mesos.TaskInfo {
	t.Command, t.Executor = nil, e
	return t
}

// pod returns the executor of a task group.
func pod(resources ...mesos.Resource) mesos.ExecutorInfo {
	if len(resources) == 0 {
		resources = parsed("cpus:0.1;mem:32;disk:16")
	}
	return mesos.ExecutorInfo{ExecutorID: mesos.ExecutorID{Value: "pod"}, Resources: resources}
}

// with returns a copy of t that change changed.
func with(t mesos.TaskInfo, change func(*mesos.TaskInfo)) mesos.TaskInfo {
	change(&t)
	return t
}

// sent checks what every chain owes, and returns its operations: no error, ids where they can be, nothing that would harm a master.
func sent(t *testing.T, c *ops.Chain) []mesos.Offer_Operation {
	t.Helper()
	operations, err := c.Build()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i := range operations {
		op := &operations[i]
		if err := callcheck.Operation(op); err != nil {
			t.Errorf("operation %d: %v", i, err)
		}
		launch := op.GetType() == mesos.Offer_Operation_LAUNCH || op.GetType() == mesos.Offer_Operation_LAUNCH_GROUP
		if launch != (op.ID == nil) {
			t.Errorf("operation %d (%v) has id %v", i, op.GetType(), op.ID)
		}
		if op.ID != nil && seen[op.ID.Value] {
			t.Errorf("operation %d: id %q twice", i, op.ID.Value)
		}
		seen[op.ID.GetValue()] = true
		if _, err := op.Marshal(); err != nil {
			t.Errorf("operation %d: %v", i, err)
		}
	}
	return operations
}

// refused checks that the chain's error is of rule, at the step and field given, and says so.
func refused(t *testing.T, c *ops.Chain, rule error, step int, field string) {
	t.Helper()
	operations, err := c.Build()
	var e *ops.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *ops.Error", err)
	}
	if operations != nil {
		t.Error("operations in spite of an error")
	}
	if !errors.Is(err, rule) {
		t.Errorf("got rule %v, want %v: %v", e.Rule, rule, err)
	}
	if e.Step != step || e.Field != field {
		t.Errorf("got step %d, field %q, want %d, %q: %v", e.Step, e.Field, step, field, err)
	}
	if !strings.Contains(err.Error(), field) || step > 0 && !strings.Contains(err.Error(), e.Operation) || e.Text == "" {
		t.Errorf("the text lacks something: %v", err)
	}
	if diff := cmp.Diff(c.Err(), err, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
		t.Errorf("Err and Build differ: %s", diff)
	}
}

func text(s resource.Set) string {
	return s.Unallocate().String()
}
