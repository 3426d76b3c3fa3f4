package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gogo/protobuf/gogoproto"
	"github.com/gogo/protobuf/proto"
	descriptor "github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
	"github.com/gogo/protobuf/protoc-gen-gogo/generator"
)

const (
	decodePath generator.GoImportPath = "github.com/stateful-mesos/moor/sdk/mesos/internal/decode"
	mesosPath  generator.GoImportPath = "github.com/stateful-mesos/moor/sdk/mesos"
	// slabRoot is the message whose contents decoders take from slabs: events of a thousand offers are what
	// decoding has to be fast for. Slabs for everything would cost more to set up than a status update takes.
	slabRoot = ".mesos.v1.Offer"
)

// repeats are the fields that most resources of an offer have in common. One that comes in the same bytes as in
// the resource before isn't decoded again: the two share what it has become, which is why the doc comment of
// package mesos says not to change it in place. They are a third of an offer's memory and of its decoding.
var repeats = map[string]bool{
	"mesos.v1.Resource.allocation_info": true,
	"mesos.v1.Resource.reservations":    true,
}

// decoder writes the methods Unmarshal and XXX_Decode of every message: what gogo's unmarshal plugin does,
// with a twentieth of the allocations and a quarter of the code. See sdk/mesos/internal/decode.
type decoder struct {
	*generator.Generator
	slabs map[string]bool // full names of the types that have a slab
	d     generator.GoPackageName
}

func (g *decoder) Name() string                                   { return "moor-decoder" }
func (g *decoder) Init(gen *generator.Generator)                  { g.Generator = gen }
func (g *decoder) GenerateImports(file *generator.FileDescriptor) {}

func (g *decoder) Generate(file *generator.FileDescriptor) {
	if !strings.HasPrefix(file.GetPackage(), "mesos.") {
		return
	}
	g.slabs = map[string]bool{} // those of another package are out of reach
	if file.GetPackage() == "mesos.v1" {
		g.collect(slabRoot)
		defer g.slabTypes(file)
	}
	for _, message := range file.Messages() {
		if !message.GetOptions().GetMapEntry() {
			g.message(message)
		}
	}
}

// collect finds the types inside a message that need memory of their own.
func (g *decoder) collect(name string) {
	message := g.ObjectNamed(name).(*generator.Descriptor)
	for _, f := range message.Field {
		if g.IsMap(f) || !f.IsMessage() && !f.IsEnum() {
			continue
		}
		seen := g.slabs[f.GetTypeName()]
		if f.IsRepeated() || gogoproto.IsNullable(f) {
			g.slabs[f.GetTypeName()] = true
		}
		if f.IsMessage() && !seen {
			g.collect(f.GetTypeName())
		}
	}
}

// reaches tells whether a message of type from may contain one of type to.
func (g *decoder) reaches(from, to string, seen map[string]bool) bool {
	for _, f := range g.ObjectNamed(from).(*generator.Descriptor).Field {
		name := f.GetTypeName()
		if !f.IsMessage() || seen[name] {
			continue
		}
		seen[name] = true
		if name == to || g.reaches(name, to, seen) {
			return true
		}
	}
	return false
}

// slabTypes writes the slabs themselves, and what remembers the fields that repeat.
func (g *decoder) slabTypes(file *generator.FileDescriptor) {
	g.P("// repeats are what a Decoder remembers of the fields that most resources have in common.")
	g.P("type repeats struct {")
	for _, m := range file.Messages() {
		for _, f := range m.Field {
			if repeats[fullName(m)+"."+f.GetName()] {
				kind := "*"
				if f.IsRepeated() {
					kind = "[]"
				}
				g.P(repeatName(m, f), " ", g.d, ".Repeat[", kind, g.goType(f.GetTypeName()), "]")
			}
		}
	}
	g.P("}")
	g.P()
	g.P("// slabs are what a Decoder takes the contents of offers from.")
	g.P("type slabs struct {")
	names := map[string]bool{}
	for _, name := range sortedKeys(g.slabs) {
		if names[slabName(g.goType(name))] {
			g.Fail("two slabs of the name", slabName(g.goType(name)))
		}
		names[slabName(g.goType(name))] = true
		g.P(slabName(g.goType(name)), " ", g.d, ".Slab[", g.goType(name), "]")
	}
	g.P("}")
}

func slabName(goType string) string {
	s := strings.ReplaceAll(goType, "_", "")
	return strings.ToLower(s[:1]) + s[1:]
}

func repeatName(m *generator.Descriptor, f *descriptor.FieldDescriptorProto) string {
	return slabName(generator.CamelCaseSlice(m.TypeName()) + generator.CamelCase(f.GetName()))
}

// goType is a message's or an enum's name in Go; it sees to the import.
func (g *decoder) goType(name string) string {
	g.RecordTypeUse(name)
	return g.TypeName(g.ObjectNamed(name))
}

func (g *decoder) message(m *generator.Descriptor) {
	g.d = g.AddImport(decodePath)
	decoderType := "Decoder"
	if m.GoImportPath() != mesosPath {
		decoderType = string(g.AddImport(mesosPath)) + ".Decoder"
	}
	goName := generator.CamelCaseSlice(m.TypeName())
	name := fullName(m)
	var required []string
	for _, f := range m.Field {
		if f.IsRequired() {
			required = append(required, f.GetName())
		}
	}
	g.P()
	g.P("func (m *", goName, ") Unmarshal(b []byte) error {")
	g.P("var d ", decoderType)
	g.P("return m.XXX_Decode(&d, ", g.d, ".Input(b), 0)")
	g.P("}")
	g.P()
	g.P("func (m *", goName, ") XXX_Decode(d *", decoderType, ", b string, i int) error {")
	deep := g.reaches("."+name, "."+name, map[string]bool{})
	if deep { // elsewhere the types themselves limit the depth
		g.P("if !d.State.Enter() {")
		g.P("return ", g.d, ".Fail(", quote(name), ", ", g.d, ".TooDeep)")
		g.P("}")
	}
	if len(required) > 0 {
		g.P("var has uint64")
	}
	g.loop("b", "i", name, func() {
		for _, f := range m.Field {
			g.field(m, f, slices.Index(required, f.GetName()))
		}
		g.P("default:")
		g.P("m.XXX_unrecognized = append(m.XXX_unrecognized, b[at:i]...)")
	})
	if deep {
		g.P("d.State.Leave()")
	}
	if len(required) > 0 {
		g.P("if has != ", fmt.Sprintf("%#x", uint64(1)<<len(required)-1), " {")
		g.P("return ", g.d, ".Missing(has, ", quote(name), ", ", quote(required...), ")")
		g.P("}")
	}
	g.P("return nil")
	g.P("}")
}

// fullName is a message's name with its package.
func fullName(m *generator.Descriptor) string {
	return m.File().GetPackage() + "." + strings.Join(m.TypeName(), ".")
}

func quote(names ...string) string {
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, fmt.Sprintf("%q", n))
	}
	return strings.Join(quoted, ", ")
}

// field writes the cases for one field. bit is its place among the required ones, or -1.
func (g *decoder) field(m *generator.Descriptor, f *descriptor.FieldDescriptorProto, bit int) {
	wire := f.WireType()
	if wire == proto.WireFixed32 || g.IsGroup(f) {
		g.Fail("no decoder for", f.GetName(), "of type", f.GetType().String())
	}
	tag := uint64(f.GetNumber())<<3 | uint64(wire)
	if wire != proto.WireBytes && f.IsRepeated() { // packed is for the sender to choose
		g.packed(m, f)
	}
	g.P("case ", fmt.Sprint(tag), ": // ", f.GetName())
	switch {
	case repeats[fullName(m)+"."+f.GetName()]:
		g.again(m, f, func() {
			if f.IsRepeated() {
				g.submessages(m, f)
			} else {
				g.submessage(m, f)
			}
		})
	case g.IsMap(f):
		g.mapEntry(m, f)
	case f.OneofIndex != nil:
		g.oneof(m, f)
	case f.IsMessage() && f.IsRepeated():
		g.submessages(m, f)
	case f.IsMessage():
		g.submessage(m, f)
	default:
		g.scalar("m."+g.GetFieldName(m, f), f)
	}
	if bit >= 0 {
		g.P("has |= ", fmt.Sprintf("%#x", uint64(1)<<bit))
	}
}

// loop writes a loop over the fields in buffer from position on; cases writes what becomes of each. They find
// its number and wire type in tag, its value in u, or the length of its content, which ends at the position;
// the field begins at.
func (g *decoder) loop(buffer, position, name string, cases func()) {
	outer := g.Buffer
	g.Buffer = &bytes.Buffer{}
	cases()
	body := g.Buffer
	g.Buffer = outer
	u := "u"
	if !regexp.MustCompile(`\bu\b`).Match(body.Bytes()) {
		u = "_"
	}
	g.P("for ", position, " < len(", buffer, ") {")
	if strings.Contains(body.String(), "at:") || strings.Contains(body.String(), "at)") {
		g.P("at := ", position)
	}
	g.P("tag, ", u, ", next := ", g.d, ".Short(", buffer, ", ", position, ")")
	g.P("if next == 0 {")
	g.P("if tag, ", u, ", next = ", g.d, ".Next(", buffer, ", ", position, "); next < 0 {")
	g.P("return ", g.d, ".Fail(", quote(name), ", next)")
	g.P("}")
	g.P("}")
	g.P(position, " = next")
	g.P("switch tag {")
	g.P(body.String())
	g.P("}")
	g.P("}")
}

func sortedKeys(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
