// The end of every write: fill, check, and store what is different.
import { isSame, type KubeObject } from '../object.ts';
import { allocated } from './allocation.ts';
import { type Api, namedOf, type Target, type WriteOptions } from './api.ts';
import { withDefaults } from './defaults.ts';
import { refuseOverQuota } from './quota.ts';
import { validate } from './validation.ts';

export interface Commit {
  readonly object: KubeObject;
  readonly target: Target;
  readonly options: WriteOptions;
}

/** Fills, checks and stores; an object that did not change keeps its resourceVersion. */
export function commit(
  api: Api,
  before: KubeObject | undefined,
  { object, target, options }: Commit,
): KubeObject {
  const filled = allocated(api, withDefaults(object));
  validate(filled, namedOf(target), before);
  if (!before) refuseOverQuota(api, filled, target);
  const after = before ? withGeneration(before, filled) : filled;
  if (
    before &&
    isSame(before, {
      ...after,
      metadata: { ...after.metadata, resourceVersion: before.metadata.resourceVersion },
    })
  )
    return before;
  if (options.isDryRun)
    return {
      ...after,
      metadata: { ...after.metadata, resourceVersion: before?.metadata.resourceVersion ?? '' },
    };
  if (isReleased(before, after)) {
    api.store.put(target, after);
    api.store.remove(target);
    return after;
  }
  return api.store.put(target, after);
}

function withGeneration(before: KubeObject, after: KubeObject): KubeObject {
  const meaning = ({ metadata: _, status: __, ...rest }: KubeObject): object => rest;
  const generation = (before.metadata.generation ?? 1) + (isSame(meaning(before), meaning(after)) ? 0 : 1);
  return { ...after, metadata: { ...after.metadata, generation } };
}

/** The last finalizer of an object that waits for its deletion is gone. */
function isReleased(before: KubeObject | undefined, after: KubeObject): boolean {
  const waited = (before?.metadata.finalizers ?? []).length > 0;
  return (
    waited && after.metadata.deletionTimestamp !== undefined && (after.metadata.finalizers ?? []).length === 0
  );
}
