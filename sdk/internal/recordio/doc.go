// Package recordio frames messages on Mesos's event streams: the length of a record in ASCII decimal digits,
// a newline, then exactly that many bytes, and at once the next record (semantics 1.2). Where the chunks of
// an HTTP body begin and end says nothing about where records do.
//
// Lengths come from the other side, so none is trusted: a record longer than the reader's limit is refused
// before anything is allocated for it, and memory grows only with the bytes that have arrived.
package recordio
