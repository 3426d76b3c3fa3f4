package scheduler_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/schedulerpb"
	"github.com/stateful-mesos/moor/sdk/scheduler"
)

func TestConfigIsChecked(t *testing.T) {
	tests := []struct {
		field string // "": valid
		text  string // in the error
		set   func(*scheduler.Config)
	}{
		{"", "", func(*scheduler.Config) {}},
		{"", "", func(c *scheduler.Config) { c.Masters = []string{"a", "https://b:5051"} }},
		{"", "", func(c *scheduler.Config) { c.Framework.FailoverTimeout = new(0.0) }},
		{"", "", func(c *scheduler.Config) { c.Principal, c.Secret = "me", "s" }},
		{"", "", func(c *scheduler.Config) { c.RetryMin = time.Hour }},
		{"Masters", "host:port", func(c *scheduler.Config) { c.Masters = nil }},
		{"Masters[1]", "no host", func(c *scheduler.Config) { c.Masters = []string{"a", ":1"} }},
		{"Framework.Name", "empty", func(c *scheduler.Config) { c.Framework.Name = "" }},
		{"Framework.User", "empty", func(c *scheduler.Config) { c.Framework.User = "" }},
		{"Framework.Role", "deprecated", func(c *scheduler.Config) { c.Framework.Role = new("r") }},
		{"Framework.ID", "invalid characters", func(c *scheduler.Config) { c.Framework.ID = &mesos.FrameworkID{Value: "a/b"} }},
		{"Framework.FailoverTimeout", "-1", func(c *scheduler.Config) { c.Framework.FailoverTimeout = new(-1.0) }},
		{"Framework.FailoverTimeout", "1e+300", func(c *scheduler.Config) { c.Framework.FailoverTimeout = new(1e300) }},
		{"Framework.FailoverTimeout", "NaN", func(c *scheduler.Config) { c.Framework.FailoverTimeout = new(math.NaN()) }},
		{"Framework.Roles", "offered nothing", func(c *scheduler.Config) { c.Framework.Roles = nil }},
		{"Framework.Roles[1]", "cannot start with a slash", func(c *scheduler.Config) { c.Framework.Roles = []string{"a", "/b"} }},
		{"Framework.Roles[1]", "twice", func(c *scheduler.Config) { c.Framework.Roles = []string{"a", "a"} }},
		{"Framework.Principal", "must be the same", func(c *scheduler.Config) { c.Principal, c.Framework.Principal = "me", new("you") }},
		{"SuppressedRoles[0]", `"x" is not in`, func(c *scheduler.Config) { c.SuppressedRoles = []string{"x"} }},
		{"OfferConstraints", `"x" is not in`, func(c *scheduler.Config) {
			c.OfferConstraints = &schedulerpb.OfferConstraints{RoleConstraints: map[string]schedulerpb.OfferConstraints_RoleConstraints{"x": {}}}
		}},
		{"Framework", "R5", func(c *scheduler.Config) {
			c.Framework.OfferFilters = map[string]mesos.OfferFilters{"r": {MinAllocatableResources: &mesos.OfferFilters_MinAllocatableResources{
				Quantities: []mesos.OfferFilters_ResourceQuantities{{Quantities: map[string]mesos.Value_Scalar{"cpus": {Value: 1e16}}}},
			}}}
		}},
		{"Principal", "set both", func(c *scheduler.Config) { c.Secret = "s" }},
		{"Principal", "colon", func(c *scheduler.Config) { c.Principal = "a:b" }},
		{"Secret", "colon", func(c *scheduler.Config) { c.Principal, c.Secret = "a", "hunter:2" }},
		{"Secret", "more than one", func(c *scheduler.Config) { c.Principal, c.Secret, c.SecretFile = "a", "hunter2", "f" }},
		{"Operations", "without Tasks", func(c *scheduler.Config) {
			c.Operations = func(context.Context) ([]scheduler.KnownOperation, error) { return nil, nil }
		}},
		{"SubscribeTimeout", "positive", func(c *scheduler.Config) { c.SubscribeTimeout = -1 }},
		{"CallTimeout", "positive", func(c *scheduler.Config) { c.CallTimeout = -1 }},
		{"RetryMin", "positive", func(c *scheduler.Config) { c.RetryMin = -1 }},
		{"RetryMax", "less than RetryMin", func(c *scheduler.Config) { c.RetryMin, c.RetryMax = 2, 1 }},
		{"ReconcileRetryMax", "less than", func(c *scheduler.Config) { c.ReconcileRetryMin, c.ReconcileRetryMax = 2, 1 }},
		{"ReconcileInterval", "positive", func(c *scheduler.Config) { c.ReconcileInterval = -1 }},
		{"MaxRecord", "1024", func(c *scheduler.Config) { c.MaxRecord = 1 }},
	}
	for _, test := range tests {
		cfg := scheduler.Config{Masters: []string{"m:5050"}, Framework: mesos.FrameworkInfo{Name: "f", User: "u", Roles: []string{"r"}}}
		test.set(&cfg)
		_, err := scheduler.New(cfg, scheduler.Callbacks{})
		var wrong *scheduler.ConfigError
		switch {
		case test.field == "" && err != nil:
			t.Errorf("a valid config: %v", err)
		case test.field == "":
		case !errors.Is(err, scheduler.ErrConfig) || !errors.As(err, &wrong) || wrong.Field != test.field || !strings.Contains(wrong.Reason, test.text):
			t.Errorf("Config.%s: %v, want %q", test.field, err, test.text)
		case strings.Contains(err.Error(), "hunter"):
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

// However a secret is printed, it isn't.
func TestSecretDoesNotPrint(t *testing.T) {
	const secret = scheduler.Secret("hunter2")
	cfg := scheduler.Config{Principal: "me", Secret: secret}
	encoded, err := json.Marshal(map[string]any{"secret": secret, "config": struct{ Secret scheduler.Secret }{secret}})
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(encoded), fmt.Sprint(secret), fmt.Sprint(cfg), fmt.Sprint(&cfg), secret.LogValue().String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10s", "%T"} {
		texts = append(texts, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, cfg), fmt.Sprintf(verb, []scheduler.Secret{secret}))
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret, "list", []scheduler.Secret{secret})
	for _, text := range append(texts, log.String()) {
		// The second one is how %x would have it.
		if strings.Contains(text, "hunter2") || strings.Contains(strings.ToLower(text), "68756e746572") {
			t.Errorf("it prints as %s", text)
		}
	}
	if got := fmt.Sprint(scheduler.Secret("")); got != "" {
		t.Errorf("no secret prints as %q", got)
	}
}
