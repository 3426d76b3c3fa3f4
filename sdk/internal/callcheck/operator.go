package callcheck

import (
	"math"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/mesos/masterpb"
)

// Operator checks a whole call of the operator API. The error is an [*Error]; it is nil for a call that
// may be sent.
func Operator(c *masterpb.Call) error {
	if c == nil {
		return refuse(UnknownOperation, "", "there is no call")
	}
	for _, check := range []func(*masterpb.Call) *Error{operatorReservations, operatorVolumes, operatorQuota} {
		if e := check(c); e != nil {
			return e
		}
	}
	return operatorWeights(c).orNil()
}

func operatorReservations(c *masterpb.Call) *Error {
	if m := c.ReserveResources; m != nil {
		if e := list(m.Source, "source"); e != nil {
			return e.in("reserve_resources")
		}
		if e := list(m.Resources, "resources"); e != nil {
			return e.in("reserve_resources")
		}
	}
	if m := c.UnreserveResources; m != nil {
		if e := list(m.Resources, "resources"); e != nil {
			return e.in("unreserve_resources")
		}
	}
	return nil
}

func operatorVolumes(c *masterpb.Call) *Error {
	if m := c.CreateVolumes; m != nil {
		if e := volumes(m.Volumes, "volumes"); e != nil {
			return e.in("create_volumes")
		}
	}
	if m := c.DestroyVolumes; m != nil {
		if e := list(m.Volumes, "volumes"); e != nil {
			return e.in("destroy_volumes")
		}
	}
	if m := c.GrowVolume; m != nil {
		if e := grow(&m.Volume, &m.Addition); e != nil {
			return e.in("grow_volume")
		}
	}
	if m := c.ShrinkVolume; m != nil {
		if e := shrink(&m.Volume, m.Subtract.Value); e != nil {
			return e.in("shrink_volume")
		}
	}
	return nil
}

func operatorQuota(c *masterpb.Call) *Error {
	if c.RemoveQuota != nil || c.GetType() == masterpb.Call_REMOVE_QUOTA {
		return refuse(RemoveQuota, "remove_quota", "REMOVE_QUOTA aborts the master for a role without quota; use UPDATE_QUOTA with no limits")
	}
	if m := c.SetQuota; m != nil {
		if m.QuotaRequest.GetRole() == "*" {
			return everybody().in("quota_request").in("set_quota")
		}
		if e := loose(m.QuotaRequest.Guarantee, "guarantee"); e != nil {
			return e.in("quota_request").in("set_quota")
		}
	}
	if m := c.UpdateQuota; m != nil {
		for i := range m.QuotaConfigs {
			if e := quota(&m.QuotaConfigs[i]); e != nil {
				return e.at("quota_configs", i).in("update_quota")
			}
		}
	}
	return nil
}

func quota(q *masterpb.QuotaConfig) *Error {
	if q.Role == "*" {
		return everybody()
	}
	if e := scalars(q.Guarantees, "guarantees"); e != nil {
		return e
	}
	return scalars(q.Limits, "limits")
}

func everybody() *Error {
	return refuse(QuotaForEverybody, "role", `a quota for "*" limits every framework of the default role; name a role of its own`)
}

func operatorWeights(c *masterpb.Call) *Error {
	if c.UpdateWeights == nil {
		return nil
	}
	for i := range c.UpdateWeights.WeightInfos {
		if w := weight(&c.UpdateWeights.WeightInfos[i]); w != nil {
			return w.at("weight_infos", i).in("update_weights")
		}
	}
	return nil
}

func weight(w *mesos.WeightInfo) *Error {
	if math.IsNaN(w.Weight) || math.Abs(w.Weight) > maxWeight {
		return refuse(UnreasonableWeight, "weight", "%v is no weight for role %q; give one above 0 and at most 1e6", w.Weight, w.GetRole())
	}
	return nil
}
