// How far a build has come in the cluster: written on the ApplySet parent, so that a run that was killed, also in the
// middle of a rollback, is taken up by the next one.
import { isMap } from './objects.ts';

/** Why a build was not good, in words for the record. */
export interface Failure {
  readonly phase: 'plan' | 'apply' | 'rollout';
  /** CamelCase. */
  readonly reason: string;
  readonly detail: string;
  readonly fault: 'user' | 'platform';
}

export type Standing =
  /** `report`: what the first run found to do; a later one finds it done. */
  | { readonly phase: 'applying' | 'ready'; readonly report: string }
  /** The last good set is being applied again; given up at `until` (ISO 8601). */
  | { readonly phase: 'rolling-back'; readonly to: string; readonly until: string; readonly failure: Failure }
  | {
      readonly phase: 'failed';
      readonly failure: Failure;
      readonly rollback: 'none' | 'done' | 'failed';
      readonly rolledBackTo?: string;
    };

/** Annotations together may hold 256 KiB; a detail needs no more than a screen. */
const DETAIL_LIMIT = 2000;

/** Undefined for anything that is not a standing: then the build starts from the beginning, which is always safe. */
export function parseStanding(text: string | undefined): Standing | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isMap(value)) return undefined;
    const needsFailure = value.phase === 'failed' || value.phase === 'rolling-back';
    if (needsFailure ? isMap(value.failure) : value.phase === 'applying' || value.phase === 'ready') {
      return value as unknown as Standing;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

export function brief(failure: Failure): Failure {
  return { ...failure, detail: failure.detail.slice(0, DETAIL_LIMIT) };
}
