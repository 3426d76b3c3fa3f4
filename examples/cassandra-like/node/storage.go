package node

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// dataFile in the volume holds the records.
const dataFile = "data.db"

var (
	recordsBucket = []byte("records")
	hintsBucket   = []byte("hints") // see hints.go
	bootBucket    = []byte("boot")  // its sequence is the last generation
)

var (
	errAbsent  = errors.New("no such key")
	errDamaged = errors.New("the record on disk is damaged")
)

// storage is the records on the volume. What put returned nil for is synced to disk; writers that come at the same time
// share one sync.
type storage struct {
	db    *bbolt.DB
	keys  atomic.Int64
	hints atomic.Int64
}

func openStorage(dir string) (s *storage, err error) {
	defer func() {
		if cause := recover(); cause != nil { // bbolt asserts what it reads
			s, err = nil, fmt.Errorf("%s is damaged: %v", dataFile, cause)
		}
	}()
	db, err := bbolt.Open(filepath.Join(dir, dataFile), 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", dataFile, err)
	}
	// The time a writer waits for others to share its sync with.
	db.MaxBatchDelay = 2 * time.Millisecond
	s = &storage{db: db}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{recordsBucket, hintsBucket, bootBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		s.keys.Store(int64(tx.Bucket(recordsBucket).Stats().KeyN))
		s.hints.Store(int64(tx.Bucket(hintsBucket).Stats().KeyN))
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// nextGeneration numbers the lives of this node: above all earlier ones on this volume, and, by the clock, above those
// on a volume that was lost.
func (s *storage) nextGeneration() (generation uint64, err error) {
	err = s.db.Update(func(tx *bbolt.Tx) error {
		boot := tx.Bucket(bootBucket)
		generation = max(boot.Sequence()+1, uint64(time.Now().Unix()))
		return boot.SetSequence(generation)
	})
	return generation, err
}

func (s *storage) get(key string) (r Record, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		raw := tx.Bucket(recordsBucket).Get([]byte(key))
		if raw == nil {
			return errAbsent
		}
		var ok bool
		if r, ok = decode(key, raw); !ok {
			return fmt.Errorf("%w: %s", errDamaged, key)
		}
		return nil
	})
	return r, err
}

// put keeps those records that are newer than what is there.
func (s *storage) put(records ...Record) error {
	return s.merge(recordsBucket, &s.keys, func(r Record) []byte { return []byte(r.Key) }, records)
}

// merge writes the records that win over what their place in the bucket has. A damaged record loses to everything.
func (s *storage) merge(bucket []byte, count *atomic.Int64, place func(Record) []byte, records []Record) error {
	added := int64(0)
	err := s.db.Batch(func(tx *bbolt.Tx) error {
		added = 0 // Batch may call this again
		b := tx.Bucket(bucket)
		for _, r := range records {
			raw := b.Get(place(r))
			if raw == nil {
				added++
			} else if old, ok := decode(r.Key, raw); ok && !r.newer(old) {
				continue
			}
			if err := b.Put(place(r), r.encode()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write to the volume: %w", err)
	}
	count.Add(added)
	return nil
}

func (s *storage) close() error { return s.db.Close() }
