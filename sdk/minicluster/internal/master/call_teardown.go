package master

// TEARDOWN (semantics 1.4), by the framework itself or by an operator.

func (m *Master) teardown(f *framework) {
	m.log.Info("framework torn down", "framework", f.id)
	m.remove(f)
}
