package matcher

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// small is a need that fits anywhere, with rules.
func small(id string, rules ...Rule) Need {
	return Need{ID: id, Reservation: mine(id), Resources: resource.MustParse("cpus:0.1"), Rules: rules}
}

func placed(id, agent, facts string) Placed {
	return Placed{ID: id, AgentID: agent, Hostname: "host-" + agent, Attributes: attributes(facts)}
}

func mustRule(rule Rule, err error) Rule {
	if err != nil {
		panic(err)
	}
	return rule
}

// where says who went where: "a@s1 b@s2".
func where(r Result) string {
	var list []string
	for _, m := range r.Matches {
		list = append(list, m.Need.ID+"@"+m.Agent.ID)
	}
	return strings.Join(list, " ")
}

func racks() []mesos.Offer {
	return []mesos.Offer{
		racked(offer("s1", plenty), "rack:r1;zone:z1"), racked(offer("s2", plenty), "rack:r1;zone:z2"),
		racked(offer("s3", plenty), "rack:r2;zone:z1"), racked(offer("s4", plenty), "zone:z2"),
	}
}

// window is the offer of an agent that will be down for an hour.
func window(o mesos.Offer, start time.Time) mesos.Offer {
	o.Unavailability = &mesos.Unavailability{
		Start: mesos.TimeInfo{Nanoseconds: start.UnixNano()}, Duration: &mesos.DurationInfo{Nanoseconds: int64(time.Hour)},
	}
	return o
}

func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }

func ruled(n Need, rules ...Rule) Need {
	n.Rules = rules
	return n
}

func grouped(n Need, group string) Need {
	n.Group = group
	return n
}

var ruleCases = []struct {
	name   string
	needs  []Need
	offers []mesos.Offer // nil: racks
	placed []Placed
	want   string
	reason error  // of the first refusal
	text   string // of the first refusal
}{{
	name:   "max per host counts who is there",
	needs:  []Need{small("a", MaxPerHost(1))},
	placed: []Placed{placed("x", "s1", ""), placed("y", "s2", "")},
	want:   "a@s3",
}, {
	name:   "max per host counts what this round did, and says how many",
	needs:  []Need{small("a", MaxPerHost(1)), small("b", MaxPerHost(1))},
	offers: racks()[:1],
	want:   "a@s1", reason: ErrLimit,
	text: `need "b" on agent s1 (host-s1): rule "at most 1 per @hostname": @hostname host-s1 has 1 instances, may have 1`,
}, {
	name:   "max per host counts one group only",
	needs:  []Need{grouped(small("a", MaxPerHost(1)), "data")},
	offers: racks()[:1],
	placed: []Placed{placed("x", "s1", "")},
	want:   "a@s1",
}, {
	name:   "max per host doesn't count the instance itself, which is being replaced",
	needs:  []Need{small("a", MaxPerHost(1))},
	offers: racks()[:1],
	placed: []Placed{placed("a", "s1", "")},
	want:   "a@s1",
}, {
	name:  "max per rack; an agent without one is refused",
	needs: []Need{small("a", MaxPerAttribute("rack", 1)), small("b", MaxPerAttribute("rack", 1)), small("c", MaxPerAttribute("rack", 1))},
	want:  "a@s1 b@s3", reason: ErrRule,
	text: `need "c" on agent s1 (host-s1): rule "at most 1 per rack": rack r1 has 1 instances, may have 1`,
}, {
	name:   "spread: the rack with fewer comes first",
	needs:  []Need{small("a", SpreadBy("rack", 0)), small("b", SpreadBy("rack", 0)), small("c", SpreadBy("rack", 0))},
	placed: []Placed{placed("x", "s9", "rack:r1")},
	want:   "a@s3 b@s1 c@s3",
}, {
	name:   "spread: a rack that is full holds the others back",
	needs:  []Need{small("a", SpreadBy("rack", 0))},
	offers: racks()[:2],
	placed: []Placed{placed("x", "s9", "rack:r1"), placed("y", "s8", "rack:r1"), placed("z", "s7", "rack:r2")},
	reason: ErrLimit,
	text:   `need "a" on agent s1 (host-s1): rule "spread by rack": rack r1 has 2 instances, may have 2`,
}, {
	name:   "spread: with the number of racks known, the first rack doesn't get two",
	needs:  []Need{small("a", SpreadBy("rack", 2))},
	offers: racks()[:2],
	placed: []Placed{placed("x", "s9", "rack:r1")},
	reason: ErrLimit,
}, {
	name:   "spread: without, it does",
	needs:  []Need{small("a", SpreadBy("rack", 0))},
	offers: racks()[:2],
	placed: []Placed{placed("x", "s9", "rack:r1")},
	want:   "a@s1",
}, {
	name:  "host",
	needs: []Need{small("a", HostIn("host-s4", "host-s3")), small("b", HostIn("host-s4", "host-s3")), small("c", HostIn("host-s9"))},
	want:  "a@s3 b@s4", reason: ErrMismatch,
	text: `need "c" on agent s1 (host-s1): rule "@hostname is host-s9": @hostname is host-s1, wanted host-s9`,
}, {
	name:  "host by pattern, the whole name",
	needs: []Need{small("a", mustRule(HostMatches(`host-s[34]`))), small("b", mustRule(HostMatches(`s1`)))},
	want:  "a@s3", reason: ErrMismatch,
}, {
	name:  "attribute",
	needs: []Need{small("a", AttributeIs("rack", "r2")), small("b", AttributeIs("rack", "r3"))},
	want:  "a@s3", reason: ErrMismatch,
}, {
	name:  "attribute by pattern",
	needs: []Need{small("a", mustRule(AttributeMatches("zone", "z[2-9]"))), small("b", mustRule(AttributeMatches("none", ".*")))},
	want:  "a@s2", reason: ErrMismatch,
	text: `need "b" on agent s1 (host-s1): rule "none matches .*": the agent has no none, wanted a match of .*`,
}, {
	name:   "not with another, wherever it is",
	needs:  []Need{small("a", NotWith("x", "a"))},
	offers: racks()[:2],
	placed: []Placed{placed("x", "s1", ""), placed("a", "s2", "")},
	want:   "a@s2",
}, {
	name:   "with another, which is placed in the same round",
	needs:  []Need{small("a", HostIn("host-s3")), small("b", With("a"))},
	offers: []mesos.Offer{racks()[0], racks()[2]},
	want:   "a@s3 b@s3",
}, {
	name:   "with another that is nowhere",
	needs:  []Need{small("b", With("a"))},
	offers: racks()[:1], reason: ErrNeighbour,
	text: `need "b" on agent s1 (host-s1): rule "with a": "a" isn't on the host`,
}, {
	name:   "with another that is elsewhere",
	needs:  []Need{small("b", With("a"))},
	offers: racks()[:1], reason: ErrNeighbour,
	placed: []Placed{placed("a", "s2", "")},
	text:   `need "b" on agent s1 (host-s1): rule "with a": "a" is on host-s2`,
}, {
	name:   "groups",
	needs:  []Need{small("a", NotWithGroup("web")), small("b", WithGroup("web")), small("c", WithGroup("db"))},
	offers: racks()[:2],
	placed: []Placed{{ID: "w", Group: "web", Hostname: "host-s1", AgentID: "s1"}},
	want:   "a@s2 b@s1", reason: ErrNeighbour,
	text: `need "c" on agent s1 (host-s1): rule "with group db": "db" isn't on the host`,
}, {
	name:  "listed rules must all agree",
	needs: []Need{small("a", AttributeIs("rack", "r1"), AttributeIs("zone", "z2"))},
	want:  "a@s2",
}, {
	name:  "all",
	needs: []Need{small("a", All(AttributeIs("rack", "r1"), AttributeIs("zone", "z2"))), small("b", All(HostIn("host-s1"), HostIn("host-s2")))},
	want:  "a@s2", reason: ErrMismatch,
	text: `need "b" on agent s1 (host-s1): rule "(@hostname is host-s1 and @hostname is host-s2)": rule "@hostname is host-s2": @hostname is host-s1, wanted host-s2`,
}, {
	name:  "any",
	needs: []Need{small("a", Any(AttributeIs("rack", "r9"), AttributeIs("rack", "r2"))), small("b", Any())},
	want:  "a@s3", reason: ErrRule,
}, {
	name:  "not",
	needs: []Need{small("a", Not(AttributeIs("rack", "r1"))), small("b", Not(All()))},
	want:  "a@s3", reason: ErrNot,
	text: `need "b" on agent s1 (host-s1): rule "not ()": agrees, and must not`,
}, {
	name:   "not nil agrees with nobody",
	needs:  []Need{small("a", Not(nil)), small("b", All(nil)), small("c", Any(nil))},
	reason: errNoRule,
}, {
	name:   "maintenance, whenever",
	needs:  []Need{small("a", AvoidMaintenance(time.Time{})), small("b", HostIn("host-s1"), AvoidMaintenance(time.Time{}))},
	offers: []mesos.Offer{window(racks()[0], noon()), racks()[1]},
	want:   "a@s2", reason: ErrRule,
	text: `need "b" on agent s1 (host-s1): rule "no maintenance announced": unavailable from 2026-01-02T12:00:00Z for 1h0m0s`,
}, {
	name:   "maintenance before a time",
	needs:  []Need{small("a", AvoidMaintenance(noon())), small("b", HostIn("host-s2"), AvoidMaintenance(noon()))},
	offers: []mesos.Offer{window(racks()[0], noon()), window(racks()[1], noon().Add(-time.Second))},
	want:   "a@s1", reason: ErrRule,
}, {
	name:   "no rule is asked where the data is",
	needs:  []Need{ruled(claimed(node("a"), "s1"), Any(), MaxPerHost(0))},
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), volume("a-data", 1024)), plenty)},
	want:   "a@s1",
}, {
	name:   "hosts with fewer of the group first, without any rule",
	needs:  []Need{small("a"), small("b")},
	placed: []Placed{placed("x", "s1", ""), placed("y", "s3", "")},
	want:   "a@s2 b@s4",
}}

func TestRules(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.name, func(t *testing.T) {
			if c.offers == nil {
				c.offers = racks()
			}
			result := New(c.needs, c.placed, Config{PerAgent: -1}).Assign(c.offers)
			if got := where(result); got != c.want {
				t.Errorf("placed %q, want %q\n%s", got, c.want, lines(result))
			}
			if len(result.Matches) < len(c.needs) && (c.reason == nil || len(result.Refusals) == 0) {
				t.Fatalf("unexpected refusals\n%s", lines(result))
			}
			if c.reason != nil && !errors.Is(result.Refusals[0], c.reason) {
				t.Errorf("refused as %v, want %v", result.Refusals[0], c.reason)
			}
			if c.text != "" && result.Refusals[0].Error() != c.text {
				t.Errorf("got  %s\nwant %s", result.Refusals[0].Error(), c.text)
			}
			checkChains(t, result)
		})
	}
}

// TestFaultDomains: zones and regions are facts like attributes.
func TestFaultDomains(t *testing.T) {
	in := func(o mesos.Offer, region, zone string) mesos.Offer {
		o.Domain = &mesos.DomainInfo{FaultDomain: &mesos.DomainInfo_FaultDomain{
			Region: mesos.DomainInfo_FaultDomain_RegionInfo{Name: region}, Zone: mesos.DomainInfo_FaultDomain_ZoneInfo{Name: zone},
		}}
		return o
	}
	offers := []mesos.Offer{in(offer("s1", plenty), "r", "z1"), in(offer("s2", plenty), "r", "z1"), in(offer("s3", plenty), "r", "z2"), offer("s4", plenty)}
	rules := []Rule{MaxPerAttribute(Zone, 1), AttributeIs(Region, "r")}
	result := Assign([]Need{small("a", rules...), small("b", rules...), small("c", rules...)}, offers, nil)
	if got := where(result); got != "a@s1 b@s3" {
		t.Errorf("placed %q\n%s", got, lines(result))
	}
}

// TestValues: attributes of all types, several of one name, and names that stand for facts.
func TestValues(t *testing.T) {
	a := Agent{Hostname: "h", Attributes: []mesos.Attribute{
		{Name: "x", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "b"}},
		{Name: "x", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "a"}},
		{Name: "x", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "b"}},
		{Name: "scalar", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 2.5}},
		{Name: "whole", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 100}},
		{Name: "set", Type: mesos.SET, Set: &mesos.Value_Set{Item: []string{"q", "p"}}},
		{Name: "ranges", Type: mesos.RANGES, Ranges: &mesos.Value_Ranges{Range: []mesos.Value_Range{{Begin: 1, End: 2}, {Begin: 5, End: 9}}}},
		{Name: "nothing", Type: mesos.TEXT},
	}}
	for name, want := range map[string]string{
		"x": "[a b]", "scalar": "[2.5]", "whole": "[100]", "set": "[p q]", "ranges": "[[1-2, 5-9]]", "nothing": "[]",
		"absent": "[]", Hostname: "[h]", Zone: "[]", Region: "[]",
	} {
		if got := fmt.Sprint(a.Values(name)); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestPatterns: what an operator writes in a file can't make matching dear.
func TestPatterns(t *testing.T) {
	for _, pattern := range []string{"(", strings.Repeat("a", maxPattern+1), "(a{900}){900}", strings.Repeat("a{900}", 10)} {
		if _, err := AttributeMatches("x", pattern); !errors.Is(err, ErrPattern) {
			t.Errorf("%.20q: got %v, want ErrPattern", pattern, err)
		}
	}
	long := Agent{Hostname: strings.Repeat("a", maxMatched+1)}
	if err := mustRule(HostMatches("a*")).Check(Need{}, long, Placements{}); !errors.Is(err, ErrMismatch) {
		t.Errorf("an overlong value: got %v", err)
	}
	// A pattern with alternatives is matched as a whole.
	if err := mustRule(HostMatches("a|b")).Check(Need{}, Agent{Hostname: "ab"}, Placements{}); !errors.Is(err, ErrMismatch) {
		t.Errorf("a|b matched ab: %v", err)
	}
}

// TestOwnRule: an author's rule sees need, agent and placements.
func TestOwnRule(t *testing.T) {
	rule := ownRule{t}
	result := Assign([]Need{small("a", rule)}, []mesos.Offer{offer("s1", plenty), offer("s2", plenty)}, []Placed{placed("x", "s1", "rack:r1")})
	if got := where(result); got != "a@s2" {
		t.Errorf("placed %q\n%s", got, lines(result))
	}
}

// TestPlacementsOf: an author can test a rule without offers.
func TestPlacementsOf(t *testing.T) {
	there := PlacementsOf(placed("x", "s1", "rack:r1"), placed("x", "s2", "rack:r2"), placed("y", "s1", "rack:r1"))
	if got := fmt.Sprint(there.Values("", "rack"), there.Count("", Hostname, "host-s1"), len(there.Find("x"))); got != "map[r1:2 r2:1] 2 2" {
		t.Errorf("got %s", got)
	}
	if err := MaxPerHost(1).Check(small("a"), Agent{Hostname: "host-s1"}, there); !errors.Is(err, ErrLimit) {
		t.Errorf("got %v", err)
	}
	none := Placements{}
	if got := fmt.Sprint(none.Values("", "rack"), none.Count("", Hostname, "host-s1"), none.Find("x")); got != "map[] 0 []" {
		t.Errorf("of nothing: got %s", got)
	}
}

type ownRule struct{ t *testing.T }

func (ownRule) Name() string { return "not s1" }

func (r ownRule) Check(need Need, agent Agent, placed Placements) error {
	if need.ID != "a" || len(placed.Find("x")) != 1 || len(placed.Find("y")) != 0 || placed.Count("", "rack", "r1") != 1 {
		r.t.Errorf("need %q, x at %v", need.ID, placed.Find("x"))
	}
	if got := fmt.Sprint(placed.Values("", Hostname)); got != "map[host-s1:1 host-s2:0]" {
		r.t.Errorf("hosts: %s", got)
	}
	if agent.ID == "s1" {
		return errors.New("not this one")
	}
	return nil
}
