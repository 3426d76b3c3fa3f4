package agent

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
)

// entry is one member of an archive; a link if to is set.
type entry struct{ name, content, to string }

func tarOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o755, Size: int64(len(e.content)), Typeflag: tar.TypeReg}
		switch {
		case e.to != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.to
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipOf(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name}
		h.SetMode(0o644)
		if e.to != "" {
			h.SetMode(0o777 | os.ModeSymlink)
			e.content = e.to
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipOf(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bzip2Of(t *testing.T, content []byte) []byte {
	t.Helper()
	cmd := exec.Command("bzip2", "-c")
	cmd.Stdin = bytes.NewReader(content)
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no bzip2 on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fetched fetches one URI for a file of this name and content into a new sandbox.
func fetched(t *testing.T, name string, content []byte, change func(*mesos.CommandInfo_URI)) (sandbox string, err error) {
	t.Helper()
	source := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(source, content, 0o600); err != nil {
		t.Fatal(err)
	}
	sandbox = filepath.Join(t.TempDir(), "sandbox")
	if err := os.Mkdir(sandbox, 0o700); err != nil {
		t.Fatal(err)
	}
	uri := mesos.CommandInfo_URI{Value: source}
	if change != nil {
		change(&uri)
	}
	return sandbox, fetchAll(t.Context(), []mesos.CommandInfo_URI{uri}, sandbox)
}

func TestFetch(t *testing.T) {
	members := []entry{{name: "dir/"}, {name: "dir/file", content: "hello"}, {name: "dir/link", to: "../dir/file"}, {name: "./top", content: "x"}}
	executable := func(u *mesos.CommandInfo_URI) { u.Executable = new(true) }
	for _, c := range []struct {
		name    string
		content []byte
		change  func(*mesos.CommandInfo_URI)
		want    map[string]string // files in the sandbox
		absent  string
	}{
		{"plain", []byte("hello"), nil, map[string]string{"plain": "hello"}, ""},
		{"uri", []byte("hello"), func(u *mesos.CommandInfo_URI) { u.Value = "file://" + u.Value }, map[string]string{"uri": "hello"}, ""},
		{"named", []byte("hello"), func(u *mesos.CommandInfo_URI) { u.OutputFile = new("a/b") }, map[string]string{"a/b": "hello"}, "named"},
		{"a.tar", tarOf(t, members...), nil, map[string]string{"a.tar": "", "dir/file": "hello", "dir/link": "hello", "top": "x"}, ""},
		{"a.tar.gz", gzipOf(t, tarOf(t, members...)), nil, map[string]string{"dir/link": "hello"}, ""},
		{"a.tgz", gzipOf(t, tarOf(t, members...)), nil, map[string]string{"dir/link": "hello"}, ""},
		{"a.zip", zipOf(t, members[1:]...), nil, map[string]string{"a.zip": "", "dir/file": "hello", "dir/link": "hello", "top": "x"}, ""},
		{"a.txt.gz", gzipOf(t, []byte("hello")), nil, map[string]string{"a.txt.gz": "", "a.txt": "hello"}, ""},
		{"kept.tar", tarOf(t, members...), func(u *mesos.CommandInfo_URI) { u.Extract = new(false) }, map[string]string{"kept.tar": ""}, "dir"},
		{"run.tar", tarOf(t, members...), executable, map[string]string{"run.tar": ""}, "dir"},
		{"in.tar", tarOf(t, members...), func(u *mesos.CommandInfo_URI) { u.OutputFile = new("sub/in.tar") }, map[string]string{"sub/dir/file": "hello"}, "dir"},
	} {
		sandbox, err := fetched(t, c.name, c.content, c.change)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for name, want := range c.want {
			got, err := os.ReadFile(filepath.Join(sandbox, name))
			if err != nil || want != "" && string(got) != want {
				t.Errorf("%s: %s holds %q, %v", c.name, name, got, err)
			}
		}
		if c.absent != "" && exists(t, filepath.Join(sandbox, c.absent)) {
			t.Errorf("%s: %s is there", c.name, c.absent)
		}
		if info, err := os.Stat(filepath.Join(sandbox, "run.tar")); c.name == "run.tar" && (err != nil || info.Mode().Perm() != 0o755) {
			t.Errorf("an executable has mode %v, %v", info.Mode(), err)
		}
	}
}

func TestFetchBzip2(t *testing.T) {
	for _, name := range []string{"a.tar.bz2", "a.tbz2"} {
		sandbox, err := fetched(t, name, bzip2Of(t, tarOf(t, entry{name: "file", content: "hello"})), nil)
		if err != nil || !exists(t, filepath.Join(sandbox, "file")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFetchRefusals(t *testing.T) {
	value := func(v string) func(*mesos.CommandInfo_URI) { return func(u *mesos.CommandInfo_URI) { u.Value = v } }
	output := func(v string) func(*mesos.CommandInfo_URI) {
		return func(u *mesos.CommandInfo_URI) { u.OutputFile = &v }
	}
	evil := "outside of the sandbox"
	for _, c := range []struct {
		name    string
		content []byte
		change  func(*mesos.CommandInfo_URI)
		text    string
	}{
		{"f", nil, value("hdfs://127.0.0.1/f"), "fetches no hdfs: URIs"},
		{"f", nil, value("relative/f"), "relative path"},
		{"f", nil, value("/no/such/file"), "no such file"},
		{"f", nil, value(t.TempDir()), "no regular file"},
		{"f", nil, output("/etc/passwd"), "relative path within"},
		{"f", nil, output("../f"), "relative path within"},
		{"f", nil, output("."), "relative path within"},
		{"a.tar", tarOf(t, entry{name: "../evil", content: "x"}), nil, evil},
		{"a.tar", tarOf(t, entry{name: "/evil", content: "x"}), nil, evil},
		{"a.tar", tarOf(t, entry{name: "a/../../evil", content: "x"}), nil, evil},
		{"a.tar", tarOf(t, entry{name: "l", to: "/etc"}), nil, evil},
		{"a.tar", tarOf(t, entry{name: "d/l", to: "../../.."}), nil, evil},
		{"a.tar", tarOf(t, entry{name: `..\evil`, content: "x"}), nil, evil},
		{"a.zip", zipOf(t, entry{name: "../evil", content: "x"}), nil, evil},
		{"a.zip", zipOf(t, entry{name: "l", to: "../.."}, entry{name: "l/evil", content: "x"}), nil, evil},
		{"a.tar", []byte(strings.Repeat("no tar", 200)), nil, "tar"},
		{"a.tgz", []byte(strings.Repeat("no gzip", 20)), nil, "gzip"},
		{"a.zip", []byte("no zip"), nil, "zip"},
		{"a.tar.xz", []byte("x"), nil, "xz"},
		{"a.tar.gz", gzipOf(t, tarOf(t, entry{name: "f", content: "x"}))[:20], nil, "EOF"},
	} {
		sandbox, err := fetched(t, c.name, c.content, c.change)
		if !errors.Is(err, ErrFetch) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, want %q in it", c.name, err, c.text)
		}
		if exists(t, filepath.Join(filepath.Dir(sandbox), "evil")) {
			t.Errorf("%s: written outside of the sandbox", c.name)
		}
	}
}

// TestBounds: what an archive may hold has an end.
func TestBounds(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	big := tarOf(t, entry{name: "a", content: strings.Repeat("x", 60)}, entry{name: "b", content: strings.Repeat("x", 60)})
	for _, c := range []struct {
		u    *unpacker
		fits bool
	}{
		{&unpacker{bytes: 120, entries: 2}, true}, {&unpacker{bytes: 119, entries: 2}, false}, {&unpacker{bytes: 120, entries: 1}, false},
	} {
		c.u.ctx, c.u.root, c.u.dir = t.Context(), root, "."
		if err := c.u.tar(bytes.NewReader(big)); (err == nil) != c.fits {
			t.Errorf("%d bytes and %d entries left: %v", c.u.bytes, c.u.entries, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := writeTo(ctx, root, "never", 0o600, io.LimitReader(zeros{}, 1<<40)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled copy: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestFetchingTask: what is fetched is there when the command starts; what can't be fetched fails the task.
func TestFetchingTask(t *testing.T) {
	r := newRig(t)
	source := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(source, []byte("#!/bin/sh\necho $1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	task := command("t", "./program works")
	task.Command.URIs = []mesos.CommandInfo_URI{{Value: "file://" + source, Executable: new(true)}}
	r.Launch(client(), task)
	r.acknowledged("t", wellDone...)
	if got := r.read(sandboxOf("t"), "stdout"); got != "works\n" {
		t.Errorf("stdout %q", got)
	}
	task = command("missing", "true")
	task.Command.URIs = []mesos.CommandInfo_URI{{Value: source + "-not"}}
	r.Launch(client(), task)
	s := r.acknowledged("missing", mesos.TASK_FAILED)
	container := s.ContainerStatus
	if s.GetReason() != mesos.REASON_CONTAINER_LAUNCH_FAILED || s.GetSource() != mesos.SOURCE_AGENT || container != nil ||
		!regexp.MustCompile(`^Failed to launch container: Failed to fetch all URIs for container '[0-9a-f-]{36}': exited with status 1$`).MatchString(s.GetMessage()) {
		t.Errorf("%v", s)
	}
	if got := r.read(sandboxOf("missing"), "stderr"); !strings.Contains(got, "failed to fetch '"+source+"-not'") {
		t.Errorf("stderr %q", got)
	}
	for uri, text := range map[mesosURI]string{
		{value: `/a\b`}: "Illegal characters in URI", {value: "http://host"}: "Malformed URI (missing path): http://host",
		{value: source, output: "/etc/x"}: "URI output file must be within the sandbox directory", {value: source, empty: true}: "URI output file path is empty",
	} {
		u := mesos.CommandInfo_URI{Value: uri.value}
		if uri.output != "" || uri.empty {
			u.OutputFile = &uri.output
		}
		if err := validateURIs([]mesos.CommandInfo_URI{u}); err == nil || err.Error() != text {
			t.Errorf("%v: %v, want %q", u, err, text)
		}
	}
	task = command("invalid", "true")
	task.Command.URIs = []mesos.CommandInfo_URI{{Value: "http://host"}}
	r.Launch(client(), task)
	if s := r.acknowledged("invalid", mesos.TASK_FAILED); s.GetMessage() != "Failed to launch container: Could not fetch: Malformed URI (missing path): http://host" {
		t.Errorf("%v", s)
	}
}

type mesosURI struct {
	value, output string
	empty         bool
}

func TestFetchByHTTP(t *testing.T) {
	files := http.NewServeMux()
	files.HandleFunc("/dir/script", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "echo fetched > out") })
	files.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/dir/script", http.StatusFound) })
	server := httptest.NewServer(files)
	defer server.Close()
	r := newRig(t)
	task := command("t", "./script && sh moved && test -s out")
	task.Command.URIs = []mesos.CommandInfo_URI{{Value: server.URL + "/dir/script?a=b", Executable: new(true)}, {Value: server.URL + "/moved"}}
	r.Launch(client(), task)
	r.acknowledged("t", wellDone...)
	for id, uri := range map[string]string{"missing": server.URL + "/nothing", "refused": "http://127.0.0.1:1/f"} {
		task := command(id, "true")
		task.Command.URIs = []mesos.CommandInfo_URI{{Value: uri}}
		r.Launch(client(), task)
		if s := r.acknowledged(id, mesos.TASK_FAILED); s.GetReason() != mesos.REASON_CONTAINER_LAUNCH_FAILED || !strings.Contains(s.GetMessage(), "Failed to fetch all URIs") {
			t.Errorf("%s: %v", id, s)
		}
	}
}
