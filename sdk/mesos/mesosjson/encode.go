package mesosjson

import (
	"cmp"
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"

	"github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
)

// Marshal returns m as JSON: what is set, and the explicit default of every singular field that isn't set
// and isn't deprecated, in the order of the .proto file. Empty repeated fields and enum values without a
// name are left out, as the master would. Maps are sorted by key. A NaN is ErrNotANumber, a message that
// nests more than 200 levels deep ErrTooDeep. It is safe for concurrent use as long as m is left alone.
func Marshal(m proto.Message) ([]byte, error) {
	return Append(nil, m)
}

// Append adds m as JSON to b and returns the result; see [Marshal].
func Append(b []byte, m proto.Message) ([]byte, error) {
	p, err := planFor(m)
	if err != nil {
		return b, err
	}
	return p.append(b, reflect.ValueOf(m).Elem(), maxDepth)
}

func (p *plan) append(b []byte, m reflect.Value, depth int) ([]byte, error) {
	if depth == 0 {
		return b, ErrTooDeep
	}
	b = append(b, '{')
	empty := true
	for _, f := range p.fields {
		v, set := f.get(m)
		if !set && f.unset == nil {
			continue
		}
		if !empty {
			b = append(b, ',')
		}
		empty = false
		b = append(appendText(b, f.name), ':')
		if !set {
			b = append(b, f.unset...)
			continue
		}
		var err error
		if b, err = f.append(b, v, depth-1); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// get returns what the field holds in m, without pointer and wrapper, and whether it is to be written.
func (f *field) get(m reflect.Value) (reflect.Value, bool) {
	v := m.Field(f.index)
	if f.wrapper != nil {
		if v.IsNil() || v.Elem().Type().Elem() != f.wrapper {
			return v, false
		}
		v = v.Elem().Elem().Field(0)
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v, false
		}
		v = v.Elem()
	case reflect.Slice:
		if !f.repeated {
			return v, !v.IsNil()
		}
		for i := range v.Len() {
			if f.enum == nil || f.enum.names[int32(v.Index(i).Int())] != "" {
				return v, true
			}
		}
		return v, false
	case reflect.Map:
		return v, v.Len() > 0
	}
	if f.implicit && v.IsZero() {
		return v, false
	}
	return v, f.enum == nil || f.enum.names[int32(v.Int())] != ""
}

func (f *field) append(b []byte, v reflect.Value, depth int) ([]byte, error) {
	switch {
	case f.key != nil:
		return f.appendMap(b, v, depth)
	case f.repeated:
		return f.appendArray(b, v, depth)
	}
	return f.appendOne(b, v, depth)
}

func (f *field) appendArray(b []byte, v reflect.Value, depth int) ([]byte, error) {
	b = append(b, '[')
	first := true
	for i := range v.Len() {
		e := v.Index(i)
		if f.enum != nil && f.enum.names[int32(e.Int())] == "" {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		var err error
		if b, err = f.appendOne(b, e, depth-1); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

func (f *field) appendMap(b []byte, v reflect.Value, depth int) ([]byte, error) {
	type entry struct {
		key   string
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		key, err := f.key.appendOne(nil, it.Key(), depth)
		if err != nil {
			return b, err
		}
		if key[0] != '"' {
			key = appendText(nil, string(key))
		}
		entries = append(entries, entry{string(key), it.Value()})
	}
	slices.SortFunc(entries, func(x, y entry) int { return cmp.Compare(x.key, y.key) })
	b = append(b, '{')
	for i, e := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, e.key...), ':')
		var err error
		if b, err = f.value.appendOne(b, e.value, depth-1); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

// appendOne writes a value that is no container of several.
func (f *field) appendOne(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() { // in a slice or a map: an empty message on the wire
			v = reflect.New(v.Type().Elem())
		}
		v = v.Elem()
	}
	switch f.kind {
	case descriptor.FieldDescriptorProto_TYPE_MESSAGE:
		return f.message.append(b, v, depth)
	case descriptor.FieldDescriptorProto_TYPE_STRING:
		return appendText(b, v.String()), nil
	case descriptor.FieldDescriptorProto_TYPE_BYTES:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"'), nil
	case descriptor.FieldDescriptorProto_TYPE_ENUM:
		return appendText(b, f.enum.names[int32(v.Int())]), nil
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Float64, reflect.Float32:
		return appendFloat(b, v.Float())
	case reflect.Uint32, reflect.Uint64:
		return strconv.AppendUint(b, v.Uint(), 10), nil
	}
	return strconv.AppendInt(b, v.Int(), 10), nil
}
