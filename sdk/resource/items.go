package resource

import "slices"

// fewItems is how many items are compared one by one; longer lists go through a map, so that time stays linear.
const fewItems = 32

// finder returns a function that tells whether items has one.
func finder(items []string) func(string) bool {
	if len(items) <= fewItems {
		return func(item string) bool { return slices.Contains(items, item) }
	}
	has := make(map[string]struct{}, len(items))
	for _, item := range items {
		has[item] = struct{}{}
	}
	return func(item string) bool { _, ok := has[item]; return ok }
}

// containsItems tells whether a has every item of b. Short lists take no memory.
func containsItems(a, b []string) bool {
	if len(a) > fewItems {
		has := finder(a)
		return !slices.ContainsFunc(b, func(item string) bool { return !has(item) })
	}
	for _, item := range b {
		if !slices.Contains(a, item) {
			return false
		}
	}
	return true
}

// equalItems tells whether a and b hold the same items. Mesos compares item by item in order, which is a bug there
// (semantics 2.1).
func equalItems(a, b []string) bool {
	return len(a) == len(b) && (slices.Equal(a, b) || containsItems(a, b) && containsItems(b, a))
}

// addItems returns the items of a, then those of b that a lacks, in a slice of its own.
func addItems(a, b []string) []string {
	has := finder(a)
	sum := slices.Clone(a)
	for _, item := range b {
		if !has(item) {
			sum = append(sum, item)
		}
	}
	return sum
}

// uniqueItems returns items without repetitions, in a slice of its own.
func uniqueItems(items []string) []string {
	seen := make(map[string]struct{}, len(items))
	return slices.DeleteFunc(slices.Clone(items), func(item string) bool {
		_, again := seen[item]
		seen[item] = struct{}{}
		return again
	})
}

// subtractItems returns the items of a that b lacks, in a slice of its own.
func subtractItems(a, b []string) []string {
	has := finder(b)
	return slices.DeleteFunc(slices.Clone(a), has)
}

// duplicated tells whether an item occurs twice.
func duplicated(items []string) bool {
	if len(items) <= fewItems {
		for i := range items {
			if slices.Contains(items[:i], items[i]) {
				return true
			}
		}
		return false
	}
	has := make(map[string]struct{}, len(items))
	for _, item := range items {
		has[item] = struct{}{}
	}
	return len(has) != len(items)
}
