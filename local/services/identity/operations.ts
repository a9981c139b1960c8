// Which permissions each operation needs, and which `target.…` variables it binds.

/**
 * operation[/variant] | permissions: `+` all of, `,` one of, `-` none | names of the target variables | source.
 * A variant is `Target.variant`. `=Name` after it is the operation's name in `request.operation`, where that
 * differs; several are alternatives, as policy tables and SDKs disagree (FN: ListApp, SDK: ListApplications).
 * Sources: docs.oracle.com/iaas/Content/Identity/policyreference/{objectstorage,core,functions,cloudevents,
 * notification,monitoring,conteng,registry,key,iam}policyreference; `local` is our reading where no table
 * speaks. A List never binds the variables of one thing (General_Variables_for_All_Requests).
 */
const TABLE = `
GetNamespace | - | | objectstorage
GetNamespace/compartment | OBJECTSTORAGE_NAMESPACE_READ | | objectstorage
ListBuckets | BUCKET_INSPECT | | objectstorage
HeadBucket | BUCKET_INSPECT | bucket | objectstorage
GetBucket | BUCKET_READ | bucket | objectstorage
CreateBucket | BUCKET_CREATE | bucket | objectstorage
UpdateBucket | BUCKET_UPDATE | bucket | objectstorage
DeleteBucket | BUCKET_DELETE | bucket | objectstorage
ListObjects | OBJECT_INSPECT | bucket | objectstorage
ListObjectVersions | OBJECT_INSPECT | bucket | local
HeadObject | OBJECT_READ , OBJECT_INSPECT | bucket object | objectstorage
GetObject | OBJECT_READ | bucket object | objectstorage
PutObject | OBJECT_CREATE | bucket object | objectstorage
PutObject/overwrite | OBJECT_OVERWRITE | bucket object | objectstorage
DeleteObject | OBJECT_DELETE | bucket object | objectstorage
DeleteObject/version =DeleteObjectVersion | OBJECT_VERSION_DELETE | bucket object | objectstorage
BatchDeleteObjects | OBJECT_DELETE | bucket | local
CreateMultipartUpload | OBJECT_CREATE + OBJECT_OVERWRITE | bucket object | objectstorage
UploadPart | OBJECT_CREATE + OBJECT_OVERWRITE | bucket object | objectstorage
CommitMultipartUpload | OBJECT_CREATE + OBJECT_OVERWRITE | bucket object | objectstorage
AbortMultipartUpload | OBJECT_DELETE | bucket object | objectstorage
ListMultipartUploads | BUCKET_READ | bucket | objectstorage
ListMultipartUploadParts | OBJECT_INSPECT | bucket | objectstorage
RenameObject | OBJECT_CREATE + OBJECT_OVERWRITE | bucket object | objectstorage
CopyObject =CopyObject=CreateCopyRequest | OBJECT_READ + OBJECT_CREATE + OBJECT_OVERWRITE + OBJECT_INSPECT | bucket object | objectstorage
RestoreObjects | OBJECT_RESTORE | bucket object | objectstorage
UpdateObjectStorageTier | OBJECT_UPDATE_TIER | bucket object | local
GetWorkRequest | OBJECT_READ | | objectstorage
ListWorkRequests | OBJECT_INSPECT | | objectstorage
ListWorkRequestErrors | OBJECT_READ | | local
ListWorkRequestLogs | OBJECT_READ | | local
CancelWorkRequest | OBJECT_DELETE | | objectstorage
CreatePreauthenticatedRequest | PAR_MANAGE | bucket | objectstorage
DeletePreauthenticatedRequest | PAR_MANAGE | bucket | objectstorage
GetPreauthenticatedRequest | PAR_MANAGE , BUCKET_READ | bucket | objectstorage
ListPreauthenticatedRequests | PAR_MANAGE , BUCKET_READ | bucket | objectstorage
PutObjectLifecyclePolicy | BUCKET_UPDATE + OBJECT_CREATE + OBJECT_DELETE | bucket | objectstorage
GetObjectLifecyclePolicy | BUCKET_READ | bucket | objectstorage
DeleteObjectLifecyclePolicy | BUCKET_UPDATE | bucket | objectstorage
CreateInstanceAgentCommand | INSTANCE_AGENT_COMMAND_CREATE | instance | core
CancelInstanceAgentCommand | INSTANCE_AGENT_COMMAND_DELETE | instance | core
GetInstanceAgentCommand | INSTANCE_AGENT_COMMAND_READ | instance | core
GetInstanceAgentCommandExecution | INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT | instance | core
ListInstanceAgentCommandExecutions | INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT | instance | core
ListInstanceAgentCommands | INSTANCE_AGENT_COMMAND_INSPECT | | core
GetInstanceAgentPlugin | INSTANCE_AGENT_PLUGIN_READ | instance | core
ListInstanceAgentPlugins | INSTANCE_AGENT_PLUGIN_INSPECT | instance | core
ListInstanceagentAvailablePlugins | INSTANCE_AGENT_PLUGIN_INSPECT | | core
PollInstanceAgentCommands | LOCAL_INSTANCE_AGENT_COMMAND_POLL | instance | local
GetInstance | INSTANCE_READ | instance | core
ListInstances | INSTANCE_READ | | core
InstanceAction | INSTANCE_POWER_ACTIONS | instance | core
UpdateInstance | INSTANCE_UPDATE | instance | core
ListApplications =ListApplications=ListApp | FN_APP_LIST | | functions
GetApplication =GetApplication=GetApp | FN_APP_READ | app | functions
UpdateApplication =UpdateApplication=UpdateApp | FN_APP_UPDATE | app | functions
ListFunctions | FN_FUNCTION_LIST | | functions
GetFunction | FN_FUNCTION_READ | function app | functions
UpdateFunction | FN_FUNCTION_UPDATE | function app | functions
InvokeFunction | FN_INVOCATION | function app | functions
ListRules | EVENTRULE_LIST | | cloudevents
GetRule | EVENTRULE_READ | | cloudevents
UpdateRule | EVENTRULE_MODIFY | | cloudevents
CreateRule | EVENTRULE_CREATE | | cloudevents
DeleteRule | EVENTRULE_DELETE | | cloudevents
PublishMessage | ONS_TOPIC_PUBLISH | | notification
GetTopic | ONS_TOPIC_READ | | notification
ListTopics | ONS_TOPIC_INSPECT | | notification
UpdateTopic | ONS_TOPIC_UPDATE | | notification
CreateSubscription | ONS_TOPIC_SUBSCRIBE | | notification
GetSubscription | ONS_TOPIC_SUBSCRIBE | | notification
UpdateSubscription | ONS_TOPIC_SUBSCRIBE | | notification
DeleteSubscription | ONS_TOPIC_SUBSCRIBE | | notification
ListSubscriptions | ONS_SUBSCRIPTION_INSPECT | | notification
ListAlarms | ALARM_INSPECT | | monitoring
ListAlarmsStatus | ALARM_INSPECT | | monitoring
GetAlarm | ALARM_READ + METRIC_READ | metrics.namespace | monitoring
GetAlarmHistory | ALARM_READ | | monitoring
CreateAlarm | ALARM_CREATE + METRIC_READ | metrics.namespace | monitoring
UpdateAlarm | ALARM_UPDATE + METRIC_READ | metrics.namespace | monitoring
PostMetricData | METRIC_WRITE | metrics.namespace | monitoring
ListMetrics | METRIC_INSPECT | metrics.namespace | monitoring
SummarizeMetricsData | METRIC_INSPECT + METRIC_READ | metrics.namespace | monitoring
ListClusters | CLUSTER_INSPECT | | conteng
GetCluster | CLUSTER_READ | cluster | conteng
CreateKubeconfig | CLUSTER_USE | cluster | conteng
UseCluster | CLUSTER_USE | cluster | conteng
AdministerK8s | CLUSTER_MANAGE | cluster | conteng
PullImage | REPOSITORY_READ | repo | registry
PushImage | REPOSITORY_READ + REPOSITORY_UPDATE | repo | registry
PushImage/create | REPOSITORY_READ + REPOSITORY_UPDATE + REPOSITORY_CREATE | repo | registry
ListContainerRepositories | REPOSITORY_INSPECT | | registry
ListContainerImages | REPOSITORY_INSPECT | | registry
ListContainerImageSignatures | REPOSITORY_INSPECT | | registry
GetContainerConfiguration | REPOSITORY_INSPECT | | registry
GetContainerRepository | REPOSITORY_READ | repo | registry
GetContainerImage | REPOSITORY_READ | repo | registry
LookupContainerImageByUri | REPOSITORY_READ | repo | local
RemoveContainerVersion | REPOSITORY_UPDATE | repo | registry
DeleteContainerImage | REPOSITORY_UPDATE | repo | registry
RestoreContainerImage | REPOSITORY_UPDATE | repo | registry
CreateContainerRepository | REPOSITORY_CREATE | | registry
UpdateContainerRepository | REPOSITORY_MANAGE | repo | registry
DeleteContainerRepository | REPOSITORY_DELETE | repo | registry
GetSecretBundle | SECRET_BUNDLE_READ | secret vault | key
GetSecretBundleByName | SECRET_BUNDLE_READ | secret vault | key
ListSecretBundles | SECRET_BUNDLE_INSPECT | | key
ListSecrets | SECRET_INSPECT | | key
GetSecret | SECRET_READ | secret vault | key
ListDynamicGroups | DYNAMIC_GROUP_INSPECT | | iam
GetDynamicGroup | DYNAMIC_GROUP_INSPECT | dynamicgroup | iam
ListPolicies | POLICY_READ | | iam
GetPolicy | POLICY_READ | policy | iam
ListCompartments | COMPARTMENT_INSPECT | | iam
GetCompartment | COMPARTMENT_INSPECT | | iam
ListAvailabilityDomains | COMPARTMENT_INSPECT | | iam
GetTenancy | TENANCY_INSPECT | | iam
ListRegions | TENANCY_INSPECT | | iam
ListRegionSubscriptions | TENANCY_INSPECT | | iam
ListUsers | USER_INSPECT | | iam
GetUser | USER_INSPECT | user | iam
AddUserToGroup | GROUP_UPDATE + USER_UPDATE | group user | iam
ListGroups | GROUP_INSPECT | | iam
GetGroup | GROUP_INSPECT | group | iam
ListUserGroupMemberships | GROUP_INSPECT + USER_INSPECT | | iam
ListLogGroups | LOG_GROUP_INSPECT | | logging
SearchLogs | LOG_CONTENT_READ | loggroup | logging
PutLogs | LOG_CONTENT_PUSH | loggroup | local
ListSchedules | RESOURCE_SCHEDULE_INSPECT | | scheduler
GetSchedule | RESOURCE_SCHEDULE_READ | | scheduler
RunSchedule | FN_FUNCTION_READ + FN_INVOCATION | function app | local
`;

export interface Operation {
  /** Every clause must be granted; a clause is granted when one of its alternatives is. */
  readonly clauses: readonly (readonly string[])[];
  /** What `request.operation` may be called in a condition. */
  readonly names: readonly string[];
  /** Beginnings of the `target.…` variables that apply, such as `target.bucket.`. */
  readonly targets: readonly string[];
}

/** By `operation` and `operation/variant`. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(TABLE.trim().split('\n').map(parseRow));

function parseRow(row: string): [string, Operation] {
  const [called = '', needs = '', targets = ''] = row.split('|').map((cell) => cell.trim());
  const [key = '', names = ''] = called.split(' ');
  const own = key.split('/', 1)[0] ?? key;
  return [
    key,
    {
      clauses: needs === '-' ? [] : needs.split(' + ').map((clause) => clause.split(' , ')),
      names: names === '' ? [own] : names.split('=').slice(1),
      targets: targets === '' ? [] : targets.split(' ').map((word) => `target.${word}`),
    },
  ];
}
