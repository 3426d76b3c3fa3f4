package resource_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Rows 61 and 62 of semantics 10.2.
func TestFormats(t *testing.T) {
	labels := &mesos.Labels{Labels: []mesos.Label{{Key: "k", Value: new("v")}}}
	withLabels := func(r *mesos.Resource) { oldPrincipal("p")(r); r.Reservation.Labels = labels }
	for _, c := range []struct {
		name            string
		pre, post, both mesos.Resource
	}{
		{"unreserved", cpus(1, oldRole("*")), cpus(1), cpus(1, oldRole("*"))},
		{"static", cpus(1, oldRole("r")), cpus(1, static("r")), cpus(1, oldRole("r"), static("r"))},
		{"dynamic", cpus(1, oldRole("r"), oldPrincipal("p")), cpus(1, dynamic("r", "p")), cpus(1, oldRole("r"), oldPrincipal("p"), dynamic("r", "p"))},
		{"dynamic with labels", cpus(1, oldRole("r"), withLabels), cpus(1, dynamic("r", "p", "k", "v")),
			cpus(1, oldRole("r"), withLabels, dynamic("r", "p", "k", "v"))},
		{"dynamic without a principal", cpus(1, oldRole("r"), func(r *mesos.Resource) { r.Reservation = &mesos.Resource_ReservationInfo{} }),
			cpus(1, dynamic("r", "")), cpus(1, oldRole("r"), func(r *mesos.Resource) { r.Reservation = &mesos.Resource_ReservationInfo{} }, dynamic("r", ""))},
	} {
		t.Run("rows 61, 62: "+c.name, func(t *testing.T) {
			pre, post, both := set(c.pre), set(c.post), set(c.both)
			for name, s := range map[string]resource.Set{"PRE": pre, "POST": post, "ENDPOINT": both} {
				if err := s.Validate(); err != nil {
					t.Errorf("%s is invalid: %v", name, err)
				}
				wantSame(t, name+" upgraded", s.Upgrade(), post)
				wantSame(t, name+" as endpoint", s.Endpoint(), both)
				down, err := s.Downgrade()
				if err != nil {
					t.Errorf("%s downgraded: %v", name, err)
				}
				wantSame(t, name+" downgraded", down, pre)
			}
		})
	}
	refined := set(cpus(1), cpus(1, static("r"), dynamic("r/s", "p")))
	if s, err := refined.Downgrade(); !errors.Is(err, resource.ErrRefined) || s != nil ||
		err.Error() != "Cannot downgrade resources containing refined reservations" {
		t.Errorf("row 61: refined downgraded: %v, %v", s, err)
	}
	wantSame(t, "row 62: refined as endpoint", refined.Endpoint(), set(cpus(1, oldRole("*")), refined[1]))
}

// wantSame compares messages, not what they mean.
func wantSame(t *testing.T, name string, got, want resource.Set) {
	t.Helper()
	if diff := cmp.Diff([]mesos.Resource(want), []mesos.Resource(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Upgrade works in place and doesn't turn what is invalid into something valid.
func TestUpgradeInPlace(t *testing.T) {
	r := cpus(1, oldRole("a"), oldPrincipal("p"))
	resource.Upgrade(&r)
	wantSame(t, "upgraded", set(r), set(cpus(1, dynamic("a", "p"))))
	for _, edits := range [][]edit{{oldRole("*"), oldPrincipal("p")}, {oldPrincipal("p")}} {
		r := cpus(1, edits...)
		resource.Upgrade(&r)
		if err := resource.Validate(&r); err == nil {
			t.Errorf("a dynamic reservation for * became %s", resource.String(&r))
		}
	}
}
