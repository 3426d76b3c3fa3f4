package matcher

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// cluster is a dumb master: agents with resources, some of them used by tasks, that carries out operations. What is
// free is offered, in one offer or two.
type cluster struct {
	t      *rapid.T
	agents []*agent
	round  int
}

type agent struct {
	id    string
	host  string
	total resource.Set
	used  map[string]resource.Set // by need
}

// world is a cluster and the needs of a framework, with what the framework remembers.
type world struct {
	cluster
	needs   map[string]*Need
	homes   map[string]string // of needs that have run on their volumes: the host with the data
	careful bool              // the framework stores what it is going to do; then agents needn't be offered every time
}

func drawWorld(t *rapid.T) *world {
	w := &world{cluster: cluster{t: t}, needs: map[string]*Need{}, homes: map[string]string{}, careful: rapid.Bool().Draw(t, "careful")}
	for i := range rapid.IntRange(1, 5).Draw(t, "agents") {
		text := fmt.Sprintf("cpus:%d;mem:%d;disk:%d;ports:[31000-31005]", rapid.IntRange(0, 4).Draw(t, "cpus"),
			rapid.IntRange(0, 2048).Draw(t, "mem"), rapid.IntRange(0, 4000).Draw(t, "disk"))
		total := resource.MustParse(text)
		for j := range rapid.IntRange(0, 2).Draw(t, "mounts") {
			total = append(total, mountDisk(fmt.Sprintf("/m%d", j), rapid.SampledFrom([]float64{500, 900, 1500}).Draw(t, "mount")))
		}
		for j := range rapid.IntRange(0, 2).Draw(t, "paths") {
			total = append(total, pathDisk(fmt.Sprintf("/p%d", j), rapid.SampledFrom([]float64{500, 900, 3000}).Draw(t, "path")))
		}
		total = append(total, reserved(mine("stranger"), fmt.Sprintf("cpus:%d;disk:100", rapid.IntRange(1, 2).Draw(t, "strange")))...)
		w.agents = append(w.agents, &agent{id: fmt.Sprintf("s%d", i), host: fmt.Sprintf("h%d", i), total: total.Plus(nil), used: map[string]resource.Set{}})
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "needs") {
		n := drawNeed(t, fmt.Sprintf("n%d", i))
		w.needs[n.ID] = &n
	}
	return w
}

func drawNeed(t *rapid.T, id string) Need {
	n := Need{ID: id, Group: rapid.SampledFrom([]string{"", "data"}).Draw(t, "group"), Reservation: mine(id),
		Resources: resource.MustParse(rapid.SampledFrom([]string{"cpus:0.5;mem:128", "cpus:1;mem:512", "cpus:0.1", "cpus:1;mem:64;disk:50"}).Draw(t, "resources"))}
	for i := range rapid.IntRange(0, 3).Draw(t, "volumes") {
		v := volume(fmt.Sprintf("%s-v%d", id, i), float64(rapid.IntRange(1, 900).Draw(t, "MiB")))
		v.Disk.Type = rapid.SampledFrom([]resource.DiskType{resource.RootDisk, resource.PathDisk, resource.MountDisk}).Draw(t, "type")
		n.Volumes = append(n.Volumes, v)
	}
	if rapid.Bool().Draw(t, "ports") {
		n.Ports = []string{"http", "rpc"}
	}
	if rapid.IntRange(0, 3).Draw(t, "rule") == 0 {
		n.Rules = []Rule{MaxPerHost(rapid.IntRange(1, 3).Draw(t, "max"))}
	}
	return n
}

// shuffled is list in another order. Only the indices are drawn, so that a failure's log can be read.
func shuffled[T any](t *rapid.T, list []T, name string) []T {
	indices := make([]int, len(list))
	for i := range indices {
		indices[i] = i
	}
	result := make([]T, len(list))
	for i, from := range rapid.Permutation(indices).Draw(t, name) {
		result[i] = list[from]
	}
	return result
}

// offers offers all that isn't used, of every agent, in a random order and in one or two parts.
func (c *cluster) offers(all bool) []mesos.Offer {
	c.round++
	var offers []mesos.Offer
	for _, a := range c.agents {
		if !all && rapid.IntRange(0, 2).Draw(c.t, "hidden") == 0 {
			continue
		}
		free := a.total
		for _, used := range a.used {
			left, ok := free.Minus(used)
			if !ok {
				c.t.Fatalf("agent %s: tasks use %v, it has only %v", a.id, used, free)
			}
			free = left
		}
		parts := shuffled(c.t, free, "order")
		cut := rapid.IntRange(0, len(parts)).Draw(c.t, "cut")
		for i, part := range [][]mesos.Resource{parts[:cut], parts[cut:]} {
			if len(part) == 0 {
				continue
			}
			o := offer(a.id, resource.Set(part))
			o.ID.Value, o.Hostname = fmt.Sprintf("%d-%s-%d", c.round, a.id, i), a.host
			offers = append(offers, o)
		}
	}
	return shuffled(c.t, offers, "offers")
}

func (c *cluster) agent(id string) *agent {
	i := slices.IndexFunc(c.agents, func(a *agent) bool { return a.id == id })
	if i < 0 {
		c.t.Fatalf("no agent %s", id)
	}
	return c.agents[i]
}

// accept carries out the first n of the operations, as a master does whose connection breaks then. It returns the
// needs that were launched.
func (c *cluster) accept(a *agent, operations []mesos.Offer_Operation, n int) []string {
	var launched []string
	for i := range operations[:n] {
		op := &operations[i]
		if op.Launch == nil {
			for _, list := range [][]mesos.Resource{op.GetReserve().GetResources(), op.GetCreate().GetVolumes()} {
				for j := range list {
					list[j].AllocationInfo = nil
				}
			}
			total, err := a.total.Apply(op)
			if err != nil {
				c.t.Fatalf("agent %s: %v", a.id, err)
			}
			a.total = total
			continue
		}
		for _, task := range op.Launch.TaskInfos {
			a.used[task.Name] = resource.Set(task.Resources).Unallocate()
			launched = append(launched, task.Name)
		}
	}
	return launched
}

// volumes counts each persistence id over all agents, by where it is.
func (c *cluster) volumes() map[string][]string {
	where := map[string][]string{}
	for _, a := range c.agents {
		for i := range a.total {
			if resource.IsVolume(&a.total[i]) {
				id := a.total[i].Disk.Persistence.ID
				where[id] = append(where[id], a.host)
			}
		}
	}
	return where
}

// waiting are the needs that don't run, as the framework would pass them.
func (w *world) waiting() []Need {
	var list []Need
	for _, id := range slices.Sorted(maps.Keys(w.needs)) {
		running := slices.ContainsFunc(w.agents, func(a *agent) bool { return a.used[id] != nil })
		if !running {
			list = append(list, *w.needs[id])
		}
	}
	return shuffled(w.t, list, "needs' order")
}

// step is a round: offers, Assign, answers of which some are lost, and then some accidents.
func (w *world) step() {
	needs, offers := w.waiting(), w.offers(!w.careful)
	result := New(needs, nil, Config{PerAgent: rapid.SampledFrom([]int{0, 2, -1}).Draw(w.t, "per agent")}).Assign(offers)
	before := w.volumes()
	w.check(result, needs, offers, before)
	for _, p := range result.Placements {
		chain := p.Chain()
		for _, m := range p.Matches {
			chain.Launch(task(m))
		}
		operations, err := chain.Build()
		if err != nil {
			w.t.Fatalf("placement on %s: %v", p.Agent.ID, err)
		}
		w.answer(p, operations)
	}
	w.accidents()
}

// answer lets the master do all, a part or nothing of it, and the framework know of it or not.
func (w *world) answer(p Placement, operations []mesos.Offer_Operation) {
	for _, m := range p.Matches {
		if w.careful {
			w.needs[m.Need.ID].Claim = new(m.Claim())
		}
	}
	n := len(operations)
	if rapid.IntRange(0, 2).Draw(w.t, "breaks") == 0 {
		n = rapid.IntRange(0, n).Draw(w.t, "after")
	}
	for _, id := range w.accept(w.agent(p.Agent.ID), operations, n) {
		w.homes[id] = p.Agent.Hostname
		if rapid.IntRange(0, 3).Draw(w.t, "answer lost") > 0 {
			w.needs[id].Claim = new(Claim{AgentID: p.Agent.ID, Hostname: p.Agent.Hostname})
		}
	}
}

// accidents: tasks end, agents come back under new ids.
func (w *world) accidents() {
	for _, a := range w.agents {
		for _, id := range slices.Sorted(maps.Keys(a.used)) {
			if rapid.Bool().Draw(w.t, "ends") {
				delete(a.used, id)
			}
		}
		if rapid.IntRange(0, 4).Draw(w.t, "new id") == 0 {
			a.id += "'"
		}
	}
}

// check is what must be true of every result.
func (w *world) check(result Result, needs []Need, offers []mesos.Offer, before map[string][]string) {
	t := w.t
	checkChains(t, result)
	ports, volumes, told := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, m := range result.Matches {
		told[m.Need.ID] = true
		for _, number := range m.Ports {
			key := fmt.Sprint(m.Agent.ID, " ", number)
			if ports[key] {
				t.Fatalf("port %s twice", key)
			}
			ports[key] = true
		}
		for i, v := range m.Volumes {
			id := v.Disk.Persistence.ID
			if volumes[id] || id != m.Need.Volumes[i].ID || !m.Need.Reservation.Matches(&v) {
				t.Fatalf("%s got volume %s", m.Need.ID, resource.String(&v))
			}
			volumes[id] = true
		}
		if m.Need.Claim != nil && !m.Need.Claim.Intent && len(m.Created) > 0 {
			t.Fatalf("claimed %s got new disk: %v", m.Need.ID, m.Created)
		}
		if home := w.homes[m.Need.ID]; home != "" && len(m.Volumes) > 0 && (home != m.Agent.Hostname || !m.Found) {
			t.Fatalf("%s with data on %s is placed on %s, found=%t", m.Need.ID, home, m.Agent.Hostname, m.Found)
		}
		for _, id := range m.Created {
			if at := before[id]; len(at) > 0 {
				t.Fatalf("volume %s is made again on %s, it is on %v", id, m.Agent.Hostname, at)
			}
		}
	}
	for _, r := range append(result.Refusals, result.Waiting()...) {
		if r.Error() == "" || r.Reason == nil {
			t.Fatalf("refusal without a reason: %+v", r)
		}
		told[r.Need] = true
	}
	for _, n := range needs {
		if !told[n.ID] {
			t.Fatalf("nothing is said of %s", n.ID)
		}
	}
	w.accounted(result, offers)
}

// accounted: every offer is in one placement or unused, never in both.
func (w *world) accounted(result Result, offers []mesos.Offer) {
	seen := map[string]int{}
	for _, p := range result.Placements {
		for _, o := range p.Offers {
			seen[o.ID.Value]++
		}
	}
	for _, o := range result.Unused {
		seen[o.ID.Value]++
	}
	for _, o := range offers {
		if seen[o.ID.Value] != 1 {
			w.t.Fatalf("offer %s is in %d places", o.ID.Value, seen[o.ID.Value])
		}
	}
}

// TestLostAnswers plays rounds in which answers are lost, operations are carried out in part, tasks end and
// agents change their ids. No volume is ever made twice or given to another need, no need ever leaves its data, and
// no chain uses more than is offered. A framework that stores an intent before each ACCEPT can rely on this even
// if only some of the agents are offered.
func TestLostAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			w.step()
			for id, at := range w.volumes() {
				if len(at) != 1 {
					t.Fatalf("volume %s is on %v", id, at)
				}
			}
		}
	})
}

// TestSettles: once nothing is lost any more, every need that had got its volumes runs on them.
func TestSettles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			w.step()
		}
		for _, a := range w.agents {
			clear(a.used)
		}
		var owners []Need
		for _, id := range slices.Sorted(maps.Keys(w.needs)) {
			if n := w.needs[id]; n.Claim != nil && !n.Claim.Intent {
				owners = append(owners, *n)
			}
		}
		result := New(owners, nil, Config{PerAgent: -1}).Assign(w.offers(true))
		if len(result.Matches) != len(owners) {
			t.Fatalf("%d of %d claimed needs are placed\n%s", len(result.Matches), len(owners), lines(result))
		}
		w.check(result, owners, nil, w.volumes())
		for _, m := range result.Matches {
			if !m.Found {
				t.Fatalf("%s is on %s without its volumes\n%s", m.Need.ID, m.Agent.Hostname, lines(result))
			}
		}
	})
}

// TestOrder: the same needs, offers and placements give the same result in whatever order.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for range rapid.IntRange(0, 2).Draw(t, "rounds") {
			w.step()
		}
		needs, offers := w.waiting(), w.offers(true)
		var there []Placed
		for i := range rapid.IntRange(0, 4).Draw(t, "placed") {
			there = append(there, placed(fmt.Sprintf("p%d", i), fmt.Sprintf("s%d", i%2), ""))
		}
		want := Assign(needs, offers, there)
		for i := range offers {
			offers[i].Resources = shuffled(t, offers[i].Resources, "resources")
		}
		got := Assign(shuffled(t, needs, "needs"), shuffled(t, offers, "offers"), shuffled(t, there, "placed"))
		if lines(got) != lines(want) {
			t.Fatalf("got\n%s\nwant\n%s", lines(got), lines(want))
		}
	})
}
