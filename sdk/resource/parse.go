package resource

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ErrSyntax is what a [ParseError] wraps if the text is no list of resources. If it is one of invalid resources, the
// ParseError wraps what [Validate] says.
var ErrSyntax = errors.New("syntax error")

// A ParseError says where and why a text is no list of resources.
type ParseError struct {
	Item   string // the offending item: as it stands in the text, or as Mesos prints the resource that JSON gave
	Offset int    // of the item in the text, in bytes; for JSON its index in the array, -1 if it is no array
	JSON   bool   // the text was taken as JSON
	Err    error
}

func (e *ParseError) Error() string {
	where := "at byte " + strconv.Itoa(e.Offset)
	switch {
	case e.JSON && e.Offset < 0:
		where = "JSON"
	case e.JSON:
		where = "item " + strconv.Itoa(e.Offset) + " of the JSON array"
	}
	if e.Item != "" {
		where += fmt.Sprintf(" (%.80q)", e.Item)
	}
	return "resources: " + where + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *ParseError) Unwrap() error { return e.Err }

// syntaxError is a reason that errors.Is finds as ErrSyntax.
type syntaxError string

func (e syntaxError) Error() string { return string(e) }

// Is makes errors.Is find ErrSyntax.
func (e syntaxError) Is(target error) bool { return target == ErrSyntax }

// Parse reads resources as the agent's --resources flag writes them (semantics 2.10):
//
//	cpus:4;mem:1024;disk(role):4096;ports:[31000-32000, 33000-33010];zones:{a,b}
//
// or as a JSON array of resources, in which everything can be expressed. A role in parentheses is a static reservation; mem
// and disk are in MiB. Entries of one kind are added up, empty ones dropped. The error is a [*ParseError].
func Parse(text string) (Set, error) {
	s, _, err := parse(text)
	return s, err
}

func parse(text string) (Set, []item, error) {
	items, err := parseItems(text)
	if err != nil {
		return nil, nil, err
	}
	s := make(Set, len(items))
	for i := range items {
		if err := Validate(&items[i].resource); err != nil {
			return nil, nil, items[i].fail(err)
		}
		s[i] = items[i].resource
		if scalar := s[i].Scalar; scalar != nil {
			scalar.Value = Float(Fixed(scalar.Value)) // 1.5011 is 1.501
		}
	}
	return s.Plus(nil), items, nil
}

// MustParse is [Parse] for constants in tests and examples: it panics where Parse returns an error.
func MustParse(text string) Set {
	s, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return s
}

// cut keeps an error text from being as long as its input.
func cut(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}

// item is one resource of a text, and where it stands.
type item struct {
	resource mesos.Resource
	text     string
	offset   int
	json     bool
}

func (i *item) fail(err error) error {
	text := i.text
	if i.json {
		text = String(&i.resource)
	}
	return &ParseError{Item: text, Offset: i.offset, JSON: i.json, Err: err}
}

// parseItems tries JSON first, like Mesos.
func parseItems(text string) ([]item, error) {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "[") {
		return parseText(text)
	}
	items, err := parseJSON(text)
	if err != nil {
		if plain, plainErr := parseText(text); plainErr == nil {
			return plain, nil
		}
	}
	return items, err
}

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
