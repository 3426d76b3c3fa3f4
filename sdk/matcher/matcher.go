package matcher

import (
	"cmp"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Config of a [Matcher]. The zero value is a good one.
type Config struct {
	// PerAgent is how many needs may be matched with one agent (and role) in one round. Default, 0: one, so that
	// every Match can be answered by itself. Negative: no limit. Other than one: answer by
	// [Result.Placements], since an offer can be answered once only.
	PerAgent int
}

// Matcher keeps needs, and what is placed, indexed over many rounds: handling an offer costs the same whether
// ten volumes are known or a hundred thousand. Each need that waits for its first place costs a lookup per
// round, as long as something is left that could fit. Not safe for use by several goroutines at once.
type Matcher struct {
	limit    int
	needs    map[string][]*known            // by id; more than one is an error to be reported
	volumes  map[volumeKey][]*known         // who wants a volume; more than one likewise
	claimed  map[string]map[*known]struct{} // by reservation: claimed needs with volumes
	bound    map[string]map[string][]*known // by reservation and shape: claimed needs without, ordered by id
	intents  map[string]map[*known]struct{} // by agent id: needs with an intent
	fresh    []*known                       // needs without a claim, ordered by id
	shapes   map[string]int                 // how many of fresh have a shape
	freshKey map[string]int                 // how many of fresh have a reservation
	faulty   map[*known]struct{}            // needs that can't be met
	doubles  map[string]struct{}            // ids with several needs
	clashes  map[volumeKey]struct{}         // volumes with several needs
	placed   *tally
}

// New returns a Matcher of these needs and placements. Needs that are invalid, or clash with others, are
// refused in every round.
func New(needs []Need, placed []Placed, cfg Config) *Matcher {
	m := &Matcher{
		limit: cfg.PerAgent, needs: make(map[string][]*known, len(needs)), volumes: make(map[volumeKey][]*known, len(needs)),
		claimed: map[string]map[*known]struct{}{}, bound: map[string]map[string][]*known{},
		intents: map[string]map[*known]struct{}{}, shapes: map[string]int{}, freshKey: map[string]int{}, faulty: map[*known]struct{}{},
		doubles: map[string]struct{}{}, clashes: map[volumeKey]struct{}{}, placed: newTally(),
	}
	if m.limit == 0 {
		m.limit = 1
	}
	order := make([]int, len(needs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(needs[a].ID, needs[b].ID) })
	for _, i := range order { // in order, so that each is appended to the lists that are kept in it
		m.insert(newKnown(needs[i]))
	}
	for _, p := range slices.SortedStableFunc(slices.Values(placed), comparePlaced) {
		m.placed.add(p)
	}
	return m
}

// Put adds a need, in place of what had its ID. Its slices and maps must not be changed afterwards.
func (m *Matcher) Put(n Need) {
	m.Remove(n.ID)
	m.insert(newKnown(n))
}

// Remove forgets the need.
func (m *Matcher) Remove(id string) {
	for _, k := range m.needs[id] {
		m.drop(k)
	}
	delete(m.needs, id)
	delete(m.doubles, id)
}

// Place counts an instance for the rules, in place of what was known of it on that agent.
func (m *Matcher) Place(p Placed) { m.placed.add(p) }

// Displace forgets where the instance is, on whatever agents.
func (m *Matcher) Displace(id string) { m.placed.remove(id) }

// Len returns how many needs the Matcher has.
func (m *Matcher) Len() int {
	n := len(m.needs)
	for id := range m.doubles {
		n += len(m.needs[id]) - 1
	}
	return n
}

// Assign matches the needs with the offers. It changes nothing in the Matcher: tell it what came of the matches,
// with Put, Remove and Place, before the next round. Refusals has what these offers were refused for; needs
// that the offers had nothing for are left out of it, and listed by [Result.Waiting].
func (m *Matcher) Assign(offers []mesos.Offer) Result {
	r := newRound(m, offers)
	r.faulty()
	r.owned()
	r.unclaimed()
	return r.result()
}

// Assign matches the needs with the offers, given what is placed already, one need per agent. Every need is
// either matched or has at least one refusal. See [Matcher] for many rounds with the same needs.
func Assign(needs []Need, offers []mesos.Offer, placed []Placed) Result {
	result := New(needs, placed, Config{}).Assign(offers)
	result.Refusals = append(result.Refusals, result.Waiting()...)
	slices.SortStableFunc(result.Refusals, compareRefusals)
	return result
}
