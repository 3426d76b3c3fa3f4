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
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
)

// Has tells whether a framework declares a capability.
func Has(f *mesos.FrameworkInfo, c mesos.FrameworkInfo_Capability_Type) bool {
	return slices.ContainsFunc(f.Capabilities, func(have mesos.FrameworkInfo_Capability) bool {
		return have.Type != nil && *have.Type == c
	})
}

// Roles returns the roles that a framework subscribes to.
func Roles(f *mesos.FrameworkInfo) []string {
	if Has(f, mesos.FrameworkInfo_Capability_MULTI_ROLE) {
		return slices.Compact(slices.Sorted(slices.Values(f.Roles)))
	}
	return []string{f.GetRole()}
}

// Framework judges a FrameworkInfo by steps 2 to 6 of semantics 1.5. whitelist is the master's --roles; empty:
// any role.
func Framework(f *mesos.FrameworkInfo, whitelist []string) error {
	return first(
		func() error { return frameworkRoles(f) },
		func() error {
			if f.ID == nil || f.ID.Value == "" {
				return nil
			}
			return mesos.ValidateID(f.ID.Value)
		},
		func() error { return offerFilters(f) },
		func() error {
			// 2^63 nanoseconds; a NaN passes, as it does there.
			if v := f.GetFailoverTimeout(); math.Abs(v)*1e9 >= math.MaxInt64 {
				return fmt.Errorf("The framework failover_timeout (%s) is invalid", number(v))
			}
			return nil
		},
		func() error { return whitelisted(f, whitelist) },
	)
}

// Limits of our own, beyond what is known to be used: each component of a role is a node in the allocator.
const (
	maxRoles     = 10_000
	maxRoleDepth = 64
)

func roleName(role string) error {
	if err := mesos.ValidateRole(role); err != nil {
		return err
	}
	if depth := strings.Count(role, "/") + 1; depth > maxRoleDepth {
		return fmt.Errorf("Role of %d components has more than %d", depth, maxRoleDepth)
	}
	return nil
}

func frameworkRoles(f *mesos.FrameworkInfo) error {
	if !Has(f, mesos.FrameworkInfo_Capability_MULTI_ROLE) {
		if len(f.Roles) > 0 {
			return errors.New("'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable")
		}
		return wrap("'FrameworkInfo.role' is not a valid role: ", roleName(f.GetRole()))
	}
	if f.Role != nil {
		return errors.New("'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable")
	}
	if len(f.Roles) > maxRoles {
		return fmt.Errorf("'FrameworkInfo.roles' has more than %d items", maxRoles)
	}
	count := map[string]int{}
	for _, role := range f.Roles {
		count[role]++
	}
	maps.DeleteFunc(count, func(_ string, n int) bool { return n == 1 })
	if len(count) > 0 {
		return errors.New("'FrameworkInfo.roles' contains duplicate items: " + names(slices.Collect(maps.Keys(count))))
	}
	for _, role := range f.Roles {
		if err := wrap("'FrameworkInfo.roles' contains invalid role: ", roleName(role)); err != nil {
			return err
		}
	}
	return nil
}

func offerFilters(f *mesos.FrameworkInfo) error {
	for _, role := range slices.Sorted(maps.Keys(f.OfferFilters)) {
		if _, err := allocator.MinAllocatable(f.OfferFilters[role]); err != nil {
			return err
		}
	}
	return nil
}

func whitelisted(f *mesos.FrameworkInfo, whitelist []string) error {
	if len(whitelist) == 0 {
		return nil
	}
	strange := slices.DeleteFunc(Roles(f), func(r string) bool { return r == "*" || slices.Contains(whitelist, r) })
	if len(strange) == 0 {
		return nil
	}
	return errors.New("Roles " + names(strange) + " are not present in the master's --roles")
}

// number prints a double as C++ streams do.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'g', 6, 64)
	s = strings.TrimPrefix(strings.ToLower(s), "+")
	return s
}

// Suppressed judges the roles that a framework wants no offers for (semantics 1.5, step 9).
func Suppressed(f *mesos.FrameworkInfo, suppressed []string) error {
	roles := Roles(f)
	strange := slices.DeleteFunc(slices.Clone(suppressed), func(r string) bool { return slices.Contains(roles, r) })
	if len(strange) == 0 {
		return nil
	}
	return errors.New("Suppressed roles " + names(slices.Compact(slices.Sorted(slices.Values(strange)))) + " are not contained in the set of roles")
}

// ConstraintRoles judges the roles of offer constraints (semantics 1.5, step 10).
func ConstraintRoles(f *mesos.FrameworkInfo, constrained []string) error {
	roles := Roles(f)
	for _, role := range slices.Sorted(slices.Values(constrained)) {
		if !slices.Contains(roles, role) {
			// The master leaves out the blank after the role.
			return fmt.Errorf("Offer constraints specify `role_constraints` for a role '%s'not contained in the set of roles", role)
		}
	}
	return nil
}

// Principal judges a change of a framework's principal.
func Principal(old, now *mesos.FrameworkInfo) error {
	if (old.Principal == nil) != (now.Principal == nil) || old.GetPrincipal() != now.GetPrincipal() {
		return errors.New("Changing framework's principal is not allowed.")
	}
	return nil
}

// Update judges what UPDATE_FRAMEWORK changes (semantics 1.8).
func Update(old, now *mesos.FrameworkInfo) error {
	if err := Principal(old, now); err != nil {
		return err
	}
	if old.User != now.User {
		return fmt.Errorf("Updating 'FrameworkInfo.user' is unsupported; attempted to update from '%s' to '%s'", old.User, now.User)
	}
	if a, b := old.GetCheckpoint(), now.GetCheckpoint(); a != b {
		return fmt.Errorf("Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '%v' to '%v'", a, b)
	}
	return nil
}
