// Package arbitrary makes messages for tests: any field set or not, unknown fields at any level.
package arbitrary

import (
	"reflect"
	"strings"

	"github.com/gogo/protobuf/proto"
	"pgregory.net/rapid"
)

// Config says what messages may look like. The zero value makes messages that survive every format.
type Config struct {
	Unknown bool // fields that no .proto file knows
	Numbers bool // enum values that no .proto file knows
	NaN     bool
	Depth   int  // of nesting; 0: 5
	Full    bool // every field set, and every repeated one with two elements
}

// Fill fills m, a pointer to an empty generated message. Required fields are always set.
func Fill(t *rapid.T, m proto.Message, c Config) {
	if c.Depth == 0 {
		c.Depth = 5
	}
	f := filler{t, c}
	f.message(reflect.ValueOf(m).Elem(), c.Depth)
}

type filler struct {
	*rapid.T
	Config
}

func (f filler) coin(label string) bool { return f.Full || rapid.Bool().Draw(f.T, label) }

func (f filler) count(label string) int {
	if f.Full {
		return 2
	}
	return rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(f.T, label)
}

func (f filler) message(m reflect.Value, depth int) {
	for i := range m.NumField() {
		field := m.Type().Field(i)
		tag := field.Tag.Get("protobuf")
		switch {
		case field.Name == "XXX_unrecognized" && f.Unknown:
			m.Field(i).SetBytes(f.unknown())
		case tag != "":
			f.field(m.Field(i), tag, field.Tag, depth)
		case field.Tag.Get("protobuf_oneof") != "" && depth > 0 && f.coin("oneof"):
			f.oneof(m, i, depth)
		}
	}
}

func (f filler) field(v reflect.Value, tag string, tags reflect.StructTag, depth int) {
	required := strings.Contains(tag, ",req,")
	switch v.Kind() {
	case reflect.Pointer:
		if message := v.Type().Elem().Kind() == reflect.Struct; message && depth <= 0 && !required {
			return
		}
		if required || f.coin("set") {
			v.Set(reflect.New(v.Type().Elem()))
			f.value(v.Elem(), tag, depth-1)
		}
	case reflect.Slice:
		f.slice(v, tag, required, depth)
	case reflect.Map:
		f.entries(v, tags, depth)
	default:
		f.value(v, tag, depth-1)
	}
}

func (f filler) slice(v reflect.Value, tag string, required bool, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		if required || f.coin("set") {
			v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(f.T, "bytes"))
		}
		return
	}
	n := f.count("elements")
	if depth <= 0 || n == 0 {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		f.value(v.Index(i), tag, depth-1)
	}
}

func (f filler) entries(v reflect.Value, tags reflect.StructTag, depth int) {
	n := f.count("entries")
	if depth <= 0 || n == 0 {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range n {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		f.value(key, tags.Get("protobuf_key"), depth-1)
		f.value(value, tags.Get("protobuf_val"), depth-1)
		v.SetMapIndex(key, value)
	}
}

func (f filler) oneof(m reflect.Value, i, depth int) {
	all := m.Addr().Interface().(interface{ XXX_OneofWrappers() []interface{} }).XXX_OneofWrappers()
	var fitting []reflect.Type
	for _, w := range all {
		if reflect.TypeOf(w).Implements(m.Field(i).Type()) {
			fitting = append(fitting, reflect.TypeOf(w).Elem())
		}
	}
	t := rapid.SampledFrom(fitting).Draw(f.T, "member")
	w := reflect.New(t)
	member := w.Elem().Field(0)
	if member.Kind() == reflect.Pointer {
		member.Set(reflect.New(member.Type().Elem()))
		member = member.Elem()
	}
	f.value(member, t.Field(0).Tag.Get("protobuf"), depth-1)
	m.Field(i).Set(w)
}

// value fills one value that is neither optional nor repeated.
func (f filler) value(v reflect.Value, tag string, depth int) {
	switch v.Kind() {
	case reflect.Pointer: // an element or a map's value
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem(), tag, depth)
	case reflect.Struct:
		f.message(v, depth)
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "cpus", "role", "ünï\"\\\n\x01", "\xff\xfe", strings.Repeat("x", 200)}).Draw(f.T, "string"))
	case reflect.Slice:
		v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(f.T, "bytes"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(f.T, "bool"))
	case reflect.Float64:
		v.SetFloat(f.float())
	case reflect.Uint32, reflect.Uint64:
		bits := v.Type().Bits()
		v.SetUint(rapid.Uint64().Draw(f.T, "uint") >> (64 - bits))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(f.T, "int"))
	case reflect.Int32:
		v.SetInt(f.int32(tag))
	default:
		f.Fatalf("no values for %v (%s)", v.Type(), tag)
	}
}

func (f filler) float() float64 {
	for {
		x := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{0, 1, 5, 0.1, 1024, 1e21, 1e-7})).Draw(f.T, "float")
		if f.NaN || x == x {
			return x
		}
	}
}

func (f filler) int32(tag string) int64 {
	for part := range strings.SplitSeq(tag, ",") {
		name, ok := strings.CutPrefix(part, "enum=")
		if !ok || f.Numbers && !f.Full && rapid.IntRange(0, 9).Draw(f.T, "exotic") == 0 {
			continue
		}
		var values []int32
		for _, value := range proto.EnumValueMap(name) {
			values = append(values, value)
		}
		return int64(rapid.SampledFrom(sorted(values)).Draw(f.T, "enum"))
	}
	return int64(rapid.Int32().Draw(f.T, "int32"))
}
