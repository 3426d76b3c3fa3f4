package matcher

import (
	"errors"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func two(n Need) Need {
	n.Volumes = []resource.Volume{volume(n.ID+"-data", 1024), volume(n.ID+"-log", 512)}
	return n
}

func dataOf(instance string) resource.Volume { return volume(instance+"-data", 1024) }

func logOf(instance string) resource.Volume { return volume(instance+"-log", 512) }

// kept is what stays reserved beside an instance's volumes.
func kept(instance string) resource.Set { return reserved(mine(instance), "cpus:1;mem:512") }

// strangers is an instance's reservation but for the principal.
func strangers(instance string) resource.Reservation {
	return resource.Reservation{Role: role, Principal: "somebody", Labels: mine(instance).Labels}
}

func sharedVolume(v resource.Volume) resource.Volume {
	v.Shared = true
	return v
}

func onPath(n Need, root string) Need {
	n.Volumes = []resource.Volume{{ID: "a-data", Path: "p", MiB: 1024, Disk: resource.Disk{Type: resource.PathDisk, Root: root}}}
	return n
}

var findCases = []struct {
	name   string
	need   Need
	offers []mesos.Offer
	want   string
}{{
	name:   "claimed: relaunched on its volume, with the cpus and mem that are reserved for it",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a")), kept("a"), plenty)},
	want: `match a@s1 found=true adopted=false
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512`,
}, {
	name:   "claimed: the agent came back under another id and host name",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s9", onRoot(mine("a"), dataOf("a")), kept("a"))},
	want: `match a@s9 found=true adopted=false
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512`,
}, {
	name:   "claimed: cpus and mem are topped up, and kept with the disk",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a")), reserved(mine("a"), "cpus:0.25"), plenty)},
	want: `match a@s1 found=true adopted=false
  reserve cpus([({instance: a})]):0.75; mem([({instance: a})]):512
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512`,
}, {
	name:   "claimed: never new disk, however much there is",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", plenty), offer("s2", plenty)},
	want: `refuse need "a": volumes not on offer: a-data; last seen on agent s1 (host-s1), whose offers lack them
unused offer-s1
unused offer-s2`,
}, {
	name:   "claimed: its reserved disk without the volume is not its data",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", reserved(mine("a"), "disk:1024"), kept("a"), plenty)},
	want: `refuse need "a" on agent s1 (host-s1): volumes not on offer: a-data; 1024 MiB of disk reserved for it there are no volume; last seen on agent s1 (host-s1), whose offers lack them
unused offer-s1`,
}, {
	name:   "claimed: one of two volumes is not enough",
	need:   claimed(two(node("a")), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), logOf("a")), kept("a"), plenty)},
	want: `refuse need "a" on agent s1 (host-s1): volumes not on offer: a-data; a-log is on agent s1 (host-s1); last seen on agent s1 (host-s1), whose offers lack them
unused offer-s1`,
}, {
	name:   "claimed: the volumes must be on one agent",
	need:   claimed(two(node("a")), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), logOf("a")), kept("a"), plenty), offer("s2", onRoot(mine("a"), dataOf("a")), kept("a"))},
	want: `refuse need "a" on agent s1 (host-s1): volumes not on offer: a-data; a-log is on agent s1 (host-s1); a-data is on agent s2 (host-s2); last seen on agent s1 (host-s1), whose offers lack them
refuse need "a" on agent s2 (host-s2): volumes not on offer: a-log; a-log is on agent s1 (host-s1); a-data is on agent s2 (host-s2); last seen on agent s1 (host-s1), whose offers lack them
unused offer-s1
unused offer-s2`,
}, {
	name:   "claimed: of two complete sets that on the claim's agent is the one",
	need:   claimed(node("a"), "s2"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a")), kept("a")), offer("s2", onRoot(mine("a"), dataOf("a")), kept("a"))},
	want: `match a@s2 found=true adopted=false
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "claimed: of two complete sets elsewhere none is guessed",
	need:   claimed(node("a"), "s7"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a")), kept("a")), offer("s2", onRoot(mine("a"), dataOf("a")), kept("a"))},
	want: `refuse need "a": several places hold its volumes: a-data on agent s1 (host-s1), a-data on agent s2 (host-s2); destroy one, or claim the agent whose data is right
unused offer-s1
unused offer-s2`,
}, {
	name:   "claimed: too little cpus beside the volume",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a")), "cpus:0.5;mem:300")},
	want: `refuse need "a" on agent s1 (host-s1): wanted 1 cpus, 0.5 offered; wanted 512 MiB mem, 300 offered
unused offer-s1`,
}, {
	name:   "claimed: the volume has been grown behind our back",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), volume("a-data", 2048)), kept("a"))},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data" has 2048 MiB, wanted 1024: grow or shrink it, or change the need
unused offer-s1`,
}, {
	name:   "claimed: the volume is on another PATH disk than wanted",
	need:   claimed(onPath(node("a"), "/d2"), "s1"),
	offers: []mesos.Offer{offer("s1", on(mine("a"), dataOf("a"), pathDisk("/d1", 1024)), kept("a"))},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data" is on PATH:/d1 disk, wanted on PATH:/d2 disk
unused offer-s1`,
}, {
	name:   "claimed: any PATH disk will do",
	need:   claimed(onPath(node("a"), ""), "s1"),
	offers: []mesos.Offer{offer("s1", on(mine("a"), dataOf("a"), pathDisk("/d1", 1024)), kept("a"))},
	want: `match a@s1 found=true adopted=false
  task    disk([({instance: a})])[PATH:/d1,a-data:p]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512`,
}, {
	name:   "claimed: the volume is shared, and shouldn't be",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), sharedVolume(dataOf("a"))), kept("a"))},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data": shared is true, wanted false
unused offer-s1`,
}, {
	name:   "claimed: the same persistence id with other labels is somebody else's",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("b"), dataOf("a")), kept("a"), plenty)},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data" is reserved as (DYNAMIC, role db, principal db-fw, instance=b), ours would be (DYNAMIC, role db, principal db-fw, instance=a): not touched
refuse need "a" on agent s1 (host-s1): volumes not on offer: a-data; last seen on agent s1 (host-s1), whose offers lack them
unused offer-s1`,
}, {
	name:   "claimed: the same id and labels of another principal",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offer("s1", onRoot(strangers("a"), dataOf("a")), plenty)},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data" is reserved as (DYNAMIC, role db, principal somebody, instance=a), ours would be (DYNAMIC, role db, principal db-fw, instance=a): not touched
unused offer-s1`,
}, {
	name:   "claimed: the same id in another role isn't even looked at",
	need:   claimed(node("a"), "s1"),
	offers: []mesos.Offer{offerTo("other", "s1", on(resource.Reservation{Role: "other", Principal: principal, Labels: mine("a").Labels}, dataOf("a"), resource.Scalar("disk", 1024)))},
	want: `refuse need "a": volumes not on offer: a-data; last seen on agent s1 (host-s1), whose offers lack them
unused offer-s1`,
}, {
	name:   "not claimed: an answer was lost, the volume is adopted and not made again",
	need:   node("a"),
	offers: []mesos.Offer{offer("s2", onRoot(mine("a"), dataOf("a")), kept("a")), offer("s1", plenty)},
	want: `match a@s2 found=true adopted=true
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "not claimed: some of the volumes were made, the others are added there",
	need:   two(node("a")),
	offers: []mesos.Offer{offer("s2", onRoot(mine("a"), dataOf("a")), reserved(mine("a"), "cpus:1;mem:512;disk:512"), plenty), offer("s1", plenty)},
	want: `match a@s2 found=false adopted=true
  create  disk([({instance: a})])[a-log:path-of-a-log]:512
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; disk([({instance: a})])[a-log:path-of-a-log]:512; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "not claimed: reserved but not created",
	need:   node("a"),
	offers: []mesos.Offer{offer("s2", reserved(mine("a"), "cpus:1;mem:512;disk:1024"), plenty), offer("s1", plenty)},
	want: `match a@s2 found=false adopted=true
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "not claimed: cpus were reserved without disk",
	need:   node("a"),
	offers: []mesos.Offer{offer("s2", kept("a"), plenty), offer("s1", plenty)},
	want: `match a@s2 found=false adopted=true
  reserve disk([({instance: a})]):1024
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "not claimed: less disk was reserved than is wanted now; only the difference is reserved",
	need:   node("a"),
	offers: []mesos.Offer{offer("s2", kept("a"), reserved(mine("a"), "disk:600"), plenty)},
	want: `match a@s2 found=false adopted=true
  reserve disk([({instance: a})]):424
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512`,
}, {
	name:   "not claimed: where a volume is, the rest must be; nothing is made elsewhere",
	need:   two(node("a")),
	offers: []mesos.Offer{offer("s2", onRoot(mine("a"), dataOf("a")), "cpus:8"), offer("s1", plenty)},
	want: `refuse need "a" on agent s2 (host-s2): volume "a-log": wanted 512 MiB root disk, 0 offered
unused offer-s1
unused offer-s2`,
}, {
	name:   "not claimed: two sets, none is guessed",
	need:   node("a"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a"))), offer("s2", onRoot(mine("a"), dataOf("a"))), offer("s3", plenty)},
	want: `refuse need "a": several places hold its volumes: a-data on agent s1 (host-s1), a-data on agent s2 (host-s2); destroy one, or claim the agent whose data is right
unused offer-s1
unused offer-s2
unused offer-s3`,
}, {
	name:   "not claimed: a wrong size is refused, not made again elsewhere",
	need:   node("a"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), volume("a-data", 2048))), offer("s3", plenty)},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data" has 2048 MiB, wanted 1024: grow or shrink it, or change the need
unused offer-s1
unused offer-s3`,
}, {
	name:   "not claimed: beside a foreign volume of its id none can be made, elsewhere one can",
	need:   node("a"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("b"), dataOf("a")), plenty), offer("s2", plenty)},
	want: `match a@s2 found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})]):1024; mem([({instance: a})]):512
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "not claimed: the only agent has a foreign volume of its id",
	need:   node("a"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("b"), dataOf("a")), plenty)},
	want: `refuse need "a" on agent s1 (host-s1): volume "a-data" is reserved as (DYNAMIC, role db, principal db-fw, instance=b), ours would be (DYNAMIC, role db, principal db-fw, instance=a): not touched
unused offer-s1`,
}, {
	name:   "intended: nothing was made; it is made there and nowhere else",
	need:   intended(node("a"), "s2"),
	offers: []mesos.Offer{offer("s1", plenty), offer("s2", plenty)},
	want: `match a@s2 found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})]):1024; mem([({instance: a})]):512
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "intended: its agent isn't offered just now, so it waits",
	need:   intended(node("a"), "s2"),
	offers: []mesos.Offer{offer("s1", plenty)},
	want: `refuse need "a": volumes not on offer: a-data; meant for agent s2 (host-s2)
unused offer-s1`,
}, {
	name:   "intended: some was made, and the agent has another id since; it is completed",
	need:   intended(two(node("a")), "s2"),
	offers: []mesos.Offer{offer("s1", plenty), offer("s9", onRoot(mine("a"), logOf("a")), reserved(mine("a"), "disk:1024"), plenty)},
	want: `match a@s9 found=false adopted=true
  reserve cpus([({instance: a})]):1; mem([({instance: a})]):512
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; disk([({instance: a})])[a-log:path-of-a-log]:512; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "intended: disk was reserved, and the agent has another id since",
	need:   intended(node("a"), "s2"),
	offers: []mesos.Offer{offer("s1", plenty), offer("s9", reserved(mine("a"), "disk:1024"), plenty)},
	want: `match a@s9 found=false adopted=true
  reserve cpus([({instance: a})]):1; mem([({instance: a})]):512
  create  disk([({instance: a})])[a-data:path-of-a-data]:1024
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512
unused offer-s1`,
}, {
	name:   "intended: it all worked",
	need:   intended(node("a"), "s2"),
	offers: []mesos.Offer{offer("s2", onRoot(mine("a"), dataOf("a")), kept("a"))},
	want: `match a@s2 found=true adopted=true
  task    disk([({instance: a})])[a-data:path-of-a-data]:1024; cpus([({instance: a})]):1; mem([({instance: a})]):512`,
}, {
	name:   "intended: there, but no longer any room",
	need:   intended(node("a"), "s2"),
	offers: []mesos.Offer{offer("s2", "cpus:4;mem:4096;disk:100"), offer("s1", plenty)},
	want: `refuse need "a" on agent s2 (host-s2): volume "a-data": wanted 1024 MiB root disk, 100 offered
unused offer-s1
unused offer-s2`,
}, {
	name:   "a volume twice on one agent, as a broken GROW leaves it, is not guessed at",
	need:   node("a"),
	offers: []mesos.Offer{offer("s1", onRoot(mine("a"), dataOf("a")), onRoot(mine("a"), volume("a-data", 16)))},
	want: `refuse need "a": several places hold its volumes: a-data on agent s1 (host-s1), a-data on agent s1 (host-s1); destroy one, or claim the agent whose data is right
unused offer-s1`,
}}

// TestFind is about needs that own something, or seem to: what is found is used, what isn't theirs isn't touched.
func TestFind(t *testing.T) {
	for _, c := range findCases {
		t.Run(c.name, func(t *testing.T) {
			result := Assign([]Need{c.need}, c.offers, nil)
			if got := strings.TrimSpace(lines(result)); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			checkChains(t, result)
		})
	}
}

// TestSharedVolume: every offer may have a copy of a shared volume, also two offers of one agent; it is one
// volume (semantics 4.10).
func TestSharedVolume(t *testing.T) {
	v := volume("a-data", 1024)
	v.Shared = true
	need := claimed(node("a"), "s1")
	need.Volumes = []resource.Volume{v}
	one := offer("s1", onRoot(mine("a"), v), reserved(mine("a"), "cpus:1;mem:512"))
	another := offer("s1", onRoot(mine("a"), v))
	another.ID.Value = "another"
	result := Assign([]Need{need}, []mesos.Offer{one, another}, nil)
	if len(result.Matches) != 1 || !result.Matches[0].Found || len(result.Matches[0].Volumes) != 1 {
		t.Fatalf("got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestClaimWithoutVolumes: a claimed need that owns cpus and mem only is placed where they are reserved.
func TestClaimWithoutVolumes(t *testing.T) {
	need := claimed(node("a"), "s1")
	need.Volumes = nil
	kept := reserved(mine("a"), "cpus:1;mem:512")

	result := Assign([]Need{need}, []mesos.Offer{offer("s1", plenty), offer("s2", kept)}, nil)
	if len(result.Matches) != 1 || result.Matches[0].Agent.ID != "s2" || !result.Matches[0].Found || len(result.Matches[0].operations) != 0 {
		t.Errorf("got\n%s", lines(result))
	}
	result = Assign([]Need{need}, []mesos.Offer{offer("s1", plenty)}, nil)
	var missing *MissingError
	if len(result.Refusals) != 1 || !errors.As(result.Refusals[0], &missing) || len(missing.Missing) != 0 {
		t.Errorf("got\n%s", lines(result))
	}
	if want := `need "a": its reserved resources are not on offer; last seen on agent s1 (host-s1), whose offers lack them`; result.Refusals[0].Error() != want {
		t.Errorf("got %q, want %q", result.Refusals[0].Error(), want)
	}
}

// TestSharedReservation: needs whose labels don't tell them apart share what is reserved, but never a volume.
func TestSharedReservation(t *testing.T) {
	var needs []Need
	for _, id := range []string{"a", "b", "c"} {
		n := claimed(node(id), "s1")
		n.Reservation = mine("all")
		n.Volumes = nil
		needs = append(needs, n)
	}
	offers := []mesos.Offer{offer("s1", reserved(mine("all"), "cpus:2;mem:1024"))}
	result := New(needs, nil, Config{PerAgent: -1}).Assign(offers)
	if len(result.Matches) != 2 || len(result.Refusals) != 1 || result.Refusals[0].Need != "c" || !errors.Is(result.Refusals[0], ErrShort) {
		t.Errorf("got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestChildRole: a framework of two roles may get a volume of the parent role in an offer to the child role. It can be
// relaunched on it, but nothing can be reserved for the parent role there.
func TestChildRole(t *testing.T) {
	need := claimed(node("a"), "s1")
	volume := onRoot(mine("a"), need.Volumes[0])
	whole := offerTo(role+"/child", "s1", volume, reserved(mine("a"), "cpus:1;mem:512"))
	result := Assign([]Need{need}, []mesos.Offer{whole}, nil)
	if len(result.Matches) != 1 || len(result.Matches[0].operations) != 0 {
		t.Fatalf("got\n%s", lines(result))
	}
	checkChains(t, result)

	partly := offerTo(role+"/child", "s1", volume, plenty)
	result = Assign([]Need{need}, []mesos.Offer{partly}, nil)
	var wrong *RoleError
	if len(result.Matches) != 0 || len(result.Refusals) != 1 || !errors.As(result.Refusals[0], &wrong) || wrong.Have != role+"/child" {
		t.Fatalf("got\n%s", lines(result))
	}
}

// TestNoRefusalOfMatched: what was refused on one agent and matched on another isn't told as refused.
func TestNoRefusalOfMatched(t *testing.T) {
	bound := claimed(node("c"), "s")
	bound.Volumes = nil
	result := Assign([]Need{bound}, []mesos.Offer{offer("s1", reserved(mine("c"), "cpus:0.5")), offer("s2", reserved(mine("c"), "cpus:1;mem:512"))}, nil)
	if where(result) != "c@s2" || len(result.Refusals) != 0 {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestBoundShapes: claimed needs that share a reservation are served in the order of their ids, and one that doesn't
// fit doesn't keep a smaller one from what there is.
func TestBoundShapes(t *testing.T) {
	sized := func(id, resources string) Need {
		n := claimed(node(id), "s1")
		n.Reservation, n.Volumes, n.Resources = mine("all"), nil, resource.MustParse(resources)
		return n
	}
	needs := []Need{sized("a", "cpus:1"), sized("b", "cpus:9"), sized("c", "cpus:1"), sized("d", "cpus:9"), sized("e", "cpus:0.5")}
	result := New(needs, nil, Config{PerAgent: -1}).Assign([]mesos.Offer{offer("s1", reserved(mine("all"), "cpus:2.5"))})
	if where(result) != "a@s1 c@s1 e@s1" || len(result.Refusals) != 1 || result.Refusals[0].Need != "b" {
		t.Errorf("got\n%s", lines(result))
	}
	if waiting := result.Waiting(); len(waiting) != 1 || waiting[0].Need != "d" || !errors.Is(waiting[0], ErrShort) {
		t.Errorf("waiting: %v", waiting)
	}
	checkChains(t, result)
}
