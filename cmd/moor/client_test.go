package main

import (
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stateful-mesos/moor/sdk/minicluster"
)

// TestClientRefuses: what the flags of clients can't mean is refused with status 2 and one line that says why, without I/O.
func TestClientRefuses(t *testing.T) {
	t.Setenv("MOOR_MASTER", "")
	for _, c := range []struct{ args, why string }{
		{"volumes list", "--master"},
		{"volumes list --master zk://a:2181/mesos", "list the masters themselves"},
		{"volumes list --master me:hunter2@a:5050", "credentials"},
		{"volumes list --master a --secret-file f", "Principal"},
		{"volumes list --master a --principal a:b --secret-file f", "colon"},
		{"volumes list --master a --ca f", "https://a"},
		{"volumes list --master https://a --cert f", "CertFile"},
		{"volumes list --master a -o yaml", "output"},
		{"volumes list --master a --timeout soon", "--timeout"},
		{"volumes list --master a --secret hunter2", "--secret"},
		{"volumes destroy --master a", "id"},
		{"volumes create v --master a --role r --size 1", "--agent"},
		{"volumes", "list"},
		{"agents drain a --master a --max-grace -1s", "max-grace"},
	} {
		status, out, bad := command(t, strings.Fields(c.args)...)
		if status != exitUsage || out != "" || !strings.Contains(bad, c.why) || strings.Count(bad, "\n") != 1 || strings.Contains(bad, "hunter2@") {
			t.Errorf("%s: status %d, output %q, error %q; want status 2 and a line with %q", c.args, status, out, bad, c.why)
		}
	}
}

// TestClientCredentials: the secret comes from a file or the environment, over TLS, and is never printed.
func TestClientCredentials(t *testing.T) {
	const secret = "hunter2-do-not-tell"
	cluster := minicluster.New(t, minicluster.Config{Simulate: minicluster.Idle, Credentials: map[string]string{"ops": secret}})
	proxy := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: cluster.Masters()[0]}))
	defer proxy.Close()
	certificate := writeFile(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})))
	t.Setenv("MOOR_MASTER", "127.0.0.1:1,"+cluster.Masters()[0]) // nobody listens at the first one
	file, wrong := writeFile(t, secret+"\n"), writeFile(t, "no-such-"+secret)
	for _, c := range []struct {
		name, args, env string
		status          int
		says            string
	}{
		{"nobody", "", "", 1, "401"},
		{"from a file", "--principal ops --secret-file " + file, "", 0, "active"},
		{"from the environment", "--principal ops", secret, 0, "active"},
		{"a file before the environment", "--principal ops --secret-file " + file, "wrong", 0, "active"},
		{"wrong", "--principal ops --secret-file " + wrong, "", 1, "401"},
		{"no file", "--principal ops --secret-file /nonexistent/file", "", 1, "/nonexistent/file"},
		{"over TLS", "--principal ops --secret-file " + file + " --master " + proxy.URL + " --ca " + certificate, "", 0, "active"},
		{"over TLS, not trusted", "--principal ops --secret-file " + file + " --master " + proxy.URL, "", 1, "certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv(secretVariable, c.env)
			}
			status, out, bad := command(t, strings.Fields("agents list "+c.args)...)
			if status != c.status || !strings.Contains(out+bad, c.says) {
				t.Errorf("status %d, output %q, error %q; want status %d and %q", status, out, bad, c.status, c.says)
			}
			if strings.Contains(out+bad, secret) {
				t.Error("the secret is printed")
			}
		})
	}
	t.Setenv(secretVariable, secret)
	if status, _, bad := command(t, strings.Fields("reservations reserve 127.0.0.1 cpus:1 --role r --principal ops")...); status != 0 {
		t.Errorf("reserving as ops: status %d, %s", status, bad)
	}
}
