package operator

import (
	"context"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// Quota returns the guarantees and limits of roles.
func (c *Client) Quota(ctx context.Context) ([]masterpb.QuotaConfig, error) {
	r, err := c.look(ctx, masterpb.Call_GET_QUOTA)
	status := r.GetGetQuota().GetStatus()
	return status.Configs, err
}

// UpdateQuota sets the guarantees and limits of roles, all of them or none. A role with neither has no quota any more. Unless
// force is set the master refuses limits below what a role has, and guarantees beyond what the cluster has.
func (c *Client) UpdateQuota(ctx context.Context, force bool, quotas ...masterpb.QuotaConfig) error {
	return c.order(ctx, &masterpb.Call{
		Type:        masterpb.Call_UPDATE_QUOTA.Enum(),
		UpdateQuota: &masterpb.Call_UpdateQuota{Force: &force, QuotaConfigs: quotas},
	})
}

// Weights returns the weights of roles that have another one than 1.
func (c *Client) Weights(ctx context.Context) ([]mesos.WeightInfo, error) {
	r, err := c.look(ctx, masterpb.Call_GET_WEIGHTS)
	return r.GetGetWeights().GetWeightInfos(), err
}

// UpdateWeights sets the weights of roles: above 0, at most 1e6.
func (c *Client) UpdateWeights(ctx context.Context, weights ...mesos.WeightInfo) error {
	return c.order(ctx, &masterpb.Call{
		Type:          masterpb.Call_UPDATE_WEIGHTS.Enum(),
		UpdateWeights: &masterpb.Call_UpdateWeights{WeightInfos: weights},
	})
}
