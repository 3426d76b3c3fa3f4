package allocator

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
)

// maxProgram is the master's limit for the size of a compiled pattern, --offer_constraints_re2_max_program_size.
const maxProgram = 100

// Constraints say, by role, which agents a framework wants offers of. A role without an entry wants all.
type Constraints map[string][]group

// group passes where all its constraints do.
type group []constraint

// constraint judges the value that an agent has for an attribute: nil without the attribute, text false for
// one of another type.
type constraint struct {
	name   string // of an attribute
	pseudo schedulerpb.AttributeConstraint_Selector_PseudoattributeType
	passes func(value *string, text bool) bool
}

// CompileConstraints checks and compiles what a framework sent. The texts are the master's, without the
// prefix that the caller puts before them (semantics 1.11).
func CompileConstraints(c *schedulerpb.OfferConstraints) (Constraints, error) {
	if c == nil {
		return nil, nil
	}
	out := Constraints{}
	for _, role := range slices.Sorted(maps.Keys(c.RoleConstraints)) {
		groups := c.RoleConstraints[role].Groups
		if len(groups) == 0 {
			return nil, fmt.Errorf("'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role %s", role)
		}
		for i := range groups {
			if len(groups[i].AttributeConstraints) == 0 {
				// The master leaves out the blank after the role.
				return nil, fmt.Errorf("'OfferConstraints::RoleConstraints::groups' for role %scontains an empty RoleConstraints::Group", role)
			}
			var g group
			for j := range groups[i].AttributeConstraints {
				compiled, err := compile(&groups[i].AttributeConstraints[j])
				if err != nil {
					return nil, fmt.Errorf("A role %s has an invalid 'AttributeConstraint': %w", role, err)
				}
				g = append(g, compiled)
			}
			out[role] = append(out[role], g)
		}
	}
	return out, nil
}

func compile(c *schedulerpb.AttributeConstraint) (constraint, error) {
	var out constraint
	switch s := c.Selector.Selector.(type) {
	case *schedulerpb.AttributeConstraint_Selector_AttributeName:
		out.name = s.AttributeName
	case *schedulerpb.AttributeConstraint_Selector_PseudoattributeType_:
		out.pseudo = s.PseudoattributeType
		if out.pseudo < schedulerpb.AttributeConstraint_Selector_HOSTNAME || out.pseudo > schedulerpb.AttributeConstraint_Selector_ZONE {
			return out, errors.New("Unknown pseudoattribute type")
		}
	default:
		return out, errors.New("Exactly one of 'AttributeConstraint::Selector::name' or 'AttributeConstraint::Selector::pseudoattribute_type' must be set")
	}
	var err error
	out.passes, err = predicate(&c.Predicate)
	return out, err
}

// predicate follows the table of semantics 1.11: what is no text passes all text predicates.
func predicate(p *schedulerpb.AttributeConstraint_Predicate) (func(*string, bool) bool, error) {
	compare := func(missing bool, equal func(string) bool) func(*string, bool) bool {
		return func(v *string, text bool) bool {
			if v == nil {
				return missing
			}
			return !text || equal(*v)
		}
	}
	switch p := p.Predicate.(type) {
	case *schedulerpb.AttributeConstraint_Predicate_Exists_:
		return func(v *string, _ bool) bool { return v != nil }, nil
	case *schedulerpb.AttributeConstraint_Predicate_NotExists_:
		return func(v *string, _ bool) bool { return v == nil }, nil
	case *schedulerpb.AttributeConstraint_Predicate_TextEquals_:
		want := p.TextEquals.Value
		return compare(false, func(s string) bool { return s == want }), nil
	case *schedulerpb.AttributeConstraint_Predicate_TextNotEquals_:
		want := p.TextNotEquals.Value
		return compare(true, func(s string) bool { return s != want }), nil
	case *schedulerpb.AttributeConstraint_Predicate_TextMatches_:
		re, err := pattern(p.TextMatches.Regex)
		return compare(false, func(s string) bool { return re.MatchString(s) }), err
	case *schedulerpb.AttributeConstraint_Predicate_TextNotMatches_:
		re, err := pattern(p.TextNotMatches.Regex)
		return compare(true, func(s string) bool { return !re.MatchString(s) }), err
	}
	return nil, errors.New("Unknown predicate type")
}

// pattern compiles a pattern for a match of a whole text.
func pattern(text string) (*regexp.Regexp, error) {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("Failed to construct regex from pattern '%s': %s", text, re2Error(err))
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, fmt.Errorf("Failed to construct regex from pattern '%s': %s", text, re2Error(err))
	}
	if n := len(program.Inst); n > maxProgram {
		return nil, fmt.Errorf("Regex '%s' is too complex: program size of %d is larger than maximum of %d allowed", text, n, maxProgram)
	}
	return regexp.Compile(`\A(?:` + text + `)\z`)
}

// re2Error words an error of Go's parser as RE2 words the same one.
func re2Error(err error) string {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	code := e.Code.String()
	switch e.Code {
	case syntax.ErrMissingRepeatArgument:
		code = "no argument for repetition operator"
	case syntax.ErrInvalidRepeatSize:
		code = "invalid repetition size"
	case syntax.ErrInvalidRepeatOp:
		code = "bad repetition operator"
	case syntax.ErrMissingBracket:
		code = "missing ]"
	case syntax.ErrMissingParen:
		code = "missing )"
	case syntax.ErrInvalidPerlOp:
		code = "invalid perl operator"
	}
	return code + ": " + e.Expr
}

// pass tells whether an agent is wanted for a role.
func (c Constraints) pass(role string, a *Info) bool {
	groups, ok := c[role]
	if !ok {
		return true
	}
	return slices.ContainsFunc(groups, func(g group) bool {
		return !slices.ContainsFunc(g, func(one constraint) bool { return !one.passes(a.value(&one)) })
	})
}

// value finds what a constraint selects on an agent: the first attribute of the name.
func (a *Info) value(c *constraint) (*string, bool) {
	switch c.pseudo {
	case schedulerpb.AttributeConstraint_Selector_HOSTNAME:
		return &a.Hostname, true
	case schedulerpb.AttributeConstraint_Selector_REGION:
		return a.Region, true
	case schedulerpb.AttributeConstraint_Selector_ZONE:
		return a.Zone, true
	}
	for i := range a.Attributes {
		if at := &a.Attributes[i]; at.Name == c.name {
			var text string
			if at.Type == mesos.TEXT && at.Text != nil {
				return &at.Text.Value, true
			}
			return &text, false
		}
	}
	return nil, false
}
