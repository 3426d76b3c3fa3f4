package boltstate

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"github.com/stateful-mesos/moor/sdk/state"
)

// sample makes a store with small and large values, several pages and levels, and returns the bytes of its file.
func sample(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		batch := []state.Write{{Key: "large", Value: bytes.Repeat([]byte{byte(i)}, 20_000), Version: state.Any}}
		for j := range 100 {
			batch = append(batch, state.Write{Key: fmt.Sprintf("key/%03d/%d", j, i), Value: bytes.Repeat([]byte{'v'}, 3*j)})
		}
		if err := s.Commit(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func openBytes(t testing.TB, raw []byte) (*Store, error) {
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(path, 50*time.Millisecond)
}

func TestFilesThatAreNoStore(t *testing.T) {
	good := sample(t)
	for name, raw := range map[string][]byte{
		"empty":              {},
		"one byte":           {0},
		"text":               []byte(strings.Repeat("not a database\n", 1000)),
		"zeros":              make([]byte, 1<<16),
		"half a page":        good[:2048],
		"first page only":    good[:4096],
		"without its end":    good[:len(good)/2],
		"both metas damaged": append(bytes.Repeat([]byte{0xa5}, 8192), good[8192:]...),
		"data of zeros":      append(bytes.Clone(good[:8192]), make([]byte, len(good)-8192)...),
		"data of ones":       append(bytes.Clone(good[:8192]), bytes.Repeat([]byte{0xff}, len(good)-8192)...),
	} {
		s, err := openBytes(t, raw)
		if !errors.Is(err, state.ErrCorrupt) {
			t.Errorf("%s: error is %v, want ErrCorrupt", name, err)
		}
		if err == nil {
			s.Close()
		}
	}
}

func TestPathsThatCannotBeAStore(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want error
	}{
		{dir, state.ErrCorrupt},
		{pipe, state.ErrCorrupt},
		{filepath.Join(file, "state"), syscall.ENOTDIR},
		{filepath.Join(dir, strings.Repeat("x", 300)), syscall.ENAMETOOLONG},
	} {
		s, err := Open(c.path)
		if !errors.Is(err, c.want) {
			t.Errorf("Open(%.60s): %v, want %v", c.path, err, c.want)
		}
		if err == nil {
			s.Close()
		}
	}
}

func TestUnwritableFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(dir, "state")); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error is %v, want a permission error", err)
	}
}

func TestFilesOfSomethingElse(t *testing.T) {
	edit := func(change func(tx *bbolt.Tx) error) string {
		path := filepath.Join(t.TempDir(), "state")
		if err := create(path); err != nil {
			t.Fatal(err)
		}
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(change), db.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name   string
		change func(tx *bbolt.Tx) error
		want   error
	}{
		{"another program's", func(tx *bbolt.Tx) error { return tx.DeleteBucket(entriesBucket) }, state.ErrCorrupt},
		{"no schema", func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Delete(schemaKey) }, state.ErrCorrupt},
		{"newer schema", func(tx *bbolt.Tx) error {
			return tx.Bucket(metaBucket).Put(schemaKey, []byte{0, 0, 0, 0, 0, 0, 0, 2})
		}, state.ErrSchema},
		{"short record", func(tx *bbolt.Tx) error { return tx.Bucket(entriesBucket).Put([]byte("a"), []byte("x")) }, state.ErrCorrupt},
		{"version from the future", func(tx *bbolt.Tx) error {
			return tx.Bucket(entriesBucket).Put([]byte("a"), encode("a", 9, nil))
		}, state.ErrCorrupt},
		{"record of another key", func(tx *bbolt.Tx) error {
			return tx.Bucket(entriesBucket).Put([]byte("a"), encode("b", 1, nil))
		}, state.ErrCorrupt},
		{"bucket among the entries", func(tx *bbolt.Tx) error {
			_, err := tx.Bucket(entriesBucket).CreateBucket([]byte("a"))
			return err
		}, state.ErrCorrupt},
	} {
		if _, err := Open(edit(c.change)); !errors.Is(err, c.want) {
			t.Errorf("%s: error is %v, want %v", c.name, err, c.want)
		}
	}
}

// TestDamage changes single bytes, stretches and ends of a good file. Whatever Open accepts must work and hold only
// what was written; a changed value must not be among it.
func TestDamage(t *testing.T) {
	good := sample(t)
	// Most of a file is values: aim at the structure, where the first bytes of each page are.
	offset := rapid.Custom(func(rt *rapid.T) int {
		page := rapid.IntRange(0, len(good)/4096-1).Draw(rt, "page") * 4096
		return page + rapid.OneOf(rapid.IntRange(0, 127), rapid.IntRange(0, 4095)).Draw(rt, "byte")
	})
	rapid.Check(t, func(rt *rapid.T) {
		raw := bytes.Clone(good)
		for range rapid.IntRange(1, 3).Draw(rt, "places") {
			at := offset.Draw(rt, "offset")
			copy(raw[at:], rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(rt, "bytes"))
		}
		if rapid.IntRange(0, 4).Draw(rt, "cut") == 0 {
			raw = raw[:rapid.IntRange(0, len(raw)).Draw(rt, "length")]
		}
		s, err := openBytes(t, raw)
		if err != nil {
			if !errors.Is(err, state.ErrCorrupt) && !errors.Is(err, state.ErrSchema) {
				rt.Fatalf("error is %v, want ErrCorrupt", err)
			}
			return
		}
		defer s.Close()
		useAll(rt, t, s)
	})
}

func useAll(rt *rapid.T, t *testing.T, s *Store) {
	keys, err := s.List(t.Context(), "")
	if err != nil {
		rt.Fatal(err)
	}
	for _, key := range keys {
		value, version, err := s.Get(t.Context(), key)
		if err != nil {
			rt.Fatalf("Get(%q): %v", key, err)
		}
		if key != "large" && len(bytes.Trim(value, "v")) > 0 {
			rt.Fatalf("%q has a value that was never written", key)
		}
		if err := s.Commit(t.Context(), state.Write{Key: key, Value: value, Version: version}); err != nil {
			rt.Fatalf("Commit(%q): %v", key, err)
		}
		if len(keys) > 50 && key > "key/003" {
			break // each commit is a sync
		}
	}
}
