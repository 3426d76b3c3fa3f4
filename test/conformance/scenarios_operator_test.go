package conformance

// operatorScenarios are about the operator's side: endpoints and API that change reservations and volumes.
var operatorScenarios = []Scenario{
	{Name: "operator-endpoints", Does: "/reserve, /create-volumes, /destroy-volumes and /unreserve, and what they refuse", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		agent := String(o, "agent_id", "value")
		s.Decline(o, 0)
		plain := func(res J) J { delete(res, "allocation_info"); return res }
		r.Form("/reserve", J{"slaveId": agent, "resources": L{plain(Reserved("disk", 512, role, ""))}})
		r.Form("/create-volumes", J{"slaveId": agent, "volumes": L{plain(Volume("v1", "data", 512, role, ""))}})
		s.Offer(HasVolume("v1"))
		r.Form("/create-volumes", J{"slaveId": agent, "volumes": L{plain(Volume("v1", "data", 512, role, ""))}})
		r.Form("/create-volumes", J{"slaveId": agent})
		r.Form("/create-volumes", J{"slaveId": agent, "volumes": "not json"})
		r.Form("/create-volumes", J{"slaveId": "no-such-agent", "volumes": L{plain(Volume("v2", "data", 1, role, ""))}})
		r.Form("/create-volumes", J{"volumes": L{}})
		r.Form("/unreserve", J{"slaveId": agent, "resources": L{plain(Reserved("disk", 512, role, ""))}})
		r.Form("/destroy-volumes", J{"slaveId": agent, "volumes": L{plain(Volume("v1", "data", 512, role, ""))}})
		r.Form("/destroy-volumes", J{"slaveId": agent, "volumes": L{plain(Volume("v1", "data", 512, role, ""))}})
		r.Form("/unreserve", J{"slaveId": agent, "resources": L{plain(Reserved("disk", 512, role, ""))}})
		r.Raw("GET", "/create-volumes", "")
	}},
	{Name: "operator-api-volumes", Does: "RESERVE_RESOURCES, CREATE_VOLUMES, GROW_VOLUME, SHRINK_VOLUME, DESTROY_VOLUMES, UNRESERVE_RESOURCES", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		agent := o["agent_id"]
		s.Decline(o, 3600)
		plain := func(res J) J { delete(res, "allocation_info"); return res }
		r.Operator(J{"type": "RESERVE_RESOURCES", "reserve_resources": J{"agent_id": agent, "resources": L{plain(Reserved("disk", 512, role, ""))}}})
		r.Operator(J{"type": "CREATE_VOLUMES", "create_volumes": J{"agent_id": agent, "volumes": L{plain(Volume("v1", "data", 256, role, ""))}}})
		r.Operator(J{"type": "GROW_VOLUME", "grow_volume": J{"agent_id": agent, "volume": plain(Volume("v1", "data", 256, role, "")), "addition": plain(Reserved("disk", 128, role, ""))}})
		r.Operator(J{"type": "SHRINK_VOLUME", "shrink_volume": J{"agent_id": agent, "volume": plain(Volume("v1", "data", 384, role, "")), "subtract": J{"value": 64.0}}})
		r.Operator(J{"type": "DESTROY_VOLUMES", "destroy_volumes": J{"agent_id": agent, "volumes": L{plain(Volume("v1", "data", 1, role, ""))}}})
		r.Operator(J{"type": "DESTROY_VOLUMES", "destroy_volumes": J{"agent_id": agent, "volumes": L{plain(Volume("v1", "data", 320, role, ""))}}})
		r.Operator(J{"type": "UNRESERVE_RESOURCES", "unreserve_resources": J{"agent_id": agent, "resources": L{plain(Reserved("disk", 512, role, ""))}}})
		r.Operator(J{"type": "NO_SUCH_CALL"})
		r.Operator(J{"type": "GET_HEALTH"})
	}},
	{Name: "rescind-for-operator", Does: "an operator's /reserve takes resources out of an outstanding offer: RESCIND, then a new offer", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		res := Reserved("cpus", 1, role, "")
		delete(res, "allocation_info")
		r.Form("/reserve", J{"slaveId": String(o, "agent_id", "value"), "resources": L{res}})
		s.Event("RESCIND")
		s.Offer(HasReserved("cpus", 1, role))
	}},
}
