package validate

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// Whitelisted tells whether a role is on the master's --roles; an empty whitelist has them all.
func Whitelisted(role string, whitelist []string) bool {
	return len(whitelist) == 0 || role == "*" || slices.Contains(whitelist, role)
}

// Quota judges one QuotaConfig of UPDATE_QUOTA by itself. The texts are whole (semantics 7.2).
func Quota(c *masterpb.QuotaConfig, whitelist []string) error {
	if !Whitelisted(c.Role, whitelist) {
		return fmt.Errorf("Invalid QuotaConfig: '%s' is not on the roles whitelist", c.Role)
	}
	if strings.Contains(c.Role, "/") {
		return fmt.Errorf("Updating quota on nested role '%s' is not supported yet", c.Role)
	}
	return wrap("Invalid QuotaConfig: ", first(
		func() error { return wrap("Invalid 'QuotaConfig.role': ", mesos.ValidateRole(c.Role)) },
		func() error { return wrap("Invalid 'QuotaConfig.guarantees': ", quotaSizes(c.Guarantees)) },
		func() error { return wrap("Invalid 'QuotaConfig.limits': ", quotaSizes(c.Limits)) },
		func() error { return quotaAmounts("guarantee", c.Guarantees) },
		func() error { return quotaAmounts("limit", c.Limits) },
		func() error {
			if allocator.AmountsFrom(c.Limits).Bounds(allocator.AmountsFrom(c.Guarantees)) {
				return nil
			}
			return fmt.Errorf("'QuotaConfig.guarantees' %s is not contained within the 'QuotaConfig.limits' %s", scalarMap(c.Guarantees), scalarMap(c.Limits))
		},
	))
}

// The largest amounts of a quota: MiB of memory and disk, and anything else.
const (
	exabyte  = 1 << 40
	trillion = 1_000_000_000_000
)

func quotaSizes(m map[string]mesos.Value_Scalar) error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		v := m[name].Value
		switch {
		case (name == "mem" || name == "disk") && v > exabyte:
			return fmt.Errorf("{'%s': %s} is invalid: values greater than 1 exabyte (%d) are not supported", name, fixed(v), int64(exabyte))
		case name != "mem" && name != "disk" && v > trillion:
			return fmt.Errorf("{'%s': %s} is invalid: values greater than 1 trillion (%d) are not supported", name, fixed(v), int64(trillion))
		}
	}
	return nil
}

func quotaAmounts(what string, m map[string]mesos.Value_Scalar) error {
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if why := allocator.BadQuantity(m[name].Value); why != "" {
			return fmt.Errorf("Invalid %s configuration {'%s': %s}: %s", what, name, fixed(m[name].Value), why)
		}
	}
	return nil
}

// fixed prints an amount with up to three decimals, as a master prints scalars.
func fixed(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) >= math.MaxInt64/1000 {
		return number(v)
	}
	return strconv.FormatFloat(resource.Float(resource.Fixed(v)), 'f', -1, 64)
}

func scalarMap(m map[string]mesos.Value_Scalar) string {
	parts := make([]string, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, name+": "+fixed(m[name].Value))
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

// QuotaRequest judges the deprecated SET_QUOTA by itself; existing returns the quota of a role that has one.
func QuotaRequest(q *masterpb.QuotaRequest, whitelist []string, existing func(role string) (allocator.Quota, bool)) error {
	const before = "Failed to validate set quota request: "
	role := q.GetRole()
	err := wrap(before, first(
		func() error { return wrap("QuotaInfo with invalid resource: ", valid(q.Guarantee)) },
		func() error {
			if q.Role == nil {
				return errors.New("QuotaInfo must specify a role")
			}
			return wrap("QuotaInfo with invalid role: ", mesos.ValidateRole(role))
		},
		func() error { return guarantee(q.Guarantee) },
		func() error {
			if !Whitelisted(role, whitelist) {
				return fmt.Errorf("Unknown role '%s'", role)
			}
			if _, has := existing(role); has {
				return fmt.Errorf("Cannot set quota for role '%s' which already has quota", role)
			}
			return nil
		},
	))
	if err == nil && strings.Contains(role, "/") {
		// A real master first compares guarantees with those of the parent.
		parent, sum := role[:strings.LastIndex(role, "/")], allocator.AmountsOf(q.Guarantee)
		has, _ := existing(parent)
		if has.Guarantees.Contains(sum) {
			return fmt.Errorf("Setting quota on nested role '%s' is not supported yet", role)
		}
		name := parent[strings.LastIndex(parent, "/")+1:]
		return fmt.Errorf(before+"Invalid quota configuration. Parent role '%s' with guarantees (%s) does not contain the sum of its children's guarantees (%s)", name, has.Guarantees, sum)
	}
	return err
}

// guarantee judges the resources of a SET_QUOTA.
func guarantee(s []mesos.Resource) error {
	if len(s) == 0 {
		return errors.New("QuotaInfo with empty 'guarantee'")
	}
	seen := map[string]bool{}
	for i := range s {
		r := s[i]
		resource.Upgrade(&r)
		switch {
		case len(r.Reservations) > 0:
			return errors.New("QuotaInfo must not contain any ReservationInfo")
		case r.Disk != nil:
			return errors.New("QuotaInfo must not contain DiskInfo")
		case r.Revocable != nil:
			return errors.New("QuotaInfo must not contain RevocableInfo")
		case r.Type != mesos.SCALAR:
			return errors.New("QuotaInfo must not include non-scalar resources")
		case seen[r.Name]:
			return fmt.Errorf("QuotaInfo contains duplicate resource name '%s'", r.Name)
		}
		seen[r.Name] = true
	}
	return nil
}

// UnsetQuota refuses REMOVE_QUOTA for a role without quota, which a master takes for valid and dies of (R6).
func UnsetQuota(role string) error { return aborts("R6", "Role '%s' has no quota set", role) }

// Weight judges one entry of UPDATE_WEIGHTS; role is without blanks around it. NaN and infinity pass, as they do there.
func Weight(role string, weight float64, whitelist []string) error {
	const before = "Failed to validate update weights request JSON"
	if err := wrap(fmt.Sprintf(before+": Invalid role '%s': ", role), mesos.ValidateRole(role)); err != nil {
		return err
	}
	if !Whitelisted(role, whitelist) {
		return fmt.Errorf(before+": Unknown role '%s'", role)
	}
	if weight <= 0 {
		return fmt.Errorf(before+" for role '%s': Invalid weight '%s': Weights must be positive", role, number(weight))
	}
	return nil
}
