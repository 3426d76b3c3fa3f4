package master

// KILL and SHUTDOWN (semantics 6.6): all of them.

import (
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func (m *Master) kill(f *framework, call *schedulerpb.Call_Kill) {
	t := f.tasks[call.TaskID.Value]
	if t == nil {
		m.reconcileOne(f, call.TaskID, call.AgentID)
		return
	}
	if call.AgentID != nil && call.AgentID.Value != t.AgentID.Value {
		m.log.Warn("kill names the wrong agent", "framework", f.id, "task", t.TaskID.Value, "agent", call.AgentID.Value)
		return
	}
	a := m.agents[t.AgentID.Value]
	if a == nil {
		return
	}
	var grace *time.Duration
	if p := call.KillPolicy; p != nil && p.GracePeriod != nil {
		grace = new(time.Duration(p.GracePeriod.Nanoseconds))
	}
	if a.connected {
		a.handle.Kill(mesos.FrameworkID{Value: f.id}, t.TaskID, grace)
		return
	}
	if a.killed[f.id] == nil {
		a.killed[f.id] = map[string]*time.Duration{}
	}
	a.killed[f.id][t.TaskID.Value] = grace
}

func (m *Master) shutdown(f *framework, call *schedulerpb.Call_Shutdown) {
	if a := m.agents[call.AgentID.Value]; a != nil && a.connected {
		a.handle.ShutdownExecutor(mesos.FrameworkID{Value: f.id}, call.ExecutorID)
	}
}
