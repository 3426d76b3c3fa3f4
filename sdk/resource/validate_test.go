package resource_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Every text of semantics 2.2, in the order of the checks.
func TestValidate(t *testing.T) {
	static, dynamic := static, dynamic
	as := func(kind mesos.Resource_ReservationInfo_Type, role string) edit {
		return func(r *mesos.Resource) {
			r.Reservations = append(r.Reservations, mesos.Resource_ReservationInfo{Type: new(kind), Role: new(role)})
		}
	}
	both := func(role *string, old *mesos.Resource_ReservationInfo) edit {
		return func(r *mesos.Resource) { r.Role, r.Reservation = role, old }
	}
	old := func(principal string, labels *mesos.Labels) *mesos.Resource_ReservationInfo {
		return &mesos.Resource_ReservationInfo{Principal: new(principal), Labels: labels}
	}
	foo := &mesos.Labels{Labels: []mesos.Label{{Key: "k", Value: new("v")}, {Key: "foo"}}}
	raw := func(s mesos.Resource_DiskInfo_Source) mesos.Resource { return disk(1, source(s)) }
	for _, c := range []struct {
		r    mesos.Resource
		want string // "": valid
	}{
		{mesos.Resource{}, "Empty resource name"},
		{made(cpus(-1), func(r *mesos.Resource) { r.Name = "" }), "Empty resource name"},
		{mesos.Resource{Name: "x", Type: 9}, "Invalid resource type"},
		{mesos.Resource{Name: "x", Type: mesos.TEXT}, "Unsupported resource type"},

		{mesos.Resource{Name: "x", Type: mesos.SCALAR}, "Invalid scalar resource"},
		{made(cpus(1), func(r *mesos.Resource) { r.Set = &mesos.Value_Set{} }), "Invalid scalar resource"},
		{made(cpus(1), func(r *mesos.Resource) { r.Ranges = &mesos.Value_Ranges{} }), "Invalid scalar resource"},
		{cpus(-1), "Invalid scalar resource: value <= 0"},
		{cpus(0.0004), "Invalid scalar resource: value <= 0"},
		{cpus(1e-310), "Invalid scalar resource: value <= 0"},
		{cpus(math.NaN()), "Invalid scalar resource: value <= 0"},
		{cpus(math.Inf(1)), "Invalid scalar resource: value <= 0"},
		{cpus(math.Inf(-1)), "Invalid scalar resource: value <= 0"},
		{cpus(9.3e15), "Invalid scalar resource: value <= 0"},
		{cpus(9.2e15), ""},
		{cpus(0), ""},
		{cpus(math.Copysign(0, -1)), ""},
		{cpus(0.0005), ""},

		{mesos.Resource{Name: "x", Type: mesos.RANGES}, "Invalid ranges resource"},
		{made(ports(), func(r *mesos.Resource) { r.Scalar = &mesos.Value_Scalar{} }), "Invalid ranges resource"},
		{ports(span(2, 1)), "Invalid ranges resource: begin > end"},
		{ports(span(1, 5), span(9, 6)), "Invalid ranges resource: begin > end"},
		{ports(span(1, 5), span(5, 6)), "Invalid ranges resource: overlapping ranges"},
		{ports(span(1, 9), span(3, 4)), "Invalid ranges resource: overlapping ranges"},
		{ports(span(3, 4), span(1, 9)), "Invalid ranges resource: overlapping ranges"},
		{ports(span(0, math.MaxUint64), span(math.MaxUint64, math.MaxUint64)), "Invalid ranges resource: overlapping ranges"},
		{ports(span(7, 8), span(1, 2), span(3, 4)), ""},
		{ports(span(0, math.MaxUint64)), ""},
		{ports(), ""},

		{mesos.Resource{Name: "x", Type: mesos.SET}, "Invalid set resource"},
		{made(resource.Items("x"), func(r *mesos.Resource) { r.Scalar = &mesos.Value_Scalar{} }), "Invalid set resource"},
		{resource.Items("x", "a", "b", "a"), "Invalid set resource: duplicated elements"},
		{resource.Items("x", "a", "b"), ""},

		{cpus(1, mapped("p")), "DiskInfo should not be set for cpus resource"},
		{raw(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_RAW, Mount: &mesos.Resource_DiskInfo_Source_Mount{}}), "Mount should not be set for RAW disk source"},
		{raw(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_BLOCK, Path: &mesos.Resource_DiskInfo_Source_Path{}}), "Path should not be set for BLOCK disk source"},
		{raw(mesos.Resource_DiskInfo_Source{ID: new("x")}), "Unsupported 'DiskInfo.Source.Type' in 'UNKNOWN'"},
		{raw(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_BLOCK, ID: new("x")}), ""},
		{raw(mesos.Resource_DiskInfo_Source{Type: mesos.Resource_DiskInfo_Source_PATH, Mount: &mesos.Resource_DiskInfo_Source_Mount{}}), ""},

		{cpus(1, oldRole("")), "Role names cannot be the empty string"},
		{cpus(1, oldRole("a b")), "Role component 'a b' is invalid because it contains backspace or whitespace"},
		{cpus(1, both(new("a"), &mesos.Resource_ReservationInfo{Type: mesos.Resource_ReservationInfo_DYNAMIC.Enum(), Role: new("a")})),
			"'Resource.ReservationInfo.type' must not be set for the 'Resource.reservation' field"},
		{cpus(1, both(new("a"), &mesos.Resource_ReservationInfo{Role: new("a")})),
			"'Resource.ReservationInfo.role' must not be set for the 'Resource.reservation' field"},
		{cpus(1, both(new("*"), old("p", nil))), `Invalid reservation: role "*" cannot be dynamically reserved`},
		{cpus(1, both(nil, old("p", nil))), `Invalid reservation: role "*" cannot be dynamically reserved`},
		{cpus(1, both(new("a"), old("p", foo))), ""},

		{cpus(1, func(r *mesos.Resource) { r.Reservations = []mesos.Resource_ReservationInfo{{Role: new("a")}} }),
			"Invalid reservation: 'Resource.ReservationInfo.type' field must be set."},
		{cpus(1, as(9, "a")), "Invalid reservation: 'Resource.ReservationInfo.type' field must be set."},
		{cpus(1, func(r *mesos.Resource) {
			r.Reservations = []mesos.Resource_ReservationInfo{{Type: mesos.Resource_ReservationInfo_STATIC.Enum()}}
		}), "Invalid reservation: 'Resource.ReservationInfo.role' field must be set."},
		{cpus(1, static("a/")), "Role 'a/' cannot end with a slash"},
		{cpus(1, static("a"), dynamic("a//b", "p")), "Role 'a//b' cannot contain two adjacent slashes"},
		{cpus(1, static("*")), `Invalid reservation: role "*" cannot be reserved`},
		{cpus(1, as(mesos.Resource_ReservationInfo_UNKNOWN, "a")), "Unsupported 'Resource.ReservationInfo.Type'"},

		{cpus(1, static("a"), static("a/b")), "Invalid refined reservation: A refined reservation cannot be STATIC"},
		{cpus(1, static("a"), dynamic("a", "p")), "Invalid refined reservation: role 'a' is not a refinement of 'a'"},
		{cpus(1, static("a"), dynamic("ab", "p")), "Invalid refined reservation: role 'ab' is not a refinement of 'a'"},
		{cpus(1, dynamic("a", "p"), dynamic("a/b/c", "p"), dynamic("a/b", "p")), "Invalid refined reservation: role 'a/b' is not a refinement of 'a/b/c'"},
		{cpus(1, static("a"), dynamic("a/b", "p"), dynamic("a/b/c/d", "q")), ""},

		{cpus(1, static("a"), both(new("b"), nil)), "Invalid resource format: 'Resource.role' field with 'b' does not match the role 'a' in 'Resource.reservations'"},
		{cpus(1, static("a"), both(new("a"), old("p", nil))),
			"Invalid resource format: 'Resource.reservation' must not be set if the single reservation in 'Resource.reservations' is STATIC"},
		{cpus(1, dynamic("a", "p"), both(new("a"), nil)),
			"Invalid resource format: 'Resource.role' and 'Resource.reservation' must either be both set or both not set if the single reservation in 'Resource.reservations' is DYNAMIC"},
		{cpus(1, dynamic("a", "q"), both(new("a"), old("p", nil))),
			"Invalid resource format: 'Resource.reservation.principal' field with 'p' does not match the principal 'q' in 'Resource.reservations'"},
		{cpus(1, dynamic("a", "p", "x", "y"), both(new("a"), old("p", foo))),
			"Invalid resource format: 'Resource.reservation.labels' field with '{k: v, foo}' does not match the labels '{x: y}' in 'Resource.reservations'"},
		{cpus(1, dynamic("a", "p"), both(new("a"), old("p", foo))),
			"Invalid resource format: 'Resource.reservation.labels' field with '{k: v, foo}' does not match the labels '{}' in 'Resource.reservations'"},
		{cpus(1, dynamic("a", "p"), both(new("a"), old("p", &mesos.Labels{}))), ""},
		{cpus(1, static("a"), dynamic("a/b", "p"), both(new("a/b"), nil)),
			"Invalid resource format: 'Resource.role' must not be set if there is more than one reservation in 'Resource.reservations'"},
		{cpus(1, static("a"), dynamic("a/b", "p"), both(nil, old("p", nil))),
			"Invalid resource format: 'Resource.reservation' must not be set if there is more than one reservation in 'Resource.reservations'"},

		{cpus(1, shared), "Resource cpus cannot be shared"},
		{disk(1, shared), "Only persistent volumes can be shared"},
		{disk(1, shared, mapped("p")), "Only persistent volumes can be shared"},
		{disk(1, shared, volume("v", "p")), ""},
	} {
		err := resource.Validate(&c.r)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", resource.String(&c.r), err)
			}
			continue
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\ngot  %v\nwant %s", resource.String(&c.r), err, c.want)
			continue
		}
		if !errors.Is(err, resource.ErrInvalid) && !errors.Is(err, mesos.ErrInvalidRole) {
			t.Errorf("%v has no sentinel", err)
		}
		wrapped := set(cpus(1), c.r).Validate()
		var invalid *resource.InvalidError
		if !errors.As(wrapped, &invalid) || invalid.Index != 1 || !errors.Is(wrapped, resource.ErrInvalid) {
			t.Errorf("in a set: %v", wrapped)
		} else if want := "Resource '" + resource.String(&c.r) + "' is invalid: " + c.want; wrapped.Error() != want {
			t.Errorf("in a set:\ngot  %v\nwant %s", wrapped, want)
		}
	}
}

// What an invalid resource can't do: be contained, be added, be taken.
func TestInvalidResourcesHaveNoEffect(t *testing.T) {
	s := resource.MustParse("cpus:4;ports:[1-10];x:{a,b}")
	for _, bad := range []mesos.Resource{
		cpus(-1), cpus(math.NaN()), cpus(math.Inf(1)), cpus(0.0001), cpus(1e16),
		ports(span(5, 2)), ports(span(1, 3), span(2, 4)), resource.Items("x", "a", "a"),
		{Name: "cpus"}, {Name: "cpus", Type: mesos.TEXT}, {Name: "cpus", Type: 7},
	} {
		if s.ContainsOne(&bad) || s.Contains(set(bad)) || s.Contains(set(cpus(1), bad)) {
			t.Errorf("%s is contained", resource.String(&bad))
		}
		if got := s.Plus(set(bad)); !got.Equal(s) {
			t.Errorf("with %s: %s", resource.String(&bad), got)
		}
		if left, contained := s.Minus(set(bad)); contained || !left.Equal(s) {
			t.Errorf("without %s: %s, %v", resource.String(&bad), left, contained)
		}
		if got := set(bad).Plus(s); !got.Equal(s) {
			t.Errorf("%s and more: %s", resource.String(&bad), got)
		}
		if set(bad).Contains(set(cpus(1))) {
			t.Errorf("%s contains something", resource.String(&bad))
		}
	}
	wrong := cpus(1, static("*"))
	if set(wrong).ContainsOne(&wrong) {
		t.Error("an invalid reservation is contained")
	}
}
