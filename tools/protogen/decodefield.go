package main

import (
	"fmt"

	"github.com/gogo/protobuf/gogoproto"
	"github.com/gogo/protobuf/proto"
	descriptor "github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
	"github.com/gogo/protobuf/protoc-gen-gogo/generator"
)

// plain is the expression for what has been read as a value of the field's type or its element's.
func (g *decoder) plain(f *descriptor.FieldDescriptorProto) string {
	switch f.GetType() {
	case descriptor.FieldDescriptorProto_TYPE_DOUBLE:
		return "math.Float64frombits(u)"
	case descriptor.FieldDescriptorProto_TYPE_UINT64:
		return "u"
	case descriptor.FieldDescriptorProto_TYPE_STRING:
		return "d.State.String(b[i-int(u):i])"
	case descriptor.FieldDescriptorProto_TYPE_BYTES:
		return string(g.d) + ".Copy(b[i-int(u):i])"
	case descriptor.FieldDescriptorProto_TYPE_BOOL:
		return "u != 0"
	case descriptor.FieldDescriptorProto_TYPE_INT32:
		return "int32(u)"
	case descriptor.FieldDescriptorProto_TYPE_INT64:
		return "int64(u)"
	case descriptor.FieldDescriptorProto_TYPE_UINT32:
		return "uint32(u)"
	case descriptor.FieldDescriptorProto_TYPE_ENUM:
		return g.goType(f.GetTypeName()) + "(u)"
	}
	g.Fail("no decoder for", f.GetName(), "of type", f.GetType().String())
	return ""
}

// pointer is plain for a field that is a pointer.
func (g *decoder) pointer(f *descriptor.FieldDescriptorProto) string {
	names := map[descriptor.FieldDescriptorProto_Type]string{
		descriptor.FieldDescriptorProto_TYPE_DOUBLE: "Double",
		descriptor.FieldDescriptorProto_TYPE_STRING: "",
		descriptor.FieldDescriptorProto_TYPE_BOOL:   "Bool",
		descriptor.FieldDescriptorProto_TYPE_INT32:  "Int32",
		descriptor.FieldDescriptorProto_TYPE_INT64:  "Int64",
		descriptor.FieldDescriptorProto_TYPE_UINT32: "Uint32",
		descriptor.FieldDescriptorProto_TYPE_UINT64: "Uint64",
	}
	if f.IsEnum() {
		return string(g.d) + ".EnumP[" + g.goType(f.GetTypeName()) + "](u)"
	}
	name, ok := names[f.GetType()]
	if !ok {
		g.Fail("no decoder for an optional", f.GetName(), "of type", f.GetType().String())
	}
	if f.IsString() {
		return "d.State.StringP(b[i-int(u):i])"
	}
	return "d.State." + name + "P(u)"
}

// scalar writes what stores what has been read, which is no message, in the Go field to.
func (g *decoder) scalar(to string, f *descriptor.FieldDescriptorProto) {
	switch {
	case f.IsRepeated() && f.IsString():
		g.P(to, " = d.State.Append(", to, ", b[i-int(u):i], b[at:])")
	case f.IsRepeated():
		g.P(to, " = append(", to, ", ", g.plain(f), ")")
	case f.IsBytes() || !gogoproto.IsNullable(f):
		g.P(to, " = ", g.plain(f))
	case f.IsEnum() && g.slabs[f.GetTypeName()]:
		slab := slabName(g.goType(f.GetTypeName()))
		g.P(to, " = d.slabs.", slab, ".One()")
		g.P("*", to, " = ", g.plain(f))
	default:
		g.P(to, " = ", g.pointer(f))
	}
}

// submessage writes what decodes a field.
func (g *decoder) submessage(m *generator.Descriptor, f *descriptor.FieldDescriptorProto) {
	to := "m." + g.GetFieldName(m, f)
	if gogoproto.IsNullable(f) {
		g.P("if ", to, " == nil {")
		fresh := "&" + g.goType(f.GetTypeName()) + "{}"
		if g.slabs[f.GetTypeName()] {
			fresh = "d.slabs." + slabName(g.goType(f.GetTypeName())) + ".One()"
		}
		g.P(to, " = ", fresh)
		g.P("}")
	}
	g.decode(to, "u", f)
}

// submessages writes what decodes a run of elements, the first of which ends at i.
func (g *decoder) submessages(m *generator.Descriptor, f *descriptor.FieldDescriptorProto) {
	to, grow := "m."+g.GetFieldName(m, f), string(g.d)+".Grow("
	if g.slabs[f.GetTypeName()] {
		grow = "d.slabs." + slabName(g.goType(f.GetTypeName())) + ".Grow("
	}
	g.P("list, n := ", grow, to, ", b[at:])")
	g.P(to, " = list")
	if f.GetTypeName() == slabRoot {
		g.P("var err error")
		g.P("if i, err = d.XXX_Offers(list[len(list)-n:], b, at); err != nil {")
		g.P("return err")
		g.P("}")
		return
	}
	g.decode("list[len(list)-n]", "u", f)
	g.P("for n--; n > 0; n-- {")
	g.P("_, u, i = ", g.d, ".Next(b, i)")
	g.decode("list[len(list)-n]", "u", f)
	g.P("}")
}

// again writes what takes a field from the last message that had the same bytes in its place, or remembers what
// the code written by decode makes of it.
func (g *decoder) again(m *generator.Descriptor, f *descriptor.FieldDescriptorProto, decode func()) {
	to, last := "m."+g.GetFieldName(m, f), "d.repeats."+repeatName(m, f)
	g.P("if ", to, " == nil {")
	g.P("if v, size := ", last, ".Find(b[at:]); size > 0 {")
	g.P(to, ", i = v, at+size")
	g.P("continue")
	g.P("}")
	g.P("}")
	g.P("fresh := ", to, " == nil")
	if !f.IsRepeated() {
		g.P("if !fresh { // the field is here twice, and what the first became may be others' too")
		g.P("own := *", to)
		g.P("own.XXX_unrecognized = own.XXX_unrecognized[:len(own.XXX_unrecognized):len(own.XXX_unrecognized)]")
		g.P(to, " = &own")
		g.P("}")
		for _, inner := range g.ObjectNamed(f.GetTypeName()).(*generator.Descriptor).Field {
			if inner.IsMessage() || inner.IsRepeated() {
				g.Fail("a message that is shared can't be merged with another:", f.GetName())
			}
		}
	}
	decode()
	g.P("if fresh {")
	g.P(last, ".Keep(b[at:i], ", to, ")")
	g.P("}")
}

// packed writes the case for a repeated field whose elements come in one piece.
func (g *decoder) packed(m *generator.Descriptor, f *descriptor.FieldDescriptorProto) {
	if !f.IsEnum() && f.WireType() != proto.WireVarint {
		g.Fail("no decoder for repeated", f.GetName(), "of type", f.GetType().String())
	}
	to := "m." + g.GetFieldName(m, f)
	g.P("case ", fmt.Sprint(uint64(f.GetNumber())<<3|proto.WireBytes), ": // ", f.GetName(), ", packed")
	g.P("for j := i - int(u); j < i; {")
	g.P("if u, j = ", g.d, ".Varint(b[:i], j); j < 0 {")
	g.P("return ", g.d, ".Fail(", quote(m.File().GetPackage()+"."+m.GetName()+"."+f.GetName()), ", j)")
	g.P("}")
	g.P(to, " = append(", to, ", ", g.plain(f), ")")
	g.P("}")
}

// decode writes the call that decodes the length bytes before i into to.
func (g *decoder) decode(to, length string, f *descriptor.FieldDescriptorProto) {
	call := "XXX_Decode(d, b[:i], i-int(" + length + "))"
	if pkg := g.ObjectNamed(f.GetTypeName()).File().GetPackage(); pkg == "google.protobuf" {
		call = "Unmarshal([]byte(b[i-int(" + length + "):i]))"
	}
	g.P("if err := ", to, ".", call, "; err != nil {")
	g.P("return err")
	g.P("}")
}

// oneof writes what stores a member of a oneof. Of two members the last counts; of the same message
// twice, both together.
func (g *decoder) oneof(m *generator.Descriptor, f *descriptor.FieldDescriptorProto) {
	to, wrapper, member := "m."+g.GetFieldName(m, f), g.OneOfTypeName(m, f), g.GetOneOfFieldName(m, f)
	if !f.IsMessage() {
		g.P(to, " = &", wrapper, "{", member, ": ", g.plain(f), "}")
		return
	}
	g.P("o, same := ", to, ".(*", wrapper, ")")
	g.P("if !same || o.", member, " == nil {")
	g.P("o = &", wrapper, "{", member, ": &", g.goType(f.GetTypeName()), "{}}")
	g.P(to, " = o")
	g.P("}")
	g.decode("o."+member, "u", f)
}

// mapEntry writes what decodes one entry of a map, a message of key and value, each of which may be missing.
func (g *decoder) mapEntry(m *generator.Descriptor, f *descriptor.FieldDescriptorProto) {
	to := "m." + g.GetFieldName(m, f)
	entry := g.ObjectNamed(f.GetTypeName()).(*generator.Descriptor)
	types := g.GoMapType(entry, f)
	value := types.ValueAliasField
	if !entry.Field[0].IsString() || !value.IsString() && (!value.IsMessage() || gogoproto.IsNullable(value)) {
		g.Fail("no decoder for the map", f.GetName())
	}
	g.P("b, i := b[:i], i-int(u)")
	g.P("var key string")
	g.P("var value ", types.GoType[len("map[string]"):])
	g.loop("b", "i", m.File().GetPackage()+"."+m.GetName()+"."+f.GetName(), func() {
		g.P("case 10:")
		g.P("key = d.State.String(b[i-int(u):i])")
		g.P("case 18:")
		if value.IsMessage() {
			g.decode("value", "u", value)
		} else {
			g.P("value = d.State.String(b[i-int(u):i])")
		}
	})
	g.P("if ", to, " == nil {")
	g.P(to, " = ", types.GoType, "{}")
	g.P("}")
	g.P(to, "[key] = value")
}
