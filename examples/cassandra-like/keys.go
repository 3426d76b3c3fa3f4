package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/stateful-mesos/moor/sdk/state"
)

// promise is what is stored about the keys in the ring, so that a later run knows what must be there and what may be. Keys
// are written in rounds, each of which writes other values.
type promise struct {
	Keys  int `json:"keys"`  // how many there are for certain
	Round int `json:"round"` // that all of them have at least
	Next  int `json:"next"`  // that any of them may have at most: stored before it is written
	// Some were written again after that: those below Some have at least the round SomeRound.
	Some      int `json:"some"`
	SomeRound int `json:"someRound"`
}

const promiseKey = "keys"

func loadPromise(ctx context.Context, store state.Store) (p promise, err error) {
	raw, _, err := store.Get(ctx, promiseKey)
	if errors.Is(err, state.ErrNotFound) {
		return promise{}, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	return p, err
}

func (p *promise) save(ctx context.Context, store state.Store) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return store.Commit(ctx, state.Write{Key: promiseKey, Value: raw, Version: state.Any})
}

// write writes the keys below the given number in a new round. Before and after it stores what is then certain.
func (p *promise) write(ctx context.Context, c *client, store state.Store, keys int) error {
	p.Next++
	if err := p.save(ctx, store); err != nil {
		return err
	}
	err := each(ctx, 0, keys, func(ctx context.Context, n int) error {
		_, err := c.key(ctx, http.MethodPut, n, []byte(value(n, p.Next)))
		return err
	})
	if err != nil {
		return err
	}
	if keys >= p.Keys {
		p.Keys, p.Round, p.Some, p.SomeRound = keys, p.Next, 0, 0
	} else {
		p.Some, p.SomeRound = keys, p.Next
	}
	return p.save(ctx, store)
}

// check reads all keys that are promised. What is missing or wrong is an error that says how much of it there is.
func (p *promise) check(ctx context.Context, c *client) error {
	wrong := make(chan string, p.Keys)
	err := each(ctx, 0, p.Keys, func(ctx context.Context, n int) error {
		got, err := c.key(ctx, http.MethodGet, n, nil)
		switch {
		case errors.Is(err, errNoKey):
			wrong <- keyName(n) + " is missing"
		case err != nil:
			return err
		case !p.allows(n, string(got)):
			wrong <- fmt.Sprintf("%s is %.60q", keyName(n), got)
		}
		return nil
	})
	if total := len(wrong); total > 0 {
		list := []string{<-wrong}
		for range min(2, total-1) {
			list = append(list, <-wrong)
		}
		return fmt.Errorf("%d of %d keys are missing or wrong: %s", total, p.Keys, strings.Join(list, ", "))
	}
	return err
}

// allows says whether a key may have a value: no older one than was answered for, and no other key's.
func (p *promise) allows(n int, got string) bool {
	least := p.Round
	if n < p.Some {
		least = p.SomeRound
	}
	for round := least; round <= p.Next; round++ {
		if got == value(n, round) {
			return true
		}
	}
	return false
}

func value(n, round int) string { return fmt.Sprintf("value %d of round %d", n, round) }
