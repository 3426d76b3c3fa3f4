package master

// history remembers the newest entries up to a number, by key.
type history[T any] struct {
	max   int
	keys  []string // oldest first
	byKey map[string]T
}

func newHistory[T any](limit int) *history[T] { return &history[T]{max: limit, byKey: map[string]T{}} }

// add remembers v under key, instead of what was there before.
func (h *history[T]) add(key string, v T) {
	h.remove(key)
	h.keys = append(h.keys, key)
	h.byKey[key] = v
	if len(h.keys) > h.max {
		delete(h.byKey, h.keys[0])
		h.keys = h.keys[1:]
	}
}

func (h *history[T]) get(key string) (T, bool) {
	v, ok := h.byKey[key]
	return v, ok
}

func (h *history[T]) remove(key string) {
	if _, ok := h.byKey[key]; !ok {
		return
	}
	delete(h.byKey, key)
	for i, k := range h.keys {
		if k == key {
			h.keys = append(h.keys[:i:i], h.keys[i+1:]...)
			return
		}
	}
}

// all returns the entries, oldest first.
func (h *history[T]) all() []T {
	out := make([]T, 0, len(h.keys))
	for _, k := range h.keys {
		out = append(out, h.byKey[k])
	}
	return out
}

// newest returns up to n entries, newest first.
func (h *history[T]) newest(n int) []T {
	out := make([]T, 0, min(n, len(h.keys)))
	for i := len(h.keys) - 1; i >= 0 && len(out) < n; i-- {
		out = append(out, h.byKey[h.keys[i]])
	}
	return out
}
