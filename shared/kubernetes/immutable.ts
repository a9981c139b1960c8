// Changes the API server never makes to an object that exists, and when making it anew is right.
import type { ApiError } from './api-error.ts';
import { groupKind, IRREPLACEABLE, type KubeObject, listAt, textAt } from './objects.ts';

/** On an object: `"true"` allows deleting it and making it again. */
export const RECREATE = 'galley.dev/recreate';

/** Real messages: `field is immutable`, `updates to statefulset spec for fields other than …` (facts oke-apply §3.5). */
const IMMUTABLE =
  /is immutable|immutable field|may not be changed|updates to \w+ spec for fields other than/i;

export function isImmutableChange({ status, words, causes }: ApiError): boolean {
  if (status !== 422) return false;
  return IMMUTABLE.test(words) || causes.some(({ message }) => IMMUTABLE.test(message));
}

export type Recreation =
  | { readonly kind: 'yes' }
  /** A Job that still runs. */
  | { readonly kind: 'later'; readonly detail: string }
  | { readonly kind: 'no'; readonly detail: string };

/** Whether an immutable change may be made by deleting the object first. */
export function mayRecreate(wanted: KubeObject, live: KubeObject | undefined): Recreation {
  const kind = groupKind(wanted);
  if (IRREPLACEABLE.includes(kind)) {
    return { kind: 'no', detail: `a ${wanted.kind} is never made anew: rename it, or change it back` };
  }
  if (wanted.metadata.annotations?.[RECREATE] === 'true') return { kind: 'yes' };
  if (kind !== 'Job.batch') {
    return { kind: 'no', detail: `annotate it with ${RECREATE}: "true" to have it deleted and made anew` };
  }
  if (live && !isFinished(live)) return { kind: 'later', detail: 'the Job of the build before still runs' };
  return { kind: 'yes' };
}

function isFinished(job: KubeObject): boolean {
  return listAt(job, 'status', 'conditions').some((condition) => {
    const isEnd = ['Complete', 'Failed'].includes(textAt(condition, 'type') ?? '');
    return isEnd && textAt(condition, 'status') === 'True';
  });
}
