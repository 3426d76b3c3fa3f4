package master

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Registry is what survives a master: which agents are admitted, unreachable or gone, and what operators have
// ordered. It knows nothing of frameworks, tasks and reservations; agents do (semantics 1.5, 4.8).
type Registry struct {
	mu       sync.Mutex
	contents Contents
	save     func(Contents) error // keeps it on disk; owned by the cluster
	held     bool                 // changes are kept later, all at once
}

// Contents is all that a registry holds, and its form on disk.
type Contents struct {
	Agents      map[string]Entry `json:"agents"`
	Maintenance *Maintenance     `json:"maintenance,omitempty"`

	Weights map[string]Weight          `json:"weights,omitempty"` // by role
	Quotas  map[string]json.RawMessage `json:"quotas,omitempty"`  // QuotaConfig, by role
}

// Entry is what a registry knows of one agent.
type Entry struct {
	Standing    Standing        `json:"standing"`
	Since       *time.Time      `json:"since,omitempty"`       // when it became unreachable or gone
	Info        json.RawMessage `json:"info,omitempty"`        // AgentInfo, of an admitted one
	Deactivated bool            `json:"deactivated,omitempty"` // by an operator
	Drain       json.RawMessage `json:"drain_info,omitempty"`  // DrainInfo
}

// Maintenance is the schedule, and the machines that are in it.
type Maintenance struct {
	Schedule json.RawMessage `json:"schedule"`
	Down     json.RawMessage `json:"down,omitempty"` // Schedule of one window: machines that are down
}

// Weight of a role. A master takes any that is not 0 or less, and JSON has no number for some of them.
type Weight float64

// MarshalText writes a weight as text.
func (w Weight) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(w), 'g', -1, 64), nil
}

// UnmarshalText reads it.
func (w *Weight) UnmarshalText(b []byte) error {
	v, err := strconv.ParseFloat(string(b), 64)
	*w = Weight(v)
	return err
}

// Standing is what a registry knows of an agent.
type Standing string

// Standings of an agent.
const (
	Admitted    Standing = "admitted"
	Unreachable Standing = "unreachable"
	Gone        Standing = "gone"
)

// UnmarshalJSON reads the form that MarshalJSON writes, and an older one: an object of standings by agent.
func (c *Contents) UnmarshalJSON(b []byte) error {
	type plain Contents
	old := map[string]Standing{}
	if json.Unmarshal(b, &old) != nil {
		return json.Unmarshal(b, (*plain)(c))
	}
	c.Agents = map[string]Entry{}
	for id, s := range old {
		c.Agents[id] = Entry{Standing: s}
	}
	return nil
}

// NewRegistry returns a registry with contents read from disk. save is called after every change, with all there
// is, which it must not change; nil: the registry is forgotten with the process.
func NewRegistry(contents Contents, save func(Contents) error) *Registry {
	contents.Agents = maps.Clone(contents.Agents)
	if contents.Agents == nil {
		contents.Agents = map[string]Entry{}
	}
	return &Registry{contents: contents, save: save}
}

// Agents returns the ids of admitted agents, sorted.
func (r *Registry) Agents() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for id, e := range r.contents.Agents {
		if e.Standing == Admitted {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Contents returns all that the registry holds. It is not to be changed.
func (r *Registry) Contents() Contents {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.contents
	out.Agents = maps.Clone(out.Agents)
	return out
}

// Entry returns what is known of an agent; the zero Entry: nothing.
func (r *Registry) Entry(id string) Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.contents.Agents[id]
}

// Standing returns the standing of an agent; empty: it is not known.
func (r *Registry) Standing(id string) Standing { return r.Entry(id).Standing }

// Set changes an agent's standing; empty: it is forgotten. What operators ordered of it outlives its being
// unreachable, but not its being gone.
func (r *Registry) Set(id string, s Standing) error {
	if s == r.Standing(id) {
		return nil
	}
	return r.Update(func(c *Contents) {
		e := c.Agents[id]
		e.Standing, e.Since = s, nil
		switch s {
		case "":
			delete(c.Agents, id)
			return
		case Unreachable:
			e.Since, e.Info = new(time.Now()), nil
		case Gone:
			e = Entry{Standing: Gone, Since: new(time.Now())}
		}
		c.Agents[id] = e
	})
}

// Admit makes an agent one that belongs to the cluster, with the AgentInfo that it registers with.
func (r *Registry) Admit(id string, info json.RawMessage) error {
	if e := r.Entry(id); e.Standing == Admitted && bytes.Equal(e.Info, info) {
		return nil
	}
	return r.Update(func(c *Contents) {
		e := c.Agents[id]
		e.Standing, e.Since, e.Info = Admitted, nil, info
		c.Agents[id] = e
	})
}

// Update changes the contents and keeps them.
func (r *Registry) Update(change func(*Contents)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.contents)
	if r.save == nil || r.held {
		return nil
	}
	return r.save(r.contents)
}

// Together keeps all changes made during do at once, after it. Registering n agents one by one would write n entries
// n times.
func (r *Registry) Together(do func() error) error {
	r.hold(true)
	err := do()
	r.hold(false)
	return errors.Join(err, r.Update(func(*Contents) {}))
}

func (r *Registry) hold(held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = held
}

// Forget drops everything, as an in-memory registry does with its master.
func (r *Registry) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.contents = Contents{Agents: map[string]Entry{}}
}
