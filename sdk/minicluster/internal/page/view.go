package page

import (
	"encoding/json"
	"sync"
)

// View is all that the page shows, at one moment. Times are Unix milliseconds, memory and disk MiB. It isn't
// changed once it is published.
type View struct {
	Master     Master
	Agents     map[string]Agent
	Frameworks map[string]Framework
	Tasks      map[string]Task
	Offers     map[string]Offer
	Operations map[string]Operation

	once    sync.Once
	encoded map[entryID]string
}

// Master is what is told of the master, and of the cluster as a whole.
type Master struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Leader  string `json:"leader"` // its address
	Started int64  `json:"started"`
	CPUs    Amount `json:"cpus"`
	Mem     Amount `json:"mem"`
	Disk    Amount `json:"disk"`
	Volumes int    `json:"volumes"`
	InUse   int    `json:"in_use"` // of the volumes
	Left    int    `json:"left"`   // how many tasks and offers are more than a view holds
}

// Amount of one resource; what is neither used nor offered is free.
type Amount struct {
	Total   float64 `json:"total"`
	Used    float64 `json:"used"`
	Offered float64 `json:"offered"`
}

// Agent is one agent with its disks.
type Agent struct {
	ID         string   `json:"id"`
	Host       string   `json:"host"`
	State      string   `json:"state"`
	Attributes []string `json:"attributes,omitempty"`
	CPUs       Amount   `json:"cpus"`
	Mem        Amount   `json:"mem"`
	Disks      []Disk   `json:"disks"`
}

// Disk is one disk and what it is divided into.
type Disk struct {
	Kind  string  `json:"kind"` // "ROOT", "PATH", "MOUNT", "BLOCK", "RAW"
	Path  string  `json:"path,omitempty"`
	Total float64 `json:"total"`
	Parts []Part  `json:"parts"`
}

// Kinds of a [Part].
const (
	Volume   = "volume"
	Reserved = "reserved" // for a role, without a volume
	Taken    = "taken"    // by tasks, without a volume
	Free     = "free"
)

// Part is a volume, or the sum of what is reserved for a role, taken by tasks or free.
type Part struct {
	Kind      string   `json:"kind"`
	Role      string   `json:"role,omitempty"` // empty: unreserved
	MiB       float64  `json:"mib"`
	ID        string   `json:"id,omitempty"` // of a volume, as what follows
	Principal string   `json:"principal,omitempty"`
	Labels    []string `json:"labels,omitempty"`
	Shared    bool     `json:"shared,omitempty"`
	InUse     bool     `json:"in_use,omitempty"`
	Tasks     []string `json:"tasks,omitempty"` // that use it
}

// Framework is one framework, registered or removed.
type Framework struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	State      string   `json:"state"`
	Roles      []string `json:"roles"`
	Suppressed []string `json:"suppressed,omitempty"`
	Principal  string   `json:"principal,omitempty"`
	Tasks      int      `json:"tasks"`
	Offers     int      `json:"offers"`
	Since      int64    `json:"since"`
}

// Task is one task, running or ended.
type Task struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	State     string   `json:"state"`
	Ended     bool     `json:"ended,omitempty"`
	Why       string   `json:"why,omitempty"` // as the newest status tells
	Framework string   `json:"framework"`
	Agent     string   `json:"agent"`
	Volumes   []string `json:"volumes,omitempty"`
	CPUs      float64  `json:"cpus"`
	Mem       float64  `json:"mem"`
	Since     int64    `json:"since"`
}

// Offer is one outstanding offer.
type Offer struct {
	ID        string   `json:"id"`
	Framework string   `json:"framework"`
	Role      string   `json:"role"`
	Agent     string   `json:"agent"`
	CPUs      float64  `json:"cpus"`
	Mem       float64  `json:"mem"`
	Disk      float64  `json:"disk"`
	Volumes   []string `json:"volumes,omitempty"`
	Since     int64    `json:"since"`
}

// Operation is what became of an operation, or of a task's launch.
type Operation struct {
	Number  int    `json:"number"`
	At      int64  `json:"at"`
	By      string `json:"by"` // a framework; empty: an operator
	Agent   string `json:"agent,omitempty"`
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	State   string `json:"state"`
	Why     string `json:"why,omitempty"`
}

// entryID names an entry of a view: the collection that it is in, and its key there.
type entryID struct{ set, key string }

// entries returns the view's entries as JSON. Viewers share the work.
func (v *View) entries() map[entryID]string {
	v.once.Do(func() {
		v.encoded = make(map[entryID]string, 1+len(v.Agents)+len(v.Frameworks)+len(v.Tasks)+len(v.Offers)+len(v.Operations))
		encode(v.encoded, "master", map[string]Master{"": v.Master})
		encode(v.encoded, "agents", v.Agents)
		encode(v.encoded, "frameworks", v.Frameworks)
		encode(v.encoded, "tasks", v.Tasks)
		encode(v.encoded, "offers", v.Offers)
		encode(v.encoded, "operations", v.Operations)
	})
	return v.encoded
}

func encode[T any](into map[entryID]string, set string, all map[string]T) {
	for key, one := range all {
		b, err := json.Marshal(one)
		if err != nil {
			continue // no type above holds what JSON can't: infinite amounts are refused on the way in
		}
		into[entryID{set, key}] = string(b)
	}
}
