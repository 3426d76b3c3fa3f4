package master

import (
	"maps"
	"slices"
	"sync"
)

// Registry is what survives a master: which agents are admitted, unreachable or gone. It knows nothing of
// frameworks, tasks and reservations; agents do (semantics 1.5, 4.8).
type Registry struct {
	mu     sync.Mutex
	agents map[string]Standing
	save   func(map[string]Standing) error // keeps it on disk; owned by the cluster
}

// Standing is what a registry knows of an agent.
type Standing string

// Standings of an agent.
const (
	Admitted    Standing = "admitted"
	Unreachable Standing = "unreachable"
	Gone        Standing = "gone"
)

// NewRegistry returns a registry with entries read from disk. save is called after every change, with all
// entries; nil: the registry is forgotten with the process.
func NewRegistry(entries map[string]Standing, save func(map[string]Standing) error) *Registry {
	r := &Registry{agents: map[string]Standing{}, save: save}
	maps.Copy(r.agents, entries)
	return r
}

// Agents returns the ids of admitted agents, sorted.
func (r *Registry) Agents() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for id, s := range r.agents {
		if s == Admitted {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Standing returns what is known of an agent; empty: nothing.
func (r *Registry) Standing(id string) Standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.agents[id]
}

// Set changes what is known of an agent; empty: it is forgotten.
func (r *Registry) Set(id string, s Standing) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.agents[id] == s {
		return nil
	}
	if s == "" {
		delete(r.agents, id)
	} else {
		r.agents[id] = s
	}
	if r.save == nil {
		return nil
	}
	return r.save(maps.Clone(r.agents))
}
