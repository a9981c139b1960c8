// What an error means for the build: over, and whose fault, or come again.
import { PipelineError } from '../errors.ts';
import { ApiError } from './api-error.ts';
import { forbidden } from './rbac.ts';
import type { Failure } from './standing.ts';

export type Meaning =
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The next invocation may have more luck: no time, no answer, a Job that must end. */
  | { readonly kind: 'waiting'; readonly detail: string }
  | { readonly kind: 'lost' };

/** Reasons an administrator has to settle; all others are in the user's files. */
const PLATFORM = ['Forbidden', 'ForeignApplySet'];

/** @throws the error itself when it is none of ours: a bug must not look like a bad manifest */
export function meaningOf(
  error: unknown,
  { phase, isLate }: { phase: Failure['phase']; isLate: boolean },
): Meaning {
  if (!(error instanceof PipelineError)) throw error;
  if (error.reason === 'LeaseLost') return { kind: 'lost' };
  if (error.reason === 'OutOfTime') return { kind: 'waiting', detail: error.message };
  if (error instanceof ApiError) return apiMeaning(error, { phase, isLate });
  if (error.retry === 'later' && !isLate) return { kind: 'waiting', detail: error.message };
  const reason = error.reason ?? 'ApplyFailed';
  return failed(error, { phase, reason, fault: PLATFORM.includes(reason) ? 'platform' : 'user' });
}

function apiMeaning(
  error: ApiError,
  { phase, isLate }: { phase: Failure['phase']; isLate: boolean },
): Meaning {
  if (error.status === 403)
    return failed(forbidden([error]), { phase, reason: 'Forbidden', fault: 'platform' });
  // A refused token is tried again too: the webhook that judges it may be the one that is down.
  const isPassing = error.retry === 'later' || error.status === 401;
  if (isPassing && !isLate) return { kind: 'waiting', detail: withHint(error) };
  if (isPassing) return failed(error, { phase, reason: 'ClusterUnreachable', fault: 'platform' });
  return failed(error, { phase, reason: 'ApplyRefused', fault: 'user' });
}

function failed(error: PipelineError, about: Omit<Failure, 'detail'>): Meaning {
  return { kind: 'failed', failure: { ...about, detail: withHint(error) } };
}

function withHint({ message, hint }: PipelineError): string {
  return hint === undefined ? message : `${message}\n${hint}`;
}
