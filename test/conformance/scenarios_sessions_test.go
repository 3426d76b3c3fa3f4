package conformance

import "time"

// sessionsScenarios are about sessions: subscribing, declining, failing over.
var sessionsScenarios = []Scenario{
	{Name: "subscribe-and-first-offer", Does: "SUBSCRIBE is answered by SUBSCRIBED, then by an offer of everything an agent has", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.AnyOffer()
	}},
	{Name: "http-refusals", Does: "what the scheduler endpoint answers to requests that are no calls", Run: func(r *Run) {
		path := "/api/v1/scheduler"
		r.Raw("GET", path, "")
		r.Raw("POST", path, "{}", "Content-Type: text/plain", "Accept: application/json")
		r.Raw("POST", path, "{}", "Accept: application/json")
		r.Raw("POST", path, "not json", "Content-Type: application/json", "Accept: application/json")
		r.Raw("POST", path, "{}", "Content-Type: application/json", "Accept: application/json")
		r.Raw("POST", path, `{"type":"SUBSCRIBE"}`, "Content-Type: application/json", "Accept: application/json")
		r.Raw("POST", path, `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x"}}}`, "Content-Type: application/json", "Accept: text/html")
		r.Raw("POST", path, `{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"root","name":"x"}}}`, "Content-Type: application/json", "Accept: application/json", "Mesos-Stream-Id: 11111111-1111-1111-1111-111111111111")
		r.Raw("POST", path, `{"type":"REVIVE"}`, "Content-Type: application/json", "Accept: application/json")
		r.Raw("POST", path, `{"type":"REVIVE","framework_id":{"value":"no-such-framework"}}`, "Content-Type: application/json", "Accept: application/json")
		r.Raw("POST", path, `{"type":"REVIVE","framework_id":{"value":"no-such-framework"}}`, "Content-Type: application/json", "Accept: application/json", "Mesos-Stream-Id: 11111111-1111-1111-1111-111111111111")
		r.Raw("POST", path, `{"type":"ACCEPT","framework_id":{"value":"no-such-framework"}}`, "Content-Type: application/json", "Accept: application/json", "Mesos-Stream-Id: 11111111-1111-1111-1111-111111111111")
		r.Raw("POST", path, "\x08\x01garbage", "Content-Type: application/x-protobuf", "Accept: application/x-protobuf")
	}},
	{Name: "stale-stream-id", Does: "a call with another stream's id is refused", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.AnyOffer()
		right := s.StreamID
		s.StreamID = "11111111-1111-1111-1111-111111111111"
		s.Call(J{"type": "REVIVE"})
		s.StreamID = right
		s.Call(J{"type": "REVIVE"})
	}},
	{Name: "subscribe-refusals", Does: "framework infos that the master does not take", Run: func(r *Run) {
		try := func(name string, call J) {
			s := r.TrySubscribe(name, call)
			if s == nil {
				return
			}
			e := s.First()
			s.FrameworkID = String(e, "subscribed", "framework_id", "value")
			if e["type"] == "ERROR" {
				s.Closed()
			} else {
				s.Call(J{"type": "TEARDOWN"})
			}
		}
		for _, roles := range []L{{""}, {"a b"}, {"-a"}, {"."}, {".."}, {"a/*"}, {"/a"}, {"a/"}, {"a//b"}, {"a", "a"}, {"*"}, {}} {
			try("roles", Subscribe("x", "", J{"roles": roles}))
		}
		try("role-and-roles", Subscribe("x", "", J{"role": "x"}))
		try("roles-without-multi-role", Subscribe("x", "", J{"capabilities": L{}}))
		try("negative-failover", Subscribe("x", "", J{"failover_timeout": -1.0}))
		try("huge-failover", Subscribe("x", "", J{"failover_timeout": 1e300}))
		try("framework-id-mismatch", With(Subscribe("x", ""), J{"framework_id": ID("other")}))
		try("unknown-framework-id", Subscribe("x", "", J{"id": ID(FreshID())}))
		try("suppress-foreign-role", J{"type": "SUBSCRIBE", "subscribe": With(Subscribe("x", "")["subscribe"].(J), J{"suppressed_roles": L{"y"}})})
	}},
	{Name: "decline-and-revive", Does: "a declined offer stays away for refuse_seconds, and REVIVE brings it back", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.Decline(s.AnyOffer(), 3600)
		s.None("OFFERS", 3*time.Second)
		s.Call(J{"type": "REVIVE"})
		s.AnyOffer()
	}},
	{Name: "suppress-and-revive", Does: "SUPPRESS stops offers until REVIVE", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		s.Call(J{"type": "SUPPRESS"})
		s.Decline(o, 0)
		s.None("OFFERS", 3*time.Second)
		s.Call(J{"type": "REVIVE"})
		s.AnyOffer()
	}},
	{Name: "failover", Does: "a scheduler that subscribes again with its id takes the framework over; the older stream ends", Run: func(r *Run) {
		a := r.Subscribe("A", Subscribe(role, principal, J{"failover_timeout": 60.0}))
		o := a.AnyOffer()
		a.Accept(o, Launch(Task("sleeper", o, "sleep 1000", Scalar("cpus", 0.5, role), Scalar("mem", 64, role))))
		a.Skip("sleeper", "TASK_STARTING")
		a.Skip("sleeper", "TASK_RUNNING")
		b := r.Subscribe("B", Subscribe(role, principal, J{"failover_timeout": 60.0, "id": ID(a.FrameworkID)}))
		a.Event("ERROR")
		a.Closed()
		b.Call(J{"type": "RECONCILE", "reconcile": J{"tasks": L{}}})
		b.Event("UPDATE")
	}},
	{Name: "removed-framework-cannot-return", Does: "after TEARDOWN the framework's id is refused", Run: func(r *Run) {
		a := r.Subscribe("A", Subscribe(role, principal))
		a.AnyOffer()
		a.Call(J{"type": "TEARDOWN"})
		a.Closed()
		b := r.TrySubscribe("B", Subscribe(role, principal, J{"id": ID(a.FrameworkID)}))
		if b != nil {
			b.Event("ERROR")
			b.Closed()
		}
	}},
	{Name: "roles-change", Does: "UPDATE_FRAMEWORK adds a role, whose offers come; offer constraints keep an agent away", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe("first-role", principal))
		s.Decline(s.AnyOffer(), 3600)
		info := Subscribe("x", principal)["subscribe"].(J)["framework_info"].(J)
		info = With(info, J{"roles": L{"first-role", "second-role"}, "id": ID(s.FrameworkID)})
		s.Call(J{"type": "UPDATE_FRAMEWORK", "update_framework": J{"framework_info": info, "suppressed_roles": L{"first-role"}}})
		o := s.Offer(func(o J) bool { return String(o, "allocation_info", "role") == "second-role" })
		s.Call(J{"type": "UPDATE_FRAMEWORK", "update_framework": J{"framework_info": With(info, J{"principal": "someone"})}})
		s.Call(J{"type": "UPDATE_FRAMEWORK", "update_framework": J{"framework_info": info, "suppressed_roles": L{"first-role"},
			"offer_constraints": J{"role_constraints": J{"second-role": J{"groups": L{J{"attribute_constraints": L{J{"selector": J{"attribute_name": "rack"}, "predicate": J{"text_equals": J{"value": "no-such-rack"}}}}}}}}}}})
		s.Decline(o, 0)
		s.None("OFFERS", 3*time.Second)
	}},
	{Name: "decline-and-acknowledge-nonsense", Does: "calls about things that the master does not know are taken with 202 and do nothing", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		s.Call(J{"type": "DECLINE", "decline": J{"offer_ids": L{ID("no-such-offer")}}})
		s.Call(J{"type": "ACKNOWLEDGE", "acknowledge": J{"agent_id": o["agent_id"], "task_id": ID("no-such-task"), "uuid": "AAAAAAAAAAAAAAAAAAAAAA=="}})
		s.Call(J{"type": "ACKNOWLEDGE", "acknowledge": J{"agent_id": o["agent_id"], "task_id": ID("no-such-task"), "uuid": "AAAA"}})
		s.Call(J{"type": "SHUTDOWN", "shutdown": J{"agent_id": o["agent_id"], "executor_id": ID("no-such-executor")}})
		s.Call(J{"type": "MESSAGE", "message": J{"agent_id": o["agent_id"], "executor_id": ID("no-such-executor"), "data": "AAAA"}})
		s.Call(J{"type": "REVIVE", "revive": J{"roles": L{"not-mine"}}})
		s.Call(J{"type": "SUPPRESS", "suppress": J{"roles": L{"not-mine"}}})
		s.Decline(o, 0)
		s.AnyOffer()
	}},
}
