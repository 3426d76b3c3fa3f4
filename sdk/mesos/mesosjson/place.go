package mesosjson

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/gogo/protobuf/proto"
)

// A place is where a field lies in its struct.
type place struct {
	index   int
	tag     string
	goType  reflect.Type
	wrapper reflect.Type
}

// structFields finds the places by field number, in the tags that the generator left.
func structFields(t reflect.Type, m any) map[int]place {
	places := map[int]place{}
	oneofs := map[int]reflect.Type{} // index of the struct's field: its interface type
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("protobuf")
		if number, ok := tagNumber(tag); ok {
			places[number] = place{index: i, tag: tag, goType: f.Type}
		} else if _, ok := f.Tag.Lookup("protobuf_oneof"); ok {
			oneofs[i] = f.Type
		}
	}
	wrapped, ok := m.(interface{ XXX_OneofWrappers() []interface{} })
	if !ok {
		return places
	}
	for _, w := range wrapped.XXX_OneofWrappers() {
		wrapper := reflect.TypeOf(w).Elem()
		tag := wrapper.Field(0).Tag.Get("protobuf")
		number, _ := tagNumber(tag)
		for i, iface := range oneofs {
			if reflect.TypeOf(w).Implements(iface) {
				places[number] = place{index: i, tag: tag, goType: wrapper.Field(0).Type, wrapper: wrapper}
			}
		}
	}
	return places
}

func tagNumber(tag string) (int, bool) {
	parts := strings.Split(tag, ",")
	if len(parts) < 2 {
		return 0, false
	}
	number, err := strconv.Atoi(parts[1])
	return number, err == nil
}

// enumFor finds the enum that a tag names; nil: none.
func enumFor(tag string) *enum {
	for part := range strings.SplitSeq(tag, ",") {
		name, ok := strings.CutPrefix(part, "enum=")
		if !ok || proto.EnumValueMap(name) == nil {
			continue
		}
		e := &enum{names: map[int32]string{}, values: proto.EnumValueMap(name)}
		for name, value := range e.values {
			e.names[value] = name
		}
		return e
	}
	return nil
}
