package node

import "fmt"

// Level is how many replicas have to answer a read or a write.
type Level string

// The levels. A read at QUORUM sees each write answered at QUORUM, because any two majorities share a replica.
const (
	One    Level = "ONE"
	Quorum Level = "QUORUM"
	All    Level = "ALL"
)

// ParseLevel takes the name of a level; an empty one is QUORUM.
func ParseLevel(name string) (Level, error) {
	switch level := Level(name); level {
	case "":
		return Quorum, nil
	case One, Quorum, All:
		return level, nil
	default:
		return "", fmt.Errorf("%w consistency level %q: use ONE, QUORUM or ALL", errInvalid, name)
	}
}

// of says how many of so many replicas the level asks for.
func (l Level) of(replicas int) int {
	switch l {
	case One:
		return min(1, replicas)
	case All:
		return replicas
	default:
		return replicas/2 + 1
	}
}
