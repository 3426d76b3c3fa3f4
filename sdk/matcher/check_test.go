package matcher

import (
	"errors"
	"math"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// TestInvalidNeeds: what can never be met, or would be refused by the master, is refused with the field, whatever is
// offered; other needs are not held up by it.
func TestInvalidNeeds(t *testing.T) {
	for field, change := range map[string]func(*Need){
		"ID":                   func(n *Need) { n.ID = "" },
		"Reservation.Role":     func(n *Need) { n.Reservation.Role = "" },
		"Volumes[0].ID":        func(n *Need) { n.Volumes[0].ID = "a/b" },
		"Volumes[0].Path":      func(n *Need) { n.Volumes[0].Path = "a/b" },
		"Volumes[0].MiB":       func(n *Need) { n.Volumes[0].MiB = 0.0001 },
		"Volumes[0].Disk.Type": func(n *Need) { n.Volumes[0].Disk.Type = resource.RawDisk },
		"Volumes[1].ID":        func(n *Need) { n.Volumes = append(n.Volumes, n.Volumes[0]) },
		"Volumes[1].Path": func(n *Need) {
			n.Volumes = append(n.Volumes, n.Volumes[0])
			n.Volumes[1].ID = "another"
		},
		"Resources[0]": func(n *Need) { n.Resources = resource.Set{resource.Scalar("cpus", math.NaN())} },
		"Resources[1]": func(n *Need) { n.Resources = append(resource.MustParse("mem:1"), reserved(mine("x"), "cpus:1")...) },
		"Resources[2]": func(n *Need) { n.Resources = append(resource.MustParse("mem:1;cpus:1"), pathDisk("/p", 5)) },
		"Resources[3]": func(n *Need) { n.Resources = resource.MustParse("a:1;b:1;c:1;gpus:0.5") },
		"Resources":    func(n *Need) { n.Resources, n.Volumes = nil, nil },
		"Ports[1]":     func(n *Need) { n.Ports = []string{"http", "http"} },
		"Ports[0]":     func(n *Need) { n.Ports = []string{""} },
		"Ports":        func(n *Need) { n.Ports = make([]string, maxPorts+1) },
		"Rules[1]":     func(n *Need) { n.Rules = []Rule{MaxPerHost(1), nil} },
		"Refine[0]":    func(n *Need) { n.Refine = []resource.Reservation{{Role: "other"}} },
	} {
		t.Run(field, func(t *testing.T) {
			bad := node("a")
			change(&bad)
			result := New([]Need{bad, node("z")}, nil, Config{}).Assign([]mesos.Offer{offer("s", plenty)})
			var invalid *NeedError
			if len(result.Refusals) != 1 || !errors.As(result.Refusals[0], &invalid) || invalid.Field != field || !errors.Is(result.Refusals[0], ErrNeed) {
				t.Fatalf("got\n%s", lines(result))
			}
			if got := where(result); got != "z@s" {
				t.Errorf("the other need: placed %q", got)
			}
		})
	}
	for name, r := range map[string]resource.Reservation{
		"no role but labels": {Labels: map[string]string{"a": "b"}}, "star": {Role: "*"}, "a bad role": {Role: "a//b"},
	} {
		bad := Need{ID: "a", Reservation: r, Resources: resource.MustParse("cpus:1")}
		if result := Assign([]Need{bad}, nil, nil); len(result.Refusals) != 1 || !errors.Is(result.Refusals[0], ErrNeed) {
			t.Errorf("%s: got\n%s", name, lines(result))
		}
	}
}

// TestClashes: needs of one id, or with the same volume, are not guessed between: none of them is matched.
func TestClashes(t *testing.T) {
	offers := []mesos.Offer{offer("s1", plenty, onRoot(mine("a"), volume("a-data", 1024))), offer("s2", plenty), offer("s3", plenty)}

	result := Assign([]Need{node("a"), node("b"), node("a")}, offers, nil)
	if got := where(result); got != "b@s1" {
		t.Errorf("one id: placed %q\n%s", got, lines(result))
	}
	if len(result.Refusals) == 0 || !errors.Is(result.Refusals[0], ErrDuplicateNeed) || result.Refusals[0].Need != "a" {
		t.Errorf("one id: got\n%s", lines(result))
	}

	thief := node("c")
	thief.Volumes = append(thief.Volumes, volume("a-data", 1024))
	result = Assign([]Need{node("a"), node("b"), thief}, offers, nil)
	if got := where(result); got != "b@s1" {
		t.Errorf("one volume: placed %q\n%s", got, lines(result))
	}
	var conflict *ConflictError
	if len(result.Refusals) != 2 || !errors.As(result.Refusals[1], &conflict) || !errors.Is(result.Refusals[0], ErrDuplicateVolume) {
		t.Fatalf("one volume: got\n%s", lines(result))
	}
	if want := `need "c": volume "a-data" of role "db" is wanted by several needs (a, c): give each a persistence id of its own`; result.Refusals[1].Error() != want {
		t.Errorf("got %s, want %s", result.Refusals[1].Error(), want)
	}
}

// TestMatcherChanges: a Matcher that is changed step by step gives what a new one gives.
func TestMatcherChanges(t *testing.T) {
	offers := []mesos.Offer{offer("s1", plenty, onRoot(mine("a"), volume("a-data", 1024))), offer("s2", plenty), offer("s3", plenty)}
	bound := claimed(node("d"), "s1")
	bound.Volumes = nil
	thief := node("c")
	thief.Volumes = []resource.Volume{volume("a-data", 1024)}
	broken := node("e")
	broken.Ports = []string{""}

	m := New([]Need{node("z"), thief, bound, broken, node("y"), node("y")}, []Placed{placed("q", "s1", "rack:r1"), placed("x", "s2", "")}, Config{})
	m.Put(intended(node("i"), "s1"))
	m.Remove("i")
	if m.Len() != 6 {
		t.Errorf("%d needs, want 6", m.Len())
	}
	m.Put(claimed(node("a"), "s1"))
	m.Put(node("b"))
	if got := where(m.Assign(offers)); got != "b@s2 z@s1" && got != "b@s1 z@s2" && got != "b@s3 z@s1" {
		t.Fatalf("with clashes: %q\n%s", got, lines(m.Assign(offers)))
	}
	m.Remove("c")
	m.Remove("d")
	m.Remove("e")
	m.Remove("y")
	m.Remove("nobody")
	m.Put(node("z"))
	m.Displace("q")
	m.Place(placed("x", "s2", "rack:r2"))
	if m.Len() != 3 {
		t.Errorf("%d needs, want 3", m.Len())
	}
	got := m.Assign(offers)
	want := New([]Need{claimed(node("a"), "s1"), node("b"), node("z")}, []Placed{placed("x", "s2", "rack:r2")}, Config{}).Assign(offers)
	if lines(got) != lines(want) || len(got.Matches) != 3 {
		t.Errorf("got\n%s\nwant\n%s", lines(got), lines(want))
	}
	if len(m.clashes)+len(m.doubles)+len(m.faulty)+len(m.bound)+len(m.intents) != 0 {
		t.Errorf("left behind: %v %v %v %v", m.clashes, m.doubles, m.faulty, m.bound)
	}
	m.Remove("a")
	m.Remove("b")
	m.Remove("z")
	m.Displace("x")
	if n := m.Len() + len(m.volumes) + len(m.claimed) + len(m.fresh) + len(m.shapes) + len(m.freshKey) + len(m.placed.values) + len(m.placed.byID); n != 0 {
		t.Errorf("an empty Matcher still knows %d things: %+v", n, m)
	}
}

// TestManyRefusals: what is said about one need is bounded, and counts the rest.
func TestManyRefusals(t *testing.T) {
	var offers []mesos.Offer
	for i := range 40 {
		offers = append(offers, offer(string(rune('A'+i)), "cpus:0.1"))
	}
	for _, need := range []Need{node("a"), small("a", HostIn("nowhere"))} {
		result := Assign([]Need{need}, offers, nil)
		if len(result.Refusals) != maxRefusals || result.Refusals[maxRefusals-1].Others != 40-maxRefusals {
			t.Errorf("%d refusals, the last counts %d others", len(result.Refusals), result.Refusals[len(result.Refusals)-1].Others)
		}
		for i, r := range result.Refusals {
			if r.AgentID != string(rune('A'+i)) || len(r.Offers) != 1 {
				t.Errorf("refusal %d is of agent %s, offers %v", i, r.AgentID, r.Offers)
			}
		}
	}
}
