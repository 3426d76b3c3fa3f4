package mesosjson

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
)

func (r *fieldReader) text(n *node) error { return r.textValue(r.decoder.text(n)) }

// textValue reads a JSON string: also what stands for a number, a boolean, an enum or bytes.
func (r *fieldReader) textValue(s string) error {
	f := r.field
	switch f.kind {
	case descriptor.FieldDescriptorProto_TYPE_STRING:
		r.put(reflect.ValueOf(s))
		return nil
	case descriptor.FieldDescriptorProto_TYPE_BYTES:
		b, err := decodeBase64(s)
		if err != nil {
			return refuse(f, "Failed to base64 decode bytes field '%s': %v", f.name, err)
		}
		r.put(reflect.ValueOf(b))
		return nil
	case descriptor.FieldDescriptorProto_TYPE_ENUM:
		value, ok := f.enum.values[s]
		if ok {
			r.put(reflect.ValueOf(value))
		} else if f.required > 0 {
			return refuse(f, "Failed to find enum for '%s'", s)
		}
		return nil
	case descriptor.FieldDescriptorProto_TYPE_MESSAGE, descriptor.FieldDescriptorProto_TYPE_GROUP:
		return refuse(f, "Not expecting a JSON string for field '%s'", f.name)
	}
	return r.quoted(s)
}

// quoted reads a number or a boolean that is written as a string.
func (r *fieldReader) quoted(s string) error {
	want := "number"
	if r.field.kind == descriptor.FieldDescriptorProto_TYPE_BOOL {
		want = "boolean"
	}
	if r.isFloat() && (s == "Infinity" || s == "-Infinity") {
		f, _ := strconv.ParseFloat(s, 64) // both are its own words
		n := floatNode(f)
		return r.scalar(&n)
	}
	nodes, err := scan(s)
	if err == nil && !strings.HasPrefix(nodes[0].kind.String(), want) {
		err = &SyntaxError{Text: "Unexpected JSON type parsed"}
	}
	if err != nil {
		return refuse(r.field, "Failed to parse '%s' as a JSON %s for field '%s': %v", s, want, r.field.name, err)
	}
	return r.scalar(&nodes[0])
}

func (r *fieldReader) isFloat() bool {
	return r.field.kind == descriptor.FieldDescriptorProto_TYPE_DOUBLE || r.field.kind == descriptor.FieldDescriptorProto_TYPE_FLOAT
}

// scalar reads a number or a boolean.
func (r *fieldReader) scalar(n *node) error {
	f := r.field
	if isBool := f.kind == descriptor.FieldDescriptorProto_TYPE_BOOL; isBool != (n.kind == boolean) {
		return refuse(f, "Not expecting a JSON %v for field '%s'", n.kind, f.name)
	}
	var v any
	switch f.kind {
	case descriptor.FieldDescriptorProto_TYPE_BOOL:
		v = n.bits != 0
	case descriptor.FieldDescriptorProto_TYPE_DOUBLE:
		v = n.float()
	case descriptor.FieldDescriptorProto_TYPE_FLOAT:
		v = float32(n.float())
	case descriptor.FieldDescriptorProto_TYPE_INT64, descriptor.FieldDescriptorProto_TYPE_SINT64, descriptor.FieldDescriptorProto_TYPE_SFIXED64:
		v = n.int64()
	case descriptor.FieldDescriptorProto_TYPE_UINT64, descriptor.FieldDescriptorProto_TYPE_FIXED64:
		v = n.uint64()
	case descriptor.FieldDescriptorProto_TYPE_INT32, descriptor.FieldDescriptorProto_TYPE_SINT32, descriptor.FieldDescriptorProto_TYPE_SFIXED32:
		v = n.int32()
	case descriptor.FieldDescriptorProto_TYPE_UINT32, descriptor.FieldDescriptorProto_TYPE_FIXED32:
		v = n.uint32()
	default:
		return refuse(f, "Not expecting a JSON number for field '%s'", f.name)
	}
	r.put(reflect.ValueOf(v))
	return nil
}
