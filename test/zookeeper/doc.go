// Package zookeeper runs a real ZooKeeper for tests: a java process on a free port of the loopback interface, with its files in a
// temporary folder.
package zookeeper
