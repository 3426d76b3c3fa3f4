package node

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromEnv(t *testing.T) {
	good := map[string]string{
		EnvName: "node-0", EnvService: "ring", EnvVolume: "v", EnvDir: "data", EnvListen: "127.0.0.1:0", EnvCluster: "c",
		EnvRing: "node-0,node-1", EnvSeeds: "127.0.0.1:1,,127.0.0.1:2", EnvReplicas: "2",
	}
	getenv := func(env map[string]string) func(string) string { return func(name string) string { return env[name] } }
	got, err := FromEnv(getenv(good))
	want := Config{
		Name: "node-0", Service: "ring", Volume: "v", Dir: "data", Listen: "127.0.0.1:0", Cluster: "c",
		Ring: []string{"node-0", "node-1"}, Seeds: []string{"127.0.0.1:1", "127.0.0.1:2"}, Replicas: 2,
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v, -want +got:\n%s", err, diff)
	}
	for _, c := range []struct{ name, value, want string }{
		{EnvName, "", "Config.Name"},
		{EnvVolume, "", "Config.Volume"},
		{EnvListen, "127.0.0.1", "Config.Listen"},
		{EnvListen, ":31000", "the one address"},
		{EnvListen, "0.0.0.0:31000", "the one address"},
		{EnvListen, "[::]:31000", "the one address"},
		{EnvRing, "node-1", "does not have this node"},
		{EnvRing, "node-0,a/b", `"a/b"`},
		{EnvRing, strings.Repeat("node-0,", 2000), "entries at most"},
		{EnvReplicas, "0", EnvReplicas},
		{EnvReplicas, "x", EnvReplicas},
	} {
		env := maps.Clone(good)
		env[c.name] = c.value
		if _, err := FromEnv(getenv(env)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%.30s: error is %v, want it to name %s", c.name, c.value, err, c.want)
		}
	}
}
