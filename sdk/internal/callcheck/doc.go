// Package callcheck refuses calls that kill a Mesos master or do silent damage, before they are sent and
// whoever made them. Such calls are well-formed: a master answers 202 and aborts, and where a standby takes
// over, a client that sends the call again kills that one too. It judges calls by their content alone,
// without knowing offers or agents; whether a call makes sense is the business of package ops.
//
// What kills a master:
//
//   - R1: an empty resource in an operation: a scalar that is 0 (or -0) in thousandths, ranges without a
//     range, a set without an item. It is what an encoder writes for a forgotten amount.
//   - R2: a resource whose type is not SCALAR, RANGES or SET.
//   - R3: one persistence id twice, under one role, in one operation.
//   - R4: two tasks of one id in a task group.
//   - R5: a number that does not fit the master's fixed point. Every number must be finite and at most 1e12.
//   - R6: REMOVE_QUOTA, deprecated, for a role that has no quota.
//   - R7: a disk that is only taken whole (MOUNT, BLOCK, RAW with an id) twice in one operation, task or task group. This one is
//     read in a master's sources, not tried: its check of containment counts the disk once, its books twice.
//
// What does damage that nobody is told of:
//
//   - S1: GROW_VOLUME or SHRINK_VOLUME of a volume with amount 0: the agent then has two volumes on one folder.
//   - S2: a task with an empty resource: with a volume of 0 it runs without its volume.
//   - S3: a volume whose container path is not one path component: the task runs without its volume.
//   - S4: an operation without a known type, or without the message of its type: ignored without a word.
//   - S5: a quota for the role "*": every framework of that role is limited from then on.
//   - S6: a weight that is infinite, not a number or above 1e6.
//
// R3 and R4 are applied to the whole of an ACCEPT: a master refuses the second CREATE of an id, or the second
// task of one, in a way that can't be told from a refusal of the first.
//
// What a correct framework sends passes: amounts down to 0.0005, which a master rounds up to 0.001, an
// infinite memory limit, infinite refuse_seconds, one shared volume in several tasks.
//
// The form endpoints of a master (/reserve, /create-volumes and so on) die of the same contents as the
// operator calls of the same meaning: a client of theirs checks the operator call.
//
// All functions are pure, never change what they look at, and may be used from any goroutine.
package callcheck
