package node

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"
)

// A hint is a record that another replica missed, kept under "<replica>/<key>" until it is handed over. Only the newest
// of each key is kept, so a replica that is away for long costs at most one copy of the data.
const (
	maxHints      = 100_000 // beyond it a replica catches up by reads alone
	handoverBytes = 1 << 20 // of one handover
	handoverCount = 500
)

// keepHint stores what a replica missed; synced to disk.
func (s *storage) keepHint(replica string, r Record) error {
	if s.hints.Load() >= maxHints {
		return fmt.Errorf("%d hints are waiting already; %s will miss %s until it is read", maxHints, replica, r.Key)
	}
	place := func(r Record) []byte { return []byte(replica + "/" + r.Key) }
	return s.merge(hintsBucket, &s.hints, place, []Record{r})
}

// hintsFor returns some of what a replica missed, none if nothing.
func (s *storage) hintsFor(replica string) (records []Record, err error) {
	prefix := []byte(replica + "/")
	err = s.db.View(func(tx *bbolt.Tx) error {
		cursor := tx.Bucket(hintsBucket).Cursor()
		size := 0
		for place, raw := cursor.Seek(prefix); bytes.HasPrefix(place, prefix); place, raw = cursor.Next() {
			r, ok := decode(string(place[len(prefix):]), raw)
			if !ok {
				continue // it stays, and is overwritten by the next hint of its key
			}
			if size += len(raw); len(records) > 0 && (size > handoverBytes || len(records) == handoverCount) {
				return nil
			}
			records = append(records, r)
		}
		return nil
	})
	return records, err
}

// dropHints removes hints that were handed over, unless a newer one took their place meanwhile.
func (s *storage) dropHints(replica string, records []Record) error {
	removed := int64(0)
	err := s.db.Batch(func(tx *bbolt.Tx) error {
		removed = 0
		hints := tx.Bucket(hintsBucket)
		for _, r := range records {
			place := []byte(replica + "/" + r.Key)
			if !bytes.Equal(hints.Get(place), r.encode()) {
				continue
			}
			if err := hints.Delete(place); err != nil {
				return err
			}
			removed++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write to the volume: %w", err)
	}
	s.hints.Add(-removed)
	return nil
}
