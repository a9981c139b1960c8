// Objects that left the set: which may be deleted, how many may go at once, and deleting them.
import pMap from 'p-map';
import { PipelineError } from '../errors.ts';
import { CONCURRENCY } from './api.ts';
import { type Member, namesOf } from './members.ts';
import { groupKind, IRREPLACEABLE, type KubeObject } from './objects.ts';
import type { Run } from './run.ts';
import { remove } from './server-side-apply.ts';

/** On an object: `disabled` keeps it when it leaves the set. */
export const PRUNE = 'galley.dev/prune';

/** The same wish in the words of Flux, Helm and Argo CD, whose manifests people bring. */
const MARKS: readonly (readonly [annotation: string, value: string])[] = [
  [PRUNE, 'disabled'],
  ['kustomize.toolkit.fluxcd.io/prune', 'disabled'],
  ['helm.sh/resource-policy', 'keep'],
  ['argocd.argoproj.io/sync-options', 'Prune=false'],
];

export interface Leaving {
  readonly pruned: readonly Member[];
  /** Left the set and stay in the cluster. */
  readonly kept: readonly Member[];
}

/** Members that the new set does not have. What another owner made (a controller's copies of labels) is not ours. */
export function leaving(members: ReadonlyMap<string, Member>, keys: ReadonlySet<string>): Leaving {
  const gone = [...members].filter(([key, { object }]) => !keys.has(key) && !isOwned(object));
  const all = gone.map(([, member]) => member);
  return {
    pruned: all.filter(({ object }) => !isKept(object)),
    kept: all.filter(({ object }) => isKept(object)),
  };
}

function isKept(object: KubeObject): boolean {
  if (IRREPLACEABLE.includes(groupKind(object))) return true;
  const annotations = object.metadata.annotations ?? {};
  return MARKS.some(([annotation, value]) => annotations[annotation] === value);
}

function isOwned({ metadata }: KubeObject): boolean {
  return Array.isArray(metadata.ownerReferences) && metadata.ownerReferences.length > 0;
}

/**
 * Half an app that vanishes is a bad tarball more often than a wish.
 * @throws PipelineError `ShrinkRefused`
 */
export function guardShrinking({ pruned }: Leaving, members: ReadonlyMap<string, Member>): void {
  if (pruned.length * 2 <= members.size) return;
  const message =
    `${pruned.length} of the app's ${members.size} objects are not in this build and would be deleted: ` +
    namesOf(pruned);
  const hint = 'if that is meant, say so in galley.yaml: `prune: {shrink: true}`';
  throw new PipelineError(message, { retry: 'never', reason: 'ShrinkRefused', hint });
}

/** Deletes them, each only if it is still the same object. */
export async function prune(run: Run, { pruned }: Leaving): Promise<void> {
  await pMap(
    pruned,
    async ({ object, resource }) => {
      await run.guard();
      await remove(run.cluster, { resource }, object);
    },
    { concurrency: CONCURRENCY },
  );
}
