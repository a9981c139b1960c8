// How one attempt on the Build Instance ended, read from its result object or from the command itself.
import type { Fault, In } from './build.ts';
import type { CommandSeen, Result } from './seen.ts';
import { isSilence } from './silence.ts';

export interface Ended {
  /** Set when the image is pushed: `<repository>@sha256:…`. */
  readonly image?: string;
  readonly canceledBy?: string;
  readonly fault: Fault;
  readonly phase: string;
  readonly reason: string;
  readonly detail: string;
  readonly exitCode?: number;
  /** false: another attempt cannot help. */
  readonly retries?: boolean;
}

/** Exit codes of galley-build name the phase (facts run-command §6.4). */
export const EXIT_PHASES: Readonly<Record<number, { phase: string; fault: Fault; reason: string }>> = {
  10: { phase: 'check', fault: 'user', reason: 'BadInput' },
  20: { phase: 'download', fault: 'platform', reason: 'DownloadFailed' },
  25: { phase: 'render', fault: 'user', reason: 'RenderFailed' },
  30: { phase: 'build', fault: 'user', reason: 'BuildFailed' },
  40: { phase: 'login', fault: 'platform', reason: 'LoginFailed' },
  50: { phase: 'push', fault: 'platform', reason: 'PushFailed' },
  60: { phase: 'report', fault: 'platform', reason: 'ReportFailed' },
  75: { phase: 'build', fault: 'platform', reason: 'NotReady' },
};

const IMAGE = /^[^@\s]+@sha256:[0-9a-f]{64}$/;

/** A result counts only for the bytes the record names: its ETag must match, and success needs a digest. */
export function resultEnd(build: In<'building'>, result: Result): Ended {
  if (result.eTag !== build.eTag) {
    const detail = `The result is of ETag ${result.eTag}, the upload has ${build.eTag}.`;
    return { fault: 'platform', phase: 'report', reason: 'WrongResult', detail, exitCode: result.exitCode };
  }
  if (result.outcome === 'canceled') return canceled(result.detail ?? 'the Build Instance');
  const isProven = result.outcome === 'succeeded' && result.exitCode === 0 && IMAGE.test(result.image ?? '');
  if (isProven && result.image !== undefined) {
    return { image: result.image, fault: 'platform', phase: 'push', reason: '', detail: '' };
  }
  return {
    fault: result.fault ?? 'platform',
    phase: result.phase,
    reason: result.reason ?? 'BuildFailed',
    detail: [result.detail, ...result.logTail.slice(-8)].filter(Boolean).join('\n'),
    exitCode: result.exitCode,
  };
}

/** The command is over and left no result object: its state and exit code are all there is. */
export function commandEnd(build: In<'building'>, command: CommandSeen): Ended {
  const { outcome, exitCode } = command;
  if (outcome === 'canceled') return build.stopping === undefined ? canceled('OCI') : stopped(build);
  if (outcome === 'expired') return build.stopping === undefined ? expired() : stopped(build);
  if (outcome === 'timedOut') {
    // galley-build ends a build that takes too long before the command's own limit, with a result: this one died.
    const detail =
      'The command ran into its time limit and left no result: the Build Instance or its agent died.';
    return { fault: 'platform', phase: 'build', reason: 'BuildLost', detail };
  }
  const known = EXIT_PHASES[exitCode ?? -1];
  const said = command.text?.trim() ?? '';
  if (known === undefined || outcome === 'succeeded') {
    const detail =
      `The command ended (exit code ${exitCode ?? 'unknown'}) and left no result. ${said}`.trim();
    return { fault: 'platform', phase: 'report', reason: 'ResultMissing', detail, ...code(exitCode) };
  }
  return { ...known, detail: said || `galley-build exited with ${exitCode}.`, ...code(exitCode) };
}

function stopped(build: In<'building'>): Ended {
  if (isSilence(build.stopping)) {
    return { fault: 'platform', phase: 'build', reason: 'BuildLost', detail: `${build.stopping}.` };
  }
  const isLate = build.stopping?.includes('did not end in time') === true;
  const reason = isLate ? 'BuildTimedOut' : 'NotDelivered';
  return { fault: 'platform', phase: isLate ? 'build' : 'deliver', reason, detail: `${build.stopping}.` };
}

function expired(): Ended {
  const detail = 'The Build Instance never asked for the command.';
  return { fault: 'platform', phase: 'deliver', reason: 'NotDelivered', detail };
}

function canceled(by: string): Ended {
  return { canceledBy: by, fault: 'user', phase: 'build', reason: 'Canceled', detail: `Canceled by ${by}.` };
}

function code(exitCode: number | undefined): { exitCode?: number } {
  return exitCode === undefined ? {} : { exitCode };
}
