package master

// Authorization (semantics 8): what each operation and task asks leave for, and what a refusal says. What may be
// looked at: visible.go.

import (
	"errors"
	"net/http"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// wish is one action that has to be allowed.
type wish struct {
	action   authorize.Action
	object   *string         // nil: any
	resource *mesos.Resource // what the object is taken from; shown in refusals
}

// String prints a wish as a master does in its refusals.
func (w wish) String() string {
	if w.object == nil {
		return "perform action " + string(w.action) + " on ANY object"
	}
	value, err := mesosjson.Marshal(&mesos.Resource_AllocationInfo{Role: w.object})
	if err != nil {
		return "perform action " + string(w.action)
	}
	shown, err := mesosjson.Marshal(w.resource)
	if err != nil {
		return "perform action " + string(w.action)
	}
	// A message of the authorizer's own: {"value": ..., "resource": ...}
	return "perform action " + string(w.action) + ` on object {"value"` + string(value[len(`{"role"`):len(value)-1]) + `,"resource":` + string(shown) + "}"
}

// permits tells whether one may do something; any object, if that is nil.
func (m *Master) permits(action authorize.Action, subject, object *string) bool {
	return m.config.ACLs.Allows(action, subject, object)
}

// refused returns the first wish that isn't granted, nil if all are.
func (m *Master) refused(subject *string, wishes []wish) *wish {
	for i := range wishes {
		if !m.permits(wishes[i].action, subject, wishes[i].object) {
			return &wishes[i]
		}
	}
	return nil
}

// permitOperation judges a framework's operation, which is valid. The text is the master's, wrong grammar included.
func (m *Master) permitOperation(f *framework, op *mesos.Offer_Operation) error {
	if w := m.refused(f.info.Principal, wishes(op)); w != nil {
		return errors.New("Principal '" + f.info.GetPrincipal() + "' no authorized to " + w.String())
	}
	return nil
}

// forbids judges an operator's operation, which is valid.
func (m *Master) forbids(principal *string, op *mesos.Offer_Operation) bool {
	return m.refused(principal, wishes(op)) != nil
}

var forbidden = plain(http.StatusForbidden)

// wishes returns what an operation needs leave for: once for each role that it touches, or for each principal whose
// reservations or volumes it undoes. That of a volume is taken from the request (semantics 8.2).
func wishes(op *mesos.Offer_Operation) []wish {
	switch op.GetType() {
	case mesos.Offer_Operation_RESERVE:
		if len(op.Reserve.Source) > 0 {
			return wishesForExchange(op.Reserve)
		}
		return wishesByRole(authorize.ReserveResources, op.Reserve.Resources)
	case mesos.Offer_Operation_UNRESERVE:
		return wishesByReserver(op.Unreserve.Resources)
	case mesos.Offer_Operation_CREATE:
		return orAny(authorize.CreateVolume, wishesByRole(authorize.CreateVolume, op.Create.Volumes))
	case mesos.Offer_Operation_DESTROY:
		var out []wish
		for i := range op.Destroy.Volumes {
			if v := &op.Destroy.Volumes[i]; v.Disk.GetPersistence() != nil {
				out = append(out, wish{authorize.DestroyVolume, new(v.Disk.Persistence.GetPrincipal()), v})
			}
		}
		return orAny(authorize.DestroyVolume, out)
	case mesos.Offer_Operation_GROW_VOLUME:
		return wishesByRole(authorize.ResizeVolume, []mesos.Resource{op.GrowVolume.Volume})
	case mesos.Offer_Operation_SHRINK_VOLUME:
		return wishesByRole(authorize.ResizeVolume, []mesos.Resource{op.ShrinkVolume.Volume})
	case mesos.Offer_Operation_CREATE_DISK:
		action := authorize.CreateMountDisk
		if op.CreateDisk.TargetType == mesos.Resource_DiskInfo_Source_BLOCK {
			action = authorize.CreateBlockDisk
		}
		return wishesByRole(action, []mesos.Resource{op.CreateDisk.Source})
	case mesos.Offer_Operation_DESTROY_DISK:
		action := authorize.DestroyRawDisk
		switch op.DestroyDisk.Source.Disk.GetSource().GetType() {
		case mesos.Resource_DiskInfo_Source_MOUNT:
			action = authorize.DestroyMountDisk
		case mesos.Resource_DiskInfo_Source_BLOCK:
			action = authorize.DestroyBlockDisk
		}
		return wishesByRole(action, []mesos.Resource{op.DestroyDisk.Source})
	}
	return nil
}

func orAny(action authorize.Action, w []wish) []wish {
	if len(w) == 0 {
		return []wish{{action: action}}
	}
	return w
}

func wishesByRole(action authorize.Action, s []mesos.Resource) []wish {
	var out []wish
	seen := map[string]bool{}
	for i := range s {
		if role := resource.ReservationRole(&s[i]); !seen[role] {
			seen[role] = true
			out = append(out, wish{action, &role, &s[i]})
		}
	}
	return out
}

func wishesByReserver(s []mesos.Resource) []wish {
	var out []wish
	unnamed := false
	for i := range s {
		stack := s[i].Reservations
		if len(stack) > 0 && stack[len(stack)-1].Principal != nil {
			out = append(out, wish{authorize.UnreserveResources, stack[len(stack)-1].Principal, &s[i]})
		} else {
			unnamed = true
		}
	}
	if unnamed {
		out = append(out, wish{action: authorize.UnreserveResources})
	}
	return out
}

// wishesForExchange is about a RESERVE that replaces reservations: those that the two sides don't share are undone
// one by one, and made.
func wishesForExchange(op *mesos.Offer_Operation_Reserve) []wish {
	if len(op.Resources) == 0 {
		return nil
	}
	target := op.Resources[0].Reservations
	common := 0
	for old := op.Source[0].Reservations; common < min(len(old), len(target)) && proto.Equal(&old[common], &target[common]); {
		common++
	}
	var out []wish
	at := resource.Set(op.Source).Clone()
	for len(at[0].Reservations) > common {
		out = append(out, wishesByReserver(at)...)
		at = mapped(at, resource.Pop)
	}
	for _, entry := range target[common:] {
		at = mapped(at, func(r mesos.Resource) mesos.Resource { return resource.Push(r, entry) })
		out = append(out, wishesByRole(authorize.ReserveResources, at)...)
	}
	return out
}

func mapped(s resource.Set, do func(mesos.Resource) mesos.Resource) resource.Set {
	out := make(resource.Set, len(s))
	for i := range s {
		out[i] = do(s[i])
	}
	return out
}

// user is whom a task would run as.
func (f *framework) user(t *mesos.TaskInfo) string {
	if t.Command != nil && t.Command.User != nil {
		return *t.Command.User
	}
	if c := t.Executor.GetCommand(); c != nil && c.User != nil {
		return *c.User
	}
	return f.info.User
}

// permitTask judges a task. The result is what its framework wants to do, empty if it may.
func (m *Master) permitTask(f *framework, t *mesos.TaskInfo) string {
	user := f.user(t)
	if m.permits(authorize.RunTask, f.info.Principal, &user) {
		return ""
	}
	return "launch task " + t.TaskID.Value + " of framework " + f.id + " under user '" + user + "'"
}

// permitFramework judges whether a framework may have its roles.
func (m *Master) permitFramework(info *mesos.FrameworkInfo) error {
	roles := validate.Roles(info)
	if m.config.ACLs.AllowsAll(authorize.RegisterFramework, info.Principal, roles) {
		return nil
	}
	return errors.New("Not authorized to register framework " + info.ID.GetValue() + " with roles " + validate.Names(roles))
}
