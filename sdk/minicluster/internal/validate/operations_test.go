package validate

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func TestReserve(t *testing.T) {
	parentThenChild := reservedBy(dynamic("r", nil), dynamic("r/c", new("p")))
	plain := able
	plain.HierarchicalRole, plain.ReservationRefinement = false, false
	for _, tt := range []struct {
		name      string
		resources []mesos.Resource
		by        Requester
		agent     AgentCapabilities
		want      string
	}{
		{"fine", list(reservedDisk(64)), fromFramework(), able, ""},
		{"fine for an operator", list(reservedDisk(64, unallocatedOne, reservedBy(dynamic("x", nil)))), Requester{}, able, ""},
		{"one empty beside another", list(reservedDisk(64), reservedDisk(0)), fromFramework(), able, ""},
		{"nothing", nil, fromFramework(), able, "Invalid resources: The resources have multiple resource providers: "},
		{"only empty ones", list(reservedDisk(0)), fromFramework(), able, ""},
		{"two providers", list(reservedDisk(64), reservedDisk(1, provide)), fromFramework(), able, "Invalid resources: Some resources have a resource provider and some do not"},
		{"static", list(reservedDisk(64, reservedBy(static("r")))), fromFramework(), able, "Resource disk(allocated: r)(reservations: [(STATIC,r)]):64 is not dynamically reserved"},
		{"unreserved", list(reservedDisk(64, unreserveIt)), fromFramework(), able, "Resource disk(allocated: r):64 is not dynamically reserved"},
		{"no principal", list(reservedDisk(64, reservedBy(dynamic("r", nil)))), fromFramework(), able, "A reserve operation was attempted by principal 'p', but there is a reserved resource in the request with no principal set"},
		{"other principal", list(reservedDisk(64, reservedBy(dynamic("r", new("q"))))), fromFramework(), able, "A reserve operation was attempted by authenticated principal 'p', which does not match a reserved resource in the request with principal 'q'"},
		{"any principal if the framework has none", list(reservedDisk(64, reservedBy(dynamic("r", new("q"))))), Requester{Framework: fromFramework().Framework}, able, ""},
		{"not allocated", list(reservedDisk(64, allocatedTo(nil))), fromFramework(), able, "A reserve operation was attempted on unallocated resource disk(allocated: )(reservations: [(DYNAMIC,r,p)]):64, but frameworks can only perform reservations on allocated resources"},
		{"allocated to another role", list(reservedDisk(64, allocatedTo(new("q")))), fromFramework(), able, "A reserve operation was attempted for a resource with role 'r', but the resource was allocated to role 'q'"},
		{"a role that the framework has not", list(reservedDisk(64, allocatedTo(new("q")), reservedBy(dynamic("q", new("p"))))), fromFramework(), able, "A reserve operation was attempted for a resource allocated to role 'q', but the framework only has roles '{ r }'"},
		{"allocated, by an operator", list(reservedDisk(64)), Requester{}, able, "A reserve operation was attempted with an allocated resource, but the operator API only allows reservations to be made to unallocated resources"},
		{"revocable", list(reservedDisk(64, revoke)), fromFramework(), able, "Invalid resources: Invalid ReservationInfo: Dynamically reserved resource " + printedDisk + "{REV}:64 cannot be created from revocable resources"},
		{"hierarchical", list(reservedDisk(64, allocatedTo(new("r/c")), parentThenChild)), fromFramework(), plain, "Resource disk(allocated: r/c)(reservations: [(DYNAMIC,r),(DYNAMIC,r/c,p)]):64 with reservation for hierarchical role 'r/c' cannot be reserved on an agent without HIERARCHICAL_ROLE capability"},
		{"refined", list(reservedDisk(64, allocatedTo(new("r/c")), parentThenChild)), fromFramework(), AgentCapabilities{HierarchicalRole: true}, "Resource disk(allocated: r/c)(reservations: [(DYNAMIC,r),(DYNAMIC,r/c,p)]):64 with reservation refinement cannot be reserved on an agent without RESERVATION_REFINEMENT capability"},
		{"fractional gpus", list(func() mesos.Resource { r := reservedDisk(0.5); r.Name = "gpus"; return r }()), fromFramework(), able, "Invalid resources: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer"},
		{"disk info of nothing", list(reservedDisk(64, func(r *mesos.Resource) { r.Disk = &mesos.Resource_DiskInfo{} })), fromFramework(), able, "Invalid resources: Invalid DiskInfo: DiskInfo is set but empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Reserve(&mesos.Offer_Operation_Reserve{Resources: tt.resources}, tt.by, tt.agent), tt.want)
		})
	}
}

func TestReserveTwoRoles(t *testing.T) {
	by := Requester{Framework: &FrameworkContext{Roles: []string{"r", "q"}}}
	op := &mesos.Offer_Operation_Reserve{Resources: list(reservedDisk(1), reservedDisk(1, allocatedTo(new("q")), reservedBy(dynamic("q", nil))))}
	says(t, Reserve(op, by, able), "Invalid reservation resources: The resources have multiple allocation roles ('r' and 'q') but only one allocation role is allowed")
}

func TestReserveSource(t *testing.T) {
	bare := func(mib float64, change ...func(*mesos.Resource)) mesos.Resource {
		return reservedDisk(mib, append(change, unallocatedOne)...)
	}
	for _, tt := range []struct {
		name           string
		source, target []mesos.Resource
		want           string
	}{
		{"fine", list(bare(64)), list(bare(64, reservedBy(dynamic("q", nil)))), ""},
		{"from nothing reserved", list(bare(64, unreserveIt)), list(bare(64)), ""},
		{"to nothing", list(bare(64)), nil, "Invalid resources: Resource cannot be empty"},
		{"mixed", list(bare(64), bare(1, unreserveIt)), list(bare(65)), `Invalid source: Mixed reservations are not supported[{"name":"disk","type":"SCALAR","scalar":{"value":64.0},"reservations":[{"type":"DYNAMIC","role":"r","principal":"p"}]},{"name":"disk","type":"SCALAR","scalar":{"value":1.0}}]`},
		{"other amounts", list(bare(64)), list(bare(32)), "Source and target resources should refer to identical resource quantities: disk:64 vs. disk:32"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Reserve(&mesos.Offer_Operation_Reserve{Source: tt.source, Resources: tt.target}, Requester{}, able), tt.want)
		})
	}
}

func TestUnreserve(t *testing.T) {
	for _, tt := range []struct {
		name      string
		resources []mesos.Resource
		want      string
	}{
		{"fine", list(reservedDisk(64)), ""},
		{"somebody's", list(reservedDisk(64, reservedBy(dynamic("r", new("q"))))), ""},
		{"nothing", nil, "Invalid resources: The resources have multiple resource providers: "},
		{"empty", list(reservedDisk(0)), ""},
		{"unreserved", list(reservedDisk(1, unreserveIt)), "Resource disk(allocated: r):1 is not dynamically reserved"},
		{"volume", list(volume("v", 64)), "A dynamically reserved persistent volume " + printedDisk + "[v:data]:64 cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Unreserve(&mesos.Offer_Operation_Unreserve{Resources: tt.resources}), tt.want)
		})
	}
}

func TestCreate(t *testing.T) {
	change := func(do func(*mesos.Resource_DiskInfo)) func(*mesos.Resource) {
		return func(r *mesos.Resource) { do(r.Disk) }
	}
	const invalid = "Invalid resources: Invalid DiskInfo: "
	for _, tt := range []struct {
		name    string
		volumes []mesos.Resource
		want    string
	}{
		{"fine", list(volume("v", 64)), ""},
		{"on statically reserved disk", list(volume("v", 64, reservedBy(static("r")))), ""},
		{"blank in the id", list(volume("a b", 64)), ""},
		{"the id of another role", list(volume("old", 64, reservedBy(dynamic("q", nil)), allocatedTo(new("r")))), ""},
		{"nothing", nil, "Invalid resources: The resources have multiple resource providers: "},
		{"empty", list(volume("v", 0)), ""},
		{"empty beside another", list(volume("v", 64), volume("w", 0)), ""},
		{"plain disk", list(reservedDisk(64)), "Not a persistent volume: Resource " + printedDisk + ":64 does not have DiskInfo"},
		{"a disk with a source", list(reservedDisk(64, onSource(mesos.Resource_DiskInfo_Source_PATH))), "Not a persistent volume: 'persistence' is not set in DiskInfo"},
		{"unreserved", list(volume("v", 64, unreserveIt)), invalid + "Persistent volumes cannot be created from unreserved resources"},
		{"revocable", list(volume("v", 64, revoke)), invalid + "Persistent volumes cannot be created from revocable resources"},
		{"no volume", list(volume("v", 64, change(func(d *mesos.Resource_DiskInfo) { d.Volume = nil }))), invalid + "Expecting 'volume' to be set for persistent volume"},
		{"no persistence", list(volume("v", 64, change(func(d *mesos.Resource_DiskInfo) { d.Persistence = nil }))), invalid + "Non-persistent volume not supported"},
		{"host path", list(volume("v", 64, change(func(d *mesos.Resource_DiskInfo) { d.Volume.HostPath = new("/x") }))), invalid + "Expecting 'host_path' to be unset for persistent volume"},
		{"read only", list(volume("v", 64, change(func(d *mesos.Resource_DiskInfo) { d.Volume.Mode = mesos.RO.Enum() }))), "Not a persistent volume: Read-only persistent volume not supported"},
		{"slash in the id", list(volume("a/b", 64)), invalid + "Invalid persistence ID for persistent volume: 'a/b' contains invalid characters"},
		{"dots", list(volume("..", 64)), invalid + "Invalid persistence ID for persistent volume: '..' is disallowed"},
		{"no id", list(volume("", 64)), invalid + "Invalid persistence ID for persistent volume: ID must not be empty"},
		{"there already", list(volume("old", 64)), "Persistence ID 'old' is not unique"},
		{"twice", list(volume("v", 64), volume("v", 32)), "Persistence ID 'v' is not unique"},
		{"twice and shared", list(volume("v", 64, share), volume("v", 64, share)), "Create volume operation for '" + printedDisk + "[v:data]<SHARED>:64' has been attempted by framework 'f' with no SHARED_RESOURCES capability"},
		{"shared", list(volume("v", 64, share)), "Create volume operation for '" + printedDisk + "[v:data]<SHARED>:64' has been attempted by framework 'f' with no SHARED_RESOURCES capability"},
		{"no principal", list(volume("v", 64, change(func(d *mesos.Resource_DiskInfo) { d.Persistence.Principal = nil }))), "Create volume operation attempted by principal 'p', but there is a volume in the operation with no principal set in 'disk.persistence'"},
		{"other principal", list(volume("v", 64, change(func(d *mesos.Resource_DiskInfo) { d.Persistence.Principal = new("q") }))), "Create volume operation attempted by authenticated principal 'p', which does not match a volume in the operation with principal 'q' set in 'disk.persistence'"},
		{"not allocated", list(volume("v", 64, allocatedTo(nil))), "Invalid volume resources: The resources are not allocated to a role"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Create(&mesos.Offer_Operation_Create{Volumes: tt.volumes}, resource.Set{volume("old", 8, unallocatedOne)}, fromFramework(), able), tt.want)
		})
	}
}

func TestDestroy(t *testing.T) {
	there := resource.Set{volume("v", 64, unallocatedOne), volume("s", 64, unallocatedOne, share)}
	used := []resource.Set{{volume("s", 64, share)}}
	for _, tt := range []struct {
		name    string
		volumes []mesos.Resource
		want    string
	}{
		{"fine", list(volume("v", 64)), ""},
		{"with another path and owner", list(volume("v", 64, func(r *mesos.Resource) { r.Disk.Volume.ContainerPath, r.Disk.Persistence.Principal = "x", nil })), ""},
		{"twice is found out later", list(volume("v", 64), volume("v", 64)), ""},
		{"nothing", nil, "Invalid resources: The resources have multiple resource providers: "},
		{"empty", list(volume("v", 0)), "Invalid resources: The resources have multiple resource providers: "},
		{"empty beside another", list(volume("v", 64), volume("v", 0)), ""},
		{"plain disk", list(reservedDisk(64)), "Not a persistent volume: Resource disk(reservations: [(DYNAMIC,r,p)]):64 does not have DiskInfo"},
		{"unknown", list(volume("w", 64)), "Persistent volumes not found"},
		{"of another size", list(volume("v", 63)), "Persistent volumes not found"},
		{"in use", list(volume("s", 64, share)), "Persistent volumes in use"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Destroy(&mesos.Offer_Operation_Destroy{Volumes: tt.volumes}, there, used), tt.want)
		})
	}
}

func TestGrow(t *testing.T) {
	mount := onSource(mesos.Resource_DiskInfo_Source_MOUNT)
	for _, tt := range []struct {
		name             string
		volume, addition mesos.Resource
		agent            AgentCapabilities
		want             string
	}{
		{"fine", volume("v", 64), reservedDisk(1), able, ""},
		{"a volume of nothing is taken", volume("v", 0), reservedDisk(1), able, ""},
		{"bad volume", volume("v", -1), reservedDisk(1), able, "Invalid resource in the 'GrowVolume.volume' field: Invalid scalar resource: value <= 0"},
		{"bad addition", volume("v", 1), reservedDisk(-1), able, "Invalid resource in the 'GrowVolume.addition' field: Invalid scalar resource: value <= 0"},
		{"by nothing", volume("v", 64), reservedDisk(0), able, "The size of 'GrowVolume.addition' field must be greater than zero"},
		{"of a provider", volume("v", 64, provide), reservedDisk(1), able, "Growing a volume from a resource provider is not supported"},
		{"no volume", reservedDisk(64), reservedDisk(1), able, "Invalid persistent volume in the 'GrowVolume.volume' field: Resource " + printedDisk + ":64 does not have DiskInfo"},
		{"shared", volume("v", 64, share), reservedDisk(1), able, "Growing a shared persistent volume is not supported"},
		{"unreserved", volume("v", 64), reservedDisk(1, unreserveIt), able, "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields"},
		{"mount", volume("v", 64, mount), reservedDisk(1, mount), able, "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields"},
		{"capability", volume("v", 64), reservedDisk(1), AgentCapabilities{}, "Volume " + printedDisk + "[v:data]:64 cannot be grown on an agent without RESIZE_VOLUME capability"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Grow(&mesos.Offer_Operation_GrowVolume{Volume: tt.volume, Addition: tt.addition}, tt.agent), tt.want)
		})
	}
}

func TestShrink(t *testing.T) {
	const notLess, notMore = "Value of 'ShrinkVolume.subtract' must be greater than zero", "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'"
	for _, tt := range []struct {
		name     string
		volume   mesos.Resource
		subtract float64
		agent    AgentCapabilities
		want     string
	}{
		{"fine", volume("v", 64), 63.999, able, ""},
		{"bad volume", volume("v", -1), 1, able, "Invalid resource in the 'ShrinkVolume.volume' field: Invalid scalar resource: value <= 0"},
		{"by nothing", volume("v", 64), 0, able, notLess},
		{"by less than can be counted", volume("v", 64), 0.0004, able, notLess},
		{"by less than nothing", volume("v", 64), -1, able, notLess},
		{"by more than can be counted", volume("v", 64), 1e308, able, notLess},
		{"to nothing", volume("v", 64), 64, able, notMore},
		{"to next to nothing", volume("v", 64), 63.9999, able, notMore},
		{"of nothing", volume("v", 0), 1, able, notMore},
		{"of a provider", volume("v", 64, provide), 1, able, "Shrinking a volume from a resource provider is not supported"},
		{"mount", volume("v", 64, onSource(mesos.Resource_DiskInfo_Source_MOUNT)), 1, able, "Shrinking a volume on a MOUNT disk is not supported"},
		{"no volume", reservedDisk(64), 1, able, "Invalid persistent volume in the 'ShrinkVolume.volume' field: Resource " + printedDisk + ":64 does not have DiskInfo"},
		{"shared", volume("v", 64, share), 1, able, "Shrinking a shared persistent volume is not supported"},
		{"capability", volume("v", 64), 1, AgentCapabilities{}, "Volume " + printedDisk + "[v:data]:64 cannot be shrunk on an agent without RESIZE_VOLUME capability"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			says(t, Shrink(&mesos.Offer_Operation_ShrinkVolume{Volume: tt.volume, Subtract: mesos.Value_Scalar{Value: tt.subtract}}, tt.agent), tt.want)
		})
	}
}

func TestDisks(t *testing.T) {
	raw, mount := onSource(mesos.Resource_DiskInfo_Source_RAW), onSource(mesos.Resource_DiskInfo_Source_MOUNT)
	profiled := func(r *mesos.Resource) { r.Disk.Source.Profile = new("fast") }
	backed := func(r *mesos.Resource) { r.Disk.Source.ID = new("csi") }
	target := func(kind mesos.Resource_DiskInfo_Source_Type, profile *string) func(mesos.Resource) error {
		return func(r mesos.Resource) error {
			return CreateDisk(&mesos.Offer_Operation_CreateDisk{Source: r, TargetType: kind, TargetProfile: profile})
		}
	}
	gone := func(r mesos.Resource) error { return DestroyDisk(&mesos.Offer_Operation_DestroyDisk{Source: r}) }
	toMount := target(mesos.Resource_DiskInfo_Source_MOUNT, nil)
	for _, tt := range []struct {
		name   string
		source mesos.Resource
		check  func(mesos.Resource) error
		want   string
	}{
		{"create", reservedDisk(64, provide, raw, profiled), toMount, ""},
		{"create, of the agent", reservedDisk(64, raw), toMount, "'source' is not managed by a resource provider"},
		{"create, not raw", reservedDisk(64, provide, mount), toMount, "'source' is not a RAW disk resource"},
		{"create a path", reservedDisk(64, provide, raw), target(mesos.Resource_DiskInfo_Source_PATH, nil), "'target_type' is neither MOUNT or BLOCK"},
		{"create without a profile", reservedDisk(64, provide, raw), toMount, "'target_profile' must be set when 'source' has no profile"},
		{"create with two profiles", reservedDisk(64, provide, raw, profiled), target(mesos.Resource_DiskInfo_Source_BLOCK, new("x")), "'target_profile' must not be set when 'source' has a profile"},
		{"destroy", reservedDisk(64, provide, mount, backed), gone, ""},
		{"destroy, of the agent", reservedDisk(64), gone, "'source' is not managed by a resource provider"},
		{"destroy a path", reservedDisk(64, provide, onSource(mesos.Resource_DiskInfo_Source_PATH)), gone, "'source' is neither a MOUNT, BLOCK or RAW disk resource"},
		{"destroy what is no CSI volume", reservedDisk(64, provide, mount), gone, "'source' is not backed by a CSI volume"},
		{"destroy a volume", volume("v", 64, provide, mount, backed), gone, "A disk resource containing a persistent volume disk(allocated: r)(reservations: [(DYNAMIC,r,p)])[MOUNT(,csi,),v:data]:64 cannot be destroyed directly. Please destroy the persistent volume first then destroy the disk resource"},
	} {
		t.Run(tt.name, func(t *testing.T) { says(t, tt.check(tt.source), tt.want) })
	}
}

func TestOffers(t *testing.T) {
	known := map[string]*mesos.Offer{}
	add := func(id, framework, agent, role string) {
		known[id] = &mesos.Offer{
			ID: mesos.OfferID{Value: id}, FrameworkID: mesos.FrameworkID{Value: framework}, AgentID: mesos.AgentID{Value: agent},
			AllocationInfo: &mesos.Resource_AllocationInfo{Role: &role},
		}
	}
	add("1", "f", "a", "r")
	add("2", "f", "a", "r")
	add("3", "f", "a", "q")
	add("4", "f", "b", "r")
	add("5", "g", "a", "r")
	for _, tt := range []struct {
		ids  []string
		want string
	}{
		{[]string{"1"}, ""},
		{[]string{"1", "2"}, ""},
		{nil, "No offers specified"},
		{[]string{"1", "1"}, "Duplicate offer 1 in offer list"},
		{[]string{"1", "9"}, "Offer 9 is no longer valid"},
		{[]string{"5"}, "Offer 5 has invalid framework g while framework f is expected"},
		{[]string{"1", "3"}, "Aggregated offers must be allocated to the same role. Offer 3 uses role 'q but another is using role 'r"},
		{[]string{"1", "4"}, "Aggregated offers must belong to one single agent. Offer 4 uses agent b and agent a"},
	} {
		var ids []mesos.OfferID
		for _, id := range tt.ids {
			ids = append(ids, mesos.OfferID{Value: id})
		}
		says(t, Offers(ids, "f", func(id string) *mesos.Offer { return known[id] }), tt.want)
	}
}

func TestUpgradeNamesWhatIsMissing(t *testing.T) {
	for kind, want := range map[mesos.Offer_Operation_Type]string{
		mesos.Offer_Operation_RESERVE:       "A RESERVE offer operation must have the Offer.Operation.reserve field set.",
		mesos.Offer_Operation_UNRESERVE:     "An UNRESERVE offer operation must have the Offer.Operation.unreserve field set.",
		mesos.Offer_Operation_CREATE:        "A CREATE offer operation must have the Offer.Operation.create field set.",
		mesos.Offer_Operation_DESTROY:       "A DESTROY offer operation must have the Offer.Operation.destroy field set.",
		mesos.Offer_Operation_GROW_VOLUME:   "A GROW_VOLUME operation must have the Offer.Operation.grow_volume field set",
		mesos.Offer_Operation_SHRINK_VOLUME: "A SHRINK_VOLUME offer operation must have the Offer.Operation.shrink_volume field set.",
		mesos.Offer_Operation_LAUNCH:        "A LAUNCH offer operation must have the Offer.Operation.launch field set.",
		mesos.Offer_Operation_LAUNCH_GROUP:  "A LAUNCH_GROUP offer operation must have the Offer.Operation.launch_group field set.",
		mesos.Offer_Operation_CREATE_DISK:   "A CREATE_DISK offer operation must have the Offer.Operation.create_disk field set.",
		mesos.Offer_Operation_DESTROY_DISK:  "A DESTROY_DISK offer operation must have the Offer.Operation.destroy_disk field set.",
		mesos.Offer_Operation_UNKNOWN:       "Unknown offer operation",
	} {
		says(t, Upgrade(&mesos.Offer_Operation{Type: &kind}), want)
	}
}

func TestUpgradeTakesTheOldFormat(t *testing.T) {
	old := resource.Scalar("disk", 64)
	old.Role, old.Reservation = new("r"), &mesos.Resource_ReservationInfo{Principal: new("p")}
	op := &mesos.Offer_Operation{Type: mesos.Offer_Operation_RESERVE.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: list(old)}}
	says(t, Upgrade(op), "")
	if got := resource.String(&op.Reserve.Resources[0]); got != "disk(reservations: [(DYNAMIC,r,p)]):64" {
		t.Errorf("resource = %s", got)
	}
	Allocate(op, "r")
	if got := resource.String(&op.Reserve.Resources[0]); got != printedDisk+":64" {
		t.Errorf("allocated = %s", got)
	}
	Unallocate(op)
	if op.Reserve.Resources[0].AllocationInfo != nil {
		t.Error("still allocated")
	}
}

func TestUpgradeWrapsErrorsOfLists(t *testing.T) {
	negative := &mesos.Offer_Operation{Type: mesos.Offer_Operation_CREATE.Enum(), Create: &mesos.Offer_Operation_Create{Volumes: list(volume("v", -5))}}
	says(t, Upgrade(negative), "Resource '"+printedDisk+"[v:data]:-5' is invalid: Invalid scalar resource: value <= 0")
	single := &mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum(), GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: volume("v", -5), Addition: reservedDisk(1)}}
	says(t, Upgrade(single), "Invalid scalar resource: value <= 0")
}
