package matcher

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func volumesOn(n Need, kind resource.DiskType, volumes ...resource.Volume) Need {
	n.Volumes = nil
	for _, v := range volumes {
		v.Disk.Type = kind
		n.Volumes = append(n.Volumes, v)
	}
	return n
}

func withDisk(v resource.Volume, d resource.Disk) resource.Volume {
	v.Disk = d
	return v
}

const cpusAndMem = "cpus:4;mem:4096"

// cpu is a need for one cpu, to which volumes are added.
func cpu(id string) Need {
	return Need{ID: id, Reservation: mine(id), Resources: resource.MustParse("cpus:1")}
}

func having(n Need, volumes ...resource.Volume) Need {
	n.Volumes = volumes
	return n
}

func staticNeed(id string) Need {
	n := cpu(id)
	n.Reservation = resource.Reservation{Role: role, Principal: principal, Static: true}
	return n
}

func child(id string) Need {
	n := cpu(id)
	n.Reservation.Role = role + "/prod"
	return n
}

// operators is a reservation by somebody else.
func operators() resource.Reservation { return resource.Reservation{Role: role, Principal: "ops"} }

// prepared is a need that uses what an operator reserved for it.
func prepared(id string) Need {
	n := cpu(id)
	n.Reservation, n.Principal = operators(), principal
	return n
}

// refining is a need that may refine what an operator reserved for the parent role.
func refining(id string) Need {
	n := child(id)
	n.Refine = []resource.Reservation{operators()}
	return n
}

var diskCases = []struct {
	name  string
	need  Need
	offer mesos.Offer
	want  string
}{{
	name:  "root disk",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000), volume("w", 500)),
	offer: offer("s", cpusAndMem, "disk:1500", mountDisk("/m", 1000), pathDisk("/p", 2000)),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})]):1500
  create  disk([({instance: a})])[v:path-of-v]:1000; disk([({instance: a})])[w:path-of-w]:500
  task    disk([({instance: a})])[v:path-of-v]:1000; disk([({instance: a})])[w:path-of-w]:500; cpus([({instance: a})]):1`,
}, {
	name:  "disks of other kinds don't add up",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", cpusAndMem, "disk:999", mountDisk("/m", 1000), pathDisk("/p", 2000)),
	want:  `refuse need "a" on agent s (host-s): volume "v": wanted 1000 MiB root disk, 999 offered`,
}, {
	name:  "MOUNT: whole, the smallest that suffices for each",
	need:  volumesOn(cpu("a"), resource.MountDisk, volume("w", 500), volume("v", 1000)),
	offer: offer("s", cpusAndMem, mountDisk("/large", 4000), mountDisk("/m1", 1200), mountDisk("/m0", 600), mountDisk("/small", 100)),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})])[MOUNT:/m0]:600; disk([({instance: a})])[MOUNT:/m1]:1200
  create  disk([({instance: a})])[MOUNT:/m0,w:path-of-w]:600; disk([({instance: a})])[MOUNT:/m1,v:path-of-v]:1200
  task    disk([({instance: a})])[MOUNT:/m0,w:path-of-w]:600; disk([({instance: a})])[MOUNT:/m1,v:path-of-v]:1200; cpus([({instance: a})]):1`,
}, {
	name:  "MOUNT: one disk is not shared by two volumes",
	need:  volumesOn(cpu("a"), resource.MountDisk, volume("w", 500), volume("x", 400)),
	offer: offer("s", cpusAndMem, mountDisk("/m", 5000)),
	want:  `refuse need "a" on agent s (host-s): volume "x": wanted 400 MiB MOUNT disk, 0 offered`,
}, {
	name:  "MOUNT: who wants a certain disk goes first",
	need:  having(cpu("a"), withDisk(volume("v", 1000), resource.Disk{Type: resource.MountDisk}), withDisk(volume("w", 500), resource.Disk{Type: resource.MountDisk, Root: "/m1"})),
	offer: offer("s", cpusAndMem, mountDisk("/m1", 1000), mountDisk("/m2", 3000)),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})])[MOUNT:/m1]:1000; disk([({instance: a})])[MOUNT:/m2]:3000
  create  disk([({instance: a})])[MOUNT:/m2,v:path-of-v]:3000; disk([({instance: a})])[MOUNT:/m1,w:path-of-w]:1000
  task    disk([({instance: a})])[MOUNT:/m2,v:path-of-v]:3000; disk([({instance: a})])[MOUNT:/m1,w:path-of-w]:1000; cpus([({instance: a})]):1`,
}, {
	name:  "PATH: any, parts of it, the smallest that suffices",
	need:  volumesOn(cpu("a"), resource.PathDisk, volume("v", 1000)),
	offer: offer("s", cpusAndMem, pathDisk("/p1", 4000), pathDisk("/p2", 1500), pathDisk("/p3", 900), "disk:8000"),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})])[PATH:/p2]:1000
  create  disk([({instance: a})])[PATH:/p2,v:path-of-v]:1000
  task    disk([({instance: a})])[PATH:/p2,v:path-of-v]:1000; cpus([({instance: a})]):1`,
}, {
	name:  "PATH: the one that is named",
	need:  having(cpu("a"), withDisk(volume("v", 1000), resource.Disk{Type: resource.PathDisk, Root: "/p1"})),
	offer: offer("s", cpusAndMem, pathDisk("/p1", 4000), pathDisk("/p2", 1500)),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})])[PATH:/p1]:1000
  create  disk([({instance: a})])[PATH:/p1,v:path-of-v]:1000
  task    disk([({instance: a})])[PATH:/p1,v:path-of-v]:1000; cpus([({instance: a})]):1`,
}, {
	name:  "PATH: volumes are packed so that all fit, even where the first choice leaves no room",
	need:  volumesOn(cpu("a"), resource.PathDisk, volume("p", 500), volume("q", 450), volume("r", 500), volume("s", 450)),
	offer: offer("s", cpusAndMem, pathDisk("/p1", 1000), pathDisk("/p2", 900)),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):1; disk([({instance: a})])[PATH:/p1]:1000; disk([({instance: a})])[PATH:/p2]:900
  create  disk([({instance: a})])[PATH:/p1,p:path-of-p]:500; disk([({instance: a})])[PATH:/p2,q:path-of-q]:450; disk([({instance: a})])[PATH:/p1,r:path-of-r]:500; disk([({instance: a})])[PATH:/p2,s:path-of-s]:450
  task    disk([({instance: a})])[PATH:/p1,p:path-of-p]:500; disk([({instance: a})])[PATH:/p2,q:path-of-q]:450; disk([({instance: a})])[PATH:/p1,r:path-of-r]:500; disk([({instance: a})])[PATH:/p2,s:path-of-s]:450; cpus([({instance: a})]):1`,
}, {
	name:  "MOUNT: a disk reserved for the need comes before a smaller one",
	need:  volumesOn(cpu("a"), resource.MountDisk, volume("w", 500)),
	offer: offer("s", cpusAndMem, resource.Push(mountDisk("/mine", 2000), mine("a").Info()), mountDisk("/m", 500)),
	want: `match a@s found=false adopted=true
  reserve cpus([({instance: a})]):1
  create  disk([({instance: a})])[MOUNT:/mine,w:path-of-w]:2000
  task    disk([({instance: a})])[MOUNT:/mine,w:path-of-w]:2000; cpus([({instance: a})]):1`,
}, {
	name:  "PATH: what is reserved for the need in part comes before what is free and smaller",
	need:  volumesOn(cpu("a"), resource.PathDisk, volume("v", 800)),
	offer: offer("s", cpusAndMem, resource.Push(pathDisk("/p1", 300), mine("a").Info()), pathDisk("/p1", 700), pathDisk("/p2", 900)),
	want: `match a@s found=false adopted=true
  reserve cpus([({instance: a})]):1; disk([({instance: a})])[PATH:/p1]:500
  create  disk([({instance: a})])[PATH:/p1,v:path-of-v]:800
  task    disk([({instance: a})])[PATH:/p1,v:path-of-v]:800; cpus([({instance: a})]):1`,
}, {
	name:  "another instance's reservations are not touched",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "cpus:0.5;disk:999", reserved(mine("b"), "cpus:9;disk:9999")),
	want:  `refuse need "a" on agent s (host-s): volume "v": wanted 1000 MiB root disk, 999 offered`,
}, {
	name:  "static cpus of the role are used as they are, before free ones",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "cpus:4;disk:1000;cpus(db):0.75"),
	want: `match a@s found=false adopted=false
  reserve cpus([({instance: a})]):0.25; disk([({instance: a})]):1000
  create  disk([({instance: a})])[v:path-of-v]:1000
  task    disk([({instance: a})])[v:path-of-v]:1000; cpus([(STATIC,db)]):0.75; cpus([({instance: a})]):0.25`,
}, {
	name:  "static disk is not taken unasked, as a volume there has no labels; the refusal says how",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", cpusAndMem, "disk(db):2048"),
	want:  `refuse need "a" on agent s (host-s): volume "v": wanted 1000 MiB root disk, 0 offered (2048 MiB more are statically reserved: set Reservation.Static to use them)`,
}, {
	name:  "static: no RESERVE",
	need:  volumesOn(staticNeed("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "cpus:4;disk:8192;disk(db):2048;cpus(db):0.5"),
	want: `match a@s found=false adopted=false
  create  disk([(STATIC,db)])[v:path-of-v]:1000
  task    disk([(STATIC,db)])[v:path-of-v]:1000; cpus([(STATIC,db)]):0.5; cpus:0.5`,
}, {
	name:  "static: free disk is no static disk",
	need:  volumesOn(staticNeed("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "cpus:4;disk:8192"),
	want:  `refuse need "a" on agent s (host-s): volume "v": wanted 1000 MiB root disk, 0 offered`,
}, {
	name:  "static: found again",
	need:  volumesOn(staticNeed("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "cpus:4;disk(db):1048", on(resource.Reservation{Role: role, Static: true}, volume("v", 1000), resource.Scalar("disk", 1000))),
	want: `match a@s found=true adopted=true
  task    disk([(STATIC,db)])[v:path-of-v]:1000; cpus:1`,
}, {
	name:  "refinement of what is static for the parent role",
	need:  volumesOn(child("a"), resource.RootDisk, volume("v", 1000)),
	offer: offerTo("db/prod", "s", "cpus:4;disk(db):2048;disk:500"),
	want: `match a@s found=false adopted=false
  reserve cpus([(DYNAMIC,db/prod,db-fw,{instance: a})]):1; disk([(STATIC,db),(DYNAMIC,db/prod,db-fw,{instance: a})]):1000
  create  disk([(STATIC,db),(DYNAMIC,db/prod,db-fw,{instance: a})])[v:path-of-v]:1000
  task    disk([(STATIC,db),(DYNAMIC,db/prod,db-fw,{instance: a})])[v:path-of-v]:1000; cpus([(DYNAMIC,db/prod,db-fw,{instance: a})]):1`,
}, {
	name:  "what is dynamically reserved for the parent role is somebody's",
	need:  volumesOn(child("a"), resource.RootDisk, volume("v", 1000)),
	offer: offerTo("db/prod", "s", "cpus:4", reserved(operators(), "disk:2048")),
	want:  `refuse need "a" on agent s (host-s): volume "v": wanted 1000 MiB root disk, 0 offered`,
}, {
	name:  "unless the need says that it may be refined",
	need:  volumesOn(refining("a"), resource.RootDisk, volume("v", 1000)),
	offer: offerTo("db/prod", "s", "cpus:4", reserved(operators(), "disk:2048")),
	want: `match a@s found=false adopted=false
  reserve cpus([(DYNAMIC,db/prod,db-fw,{instance: a})]):1; disk([(DYNAMIC,db,ops),(DYNAMIC,db/prod,db-fw,{instance: a})]):1000
  create  disk([(DYNAMIC,db,ops),(DYNAMIC,db/prod,db-fw,{instance: a})])[v:path-of-v]:1000
  task    disk([(DYNAMIC,db,ops),(DYNAMIC,db/prod,db-fw,{instance: a})])[v:path-of-v]:1000; cpus([(DYNAMIC,db/prod,db-fw,{instance: a})]):1`,
}, {
	name:  "what an operator prepared for the need is used, and not added to",
	need:  volumesOn(prepared("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "cpus:4;disk:8192", reserved(operators(), "disk:2048;cpus:0.5")),
	want: `match a@s found=false adopted=true
  create  disk([(DYNAMIC,db,ops)])[v:path-of-v]:1000
  task    disk([(DYNAMIC,db,ops)])[v:path-of-v]:1000; cpus([(DYNAMIC,db,ops)]):0.5; cpus:0.5`,
}, {
	name:  "an offer for another role is no offer",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000)),
	offer: offerTo("web", "s", plenty),
	want:  `refuse need "a": nothing was offered to role "db"`,
}, {
	name:  "revocable cpus can't be counted on",
	need:  volumesOn(cpu("a"), resource.RootDisk, volume("v", 1000)),
	offer: offer("s", "disk:1000", mesos.Resource{Name: "cpus", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 4}, Revocable: &mesos.Resource_RevocableInfo{}}),
	want:  `refuse need "a" on agent s (host-s): wanted 1 cpus, 0 offered`,
}}

// TestNewDisk is about which disk a new need gets, and what is reserved for it.
func TestNewDisk(t *testing.T) {
	for _, c := range diskCases {
		t.Run(c.name, func(t *testing.T) {
			result := Assign([]Need{c.need}, []mesos.Offer{c.offer}, nil)
			got := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(lines(result)), "unused offer-s"))
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			checkChains(t, result)
		})
	}
}

// TestWithoutReservation: a need without a role takes what is free, of whatever role's offer, and reserves nothing.
func TestWithoutReservation(t *testing.T) {
	need := Need{ID: "client", Resources: resource.MustParse("cpus:2;mem:64;disk:10"), Ports: []string{"http"}}
	result := Assign([]Need{need}, []mesos.Offer{offerTo("web", "s", "cpus:1.5;cpus(web):1;mem:64;disk:10;ports:[8000-8000]", reserved(mine("a"), "cpus:9"))}, nil)
	want := `match client@s found=false adopted=false ports=map[http:8000]
  task    cpus([(STATIC,web)]):1; cpus:1; mem:64; disk:10; ports:[8000-8000]
`
	if got := lines(result); got != strings.ReplaceAll(want, "mem:64; disk:10", "disk:10; mem:64") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	checkChains(t, result)
}

// TestOldFormat: offers to a framework without RESERVATION_REFINEMENT and MULTI_ROLE name roles in the older way, and
// no allocation.
func TestOldFormat(t *testing.T) {
	need := node("a")
	down, err := append(reserved(mine("a"), "cpus:1"), onRoot(mine("a"), need.Volumes[0])).Downgrade()
	if err != nil {
		t.Fatal(err)
	}
	free, err := resource.MustParse(plenty).Downgrade()
	if err != nil {
		t.Fatal(err)
	}
	o := offer("s")
	o.AllocationInfo, o.Resources = nil, append(down, free...)
	result := Assign([]Need{need, node("b")}, []mesos.Offer{o}, nil)
	if len(result.Matches) != 1 || !result.Matches[0].Found || !errors.Is(result.Refusals[0], ErrOfferUsed) {
		t.Fatalf("got\n%s", lines(result))
	}
	result = New([]Need{need, node("b")}, nil, Config{PerAgent: 2}).Assign([]mesos.Offer{o})
	if len(result.Matches) != 2 {
		t.Fatalf("got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestOffersTogether: what one offer of an agent lacks, another has (semantics 9, rule 18).
func TestOffersTogether(t *testing.T) {
	one, two := offer("s", "cpus:0.5;disk:600"), offer("s", "cpus:0.5;mem:512;disk:424")
	one.ID.Value, two.ID.Value = "o1", "o2"
	elsewhere := offer("t", "cpus:0.5;mem:512")
	result := Assign([]Need{node("a")}, []mesos.Offer{two, elsewhere, one}, nil)
	if len(result.Matches) != 1 || len(result.Matches[0].Offers) != 2 || result.Matches[0].Offers[0].ID.Value != "o1" {
		t.Fatalf("got\n%s", lines(result))
	}
	checkChains(t, result)

	result = Assign([]Need{node("a")}, []mesos.Offer{one, one, one}, nil)
	if len(result.Matches) != 0 || !errors.Is(result.Refusals[0], ErrShort) {
		t.Errorf("the same offer three times counted three times:\n%s", lines(result))
	}
}

// TestPorts: numbers are the lowest that are left, and no two needs of a round get the same.
func TestPorts(t *testing.T) {
	with := func(id string, ports ...string) Need {
		n := node(id)
		n.Volumes, n.Ports = nil, ports
		return n
	}
	needs := []Need{with("a", "http", "rpc"), with("b", "http", "rpc"), with("c", "http")}
	offers := []mesos.Offer{offer("s", "cpus:8;mem:8192;ports:[0-0, 9000-9001, 31000-31001, 65535-70000]")}
	result := New(needs, nil, Config{PerAgent: -1}).Assign(offers)
	got := fmt.Sprint(result.Matches[0].Ports, result.Matches[1].Ports, result.Matches[2].Ports)
	if want := "map[http:9000 rpc:9001] map[http:31000 rpc:31001] map[http:65535]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	checkChains(t, result)

	var short *ShortError
	result = New(append(needs, with("d", "http")), nil, Config{PerAgent: -1}).Assign(offers)
	if len(result.Refusals) != 1 || !errors.As(result.Refusals[0], &short) || short.Want != 1 || short.Have != 0 || short.Name != "ports" {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestFixedPorts: ranges and sets that a need names are taken as they are, before the ports that any number will do for.
func TestFixedPorts(t *testing.T) {
	need := node("a")
	need.Resources = resource.MustParse("cpus:1;ports:[9042-9043];zones:{b}")
	need.Ports = []string{"any"}
	result := Assign([]Need{need}, []mesos.Offer{offer("s", "cpus:8;disk:4096;ports:[9042-9050];zones:{a,b,c}")}, nil)
	if len(result.Matches) != 1 || result.Matches[0].Ports["any"] != 9044 {
		t.Fatalf("got\n%s", lines(result))
	}
	if got := result.Matches[0].Resources.Filter(func(r *mesos.Resource) bool { return r.Name == "ports" || r.Name == "zones" }).Unallocate().String(); got != "ports:[9042-9044]; zones:{b}" {
		t.Errorf("got %s", got)
	}
	checkChains(t, result)

	result = Assign([]Need{need}, []mesos.Offer{offer("s", "cpus:8;disk:4096;ports:[9043-9050];zones:{a}")}, nil)
	want := `need "a" on agent s (host-s): wanted 2 ports:[9042-9043], 1 offered; wanted 1 zones:{b}, 0 offered`
	if len(result.Refusals) != 1 || result.Refusals[0].Error() != want {
		t.Errorf("got\n%swant\n%s", lines(result), want)
	}
}

// TestPerAgent: an offer is answered once, so by default one need gets an agent; the rest is told why not.
func TestPerAgent(t *testing.T) {
	needs := []Need{node("a"), node("b"), node("c")}
	offers := []mesos.Offer{offer("s", plenty)}
	result := Assign(needs, offers, nil)
	if len(result.Matches) != 1 || len(result.Refusals) != 2 || !errors.Is(result.Refusals[0], ErrOfferUsed) || !errors.Is(result.Refusals[1], ErrOfferUsed) {
		t.Errorf("by default: got\n%s", lines(result))
	}
	result = New(needs, nil, Config{PerAgent: 2}).Assign(offers)
	if len(result.Matches) != 2 || len(result.Placements) != 1 || len(result.Placements[0].Matches) != 2 {
		t.Errorf("two per agent: got\n%s", lines(result))
	}
	result = New(needs, nil, Config{PerAgent: -1}).Assign(offers)
	if len(result.Matches) != 3 || len(result.Placements) != 1 || len(result.Refusals) != 0 {
		t.Errorf("without limit: got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestProviders: a master refuses a RESERVE or CREATE of several resource providers' resources (semantics 3.4).
func TestProviders(t *testing.T) {
	need := volumesOn(node("a"), resource.MountDisk, volume("v", 100))
	need.Volumes = append(need.Volumes, volume("w", 100))
	provided := mountDisk("/csi", 200)
	provided.ProviderID = &mesos.ResourceProviderID{Value: "provider"}
	provided.Disk.Source.ID = new("csi-1")
	result := Assign([]Need{need}, []mesos.Offer{offer("s", plenty, provided)}, nil)
	if len(result.Matches) != 1 || len(result.Matches[0].operations) != 4 {
		t.Fatalf("got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestPerAgentOwners: the limit holds for needs that own something as well.
func TestPerAgentOwners(t *testing.T) {
	a, b := claimed(node("a"), "s"), claimed(node("b"), "s")
	bound := claimed(node("c"), "s")
	bound.Volumes = nil
	offers := []mesos.Offer{offer("s", plenty, onRoot(mine("a"), a.Volumes[0]), onRoot(mine("b"), b.Volumes[0]), reserved(mine("c"), "cpus:1"))}
	result := Assign([]Need{b, bound, a}, offers, nil)
	if where(result) != "a@s" || len(result.Refusals) != 2 || !errors.Is(result.Refusals[0], ErrOfferUsed) || !errors.Is(result.Refusals[1], ErrOfferUsed) {
		t.Errorf("by default: got\n%s", lines(result))
	}
	result = New([]Need{b, bound, a}, nil, Config{PerAgent: -1}).Assign(offers)
	if where(result) != "a@s b@s c@s" {
		t.Errorf("without limit: got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestGivenBack: a need that doesn't fit leaves the pool as it was.
func TestGivenBack(t *testing.T) {
	greedy := volumesOn(node("a"), resource.RootDisk, volume("v", 500), volume("w", 500))
	greedy.Resources = resource.MustParse("cpus:2;mem:9999;ports:[31000-31001];zones:{a}")
	modest := node("b")
	modest.Resources, modest.Ports = resource.MustParse("cpus:2;mem:512;zones:{a}"), []string{"http"}
	result := Assign([]Need{greedy, modest}, []mesos.Offer{offer("s", "cpus:2;mem:512;disk:1024;ports:[31000-31001];zones:{a}")}, nil)
	if where(result) != "b@s" || result.Matches[0].Ports["http"] != 31000 {
		t.Errorf("got\n%s", lines(result))
	}
	checkChains(t, result)
}

// TestStaticPorts: ports of the role go first, as nobody else can use them.
func TestStaticPorts(t *testing.T) {
	need := small("a")
	need.Ports = []string{"x", "y"}
	result := Assign([]Need{need}, []mesos.Offer{offer("s", "cpus:1;ports:[1000-1001];ports(db):[2000-2000]")}, nil)
	if got := fmt.Sprint(result.Matches[0].Ports); got != "map[x:2000 y:1000]" {
		t.Errorf("got %s", got)
	}
	checkChains(t, result)
}

// TestShapes: that one need doesn't fit says nothing of another which wants less, or something else.
func TestShapes(t *testing.T) {
	for name, change := range map[string]func(*Need){
		"less cpus":      func(n *Need) { n.Resources = resource.MustParse("cpus:1;mem:512") },
		"less disk":      func(n *Need) { n.Volumes[0].MiB = 100 },
		"fewer volumes":  func(n *Need) { n.Volumes = n.Volumes[:0] },
		"another disk":   func(n *Need) { n.Volumes[0].Disk.Type = resource.MountDisk },
		"a certain disk": func(n *Need) { n.Volumes[0].Disk = resource.Disk{Type: resource.PathDisk, Root: "/p"} },
		"fewer ports":    func(n *Need) { n.Ports = n.Ports[:1] },
		"other ports":    func(n *Need) { n.Resources = resource.MustParse("cpus:1;ports:[31000-31000]") },
		"another role":   func(n *Need) { n.Reservation.Role = "web" },
		"no reservation": func(n *Need) { n.Reservation, n.Volumes = resource.Reservation{}, nil },
		"static":         func(n *Need) { n.Reservation = resource.Reservation{Role: role, Static: true, Principal: principal} },
		"refinement":     func(n *Need) { n.Refine = []resource.Reservation{{Role: "d"}} },
	} {
		base := func(id string) Need {
			n := node(id)
			n.Resources, n.Ports = resource.MustParse("cpus:1;mem:512"), []string{"x"}
			return n
		}
		large, other := base("a"), base("b")
		o := offer("s", "cpus:1;mem:512;disk:1024;ports:[31000-31000]")
		switch name {
		case "less cpus":
			large.Resources = resource.MustParse("cpus:2;mem:512")
		case "less disk", "fewer volumes":
			large.Volumes[0].MiB = 1025
		case "another disk":
			o = offer("s", "cpus:1;mem:512;ports:[31000-31000]", mountDisk("/m", 1024))
		case "a certain disk":
			large.Volumes[0].Disk = resource.Disk{Type: resource.PathDisk, Root: "/q"}
			o = offer("s", "cpus:1;mem:512;ports:[31000-31000]", pathDisk("/p", 1024))
		case "fewer ports":
			large.Ports, other.Ports = []string{"x", "y"}, []string{"x", "y"}
		case "other ports":
			large.Ports, other.Ports = nil, nil
			large.Resources = resource.MustParse("cpus:1;ports:[31001-31001]")
		case "another role":
			o = offerTo("web", "s", "cpus:1;mem:512;disk:1024;ports:[31000-31000]")
		case "no reservation":
			o = offerTo("web", "s", "cpus:1;mem:512;disk:1024;ports:[31000-31000]")
		case "static":
			o = offer("s", "cpus:1;mem:512;disk(db):1024;ports:[31000-31000]")
		case "refinement":
			large.Reservation.Role, other.Reservation.Role = "d/e", "d/e"
			o = offerTo("d/e", "s", "cpus:1;mem:512;ports:[31000-31000]", reserved(resource.Reservation{Role: "d"}, "disk:1024"))
		}
		change(&other)
		if result := Assign([]Need{large, other}, []mesos.Offer{o}, nil); where(result) != "b@s" {
			t.Errorf("%s: got\n%s", name, lines(result))
		}
	}
}

// TestLeftoversLast: a need whose own reserved resources are offered is tried, even after others of its shape
// found nothing.
func TestLeftoversLast(t *testing.T) {
	offers := []mesos.Offer{offer("s", reserved(mine("z"), "cpus:1;mem:512;disk:1024"))}
	if result := Assign([]Need{node("a"), node("b"), node("z")}, offers, nil); where(result) != "z@s" {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestForeignIsNotShort: a volume that is in one need's way isn't in that of others of its shape.
func TestForeignIsNotShort(t *testing.T) {
	offers := []mesos.Offer{offer("s", plenty, onRoot(mine("x"), volume("a-data", 1024)))}
	result := Assign([]Need{node("a"), node("b")}, offers, nil)
	if where(result) != "b@s" || len(result.Refusals) != 1 || !errors.Is(result.Refusals[0], ErrForeign) {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestTies: equal disks are taken in the order of their roots, not of the offer.
func TestTies(t *testing.T) {
	need := volumesOn(node("a"), resource.MountDisk, volume("v", 100), volume("w", 100))
	one, two, three := mountDisk("/m1", 100), mountDisk("/m2", 100), mountDisk("/m3", 100)
	for _, order := range [][]mesos.Resource{{one, two, three}, {three, two, one}, {two, three, one}} {
		result := Assign([]Need{need}, []mesos.Offer{offer("s", plenty, resource.Set(order))}, nil)
		if got := resource.Set(result.Matches[0].Volumes).Unallocate(); resource.DiskOf(&got[0]).Root != "/m1" || resource.DiskOf(&got[1]).Root != "/m2" {
			t.Errorf("got %s", got)
		}
	}
}

// TestSearchIsBounded: twenty volumes of which any two are too large for a disk, on nineteen disks: all orders would be
// 10^17.
func TestSearchIsBounded(t *testing.T) {
	var disks resource.Set
	need := cpu("a")
	for i := range 20 {
		v := volume(fmt.Sprintf("v%02d", i), 60)
		v.Disk.Type = resource.PathDisk
		need.Volumes = append(need.Volumes, v)
		if i > 0 {
			disks = append(disks, pathDisk(fmt.Sprintf("/p%02d", i), 100))
		}
	}
	result := Assign([]Need{need}, []mesos.Offer{offer("s", plenty, disks)}, nil)
	var short *ShortError
	if len(result.Refusals) != 1 || !errors.As(result.Refusals[0], &short) || short.Want != 60 || short.Have != 40 {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestLargeAmounts: sums of what is offered stop short of overflowing.
func TestLargeAmounts(t *testing.T) {
	one, two := offer("s", "cpus:9000000000000000;mem:512;disk:1024"), offer("s", "cpus:9000000000000000")
	two.ID.Value = "another"
	if result := Assign([]Need{node("a")}, []mesos.Offer{one, two}, nil); where(result) != "a@s" {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestRoleOfResources: what an offer is for may stand in its resources only.
func TestRoleOfResources(t *testing.T) {
	o := offerTo("web", "s", plenty)
	o.AllocationInfo = nil
	if result := Assign([]Need{node("a")}, []mesos.Offer{o}, nil); !errors.Is(result.Refusals[0], ErrRole) {
		t.Errorf("got\n%s", lines(result))
	}
}

// TestHugeOffer: an agent with thousands of reservations and volumes costs in proportion to them.
func TestHugeOffer(t *testing.T) {
	steps := map[int]int{}
	for _, n := range []int{100, 2000} {
		var needs []Need
		var resources []any
		for i := range n {
			id := fmt.Sprintf("n%04d", i)
			need := Need{ID: id, Reservation: mine(id), Volumes: []resource.Volume{volume(id, 10)}, Claim: &Claim{AgentID: "s"}}
			needs = append(needs, need)
			resources = append(resources, reserved(mine(id), "cpus:1;mem:10"), onRoot(mine(id), need.Volumes[0]))
		}
		result := New(needs, nil, Config{PerAgent: -1}).Assign([]mesos.Offer{offer("s", resources...)})
		if len(result.Matches) != n {
			t.Fatalf("%d of %d are matched", len(result.Matches), n)
		}
		steps[n] = result.round.steps
	}
	if steps[2000] > 21*steps[100] {
		t.Errorf("steps by number of volumes: %v", steps)
	}
}

// TestBoundAndFresh: that claimed needs find nothing more doesn't end the search for new ones.
func TestBoundAndFresh(t *testing.T) {
	bound := claimed(node("z"), "s")
	bound.Volumes, bound.Resources = nil, resource.MustParse("cpus:99")
	late := node("b")
	late.Resources = resource.MustParse("cpus:0.5")
	early := node("a")
	early.Resources = resource.MustParse("cpus:98")
	result := Assign([]Need{bound, early, late}, []mesos.Offer{offer("s", plenty, reserved(mine("z"), "cpus:1"))}, nil)
	if where(result) != "b@s" || len(result.Refusals) != 2 {
		t.Errorf("got\n%s", lines(result))
	}
}
