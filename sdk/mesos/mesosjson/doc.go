// Package mesosjson is JSON as Mesos speaks it on its v1 APIs (semantics 1.2). It is older than the JSON
// mapping of proto3 and differs from it: names stay as in the .proto files (snake_case), 64-bit integers are
// numbers, defaults that were never set are written out, and input is read leniently.
//
// What [Unmarshal] takes and refuses, in which order and in which words is what the master does, so that
// a server built on it can answer byte for byte like one.
package mesosjson
