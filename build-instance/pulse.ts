// Signs of life, also while a step has nothing to say: without them the build is taken for lost (shared/build/silence.ts).
import type { BuildKey } from '../shared/build/build.ts';
import type { BuildPorts } from './ports.ts';

/** A build that is over by then needs none. */
const FIRST_MS = 5_000;
const EVERY_MS = 20_000;

interface Options {
  readonly ports: Pick<BuildPorts, 'writeSign'>;
  readonly key: BuildKey;
  readonly attempt: number;
  readonly firstMs?: number;
  readonly everyMs?: number;
}

/** Gives a sign again and again until it is ended; one that cannot be written is given up for the next. */
export function startPulse({ ports, key, attempt, firstMs = FIRST_MS, everyMs = EVERY_MS }: Options): {
  end(): void;
} {
  const beat = async (): Promise<void> => {
    await ports.writeSign(key, attempt).catch(() => undefined);
    if (!isOver) next(everyMs);
  };
  const next = (milliseconds: number): void => {
    timer = setTimeout(() => void beat(), milliseconds).unref();
  };
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  next(firstMs);
  return {
    end: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
