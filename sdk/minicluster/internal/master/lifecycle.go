package master

import (
	"math"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// streamEnded notes that nobody reads a stream any more. The framework is disconnected unless it has another
// one by now.
func (m *Master) streamEnded(s *stream) {
	for _, f := range m.frameworks {
		if f.stream == s {
			m.disconnect(f)
			return
		}
	}
}

// disconnect takes back a framework's offers, forgets what it refused, and starts the time within which it has
// to be back (semantics 1.6).
func (m *Master) disconnect(f *framework) {
	f.stream = nil
	for _, o := range f.sortedOffers() {
		m.discard(o, false)
	}
	m.discardInverse(f.sortedInverse(), false)
	clear(f.inverseRefused)
	m.alloc.Activate(f.id, false)
	m.log.Info("framework disconnected", "framework", f.id)
	f.stopTimer()
	f.failover = m.after(failoverTimeout(&f.info), func() {
		if m.frameworks[f.id] == f && f.stream == nil {
			m.log.Info("framework failover timeout", "framework", f.id)
			m.remove(f)
		}
	})
}

// failoverTimeout is how long a framework may be away. What is no number, or negative, is no time.
func failoverTimeout(info *mesos.FrameworkInfo) time.Duration {
	v := info.GetFailoverTimeout()
	if math.IsNaN(v) || v <= 0 {
		return 0
	}
	return time.Duration(v * float64(time.Second))
}

// remove ends a framework: its executors are shut down and its tasks are recorded as killed, of which it isn't
// told. Reservations and volumes stay (semantics 1.6).
func (m *Master) remove(f *framework) {
	for _, o := range f.sortedOffers() {
		m.discard(o, false)
	}
	m.discardInverse(f.sortedInverse(), false)
	for _, t := range f.sortedTasks() {
		if !t.State.Terminal() {
			t.State = mesos.TASK_KILLED
		}
		m.updateTask(f, t, mesos.TaskStatus{
			TaskID:    t.TaskID,
			State:     mesos.TASK_KILLED,
			Source:    mesos.SOURCE_MASTER.Enum(),
			Reason:    mesos.REASON_FRAMEWORK_REMOVED.Enum(),
			Message:   new("Framework " + f.id + " removed"),
			AgentID:   &t.AgentID,
			Timestamp: new(seconds(time.Now())),
		})
		m.complete(f, t)
	}
	for _, a := range m.sortedAgents() {
		for id := range f.executors[a.id] {
			m.removeExecutor(f, a, id)
		}
		if a.connected {
			a.handle.ShutdownFramework(mesos.FrameworkID{Value: f.id})
		}
		m.alloc.Give(a.id, f.id, m.alloc.Held(a.id, f.id)) // see acceptance.finish
		for _, o := range a.operations {
			m.settleOrphan(a, f, o)
		}
	}
	f.stopTimer()
	if f.stream != nil {
		f.stream.close()
		f.stream = nil
	}
	m.alloc.RemoveFramework(f.id)
	f.unregistered = time.Now()
	delete(m.frameworks, f.id)
	m.completed.add(f.id, f)
	m.announceFrameworkEnd(f)
}

// settleOrphan acknowledges an outcome that a removed framework has not acknowledged.
func (m *Master) settleOrphan(a *agent, f *framework, o *operation) {
	if a.connected && o.FrameworkID != nil && o.FrameworkID.Value == f.id && o.LatestStatus.UUID != nil {
		m.settle(a, o)
	}
}

// breakStreams breaks off all streams of schedulers.
func (m *Master) breakStreams() {
	for _, f := range m.frameworks {
		if f.stream != nil {
			f.stream.abort()
		}
	}
}
