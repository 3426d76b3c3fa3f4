// Package mesos holds the messages that Mesos's v1 APIs have in common: offers, resources, tasks, operations,
// agents, frameworks. Those of one API alone are in the packages below it: schedulerpb, executorpb, masterpb.
//
// The types are generated from mesos.proto, whose names and numbers are Mesos's own. What is optional there is a
// pointer here, or a slice that may be nil, so that "not set" and "zero" stay two things; what is required, and
// each element of a list of messages, is a value. Fields this package doesn't know are kept in XXX_unrecognized
// and written back, because a framework returns the resources of an offer to the master, which takes them for
// others if anything is missing.
//
// Unmarshal takes bytes from anywhere: it doesn't panic, nests at most 100 levels deep, takes memory in
// proportion to its input, and keeps none of the input. Its errors wrap [ErrMalformed], [ErrTruncated],
// [ErrTooDeep] or are gogo's *proto.RequiredNotSetError. It may use several processors for an event of many
// offers.
//
// # What may not be changed in place
//
// Resources that were decoded together may share AllocationInfo and Reservations, which are the same in most
// resources of an offer. To change one of the two, replace it (r.AllocationInfo = nil,
// r.Reservations = append(slices.Clone(r.Reservations), ...)), or take a copy of the whole first (proto.Clone).
package mesos
