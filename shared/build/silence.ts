// A running command whose machine died: OCI goes on saying IN_PROGRESS, but galley-build no longer says that it lives.
import { after, isPast } from './retry.ts';
import type { Seen } from './seen.ts';

/** galley-build gives a sign of life every 20 s (build-instance/pulse.ts): 15 times nothing is no slow moment. */
export const SILENCE_SECONDS = 5 * 60;
/** Nobody is there to confirm the end; one that lives after all reads its cancel within seconds. */
export const SILENT_STOP_SECONDS = 60;
const SILENT = 'no sign of life from galley-build';

/** Why the command is to be stopped, or undefined. Never heard of: then its instance must be known to be down. */
export function whySilent({ heardAt, instanceProblem }: Seen, now: Date): string | undefined {
  if (heardAt === undefined)
    return instanceProblem === undefined ? undefined : `${SILENT}: ${instanceProblem}`;
  if (!isPast(after(new Date(heardAt), SILENCE_SECONDS), now)) return undefined;
  return `${SILENT} since ${heardAt}${instanceProblem === undefined ? '' : `: ${instanceProblem}`}`;
}

/** Was the command stopped because nobody answered for it? */
export function isSilence(stopping: string | undefined): boolean {
  return stopping?.startsWith(SILENT) === true;
}
