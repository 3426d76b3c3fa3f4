// Package node is the storage process of the cassandra-like example: a small, replicated key-value store without a master.
//
// Every node can be asked for every key and coordinates the answer. A key belongs to the [Ring]'s next few nodes, found by
// consistent hashing over the names of all nodes, whether they are up or not. A write goes to all replicas of its key and
// is answered when as many have synced it to disk as its [Level] asks for; a read asks all of them, takes the newest
// record of as many answers, and mends those that had an older one. With QUORUM for both, a read sees every
// write that was answered. Of two records of one key the later timestamp wins, and the greater value if they are equal.
//
// A replica that is down gets what it missed in two ways: the coordinator keeps a hint of each write on its own disk and
// hands it over when the replica is back, and reads mend what hints don't reach. Nodes tell each other their addresses by
// gossip, so that one that was relaunched on another port is found.
//
// # What a node does about its volume
//
// Its data is on a persistent volume that outlives it. Neither the end of a task as the master tells it nor an offer of
// the volume proves that an earlier process has ended, so a node takes an exclusive lock on the identity
// file in the volume before it touches anything, and holds it until it ends. A volume whose identity file names another
// instance is refused. See [Open].
//
// # What it does not do
//
// No deletion, no transactions, no growing or shrinking of the ring, no authentication: it listens on the one
// address it is given, and whoever reaches that may read and write.
package node
