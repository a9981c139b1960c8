// Every policy statement the pipeline needs, as data: what deploy/iam-*.tf writes (a test compares the two).

/** What the statements name. */
export interface Deployment {
  readonly region: string;
  readonly tenancyId: string;
  readonly compartmentId: string;
  readonly sourceBucket: string;
  readonly stateBucket: string;
  readonly instances: readonly string[];
  readonly functions: Readonly<Record<FunctionWord, string>>;
  readonly clusterId: string;
  readonly clusterCompartmentId: string;
  /** Of app repositories: `galley`. */
  readonly repositoryPrefix: string;
  /** Subjects, such as `dynamic-group id ocid1.dynamicgroup…`. */
  readonly subjects: Readonly<Record<FunctionWord | 'buildInstance', string>>;
  /** OCID of the hourly schedule. */
  readonly scheduleId: string;
  /** Absent: nobody but administrators pushes. */
  readonly developersGroupId?: string;
}

export type FunctionWord = 'uploadTrigger' | 'pollBuild' | 'apply';

export interface Grant {
  /** Who needs it, as people call it. */
  readonly who: string;
  /** OCID of the compartment whose policy must hold it. */
  readonly within: string;
  readonly statement: string;
  /** Do as well in its place. */
  readonly instead?: readonly string[];
}

type Action = readonly [what: string, where?: string];

export function grantsOf(deployment: Deployment): Grant[] {
  const { compartmentId, subjects, developersGroupId } = deployment;
  const here = `in compartment id ${compartmentId}`;
  const all = (who: string, { subject, actions }: { subject: string; actions: readonly Action[] }): Grant[] =>
    actions.map(([what, where]) => ({
      who,
      within: compartmentId,
      statement: `Allow ${subject} to ${what} ${here}${where === undefined ? '' : ` where ${where}`}`,
    }));
  const developers =
    developersGroupId === undefined
      ? []
      : [
          ...all('developers', {
            subject: `group id ${developersGroupId}`,
            actions: developersActions(deployment),
          }),
          doctor(deployment, developersGroupId),
        ];
  return [
    ...all('upload-trigger', { subject: subjects.uploadTrigger, actions: uploadTrigger(deployment) }),
    ...all('poll-build', { subject: subjects.pollBuild, actions: pollBuild(deployment) }),
    ...all('apply', { subject: subjects.apply, actions: apply(deployment) }),
    cluster(deployment),
    ...all('Build Instance', { subject: subjects.buildInstance, actions: buildInstance(deployment) }),
    push(deployment),
    ...all('OCI’s services', { subject: 'any-user', actions: services(deployment) }),
    lifecycle(deployment),
    ...developers,
  ];
}

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
function uploadTrigger(d: Deployment): Action[] {
  const fit: Action[] = d.instances.length === 1 ? [] : [['{INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ}']];
  return [...admitting(d, 'active', 'slots'), ['{INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT}'], ...fit];
}

function pollBuild(d: Deployment): Action[] {
  const commands =
    'INSTANCE_AGENT_COMMAND_INSPECT, INSTANCE_AGENT_COMMAND_DELETE, INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT';
  return [
    ...admitting(d, 'active', 'slots', 'cancel'),
    [`{${commands}, INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ}`],
    ['{FN_INVOCATION}', functionIs(d.functions.apply)],
  ];
}

function apply(d: Deployment): Action[] {
  return [
    ['{OBJECT_INSPECT}', bucketIs(d.stateBucket)],
    ['{OBJECT_READ}', state(d, 'active', 'done', 'heads', 'slots', 'cancel', 'results', 'manifests')],
    [WRITE, state(d, 'active', 'done', 'heads', 'plans', 'logs')],
    ['{OBJECT_DELETE}', state(d, 'active', 'slots')],
    ['{INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT}'],
    ['{FN_FUNCTION_READ, FN_INVOCATION}', functionIs(d.functions.apply)],
  ];
}

function cluster(d: Deployment): Grant {
  const where = `where target.cluster.id = '${d.clusterId}'`;
  const within = d.clusterCompartmentId;
  const statement = `Allow ${d.subjects.apply} to use clusters in compartment id ${within} ${where}`;
  return { who: 'apply', within, statement };
}

function buildInstance(d: Deployment): Action[] {
  return [
    ['use instance-agent-command-execution-family', 'request.instance.id = target.instance.id'],
    ['{OBJECT_READ}', uploads(d)],
    ['{OBJECT_READ}', state(d, 'system', 'cancel')],
    [WRITE, state(d, 'logs', 'results', 'manifests')],
  ];
}

/** Either OCIR makes an app's repository at its first push, in the root; or an administrator does, in the compartment. */
function push({ subjects, tenancyId, compartmentId, repositoryPrefix }: Deployment): Grant {
  const where = `where target.repo.name = /${repositoryPrefix}*/`;
  const may = (permissions: string, place: string): string =>
    `Allow ${subjects.buildInstance} to {${permissions}} in ${place} ${where}`;
  return {
    who: 'Build Instance',
    within: tenancyId,
    statement: may('REPOSITORY_READ, REPOSITORY_UPDATE, REPOSITORY_CREATE', 'tenancy'),
    instead: [may('REPOSITORY_READ, REPOSITORY_UPDATE', `compartment id ${compartmentId}`)],
  };
}

function services({ compartmentId, tenancyId, functions, scheduleId }: Deployment): Action[] {
  const { uploadTrigger: upload, pollBuild: poll, apply: app } = functions;
  const of = (type: string): string => `request.principal.type = '${type}'`;
  const from = (id: string): string => `request.principal.compartment.id = '${id}'`;
  const rules = [from(compartmentId), from(tenancyId)].join(', ');
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

function lifecycle({ region, compartmentId, tenancyId }: Deployment): Grant {
  const may = 'BUCKET_INSPECT, BUCKET_READ, OBJECT_INSPECT, OBJECT_DELETE, OBJECT_VERSION_DELETE';
  const statement = `Allow service objectstorage-${region} to {${may}} in compartment id ${compartmentId}`;
  return { who: 'Object Storage', within: tenancyId, statement };
}

const LOOKS =
  'BUCKET_READ, CLUSTER_READ, FN_APP_READ, FN_FUNCTION_LIST, FN_FUNCTION_READ, ALARM_INSPECT, ONS_SUBSCRIPTION_INSPECT, INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ';

function developersActions(d: Deployment): Action[] {
  return [
    ['{OBJECT_INSPECT}', eitherBucket(d)],
    ['{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE}', uploads(d)],
    ['{OBJECT_READ}', bucketIs(d.stateBucket)],
    [WRITE, state(d, 'cancel', 'results', 'active', 'manifests')],
    [`{${LOOKS}}`],
  ];
}

function doctor({ tenancyId }: Deployment, group: string): Grant {
  const may = 'POLICY_READ, DYNAMIC_GROUP_INSPECT, COMPARTMENT_INSPECT, EVENTRULE_LIST, EVENTRULE_READ';
  return {
    who: 'developers',
    within: tenancyId,
    statement: `Allow group id ${group} to {${may}} in tenancy`,
  };
}
