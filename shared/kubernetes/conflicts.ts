// Fields that someone else owns: what is taken over, what is left to them, and what is a question for the user.
import type { ApiError } from './api-error.ts';
import type { Problem } from './manifests.ts';

export interface Conflict {
  readonly manager: string;
  readonly field: string;
}

/** `force`: send again and take the fields; `leave`: send without them; `fail`: tell the user. */
export type Ruling =
  | { readonly kind: 'force'; readonly taken: readonly Conflict[] }
  | { readonly kind: 'leave'; readonly left: readonly Conflict[] }
  | { readonly kind: 'fail'; readonly conflicts: readonly Conflict[] };

/** People at a keyboard, and what was there before server-side apply (facts oke-apply §3.2). */
const TAKEN_OVER = /^(kubectl|before-first-apply|Mozilla|k9s|Lens|galley|unknown$|node-fetch)/i;
/** Whatever scales a workload keeps its replicas. */
const SCALED = '.spec.replicas';

/** Who owns what, from a 409 answer; empty when it is another kind of conflict. */
export function conflictsOf(error: ApiError): Conflict[] {
  return error.causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ message, field }) => ({ manager: /"([^"]*)"/.exec(message)?.[1] ?? message, field }));
}

/** The rule for a set of conflicts on one object. Fields are left before anything is forced. */
export function rule(conflicts: readonly Conflict[]): Ruling {
  const foreign = conflicts.filter(({ manager }) => !TAKEN_OVER.test(manager));
  const left = foreign.filter(({ field }) => field === SCALED);
  if (left.length < foreign.length) return { kind: 'fail', conflicts: foreign };
  if (left.length > 0) return { kind: 'leave', left };
  return { kind: 'force', taken: conflicts };
}

/** The sentences for conflicts nobody but the user can settle. */
export function conflictProblems(conflicts: readonly Conflict[]): Pick<Problem, 'field' | 'message'>[] {
  return conflicts.map(({ manager, field }) => ({
    field: field.replace(/^\./, ''),
    message: `is owned by "${manager}", which would set it back; remove it from the manifest, or stop ${manager}`,
  }));
}
