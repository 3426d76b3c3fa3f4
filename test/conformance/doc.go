// Package conformance plays scenarios against a Mesos master and compares every answer with records of what
// a real one said.
//
// testdata/*.jsonl hold what Apache Mesos 1.12.0-dev (commit c1b42f79) with one agent answered to each
// scenario: HTTP status, body and events, one step a line, identifiers named by order of first sight
// (<framework-1>, <offer-2>, <bytes-1>), and without what two masters need not share, such as timestamps.
// They were recorded, never edited: where a document disagrees with a record, the record wins.
//
// The scenarios speak JSON over HTTP and use nothing of the SDK, so that no mistake is made on both sides.
// Without further ado they are played against the minicluster, each scenario on a cluster of its own:
//
//	go test ./test/conformance
//
// With an address in MESOS_MASTER they are played one after the other against the master there:
//
//	MESOS_MASTER=127.0.0.1:5050 go test -v ./test/conformance
//
// That master must have exactly one agent, on 127.0.0.1, that runs tasks as processes, and should decide on
// offers more often than each second (--allocation_interval=250ms), or it takes long. The agent has:
//
//	unreserved   cpus:4, mem:4096, disk:10240, ports:[31000-32000]; a PATH disk of 4096; a MOUNT disk of 2048
//	reserved     cpus:1, mem:512, disk:2048, statically for static-role
//	attributes   rack:r1;zone:z1
//
// Scenarios clean up after themselves through the operator API.
package conformance
