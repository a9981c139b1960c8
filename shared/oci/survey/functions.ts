// The three functions: are they there, pinned, and with the time they need?
import type { models } from 'oci-functions';
import { ask, type Finding, failing, inCompartment, judged, type Look, unseen } from './finding.ts';
import { wholeList } from './pages.ts';
import type { Place } from './place.ts';

/** What deploy/ gives them, in seconds. A tarball is judged in one pass; a sweep or a rollout takes minutes. */
const TIMEOUTS = { 'upload-trigger': 120, 'poll-build': 300, apply: 300 } as const;
export type FunctionName = keyof typeof TIMEOUTS;
export const FUNCTIONS = Object.keys(TIMEOUTS) as readonly FunctionName[];

/** OCIDs of those that were found. */
export type FunctionIds = Partial<Readonly<Record<FunctionName, string>>>;

/** Finds the others beside apply, in its application. */
export async function surveyFunctions(place: Place): Promise<Look<FunctionIds>> {
  const { clients, applyFunctionId, compartmentId } = place;
  const client = await clients.functions();
  const apply = await ask('function apply', {
    get: () => client.getFunction({ functionId: applyFunctionId }),
    right: inCompartment('FN_FUNCTION_READ', compartmentId),
  });
  const applicationId = apply.found?.function.applicationId;
  if (applicationId === undefined) return { findings: apply.findings, found: { apply: applyFunctionId } };
  const all = await ask('functions of the application', {
    get: () => wholeList((page) => client.listFunctions({ applicationId, limit: 50, ...page })),
    right: inCompartment('FN_FUNCTION_LIST', compartmentId),
  });
  if (all.found === undefined) return { findings: all.findings, found: { apply: applyFunctionId } };
  const functions = all.found;
  const byName = (name: string) => functions.find(({ displayName }) => displayName === name);
  const findings = FUNCTIONS.map((name) => oneFunction(name, byName(name)));
  const config = await configuration(place, applicationId);
  const ids = FUNCTIONS.flatMap((name) => {
    const id = byName(name)?.id;
    return id === undefined ? [] : [[name, id]];
  });
  return { findings: [...findings, ...config], found: Object.fromEntries(ids) };
}

function oneFunction(name: FunctionName, found: models.FunctionSummary | undefined): Finding {
  const what = `function ${name}`;
  if (found === undefined) {
    const mend = 'terraform apply: deploy/functions.tf makes it';
    return failing(what, { detail: 'not in the application of apply', mend });
  }
  const { image = '', imageDigest = '', lifecycleState, timeoutInSeconds = 0 } = found;
  const needed = TIMEOUTS[name];
  const problems = [
    ...(lifecycleState === 'ACTIVE' ? [] : [`it is ${lifecycleState}`]),
    ...(image === '' ? ['it has no image'] : []),
    ...(imageDigest === '' ? ['its image is not pinned by a digest'] : []),
    ...(timeoutInSeconds >= needed ? [] : [`it has ${timeoutInSeconds} s, and needs ${needed} s`]),
  ];
  return judged(what, {
    problems,
    detail: `${image}@${imageDigest.slice(0, 19)}…, ${timeoutInSeconds} s`,
    mend: 'npm run images, copy what it prints into terraform.tfvars, terraform apply',
  });
}

/** The functions must work on the buckets that this command line works on. */
async function configuration(place: Place, applicationId: string): Promise<readonly Finding[]> {
  const what = 'configuration of the functions';
  const client = await place.clients.functions();
  const { found, findings } = await ask(what, {
    get: () => client.getApplication({ applicationId }),
    right: inCompartment('FN_APP_READ', place.compartmentId),
  });
  const config = found?.application.config;
  if (found === undefined) return findings;
  if (config === undefined)
    return [unseen(what, { detail: 'the application has none', mend: 'terraform apply' })];
  const expected: Readonly<Record<string, string>> = {
    GALLEY_BUCKET_NAME: place.sourceBucket,
    GALLEY_STATE_BUCKET_NAME: place.stateBucket,
    GALLEY_CLUSTER_ID: place.clusterId,
    GALLEY_BUILD_INSTANCE_ID: place.instances.join(','),
  };
  const problems = Object.entries(expected)
    .filter(([name, value]) => config[name] !== value)
    .map(([name, value]) => `${name} is ${config[name] ?? 'not set'}, here it is ${value}`);
  const mend = 'galley use --terraform DIR, or terraform apply';
  return [judged(what, { problems, detail: 'the same as here', mend })];
}
