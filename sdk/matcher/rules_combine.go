package matcher

import (
	"errors"
	"slices"
	"strings"
)

// All agrees if all of the rules do; the reason is that of the first which doesn't. All of none agrees.
func All(rules ...Rule) Rule { return all(slices.Clone(rules)) }

type all []Rule

func (r all) Name() string { return "(" + strings.Join(names(r), " and ") + ")" }

func (r all) Check(need Need, agent Agent, placed Placements) error {
	for _, rule := range r {
		if err := ask(rule, need, agent, placed); err != nil {
			return err
		}
	}
	return nil
}

// Any agrees if one of the rules does; else the reason is those of all of them. Any of none doesn't agree.
func Any(rules ...Rule) Rule { return anyOf(slices.Clone(rules)) }

type anyOf []Rule

func (r anyOf) Name() string { return "(" + strings.Join(names(r), " or ") + ")" }

func (r anyOf) Check(need Need, agent Agent, placed Placements) error {
	var refused []error
	for _, rule := range r {
		err := ask(rule, need, agent, placed)
		if err == nil {
			return nil
		}
		refused = append(refused, err)
	}
	if len(refused) == 0 {
		return &MismatchError{Attribute: "rule", Want: "one of none"}
	}
	return joined(refused)
}

// Not agrees if the rule doesn't. The reason is [ErrNot].
func Not(rule Rule) Rule { return not{rule} }

type not struct{ rule Rule }

func (r not) Name() string { return "not " + nameOf(r.rule) }

func (r not) Check(need Need, agent Agent, placed Placements) error {
	switch err := ask(r.rule, need, agent, placed); {
	case err == nil:
		return ErrNot
	case errors.Is(err, errNoRule):
		return err
	}
	return nil
}

// errNoRule: a nil in a list of rules. It refuses, as nobody knows what it was to be.
var errNoRule = errors.New("matcher: the rule is nil")

// ask lets a rule judge; its reason is a [*RuleError] with its name.
func ask(rule Rule, need Need, agent Agent, placed Placements) error {
	if rule == nil {
		return &RuleError{Rule: nameOf(rule), Err: errNoRule}
	}
	if err := rule.Check(need, agent, placed); err != nil {
		return &RuleError{Rule: rule.Name(), Err: err}
	}
	return nil
}

func nameOf(rule Rule) string {
	if rule == nil {
		return "nil"
	}
	return rule.Name()
}

func names(rules []Rule) []string {
	list := make([]string, len(rules))
	for i, rule := range rules {
		list[i] = nameOf(rule)
	}
	return list
}
