// Package schedulerpb holds what a scheduler and a master say to each other over /api/v1/scheduler (semantics
// 1.1): a Call goes to the master, an Event comes from it.
//
// The types are generated; package mesos says what holds for all of them.
package schedulerpb
