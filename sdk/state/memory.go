package state

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// NewMemory returns an empty store that lives as long as the process: for tests, and for frameworks without state.
func NewMemory() Store {
	return &memory{entries: make(map[string]entry)}
}

type memory struct {
	mu      sync.Mutex // held over map operations only, never over a wait
	entries map[string]entry
	commits int64 // the version that the last commit gave out
	closed  bool
}

type entry struct {
	value   []byte
	version int64
}

func (m *memory) Get(ctx context.Context, key string) ([]byte, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if err := ValidateKey(key); err != nil {
		return nil, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, 0, ErrClosed
	}
	e, ok := m.entries[key]
	if !ok {
		return nil, 0, fmt.Errorf("%w: %q", ErrNotFound, key)
	}
	return append([]byte{}, e.value...), e.version, nil
}

func (m *memory) List(ctx context.Context, prefix string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, ErrClosed
	}
	var keys []string
	for key := range m.entries {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}

func (m *memory) Commit(ctx context.Context, batch ...Write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := Validate(batch); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	for _, w := range batch {
		if err := w.Expect(m.entries[w.Key].version); err != nil {
			return err
		}
	}
	if len(batch) > 0 {
		m.commits++
	}
	for _, w := range batch {
		if w.Delete {
			delete(m.entries, w.Key)
		} else {
			m.entries[w.Key] = entry{value: append([]byte{}, w.Value...), version: m.commits}
		}
	}
	return nil
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.entries = nil
	return nil
}
