// Package boltstate keeps a [state.Store] in one file, with bbolt.
//
// The file is locked for as long as it is open, so a second scheduler on the same host can't work on it: Open waits
// [LockWait] for the first to end, then fails with [state.ErrLocked]. The lock dies with the process that holds it,
// however it dies. Across hosts the file fences nothing, and a network filesystem may not keep the lock.
//
// Each commit is on disk, synced, when Commit returns. A process killed in the middle of a commit leaves the file as it
// was before or after it. Every value carries a checksum, and Open checks the structure of the whole file before it
// believes any of it, so a damaged file is [state.ErrCorrupt] and never a panic or wrong data. An empty file, too, is a
// damaged one: a new store is made complete under another name and then linked in place.
package boltstate
