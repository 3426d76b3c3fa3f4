// Package authorize judges who may do what, by access control lists as a Mesos master is given them in its flag
// --acls (semantics 8.1).
//
// The lists are JSON: {"permissive": false, "create_volumes": [{"principals": {"values": ["ops"]}, "roles": {"type":
// "ANY"}}]}. Each action has a list of its own; the first entry whose two sides both match decides, and where none
// does, permissive, which is true by default. A side is {"type": "ANY"}, {"type": "NONE"}, or some values. A role
// "eng/%" means every role below eng, and not eng itself.
//
// Unlike a real master, which ignores them, [Parse] refuses names that no list has: a list that is misspelled
// permits what it was to forbid. Lists about what this project's masters and agents don't have, such as nested
// containers, are read and have no effect.
package authorize
