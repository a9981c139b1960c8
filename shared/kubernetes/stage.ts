// A set between text and cluster: read, placed, judged, rehearsed; then sent.
import pMap from 'p-map';
import { denials } from './admission.ts';
import { type Extent, extentOf, union } from './applyset.ts';
import type { Resource } from './discovery.ts';
import type { Fence } from './fence.ts';
import { pinImages } from './images.ts';
import { type Item, itemsOf } from './items.ts';
import { type Problem, readManifests, refused } from './manifests.ts';
import { type Member, membersOf, objectsOf } from './members.ts';
import { isFoundation } from './order.ts';
import { perform } from './perform.ts';
import { type Leaving, leaving } from './prune.ts';
import { rehearse, type Step } from './rehearsal.ts';
import { outOfTime, type Run } from './run.ts';
import { withScaling } from './scaling.ts';

export interface Staged {
  readonly items: readonly Item[];
  readonly steps: readonly Step[];
  /** Items whose CRD comes with the set: they are rehearsed once it is there. */
  readonly late: readonly Item[];
  readonly members: ReadonlyMap<string, Member>;
  readonly leaving: Leaving;
  /** Old and new together: what the parent says while the set is changing. */
  readonly extent: Extent;
  /** What the parent says when the leaving ones are gone. */
  readonly final: Extent;
}

const POLL_MS = 200;
const SETTLE_MS = 30_000;

/** A set that found its place in the cluster, and what is wrong with it so far. */
export interface Prepared {
  readonly items: readonly Item[];
  /** What is no object, kinds the cluster does not have, what an app may not bring. The server may have more to say. */
  readonly problems: readonly Problem[];
}

/** Text to items. @throws PipelineError when the set is too large */
export async function prepare(
  run: Run,
  set: { readonly manifests: string; readonly image: string },
): Promise<Prepared> {
  const { app, namespace, repository } = run.input;
  const read = readManifests([{ file: 'manifests.yaml', text: set.manifests }]);
  const pinned = pinImages(read.manifests, { app, repository, image: set.image });
  const placed = await itemsOf(pinned.manifests, { discovery: run.discovery, namespace });
  const { items } = placed;
  // What could not be read may be where the image is.
  const unread = read.problems.length > 0 ? read.problems : pinned.problems;
  const denied = denials(items, { app, namespace, allowed: run.allowed });
  return { items, problems: [...unread, ...placed.problems, ...denied] };
}

/** @throws PipelineError `ManifestsRefused` with the problems, if there are any */
export function refuseProblems({ problems }: Prepared): void {
  if (problems.length > 0) throw refused(problems);
}

/**
 * Compares with the cluster and dry-runs; nothing is changed.
 * @throws PipelineError with every problem of the set, by file and document: those known before and the server's
 */
export async function stage(run: Run, fence: Fence, { items, problems }: Prepared): Promise<Staged> {
  const home = run.input.namespace;
  const own = extentOf(
    items.map(({ object }) => object),
    home,
  );
  const extent = union(fence.extent(), own);
  const members = await membersOf(run, { part: fence.part, extent, known: knownOf(items) });
  const gone = leaving(members, new Set(items.map(({ key }) => key)));
  const scaled = withScaling(items, objectsOf(members));
  const steps = await rehearse(
    run.cluster,
    scaled.filter(({ isNew }) => !isNew),
    { part: fence.part, live: objectsOf(members), problems },
  );
  return {
    items: scaled,
    steps,
    late: scaled.filter(({ isNew }) => isNew),
    members,
    leaving: gone,
    extent,
    final: union(
      own,
      extentOf(
        gone.kept.map(({ object }) => object),
        home,
      ),
    ),
  };
}

/** The resources of items that the cluster serves already. */
export function knownOf(items: readonly Item[]): Resource[] {
  return items.filter(({ isNew }) => !isNew).map(({ resource }) => resource);
}

/** Sends the set. CRDs and namespaces first; what needed them is rehearsed before the rest goes out. */
export async function applyStaged(run: Run, fence: Fence, { steps, late, members }: Staged): Promise<void> {
  const { part } = fence;
  const first = steps.filter(({ item }) => isFoundation(item.object));
  await perform(run, first, part);
  await pMap(late, (item) => served(run, item));
  const lateSteps = await rehearse(run.cluster, late, { part, live: objectsOf(members), problems: [] });
  const rest = steps.filter(({ item }) => !isFoundation(item.object));
  await perform(run, [...rest, ...lateSteps], part);
}

/** A CRD is established a moment before discovery shows its resource. */
async function served(run: Run, { resource }: Item): Promise<void> {
  const { apiVersion, kind } = resource;
  const giveUp = run.ports.now().getTime() + SETTLE_MS;
  run.discovery.forget(apiVersion);
  while (!(await run.discovery.find(apiVersion, kind))) {
    if (run.ports.now().getTime() > giveUp)
      throw outOfTime(`the cluster does not serve ${kind} in ${apiVersion} yet`);
    run.discovery.forget(apiVersion);
    await run.ports.sleep(POLL_MS);
  }
}
