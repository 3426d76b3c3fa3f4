package node

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

func testStorage(t *testing.T) *storage {
	t.Helper()
	s, err := openStorage(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestLastWriteWins: whatever the order and the grouping in which two replicas see the same records, they end up equal.
func TestLastWriteWins(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const key = "key"
		records := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Record {
			return Record{
				Key:   key,
				Stamp: rapid.Int64Range(1, 4).Draw(rt, "stamp"),
				Value: rapid.SliceOfN(rapid.ByteRange('a', 'c'), 1, 2).Draw(rt, "value"),
			}
		}), 1, 8).Draw(rt, "records")
		newest := records[0]
		for _, r := range records {
			if r.newer(newest) {
				newest = r
			}
		}
		for range 2 {
			s, err := openStorage(t.TempDir())
			if err != nil {
				rt.Fatal(err)
			}
			defer s.close()
			left := rapid.Permutation(records).Draw(rt, "order")
			for len(left) > 0 {
				n := rapid.IntRange(1, len(left)).Draw(rt, "group")
				if err := s.put(left[:n]...); err != nil {
					rt.Fatal(err)
				}
				left = left[n:]
			}
			got, err := s.get(key)
			if diff := cmp.Diff(newest, got); err != nil || diff != "" {
				rt.Fatalf("%v, -want +got:\n%s", err, diff)
			}
			if n := s.keys.Load(); n != 1 {
				rt.Fatalf("%d keys, want 1", n)
			}
		}
	})
}

func TestDamagedRecord(t *testing.T) {
	s := testStorage(t)
	if err := s.put(Record{Key: "a", Stamp: 5, Value: []byte("value")}); err != nil {
		t.Fatal(err)
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		raw := bytes.Clone(tx.Bucket(recordsBucket).Get([]byte("a")))
		raw[len(raw)-1] ^= 1
		return tx.Bucket(recordsBucket).Put([]byte("a"), raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.get("a"); !errors.Is(err, errDamaged) {
		t.Fatalf("error is %v, want errDamaged", err)
	}
	older := Record{Key: "a", Stamp: 3, Value: []byte("from another replica")}
	if err := s.put(older); err != nil {
		t.Fatal(err)
	}
	if got, err := s.get("a"); err != nil || !cmp.Equal(got, older) {
		t.Errorf("a damaged record wasn't replaced: %v, %v", got, err)
	}
}

func TestHints(t *testing.T) {
	s := testStorage(t)
	keep := func(replica string, r Record) {
		t.Helper()
		if err := s.keepHint(replica, r); err != nil {
			t.Fatal(err)
		}
	}
	old, late := Record{Key: "a", Stamp: 1, Value: []byte("1")}, Record{Key: "a", Stamp: 2, Value: []byte("2")}
	other := Record{Key: "b", Stamp: 1, Value: []byte("b")}
	keep("node-1", late)
	keep("node-1", old)
	keep("node-1", other)
	keep("node-10", old)
	got, err := s.hintsFor("node-1")
	if diff := cmp.Diff([]Record{late, other}, got); err != nil || diff != "" {
		t.Fatalf("%v, -want +got:\n%s", err, diff)
	}
	// A newer one that comes while the old one is handed over stays.
	newest := Record{Key: "a", Stamp: 3, Value: []byte("3")}
	keep("node-1", newest)
	if err := s.dropHints("node-1", got); err != nil {
		t.Fatal(err)
	}
	got, err = s.hintsFor("node-1")
	if diff := cmp.Diff([]Record{newest}, got); err != nil || diff != "" {
		t.Fatalf("%v, -want +got:\n%s", err, diff)
	}
	if n := s.hints.Load(); n != 2 {
		t.Errorf("%d hints, want 2", n)
	}
	// A handover is bounded by bytes.
	for i := range 40 {
		keep("node-2", Record{Key: fmt.Sprintf("key-%02d", i), Stamp: 1, Value: make([]byte, MaxValue)})
	}
	if got, err = s.hintsFor("node-2"); err != nil || len(got) == 0 || len(got) > handoverBytes/MaxValue {
		t.Errorf("%d records of %d bytes in one handover, %v", len(got), MaxValue, err)
	}
}

func TestStorageThatCannotBeOpened(t *testing.T) {
	garbage := t.TempDir()
	if err := os.WriteFile(filepath.Join(garbage, dataFile), []byte(strings.Repeat("garbage", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(garbage, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{garbage, file} {
		if s, err := openStorage(dir); err == nil {
			s.close()
			t.Errorf("%s was opened", dir)
		}
	}
}

func TestGenerationsGrow(t *testing.T) {
	s := testStorage(t)
	last := uint64(time.Now().Unix()) - 1
	for range 3 {
		next, err := s.nextGeneration()
		if err != nil || next <= last {
			t.Fatalf("generation %d after %d, %v", next, last, err)
		}
		last = next
	}
}
