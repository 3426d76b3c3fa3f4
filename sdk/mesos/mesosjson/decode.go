package mesosjson

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/gogo/protobuf/proto"
)

// MaxBytes is how large an input Unmarshal takes. Made for it, an input can take some 60 times its size in
// memory while it is read: a server that faces strangers sets itself a lower limit.
const MaxBytes = 64 << 20

// Unmarshal reads b, one JSON object, into m, which is reset first. It is lenient as the master is: unknown
// fields are ignored, null leaves a field unset, numbers and booleans may be strings, a lone value may stand
// for an array of one, an unknown enum name leaves an optional field unset, "Infinity" and "-Infinity" are
// doubles, and of two members of one name the last counts.
//
// The errors are [*SyntaxError], [*ConversionError], [*RequiredError] and [ErrTooLarge]; after one, m holds
// a part of the input. b is not kept.
func Unmarshal(b []byte, m proto.Message) error {
	p, err := planFor(m)
	if err != nil {
		return err
	}
	if len(b) > MaxBytes {
		return ErrTooLarge
	}
	d := decoder{in: string(b)}
	if d.nodes, err = scan(d.in); err != nil {
		return err
	}
	return d.top(0, p, m)
}

// UnmarshalArray reads b, a JSON array of objects, each into a message of its own that next returns. It is
// the form of the resources in the operator's form endpoints. See [Unmarshal] for the errors.
func UnmarshalArray(b []byte, next func() proto.Message) error {
	if len(b) > MaxBytes {
		return ErrTooLarge
	}
	d := decoder{in: string(b)}
	var err error
	if d.nodes, err = scan(d.in); err != nil {
		return err
	}
	if d.nodes[0].kind != array {
		return &SyntaxError{Text: "Unexpected JSON type parsed"}
	}
	for at := uint32(1); at < d.nodes[0].end; at = d.nodes[at].end {
		m := next()
		p, err := planFor(m)
		if err != nil {
			return err
		}
		if err := d.top(at, p, m); err != nil {
			return err
		}
	}
	return nil
}

// A decoder turns the nodes of one text into messages.
type decoder struct {
	in     string
	nodes  []node
	lacked int // required fields found missing so far
}

// top reads the node at into m.
func (d *decoder) top(at uint32, p *plan, m proto.Message) error {
	if d.nodes[at].kind != object {
		return &ConversionError{Text: "Expecting a JSON object"}
	}
	m.Reset()
	missing, err := d.message(at, p, reflect.ValueOf(m).Elem())
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return &RequiredError{Fields: missing}
	}
	return nil
}

// text is the string at a node. It never shares memory with the input.
func (d *decoder) text(n *node) string {
	s := d.in[n.from:n.to]
	if n.escaped {
		return unescape(s)
	}
	return strings.Clone(s)
}

// A member is one member of an object.
type member struct {
	key   string
	value uint32
}

// members are those of the object at, in the order of their keys, which is the order in which the master
// looks at them and finds fault; of several with one key the last.
func (d *decoder) members(at uint32) []member {
	var all []member
	for i := at + 1; i < d.nodes[at].end; {
		key := d.in[d.nodes[i].from:d.nodes[i].to]
		if d.nodes[i].escaped {
			key = unescape(key)
		}
		all = append(all, member{key, i + 1})
		i = d.nodes[i+1].end
	}
	slices.SortStableFunc(all, func(x, y member) int { return cmp.Compare(x.key, y.key) })
	kept := all[:0]
	for i, m := range all {
		if i+1 == len(all) || all[i+1].key != m.key {
			kept = append(kept, m)
		}
	}
	return kept
}

// message reads the object at into m, a struct, and returns the paths of required fields that are missing.
func (d *decoder) message(at uint32, p *plan, m reflect.Value) ([]string, error) {
	var present uint64
	var inside []absence
	for _, mb := range d.members(at) {
		f := p.byName[mb.key]
		if f == nil {
			continue
		}
		r := fieldReader{decoder: d, field: f, message: m}
		if err := r.read(mb.value); err != nil {
			return nil, err
		}
		if r.set && f.required > 0 {
			present |= 1 << (f.required - 1)
		}
		inside = append(inside, r.missing...)
	}
	own := p.absent(present)
	if d.lacked += len(own); d.lacked > maxMissing {
		return nil, &RequiredError{Fields: own} // before memory goes into more of them
	}
	return inOrder(own, inside), nil
}
