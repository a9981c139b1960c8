// What the cluster tests do all the time: apply, read, wait.
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from '../../../local/cluster/api-client.ts';
import {
  at,
  conditionOf,
  type Fields,
  type KubeObject,
  listOf,
  textOf,
} from '../../../local/cluster/object.ts';

export interface Applying {
  readonly manager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
}

const plurals: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  CustomResourceDefinition: 'customresourcedefinitions',
};
const clusterWide = new Set(['Namespace', 'CustomResourceDefinition']);

/** The path of an object; `plural` only where adding an `s` is not enough. */
export function pathOf(object: {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}): string {
  const { apiVersion, kind, metadata } = object;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = clusterWide.has(kind) ? '' : `/namespaces/${metadata.namespace ?? 'shop'}`;
  return `${base}${scope}/${plurals[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`;
}

export function tryApply(
  client: ApiClient,
  object: Fields & Parameters<typeof pathOf>[0],
  options: Applying = {},
): Promise<ApiAnswer> {
  const query = new URLSearchParams({ fieldManager: options.manager ?? 'galley' });
  if (options.force) query.set('force', 'true');
  if (options.dryRun) query.set('dryRun', 'All');
  if (options.strict) query.set('fieldValidation', 'Strict');
  return client.send('PATCH', `${pathOf(object)}?${query}`, {
    body: object,
    type: 'application/apply-patch+yaml',
  });
}

/** The same where only success will do. Throws with the cluster's words. */
export async function apply(
  client: ApiClient,
  object: Fields & Parameters<typeof pathOf>[0],
  options: Applying = {},
): Promise<ApiAnswer> {
  const answer = await tryApply(client, object, options);
  if (answer.status >= 300) throw new Error(`applying ${pathOf(object)}: ${answer.status} ${answer.text}`);
  return answer;
}

/** The object behind an answer. */
export function objectOf(answer: ApiAnswer): KubeObject {
  return answer.body as unknown as KubeObject;
}

export async function read(client: ApiClient, path: string): Promise<KubeObject> {
  return objectOf(await client.get(path));
}

export async function list(client: ApiClient, path: string): Promise<KubeObject[]> {
  return listOf((await client.get(path)).body.items) as unknown as KubeObject[];
}

/** Waits until `look` finds something; the deadline is for machines under load. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false>,
): Promise<Found> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`waited 120 s for ${what}`);
    await delay(50);
  }
}

export function configMap(name: string, data: Record<string, string>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

export function deployment(name: string, container: Fields, spec: Fields = {}) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      ...spec,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'web', image: 'web:1', ...container }],
        },
      },
    },
  };
}

export const isAvailable = (object: KubeObject, replicas: number): boolean =>
  object.status?.observedGeneration === object.metadata.generation &&
  object.status?.updatedReplicas === replicas &&
  object.status?.availableReplicas === replicas &&
  object.status?.replicas === replicas;

export function reasonOf(object: KubeObject, condition: string): string {
  return textOf(conditionOf(object, condition)?.reason);
}

/** Why the first container of a pod waits. */
export function waitingReason(pod: KubeObject): string {
  return textOf(at(listOf(pod.status?.containerStatuses)[0], 'state', 'waiting', 'reason'));
}

export const podsOf = (client: ApiClient, app: string): Promise<KubeObject[]> =>
  list(client, `/api/v1/namespaces/shop/pods?labelSelector=app%3D${app}`);
