// Why a build may have to stop before its end, watched for as long as it runs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuildKey } from '../shared/build/build.ts';
import { BuildFailure } from './phases.ts';
import type { BuildPorts } from './ports.ts';

const LOOK_MS = 2000;

/** Somebody put the mark `cancel/<app>/<build>`. */
export class Canceled extends Error {
  override readonly name = 'Canceled';
  readonly by: string;

  constructor(by: string) {
    super(`Canceled by ${by}.`);
    this.by = by;
  }
}

export interface Stop {
  /** Aborted with a Canceled or a BuildFailure. */
  readonly signal: AbortSignal;
  end(): void;
}

interface Options {
  readonly key: BuildKey;
  readonly ports: Pick<BuildPorts, 'cancels'>;
  readonly seconds: number;
  readonly lookMs?: number;
}

export function watchForStop({ key, ports, seconds, lookMs = LOOK_MS }: Options): Stop {
  const controller = new AbortController();
  const over = new AbortController();
  const look = async (): Promise<void> => {
    // Whether it is there is asked again in a moment, so an answer that fails is no answer.
    const by = await ports.cancels.find(key).catch(() => undefined);
    if (by !== undefined) controller.abort(new Canceled(by));
  };
  const deadline = setTimeout(() => controller.abort(tooLong(seconds)), seconds * 1000);
  /** A cancelled command gets SIGTERM from the agent; so does one that runs too long, and a machine that stops. */
  const terminated = (): void => {
    void look().then(() => controller.abort(stoppedFromOutside()));
  };
  // Not once: without a listener left, execa's clean-up would end this process before it has reported.
  process.on('SIGTERM', terminated);
  process.on('SIGINT', terminated);
  void keepLooking(look, { lookMs, over: over.signal });
  return {
    signal: controller.signal,
    end() {
      over.abort();
      clearTimeout(deadline);
      process.off('SIGTERM', terminated);
      process.off('SIGINT', terminated);
    },
  };
}

async function keepLooking(
  look: () => Promise<void>,
  { lookMs, over }: { lookMs: number; over: AbortSignal },
): Promise<void> {
  for (;;) {
    // The pause comes first: a command cancelled before its start never came here.
    await sleep(lookMs, undefined, { signal: over, ref: false }).catch(() => undefined);
    if (over.aborted) return;
    await look();
  }
}

function tooLong(seconds: number): BuildFailure {
  const detail = `The build took over ${seconds} s (GALLEY_BUILD_SECONDS) and was stopped.`;
  return new BuildFailure('BuildTimedOut', { fault: 'user', detail });
}

function stoppedFromOutside(): BuildFailure {
  const detail = 'The command was stopped from outside: by its own time limit, or with the machine.';
  return new BuildFailure('Stopped', { fault: 'platform', detail });
}
