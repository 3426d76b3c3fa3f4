package validate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gogo/protobuf/proto"

	"github.com/stateful-mesos/moor/sdk/mesos"
	"github.com/stateful-mesos/moor/sdk/resource"
)

// executor does the checks of semantics 3.11.
func executor(e *mesos.ExecutorInfo, c *TaskContext) error {
	return first(
		func() error { return executorType(e) },
		func() error { return mesos.ValidateID(e.ExecutorID.Value) },
		func() error {
			if e.ShutdownGracePeriod != nil && e.ShutdownGracePeriod.Nanoseconds < 0 {
				return errors.New("ExecutorInfo's 'shutdown_grace_period' must be non-negative")
			}
			return nil
		},
		func() error { return wrap("Executor's `CommandInfo` is invalid: ", command(e.Command)) },
		func() error { return wrap("Executor's `ContainerInfo` is invalid: ", container(e.Container)) },
		func() error { return executorFramework(e, c) },
		func() error { return wrap("Executor uses invalid resources: ", resources(e.Resources)) },
		func() error {
			return wrap("Executor uses duplicate persistence ID: ", uniqueVolumes(merged(e.Resources)))
		},
		func() error { return wrap("Invalid executor resources: ", singleRole(e.Resources)) },
		func() error {
			return wrap("Executor mixes revocable and non-revocable resources: ", mixedRevocable(e.Resources))
		},
		func() error { return compatible(e, c) },
	)
}

func executorType(e *mesos.ExecutorInfo) error {
	if e.Type == nil {
		return nil
	}
	switch *e.Type {
	case mesos.ExecutorInfo_DEFAULT:
		if e.Command != nil {
			return errors.New("'ExecutorInfo.command' must not be set for 'DEFAULT' executor")
		}
		if e.Container == nil {
			return nil
		}
		if e.Container.Type == nil || *e.Container.Type != mesos.ContainerInfo_MESOS {
			return errors.New("'ExecutorInfo.container.type' must be 'MESOS' for 'DEFAULT' executor")
		}
		if e.Container.Mesos != nil && e.Container.Mesos.Image != nil {
			return errors.New("'ExecutorInfo.container.mesos.image' must not be set for 'DEFAULT' executor")
		}
	case mesos.ExecutorInfo_CUSTOM:
		if e.Command == nil {
			return errors.New("'ExecutorInfo.command' must be set for 'CUSTOM' executor")
		}
	}
	return nil
}

func executorFramework(e *mesos.ExecutorInfo, c *TaskContext) error {
	if e.FrameworkID == nil {
		return errors.New("'ExecutorInfo.framework_id' must be set")
	}
	if e.FrameworkID.Value != c.FrameworkID {
		return fmt.Errorf("ExecutorInfo has an invalid FrameworkID (Actual: %s vs Expected: %s)", e.FrameworkID.Value, c.FrameworkID)
	}
	return nil
}

// compatible checks that a running executor of the same id is the same in every respect.
func compatible(e *mesos.ExecutorInfo, c *TaskContext) error {
	existing := c.Executor(e.ExecutorID.Value)
	if existing == nil || sameExecutor(existing, e) {
		return nil
	}
	rule := strings.Repeat("-", 60) + "\n"
	return errors.New("ExecutorInfo is not compatible with existing ExecutorInfo with same ExecutorID.\n" +
		rule + "Existing ExecutorInfo:\n" + proto.MarshalTextString(existing) + "\n" +
		rule + "ExecutorInfo:\n" + proto.MarshalTextString(e) + "\n" + rule)
}

// sameExecutor compares resources as amounts, and the rest field by field.
func sameExecutor(a, b *mesos.ExecutorInfo) bool {
	x, y := *a, *b
	x.Resources, y.Resources = nil, nil
	return resource.Set(a.Resources).Equal(b.Resources) && proto.Equal(&x, &y)
}

// customExecutor follows row 14 of semantics 3.10.
func customExecutor(e *mesos.ExecutorInfo, c *TaskContext) error {
	if err := executor(e, c); err != nil {
		return err
	}
	if e.Type != nil && *e.Type != mesos.ExecutorInfo_CUSTOM {
		return errors.New("'ExecutorInfo.type' must be 'CUSTOM'")
	}
	if e.Command == nil {
		return errors.New("'ExecutorInfo.command' must be set")
	}
	for i := range e.Resources {
		if resource.IsShared(&e.Resources[i]) {
			return fmt.Errorf("Executor resources %s should not contain any shared resources", sum(e.Resources))
		}
	}
	return executorCgroups(e)
}

func executorCgroups(e *mesos.ExecutorInfo) error {
	if linux := e.Container.GetLinuxInfo(); linux != nil && linux.ShareCgroups != nil && *linux.ShareCgroups {
		return errors.New("The 'share_cgroups' field cannot be set to 'true' on executor containers")
	}
	return nil
}
