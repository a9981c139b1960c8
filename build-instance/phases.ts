// The steps of a build on the instance, and how an error in one of them becomes exit code, fault and reason.
import type { Fault } from '../shared/build/build.ts';
import { EXIT_PHASES } from '../shared/build/ended.ts';
import { messageOf, PipelineError } from '../shared/errors.ts';
import { TarballRefused } from '../shared/tarball/rules.ts';

/** Exit codes name the phase (facts run-command §6.4); what each stands for is in shared/build/ended.ts. */
export const EXIT_CODES = {
  check: 10,
  download: 20,
  render: 25,
  build: 30,
  login: 40,
  push: 50,
  report: 60,
  wait: 75,
} as const;
export const CANCELED = 70;

export type Phase = keyof typeof EXIT_CODES;

export interface Failure {
  readonly phase: Phase;
  readonly exitCode: number;
  readonly fault: Fault;
  readonly reason: string;
  readonly detail: string;
}

/** An error that knows whose fault it is, where the phase alone does not tell. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
  readonly reason: string;
  readonly fault: Fault;
  /** Of another phase than the one under way. */
  readonly phase: Phase | undefined;

  constructor(reason: string, options: { fault: Fault; detail: string; phase?: Phase; cause?: unknown }) {
    super(options.detail, { cause: options.cause });
    this.reason = reason;
    this.fault = options.fault;
    this.phase = options.phase;
  }
}

/** What a step threw, and in which phase. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly phase: Phase;

  constructor(phase: Phase, cause: unknown) {
    super(messageOf(cause), { cause });
    this.phase = phase;
  }
}

/** Runs a step; what it throws becomes a StepFailed. */
export async function during<T>(phase: Phase, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new StepFailed(phase, cause);
  }
}

/** Waits for steps that run side by side, for all of them: when one fails none is left working. */
export async function together<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([one, other]);
  return Promise.all([one, other]);
}

/** Reads anything thrown in a phase. */
export function failureOf(thrown: unknown, phase: Phase): Failure {
  if (thrown instanceof TarballRefused) {
    const detail = `${thrown.rule}${thrown.path === '' ? '' : ` (${thrown.path})`}: ${thrown.detail}`;
    return { ...usual('check'), reason: 'TarballRefused', detail };
  }
  const detail = messageOf(thrown);
  if (thrown instanceof BuildFailure) {
    return { ...usual(thrown.phase ?? phase), fault: thrown.fault, reason: thrown.reason, detail };
  }
  if (!(thrown instanceof PipelineError)) return { ...usual(phase), fault: 'platform', detail };
  const { fault, reason } = usual(phase);
  return {
    ...usual(phase),
    fault: thrown.retry === 'later' ? 'platform' : fault,
    reason: thrown.reason ?? reason,
    detail: thrown.hint === undefined ? detail : `${detail} ${thrown.hint}`,
  };
}

function usual(phase: Phase): Failure {
  const exitCode = EXIT_CODES[phase];
  const { fault = 'platform', reason = 'Failed' } = EXIT_PHASES[exitCode] ?? {};
  return { phase, exitCode, fault, reason, detail: '' };
}
