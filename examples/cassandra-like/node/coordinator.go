package node

import (
	"context"
	"errors"
	"fmt"
)

// ErrUnavailable: fewer replicas answered than the consistency level asks for. A write may be on some all the same, and
// may win later; to repeat it does no harm.
var ErrUnavailable = errors.New("too few replicas")

var errDown = errors.New("it hasn't been heard of lately")

// write puts a new record of the key on its replicas and returns once as many have it as the level asks for.
// The others get it after that, or a hint of it is kept.
func (n *Node) write(ctx context.Context, key string, value []byte, level Level) (Record, error) {
	r := Record{Key: key, Stamp: n.clock.next(), Value: value}
	replicas := n.ring.Replicas(key, n.cfg.Replicas)
	results := make(chan error, len(replicas)) // nobody reads the last ones
	for _, replica := range replicas {
		n.work.Go(func() { results <- n.replicate(context.WithoutCancel(ctx), replica, r) })
	}
	var failed []error
	for need := level.of(len(replicas)); need > 0; {
		if err := <-results; err == nil {
			need--
		} else if failed = append(failed, err); len(failed) > len(replicas)-level.of(len(replicas)) {
			return r, fmt.Errorf("%w for %s of %s: %w", ErrUnavailable, level, key, errors.Join(failed...))
		}
	}
	return r, nil
}

// replicate puts a record on one replica. If that fails a hint is kept, which is not as good: the error stays.
func (n *Node) replicate(ctx context.Context, replica string, r Record) error {
	err := n.storeOn(ctx, replica, []Record{r})
	if err == nil || replica == n.cfg.Name {
		return err
	}
	if hint := n.storage.keepHint(replica, r); hint != nil {
		n.cfg.Logger.Warn("no hint kept", "replica", replica, "key", r.Key, "error", hint)
	}
	return err
}

func (n *Node) storeOn(ctx context.Context, replica string, records []Record) error {
	if replica == n.cfg.Name {
		return n.storage.put(records...)
	}
	address, up := n.members.address(replica)
	if !up {
		return fmt.Errorf("%s: %w", replica, errDown)
	}
	if err := n.peers.store(ctx, address, replica, records); err != nil {
		return fmt.Errorf("%s: %w", replica, err)
	}
	return nil
}

// answer is what one replica says to a read.
type answer struct {
	replica string
	record  Record // the zero Record if it has none
	err     error
}

// read returns the newest record of as many answers as the level asks for; errAbsent if none of them has any.
func (n *Node) read(ctx context.Context, key string, level Level) (Record, error) {
	replicas := n.ring.Replicas(key, n.cfg.Replicas)
	answers := make(chan answer, len(replicas))
	for _, replica := range replicas {
		n.work.Go(func() { answers <- n.readOn(context.WithoutCancel(ctx), replica, key) })
	}
	var good []answer
	var failed []error
	for need := level.of(len(replicas)); len(good) < need; {
		a := <-answers
		if a.err == nil {
			good = append(good, a)
		} else if failed = append(failed, a.err); len(failed) > len(replicas)-need {
			return Record{}, fmt.Errorf("%w for %s of %s: %w", ErrUnavailable, level, key, errors.Join(failed...))
		}
	}
	newest := newestOf(good)
	missing := len(replicas) - len(good) - len(failed)
	n.work.Go(func() { n.mend(context.WithoutCancel(ctx), good, answers, missing) })
	if newest.Stamp == 0 {
		return Record{}, fmt.Errorf("%w: %s", errAbsent, key)
	}
	return newest, nil
}

func (n *Node) readOn(ctx context.Context, replica, key string) answer {
	a := answer{replica: replica}
	if replica == n.cfg.Name {
		a.record, a.err = n.storage.get(key)
	} else if address, up := n.members.address(replica); !up {
		a.err = errDown
	} else {
		a.record, a.err = n.peers.read(ctx, address, replica, key)
	}
	if errors.Is(a.err, errAbsent) {
		a.record, a.err = Record{}, nil
	}
	if a.err != nil {
		a.err = fmt.Errorf("%s: %w", replica, a.err)
	}
	n.clock.saw(a.record.Stamp)
	return a
}

func newestOf(answers []answer) (newest Record) {
	for _, a := range answers {
		if a.record.newer(newest) {
			newest = a.record
		}
	}
	return newest
}

// mend waits for the answers that a read didn't need, and brings the newest record to the replicas that answered with less.
func (n *Node) mend(ctx context.Context, good []answer, rest <-chan answer, missing int) {
	for range missing {
		if a := <-rest; a.err == nil {
			good = append(good, a)
		}
	}
	newest := newestOf(good)
	for _, a := range good {
		if !newest.newer(a.record) {
			continue
		}
		if err := n.storeOn(ctx, a.replica, []Record{newest}); err != nil {
			n.cfg.Logger.Warn("not mended", "replica", a.replica, "key", newest.Key, "error", err)
		}
	}
}
