// Every policy statement the pipeline needs, as data: what deploy/iam-*.tf writes (a test compares the two).
import {
  type Action,
  apply,
  buildInstance,
  developersActions,
  pollBuild,
  services,
  uploadTrigger,
} from './actions.ts';

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
  /** Where they are: in the root when a first push may make them, and the rule for pushed images is there too. */
  readonly repositoriesIn: string;
  /** Subjects, such as `dynamic-group id ocid1.dynamicgroup…`. */
  readonly subjects: Readonly<Record<FunctionWord | 'buildInstance', string>>;
  /** OCID of the hourly schedule. */
  readonly scheduleId: string;
  /** Absent: nobody but administrators pushes. */
  readonly developersGroupId?: string;
  /** OCID of the secret that holds an auth token for OCIR. Absent: the Build Instance logs in as itself. */
  readonly authTokenSecretId?: string;
  /** The Functions service pulls the functions' images by a grant of its own, as older tenancies need it. */
  readonly isFunctionsServiceGranted?: boolean;
}

export type FunctionWord = 'uploadTrigger' | 'pollBuild' | 'apply';

export interface Grant {
  /** Who needs it, as people call it. */
  readonly who: string;
  /** OCID of the compartment whose policy must hold it. */
  readonly within: string;
  readonly statement: string;
}

export function grantsOf(deployment: Deployment): Grant[] {
  const { compartmentId, subjects, developersGroupId } = deployment;
  const here = `in compartment id ${compartmentId}`;
  const all = (who: string, { subject, actions }: { subject: string; actions: readonly Action[] }): Grant[] =>
    actions.map(([what, where]) => ({
      who,
      within: compartmentId,
      statement: `Allow ${subject} to ${what} ${here}${where === undefined ? '' : ` where ${where}`}`,
    }));
  const people = (group: string): Grant[] => [
    ...all('developers', { subject: `group id ${group}`, actions: developersActions(deployment) }),
    doctor(deployment, group),
  ];
  return [
    ...all('upload-trigger', { subject: subjects.uploadTrigger, actions: uploadTrigger(deployment) }),
    ...all('poll-build', { subject: subjects.pollBuild, actions: pollBuild(deployment) }),
    ...all('apply', { subject: subjects.apply, actions: apply(deployment) }),
    cluster(deployment),
    ...all('Build Instance', { subject: subjects.buildInstance, actions: buildInstance(deployment) }),
    // A user's token pushes by the user's own grants.
    ...(deployment.authTokenSecretId === undefined ? [push(deployment)] : []),
    ...all('OCI’s services', { subject: 'any-user', actions: services(deployment) }),
    lifecycle(deployment),
    ...(deployment.isFunctionsServiceGranted === true ? [functionsService(deployment)] : []),
    ...(developersGroupId === undefined ? [] : people(developersGroupId)),
  ];
}

function cluster(d: Deployment): Grant {
  const where = `where target.cluster.id = '${d.clusterId}'`;
  const within = d.clusterCompartmentId;
  const statement = `Allow ${d.subjects.apply} to use clusters in compartment id ${within} ${where}`;
  return { who: 'apply', within, statement };
}

/** OCIR makes an app's repository at its first push in the root alone; in a compartment an administrator makes it. */
function push({ subjects, tenancyId, repositoriesIn, repositoryPrefix }: Deployment): Grant {
  const [create, place] =
    repositoriesIn === tenancyId
      ? [', REPOSITORY_CREATE', 'tenancy']
      : ['', `compartment id ${repositoriesIn}`];
  const may = `{REPOSITORY_READ, REPOSITORY_UPDATE${create}} in ${place}`;
  const statement = `Allow ${subjects.buildInstance} to ${may} where target.repo.name = /${repositoryPrefix}*/`;
  return { who: 'Build Instance', within: repositoriesIn, statement };
}

/** deploy/ names the functions' repositories `functions/<prefix>/…`; patterns hold no slash. */
function functionsService({ compartmentId, tenancyId }: Deployment): Grant {
  const statement = `Allow service FaaS to read repos in compartment id ${compartmentId} where target.repo.name = /functions*/`;
  return { who: 'the Functions service', within: tenancyId, statement };
}

function lifecycle({ region, compartmentId, tenancyId }: Deployment): Grant {
  const may = 'BUCKET_INSPECT, BUCKET_READ, OBJECT_INSPECT, OBJECT_DELETE, OBJECT_VERSION_DELETE';
  const statement = `Allow service objectstorage-${region} to {${may}} in compartment id ${compartmentId}`;
  return { who: 'Object Storage', within: tenancyId, statement };
}

function doctor({ tenancyId }: Deployment, group: string): Grant {
  const may = 'POLICY_READ, DYNAMIC_GROUP_INSPECT, COMPARTMENT_INSPECT, EVENTRULE_LIST, EVENTRULE_READ';
  return {
    who: 'developers',
    within: tenancyId,
    statement: `Allow group id ${group} to {${may}} in tenancy`,
  };
}
