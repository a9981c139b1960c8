// Conflicts of server-side apply, worded as the API server words them.
import { ApiError } from './api-error.ts';
import { decodePath, type FieldSet } from './field-set.ts';
import type { Entry } from './manager-entries.ts';
import { showPath } from './merge.ts';

/** Throws 409 naming each changed field that another manager owns. */
export function refuseConflicts(changed: FieldSet, others: readonly Entry[]): void {
  const clashes = others.flatMap((entry) =>
    [...entry.set]
      .filter((path) => changed.has(path))
      .map((path) => ({ who: describe(entry), field: showPath(decodePath(path)) })),
  );
  const [first] = clashes;
  if (!first) return;
  const causes = clashes.map(({ who, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${who}`,
    field,
  }));
  const message =
    clashes.length === 1 ? `1 conflict: conflict with ${first.who}: ${first.field}` : manyConflicts(clashes);
  throw new ApiError({
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${message}`,
    details: { causes },
  });
}

function manyConflicts(clashes: readonly { who: string; field: string }[]): string {
  const groups = [...Map.groupBy(clashes, (clash) => clash.who)].sort(([one], [other]) =>
    one.localeCompare(other),
  );
  const lines = groups.flatMap(([who, fields]) => [
    `conflicts with ${who}:`,
    ...fields.map(({ field }) => `- ${field}`),
  ]);
  return `${clashes.length} conflicts: ${lines.join('\n')}`;
}

function describe(entry: Entry): string {
  const name = `${JSON.stringify(entry.manager)}${entry.subresource ? ` with subresource "${entry.subresource}"` : ''}`;
  if (entry.operation === 'Apply') return name;
  return `${name} using ${entry.apiVersion}${entry.time ? ` at ${entry.time}` : ''}`;
}
