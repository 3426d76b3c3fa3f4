package mesos

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestValidateID(t *testing.T) {
	for _, c := range []struct{ id, want string }{
		{"node-0", ""},
		{"a", ""},
		{"...", ""},
		{"with blank", ""},
		{"Ünïcode-漢字", ""},
		{strings.Repeat("x", 255), ""},
		{"", "ID must not be empty"},
		{strings.Repeat("x", 256), "ID must not be greater than 255 characters"},
		{strings.Repeat("ü", 128), "ID must not be greater than 255 characters"},
		{".", "'.' is disallowed"},
		{"..", "'..' is disallowed"},
		{"a/b", "'a/b' contains invalid characters"},
		{`a\b`, `'a\b' contains invalid characters`},
		{"a\x00", "'a\x00' contains invalid characters"},
		{"a\nb", "'a\nb' contains invalid characters"},
		{"a\x1f", "'a\x1f' contains invalid characters"},
		{"a\x7f", "'a\x7f' contains invalid characters"},
	} {
		checkName(t, c.id, ValidateID(c.id), c.want, ErrInvalidID)
	}
}

func TestValidateRole(t *testing.T) {
	for _, c := range []struct{ role, want string }{
		{"*", ""},
		{"db", ""},
		{"a/b/c", ""},
		{"a-b", ""},
		{"a/.b", ""},
		{"**", ""},
		{"ünï", ""},
		{"", "Role names cannot be the empty string"},
		{"/", "Role '/' cannot start with a slash"},
		{"/a", "Role '/a' cannot start with a slash"},
		{"/a/", "Role '/a/' cannot start with a slash"},
		{"a/", "Role 'a/' cannot end with a slash"},
		{"a//b", "Role 'a//b' cannot contain two adjacent slashes"},
		{".", "Role '.' cannot include '.' as a component"},
		{"a/.", "Role 'a/.' cannot include '.' as a component"},
		{"a/..", "Role 'a/..' cannot include '..' as a component"},
		{"a/*", "Role 'a/*' cannot include '*' as a component"},
		{"-x", "Role component '-x' is invalid because it starts with a dash"},
		{"a/-", "Role component '-' is invalid because it starts with a dash"},
		{"x y", "Role component 'x y' is invalid because it contains backspace or whitespace"},
		{"a/\x7f", "Role component '\x7f' is invalid because it contains backspace or whitespace"},
		{"a\tb/..", "Role component 'a\tb' is invalid because it contains backspace or whitespace"},
		{"a/../b c", "Role 'a/../b c' cannot include '..' as a component"},
	} {
		checkName(t, c.role, ValidateRole(c.role), c.want, ErrInvalidRole)
	}
}

func checkName(t *testing.T, name string, err error, want string, kind error) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%q: %v, want it to be valid", name, err)
		}
		return
	}
	var typed *NameError
	if !errors.As(err, &typed) || err.Error() != want || typed.Name != name || !errors.Is(err, kind) {
		t.Errorf("%q: %#v, want a NameError %q of kind %v", name, err, want, kind)
	}
}

func TestIsSubrole(t *testing.T) {
	for _, c := range []struct {
		child, parent string
		want          bool
	}{
		{"a/b", "a", true},
		{"a/b/c", "a", true},
		{"a/b/c", "a/b", true},
		{"a", "a", false},
		{"ab", "a", false},
		{"a", "a/b", false},
		{"b/a", "a", false},
		{"a", "*", false},
		{"", "", false},
	} {
		if got := IsSubrole(c.child, c.parent); got != c.want {
			t.Errorf("IsSubrole(%q, %q) = %v, want %v", c.child, c.parent, got, c.want)
		}
	}
}

// TestTerminal goes over the enums, so that a state added to them has to be put on one side.
func TestTerminal(t *testing.T) {
	alive := []string{
		"TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_UNREACHABLE", "TASK_UNKNOWN",
		"OPERATION_PENDING", "OPERATION_UNREACHABLE", "OPERATION_RECOVERING", "OPERATION_UNKNOWN", "OPERATION_UNSUPPORTED",
	}
	for value, name := range TaskState_name {
		if got, want := TaskState(value).Terminal(), !slices.Contains(alive, name); got != want {
			t.Errorf("%s.Terminal() = %v", name, got)
		}
	}
	for value, name := range OperationState_name {
		if got, want := OperationState(value).Terminal(), !slices.Contains(alive, name); got != want {
			t.Errorf("%s.Terminal() = %v", name, got)
		}
	}
	if TaskState(99).Terminal() || OperationState(99).Terminal() {
		t.Error("a state of a later Mesos must not count as terminal")
	}
}
