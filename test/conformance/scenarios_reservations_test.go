package conformance

// reservationsScenarios are about reservations: what RESERVE and UNRESERVE make and refuse.
var reservationsScenarios = []Scenario{
	{Name: "reserve-then-unreserve", Does: "RESERVE moves resources to the role, UNRESERVE gives them back", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 2048, role, principal), Reserved("cpus", 1, role, principal)))
		o = s.Offer(HasReserved("disk", 2048, role))
		s.Accept(o, Unreserve(Reserved("disk", 2048, role, principal), Reserved("cpus", 1, role, principal)))
		s.Offer(NothingReserved)
	}},
	{Name: "reserve-refusals", Does: "what RESERVE does not take", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		for _, c := range []struct {
			name string
			res  J
		}{
			{"other-principal", Reserved("cpus", 1, role, "someone")},
			{"no-principal", Reserved("cpus", 1, role, "")},
			{"other-role", With(Reserved("cpus", 1, "other-role", principal), J{"allocation_info": J{"role": role}})},
			{"too-much", Reserved("cpus", 100000, role, principal)},
			{"static", With(Scalar("cpus", 1, role), J{"reservations": L{J{"type": "STATIC", "role": role}}})},
			{"unreserved", Scalar("cpus", 1, role)},
			{"star", With(Scalar("cpus", 1, role), J{"reservations": L{J{"type": "DYNAMIC", "role": "*", "principal": principal}}})},
			{"persistent", Volume("v1", "data", 256, role, principal)},
			{"unknown", Reserved("unobtainium", 1, role, principal)},
		} {
			r.Note("%s", c.name)
			o := s.AnyOffer()
			op := Reserve(c.res)
			op["id"] = ID("op-" + c.name)
			s.Accept(o, op)
			s.Event("UPDATE_OPERATION_STATUS")
		}
	}},
	{Name: "unreserve-refusals", Does: "what UNRESERVE does not take, a volume first of all", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 1024, role, principal)), Create(Volume("v1", "data", 256, role, principal)))
		for _, c := range []struct {
			name string
			res  J
		}{
			{"volume", Volume("v1", "data", 256, role, principal)},
			{"too-much", Reserved("disk", 1024, role, principal)},
			{"unreserved", Scalar("cpus", 1, role)},
			{"other-role", Reserved("disk", 100, "other-role", principal)},
		} {
			r.Note("%s", c.name)
			o := s.Offer(HasVolume("v1"))
			op := Unreserve(c.res)
			op["id"] = ID("op-" + c.name)
			s.Accept(o, op)
			s.Event("UPDATE_OPERATION_STATUS")
		}
	}},
	{Name: "reservation-labels", Does: "reservations with different labels stay apart", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		labelled := func(mb float64, label string) J {
			return With(Scalar("disk", mb, role), J{"reservations": L{J{"type": "DYNAMIC", "role": role, "principal": principal, "labels": J{"labels": L{J{"key": "pod", "value": label}}}}}})
		}
		s.Accept(s.AnyOffer(), Reserve(labelled(128, "one")), Reserve(labelled(256, "two")), Reserve(labelled(64, "one")))
		s.Offer(func(o J) bool { return !NothingReserved(o) })
	}},
	{Name: "old-reservation-format", Does: "without RESERVATION_REFINEMENT offers and operations use role and reservation", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal, J{"capabilities": L{J{"type": "MULTI_ROLE"}}}))
		o := s.AnyOffer()
		old := J{"name": "disk", "type": "SCALAR", "scalar": J{"value": 512.0}, "role": role, "reservation": J{"principal": principal}, "allocation_info": J{"role": role}}
		v := With(old, J{"disk": J{"persistence": J{"id": "v1", "principal": principal}, "volume": J{"container_path": "data", "mode": "RW"}}})
		s.Accept(o, Reserve(old), Create(v))
		o = s.Offer(HasVolume("v1"))
		s.Accept(o, Destroy(v), Unreserve(old))
		s.Offer(func(o J) bool { return !HasVolume("v1")(o) })
	}},
	{Name: "static-reservation", Does: "statically reserved resources are offered to their role alone, and a volume is created on them without RESERVE", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe("static-role", principal))
		static := func(res J) J {
			return With(res, J{"reservations": L{J{"type": "STATIC", "role": "static-role"}}})
		}
		v := static(Volume("v1", "data", 256, "static-role", principal))
		o := s.AnyOffer()
		s.Accept(o, Create(v), Launch(Task("writer", o, "echo kept > data/file", static(Scalar("cpus", 0.5, "static-role")), static(Scalar("mem", 64, "static-role")), v)))
		s.Skip("writer", "TASK_STARTING")
		s.Skip("writer", "TASK_RUNNING")
		s.Status("writer", "TASK_FINISHED")
		o = s.Offer(HasVolume("v1"))
		op := Unreserve(static(Scalar("disk", 10, "static-role")))
		op["id"] = ID("op-unreserve-static")
		s.Accept(o, op)
		s.Event("UPDATE_OPERATION_STATUS")
	}},
	{Name: "refined-reservation", Does: "a reservation of a child role on top of its parent's, and back", Run: func(r *Run) {
		parent := "parent"
		s := r.Subscribe("A", Subscribe(parent+"/child", principal))
		two := func(name string, amount float64) J {
			return With(Scalar(name, amount, parent+"/child"), J{"reservations": L{
				J{"type": "DYNAMIC", "role": parent},
				J{"type": "DYNAMIC", "role": parent + "/child", "principal": principal}}})
		}
		one := func(name string, amount float64) J {
			return With(Scalar(name, amount, parent+"/child"), J{"reservations": L{J{"type": "DYNAMIC", "role": parent}}})
		}
		o := s.AnyOffer()
		s.Decline(o, 0)
		bare := one("disk", 512)
		delete(bare, "allocation_info")
		r.Form("/reserve", J{"slaveId": String(o, "agent_id", "value"), "resources": L{bare}})
		o = s.Offer(HasReserved("disk", 512, parent))
		s.Accept(o, Reserve(two("disk", 512)))
		o = s.Offer(func(o J) bool {
			for _, res := range Resources(o) {
				if String(res, "reservations", 1, "role") == parent+"/child" {
					return true
				}
			}
			return false
		})
		s.Accept(o, Unreserve(two("disk", 512)))
		s.Offer(HasReserved("disk", 512, parent))
	}},
	{Name: "equal-reservations-merge", Does: "two equal reservations are offered as one; the same volume id may live in two roles", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe("role-a", principal, J{"roles": L{"role-a", "role-b"}}))
		ofRole := func(name string) func(J) bool {
			return func(o J) bool { return String(o, "allocation_info", "role") == name }
		}
		s.Accept(s.Offer(ofRole("role-a")), Reserve(Reserved("disk", 64, "role-a", principal)), Reserve(Reserved("disk", 64, "role-a", principal)), Create(Volume("v1", "data", 32, "role-a", principal)))
		s.Accept(s.Offer(All(ofRole("role-b"), NothingReserved)), Reserve(Reserved("disk", 64, "role-b", principal)), Create(Volume("v1", "data", 64, "role-b", principal)))
		s.Offer(All(ofRole("role-b"), HasVolume("v1")))
	}},
	{Name: "reservation-outlives-framework", Does: "volumes survive TEARDOWN: another framework of the role is offered them", Run: func(r *Run) {
		a := r.Subscribe("A", Subscribe(role, principal))
		a.Accept(a.AnyOffer(), Reserve(Reserved("disk", 256, role, principal)), Create(Volume("v1", "data", 256, role, principal)))
		a.Offer(HasVolume("v1"))
		a.Call(J{"type": "TEARDOWN"})
		a.Closed()
		other := r.Subscribe("other-role", Subscribe("elsewhere", principal))
		o := other.AnyOffer()
		other.Decline(o, 3600)
		b := r.Subscribe("B", Subscribe(role, principal))
		b.Offer(HasVolume("v1"))
	}},
	{Name: "operation-feedback", Does: "operations with ids are answered by OPERATION_FINISHED, and reconciled", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		op := Reserve(Reserved("disk", 512, role, principal))
		op["id"] = ID("op-reserve")
		s.Accept(o, op)
		e := s.Event("UPDATE_OPERATION_STATUS")
		if uuid := Get(e, "update_operation_status", "status", "uuid"); uuid != nil {
			s.Call(J{"type": "ACKNOWLEDGE_OPERATION_STATUS", "acknowledge_operation_status": J{"agent_id": o["agent_id"], "uuid": Get(uuid, "value"), "operation_id": ID("op-reserve")}})
		}
		s.Call(J{"type": "RECONCILE_OPERATIONS", "reconcile_operations": J{"operations": L{J{"operation_id": ID("no-such-operation"), "agent_id": o["agent_id"]}}}})
		s.Event("UPDATE_OPERATION_STATUS")
	}},
}
