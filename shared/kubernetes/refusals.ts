// What the API server has against an object, as problems with a place in the user's files.
import { type ApiError, isSchemaError, shorten } from './api-error.ts';
import { conflictProblems, conflictsOf } from './conflicts.ts';
import type { Item } from './items.ts';
import type { Problem } from './manifests.ts';
import { titleOf } from './objects.ts';
import { unreadableValues } from './unreadable.ts';

type Finding = Pick<Problem, 'field' | 'message'>;

/** Strict field validation says everything in one sentence. */
const STRICT = /(unknown field|duplicate field) "([^"]+)"/g;

/** `.spec.replcas: field not declared in schema`, one per line when there are several. */
const TYPED = /(?:^|: |\n\s*)(\.[^\s:]+): ([^\n]+)/g;

/** At least one problem; `advice` goes behind each. */
export function problemsOf(item: Item, error: ApiError, advice?: string): Problem[] {
  const { file, document, object } = item;
  const findings = unreadableValues(object, error.words) ?? findingsOf(error);
  return findings.map(({ field, message }) => ({
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
  if (isSchemaError(error)) return typedFindings(error.words);
  const causes = error.causes.filter(({ message }) => message !== '');
  return causes.length > 0
    ? causes.map(({ field, message }) => ({ field, message }))
    : [{ message: error.words }];
}

function typedFindings(words: string): Finding[] {
  const found = [...words.matchAll(TYPED)].map(([, path = '', message = '']) => {
    const isUnknown = message.includes('field not declared in schema');
    return { field: path.slice(1), message: isUnknown ? 'unknown field' : message };
  });
  return found.length > 0 ? found : [{ message: words }];
}
