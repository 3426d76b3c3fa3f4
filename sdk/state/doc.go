// Package state keeps what a scheduler must not forget: a small durable map from keys to values with compare-and-set.
//
// A framework stores its framework id, the claims of its instances and what it is about to do, each before the call that
// makes it true (semantics 9, rules 1 and 5). That is kilobytes, written a few times a minute and read once at start, so
// a [Store] is deliberately small: Get, List, Commit, Close.
//
// # Versions
//
// Each key carries a version, and a [Write] names the version it expects to replace. A store counts its commits; the
// version of a key is the number of the commit that wrote it. So a key's versions only ever grow, and a key that was
// deleted and made again doesn't get a version it had before: a writer that read the old incarnation gets [ErrConflict]
// instead of overwriting the new one (the ABA problem, which counting per key would have, since the count dies with
// the key).
//
// # All or nothing
//
// The writes of one Commit happen together or not at all, a crash in the middle included. A commit that returned nil is
// durable as far as the store is: package boltstate has it on disk by then, [NewMemory] keeps it as long as the process.
//
// # Stores
//
// [NewMemory] is for tests and for frameworks that own nothing. Package boltstate is one file, locked against a second
// process. A store of your own is right when the suite in package statetest passes on it.
package state
