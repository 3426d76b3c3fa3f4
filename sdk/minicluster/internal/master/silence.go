package master

// Silence notes that an agent doesn't answer, though its connection stands: after the ping timeout it is
// unreachable (semantics 5.8).
func (m *Master) Silence(agentID string) {
	ask(m, func() struct{} {
		a := m.agents[agentID]
		if a == nil || a.ping != nil {
			return struct{}{}
		}
		a.ping = m.after(m.config.PingTimeout, func() {
			if m.agents[a.id] == a && a.ping != nil && a.connected {
				m.unreachable(a, "health check timed out")
			}
		})
		return struct{}{}
	})
}

// Hear notes that a silent agent answers again, and tells whether the master still has it on the connection that
// it had.
func (m *Master) Hear(agentID string) bool {
	known, _ := ask(m, func() bool {
		a := m.agents[agentID]
		if a == nil || !a.connected {
			return false
		}
		a.stopTimer()
		return true
	})
	return known
}
