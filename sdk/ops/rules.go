package ops

import "errors"

// The rules that a step can break; every [*Error] is one of them for errors.Is.
var (
	// ErrOffers: the offers can't be accepted together: none, one twice, or of several agents, roles or
	// frameworks (semantics 3.2).
	ErrOffers = errors.New("ops: offers can't be combined")
	// ErrNothing: the step names nothing to do something with.
	ErrNothing = errors.New("ops: nothing to do")
	// ErrOperation: an operation made by hand has no known type, lacks the member of its type, or uses what
	// only operators may (semantics 3.3).
	ErrOperation = errors.New("ops: not an operation that a master takes")
	// ErrOperationID: an id on LAUNCH or LAUNCH_GROUP, or the same id twice (semantics 3.3, 3.15).
	ErrOperationID = errors.New("ops: bad operation id")

	// ErrResource: a resource is not valid by itself (semantics 2.2, 2.3).
	ErrResource = errors.New("ops: invalid resource")
	// ErrZero: an amount is 0, negative, or rounds to 0 in thousandths; or there are no ranges or items. Some such
	// operations kill the master.
	ErrZero = errors.New("ops: empty resource")
	// ErrNumber: a number is infinite, not a number, or above 1e12.
	ErrNumber = errors.New("ops: number out of range")
	// ErrRevocable: revocable resources where none may be, or mixed with others (semantics 2.3, 3.10).
	ErrRevocable = errors.New("ops: revocable resource")
	// ErrProvider: resources of several resource providers in one operation, or of one where only the agent's own
	// are supported (semantics 3.4, 3.8).
	ErrProvider = errors.New("ops: wrong resource provider")
	// ErrNotContained: what the step needs is not in what the offers and the steps before left (semantics 2.8).
	ErrNotContained = errors.New("ops: not in what is left of the offers")
	// ErrMountWhole: part of a disk that is only taken whole, such as a MOUNT disk (semantics 2.4).
	ErrMountWhole = errors.New("ops: the disk is only taken whole")

	// ErrRole: a role that is invalid, not the offers', or not a refinement of the one it is put on (semantics 3.4).
	ErrRole = errors.New("ops: wrong role")
	// ErrPrincipal: the framework's principal is missing or another one is given (semantics 8.2).
	ErrPrincipal = errors.New("ops: wrong principal")
	// ErrNotDynamic: RESERVE or UNRESERVE of what is not dynamically reserved (semantics 3.4, 3.5).
	ErrNotDynamic = errors.New("ops: not dynamically reserved")

	// ErrVolume: something else than a persistent volume where one is needed, or one where none may be.
	ErrVolume = errors.New("ops: wrong use of a volume")
	// ErrDuplicateVolume: a persistence id that the agent has already for this role, or the same volume twice
	// (semantics 3.6).
	ErrDuplicateVolume = errors.New("ops: persistence id is not unique")
	// ErrVolumeInUse: a volume that a task launched by an earlier step uses (semantics 3.7).
	ErrVolumeInUse = errors.New("ops: the volume is in use")
	// ErrShared: a shared volume where only others may be, or with more copies than the step can take
	// (semantics 3.7, 3.8, 3.12).
	ErrShared = errors.New("ops: wrong use of a shared volume")
	// ErrResized: a volume that an earlier step resized; it can be used again when a later offer has it
	// (semantics 3.8).
	ErrResized = errors.New("ops: the volume was resized by an earlier step")
	// ErrSize: a volume can't be resized to this size (semantics 3.8).
	ErrSize = errors.New("ops: wrong size")
	// ErrIncompatible: the addition to a volume is not of the disk that the volume is on (semantics 3.8).
	ErrIncompatible = errors.New("ops: volume and addition are of different disks")
	// ErrContainerPath: a volume would not appear in the sandbox, or not alone at its place (semantics 4.3).
	ErrContainerPath = errors.New("ops: bad container path")
	// ErrDisk: a disk of the wrong type for the step (semantics 3.9, 4.1).
	ErrDisk = errors.New("ops: wrong disk")

	// ErrTaskID: an invalid id of a task (semantics 1.10).
	ErrTaskID = errors.New("ops: invalid task id")
	// ErrDuplicateTask: a task of this id is launched by this chain already.
	ErrDuplicateTask = errors.New("ops: duplicate task")
	// ErrAgent: a task for another agent than the offers'.
	ErrAgent = errors.New("ops: wrong agent")
	// ErrNoResources: a task without resources.
	ErrNoResources = errors.New("ops: task uses no resources")
	// ErrOverlap: ports or items of a set that task and executor, or tasks of a group, both use.
	ErrOverlap = errors.New("ops: resources overlap")
	// ErrDuration: a negative grace period or completion time.
	ErrDuration = errors.New("ops: negative duration")
	// ErrCheck: an invalid check or health check.
	ErrCheck = errors.New("ops: invalid check")
	// ErrEnvironment: an invalid environment variable.
	ErrEnvironment = errors.New("ops: invalid environment")
	// ErrContainer: an invalid ContainerInfo.
	ErrContainer = errors.New("ops: invalid container")
	// ErrLimits: invalid resource limits, or a share_cgroups that doesn't go with them.
	ErrLimits = errors.New("ops: invalid limits")
	// ErrCommand: a task with both a command and an executor, or with neither.
	ErrCommand = errors.New("ops: task needs a command or an executor")
	// ErrExecutor: an invalid executor (semantics 3.11, 3.12).
	ErrExecutor = errors.New("ops: invalid executor")
)
