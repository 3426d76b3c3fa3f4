package allocator

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestBooksBalance: after any history, what an agent has is what is free and what frameworks hold; shares are
// what is held.
func TestBooksBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := history{T: t, a: New(Config{Interval: time.Second, Logger: quiet}), now: start}
		t.Repeat(map[string]func(*rapid.T){
			"":          h.balance,
			"agent":     h.agent,
			"framework": h.framework,
			"run":       h.run,
			"give":      h.give,
			"reserve":   h.reserve,
			"operator":  h.operator,
			"remove":    h.remove,
			"suppress":  h.suppress,
			"update":    h.update,
		})
	})
}

// history is a random one, with what it has been told is held.
type history struct {
	*rapid.T
	a          *Allocator
	now        time.Time
	offers     []Offer
	agents     []string
	frameworks []string
	made       int
}

var rolesOfTests = []string{"r", "q", "r/c"}

func (h *history) agent(t *rapid.T) {
	h.made++
	id := fmt.Sprintf("a%d", h.made)
	h.agents = append(h.agents, id)
	total := resource.Set{resource.Scalar("cpus", rapid.Float64Range(0.001, 8).Draw(t, "cpus")), resource.Scalar("disk", 100)}
	total = total.Plus(resource.MustParse("ports:[1-10];cpus(r):1"))
	if rapid.Bool().Draw(t, "shared") {
		total = total.Plus(resource.Set{volumeFor("r", "s", 8, true)})
	}
	h.a.AddAgent(id, anyAgent, total)
}

func (h *history) framework(t *rapid.T) {
	h.made++
	id := fmt.Sprintf("f%d", h.made)
	h.frameworks = append(h.frameworks, id)
	h.a.join(id, capable(rapid.SliceOfNDistinct(rapid.SampledFrom(rolesOfTests), 0, 3, rapid.ID).Draw(t, "roles")...))
}

func (h *history) run(t *rapid.T) {
	h.now = h.now.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "seconds")) * time.Second)
	offers, _ := h.a.Run(h.now)
	h.offers = append(h.offers, offers...)
}

func (h *history) draw(t *rapid.T) (Offer, bool) {
	if len(h.offers) == 0 {
		return Offer{}, false
	}
	i := rapid.IntRange(0, len(h.offers)-1).Draw(t, "offer")
	o := h.offers[i]
	h.offers = append(h.offers[:i:i], h.offers[i+1:]...)
	return o, true
}

func (h *history) give(t *rapid.T) {
	if o, ok := h.draw(t); ok {
		h.a.Give(o.AgentID, o.FrameworkID, o.Resources)
		h.a.Refuse(h.now, o.FrameworkID, o.AgentID, o.Resources, new(float64(rapid.IntRange(0, 20).Draw(t, "refuse"))))
	}
}

// reserve converts part of the disk that an offer holds.
func (h *history) reserve(t *rapid.T) {
	o, ok := h.draw(t)
	if !ok {
		return
	}
	target := reservedFor(o.Role, fmt.Sprintf("disk:%d", rapid.IntRange(1, 120).Draw(t, "disk")))
	op := func(s resource.Set) *mesos.Offer_Operation {
		return &mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: s}}
	}
	after, err := o.Resources.Apply(op(target.Allocate(o.Role)))
	if err == nil {
		if err := h.a.Convert(o.AgentID, o.FrameworkID, op(target.Allocate(o.Role)), op(target)); err != nil {
			t.Fatalf("the offer can be converted, and the books can't: %v", err)
		}
		o.Resources = after
	}
	h.offers = append(h.offers, o)
}

// operator reserves free disk.
func (h *history) operator(t *rapid.T) {
	if len(h.agents) == 0 {
		return
	}
	id := rapid.SampledFrom(h.agents).Draw(t, "agent")
	target := reservedFor("q", fmt.Sprintf("disk:%d", rapid.IntRange(1, 120).Draw(t, "disk")))
	before := h.a.Available(id)
	err := h.a.Apply(id, &mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: target}})
	if fits := before.Contains(target.ToUnreserved()); fits != (err == nil) {
		t.Fatalf("free %s, wanted %s: %v", before, target, err)
	}
}

// remove ends a framework or an agent.
func (h *history) remove(t *rapid.T) {
	all := append(append([]string{}, h.agents...), h.frameworks...)
	if len(all) == 0 || rapid.IntRange(0, 3).Draw(t, "rarely") > 0 {
		return
	}
	id := rapid.SampledFrom(all).Draw(t, "id")
	var left []Offer
	for _, o := range h.offers {
		switch id {
		case o.FrameworkID:
			h.a.Give(o.AgentID, o.FrameworkID, o.Resources)
		case o.AgentID:
		default:
			left = append(left, o)
		}
	}
	h.offers = left
	h.a.RemoveFramework(id)
	h.a.RemoveAgent(id)
	h.agents, h.frameworks = without(h.agents, id), without(h.frameworks, id)
}

func without(all []string, id string) []string {
	var out []string
	for _, one := range all {
		if one != id {
			out = append(out, one)
		}
	}
	return out
}

func (h *history) suppress(t *rapid.T) {
	if len(h.frameworks) == 0 {
		return
	}
	id := rapid.SampledFrom(h.frameworks).Draw(t, "framework")
	roles := rapid.SliceOf(rapid.SampledFrom(rolesOfTests)).Draw(t, "roles")
	if rapid.Bool().Draw(t, "revive") {
		h.a.Revive(id, roles)
	} else {
		h.a.Suppress(id, roles)
	}
}

// update changes a framework's roles.
func (h *history) update(t *rapid.T) {
	if len(h.frameworks) == 0 {
		return
	}
	id := rapid.SampledFrom(h.frameworks).Draw(t, "framework")
	h.a.SetFramework(id, capable(rapid.SliceOfNDistinct(rapid.SampledFrom(rolesOfTests), 0, 3, rapid.ID).Draw(t, "roles")...))
}

func (h *history) balance(t *rapid.T) {
	cluster := map[string]int64{}
	held := map[string]map[string]int64{}
	for id, g := range h.a.agents {
		sum := g.available().Filter(notShared)
		for frameworkID, s := range g.held {
			sum = sum.Plus(s.Unallocate().Filter(notShared))
			for i := range s {
				key := s[i].AllocationInfo.GetRole() + " " + frameworkID
				if held[key] == nil {
					held[key] = map[string]int64{}
				}
				for name, amount := range scalars(s[i : i+1]) {
					held[key][name] += amount
				}
			}
		}
		if !sum.Equal(g.total.Filter(notShared)) {
			t.Fatalf("agent %s: free and held are %s, total is %s", id, sum, g.total)
		}
		for name, amount := range scalars(g.total) {
			cluster[name] += amount
		}
	}
	for name, amount := range h.a.total {
		if amount != cluster[name] {
			t.Fatalf("%s of the cluster: %d, want %d", name, amount, cluster[name])
		}
	}
	for role, clients := range h.a.clients {
		for id := range clients.root.children {
			for name, amount := range clients.find(id).own {
				if want := held[role+" "+id][name]; amount != want {
					t.Fatalf("framework %s holds %d of %s in role %s, want %d", id, amount, name, role, want)
				}
			}
		}
	}
	for _, o := range h.offers {
		if !h.a.agents[o.AgentID].held[o.FrameworkID].Contains(o.Resources) {
			t.Fatalf("offer %v is not held", o)
		}
	}
}
