// Package masterpb holds the operator API, /api/v1 of a master (semantics 7): a Call and its Response, and the
// Events of a SUBSCRIBE.
//
// The types are generated; package mesos says what holds for all of them.
package masterpb
