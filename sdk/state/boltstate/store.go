package boltstate

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
	bbolterrors "go.etcd.io/bbolt/errors"

	"github.com/stateful-mesos/moor/sdk/state"
)

// Store is a [state.Store] in a file, made by [Open]. Its methods may be called from any goroutine; commits happen one
// after the other, reads beside them.
type Store struct {
	db *bbolt.DB
}

var _ state.Store = (*Store)(nil)

// Get implements [state.Store]. A record that doesn't have its checksum is [state.ErrCorrupt].
func (s *Store) Get(ctx context.Context, key string) (value []byte, version int64, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	if err := state.ValidateKey(key); err != nil {
		return nil, 0, err
	}
	err = s.view(func(entries *bbolt.Bucket) error {
		raw := entries.Get([]byte(key))
		if raw == nil {
			return fmt.Errorf("%w: %q", state.ErrNotFound, key)
		}
		var stored []byte
		version, stored, err = decode([]byte(key), raw)
		value = append([]byte{}, stored...)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	return value, version, nil
}

// List implements [state.Store].
func (s *Store) List(ctx context.Context, prefix string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var keys []string
	err := s.view(func(entries *bbolt.Bucket) error {
		cursor := entries.Cursor()
		for key, _ := cursor.Seek([]byte(prefix)); key != nil && bytes.HasPrefix(key, []byte(prefix)); key, _ = cursor.Next() {
			keys = append(keys, string(key))
		}
		return nil
	})
	return keys, err
}

// Commit implements [state.Store]. The batch is synced to disk when it returns nil.
func (s *Store) Commit(ctx context.Context, batch ...state.Write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := state.Validate(batch); err != nil {
		return err
	}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		entries := tx.Bucket(entriesBucket)
		for _, w := range batch {
			if err := expect(entries, w); err != nil {
				return err
			}
		}
		if len(batch) == 0 {
			return errNothing
		}
		return apply(entries, batch)
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return closed(err)
}

// errNothing rolls back a transaction that has nothing to write.
var errNothing = errors.New("nothing to commit")

func expect(entries *bbolt.Bucket, w state.Write) error {
	raw := entries.Get([]byte(w.Key))
	if raw == nil {
		return w.Expect(0)
	}
	have, _, err := decode([]byte(w.Key), raw)
	if err != nil {
		return err
	}
	return w.Expect(have)
}

func apply(entries *bbolt.Bucket, batch []state.Write) error {
	commit, err := entries.NextSequence()
	if err != nil {
		return err
	}
	for _, w := range batch {
		if w.Delete {
			err = entries.Delete([]byte(w.Key))
		} else {
			err = entries.Put([]byte(w.Key), encode(w.Key, int64(commit), w.Value))
		}
		if err != nil {
			return fmt.Errorf("write %q: %w", w.Key, err)
		}
	}
	return nil
}

// Close implements [state.Store]: it waits for calls under way, then releases the file and its lock.
func (s *Store) Close() error {
	return s.db.Close()
}

func (s *Store) view(read func(entries *bbolt.Bucket) error) error {
	return closed(s.db.View(func(tx *bbolt.Tx) error { return read(tx.Bucket(entriesBucket)) }))
}

func closed(err error) error {
	if errors.Is(err, bbolterrors.ErrDatabaseNotOpen) {
		return state.ErrClosed
	}
	return err
}
