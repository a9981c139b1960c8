// IAM resource types: what each verb adds, and the family a type belongs to.

/** Verbs from the weakest to the strongest; each includes those before it (policieshow/Verbs). */
export const VERBS = ['inspect', 'read', 'use', 'manage'] as const;
export type Verb = (typeof VERBS)[number];

/** Made up here: the agent's side of Run Command is in no policy table, only in recipes (Compute/Tasks/instances). */
export const AGENT_POLL = 'LOCAL_INSTANCE_AGENT_COMMAND_POLL';

/**
 * type | family | inspect | read adds | use adds | manage adds | source.
 * The source is a page of docs.oracle.com/iaas/Content/Identity/policyreference/, or the page of a recipe.
 */
const TABLE = `
objectstorage-namespaces | object-family | - | - | - | OBJECTSTORAGE_NAMESPACE_READ OBJECTSTORAGE_NAMESPACE_UPDATE | objectstoragepolicyreference
buckets | object-family | BUCKET_INSPECT | BUCKET_READ | BUCKET_UPDATE | BUCKET_CREATE BUCKET_DELETE PAR_MANAGE RETENTION_RULE_MANAGE RETENTION_RULE_LOCK | objectstoragepolicyreference
objects | object-family | OBJECT_INSPECT | OBJECT_READ | OBJECT_OVERWRITE | OBJECT_CREATE OBJECT_DELETE OBJECT_VERSION_DELETE OBJECT_RESTORE OBJECT_UPDATE_TIER | objectstoragepolicyreference
instance-agent-commands | instance-agent-command-family | INSTANCE_AGENT_COMMAND_INSPECT | INSTANCE_AGENT_COMMAND_READ INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT | INSTANCE_AGENT_COMMAND_CREATE INSTANCE_AGENT_COMMAND_DELETE | - | corepolicyreference
instance-agent-plugins | instance-agent-family | INSTANCE_AGENT_PLUGIN_INSPECT | INSTANCE_AGENT_PLUGIN_READ | - | - | corepolicyreference
instance-agent-command-executions | instance-agent-command-execution-family | INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT | - | LOCAL_INSTANCE_AGENT_COMMAND_POLL | - | Compute/Tasks/instances
instances | instance-family | INSTANCE_INSPECT | INSTANCE_READ | INSTANCE_UPDATE INSTANCE_CREATE_IMAGE INSTANCE_POWER_ACTIONS INSTANCE_ATTACH_VOLUME INSTANCE_DETACH_VOLUME | INSTANCE_CREATE INSTANCE_DELETE INSTANCE_ATTACH_SECONDARY_VNIC INSTANCE_DETACH_SECONDARY_VNIC INSTANCE_MOVE | corepolicyreference
fn-app | functions-family | FN_APP_LIST | FN_APP_READ | - | FN_APP_CREATE FN_APP_DELETE FN_APP_UPDATE | functionspolicyreference
fn-function | functions-family | FN_FUNCTION_LIST | FN_FUNCTION_READ | - | FN_FUNCTION_CREATE FN_FUNCTION_DELETE FN_FUNCTION_UPDATE | functionspolicyreference
fn-invocation | functions-family | - | - | FN_INVOCATION | - | functionspolicyreference
cloudevents-rules | - | EVENTRULE_LIST | EVENTRULE_READ | - | EVENTRULE_CREATE EVENTRULE_DELETE EVENTRULE_MODIFY | cloudeventspolicyreference
ons-topics | ons-family | ONS_TOPIC_INSPECT | ONS_TOPIC_READ | ONS_TOPIC_PUBLISH ONS_TOPIC_SUBSCRIBE | ONS_TOPIC_CREATE ONS_TOPIC_MOVE ONS_TOPIC_UPDATE ONS_TOPIC_DELETE | notificationpolicyreference
ons-subscriptions | ons-family | ONS_SUBSCRIPTION_INSPECT | - | - | ONS_SUBSCRIPTION_MOVE ONS_TOPIC_SUBSCRIBE | notificationpolicyreference
alarms | - | ALARM_INSPECT | ALARM_READ | - | ALARM_CREATE ALARM_UPDATE ALARM_DELETE ALARM_MOVE | monitoringpolicyreference
metrics | - | METRIC_INSPECT | METRIC_READ | METRIC_WRITE | - | monitoringpolicyreference
clusters | cluster-family | CLUSTER_INSPECT | CLUSTER_READ | CLUSTER_USE | CLUSTER_CREATE CLUSTER_DELETE CLUSTER_UPDATE CLUSTER_MANAGE CLUSTER_JOIN | contengpolicyreference
repos | - | REPOSITORY_INSPECT | REPOSITORY_READ | - | REPOSITORY_CREATE REPOSITORY_DELETE REPOSITORY_UPDATE REPOSITORY_MANAGE | registrypolicyreference
secrets | secret-family | SECRET_INSPECT | SECRET_READ | SECRET_UPDATE SECRET_ROTATE | SECRET_CREATE SECRET_DELETE SECRET_MOVE | keypolicyreference
secret-versions | secret-family | SECRET_VERSION_INSPECT | SECRET_VERSION_READ | - | SECRET_VERSION_DELETE | keypolicyreference
secret-bundles | secret-family | SECRET_BUNDLE_INSPECT | SECRET_BUNDLE_READ | - | - | keypolicyreference
log-groups | logging-family | LOG_GROUP_INSPECT | LOG_GROUP_READ | LOG_GROUP_UPDATE | LOG_GROUP_CREATE LOG_GROUP_DELETE | loggingpolicyreference
log-content | logging-family | - | LOG_CONTENT_READ | LOG_CONTENT_PUSH UNIFIED_AGENT_CONFIG_GENERATE | - | loggingpolicyreference
resource-schedule | resource-schedule-family | RESOURCE_SCHEDULE_INSPECT | RESOURCE_SCHEDULE_READ | - | RESOURCE_SCHEDULE_CREATE RESOURCE_SCHEDULE_UPDATE RESOURCE_SCHEDULE_MOVE RESOURCE_SCHEDULE_DELETE | resource-scheduler-policies
compartments | - | COMPARTMENT_INSPECT | - | COMPARTMENT_UPDATE | COMPARTMENT_CREATE COMPARTMENT_DELETE COMPARTMENT_RECOVER | iampolicyreference
dynamic-groups | - | DYNAMIC_GROUP_INSPECT | - | DYNAMIC_GROUP_UPDATE | DYNAMIC_GROUP_CREATE DYNAMIC_GROUP_DELETE | iampolicyreference
groups | - | GROUP_INSPECT | - | GROUP_UPDATE | GROUP_CREATE GROUP_DELETE | iampolicyreference
policies | - | POLICY_READ | - | - | POLICY_UPDATE POLICY_CREATE POLICY_DELETE | iampolicyreference
users | - | USER_INSPECT | USER_READ | USER_UPDATE | USER_CREATE USER_DELETE | iampolicyreference
tenancies | - | TENANCY_INSPECT | - | TENANCY_UPDATE | - | iampolicyreference
tag-namespaces | - | TAG_NAMESPACE_INSPECT | - | TAG_NAMESPACE_USE | TAG_NAMESPACE_UPDATE TAG_NAMESPACE_CREATE TAG_NAMESPACE_MOVE TAG_NAMESPACE_DELETE | iampolicyreference
`;

/** Permissions of every (type, verb); each verb includes the weaker ones. */
export const RESOURCE_TYPES: ReadonlyMap<string, Readonly<Record<Verb, ReadonlySet<string>>>> = new Map(
  rows().map(({ type, added }) => {
    const upTo = (verb: Verb): ReadonlySet<string> => new Set(added.slice(0, VERBS.indexOf(verb) + 1).flat());
    return [type, { inspect: upTo('inspect'), read: upTo('read'), use: upTo('use'), manage: upTo('manage') }];
  }),
);

/** Members of every family; a new member joins by its row. */
export const FAMILIES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(Object.groupBy(rows(), ({ family }) => family))
    .filter(([family]) => family !== '-')
    .map(([family, members = []]) => [family, members.map(({ type }) => type)]),
);

/** Every permission there is; the made-up one may not be named in a policy. */
export const PERMISSIONS: ReadonlySet<string> = new Set(
  [...RESOURCE_TYPES.values()].flatMap(({ manage }) => [...manage]).filter((name) => name !== AGENT_POLL),
);

/** What `<verb> <type>` grants: a type, a family, or `all-resources`; undefined for an unknown type. */
export function grantsOf(verb: Verb, type: string): ReadonlySet<string> | undefined {
  const types = type === 'all-resources' ? [...RESOURCE_TYPES.keys()] : (FAMILIES.get(type) ?? [type]);
  const grants = types.map((one) => RESOURCE_TYPES.get(one)?.[verb]);
  if (grants.includes(undefined)) return undefined;
  return new Set(grants.flatMap((granted) => [...(granted ?? [])]));
}

function rows(): { type: string; family: string; added: string[][] }[] {
  return TABLE.trim()
    .split('\n')
    .map((line) => {
      const [type = '', family = '', ...rest] = line.split(' | ');
      const added = rest.slice(0, VERBS.length).map((cell) => (cell === '-' ? [] : cell.split(' ')));
      return { type, family, added };
    });
}
