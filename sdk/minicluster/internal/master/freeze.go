package master

// Freeze stops the master's loop until thawed is closed, as SIGSTOP does: it sees neither requests nor time pass.
// A nil channel doesn't stop it.
func (m *Master) Freeze(thawed <-chan struct{}) {
	if thawed == nil {
		return
	}
	m.mail.put(func() {
		select {
		case <-thawed:
		case <-m.quit:
		}
	})
}

// ending tells whether Close has been called. Nothing may happen then that was queued before.
func (m *Master) ending() bool {
	select {
	case <-m.quit:
		return true
	default:
		return false
	}
}
