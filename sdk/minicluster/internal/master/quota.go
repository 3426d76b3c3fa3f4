package master

// UPDATE_QUOTA and GET_QUOTA (semantics 7.2). As in a real master roles below others have no quota of their own. The
// older SET_QUOTA and REMOVE_QUOTA, and the endpoint /quota: quota_old.go.

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
	"github.com/stateful-mesos/moor/sdk/mesos/mesosjson"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/allocator"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/authorize"
	"github.com/stateful-mesos/moor/sdk/minicluster/internal/validate"
	"github.com/stateful-mesos/moor/sdk/resource"
)

func quotaOf(c *masterpb.QuotaConfig) allocator.Quota {
	q := allocator.Quota{Guarantees: allocator.AmountsFrom(c.Guarantees).Positive()}
	if len(c.Limits) > 0 {
		q.Limits = allocator.AmountsFrom(c.Limits)
	}
	return q
}

func (m *Master) updateQuota(call *masterpb.Call_UpdateQuota, principal *string) answer {
	for i := range call.QuotaConfigs {
		if err := validate.Quota(&call.QuotaConfigs[i], m.config.Roles); err != nil {
			return refuse(http.StatusBadRequest, err.Error())
		}
	}
	if why := m.unfitting(call.QuotaConfigs); why != "" && !call.GetForce() {
		return refuse(http.StatusBadRequest, "Invalid QuotaConfig: "+why+" (use 'force' flag to bypass this check)")
	}
	for i := range call.QuotaConfigs {
		if !m.permits(authorize.UpdateQuota, principal, &call.QuotaConfigs[i].Role) {
			return forbidden
		}
	}
	if err := m.keepQuotas(call.QuotaConfigs); err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	for i := range call.QuotaConfigs {
		c := &call.QuotaConfigs[i]
		m.quotas[c.Role] = quotaOf(c)
		m.alloc.SetQuota(c.Role, m.quotas[c.Role])
	}
	for i := range call.QuotaConfigs {
		m.enforce(call.QuotaConfigs[i].Role)
	}
	return answer{status: http.StatusOK}
}

// unfitting says what speaks against quotas as things are: limits below what a role has, guarantees above what there is.
func (m *Master) unfitting(configs []masterpb.QuotaConfig) string {
	planned := maps.Clone(m.quotas)
	for i := range configs {
		c := &configs[i]
		planned[c.Role] = quotaOf(c)
		if consumed := m.consumption(c.Role).consumed.Positive(); !planned[c.Role].Limits.Bounds(consumed) {
			return fmt.Sprintf("Role '%s' is already consuming '%s'; this is more than the requested limits '%s'", c.Role, consumed, planned[c.Role].Limits)
		}
	}
	if total, capacity := guarantees(planned), m.capacity(); !capacity.Contains(total) {
		return fmt.Sprintf("total quota guarantees '%s' exceed cluster capacity '%s'", total, capacity)
	}
	return ""
}

func guarantees(quotas map[string]allocator.Quota) allocator.Amounts {
	total := allocator.Amounts{}
	for _, q := range quotas {
		total = total.Plus(q.Guarantees)
	}
	return total
}

// capacity sums up the scalars of all agents, connected or not.
func (m *Master) capacity() allocator.Amounts {
	total := allocator.Amounts{}
	for id := range m.agents {
		total = total.Plus(allocator.AmountsOf(m.alloc.Total(id).Filter(func(r *mesos.Resource) bool {
			return r.Scalar != nil && !resource.IsRevocable(r)
		})))
	}
	return total
}

// consumption is what a role, and those below it, have.
type consumption struct {
	allocated, offered, reserved allocator.Amounts
	consumed                     allocator.Amounts // of its quota: allocated, and reserved though not allocated
}

// consumption adds up what belongs to a role and to roles below it.
func (m *Master) consumption(role string) consumption {
	c := consumption{allocated: allocator.Amounts{}, offered: allocator.Amounts{}, reserved: allocator.Amounts{}}
	below := func(name string) bool { return name == role || mesos.IsSubrole(name, role) }
	allocated := func(r *mesos.Resource) bool { return below(r.AllocationInfo.GetRole()) }
	reserved := func(r *mesos.Resource) bool {
		return resource.IsReserved(r) && below(resource.ReservationRole(r))
	}
	used := allocator.Amounts{}
	for _, a := range m.agents {
		c.reserved = c.reserved.Plus(allocator.AmountsOf(m.alloc.Total(a.id).Filter(reserved)))
		for _, s := range a.used {
			c.allocated = c.allocated.Plus(allocator.AmountsOf(s.Filter(allocated)))
			used = used.Plus(allocator.AmountsOf(s.Filter(reserved)))
		}
		for _, o := range a.offers {
			if below(o.role()) {
				c.offered = c.offered.Plus(allocator.AmountsOf(o.resources()))
			}
		}
	}
	c.consumed = c.allocated.Plus(c.reserved.Minus(used))
	return c
}

// enforce rescinds offers of a role as far as it is above its limits, and then offers of others as far as its
// guarantees are not covered. It is a rough estimate, as a real master's is.
func (m *Master) enforce(role string) {
	q, c := m.quotas[role], m.consumption(role)
	own := func(o *offer) bool { return o.role() == role || mesos.IsSubrole(o.role(), role) }
	has := c.consumed.Plus(c.offered)
	for _, f := range m.sortedFrameworks() {
		for _, o := range f.sortedOffers() {
			if q.Limits.Bounds(has) {
				break
			}
			if own(o) {
				has = has.Minus(allocator.AmountsOf(o.resources()))
				m.discard(o, true)
			}
		}
	}
	for _, a := range m.sortedAgents() {
		for _, o := range a.sortedOffers() {
			if has.Contains(q.Guarantees) {
				return
			}
			if !own(o) {
				has = has.Plus(allocator.AmountsOf(o.resources()))
				m.discard(o, true)
			}
		}
	}
}

// keepQuotas writes quotas to the registry. There a quota that says nothing is none.
func (m *Master) keepQuotas(configs []masterpb.QuotaConfig) error {
	texts := map[string]json.RawMessage{}
	for i := range configs {
		c := &configs[i]
		if quotaOf(c).IsDefault() {
			texts[c.Role] = nil
			continue
		}
		b, err := mesosjson.Marshal(c)
		if err != nil {
			return err
		}
		texts[c.Role] = b
	}
	return m.config.Registry.Update(func(c *Contents) {
		kept := maps.Clone(c.Quotas)
		if kept == nil {
			kept = map[string]json.RawMessage{}
		}
		maps.Copy(kept, texts)
		maps.DeleteFunc(kept, func(_ string, b json.RawMessage) bool { return b == nil })
		c.Quotas = kept
	})
}

// recoverRoles reads quotas and weights from the registry.
func (m *Master) recoverRoles() {
	contents := m.config.Registry.Contents()
	for role, weight := range contents.Weights {
		m.weights[role] = float64(weight)
		m.alloc.SetWeight(role, float64(weight))
	}
	for role, text := range contents.Quotas {
		c := &masterpb.QuotaConfig{}
		if err := mesosjson.Unmarshal(text, c); err != nil {
			m.log.Error("quota in the registry can't be read", "role", role, "error", err)
			continue
		}
		m.quotas[role] = quotaOf(c)
		m.alloc.SetQuota(role, m.quotas[role])
	}
}

// showQuotas returns the quotas that principal may see.
func (m *Master) showQuotas(principal *string) *masterpb.QuotaStatus {
	out := &masterpb.QuotaStatus{}
	for _, role := range slices.Sorted(maps.Keys(m.quotas)) {
		if !m.permits(authorize.GetQuota, principal, &role) {
			continue
		}
		q := m.quotas[role]
		info := masterpb.QuotaInfo{Role: &role}
		for _, name := range slices.Sorted(maps.Keys(q.Guarantees)) {
			info.Guarantee = append(info.Guarantee, resource.Scalar(name, resource.Float(q.Guarantees[name])))
		}
		out.Infos = append(out.Infos, info)
		out.Configs = append(out.Configs, masterpb.QuotaConfig{Role: role, Guarantees: q.Guarantees.Scalars(), Limits: q.Limits.Scalars()})
	}
	return out
}
