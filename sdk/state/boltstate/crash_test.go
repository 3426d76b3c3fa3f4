package boltstate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stateful-mesos/moor/sdk/state"
)

// crashFile names, in the environment of a child, the store it commits to until it is killed.
const crashFile = "MOOR_TEST_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		fmt.Fprintln(os.Stderr, commitForever(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

var crashKeys = []string{"a", "middle", "z"}

// commitForever writes the same number under three keys with each commit, over many pages, and says so on stdout.
func commitForever(path string) error {
	s, err := Open(path)
	if err != nil {
		return err
	}
	for n := lastCommit(s) + 1; ; n++ {
		var batch []state.Write
		for _, key := range crashKeys {
			value := bytes.Repeat(binary.BigEndian.AppendUint64(nil, n), 2000)
			batch = append(batch, state.Write{Key: key, Value: value, Version: state.Any})
		}
		if err := s.Commit(context.Background(), batch...); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func lastCommit(s *Store) uint64 {
	value, _, err := s.Get(context.Background(), crashKeys[0])
	if err != nil {
		return 0
	}
	return binary.BigEndian.Uint64(value)
}

// TestKillInCommit kills a process in the middle of its commits, again and again: after each death all three keys have
// the number of one commit, which is at least the last one that Commit had returned from.
func TestKillInCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	total := uint64(0)
	for round := range 15 {
		told := runAndKill(t, path, 1+round)
		s, err := Open(path)
		if err != nil {
			t.Fatalf("round %d: reopen: %v", round, err)
		}
		n := lastCommit(s)
		for _, key := range crashKeys {
			value, _, err := s.Get(t.Context(), key)
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			if want := bytes.Repeat(binary.BigEndian.AppendUint64(nil, n), 2000); !bytes.Equal(value, want) {
				t.Errorf("round %d: key %q is not of commit %d like %q", round, key, n, crashKeys[0])
			}
		}
		if n < told || n < total {
			t.Errorf("round %d: the store is at commit %d, but %d had returned", round, n, max(told, total))
		}
		total = n
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAndKill starts a child and kills it while it goes on after its nth commit; it returns the last one it told of.
func runAndKill(t *testing.T, path string, n int) (told uint64) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashFile+"="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for i := 0; lines.Scan(); i++ {
		if told, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if i == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return told
}

// TestLockDiesWithItsHolder: the holder is killed and the next Open succeeds without waiting out anything.
func TestLockDiesWithItsHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	runAndKill(t, path, 0)
	s, err := open(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestModeAndLeftovers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "too", "state")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %o, want 600", info.Mode().Perm())
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the store lies something else: %v, %v", entries, err)
	}
}
