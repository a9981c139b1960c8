// How one invocation of a deploy ended.
import type { Failure, Standing } from './standing.ts';

export type DeployOutcome =
  | { readonly kind: 'ready'; readonly endpoint: string; readonly report: string }
  /** Come again: the rollout, or the rollback, is not over. */
  | { readonly kind: 'waiting'; readonly detail: string }
  /** A newer build has the app in the cluster. */
  | { readonly kind: 'fenced'; readonly by: string }
  /** The lease, or the cluster, is another run's. */
  | { readonly kind: 'lost' }
  | ({
      readonly kind: 'failed';
      readonly rollback: 'none' | 'done' | 'failed';
      readonly rolledBackTo?: string;
    } & Failure);

export function failedOutcome(standing: Extract<Standing, { phase: 'failed' }>): DeployOutcome {
  const { failure, rollback, rolledBackTo } = standing;
  return { kind: 'failed', ...failure, rollback, ...(rolledBackTo === undefined ? {} : { rolledBackTo }) };
}
