// Ctrl-C and its like: what has to be put right before the process ends.
import { constants } from 'node:os';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Ending = (typeof ENDING)[number];

/** A terminal signals the whole process group, and npm and galley.mjs pass on what they get: within this time it is one. */
const SAME_MS = 1_000;

/** As a shell reports a process that a signal ended: 130 for SIGINT, 143 for SIGTERM. */
const exitCodeOf = (signal: Ending): number => 128 + constants.signals[signal];

/** Is there someone who ends the process in good order? */
let isAwaited = false;

/**
 * Aborts at the first signal, with its name as the reason; a second one ends the process at once. The listeners stay:
 * execa's would take the process for one that handles no signals, and end it, as soon as they were gone.
 */
export function untilSignal(): AbortSignal {
  isAwaited = true;
  const asked = new AbortController();
  let first: number | undefined;
  for (const signal of ENDING) {
    process.on(signal, () => {
      const now = performance.now();
      if (first !== undefined && now - first > SAME_MS) process.exit(exitCodeOf(signal));
      first ??= now;
      asked.abort(signal);
    });
  }
  return asked.signal;
}

/**
 * Does `work`; when a signal comes meanwhile, calls `clean`, which must be synchronous, and ends the process unless
 * `untilSignal` sees to that.
 */
export async function cleaning<T>(clean: () => void, work: () => Promise<T>): Promise<T> {
  const end = (signal: Ending): void => {
    clean();
    if (!isAwaited) process.exit(exitCodeOf(signal));
  };
  for (const signal of ENDING) process.on(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}
