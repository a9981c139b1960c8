// Signs of life, also while a step has nothing to say: without them the build is taken for lost (shared/build/silence.ts).
import type { BuildKey } from '../shared/build/build.ts';
import type { BuildPorts } from './ports.ts';

const EVERY_MS = 20_000;

interface Options {
  readonly ports: Pick<BuildPorts, 'writeSign'>;
  readonly key: BuildKey;
  readonly attempt: number;
  readonly everyMs?: number;
}

/** Gives a sign now and then again until it is ended; one that cannot be written is given up for the next. */
export function startPulse({ ports, key, attempt, everyMs = EVERY_MS }: Options): { end(): void } {
  let isWriting = false;
  const beat = async (): Promise<void> => {
    if (isWriting) return;
    isWriting = true;
    await ports.writeSign(key, attempt).catch(() => undefined);
    isWriting = false;
  };
  void beat();
  const timer = setInterval(() => void beat(), everyMs);
  timer.unref();
  return { end: () => clearInterval(timer) };
}
