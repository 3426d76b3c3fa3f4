package node

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var mine = Identity{Service: "ring", Instance: "node-0", Volume: "ring.node-0.data"}

func mustClaim(t *testing.T, dir string) *os.File {
	t.Helper()
	f, err := claim(dir, mine, 0)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestClaimAgainAndAgain(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		if err := mustClaim(t, dir).Close(); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, identityFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("identity file: %v, %v", info, err)
	}
}

func TestSecondWriterWaits(t *testing.T) {
	dir := t.TempDir()
	first := mustClaim(t, dir)
	begin := time.Now()
	if _, err := claim(dir, mine, 120*time.Millisecond); !errors.Is(err, ErrInUse) {
		t.Fatalf("error is %v, want ErrInUse", err)
	}
	if waited := time.Since(begin); waited < 120*time.Millisecond {
		t.Errorf("gave up after %v", waited)
	}
	got := make(chan error, 1)
	go func() {
		f, err := claim(dir, mine, time.Minute)
		if err == nil {
			err = f.Close()
		}
		got <- err
	}()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Errorf("the second didn't get the volume when the first had ended: %v", err)
	}
}

func TestForeignVolumes(t *testing.T) {
	for name, other := range map[string]Identity{
		"another service":  {Service: "other", Instance: mine.Instance, Volume: mine.Volume},
		"another instance": {Service: mine.Service, Instance: "node-1", Volume: mine.Volume},
		"another volume":   {Service: mine.Service, Instance: mine.Instance, Volume: "ring.node-0.old"},
	} {
		dir := t.TempDir()
		mustClaim(t, dir).Close()
		before, err := os.ReadFile(filepath.Join(dir, identityFile))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := claim(dir, other, 0); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: error is %v, want ErrForeign", name, err)
		}
		if after, err := os.ReadFile(filepath.Join(dir, identityFile)); err != nil || string(after) != string(before) {
			t.Errorf("%s: the identity was changed to %s, %v", name, after, err)
		}
		mustClaim(t, dir).Close() // and the refused one doesn't hold the lock
	}
}

func TestVolumesWithoutOwner(t *testing.T) {
	for name, identity := range map[string]string{"empty": "", "torn": `{"service":"ri`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, identityFile), []byte(identity), 0o600); err != nil {
			t.Fatal(err)
		}
		mustClaim(t, dir).Close() // its first node died while it wrote: nothing is lost
		if _, err := claim(dir, Identity{}, 0); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: the identity wasn't written anew: %v", name, err)
		}
		for file, content := range map[string]string{identityFile: identity, dataFile: "data"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := claim(dir, mine, 0); !errors.Is(err, ErrForeign) {
			t.Errorf("%s identity beside data: error is %v, want ErrForeign", name, err)
		}
	}
}

func TestNoVolume(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := claim(dir, mine, 0); !errors.Is(err, ErrNoVolume) {
		t.Errorf("error is %v, want ErrNoVolume", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
}
