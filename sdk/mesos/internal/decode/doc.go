// Package decode is what the generated decoders of the wire types are made of.
//
// An event of a thousand offers is some hundred thousand small objects. Decoders therefore take their objects
// from slabs, a few kilobytes at a time, and keep only one copy of strings that repeat. The slabs belong to one
// call of Unmarshal and are forgotten with it. A slab is alive as long as anything in it is, so slabs are
// small: who keeps one resource of an event keeps some ten kilobytes with it, not the event.
//
// The functions that read take a buffer and a position and return the position behind what they read, or one
// of the negative codes that [Fail] turns into an error.
package decode
