package authorize

// An Action is what somebody wants to do, by the name that a master prints.
type Action string

// The actions that are judged.
const (
	RegisterFramework         Action = "REGISTER_FRAMEWORK"
	RunTask                   Action = "RUN_TASK"
	ReserveResources          Action = "RESERVE_RESOURCES"
	UnreserveResources        Action = "UNRESERVE_RESOURCES"
	CreateVolume              Action = "CREATE_VOLUME"
	DestroyVolume             Action = "DESTROY_VOLUME"
	ResizeVolume              Action = "RESIZE_VOLUME"
	CreateBlockDisk           Action = "CREATE_BLOCK_DISK"
	CreateMountDisk           Action = "CREATE_MOUNT_DISK"
	DestroyBlockDisk          Action = "DESTROY_BLOCK_DISK"
	DestroyMountDisk          Action = "DESTROY_MOUNT_DISK"
	DestroyRawDisk            Action = "DESTROY_RAW_DISK"
	TeardownFramework         Action = "TEARDOWN_FRAMEWORK"
	UpdateWeight              Action = "UPDATE_WEIGHT"
	GetQuota                  Action = "GET_QUOTA"
	UpdateQuota               Action = "UPDATE_QUOTA"
	ViewFramework             Action = "VIEW_FRAMEWORK"
	ViewTask                  Action = "VIEW_TASK"
	ViewExecutor              Action = "VIEW_EXECUTOR"
	ViewRole                  Action = "VIEW_ROLE"
	ViewFlags                 Action = "VIEW_FLAGS"
	GetEndpoint               Action = "GET_ENDPOINT_WITH_PATH"
	SetLogLevel               Action = "SET_LOG_LEVEL"
	UpdateMaintenanceSchedule Action = "UPDATE_MAINTENANCE_SCHEDULE"
	GetMaintenanceSchedule    Action = "GET_MAINTENANCE_SCHEDULE"
	StartMaintenance          Action = "START_MAINTENANCE"
	StopMaintenance           Action = "STOP_MAINTENANCE"
	GetMaintenanceStatus      Action = "GET_MAINTENANCE_STATUS"
	DrainAgent                Action = "DRAIN_AGENT"
	DeactivateAgent           Action = "DEACTIVATE_AGENT"
	ReactivateAgent           Action = "REACTIVATE_AGENT"
	MarkAgentGone             Action = "MARK_AGENT_GONE"
)

// list is one list of the JSON: whose action it decides, and how its entries call the object.
type list struct {
	action Action // empty: nobody asks
	object string
}

// lists are all that a master knows, by name.
var lists = map[string]list{
	"register_frameworks":          {RegisterFramework, "roles"},
	"run_tasks":                    {RunTask, "users"},
	"reserve_resources":            {ReserveResources, "roles"},
	"unreserve_resources":          {UnreserveResources, "reserver_principals"},
	"create_volumes":               {CreateVolume, "roles"},
	"destroy_volumes":              {DestroyVolume, "creator_principals"},
	"resize_volumes":               {ResizeVolume, "roles"},
	"create_block_disks":           {CreateBlockDisk, "roles"},
	"create_mount_disks":           {CreateMountDisk, "roles"},
	"destroy_block_disks":          {DestroyBlockDisk, "roles"},
	"destroy_mount_disks":          {DestroyMountDisk, "roles"},
	"destroy_raw_disks":            {DestroyRawDisk, "roles"},
	"teardown_frameworks":          {TeardownFramework, "framework_principals"},
	"update_weights":               {UpdateWeight, "roles"},
	"get_quotas":                   {GetQuota, "roles"},
	"update_quotas":                {UpdateQuota, "roles"},
	"view_frameworks":              {ViewFramework, "users"},
	"view_tasks":                   {ViewTask, "users"},
	"view_executors":               {ViewExecutor, "users"},
	"view_roles":                   {ViewRole, "roles"},
	"view_flags":                   {ViewFlags, "flags"},
	"get_endpoints":                {GetEndpoint, "paths"},
	"set_log_level":                {SetLogLevel, "level"},
	"update_maintenance_schedules": {UpdateMaintenanceSchedule, "machines"},
	"get_maintenance_schedules":    {GetMaintenanceSchedule, "machines"},
	"start_maintenances":           {StartMaintenance, "machines"},
	"stop_maintenances":            {StopMaintenance, "machines"},
	"get_maintenance_statuses":     {GetMaintenanceStatus, "machines"},
	"drain_agents":                 {DrainAgent, "agents"},
	"deactivate_agents":            {DeactivateAgent, "agents"},
	"reactivate_agents":            {ReactivateAgent, "agents"},
	"mark_agents_gone":             {MarkAgentGone, "agents"},

	"register_agents":                                         {"", "agents"},
	"access_sandboxes":                                        {"", "users"},
	"access_mesos_logs":                                       {"", "logs"},
	"launch_nested_containers_as_user":                        {"", "users"},
	"launch_nested_containers_under_parent_with_user":         {"", "users"},
	"kill_nested_containers":                                  {"", "users"},
	"wait_nested_containers":                                  {"", "users"},
	"launch_nested_container_sessions_as_user":                {"", "users"},
	"launch_nested_container_sessions_under_parent_with_user": {"", "users"},
	"attach_containers_input":                                 {"", "users"},
	"attach_containers_output":                                {"", "users"},
	"view_containers":                                         {"", "users"},
	"remove_nested_containers":                                {"", "users"},
	"launch_standalone_containers":                            {"", "users"},
	"kill_standalone_containers":                              {"", "users"},
	"wait_standalone_containers":                              {"", "users"},
	"remove_standalone_containers":                            {"", "users"},
	"view_standalone_containers":                              {"", "users"},
	"modify_resource_provider_configs":                        {"", "resource_providers"},
	"mark_resource_providers_gone":                            {"", "resource_providers"},
	"view_resource_providers":                                 {"", "resource_providers"},
	"prune_images":                                            {"", "images"},
}
