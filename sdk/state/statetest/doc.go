// Package statetest is the suite that every state.Store passes: the rules of the interface one by one, then a random
// walk of several clients against a dumb model. Authors of a store run it from a test of their own:
//
//	func TestStore(t *testing.T) {
//		statetest.RunDurable(t, func(dir string) (state.Store, error) { return boltstate.Open(filepath.Join(dir, "state")) })
//	}
package statetest
