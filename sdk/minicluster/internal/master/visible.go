package master

// What an operator may look at (semantics 8.1): the read-only calls of the operator API and /flags show what
// view_frameworks, view_tasks, view_executors, view_roles and view_flags allow. Left out: the other pages, and the
// operator's event stream, which show everything to everybody who is authenticated.

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
)

// viewer judges what one principal may see.
type viewer struct {
	m         *Master
	principal *string
}

// hide takes out of a response what principal may not see. Nothing but the response changes.
func (m *Master) hide(r *masterpb.Response, principal *string) {
	if m.config.ACLs == nil {
		return
	}
	v := viewer{m, principal}
	v.frameworks(r.GetFrameworks)
	v.tasks(r.GetTasks)
	v.executors(r.GetExecutors)
	v.agents(r.GetAgents)
	if s := r.GetState; s != nil {
		v.frameworks(s.GetFrameworks)
		v.tasks(s.GetTasks)
		v.executors(s.GetExecutors)
		v.agents(s.GetAgents)
	}
	if r.GetRoles != nil {
		r.GetRoles.Roles = seen(r.GetRoles.Roles, func(x *mesos.Role) bool { return v.role(x.Name) })
	}
	if r.GetOperations != nil {
		r.GetOperations.Operations = seen(r.GetOperations.Operations, func(x *mesos.Operation) bool {
			all := consumed(&x.Info)
			return len(v.resources(all)) == len(all)
		})
	}
}

// seen returns a list without what may not be seen.
func seen[T any](all []T, may func(*T) bool) []T {
	var out []T
	for i := range all {
		if may(&all[i]) {
			out = append(out, all[i])
		}
	}
	return out
}

func (v viewer) role(name string) bool { return v.m.permits(authorize.ViewRole, v.principal, &name) }

// resources are seen by whom all roles of their reservations may be seen, and the one that they are allocated to.
func (v viewer) resources(all []mesos.Resource) []mesos.Resource {
	return seen(all, func(r *mesos.Resource) bool {
		for i := range r.Reservations {
			if !v.role(r.Reservations[i].GetRole()) {
				return false
			}
		}
		return r.AllocationInfo == nil || v.role(r.AllocationInfo.GetRole())
	})
}

func (v viewer) framework(user string) bool {
	return v.m.permits(authorize.ViewFramework, v.principal, &user)
}

// of tells whether the framework of something may be seen, and returns its user.
func (v viewer) of(id string) (user string, may bool) {
	f := v.m.frameworks[id]
	if f == nil {
		f, _ = v.m.completed.get(id)
	}
	if f == nil {
		return "", false
	}
	return f.info.User, v.framework(f.info.User)
}

func (v viewer) frameworks(r *masterpb.Response_GetFrameworks) {
	if r == nil {
		return
	}
	may := func(f *masterpb.Response_GetFrameworks_Framework) bool { return v.framework(f.FrameworkInfo.User) }
	r.Frameworks, r.CompletedFrameworks = seen(r.Frameworks, may), seen(r.CompletedFrameworks, may)
}

func (v viewer) tasks(r *masterpb.Response_GetTasks) {
	if r == nil {
		return
	}
	may := func(t *mesos.Task) bool {
		user, ok := v.of(t.FrameworkID.Value)
		if t.User != nil {
			user = *t.User
		}
		return ok && v.m.permits(authorize.ViewTask, v.principal, &user)
	}
	r.Tasks, r.UnreachableTasks, r.CompletedTasks = seen(r.Tasks, may), seen(r.UnreachableTasks, may), seen(r.CompletedTasks, may)
}

func (v viewer) executors(r *masterpb.Response_GetExecutors) {
	if r == nil {
		return
	}
	r.Executors = seen(r.Executors, func(e *masterpb.Response_GetExecutors_Executor) bool {
		user, ok := v.of(e.ExecutorInfo.FrameworkID.GetValue())
		if c := e.ExecutorInfo.Command; c != nil && c.User != nil {
			user = *c.User
		}
		return ok && v.m.permits(authorize.ViewExecutor, v.principal, &user)
	})
}

func (v viewer) agents(r *masterpb.Response_GetAgents) {
	if r == nil {
		return
	}
	for i := range r.Agents {
		a := &r.Agents[i]
		a.TotalResources, a.AllocatedResources, a.OfferedResources = v.resources(a.TotalResources), v.resources(a.AllocatedResources), v.resources(a.OfferedResources)
	}
	for i := range r.RecoveredAgents {
		r.RecoveredAgents[i].Resources = v.resources(r.RecoveredAgents[i].Resources)
	}
}
