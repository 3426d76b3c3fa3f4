package validate

import (
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// What a real master dies of, beside what it answers though it looks much the same.
func TestPoison(t *testing.T) {
	op := func(kind mesos.Offer_Operation_Type, s ...mesos.Resource) *mesos.Offer_Operation {
		return &mesos.Offer_Operation{
			Type: kind.Enum(), Reserve: &mesos.Offer_Operation_Reserve{Resources: s}, Unreserve: &mesos.Offer_Operation_Unreserve{Resources: s},
			Create: &mesos.Offer_Operation_Create{Volumes: s}, Destroy: &mesos.Offer_Operation_Destroy{Volumes: s},
		}
	}
	const (
		reserve, unreserve = mesos.Offer_Operation_RESERVE, mesos.Offer_Operation_UNRESERVE
		create, destroy    = mesos.Offer_Operation_CREATE, mesos.Offer_Operation_DESTROY
	)
	twins := volume("v", 64, share)
	for _, tt := range []struct {
		name string
		op   *mesos.Offer_Operation
		rule string // empty: it is answered
	}{
		{"RESERVE nothing at all", op(reserve), ""},
		{"RESERVE empty", op(reserve, reservedDisk(0)), "R1"},
		{"RESERVE empty beside another", op(reserve, reservedDisk(1), reservedDisk(0)), ""},
		{"UNRESERVE empty", op(unreserve, reservedDisk(0)), "R1"},
		{"UNRESERVE empty beside another", op(unreserve, reservedDisk(1), reservedDisk(0)), ""},
		{"CREATE empty", op(create, volume("v", 0)), "R1"},
		{"CREATE empty beside another", op(create, volume("v", 1), volume("w", 0)), "R1"},
		{"CREATE", op(create, volume("v", 1), volume("w", 1)), ""},
		{"CREATE shared", op(create, twins), ""},
		{"CREATE shared twice", op(create, twins, twins), "R3"},
		{"CREATE two shared ones", op(create, twins, volume("w", 64, share)), ""},
		{"DESTROY empty beside another", op(destroy, volume("v", 64), volume("v", 0)), "R1"},
		{"DESTROY", op(destroy, volume("v", 64)), ""},
	} {
		reduced, err := Poison(tt.op)
		if reduced.GetType() != tt.op.GetType() {
			t.Errorf("%s: reduced to %v", tt.name, reduced)
		}
		switch {
		case tt.rule == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.rule != "" && (err == nil || !strings.HasSuffix(err.Error(), Aborts+" (rule "+tt.rule+")")):
			t.Errorf("%s: %v, want rule %s", tt.name, err, tt.rule)
		}
	}
	text := mesos.Resource{Name: "x", Type: mesos.TEXT}
	// To say what is wrong, a master prints resources of a list, and dies of it; of a single one it doesn't.
	if err := Upgrade(op(reserve, text)); err == nil || !strings.Contains(err.Error(), "rule R2") {
		t.Errorf("text in a list: %v", err)
	}
	single := &mesos.Offer_Operation{Type: mesos.Offer_Operation_GROW_VOLUME.Enum(), GrowVolume: &mesos.Offer_Operation_GrowVolume{Volume: text, Addition: reservedDisk(1)}}
	if err := Upgrade(single); err == nil || strings.Contains(err.Error(), Aborts) {
		t.Errorf("single text: %v", err)
	}
	if err := Upgrade(op(reserve, resource.Scalar("", 1), text)); err == nil || strings.Contains(err.Error(), Aborts) {
		t.Errorf("text behind an invalid resource: %v", err)
	}
}
