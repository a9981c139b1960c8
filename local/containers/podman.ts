// Podman as a program: one place that starts it, one queue for what changes its storage.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ExecaError, execa } from 'execa';

/** A podman command that did not end well. `output` is what podman wrote to stderr, without warnings. */
export class PodmanError extends Error {
  override readonly name = 'PodmanError';
  readonly output: string;

  constructor(what: string, output: string) {
    super(`podman could not ${what}: ${output === '' ? 'it said nothing' : output}`);
    this.output = output;
  }
}

export interface PodmanOptions {
  /** Completes "podman could not …" in errors; default: the subcommand. */
  readonly what?: string;
  /** Standard input. */
  readonly input?: string | Buffer;
  readonly timeoutSeconds?: number;
}

/**
 * Podman 4.3 loses layers of another command ("layer not known") when two of its commands change the
 * storage at once, so those run one after the other; the retry is for the podman of other processes.
 */
const RACES = /layer not known|no such layer|image not known|identifier is not an image|used by another/i;
const RACE_RETRIES = 3;

/** conmon notes an out-of-memory kill as a file `oom` in the directory it was started in: not in the user's. */
export const PLACE = existsSync('/run/containers') ? '/run/containers' : tmpdir();

let queue: Promise<unknown> = Promise.resolve();

/** Waits for its turn, then runs `work`; the order is that of the calls. */
export function serially<T>(work: () => Promise<T>): Promise<T> {
  const turn = queue.then(work, work);
  queue = turn.catch(() => undefined);
  return turn;
}

/** Runs a podman command that only reads (or only signals); answers its stdout. Throws PodmanError. */
export async function podman(args: readonly string[], options: PodmanOptions = {}): Promise<string> {
  try {
    const { stdout } = await execa('podman', args, {
      cwd: PLACE,
      ...(options.input === undefined ? {} : { input: options.input }),
      ...(options.timeoutSeconds === undefined ? {} : { timeout: options.timeoutSeconds * 1000 }),
      killDescendants: true,
    });
    return stdout;
  } catch (cause) {
    const what = options.what ?? `run "podman ${args[0] ?? ''}"`;
    if (!(cause instanceof ExecaError)) throw cause;
    throw new PodmanError(what, complaint(`${cause.stderr ?? ''}`) || cause.shortMessage);
  }
}

/** Runs a podman command that changes images or containers: one at a time, again when it lost a race. */
export function podmanChange(args: readonly string[], options: PodmanOptions = {}): Promise<string> {
  return serially(async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await podman(args, options);
      } catch (error) {
        if (attempt > RACE_RETRIES || !(error instanceof PodmanError) || !RACES.test(error.output))
          throw error;
      }
    }
  });
}

/** Podman warns about CNI files it does not use before it says what is wrong. */
function complaint(stderr: string): string {
  return stderr
    .split('\n')
    .filter((line) => !line.includes('level=warning'))
    .join('\n')
    .trim();
}
