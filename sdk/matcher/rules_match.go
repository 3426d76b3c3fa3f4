package matcher

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// HostIn allows the hosts named.
func HostIn(hostnames ...string) Rule { return AttributeIs(Hostname, hostnames...) }

// AttributeIs allows agents that have one of the values for the attribute, among others perhaps.
func AttributeIs(attribute string, values ...string) Rule {
	return attributeIs{attribute, slices.Clone(values)}
}

type attributeIs struct {
	attribute string
	values    []string
}

func (r attributeIs) Name() string { return r.attribute + " is " + strings.Join(r.values, " or ") }

func (r attributeIs) Check(_ Need, agent Agent, _ Placements) error {
	have := agent.Values(r.attribute)
	for _, value := range have {
		if slices.Contains(r.values, value) {
			return nil
		}
	}
	return &MismatchError{Attribute: r.attribute, Have: have, Want: strings.Join(r.values, " or ")}
}

// HostMatches allows hosts whose whole name matches the pattern: see [AttributeMatches].
func HostMatches(pattern string) (Rule, error) { return AttributeMatches(Hostname, pattern) }

// The bounds of a pattern: matching costs at most their product, whoever wrote pattern and attribute.
const (
	maxPattern      = 1024 // bytes
	maxInstructions = 4096 // compiled
	maxMatched      = 1024 // bytes of the value that is matched
)

// AttributeMatches allows agents that have a value for the attribute of which the whole matches the pattern,
// in the syntax of package regexp. A value of over 1,024 bytes matches nothing. The error, an [ErrPattern],
// says that the pattern doesn't compile, is over 1,024 bytes or compiles to more than 4,096 instructions.
func AttributeMatches(attribute, pattern string) (Rule, error) {
	if len(pattern) > maxPattern {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrPattern, len(pattern), maxPattern)
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPattern, err)
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPattern, err)
	}
	if n := len(program.Inst); n > maxInstructions {
		return nil, fmt.Errorf("%w: %q compiles to %d instructions, at most %d: count less", ErrPattern, pattern, n, maxInstructions)
	}
	re, err := regexp.Compile(`^(?:` + pattern + `)$`)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPattern, err)
	}
	return attributeMatches{attribute, pattern, re}, nil
}

type attributeMatches struct {
	attribute string
	pattern   string
	re        *regexp.Regexp
}

func (r attributeMatches) Name() string { return r.attribute + " matches " + r.pattern }

func (r attributeMatches) Check(_ Need, agent Agent, _ Placements) error {
	have := agent.Values(r.attribute)
	for _, value := range have {
		if len(value) <= maxMatched && r.re.MatchString(value) {
			return nil
		}
	}
	return &MismatchError{Attribute: r.attribute, Have: have, Want: "a match of " + r.pattern}
}
