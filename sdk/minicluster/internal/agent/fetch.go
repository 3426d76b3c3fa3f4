package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ErrFetch is wrapped by every error about what a task's command wants fetched.
var ErrFetch = errors.New("failed to fetch")

// fetchAll puts what a command names into a sandbox (semantics 6.11): files named by an absolute path or a
// file: URI. Archives are unpacked beside themselves unless told not to. Nothing is ever written outside the
// sandbox, whatever an archive or output_file says.
func fetchAll(ctx context.Context, uris []mesos.CommandInfo_URI, sandbox string) error {
	root, err := os.OpenRoot(sandbox)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFetch, err)
	}
	defer root.Close()
	for i := range uris {
		if err := fetchOne(ctx, &uris[i], root); err != nil {
			return fmt.Errorf("%w '%s': %w", ErrFetch, uris[i].Value, err)
		}
	}
	return nil
}

// validateURIs refuses what Mesos refuses before it fetches anything, in its words.
func validateURIs(uris []mesos.CommandInfo_URI) error {
	for i := range uris {
		value := uris[i].Value
		if strings.ContainsAny(value, "\\'\x00") {
			return errors.New("Illegal characters in URI") //nolint:staticcheck // Mesos's own text
		}
		if i := strings.Index(value, "://"); i > 1 {
			if _, file, ok := strings.Cut(value[i+3:], "/"); !ok || file == "" {
				return fmt.Errorf("Malformed URI (missing path): %s", value) //nolint:staticcheck // Mesos's own text
			}
		}
		if output := uris[i].OutputFile; output != nil && *output == "" {
			return errors.New("URI output file path is empty")
		} else if strings.HasPrefix(uris[i].GetOutputFile(), "/") {
			return errors.New("URI output file must be within the sandbox directory")
		}
	}
	return nil
}

func fetchOne(ctx context.Context, uri *mesos.CommandInfo_URI, root *os.Root) error {
	source, err := localPath(uri.Value)
	if err != nil {
		return err
	}
	name := path.Base(filepath.ToSlash(source))
	if uri.GetOutputFile() != "" {
		name = uri.GetOutputFile()
	}
	if !filepath.IsLocal(name) || name == "." {
		return fmt.Errorf("output file %q must be a relative path within the sandbox", name)
	}
	if dir := filepath.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, sandboxMode); err != nil {
			return err
		}
	}
	mode := os.FileMode(0o644)
	if uri.GetExecutable() {
		mode = 0o755
	}
	if err := copyFile(ctx, source, root, name, mode); err != nil {
		return err
	}
	if uri.GetExecutable() || !uri.GetExtract() {
		return nil
	}
	return extract(ctx, root, name)
}

// localPath is the path that a URI names on this machine.
func localPath(uri string) (string, error) {
	uri = strings.TrimLeft(uri, " \t\n\r")
	p := uri
	if rest, ok := strings.CutPrefix(uri, "file://"); ok {
		p = strings.TrimPrefix(rest, "localhost")
	} else if scheme, _, ok := strings.Cut(uri, "://"); ok {
		return "", fmt.Errorf("the minicluster fetches no %s: URIs, only files of this machine", scheme)
	}
	if !strings.HasPrefix(p, "/") {
		return "", errors.New("a relative path was passed, and the minicluster has no frameworks home: name an absolute one")
	}
	return filepath.Clean(p), nil
}

func copyFile(ctx context.Context, source string, root *os.Root, name string, mode os.FileMode) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", source)
	}
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeTo(ctx, root, name, mode, in)
}

// writeTo writes one file below root. The mode is set apart from opening, because a umask would cut it.
func writeTo(ctx context.Context, root *os.Root, name string, mode os.FileMode, in io.Reader) error {
	out, err := root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, cancelled{ctx, in})
	return errors.Join(err, out.Chmod(mode), out.Close())
}

// cancelled is a reader that ends with its context.
type cancelled struct {
	ctx context.Context
	io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}

// appendLine adds a line to a file of a sandbox.
func appendLine(path, line string) error {
	f, err := openLog(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, line)
	return errors.Join(err, f.Close())
}
