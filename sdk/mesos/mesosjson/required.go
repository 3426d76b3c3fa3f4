package mesosjson

import (
	"cmp"
	"slices"
)

// maxMissing is how many missing fields are told. Beyond it the rest isn't looked at: the paths can be far
// longer than the input was, and so can the messages.
const maxMissing = 1000

// An absence is a required field that is missing inside a field of the message at hand.
type absence struct {
	number int // of the field of the message at hand
	path   string
}

// absent names the message's own required fields that aren't present, in the order of the .proto file.
func (p *plan) absent(present uint64) []string {
	var names []string
	for _, f := range p.fields {
		if f.required > 0 && present&(1<<(f.required-1)) == 0 {
			names = append(names, f.name)
		}
	}
	return names
}

// inOrder puts together what a message lacks in the order of the master's texts: first its own fields, then
// what is missing inside them, by field number.
func inOrder(own []string, inside []absence) []string {
	slices.SortStableFunc(inside, func(x, y absence) int { return cmp.Compare(x.number, y.number) })
	for _, a := range inside {
		own = append(own, a.path)
	}
	return own
}
