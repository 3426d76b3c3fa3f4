package session

// A memory remembers the last things it was told, up to a number of them.
type memory[V any] struct {
	values map[string]V
	keys   []string // a ring, the oldest at next once it is full
	next   int
}

func newMemory[V any](size int) *memory[V] {
	return &memory[V]{values: make(map[string]V), keys: make([]string, 0, size)}
}

func (m *memory[V]) put(key string, value V) {
	if _, ok := m.values[key]; !ok {
		if len(m.keys) < cap(m.keys) {
			m.keys = append(m.keys, key)
		} else {
			delete(m.values, m.keys[m.next])
			m.keys[m.next] = key
			m.next = (m.next + 1) % len(m.keys)
		}
	}
	m.values[key] = value
}

func (m *memory[V]) get(key string) (V, bool) {
	v, ok := m.values[key]
	return v, ok
}
