package matcher

import (
	"slices"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// Values returns the values that the agent has for an attribute, sorted and without repetitions; none if it
// hasn't got it. Texts are as they are, scalars printed with up to three decimals, ranges as "[1-2, 5-9]", and a
// set has each of its items as a value. [Hostname], [Zone] and [Region] work as well.
func (a Agent) Values(attribute string) []string {
	var values []string
	switch attribute {
	case Hostname:
		return []string{a.Hostname}
	case Zone, Region:
		if a.Domain == nil || a.Domain.FaultDomain == nil {
			return nil
		}
		if attribute == Zone {
			return []string{a.Domain.FaultDomain.Zone.Name}
		}
		return []string{a.Domain.FaultDomain.Region.Name}
	}
	for i := range a.Attributes {
		if a.Attributes[i].Name == attribute {
			values = appendValues(values, &a.Attributes[i])
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

func appendValues(values []string, a *mesos.Attribute) []string {
	switch {
	case a.Text != nil:
		return append(values, a.Text.Value)
	case a.Scalar != nil:
		return append(values, number(a.Scalar.Value))
	case a.Set != nil:
		return append(values, a.Set.Item...)
	case a.Ranges != nil:
		return append(values, rangesText(a.Ranges.Range))
	}
	return values
}

// attributes names all that [Agent.Values] knows of a, the ones that stand for facts included.
func (a Agent) attributes() []string {
	names := make([]string, 0, len(a.Attributes)+3)
	names = append(names, Hostname, Zone, Region)
	for i := range a.Attributes {
		names = append(names, a.Attributes[i].Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// number prints v as Mesos does: up to three decimals, no trailing zeros (semantics 0.3).
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', 3, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

func rangesText(ranges []mesos.Value_Range) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, r := range ranges {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatUint(r.Begin, 10))
		b.WriteByte('-')
		b.WriteString(strconv.FormatUint(r.End, 10))
	}
	b.WriteByte(']')
	return b.String()
}
