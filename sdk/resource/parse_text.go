package resource

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// parseText reads the form with semicolons.
func parseText(text string) ([]item, error) {
	var items []item
	for offset := 0; offset < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[offset:], ';'); i >= 0 {
			end = offset + i
		}
		if token := text[offset:end]; token != "" {
			it := item{text: token, offset: offset}
			var err error
			if it.resource, err = parseToken(token); err != nil {
				return nil, it.fail(err)
			}
			items = append(items, it)
		}
		offset = end + 1
	}
	return items, nil
}

// blanks are what Mesos trims from names and roles.
const blanks = " \t\n\r"

func parseToken(token string) (mesos.Resource, error) {
	parts := strings.FieldsFunc(token, func(r rune) bool { return r == ':' })
	if len(parts) != 2 {
		return mesos.Resource{}, syntaxError("Bad value for resources, missing or extra ':' in " + cut(token))
	}
	name, role := strings.Trim(parts[0], blanks), Unreserved
	if open := strings.IndexByte(parts[0], '('); open >= 0 {
		shut := strings.IndexByte(parts[0], ')')
		if shut < open {
			return mesos.Resource{}, syntaxError("Bad value for resources, mismatched parentheses in " + cut(token))
		}
		name, role = strings.Trim(parts[0][:open], blanks), strings.Trim(parts[0][open+1:shut], blanks)
	}
	r, err := parseValue(name, parts[1])
	if err == nil && role != Unreserved {
		r.Reservations = []mesos.Resource_ReservationInfo{Reservation{Role: role, Static: true}.Info()}
	}
	return r, err
}

func parseValue(name, value string) (mesos.Resource, error) {
	fail := func(why string) (mesos.Resource, error) {
		return mesos.Resource{}, syntaxError("Failed to parse resource " + cut(name) + " value " + cut(value) + " error " + why)
	}
	packed := strings.ReplaceAll(value, " ", "")
	switch {
	case packed == "":
		return fail("Expecting non-empty string")
	case !matched(packed, '{', '}') || !matched(packed, '[', ']') || !matched(packed, '(', ')'):
		return fail("Mismatched brackets")
	case packed[0] == '[':
		ranges, why := parseRanges(packed)
		if why != "" {
			return fail(why)
		}
		return Ranges(name, ranges...), nil
	case strings.Contains(packed, "["):
		return fail("Unexpected '[' found")
	case packed[0] == '{':
		return Items(name, strings.FieldsFunc(packed, func(r rune) bool { return strings.ContainsRune("{},\n", r) })...), nil
	case strings.Contains(packed, "{"):
		return fail("Unexpected '{' found")
	}
	amount, why := parseScalar(packed)
	if why == subnormal {
		return fail(why)
	}
	if why != "" {
		return mesos.Resource{}, syntaxError("Bad type for resource " + cut(name) + " value " + cut(value) + " type TEXT: " + why)
	}
	return Scalar(name, amount), nil
}

// matched tells whether every bracket that is opened is closed.
func matched(text string, open, shut byte) bool {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case open:
			depth++
		case shut:
			depth--
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0
}

// subnormal is the one reason that Mesos doesn't answer by taking the value as text.
const subnormal = "Subnormal values not supported"

func parseScalar(text string) (amount float64, why string) {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case strings.ContainsAny(text, "xX_pP") || err != nil && !errors.Is(err, strconv.ErrRange):
		return 0, "not a number"
	case math.IsInf(v, 0) || math.IsNaN(v):
		return 0, "Unsupported floating point value"
	case v != 0 && math.Abs(v) < 0x1p-1022:
		return 0, subnormal
	case v < 0:
		return 0, "Negative values not supported"
	}
	return v, ""
}

// parseRanges reads "[1-2,5-9]". An inverted range is left for [Validate]; Mesos overlooks one that lies in another range.
func parseRanges(text string) (ranges []mesos.Value_Range, why string) {
	tokens := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("[]-,\n", r) })
	if len(tokens)%2 != 0 {
		return nil, `Expecting one or more "ranges"`
	}
	for i := 0; i < len(tokens); i += 2 {
		begin, ok := parseUint(tokens[i])
		end, ok2 := parseUint(tokens[i+1])
		if !ok || !ok2 {
			return nil, "Expecting non-negative integers in '" + cut(tokens[i]) + "'"
		}
		if begin > end {
			return []mesos.Value_Range{{Begin: begin, End: end}}, ""
		}
		ranges = append(ranges, mesos.Value_Range{Begin: begin, End: end})
	}
	return coalesce(ranges), ""
}

// parseUint reads decimal, and hexadecimal after 0x.
func parseUint(text string) (uint64, bool) {
	digits, base := strings.TrimPrefix(text, "+"), 10
	if len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') {
		digits, base = text[2:], 16
	}
	v, err := strconv.ParseUint(digits, base, 64)
	return v, err == nil
}
