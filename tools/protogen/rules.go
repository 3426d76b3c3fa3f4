package main

import (
	"strings"

	"github.com/gogo/protobuf/gogoproto"
	"github.com/gogo/protobuf/proto"
	descriptor "github.com/gogo/protobuf/protoc-gen-gogo/descriptor"
	plugin "github.com/gogo/protobuf/protoc-gen-gogo/plugin"
	"github.com/gogo/protobuf/vanity"
)

// unprefixed are the enums whose values carry a prefix of their own, or are unique words of the field,
// so that Go need not repeat the enum's name: mesos.TASK_RUNNING, mesos.SCALAR, mesos.RW.
var unprefixed = map[string]bool{
	".mesos.v1.TaskState":         true,
	".mesos.v1.TaskStatus.Source": true,
	".mesos.v1.TaskStatus.Reason": true,
	".mesos.v1.OperationState":    true,
	".mesos.v1.Value.Type":        true,
	".mesos.v1.Volume.Mode":       true,
}

// initialisms are the parts of field names that Go writes in capitals.
var initialisms = map[string]string{
	"id": "ID", "ids": "IDs", "uuid": "UUID", "url": "URL", "uri": "URI", "uris": "URIs",
	"ip": "IP", "http": "HTTP", "tcp": "TCP", "tty": "TTY", "csi": "CSI", "webui": "WebUI", "cpus": "CPUs",
}

// applyRules says how Mesos's messages look in Go. A required field and an element of a repeated message
// field are values; everything optional is a pointer, so that "unset" is never lost. Unknown fields are
// kept: a framework echoes an offer's resources back, and the master refuses what it doesn't recognise.
// (gogofaster, which makes everything a value, can't express Mesos's messages: they have required enums
// that don't start at zero.)
func applyRules(request *plugin.CodeGeneratorRequest) {
	files := vanity.FilterFiles(request.GetProtoFile(), func(f *descriptor.FileDescriptorProto) bool {
		return strings.HasPrefix(f.GetPackage(), "mesos.")
	})
	startsAtZero := map[string]bool{}
	for _, f := range files {
		walkEnums("."+f.GetPackage(), f.EnumType, f.MessageType, func(name string, e *descriptor.EnumDescriptorProto) {
			startsAtZero[name] = e.Value[0].GetNumber() == 0
			if unprefixed[name] {
				vanity.SetBoolEnumOption(gogoproto.E_GoprotoEnumPrefix, false)(e)
			}
		})
	}
	vanity.ForEachFile(files, vanity.TurnOnMarshalerAll)
	vanity.ForEachFile(files, vanity.TurnOnSizerAll)
	vanity.ForEachFile(files, vanity.TurnOnUnmarshalerAll)
	vanity.ForEachFile(files, vanity.TurnOffGoUnkeyedAll)
	vanity.ForEachFile(files, vanity.TurnOffGoSizecacheAll)
	vanity.ForEachFieldInFilesExcludingExtensions(files, func(f *descriptor.FieldDescriptorProto) {
		if name := goName(f.GetName()); name != "" {
			setStringFieldOption(f, name)
		}
		if isValue(f, startsAtZero) {
			vanity.SetBoolFieldOption(gogoproto.E_Nullable, false)(f)
		}
	})
}

// isValue tells whether a field is a value in Go rather than a pointer.
func isValue(f *descriptor.FieldDescriptorProto, startsAtZero map[string]bool) bool {
	switch {
	case f.IsRepeated():
		return f.IsMessage()
	case !f.IsRequired(), f.IsBytes():
		return false // a slice says by itself whether it is set
	case f.DefaultValue != nil:
		return false // gogo can't tell a default from zero in a value
	case f.IsEnum():
		return startsAtZero[f.GetTypeName()]
	}
	return true
}

// goName is a field's name with initialisms as Go writes them; empty where gogo's own name is right.
func goName(field string) string {
	parts, changed := strings.Split(field, "_"), false
	for i, p := range parts {
		if s, ok := initialisms[p]; ok {
			parts[i], changed = s, true
			continue
		}
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	if !changed {
		return ""
	}
	return strings.Join(parts, "")
}

func walkEnums(prefix string, enums []*descriptor.EnumDescriptorProto, messages []*descriptor.DescriptorProto, visit func(string, *descriptor.EnumDescriptorProto)) {
	for _, e := range enums {
		visit(prefix+"."+e.GetName(), e)
	}
	for _, m := range messages {
		walkEnums(prefix+"."+m.GetName(), m.EnumType, m.NestedType, visit)
	}
}

func setStringFieldOption(f *descriptor.FieldDescriptorProto, name string) {
	if f.Options == nil {
		f.Options = &descriptor.FieldOptions{}
	}
	if err := proto.SetExtension(f.Options, gogoproto.E_Customname, &name); err != nil {
		panic(err) // a programming error: the extension is gogo's own
	}
}
