package mesosjson

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
)

// A plan says how one message type is read and written. Plans don't change once they are published.
type plan struct {
	message reflect.Type // the struct
	fields  []*field     // in the order of the .proto file, which is that of the output
	byName  map[string]*field
}

// A field is one field of a plan, or the key or the value of a map.
type field struct {
	name     string // as in the .proto file
	number   int
	required int // bit in a mask of required fields plus 1; 0: not required
	kind     descriptor.FieldDescriptorProto_Type
	repeated bool
	implicit bool         // proto3: a zero is no value
	index    int          // in the struct
	wrapper  reflect.Type // of a oneof's member: the struct that its interface holds a pointer to
	unset    []byte       // JSON written though the field isn't set; nil: nothing
	enum     *enum
	message  *plan // of a message, also an element's
	key      *field
	value    *field // of a map
}

// An enum knows the names of its values.
type enum struct {
	names  map[int32]string
	values map[string]int32
}

var (
	errNoMessage = errors.New("not a pointer to a generated message")
	// plans is a cache: reflect.Type to *plan.
	plans sync.Map
)

// planFor returns the plan for m's type.
func planFor(m proto.Message) (*plan, error) {
	v := reflect.ValueOf(m)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("mesosjson: %T: %w", m, errNoMessage)
	}
	if p, ok := plans.Load(v.Type().Elem()); ok {
		return p.(*plan), nil
	}
	b := &builder{plans: map[reflect.Type]*plan{}, files: map[*byte]*descriptor.FileDescriptorProto{}}
	p, err := b.plan(v.Type().Elem())
	if err != nil {
		return nil, fmt.Errorf("mesosjson: %w", err)
	}
	for t, made := range b.plans { // only complete plans become visible
		plans.LoadOrStore(t, made)
	}
	return p, nil
}

// A builder makes the plans of a message and of all that it contains.
type builder struct {
	plans map[reflect.Type]*plan
	files map[*byte]*descriptor.FileDescriptorProto
}

func (b *builder) plan(t reflect.Type) (*plan, error) {
	if p, ok := b.plans[t]; ok {
		return p, nil // perhaps not complete yet: messages contain themselves
	}
	m, ok := reflect.New(t).Interface().(descriptor.Message)
	if !ok {
		return nil, fmt.Errorf("%v: %w", t, errNoMessage)
	}
	p := &plan{message: t, byName: map[string]*field{}}
	b.plans[t] = p
	file, md := b.describe(m)
	places := structFields(t, m)
	required := 0
	for _, fd := range md.Field {
		place, ok := places[int(fd.GetNumber())]
		if !ok {
			return nil, fmt.Errorf("%v has no Go field for %s", t, fd.GetName())
		}
		f := &field{index: place.index, wrapper: place.wrapper, enum: enumFor(place.tag)}
		f.implicit = file.GetSyntax() == "proto3" && place.wrapper == nil
		if fd.IsRequired() {
			if required++; required > 64 {
				return nil, fmt.Errorf("%v has more than 64 required fields", t)
			}
			f.required = required
		}
		if err := b.describeField(f, fd, md, place.goType); err != nil {
			return nil, fmt.Errorf("%v: field %s: %w", t, fd.GetName(), err)
		}
		p.fields = append(p.fields, f)
		p.byName[f.name] = f
	}
	return p, nil
}

func (b *builder) describe(m descriptor.Message) (*descriptor.FileDescriptorProto, *descriptor.DescriptorProto) {
	zipped, path := m.Descriptor()
	file := b.files[&zipped[0]]
	if file == nil {
		file, _ = descriptor.ForMessage(m)
		b.files[&zipped[0]] = file
	}
	md := file.MessageType[path[0]]
	for _, i := range path[1:] {
		md = md.NestedType[i]
	}
	return file, md
}

// describeField fills f in; t is the type of the field in Go.
func (b *builder) describeField(f *field, fd *descriptor.FieldDescriptorProto, md *descriptor.DescriptorProto, t reflect.Type) error {
	f.name, f.number, f.kind, f.repeated = fd.GetName(), int(fd.GetNumber()), fd.GetType(), fd.IsRepeated()
	switch {
	case fd.IsEnum() && f.enum == nil:
		return fmt.Errorf("enum %s is not registered", fd.GetTypeName())
	case t.Kind() == reflect.Map:
		return b.describeMap(f, fd, md, t)
	case fd.IsMessage():
		for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		var err error
		f.message, err = b.plan(t)
		return err
	}
	if fd.DefaultValue != nil && !fd.GetOptions().GetDeprecated() {
		var err error
		f.unset, err = defaultJSON(fd)
		return err
	}
	return nil
}

func (b *builder) describeMap(f *field, fd *descriptor.FieldDescriptorProto, md *descriptor.DescriptorProto, t reflect.Type) error {
	for _, entry := range md.NestedType {
		if !entry.GetOptions().GetMapEntry() || !strings.HasSuffix(fd.GetTypeName(), "."+entry.GetName()) {
			continue
		}
		f.key, f.value = &field{}, &field{}
		if err := b.describeField(f.key, entry.Field[0], entry, t.Key()); err != nil {
			return err
		}
		return b.describeField(f.value, entry.Field[1], entry, t.Elem())
	}
	return errors.New("a map without a description of its entries")
}

// defaultJSON is a field's explicit default as it is written.
func defaultJSON(fd *descriptor.FieldDescriptorProto) ([]byte, error) {
	value := fd.GetDefaultValue()
	switch fd.GetType() {
	case descriptor.FieldDescriptorProto_TYPE_STRING, descriptor.FieldDescriptorProto_TYPE_ENUM:
		return appendText(nil, value), nil
	case descriptor.FieldDescriptorProto_TYPE_DOUBLE, descriptor.FieldDescriptorProto_TYPE_FLOAT:
		f, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return nil, err
		}
		return appendFloat(nil, f)
	case descriptor.FieldDescriptorProto_TYPE_BYTES:
		return nil, errors.New("defaults of bytes are not supported")
	}
	return []byte(value), nil // integers and booleans are written as in the .proto file
}
