package conformance

// volumesScenarios are about volumes: what CREATE, DESTROY, GROW_VOLUME and SHRINK_VOLUME make and refuse.
var volumesScenarios = []Scenario{
	{Name: "create-then-destroy", Does: "the seed document's walk: reserved disk, CREATE, the volume in the next offer, DESTROY, reserved disk again", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 2048, role, principal)))
		s.Accept(s.Offer(HasReserved("disk", 2048, role)), Create(Volume("v1", "data", 2048, role, principal)))
		s.Accept(s.Offer(HasVolume("v1")), Destroy(Volume("v1", "data", 2048, role, principal)))
		s.Offer(HasReserved("disk", 2048, role))
	}},
	{Name: "create-part-of-reserved", Does: "CREATE from part of the reserved disk leaves the rest reserved", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 2048, role, principal)), Create(Volume("v1", "data", 512, role, principal)))
		s.Offer(HasVolume("v1"))
	}},
	{Name: "create-refusals", Does: "volumes that the master does not create; the offer comes back unchanged", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal, J{"capabilities": L{J{"type": "MULTI_ROLE"}, J{"type": "RESERVATION_REFINEMENT"}}}))
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 1024, role, principal)))
		good := Volume("v1", "data", 512, role, principal)
		for _, c := range []struct {
			name   string
			volume J
		}{
			{"unreserved", With(With(Scalar("disk", 512, role), J{"disk": good["disk"]}), J{})},
			{"no-persistence", With(good, J{"disk": J{"volume": J{"container_path": "data", "mode": "RW"}}})},
			{"no-volume", With(good, J{"disk": J{"persistence": J{"id": "v1", "principal": principal}}})},
			{"read-only", With(good, J{"disk": J{"persistence": J{"id": "v1", "principal": principal}, "volume": J{"container_path": "data", "mode": "RO"}}})},
			{"host-path", With(good, J{"disk": J{"persistence": J{"id": "v1", "principal": principal}, "volume": J{"container_path": "data", "host_path": "/tmp/x", "mode": "RW"}}})},
			{"slash-in-id", Volume("a/b", "data", 512, role, principal)},
			{"dot-dot-id", Volume("..", "data", 512, role, principal)},
			{"empty-id", Volume("", "data", 512, role, principal)},
			{"other-principal", With(good, J{"disk": J{"persistence": J{"id": "v1", "principal": "someone"}, "volume": J{"container_path": "data", "mode": "RW"}}})},
			{"too-large", Volume("v1", "data", 4096, role, principal)},
			{"not-disk", With(good, J{"name": "mem"})},
			{"negative", Volume("v1", "data", -5, role, principal)},
			{"other-role", Volume("v1", "data", 512, "other-role", principal)},
		} {
			r.Note("%s", c.name)
			o := s.Offer(func(o J) bool { return HasReserved("disk", 1024, role)(o) })
			op := Create(c.volume)
			op["id"] = ID("op-" + c.name)
			s.Accept(o, op)
			s.Event("UPDATE_OPERATION_STATUS")
		}
	}},
	{Name: "duplicate-volume-id", Does: "a second volume of the same id on the agent is refused", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 1024, role, principal)), Create(Volume("v1", "data", 256, role, principal)))
		o := s.Offer(HasVolume("v1"))
		op := Create(Volume("v1", "other", 256, role, principal))
		op["id"] = ID("op-again")
		s.Accept(o, op)
		s.Event("UPDATE_OPERATION_STATUS")
		s.Offer(HasVolume("v1"))
	}},
	{Name: "volume-id-with-space", Does: "a space in a persistence id is taken", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 64, role, principal)), Create(Volume("a b", "data", 64, role, principal)))
		s.Offer(HasVolume("a b"))
	}},
	{Name: "grow-and-shrink", Does: "GROW_VOLUME and SHRINK_VOLUME change a volume's size and keep its data", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		v := Volume("v1", "data", 256, role, principal)
		cpus, mem := Reserved("cpus", 0.5, role, principal), Reserved("mem", 64, role, principal)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 1024, role, principal), cpus, mem), Create(v), Launch(Task("writer", o, "echo kept > data/file", cpus, mem, v)))
		s.Skip("writer", "TASK_STARTING")
		s.Skip("writer", "TASK_RUNNING")
		s.Skip("writer", "TASK_FINISHED")
		o = s.Offer(All(Whole, HasVolume("v1")))
		s.Accept(o, Grow(v, Reserved("disk", 256, role, principal)))
		size := func(mb float64) func(J) bool {
			return func(o J) bool {
				for _, res := range Resources(o) {
					if String(res, "disk", "persistence", "id") == "v1" && Get(res, "scalar", "value") == mb {
						return true
					}
				}
				return false
			}
		}
		o = s.Offer(size(512))
		s.Accept(o, Shrink(Volume("v1", "data", 512, role, principal), 384))
		o = s.Offer(size(128))
		s.Accept(o, Launch(Task("reader", o, "grep -q kept data/file", cpus, mem, Volume("v1", "data", 128, role, principal))))
		s.Skip("reader", "TASK_STARTING")
		s.Skip("reader", "TASK_RUNNING")
		s.Status("reader", "TASK_FINISHED")
	}},
	{Name: "grow-and-shrink-refusals", Does: "resizes that the master does not do", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		v := Volume("v1", "data", 256, role, principal)
		s.Accept(s.AnyOffer(), Reserve(Reserved("disk", 512, role, principal)), Create(v))
		for _, c := range []struct {
			name string
			op   J
		}{
			{"grow-by-too-much", Grow(v, Reserved("disk", 9999, role, principal))},
			{"grow-by-unreserved", Grow(v, Scalar("disk", 10, role))},
			{"grow-no-volume", Grow(Reserved("disk", 100, role, principal), Reserved("disk", 10, role, principal))},
			{"shrink-to-nothing", Shrink(v, 256)},
			{"shrink-by-negative", Shrink(v, -1)},
			{"shrink-by-zero", Shrink(v, 0)},
			{"shrink-no-volume", Shrink(Reserved("disk", 100, role, principal), 10)},
		} {
			r.Note("%s", c.name)
			o := s.Offer(HasVolume("v1"))
			c.op["id"] = ID("op-" + c.name)
			s.Accept(o, c.op)
			s.Event("UPDATE_OPERATION_STATUS")
		}
	}},
	{Name: "shared-volume", Does: "a shared volume is offered while in use, and two tasks hold it at once", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal, J{"capabilities": L{J{"type": "MULTI_ROLE"}, J{"type": "RESERVATION_REFINEMENT"}, J{"type": "SHARED_RESOURCES"}}}))
		v := With(Volume("v1", "data", 256, role, principal), J{"shared": J{}})
		cpus, mem := Scalar("cpus", 0.5, role), Scalar("mem", 64, role)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 256, role, principal)), Create(v), Launch(Task("first", o, "echo kept > data/file; sleep 1000", cpus, mem, v)))
		s.Skip("first", "TASK_STARTING")
		s.Skip("first", "TASK_RUNNING")
		o = s.Offer(HasVolume("v1"))
		op := Destroy(v)
		op["id"] = ID("op-destroy-in-use")
		s.Accept(o, op)
		s.Event("UPDATE_OPERATION_STATUS")
		o = s.Offer(HasVolume("v1"))
		s.Accept(o, Launch(Task("second", o, "grep -q kept data/file", cpus, mem, v)))
		s.Skip("second", "TASK_STARTING")
		s.Skip("second", "TASK_RUNNING")
		s.Status("second", "TASK_FINISHED")
		s.Call(J{"type": "KILL", "kill": J{"task_id": ID("first")}})
		s.Status("first", "TASK_KILLED")
	}},
	{Name: "path-disk", Does: "part of a PATH disk is reserved and becomes a volume", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		source, _ := r.Source(o, "PATH")
		cpus, mem := Scalar("cpus", 0.5, role), Scalar("mem", 64, role)
		v := OnDisk(Volume("v1", "data", 256, role, principal), source)
		s.Accept(o, Reserve(OnDisk(Reserved("disk", 256, role, principal), source)), Create(v), Launch(Task("writer", o, "echo kept > data/file", cpus, mem, v)))
		s.Skip("writer", "TASK_STARTING")
		s.Skip("writer", "TASK_RUNNING")
		s.Skip("writer", "TASK_FINISHED")
		o = s.Offer(All(Whole, HasVolume("v1")))
		s.Accept(o, Launch(Task("reader", o, "grep -q kept data/file", cpus, mem, v)))
		s.Skip("reader", "TASK_STARTING")
		s.Skip("reader", "TASK_RUNNING")
		s.Status("reader", "TASK_FINISHED")
	}},
	{Name: "mount-disk", Does: "a MOUNT disk is taken whole or not at all", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		source, size := r.Source(o, "MOUNT")
		op := Reserve(OnDisk(Reserved("disk", 256, role, principal), source))
		op["id"] = ID("op-part")
		s.Accept(o, op)
		s.Event("UPDATE_OPERATION_STATUS")
		o = s.AnyOffer()
		s.Accept(o, Reserve(OnDisk(Reserved("disk", size, role, principal), source)), Create(OnDisk(Volume("v1", "data", size, role, principal), source)))
		s.Offer(HasVolume("v1"))
	}},
	{Name: "destroy-in-use", Does: "a volume that a task holds can't be destroyed, by the operator either", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		v := Volume("v1", "data", 256, role, principal)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 256, role, principal)), Create(v), Launch(Task("sleeper", o, "sleep 1000", Scalar("cpus", 0.5, role), Scalar("mem", 64, role), v)))
		s.Skip("sleeper", "TASK_STARTING")
		s.Skip("sleeper", "TASK_RUNNING")
		plain := With(v, J{})
		delete(plain, "allocation_info")
		r.Form("/destroy-volumes", J{"slaveId": String(o, "agent_id", "value"), "volumes": L{plain}})
		r.Operator(J{"type": "DESTROY_VOLUMES", "destroy_volumes": J{"agent_id": o["agent_id"], "volumes": L{plain}}})
		s.Call(J{"type": "KILL", "kill": J{"task_id": ID("sleeper"), "agent_id": o["agent_id"]}})
		s.Status("sleeper", "TASK_KILLED")
	}},
	{Name: "two-volumes-one-task", Does: "a task holds two volumes; the same container path twice is refused", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		cpus, mem := Scalar("cpus", 0.5, role), Scalar("mem", 64, role)
		a, b, c := Volume("va", "data", 64, role, principal), Volume("vb", "log", 64, role, principal), Volume("vc", "data", 64, role, principal)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 192, role, principal)), Create(a, b, c), Launch(Task("both", o, "test -d data && test -d log && test ! -e nothing", cpus, mem, a, b)))
		s.Skip("both", "TASK_STARTING")
		s.Skip("both", "TASK_RUNNING")
		s.Status("both", "TASK_FINISHED")
		o = s.Offer(All(Whole, HasVolume("va"), HasVolume("vc")))
		s.Accept(o, Launch(Task("clash", o, "true", cpus, mem, a, c)))
		s.EventWhere("UPDATE", func(e J) bool { return String(e, "update", "status", "state") != "TASK_STARTING" })
	}},
}
