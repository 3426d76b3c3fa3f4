package boltstate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/stateful-mesos/moor/sdk/state"
)

// LockWait is how long [Open] waits for the process that has the file open: long enough for a scheduler that was just
// told to end, short enough to be noticed by the person who started a second one.
const LockWait = 2 * time.Second

// schema is the layout of the file that this package writes and reads: a bucket of records as in record.go, whose
// sequence counts the commits, and this number.
const schema = 1

var (
	metaBucket    = []byte("moor")
	entriesBucket = []byte("entries")
	schemaKey     = []byte("schema")
)

// Open opens the store in the file at path and makes it if there is no such file; its folder is made too. New files have
// mode 0600.
//
// Besides errors of the filesystem, whose cause errors.Is finds: [state.ErrLocked] if the file is in use,
// [state.ErrCorrupt] if it is something else than a store or a damaged one, [state.ErrSchema] if a newer version of this
// package wrote it. Nothing that the file may contain makes it panic.
func Open(path string) (*Store, error) {
	return open(path, LockWait)
}

func open(path string, wait time.Duration) (*Store, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("boltstate: make %s: %w", path, err)
	}
	db, err := openFile(path, wait)
	if err != nil {
		return nil, fmt.Errorf("boltstate: open %s: %w", path, err)
	}
	s := &Store{db: db}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("boltstate: open %s: %w", path, errors.Join(err, db.Close()))
	}
	return s, nil
}

// openFile has bbolt open an existing file that was locked and checked first, on the descriptor that bbolt goes on with,
// so that nobody can change it in between.
func openFile(path string, wait time.Duration) (db *bbolt.DB, err error) {
	var file *os.File
	defer func() {
		// bbolt asserts what it reads. The check before should leave it nothing to complain of; if it does after all,
		// that is a damaged file and not a reason to end a scheduler.
		if cause := recover(); cause != nil {
			db, err = nil, errors.Join(fmt.Errorf("%w: %v; restore it from a copy", state.ErrCorrupt, cause), file.Close())
		}
	}()
	options := &bbolt.Options{
		Timeout: wait,
		// The list of free pages is rebuilt from the pages in use at every start: a stored one could be damaged without
		// a trace and then have pages in use overwritten.
		NoFreelistSync: true,
		NoStatistics:   true,
		OpenFile: func(path string, _ int, mode fs.FileMode) (_ *os.File, err error) {
			if file, err = openLocked(path, mode, wait); err != nil {
				return nil, err
			}
			if err := checkPages(file); err != nil {
				return nil, errors.Join(err, file.Close())
			}
			return file, nil
		},
	}
	db, err = bbolt.Open(path, 0o600, options)
	if errors.Is(err, bbolterrors.ErrTimeout) {
		err = fmt.Errorf("%w by another process; end that one first", state.ErrLocked)
	}
	return db, err
}

func openLocked(path string, mode fs.FileMode, wait time.Duration) (*os.File, error) {
	info, err := os.Stat(path) // before opening: to open a pipe would block
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: it is no regular file (%s); name a file", state.ErrCorrupt, info.Mode().Type())
	}
	file, err := os.OpenFile(path, os.O_RDWR, mode)
	if err != nil {
		return nil, err
	}
	if err := lock(file, wait); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// create makes a complete, empty store under another name and links it to path, unless path exists. So a file at path is
// whole from its first moment, and two processes that start at once make one store.
func create(path string) (err error) {
	if _, err := os.Lstat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(folder, filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(temp.Name())) }()
	if err := temp.Close(); err != nil {
		return err
	}
	if err := initialise(temp.Name()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

func initialise(path string) error {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: LockWait, NoFreelistSync: true, NoStatistics: true})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(entriesBucket); err != nil {
			return err
		}
		return meta.Put(schemaKey, binary.BigEndian.AppendUint64(nil, schema))
	})
	return errors.Join(err, db.Close())
}

func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// check reads the schema and every record once.
func (s *Store) check() error {
	return s.db.View(func(tx *bbolt.Tx) error {
		meta, entries := tx.Bucket(metaBucket), tx.Bucket(entriesBucket)
		if meta == nil || entries == nil {
			return fmt.Errorf("%w: it is a bbolt file of something else; name another file", state.ErrCorrupt)
		}
		written := meta.Get(schemaKey)
		if len(written) != 8 {
			return fmt.Errorf("%w: its schema version is missing; restore it from a copy", state.ErrCorrupt)
		}
		if v := binary.BigEndian.Uint64(written); v != schema {
			return fmt.Errorf("%w %d, this program knows %d; use the program that wrote it, or a newer one", state.ErrSchema, v, schema)
		}
		return entries.ForEach(func(key, raw []byte) error {
			version, _, err := decode(key, raw)
			if err == nil && version > int64(entries.Sequence()) {
				err = fmt.Errorf("%w: key %q has version %d after %d commits; restore it from a copy",
					state.ErrCorrupt, key, version, entries.Sequence())
			}
			return err
		})
	})
}
