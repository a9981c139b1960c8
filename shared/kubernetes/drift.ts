// Is an object already what the apply would make of it?
import { isDeepStrictEqual } from 'node:util';
import { ownEntry } from './managed-fields.ts';
import type { KubeObject } from './objects.ts';

/**
 * Compares the live object with the answer to a dry run. Equal means that nothing has to be sent: no new
 * resourceVersion, no event. What controllers write meanwhile (status) does not count.
 */
export function isUnchanged(live: KubeObject, wouldBe: KubeObject): boolean {
  return isDeepStrictEqual(essence(live), essence(wouldBe));
}

function essence(object: KubeObject): unknown {
  const { status: _, ...rest } = object;
  const { managedFields, resourceVersion, generation, ...metadata } = object.metadata;
  return { ...rest, metadata, owned: ownEntry(object)?.fieldsV1 };
}

/** Does the change start new pods? Then the template differs, at whatever depth the kind keeps it. */
export function restartsPods(live: KubeObject, wouldBe: KubeObject): boolean {
  const template = (object: KubeObject): unknown =>
    (object.spec as { template?: unknown } | undefined)?.template;
  return template(wouldBe) !== undefined && !isDeepStrictEqual(template(live), template(wouldBe));
}
