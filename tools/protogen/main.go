// Command protogen turns the SDK's .proto files into Go.
//
//	protogen -root DIR FILE.proto ...
//
// The files named in one call make up one Go package: gogo's generator keeps state between packages.
//
// It is protoc and its plugin in one process: protocompile parses the files, the rules in rules.go say
// how messages look in Go, and gogo/protobuf's generator writes them next to their .proto files. It needs
// nothing but Go, so `go generate` works wherever Go does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/format"
	"os"
	"path/filepath"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	_ "github.com/gogo/protobuf/plugin/marshalto"
	_ "github.com/gogo/protobuf/plugin/size"
	gogo "github.com/gogo/protobuf/proto"
	"github.com/gogo/protobuf/protoc-gen-gogo/generator"
	plugin "github.com/gogo/protobuf/protoc-gen-gogo/plugin"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"
)

// parameter is what protoc would pass on: output beside the input, and gogo's own well-known types.
const parameter = "paths=source_relative,Mgoogle/protobuf/duration.proto=github.com/gogo/protobuf/types"

func main() {
	root := flag.String("root", ".", "folder that imports and outputs are relative to")
	flag.Parse()
	if err := run(*root, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "protogen:", err)
		os.Exit(1)
	}
}

func run(root string, files []string) error {
	if len(files) == 0 {
		return errors.New("no .proto files named")
	}
	request, err := compile(root, files)
	if err != nil {
		return err
	}
	request.FileToGenerate = files
	applyRules(request)
	for _, f := range generate(request) {
		source, err := format.Source([]byte(f.GetContent()))
		if err != nil {
			return fmt.Errorf("%s: %w", f.GetName(), err)
		}
		if err := os.WriteFile(filepath.Join(root, f.GetName()), source, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate runs gogo's generator with its plugins that write encoders, and with our own that writes decoders.
// On a fault in the .proto files it ends the process, as protoc's plugins do.
func generate(request *plugin.CodeGeneratorRequest) []*plugin.CodeGeneratorResponse_File {
	g := generator.New()
	g.Request = request
	g.CommandLineParameters(request.GetParameter())
	g.WrapTypes()
	g.SetPackageNames()
	g.BuildTypeNameMap()
	generator.RegisterPlugin(&decoder{})
	g.GenerateAllFiles()
	return g.Response.File
}

// compile parses files and all that they import into the request that a protoc plugin is given.
func compile(root string, files []string) (*plugin.CodeGeneratorRequest, error) {
	c := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{root}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := c.Compile(context.Background(), files...)
	if err != nil {
		return nil, err
	}
	request := &pluginpb.CodeGeneratorRequest{Parameter: proto.String(parameter)}
	seen := map[string]bool{}
	var add func(fd protoreflect.FileDescriptor)
	add = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		for i := range fd.Imports().Len() {
			add(fd.Imports().Get(i).FileDescriptor)
		}
		request.ProtoFile = append(request.ProtoFile, protoutil.ProtoFromFileDescriptor(fd))
	}
	for _, fd := range compiled {
		add(fd)
	}
	// The two protobuf runtimes share no types, only the wire.
	b, err := proto.Marshal(request)
	if err != nil {
		return nil, err
	}
	out := &plugin.CodeGeneratorRequest{}
	return out, gogo.Unmarshal(b, out)
}
