package operator_test

import (
	"errors"
	"testing"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/minicluster"
	"github.com/stateful-mesos/moor/sdk/operator"
)

func TestQuotaAndWeights(t *testing.T) {
	inCluster(t, minicluster.Config{}, func(t *testing.T, _ *minicluster.Cluster, client *operator.Client) {
		ctx := t.Context()
		cpus := func(n float64) map[string]mesos.Value_Scalar {
			return map[string]mesos.Value_Scalar{"cpus": {Value: n}}
		}
		want := masterpb.QuotaConfig{Role: "db", Guarantees: cpus(1), Limits: cpus(2)}
		if err := client.UpdateQuota(ctx, false, want); err != nil {
			t.Fatal(err)
		}
		if got, err := client.Quota(ctx); err != nil || len(got) != 1 || got[0].String() != want.String() {
			t.Errorf("the quota is %v, %v, want %v", got, err, want)
		}
		for name, quota := range map[string]masterpb.QuotaConfig{
			"guarantees above limits":       {Role: "db", Guarantees: cpus(2), Limits: cpus(1)},
			"more than the cluster has":     {Role: "db", Guarantees: cpus(1000)},
			"a role below another one":      {Role: "db/a", Limits: cpus(1)},
			"a role that can't be one's":    {Role: "/"},
			"more than anything is allowed": {Role: "db", Limits: cpus(-1)},
		} {
			if err := client.UpdateQuota(ctx, false, quota); !errors.Is(err, operator.ErrRefused) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := client.UpdateQuota(ctx, true, masterpb.QuotaConfig{Role: "*", Limits: cpus(1)}); !errors.Is(err, operator.ErrPoison) {
			t.Errorf("a quota for everybody: %v", err)
		}
		if err := client.UpdateQuota(ctx, false, masterpb.QuotaConfig{Role: "db"}); err != nil {
			t.Error(err)
		}
		if got, err := client.Quota(ctx); err != nil || len(got) > 0 && len(got[0].Guarantees)+len(got[0].Limits) > 0 {
			t.Errorf("in the end the quota is %v, %v", got, err)
		}
		if err := client.UpdateWeights(ctx, mesos.WeightInfo{Role: new("db"), Weight: 2.5}); err != nil {
			t.Fatal(err)
		}
		if got, err := client.Weights(ctx); err != nil || len(got) != 1 || got[0].Weight != 2.5 || got[0].GetRole() != "db" {
			t.Errorf("the weights are %v, %v", got, err)
		}
	})
}
