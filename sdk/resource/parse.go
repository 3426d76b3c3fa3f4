package resource

import (
	"errors"
	"fmt"
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
