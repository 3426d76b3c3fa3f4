package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// ErrFetch is wrapped by every error about what a task's command wants fetched.
var ErrFetch = errors.New("failed to fetch")

// maxFetched is how large one file in a sandbox may become by fetching or unpacking.
const maxFetched = 16 << 30

// fetchAll puts what a command names into a sandbox (semantics 6.11): files named by an absolute path or a
// file: URI, and what an http: or https: URI brings. Archives are unpacked beside themselves unless told not to. Nothing is ever written outside the
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
	source, err := parseSource(uri.Value)
	if err != nil {
		return err
	}
	name := path.Base(filepath.ToSlash(source.path))
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
	in, err := source.open(ctx)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := writeTo(ctx, root, name, mode, in); err != nil {
		return err
	}
	if uri.GetExecutable() || !uri.GetExtract() {
		return nil
	}
	return extract(ctx, root, name)
}

// source is where something is fetched from.
type source struct {
	url  string // empty: a file
	path string
}

// parseSource reads a URI.
func parseSource(uri string) (source, error) {
	uri = strings.TrimLeft(uri, " \t\n\r")
	p := uri
	if rest, ok := strings.CutPrefix(uri, "file://"); ok {
		p = strings.TrimPrefix(rest, "localhost")
	} else if scheme, _, ok := strings.Cut(uri, "://"); ok {
		u, err := url.Parse(uri)
		if err != nil {
			return source{}, err
		}
		if scheme != "http" && scheme != "https" {
			return source{}, fmt.Errorf("the minicluster fetches no %s: URIs, only http:, https: and files of this machine", scheme)
		}
		return source{url: uri, path: u.Path}, nil
	}
	if !strings.HasPrefix(p, "/") {
		return source{}, errors.New("a relative path was passed, and the minicluster has no frameworks home: name an absolute one")
	}
	return source{path: filepath.Clean(p)}, nil
}

// open opens a source for reading.
func (s source) open(ctx context.Context) (io.ReadCloser, error) {
	if s.url != "" {
		return download(ctx, s.url)
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", s.path)
	}
	return os.Open(s.path)
}

// download asks for a URL, once: Mesos's fetcher tries no second time either.
func download(ctx context.Context, from string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("unexpected HTTP response %s", response.Status), response.Body.Close())
	}
	return response.Body, nil
}

// writeTo writes one file below root. The mode is set apart from opening, because a umask would cut it.
func writeTo(ctx context.Context, root *os.Root, name string, mode os.FileMode, in io.Reader) error {
	out, err := root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, io.LimitReader(cancelled{ctx, in}, maxFetched+1))
	if err == nil && n > maxFetched {
		err = fmt.Errorf("%s is larger than %d bytes", name, int64(maxFetched))
	}
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
