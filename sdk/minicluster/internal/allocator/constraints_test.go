package allocator

import (
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/resource"
)

type (
	selector   = schedulerpb.AttributeConstraint_Selector
	predicate_ = schedulerpb.AttributeConstraint_Predicate
)

func byName(name string) selector {
	return selector{Selector: &schedulerpb.AttributeConstraint_Selector_AttributeName{AttributeName: name}}
}

func byPseudo(p schedulerpb.AttributeConstraint_Selector_PseudoattributeType) selector {
	return selector{Selector: &schedulerpb.AttributeConstraint_Selector_PseudoattributeType_{PseudoattributeType: p}}
}

var (
	exists    = predicate_{Predicate: &schedulerpb.AttributeConstraint_Predicate_Exists_{Exists: &schedulerpb.AttributeConstraint_Predicate_Exists{}}}
	notExists = predicate_{Predicate: &schedulerpb.AttributeConstraint_Predicate_NotExists_{NotExists: &schedulerpb.AttributeConstraint_Predicate_NotExists{}}}
)

func equals(v string) predicate_ {
	return predicate_{Predicate: &schedulerpb.AttributeConstraint_Predicate_TextEquals_{TextEquals: &schedulerpb.AttributeConstraint_Predicate_TextEquals{Value: v}}}
}

func notEquals(v string) predicate_ {
	return predicate_{Predicate: &schedulerpb.AttributeConstraint_Predicate_TextNotEquals_{TextNotEquals: &schedulerpb.AttributeConstraint_Predicate_TextNotEquals{Value: v}}}
}

func matches(re string) predicate_ {
	return predicate_{Predicate: &schedulerpb.AttributeConstraint_Predicate_TextMatches_{TextMatches: &schedulerpb.AttributeConstraint_Predicate_TextMatches{Regex: re}}}
}

func notMatches(re string) predicate_ {
	return predicate_{Predicate: &schedulerpb.AttributeConstraint_Predicate_TextNotMatches_{TextNotMatches: &schedulerpb.AttributeConstraint_Predicate_TextNotMatches{Regex: re}}}
}

// constrain returns constraints for role r: any group, all in it.
func constrain(groups ...[]schedulerpb.AttributeConstraint) *schedulerpb.OfferConstraints {
	var all []schedulerpb.OfferConstraints_RoleConstraints_Group
	for _, g := range groups {
		all = append(all, schedulerpb.OfferConstraints_RoleConstraints_Group{AttributeConstraints: g})
	}
	return &schedulerpb.OfferConstraints{RoleConstraints: map[string]schedulerpb.OfferConstraints_RoleConstraints{"r": {Groups: all}}}
}

func one(s selector, p predicate_) []schedulerpb.AttributeConstraint {
	return []schedulerpb.AttributeConstraint{{Selector: s, Predicate: p}}
}

// TestPredicates is the table of semantics 1.11.
func TestPredicates(t *testing.T) {
	agent := &Info{Hostname: "host1", Attributes: []mesos.Attribute{
		{Name: "text", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "abc"}},
		{Name: "text", Type: mesos.TEXT, Text: &mesos.Value_Text{Value: "second"}},
		{Name: "number", Type: mesos.SCALAR, Scalar: &mesos.Value_Scalar{Value: 1}},
	}}
	for _, tt := range []struct {
		name                  string
		predicate             predicate_
		missing, text, number bool
	}{
		{"exists", exists, false, true, true},
		{"not exists", notExists, true, false, false},
		{"equals", equals("abc"), false, true, true},
		{"equals another", equals("x"), false, false, true},
		{"not equals", notEquals("abc"), true, false, true},
		{"not equals another", notEquals("x"), true, true, true},
		{"matches", matches("a.c"), false, true, true},
		{"matches a part", matches("a"), false, false, true},
		{"matches an alternative", matches("x|abc"), false, true, true},
		{"not matches", notMatches("a.c"), true, false, true},
		{"not matches a part", notMatches("a"), true, true, true},
	} {
		for name, want := range map[string]bool{"missing": tt.missing, "text": tt.text, "number": tt.number} {
			c, err := CompileConstraints(constrain(one(byName(name), tt.predicate)))
			if err != nil {
				t.Fatal(err)
			}
			if got := c.pass("r", agent); got != want {
				t.Errorf("%s of a %s attribute: %v, want %v", tt.name, name, got, want)
			}
			if !c.pass("another role", agent) {
				t.Errorf("%s keeps another role away", tt.name)
			}
		}
	}
}

func TestPseudoAttributes(t *testing.T) {
	agent := &Info{Hostname: "host1", Region: new("eu")}
	for _, tt := range []struct {
		constraint []schedulerpb.AttributeConstraint
		want       bool
	}{
		{one(byPseudo(schedulerpb.AttributeConstraint_Selector_HOSTNAME), equals("host1")), true},
		{one(byPseudo(schedulerpb.AttributeConstraint_Selector_HOSTNAME), matches("host[2-9]")), false},
		{one(byPseudo(schedulerpb.AttributeConstraint_Selector_REGION), equals("eu")), true},
		{one(byPseudo(schedulerpb.AttributeConstraint_Selector_ZONE), exists), false},
	} {
		c, err := CompileConstraints(constrain(tt.constraint))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.pass("r", agent); got != tt.want {
			t.Errorf("%v: %v", tt.constraint, got)
		}
	}
}

func TestAnyGroupAllConstraints(t *testing.T) {
	both := append(one(byName("a"), exists), one(byName("b"), exists)...)
	c, err := CompileConstraints(constrain(both, one(byName("c"), exists)))
	if err != nil {
		t.Fatal(err)
	}
	text := &mesos.Value_Text{}
	with := func(names ...string) *Info {
		i := &Info{}
		for _, n := range names {
			i.Attributes = append(i.Attributes, mesos.Attribute{Name: n, Type: mesos.TEXT, Text: text})
		}
		return i
	}
	for want, agents := range map[bool][]*Info{true: {with("a", "b"), with("c")}, false: {with("a"), with("b"), with()}} {
		for _, agent := range agents {
			if got := c.pass("r", agent); got != want {
				t.Errorf("%v: %v, want %v", agent.Attributes, got, want)
			}
		}
	}
}

func TestConstraintRefusals(t *testing.T) {
	long := ""
	for range 200 {
		long += "ab?"
	}
	for _, tt := range []struct {
		constraints *schedulerpb.OfferConstraints
		want        string
	}{
		{constrain(), "'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role r"},
		{constrain(nil), "'OfferConstraints::RoleConstraints::groups' for role rcontains an empty RoleConstraints::Group"},
		{constrain(one(selector{}, exists)), "A role r has an invalid 'AttributeConstraint': Exactly one of 'AttributeConstraint::Selector::name' or 'AttributeConstraint::Selector::pseudoattribute_type' must be set"},
		{constrain(one(byPseudo(schedulerpb.AttributeConstraint_Selector_UNKNOWN), exists)), "A role r has an invalid 'AttributeConstraint': Unknown pseudoattribute type"},
		{constrain(one(byName("a"), predicate_{})), "A role r has an invalid 'AttributeConstraint': Unknown predicate type"},
		{constrain(one(byName("a"), matches("["))), "A role r has an invalid 'AttributeConstraint': Failed to construct regex from pattern '[': missing ]: ["},
		{constrain(one(byName("a"), matches("*"))), "A role r has an invalid 'AttributeConstraint': Failed to construct regex from pattern '*': no argument for repetition operator: *"},
	} {
		if _, err := CompileConstraints(tt.constraints); err == nil || err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", err, tt.want)
		}
	}
	if _, err := CompileConstraints(constrain(one(byName("a"), matches(long)))); err == nil {
		t.Error("a pattern of any size is taken")
	}
	if c, err := CompileConstraints(nil); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}

func TestRunHeedsConstraints(t *testing.T) {
	a := newAllocator(t)
	f := capable("r", "q")
	var err error
	if f.Constraints, err = CompileConstraints(constrain(one(byName("rack"), equals("x")))); err != nil {
		t.Fatal(err)
	}
	a.join("f", f)
	a.AddAgent("a", anyAgent, resource.MustParse("cpus:4"))
	run(t, a, start, "f q a cpus:4")
}
