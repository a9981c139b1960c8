// The cluster: is it there, does its API server answer, and may apply deploy in the apps' namespaces?
import type { V1SubjectAccessReview } from '@kubernetes/client-node';
import { messageOf } from '../../errors.ts';
import { type Cluster, connect } from '../../kubernetes/api.ts';
import { connectionOf, readKubeconfig } from '../../kubernetes/kubeconfig.ts';
import { at } from '../../kubernetes/objects.ts';
import { clusterKubeconfig } from '../kubeconfig.ts';
import { ask, type Finding, failing, inCompartment, judged, type Look, ok, unseen } from './finding.ts';
import type { Place } from './place.ts';
import { answers } from './reach.ts';

/** Kinds, with groups, that every app has; deploy/kubernetes grants these and more, with all of the verbs. */
const DEPLOYED = [
  ['', 'configmaps'],
  ['', 'services'],
  ['apps', 'deployments'],
] as const;
const VERBS = ['list', 'create', 'patch', 'delete'] as const;
const QUICK = { requestMs: 10_000, retryMs: 10_000 };
/** Newest names first would need their records; this many are asked about. */
const MOST_APPS = 20;

/** Where the cluster is; its compartment, for the policy that lets apply in. */
export async function surveyCluster(place: Place): Promise<Look<{ compartmentId: string }>> {
  const { clients, clusterId, compartmentId } = place;
  const what = 'cluster';
  const client = await clients.containerEngine();
  const { found, findings } = await ask(what, {
    get: () => client.getCluster({ clusterId }),
    right: inCompartment('CLUSTER_READ', compartmentId),
  });
  if (found === undefined) return { findings, found: undefined };
  const { lifecycleState, name = '', compartmentId: owner = compartmentId } = found.cluster;
  const problems = lifecycleState === 'ACTIVE' ? [] : [`it is ${lifecycleState}`];
  const mend = `oci ce cluster get --cluster-id ${clusterId}`;
  const state = judged(what, { problems, detail: `${name} is ACTIVE`, mend });
  return { findings: [state, ...(await apiServer(place))], found: { compartmentId: owner } };
}

async function apiServer({ clients, clusterId, compartmentId }: Place): Promise<readonly Finding[]> {
  const what = 'API server of the cluster';
  const { found, findings } = await ask(what, {
    get: () => clusterKubeconfig(clients, { clusterId }),
    right: inCompartment('CLUSTER_READ, CLUSTER_USE', compartmentId),
  });
  if (found === undefined) return findings;
  const { server, tls } = await connectionOf(found);
  return [await answers(what, { url: `${server}/version`, ca: tls?.ca })];
}

/** Asked with the user's own kubeconfig. @param group OCID of apply's dynamic group, as roles are bound to it */
export async function surveyRoles(place: Place, group: string | undefined): Promise<Finding[]> {
  const what = 'roles of apply in the cluster';
  if (group === undefined) return [];
  const kubeconfig = place.kubeconfig ?? '';
  if (kubeconfig.trim() === '') {
    const mend = 'export KUBECONFIG=…, of somebody who may create subjectaccessreviews';
    return [unseen(what, { detail: 'no kubeconfig is known here', mend })];
  }
  let cluster: Cluster | undefined;
  try {
    cluster = connect(await connectionOf(await readKubeconfig(kubeconfig)), QUICK);
    return await rolesIn(cluster, { what, group, apps: place.apps.slice(0, MOST_APPS) });
  } catch (error) {
    const mend = 'kubectl auth can-i create subjectaccessreviews.authorization.k8s.io';
    return [unseen(what, { detail: messageOf(error), mend })];
  } finally {
    cluster?.close();
  }
}

interface Asked {
  readonly what: string;
  readonly group: string;
  readonly apps: readonly string[];
}

/** All namespaces at once, else those of the apps: an app's namespace has its name unless galley.yaml says otherwise. */
async function rolesIn(cluster: Cluster, { what, group, apps }: Asked): Promise<Finding[]> {
  if ((await lacking(cluster, { group, namespace: '' })).length === 0)
    return [ok(what, 'it may deploy in every namespace')];
  const mend = (namespace: string): string =>
    `namespace=${namespace} apply_dynamic_group_ocid=${group} envsubst < deploy/kubernetes/rbac.yaml | kubectl apply -f -`;
  if (apps.length === 0) {
    return [
      unseen(what, { detail: 'it may not deploy everywhere, and no app is known yet', mend: mend('APP') }),
    ];
  }
  return Promise.all(
    apps.map(async (namespace) => {
      const missing = await lacking(cluster, { group, namespace });
      const where = `${what}, namespace ${namespace}`;
      const detail = `it may not ${missing.join(', ')}`;
      return missing.length === 0
        ? ok(where, 'it may deploy')
        : failing(where, { detail, mend: mend(namespace) });
    }),
  );
}

/** What the group may not do, such as `create deployments`. @throws ApiError when the user may not ask */
async function lacking(cluster: Cluster, by: { group: string; namespace: string }): Promise<string[]> {
  const questions = DEPLOYED.flatMap(([group, resource]) =>
    VERBS.map((verb) => ({ verb, group, resource, namespace: by.namespace })),
  );
  const answered = await Promise.all(
    questions.map(async (resourceAttributes) => {
      const body: V1SubjectAccessReview = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: 'galley-apply', groups: [by.group], resourceAttributes },
      };
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
      const answer = await cluster.call({ method: 'POST', path, body });
      return at(answer.body, 'status', 'allowed') === true
        ? []
        : [`${resourceAttributes.verb} ${resourceAttributes.resource}`];
    }),
  );
  return answered.flat();
}
