// What the API server has against an object, as problems with a place in the user's files.
import { type ApiError, shorten } from './api-error.ts';
import { conflictProblems, conflictsOf } from './conflicts.ts';
import type { Item } from './items.ts';
import type { Problem } from './manifests.ts';
import { titleOf } from './objects.ts';

type Finding = Pick<Problem, 'field' | 'message'>;

/** Strict field validation says everything in one sentence. */
const STRICT = /(unknown field|duplicate field) "([^"]+)"/g;

/** At least one problem; `advice` goes behind each. */
export function problemsOf(item: Item, error: ApiError, advice?: string): Problem[] {
  const { file, document, object } = item;
  return findingsOf(error).map(({ field, message }) => ({
    file,
    document,
    object: titleOf(object),
    ...(field ? { field } : {}),
    message: `${shorten(message, 300)}${advice === undefined ? '' : ` (${advice})`}`,
  }));
}

function findingsOf(error: ApiError): Finding[] {
  const conflicts = conflictsOf(error);
  if (conflicts.length > 0) return conflictProblems(conflicts);
  const strict = [...error.words.matchAll(STRICT)].map(([, what = '', field = '']) => ({
    field,
    message: what,
  }));
  if (strict.length > 0) return strict;
  const causes = error.causes.filter(({ message }) => message !== '');
  return causes.length > 0
    ? causes.map(({ field, message }) => ({ field, message }))
    : [{ message: error.words }];
}
