// What verbs of policy statements grant, for the resource types the pipeline uses: a statement may say `manage
// object-family` where deploy/ lists permissions. The evaluator of the local region has the whole table; a test compares.

const VERBS = ['inspect', 'read', 'use', 'manage'];

/** type | family | inspect | read adds | use adds | manage adds (Identity/policyreference). */
const TABLE = `
buckets | object-family | BUCKET_INSPECT | BUCKET_READ | BUCKET_UPDATE | BUCKET_CREATE BUCKET_DELETE PAR_MANAGE RETENTION_RULE_MANAGE RETENTION_RULE_LOCK
objects | object-family | OBJECT_INSPECT | OBJECT_READ | OBJECT_OVERWRITE | OBJECT_CREATE OBJECT_DELETE OBJECT_VERSION_DELETE OBJECT_RESTORE OBJECT_UPDATE_TIER
instance-agent-commands | instance-agent-command-family | INSTANCE_AGENT_COMMAND_INSPECT | INSTANCE_AGENT_COMMAND_READ INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT | INSTANCE_AGENT_COMMAND_CREATE INSTANCE_AGENT_COMMAND_DELETE | -
instance-agent-plugins | instance-agent-family | INSTANCE_AGENT_PLUGIN_INSPECT | INSTANCE_AGENT_PLUGIN_READ | - | -
instance-agent-command-executions | instance-agent-command-execution-family | INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT | - | LOCAL_INSTANCE_AGENT_COMMAND_POLL | -
instances | instance-family | INSTANCE_INSPECT | INSTANCE_READ | INSTANCE_UPDATE INSTANCE_CREATE_IMAGE INSTANCE_POWER_ACTIONS INSTANCE_ATTACH_VOLUME INSTANCE_DETACH_VOLUME | INSTANCE_CREATE INSTANCE_DELETE INSTANCE_ATTACH_SECONDARY_VNIC INSTANCE_DETACH_SECONDARY_VNIC INSTANCE_MOVE
fn-app | functions-family | FN_APP_LIST | FN_APP_READ | - | FN_APP_CREATE FN_APP_DELETE FN_APP_UPDATE
fn-function | functions-family | FN_FUNCTION_LIST | FN_FUNCTION_READ | - | FN_FUNCTION_CREATE FN_FUNCTION_DELETE FN_FUNCTION_UPDATE
fn-invocation | functions-family | - | - | FN_INVOCATION | -
cloudevents-rules | - | EVENTRULE_LIST | EVENTRULE_READ | - | EVENTRULE_CREATE EVENTRULE_DELETE EVENTRULE_MODIFY
ons-subscriptions | ons-family | ONS_SUBSCRIPTION_INSPECT | - | - | ONS_SUBSCRIPTION_MOVE ONS_TOPIC_SUBSCRIBE
alarms | - | ALARM_INSPECT | ALARM_READ | - | ALARM_CREATE ALARM_UPDATE ALARM_DELETE ALARM_MOVE
clusters | cluster-family | CLUSTER_INSPECT | CLUSTER_READ | CLUSTER_USE | CLUSTER_CREATE CLUSTER_DELETE CLUSTER_UPDATE CLUSTER_MANAGE CLUSTER_JOIN
repos | - | REPOSITORY_INSPECT | REPOSITORY_READ | - | REPOSITORY_CREATE REPOSITORY_DELETE REPOSITORY_UPDATE REPOSITORY_MANAGE
secret-bundles | secret-family | SECRET_BUNDLE_INSPECT | SECRET_BUNDLE_READ | - | -
resource-schedule | resource-schedule-family | RESOURCE_SCHEDULE_INSPECT | RESOURCE_SCHEDULE_READ | - | RESOURCE_SCHEDULE_CREATE RESOURCE_SCHEDULE_UPDATE RESOURCE_SCHEDULE_MOVE RESOURCE_SCHEDULE_DELETE
compartments | - | COMPARTMENT_INSPECT | - | COMPARTMENT_UPDATE | COMPARTMENT_CREATE COMPARTMENT_DELETE COMPARTMENT_RECOVER
dynamic-groups | - | DYNAMIC_GROUP_INSPECT | - | DYNAMIC_GROUP_UPDATE | DYNAMIC_GROUP_CREATE DYNAMIC_GROUP_DELETE
policies | - | POLICY_READ | - | - | POLICY_UPDATE POLICY_CREATE POLICY_DELETE
`;

interface Row {
  readonly type: string;
  readonly family: string;
  /** By verb, what it adds to the weaker ones. */
  readonly adds: readonly (readonly string[])[];
}

const ROWS: readonly Row[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [type = '', family = '', ...cells] = line.split(' | ');
    return { type, family, adds: cells.map((cell) => (cell === '-' ? [] : cell.split(' '))) };
  });

/** Types of the table, for the comparison. */
export const VERB_TYPES: readonly string[] = ROWS.map(({ type }) => type);

/** Permissions of `use clusters`, of a family, or of `all-resources`. None for words that are not in the table. */
export function permissionsOf(verb: string, type: string): readonly string[] {
  const upTo = VERBS.indexOf(verb) + 1;
  const rows = ROWS.filter((row) => type === 'all-resources' || row.type === type || row.family === type);
  return rows.flatMap(({ adds }) => adds.slice(0, upTo).flat());
}
