package conformance

// tasksScenarios are about tasks: what they find, how they end, what is told of them.
var tasksScenarios = []Scenario{
	{Name: "relaunch-on-same-data", Does: "RESERVE, CREATE and LAUNCH in one ACCEPT; then a second task reads what the first one wrote", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		v := Volume("v1", "data", 256, role, principal)
		cpus, mem := Reserved("cpus", 0.5, role, principal), Reserved("mem", 64, role, principal)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 256, role, principal), cpus, mem), Create(v), Launch(Task("writer", o, "echo kept > data/file", cpus, mem, v)))
		s.Status("writer", "TASK_STARTING")
		s.Status("writer", "TASK_RUNNING")
		s.Status("writer", "TASK_FINISHED")
		o = s.Offer(All(Whole, HasVolume("v1")))
		s.Accept(o, Launch(Task("reader", o, "grep -q kept data/file", cpus, mem, v)))
		s.Status("reader", "TASK_STARTING")
		s.Status("reader", "TASK_RUNNING")
		s.Status("reader", "TASK_FINISHED")
		s.Offer(All(Whole, HasVolume("v1")))
	}},
	{Name: "failing-task-keeps-volume", Does: "a task that fails leaves its volume and data", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		v := Volume("v1", "data", 256, role, principal)
		cpus, mem := Reserved("cpus", 0.5, role, principal), Reserved("mem", 64, role, principal)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 256, role, principal), cpus, mem), Create(v), Launch(Task("crash", o, "echo kept > data/file; exit 3", cpus, mem, v)))
		s.Skip("crash", "TASK_STARTING")
		s.Skip("crash", "TASK_RUNNING")
		s.Status("crash", "TASK_FAILED")
		o = s.Offer(All(Whole, HasVolume("v1")))
		s.Accept(o, Launch(Task("reader", o, "grep -q kept data/file", cpus, mem, v)))
		s.Skip("reader", "TASK_STARTING")
		s.Skip("reader", "TASK_RUNNING")
		s.Status("reader", "TASK_FINISHED")
	}},
	{Name: "kill-task-with-volume", Does: "KILL ends a running task; its volume is offered again", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		v := Volume("v1", "data", 256, role, principal)
		cpus, mem := Reserved("cpus", 0.5, role, principal), Reserved("mem", 64, role, principal)
		o := s.AnyOffer()
		s.Accept(o, Reserve(Reserved("disk", 256, role, principal), cpus, mem), Create(v), Launch(Task("sleeper", o, "sleep 1000", cpus, mem, v)))
		s.Skip("sleeper", "TASK_STARTING")
		s.Skip("sleeper", "TASK_RUNNING")
		s.Call(J{"type": "KILL", "kill": J{"task_id": ID("sleeper")}})
		s.Status("sleeper", "TASK_KILLED")
		s.Offer(All(Whole, HasVolume("v1")))
	}},
	{Name: "failed-operation-drops-launch", Does: "where CREATE fails, the LAUNCH that needs it fails too, and the RESERVE before it stands", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		v := Volume("a/b", "data", 256, role, principal)
		cpus, mem := Reserved("cpus", 0.5, role, principal), Reserved("mem", 64, role, principal)
		s.Accept(o, Reserve(Reserved("disk", 256, role, principal), cpus, mem), Create(v), Launch(Task("t", o, "true", cpus, mem, v)))
		s.Status("t", "TASK_ERROR")
		s.Offer(HasReserved("disk", 256, role))
	}},
	{Name: "launch-refusals", Does: "tasks that the master does not launch, each told with TASK_ERROR or TASK_LOST", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		launch := func(id string, change func(o, t J)) {
			r.Note("%s", id)
			o := s.AnyOffer()
			t := Task(id, o, "true", Scalar("cpus", 0.5, role), Scalar("mem", 64, role))
			change(o, t)
			s.Accept(o, Launch(t))
			s.EventWhere("UPDATE", func(J) bool { return true })
		}
		launch("too-much", func(o, t J) { t["resources"] = L{Scalar("cpus", 100000, role)} })
		launch("no-resources", func(o, t J) { t["resources"] = L{} })
		launch("wrong-agent", func(o, t J) { t["agent_id"] = ID("no-such-agent") })
		launch("slash/in/id", func(o, t J) {})
		launch("no-command", func(o, t J) { delete(t, "command") })
		launch("volume-not-there", func(o, t J) {
			t["resources"] = L{Scalar("cpus", 0.5, role), Scalar("mem", 64, role), Volume("ghost", "data", 64, role, principal)}
		})
	}},
	{Name: "accept-unknown-offer", Does: "ACCEPT of an offer that is gone loses the task and reserves nothing", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		s.Decline(o, 0)
		s.AnyOffer()
		s.Accept(o, Launch(Task("late", o, "true", Scalar("cpus", 0.5, role), Scalar("mem", 64, role))))
		s.Status("late", "TASK_LOST")
		op := Reserve(Reserved("cpus", 1, role, principal))
		op["id"] = ID("op-late")
		s.Accept(o, op)
		s.Event("UPDATE_OPERATION_STATUS")
	}},
	{Name: "reconcile", Does: "explicit and implicit reconciliation", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		s.Accept(o, Launch(Task("sleeper", o, "sleep 1000", Scalar("cpus", 0.5, role), Scalar("mem", 64, role))))
		s.Skip("sleeper", "TASK_STARTING")
		s.Skip("sleeper", "TASK_RUNNING")
		s.Call(J{"type": "RECONCILE", "reconcile": J{"tasks": L{J{"task_id": ID("sleeper"), "agent_id": o["agent_id"]}}}})
		s.Event("UPDATE")
		s.Call(J{"type": "RECONCILE", "reconcile": J{"tasks": L{J{"task_id": ID("unknown"), "agent_id": o["agent_id"]}}}})
		s.Event("UPDATE")
		s.Call(J{"type": "RECONCILE", "reconcile": J{"tasks": L{J{"task_id": ID("unknown-nowhere")}}}})
		s.Event("UPDATE")
		s.Call(J{"type": "RECONCILE", "reconcile": J{"tasks": L{}}})
		s.Event("UPDATE")
		s.Call(J{"type": "KILL", "kill": J{"task_id": ID("unknown")}})
		s.Event("UPDATE")
	}},
	{Name: "unacknowledged-update-is-sent-again", Does: "an update that is not acknowledged comes again after ten seconds", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		s.Accept(o, Launch(Task("t", o, "sleep 1000", Scalar("cpus", 0.5, role), Scalar("mem", 64, role))))
		s.Event("UPDATE")
		s.Event("UPDATE")
	}},
	{Name: "task-environment", Does: "a task starts in its sandbox with the variables that Mesos sets", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		t := Task("env", o, `test "$PWD" = "$MESOS_SANDBOX" && test "$GREETING" = hello && test -f stdout && test -f stderr`, Scalar("cpus", 0.5, role), Scalar("mem", 64, role))
		t["command"].(J)["environment"] = J{"variables": L{J{"name": "GREETING", "value": "hello"}}}
		s.Accept(o, Launch(t))
		s.Skip("env", "TASK_STARTING")
		s.Skip("env", "TASK_RUNNING")
		s.Status("env", "TASK_FINISHED")
	}},
	{Name: "task-group", Does: "LAUNCH_GROUP runs two tasks under the default executor, which share nothing but the executor", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		o := s.AnyOffer()
		executor := J{"type": "DEFAULT", "executor_id": ID("pod"), "framework_id": ID(s.FrameworkID), "resources": L{Scalar("cpus", 0.1, role), Scalar("mem", 32, role), Scalar("disk", 32, role)}}
		group := J{"tasks": L{
			Task("one", o, "sleep 1", Scalar("cpus", 0.2, role), Scalar("mem", 32, role)),
			Task("two", o, "sleep 1", Scalar("cpus", 0.2, role), Scalar("mem", 32, role))}}
		s.Accept(o, J{"type": "LAUNCH_GROUP", "launch_group": J{"executor": executor, "task_group": group}})
		for _, id := range []string{"one", "two"} {
			s.Skip(id, "TASK_STARTING")
			s.Skip(id, "TASK_RUNNING")
			s.Status(id, "TASK_FINISHED")
		}
	}},
	{Name: "task-id-in-use", Does: "a second task with the id of a running one is refused", Run: func(r *Run) {
		s := r.Subscribe("A", Subscribe(role, principal))
		cpus, mem := Scalar("cpus", 0.5, role), Scalar("mem", 64, role)
		o := s.AnyOffer()
		s.Accept(o, Launch(Task("same", o, "sleep 1000", cpus, mem)))
		s.Skip("same", "TASK_STARTING")
		s.Skip("same", "TASK_RUNNING")
		o = s.AnyOffer()
		s.Accept(o, Launch(Task("same", o, "sleep 1000", cpus, mem)))
		s.Status("same", "TASK_ERROR")
	}},
}
