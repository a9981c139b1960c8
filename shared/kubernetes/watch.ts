// Looking at a set again and again until there is a verdict, or the invocation is over.
import pMap from 'p-map';
import { CONCURRENCY } from './api.ts';
import { PART_OF } from './applyset.ts';
import { hasHealth, WORKLOADS } from './health.ts';
import { parseImage } from './images.ts';
import type { Item } from './items.ts';
import { EVENTS, listObjects, PODS, REPLICA_SETS } from './lists.ts';
import { groupKind, type KubeObject, keyOf, titleOf } from './objects.ts';
import { containersOf } from './pods.ts';
import { isPulling, NO_SECRET } from './pull.ts';
import { type Verdict, type View, verdictOf } from './rollout.ts';
import { outOfTime, type Run } from './run.ts';
import { STEADY_MS, unproven } from './steady.ts';

/** Polling a few lists is simpler than a watch and needs no verb of its own (facts oke-apply §2.2). */
const FIRST_POLL_MS = 100;
const POLL_MS = 2000;
/** Looks come at a tenth of the time waited so far: what is seen late is seen late by a tenth. */
const PACE = 0.1;

export interface Watched {
  readonly items: readonly Item[];
  readonly part: string;
  readonly image: string;
  readonly deadline: Date;
  /** Called with each view that is not good yet. */
  onView?(view: View): Promise<void>;
}

/** @throws PipelineError `OutOfTime` with what is waited for, `LeaseLost` */
export async function watch(run: Run, watched: Watched): Promise<{ verdict: Verdict; view: View }> {
  let young = '';
  const begun = run.ports.now().getTime();
  const isBuilt = parseImage(watched.image).repository === run.input.repository;
  for (;;) {
    const view = await look(run, watched);
    const verdict = verdictOf(view, { ...watched, isBuilt, now: run.ports.now() });
    const before = young;
    young = verdict.state === 'ready' ? unproven(view, run.ports.now()) : '';
    if (verdict.state === 'failed') return { verdict, view };
    if (verdict.state === 'ready' && (young === '' || young === before)) return { verdict, view };
    const detail = verdict.state === 'ready' ? 'ready, and looked at once more' : verdict.detail;
    const wait = verdict.state === 'ready' ? STEADY_MS : pauseAfter(run.ports.now().getTime() - begun);
    if (run.ports.now().getTime() + wait >= run.input.until.getTime()) throw outOfTime(detail);
    if (verdict.state === 'waiting') await watched.onView?.(view);
    await run.guard();
    await run.ports.sleep(wait);
  }
}

function pauseAfter(waitedMs: number): number {
  return Math.min(Math.max(waitedMs * PACE, FIRST_POLL_MS), POLL_MS);
}

async function look(run: Run, { items, part }: Watched): Promise<View> {
  const followed = items.filter(({ object }) => hasHealth(object));
  const places = new Map(followed.map((item) => [placeOf(item), item]));
  const lists = await pMap(
    places.values(),
    ({ resource, object }) => {
      const { namespace } = object.metadata;
      return listObjects(run.cluster, resource, { namespace, labelSelector: `${PART_OF}=${part}` });
    },
    { concurrency: CONCURRENCY },
  );
  const found = new Map(lists.flat().map((object) => [keyOf(object), object]));
  const workloads = followed.filter(({ object }) => WORKLOADS.includes(groupKind(object)));
  return {
    objects: followed.flatMap(({ key }) => found.get(key) ?? []),
    missing: followed.filter(({ key }) => !found.has(key)).map(({ object }) => titleOf(object)),
    ...(await podsAround(run, workloads)),
  };
}

function placeOf({ resource, object }: Item): string {
  return `${resource.apiVersion}/${resource.plural}/${object.metadata.namespace ?? ''}`;
}

async function podsAround(
  run: Run,
  workloads: readonly Item[],
): Promise<Pick<View, 'pods' | 'replicaSets' | 'secretEvents'>> {
  const spaces = [...new Set(workloads.map(({ object }) => object.metadata.namespace))];
  const hasDeployments = workloads.some(({ object }) => groupKind(object) === 'Deployment.apps');
  const all = async (resource: typeof PODS): Promise<KubeObject[]> =>
    (await pMap(spaces, (namespace) => listObjects(run.cluster, resource, { namespace }))).flat();
  const [pods, replicaSets] = await Promise.all([all(PODS), hasDeployments ? all(REPLICA_SETS) : []]);
  return { pods, replicaSets, secretEvents: await secretEvents(run, pods) };
}

/** Without the right to read events the advice is less exact, and nothing else. */
async function secretEvents(run: Run, pods: readonly KubeObject[]): Promise<KubeObject[]> {
  const stuck = pods.filter((pod) => containersOf(pod).some(({ waiting }) => isPulling(waiting)));
  const spaces = [...new Set(stuck.map(({ metadata }) => metadata.namespace))];
  const fieldSelector = `reason=${NO_SECRET}`;
  const lists = await pMap(spaces, (namespace) =>
    listObjects(run.cluster, EVENTS, { namespace, fieldSelector }).catch(() => []),
  );
  return lists.flat();
}
