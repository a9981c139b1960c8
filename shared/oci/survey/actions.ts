// What each principal of the pipeline does, as the part of a policy statement between `to` and the end.
import type { Deployment } from './grants.ts';

export type Action = readonly [what: string, where?: string];

const bucketIs = (name: string): string => `target.bucket.name = '${name}'`;
const eitherBucket = (d: Deployment): string =>
  `any {${bucketIs(d.sourceBucket)}, ${bucketIs(d.stateBucket)}}`;
const folders = (...names: string[]): string =>
  names.map((name) => `target.object.name = '${name}/*'`).join(', ');
const uploads = (d: Deployment): string => `all {${bucketIs(d.sourceBucket)}, ${folders('apps')}}`;
const state = (d: Deployment, ...names: string[]): string =>
  `all {${bucketIs(d.stateBucket)}, any {${folders(...names)}}}`;
const functionIs = (id: string): string => `target.function.id = '${id}'`;
const anyInstance = (d: Deployment): string =>
  `any {${d.instances.map((id) => `target.instance.id = '${id}'`).join(', ')}}`;
const WRITE = '{OBJECT_CREATE, OBJECT_OVERWRITE}';

/** What upload-trigger and poll-build do alike: judge, record, claim a slot; `cleared` are folders it deletes from. */
function admitting(d: Deployment, ...cleared: string[]): Action[] {
  return [
    ['{OBJECT_INSPECT}', eitherBucket(d)],
    ['{OBJECT_READ}', uploads(d)],
    ['{OBJECT_READ}', state(d, 'active', 'done', 'heads', 'slots', 'cancel', 'results')],
    [WRITE, state(d, 'active', 'done', 'slots', 'manifests')],
    ['{OBJECT_DELETE}', state(d, ...cleared)],
    ['{INSTANCE_AGENT_COMMAND_CREATE}', anyInstance(d)],
  ];
}

/** Of several instances it takes one that is fit. */
export function uploadTrigger(d: Deployment): Action[] {
  const fit: Action[] = d.instances.length === 1 ? [] : [['{INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ}']];
  return [...admitting(d, 'active', 'slots'), ['{INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT}'], ...fit];
}

export function pollBuild(d: Deployment): Action[] {
  const commands =
    'INSTANCE_AGENT_COMMAND_INSPECT, INSTANCE_AGENT_COMMAND_DELETE, INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT';
  return [
    ...admitting(d, 'active', 'slots', 'cancel'),
    [`{${commands}, INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ}`],
    ['{FN_INVOCATION}', functionIs(d.functions.apply)],
  ];
}

export function apply(d: Deployment): Action[] {
  return [
    ['{OBJECT_INSPECT}', bucketIs(d.stateBucket)],
    ['{OBJECT_READ}', state(d, 'active', 'done', 'heads', 'slots', 'cancel', 'results', 'manifests')],
    [WRITE, state(d, 'active', 'done', 'heads', 'plans', 'logs')],
    ['{OBJECT_DELETE}', state(d, 'active', 'slots')],
    ['{INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT}'],
    ['{FN_FUNCTION_READ, FN_INVOCATION}', functionIs(d.functions.apply)],
  ];
}

export function buildInstance(d: Deployment): Action[] {
  return [
    ['use instance-agent-command-execution-family', 'request.instance.id = target.instance.id'],
    ['{OBJECT_READ}', uploads(d)],
    ['{OBJECT_READ}', state(d, 'system', 'cancel')],
    [WRITE, state(d, 'logs', 'results', 'manifests')],
    ...(d.authTokenSecretId === undefined ? [] : [secret(d.authTokenSecretId)]),
  ];
}

function secret(id: string): Action {
  return ['{SECRET_BUNDLE_READ}', `target.secret.id = '${id}'`];
}

export function services({ compartmentId, repositoriesIn, functions, scheduleId }: Deployment): Action[] {
  const { uploadTrigger: upload, pollBuild: poll, apply: app } = functions;
  const of = (type: string): string => `request.principal.type = '${type}'`;
  const from = (id: string): string => `request.principal.compartment.id = '${id}'`;
  const rules = [...new Set([compartmentId, repositoriesIn])].map(from).join(', ');
  const all = [upload, poll, app].map(functionIs).join(', ');
  return [
    ['use fn-invocation', `all {${of('eventrule')}, any {${rules}}, any {${all}}}`],
    ['use fn-invocation', `all {${of('onssubscription')}, ${from(compartmentId)}, ${functionIs(poll)}}`],
    [
      '{FN_FUNCTION_READ, FN_INVOCATION}',
      `all {${of('resourceschedule')}, request.principal.id = '${scheduleId}', ${functionIs(poll)}}`,
    ],
  ];
}

const LOOKS =
  'BUCKET_READ, CLUSTER_READ, FN_APP_READ, FN_FUNCTION_LIST, FN_FUNCTION_READ, ALARM_INSPECT, ONS_SUBSCRIPTION_INSPECT, RESOURCE_SCHEDULE_INSPECT, INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ';

export function developersActions(d: Deployment): Action[] {
  return [
    ['{OBJECT_INSPECT}', eitherBucket(d)],
    ['{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE}', uploads(d)],
    ['{OBJECT_READ}', bucketIs(d.stateBucket)],
    [WRITE, state(d, 'cancel', 'results', 'active', 'manifests')],
    [`{${LOOKS}}`],
  ];
}
