package authorize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// ErrACLs is what every error of [Parse] wraps.
var ErrACLs = errors.New("bad access control lists")

// Parse reads the JSON of access control lists. An empty text means that there is no authorization: the result is
// nil, which allows everything. The error says where in the text something is wrong: "create_volumes[2].roles.type".
func Parse(text string) (*ACLs, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	fields := map[string]json.RawMessage{}
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&fields); err != nil {
		return nil, fmt.Errorf("%w: not a JSON object: %w", ErrACLs, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: there is more after the JSON object", ErrACLs)
	}
	a := &ACLs{permissive: true, rules: map[Action][]rule{}}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := a.read(name, fields[name]); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrACLs, err)
		}
	}
	return a, nil
}

func (a *ACLs) read(name string, raw json.RawMessage) error {
	if name == "permissive" {
		if err := json.Unmarshal(raw, &a.permissive); err != nil || isNull(raw) {
			return fmt.Errorf("permissive: %s is neither true nor false", raw)
		}
		return nil
	}
	kind, known := lists[name]
	if !known {
		return fmt.Errorf("%s: no list has this name", name)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil || isNull(raw) {
		return fmt.Errorf("%s: not an array of entries", name)
	}
	for i, entry := range entries {
		r, err := readRule(entry, kind.object)
		if err != nil {
			return fmt.Errorf("%s[%d]%w", name, i, err)
		}
		if kind.action != "" {
			a.rules[kind.action] = append(a.rules[kind.action], split(r, kind.object)...)
		}
	}
	return nil
}

// readRule reads an entry. The errors begin with where in it they are.
func readRule(raw json.RawMessage, object string) (rule, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil || isNull(raw) {
		return rule{}, errors.New(": not an object with principals and " + object)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "principals" && name != object {
			return rule{}, fmt.Errorf(".%s: an entry of this list has principals and %s only", name, object)
		}
	}
	var r rule
	for _, name := range []string{"principals", object} {
		side := &r.subjects
		if name == object {
			side = &r.objects
		}
		if _, there := fields[name]; !there {
			return rule{}, fmt.Errorf(`.%s: missing: write {"values": [...]}, {"type": "ANY"} or {"type": "NONE"}`, name)
		}
		if err := side.read(fields[name]); err != nil {
			return rule{}, fmt.Errorf(".%s%w", name, err)
		}
	}
	return r, nil
}

func (e *entity) read(raw json.RawMessage) error {
	var fields struct {
		Type   *string   `json:"type"`
		Values *[]string `json:"values"`
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&fields); err != nil || isNull(raw) {
		return errors.New(`: not an object with a type, "SOME", "ANY" or "NONE", and values, which are strings`)
	}
	switch {
	case fields.Type == nil, *fields.Type == "SOME":
		e.kind = some
	case *fields.Type == "ANY":
		e.kind = anybody
	case *fields.Type == "NONE":
		e.kind = nobody
	default:
		return fmt.Errorf(`.type: %q is none of "SOME", "ANY" and "NONE"`, *fields.Type)
	}
	if fields.Values != nil {
		e.values = *fields.Values
	}
	return nil
}

func isNull(raw json.RawMessage) bool { return string(raw) == "null" }
