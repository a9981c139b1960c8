// What a look at one thing ended with, and how questions to OCI become that.
import { messageOf, PipelineError } from '../../errors.ts';
import { calling, isDenial, statusOf } from '../calling.ts';

export interface Finding {
  /** `?`: it could not be looked at. */
  readonly status: 'ok' | 'FAIL' | '?';
  /** The thing, such as `rule galley-upload`. */
  readonly what: string;
  readonly detail: string;
  /** What to do, in one line that can be copied where there is one. */
  readonly mend?: string;
}

export function ok(what: string, detail: string): Finding {
  return { status: 'ok', what, detail };
}

export function failing(what: string, { detail, mend }: { detail: string; mend: string }): Finding {
  return { status: 'FAIL', what, detail, mend };
}

export function unseen(what: string, { detail, mend }: { detail: string; mend: string }): Finding {
  return { status: '?', what, detail, mend };
}

/** `ok` when nothing is wrong, else one FAIL that names everything. */
export function judged(
  what: string,
  { problems, detail, mend }: { problems: readonly string[]; detail: string; mend: string },
): Finding {
  return problems.length === 0 ? ok(what, detail) : failing(what, { detail: problems.join('; '), mend });
}

/** Findings, and what later looks need. */
export interface Look<Found> {
  readonly findings: readonly Finding[];
  /** Undefined when it could not be looked at. */
  readonly found: Found | undefined;
}

/** Permissions that a person lacks for a look, and where. */
export interface Right {
  readonly permissions: string;
  /** `compartment id ocid1…` or `tenancy`. */
  readonly where: string;
}

export function inCompartment(permissions: string, compartmentId: string): Right {
  const where = compartmentId.startsWith('ocid1.tenancy.') ? 'tenancy' : `compartment id ${compartmentId}`;
  return { permissions, where };
}

/** Asks OCI. A denial is no fault: nobody is told whether a thing is not there or not shown. */
export async function ask<Found>(
  what: string,
  { get, right }: { get: () => Promise<Found>; right: Right },
): Promise<Look<Found>> {
  try {
    return { findings: [], found: await calling(`looking at ${what}`, get) };
  } catch (error) {
    return { findings: [refused(what, { error, right })], found: undefined };
  }
}

function refused(what: string, { error, right }: { error: unknown; right: Right }): Finding {
  if (isDenial(error) || statusOf(error) === 404) {
    return unseen(what, {
      detail: 'not there, or you may not look at it',
      mend: `Allow group <yours> to {${right.permissions}} in ${right.where}`,
    });
  }
  const hint = error instanceof PipelineError ? error.hint : undefined;
  const mend = hint ?? 'Is the network path to OCI open, and the clock right?';
  return failing(what, { detail: messageOf(error), mend });
}
