package master

// MESSAGE (semantics 1.4): bytes from a framework to one of its executors, and MESSAGE events back. Neither is
// kept: what finds nobody is lost.

import (
	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

func (m *Master) message(f *framework, call *schedulerpb.Call_Message) {
	if a := m.agents[call.AgentID.Value]; a != nil && a.connected {
		a.handle.Message(mesos.FrameworkID{Value: f.id}, call.ExecutorID, call.Data)
	}
}

// ExecutorMessage takes an executor's message from an agent, see agent.Upstream.
func (m *Master) ExecutorMessage(agentID mesos.AgentID, frameworkID mesos.FrameworkID, executorID mesos.ExecutorID, data []byte) {
	m.mail.put(func() {
		if f := m.frameworks[frameworkID.Value]; f != nil {
			m.send(f, &schedulerpb.Event{
				Type:    schedulerpb.Event_MESSAGE.Enum(),
				Message: &schedulerpb.Event_Message{AgentID: agentID, ExecutorID: executorID, Data: data},
			})
		}
	})
}
