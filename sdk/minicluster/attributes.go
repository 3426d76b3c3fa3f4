package minicluster

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// parseAttributes reads the text of an agent's --attributes: name:value, separated by semicolons, where a value
// is ranges in brackets, a set in braces, a number, or else text.
func parseAttributes(text string) ([]mesos.Attribute, error) {
	var out []mesos.Attribute
	for item := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		name, value, ok := strings.Cut(item, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			return nil, fmt.Errorf("attribute %q is not name:value", item)
		}
		a, err := parseAttribute(name, value)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

func parseAttribute(name, value string) (mesos.Attribute, error) {
	out := mesos.Attribute{Name: name}
	if strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") {
		s, err := resource.Parse("x:" + value)
		if err != nil || len(s) != 1 {
			return out, fmt.Errorf("attribute %s: %q is neither ranges nor a set", name, value)
		}
		out.Type, out.Ranges, out.Set = s[0].Type, s[0].Ranges, s[0].Set
		return out, nil
	}
	if v, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		out.Type, out.Scalar = mesos.SCALAR, &mesos.Value_Scalar{Value: v}
		return out, nil
	}
	out.Type, out.Text = mesos.TEXT, &mesos.Value_Text{Value: value}
	return out, nil
}
