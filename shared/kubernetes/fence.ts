// The ApplySet parent as a fence: it carries the sequence and the holder, and every write of it says which version it
// was read in, so that the API server itself refuses an older build and a second applier.
import { PipelineError } from '../errors.ts';
import type { Cluster } from './api.ts';
import { isStatus } from './api-error.ts';
import {
  applySetId,
  type Extent,
  extentAnnotations,
  extentOn,
  HOLDER,
  ID_LABEL,
  parentName,
  SEQUENCE,
  STANDING,
  TOOLING,
} from './applyset.ts';
import { objectPath } from './discovery.ts';
import { CONFIG_MAPS, findObject } from './lists.ts';
import { PARENT_MANAGER } from './managed-fields.ts';
import type { KubeObject } from './objects.ts';
import { parseStanding, type Standing } from './standing.ts';

/** Somebody else has the app: a newer build (`by` is its id), or another run of the same build. */
export class FencedError extends PipelineError {
  readonly by: string;

  constructor(by: string) {
    super(`the cluster is held by build ${by}`, { retry: 'never', reason: 'Fenced' });
    this.by = by;
  }
}

export interface Fence {
  /** The ApplySet id: label of the members. */
  readonly part: string;
  /** The parent is not there yet. */
  readonly isNew: boolean;
  /** What the set spreads over, as last read or written. */
  extent(): Extent;
  /** How far this very build has come before. */
  readonly standing: Standing | undefined;
  /** Writes the parent if nobody has written it since we last did. @throws FencedError */
  write(extent: Extent, standing: Standing): Promise<void>;
}

export interface Claim {
  readonly app: string;
  readonly namespace: string;
  readonly sequence: string;
  /** One text per run. */
  readonly holder: string;
}

/**
 * Reads the parent. Nothing is written before the first `write`.
 * @throws FencedError when a newer build was here
 * @throws PipelineError `ForeignApplySet` when the parent belongs to another tool
 */
export async function approach(cluster: Cluster, claim: Claim): Promise<Fence> {
  const name = parentName(claim.app);
  const found = await findObject(cluster, CONFIG_MAPS, { namespace: claim.namespace, name });
  if (found) check(found, claim);
  const annotations = found?.metadata.annotations ?? {};
  const isOurs = annotations[SEQUENCE] === claim.sequence;
  let version = found?.metadata.resourceVersion;
  let extent = extentOn(annotations);
  return {
    part: applySetId({ name, namespace: claim.namespace }),
    isNew: found === undefined,
    extent: () => extent,
    standing: isOurs ? parseStanding(annotations[STANDING]) : undefined,
    async write(next, standing) {
      const parent = parentOf(claim, { extent: next, standing });
      try {
        version = await (version === undefined ? create(cluster, parent) : replace(cluster, parent, version));
        extent = next;
      } catch (error) {
        if (isStatus(error, 409)) throw new FencedError(await holderOf(cluster, claim));
        throw error;
      }
    },
  };
}

function check({ metadata }: KubeObject, claim: Claim): void {
  const { labels = {}, annotations = {} } = metadata;
  const name = parentName(claim.app);
  const refuse = (what: string): never => {
    const hint = `delete ConfigMap ${name} in namespace ${claim.namespace}, or deploy under another name`;
    throw new PipelineError(`ConfigMap ${name} ${what}`, { retry: 'never', reason: 'ForeignApplySet', hint });
  };
  if (labels[ID_LABEL] !== applySetId({ name, namespace: claim.namespace }))
    refuse('is not an ApplySet of this app');
  const tool = (annotations[TOOLING] ?? '').replace(/\/[^/]*$/, '');
  if (tool !== 'kubectl') refuse(`is managed by the tool "${tool}"`);
  const sequence = annotations[SEQUENCE] ?? '';
  if (sequence > claim.sequence) throw new FencedError(sequence);
}

/** The parent as it is written. */
export function parentOf(
  claim: Claim,
  { extent, standing }: { extent: Extent; standing: Standing },
): KubeObject {
  const name = parentName(claim.app);
  const { namespace } = claim;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: { [ID_LABEL]: applySetId({ name, namespace }) },
      annotations: {
        ...extentAnnotations(extent),
        [SEQUENCE]: claim.sequence,
        [HOLDER]: claim.holder,
        [STANDING]: JSON.stringify(standing),
      },
    },
  };
}

async function create(cluster: Cluster, parent: KubeObject): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${encodeURIComponent(parent.metadata.namespace ?? '')}/configmaps`;
  const answer = await cluster.call({
    method: 'POST',
    path,
    query: { fieldManager: PARENT_MANAGER },
    body: parent,
  });
  return (answer.body as KubeObject).metadata.resourceVersion;
}

/** By apply with force: kubectl writes the same annotations under its own manager. */
async function replace(cluster: Cluster, parent: KubeObject, version: string): Promise<string | undefined> {
  const answer = await cluster.call({
    method: 'PATCH',
    path: objectPath(CONFIG_MAPS, parent.metadata),
    query: { fieldManager: PARENT_MANAGER, force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: { ...parent, metadata: { ...parent.metadata, resourceVersion: version } },
  });
  return (answer.body as KubeObject).metadata.resourceVersion;
}

async function holderOf(cluster: Cluster, { app, namespace, sequence }: Claim): Promise<string> {
  const found = await findObject(cluster, CONFIG_MAPS, { namespace, name: parentName(app) });
  return found?.metadata.annotations?.[SEQUENCE] ?? sequence;
}
