// The dry run of a whole set: what would happen to each object, and every refusal at once, before anything changes.
import pMap from 'p-map';
import { PipelineError } from '../errors.ts';
import { type Cluster, CONCURRENCY } from './api.ts';
import { ApiError } from './api-error.ts';
import { isUnchanged, restartsPods } from './drift.ts';
import { isImmutableChange, mayRecreate } from './immutable.ts';
import type { Item } from './items.ts';
import { findObject } from './lists.ts';
import { needsMigration } from './managed-fields.ts';
import { type Problem, refused } from './manifests.ts';
import { type KubeObject, titleOf } from './objects.ts';
import { forbidden } from './rbac.ts';
import { problemsOf } from './refusals.ts';
import { type Sent, send } from './server-side-apply.ts';

export type Action = 'create' | 'change' | 'restart' | 'recreate' | 'unchanged';

/** What is to be done with one object. */
export interface Step extends Sent {
  readonly action: Action;
  /** The object before, when it is a member of the set or was looked at. */
  readonly live: KubeObject | undefined;
  readonly isMigrating: boolean;
}

export interface Stage {
  readonly part: string;
  /** Members of the set before, by key. */
  readonly live: ReadonlyMap<string, KubeObject>;
  /** What is known to be wrong already. Those objects are not sent, and told of with the others. */
  readonly problems: readonly Problem[];
}

/** Why one object cannot be done: refused by the server, not allowed to us, or not yet. */
type Obstacle =
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | { readonly kind: 'forbidden'; readonly error: ApiError }
  | { readonly kind: 'later'; readonly detail: string };

/**
 * Dry-runs the items, all of them even when some are refused.
 * @throws PipelineError `ApplyRefused` with the server's words per file, document, object and field
 * @throws PipelineError `Forbidden` with every right that is missing
 * @throws PipelineError `JobStillRuns` (retry later) when a Job must end first
 */
export async function rehearse(cluster: Cluster, items: readonly Item[], stage: Stage): Promise<Step[]> {
  const isWrong = (item: Item): boolean => stage.problems.some((problem) => isAbout(problem, item));
  const sendable = items.filter((item) => !isWrong(item));
  const steps = await pMap(sendable, (item) => rehearseOne(cluster, item, stage), {
    concurrency: CONCURRENCY,
  });
  const obstacles = steps.filter((step) => 'kind' in step);
  const found = obstacles.flatMap((one) => (one.kind === 'refused' ? one.problems : []));
  const problems = [...stage.problems, ...found];
  if (problems.length > 0) throw refused(problems, found.length > 0 ? 'ApplyRefused' : undefined);
  const denials = obstacles.flatMap((one) => (one.kind === 'forbidden' ? [one.error] : []));
  if (denials.length > 0) throw forbidden(denials);
  const waits = obstacles.flatMap((one) => (one.kind === 'later' ? [one.detail] : []));
  if (waits.length > 0) throw new PipelineError(waits.join('\n'), { retry: 'later', reason: 'JobStillRuns' });
  return steps.filter((step): step is Step => !('kind' in step));
}

function isAbout(problem: Problem, { file, document, object }: Item): boolean {
  return problem.file === file && problem.document === document && problem.object === titleOf(object);
}

async function rehearseOne(cluster: Cluster, item: Item, stage: Stage): Promise<Step | Obstacle> {
  const live = stage.live.get(item.key);
  try {
    const sent = await send(cluster, item, { part: stage.part, isDryRun: true });
    const isMigrating = needsMigration(sent.object) || (live !== undefined && needsMigration(live));
    return { ...sent, action: actionOf(sent, live), live, isMigrating };
  } catch (error) {
    if (!(error instanceof ApiError) || error.retry === 'later') throw error;
    if (error.status === 403) return { kind: 'forbidden', error };
    if (isImmutableChange(error)) return rehearseAnew(cluster, item, { stage, error });
    return { kind: 'refused', problems: problemsOf(item, error) };
  }
}

function actionOf({ isCreated, object }: Sent, live: KubeObject | undefined): Action {
  if (isCreated) return 'create';
  if (live === undefined) return 'change';
  if (isUnchanged(live, object)) return 'unchanged';
  return restartsPods(live, object) ? 'restart' : 'change';
}

/** Tries the spec under another name, so that a recreation is not found impossible after the deletion. */
async function rehearseAnew(
  cluster: Cluster,
  item: Item,
  { stage, error }: { stage: Stage; error: ApiError },
): Promise<Step | Obstacle> {
  const { name, namespace } = item.object.metadata;
  const live = stage.live.get(item.key) ?? (await findObject(cluster, item.resource, { namespace, name }));
  const recreation = mayRecreate(item.object, live);
  if (recreation.kind === 'no')
    return { kind: 'refused', problems: problemsOf(item, error, recreation.detail) };
  if (recreation.kind === 'later')
    return { kind: 'later', detail: `${titleOf(item.object)}: ${recreation.detail}` };
  const alias = `${name.slice(0, 40).replace(/[-.]+$/, '')}-galley-dry-run`;
  const sent = await send(cluster, item, { part: stage.part, isDryRun: true, alias });
  return { ...sent, action: 'recreate', live, isMigrating: false };
}
