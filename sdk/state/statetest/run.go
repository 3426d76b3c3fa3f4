package statetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/stateful-mesos/moor/sdk/state"
)

// Run checks a store that need not outlive a Close. Each call of open gives a new, empty store; the suite closes it.
func Run(t *testing.T, open func() (state.Store, error)) {
	rules := []struct {
		name  string
		check func(t *testing.T, s state.Store)
	}{
		{"an absent key is not found", absent},
		{"what was written is read back", roundTrip},
		{"version 0 makes a key once", createOnce},
		{"a version replaces the value it was read with", replace},
		{"Any needs no version", anyVersion},
		{"deletion has conditions too", deletion},
		{"versions of a key never come again", neverAgain},
		{"a batch happens as a whole or not", wholeBatch},
		{"List is sorted and by prefix", list},
		{"values are copies", copies},
		{"limits", limits},
		{"batches and keys that no store takes", invalid},
		{"a context that is done", doneContext},
		{"a closed store", closed},
		{"one of many writers wins", contention},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			s, err := open()
			if err != nil {
				t.Fatalf("open: %v", err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			rule.check(t, s)
		})
	}
	t.Run("random walk", func(t *testing.T) { walk(t, open, nil) })
}

func absent(t *testing.T, s state.Store) {
	_, _, err := s.Get(t.Context(), "a")
	mustBe(t, err, state.ErrNotFound)
	wantKeys(t, s, "")
}

func roundTrip(t *testing.T, s state.Store) {
	values := map[string][]byte{
		"a": []byte("1"), "a/b": nil, "ü/☃": {0, 255, 10}, " ": []byte("blank"),
		strings.Repeat("k", state.MaxKey): bytes.Repeat([]byte("v"), state.MaxValue),
	}
	for key, value := range values {
		must(t, s.Commit(t.Context(), state.Write{Key: key, Value: value}))
	}
	for key, want := range values {
		got, version, err := s.Get(t.Context(), key)
		must(t, err)
		if !bytes.Equal(got, want) || version <= 0 {
			t.Errorf("Get(%.20q) has %d bytes at version %d, want %d bytes at a version above 0", key, len(got), version, len(want))
		}
	}
}

func createOnce(t *testing.T, s state.Store) {
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("1")}))
	err := s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("2")})
	mustConflict(t, err, state.ConflictError{Key: "a", Want: 0, Have: version(t, s, "a")})
	wantValue(t, s, "a", "1")
}

func replace(t *testing.T, s state.Store) {
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("1")}))
	first := version(t, s, "a")
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("2"), Version: first}))
	second := version(t, s, "a")
	if second <= first {
		t.Errorf("version went from %d to %d", first, second)
	}
	err := s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("3"), Version: first})
	mustConflict(t, err, state.ConflictError{Key: "a", Want: first, Have: second})
	wantValue(t, s, "a", "2")
	err = s.Commit(t.Context(), state.Write{Key: "b", Version: second})
	mustConflict(t, err, state.ConflictError{Key: "b", Want: second, Have: 0})
}

func anyVersion(t *testing.T, s state.Store) {
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("1"), Version: state.Any}))
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("2"), Version: state.Any}))
	wantValue(t, s, "a", "2")
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Version: state.Any, Delete: true}))
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Version: state.Any, Delete: true}))
	wantKeys(t, s, "")
}

func deletion(t *testing.T, s state.Store) {
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("1")}))
	have := version(t, s, "a")
	err := s.Commit(t.Context(), state.Write{Key: "a", Version: have + 1, Delete: true})
	mustConflict(t, err, state.ConflictError{Key: "a", Want: have + 1, Have: have})
	err = s.Commit(t.Context(), state.Write{Key: "a", Delete: true})
	mustConflict(t, err, state.ConflictError{Key: "a", Want: 0, Have: have})
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Version: have, Delete: true}))
	_, _, err = s.Get(t.Context(), "a")
	mustBe(t, err, state.ErrNotFound)
	err = s.Commit(t.Context(), state.Write{Key: "a", Version: have, Delete: true})
	mustConflict(t, err, state.ConflictError{Key: "a", Want: have, Have: 0})
}

func neverAgain(t *testing.T, s state.Store) {
	var last int64
	for range 5 {
		must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("x")}))
		made := version(t, s, "a")
		if made <= last {
			t.Fatalf("made again with version %d after it had %d", made, last)
		}
		must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: []byte("y"), Version: made}))
		last = version(t, s, "a")
		must(t, s.Commit(t.Context(), state.Write{Key: "a", Version: last, Delete: true}))
	}
}

func wholeBatch(t *testing.T, s state.Store) {
	must(t, s.Commit(t.Context(), state.Write{Key: "b", Value: []byte("old")}, state.Write{Key: "gone", Value: []byte("old")}))
	have := version(t, s, "b")
	err := s.Commit(t.Context(),
		state.Write{Key: "a", Value: []byte("new")},
		state.Write{Key: "gone", Version: state.Any, Delete: true},
		state.Write{Key: "b", Value: []byte("new"), Version: have + 7},
		state.Write{Key: "c", Value: []byte("new")})
	mustConflict(t, err, state.ConflictError{Key: "b", Want: have + 7, Have: have})
	wantKeys(t, s, "", "b", "gone")
	wantValue(t, s, "b", "old")
	must(t, s.Commit(t.Context(),
		state.Write{Key: "a", Value: []byte("new")},
		state.Write{Key: "gone", Version: state.Any, Delete: true},
		state.Write{Key: "b", Value: []byte("new"), Version: have}))
	wantKeys(t, s, "", "a", "b")
	wantValue(t, s, "b", "new")
	must(t, s.Commit(t.Context()))
}

func list(t *testing.T, s state.Store) {
	var batch []state.Write
	for _, key := range []string{"b/2", "a", "b/10", "b", "c/1", "b/1"} {
		batch = append(batch, state.Write{Key: key})
	}
	must(t, s.Commit(t.Context(), batch...))
	wantKeys(t, s, "", "a", "b", "b/1", "b/10", "b/2", "c/1")
	wantKeys(t, s, "b/", "b/1", "b/10", "b/2")
	wantKeys(t, s, "b/1", "b/1", "b/10")
	wantKeys(t, s, "d")
	wantKeys(t, s, strings.Repeat("x", 2*state.MaxKey))
}

func copies(t *testing.T, s state.Store) {
	mine := []byte("value")
	must(t, s.Commit(t.Context(), state.Write{Key: "a", Value: mine}))
	mine[0] = 'X'
	wantValue(t, s, "a", "value")
	got, _, err := s.Get(t.Context(), "a")
	must(t, err)
	got[0] = 'Y'
	wantValue(t, s, "a", "value")
}

func limits(t *testing.T, s state.Store) {
	large := make([]byte, state.MaxValue)
	many := make([]state.Write, state.MaxWrites+1)
	for i := range many {
		many[i] = state.Write{Key: strings.Repeat("k", 1+i%400) + string(rune('a'+i/400))}
	}
	for _, c := range []struct {
		name  string
		batch []state.Write
	}{
		{"key", []state.Write{{Key: strings.Repeat("k", state.MaxKey+1)}}},
		{"value", []state.Write{{Key: "a", Value: append(large, 'x')}}},
		{"size of the batch in bytes", []state.Write{{Key: "a", Value: large}, {Key: "b", Value: large}}},
		{"number of writes", many},
	} {
		err := s.Commit(t.Context(), c.batch...)
		mustBe(t, err, state.ErrTooLarge)
		var large *state.TooLargeError
		if !errors.As(err, &large) || large.What != c.name || large.Size <= large.Limit {
			t.Errorf("error is %#v, want a TooLargeError of the %s", err, c.name)
		}
	}
	wantKeys(t, s, "")
	must(t, s.Commit(t.Context(), many[:state.MaxWrites]...))
}

func invalid(t *testing.T, s state.Store) {
	for _, key := range []string{"", "\xff", "a\x00b", "line\n"} {
		_, _, err := s.Get(t.Context(), key)
		mustBe(t, err, state.ErrInvalid)
		mustBe(t, s.Commit(t.Context(), state.Write{Key: key}), state.ErrInvalid)
	}
	mustBe(t, s.Commit(t.Context(), state.Write{Key: "a", Version: -2}), state.ErrInvalid)
	mustBe(t, s.Commit(t.Context(), state.Write{Key: "a"}, state.Write{Key: "a", Delete: true}), state.ErrInvalid)
	wantKeys(t, s, "")
}

func doneContext(t *testing.T, s state.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	mustBe(t, s.Commit(ctx, state.Write{Key: "a"}), context.Canceled)
	_, _, err := s.Get(ctx, "a")
	mustBe(t, err, context.Canceled)
	_, err = s.List(ctx, "")
	mustBe(t, err, context.Canceled)
	wantKeys(t, s, "")
}

func closed(t *testing.T, s state.Store) {
	must(t, s.Commit(t.Context(), state.Write{Key: "a"}))
	must(t, s.Close())
	must(t, s.Close())
	_, _, err := s.Get(t.Context(), "a")
	mustBe(t, err, state.ErrClosed)
	_, err = s.List(t.Context(), "")
	mustBe(t, err, state.ErrClosed)
	mustBe(t, s.Commit(t.Context(), state.Write{Key: "b"}), state.ErrClosed)
}

func wantKeys(t *testing.T, s state.Store, prefix string, want ...string) {
	t.Helper()
	got, err := s.List(t.Context(), prefix)
	must(t, err)
	if diff := cmp.Diff(want, slices.Clone(got)); diff != "" && len(want)+len(got) > 0 {
		t.Errorf("List(%q), -want +got:\n%s", prefix, diff)
	}
}

func wantValue(t *testing.T, s state.Store, key, want string) {
	t.Helper()
	got, _, err := s.Get(t.Context(), key)
	must(t, err)
	if string(got) != want {
		t.Errorf("Get(%q) = %q, want %q", key, got, want)
	}
}

func version(t *testing.T, s state.Store, key string) int64 {
	t.Helper()
	_, version, err := s.Get(t.Context(), key)
	must(t, err)
	return version
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
}

func mustConflict(t *testing.T, err error, want state.ConflictError) {
	t.Helper()
	var got *state.ConflictError
	if !errors.Is(err, state.ErrConflict) || !errors.As(err, &got) || *got != want {
		t.Errorf("error is %v, want %v", err, &want)
	}
}
