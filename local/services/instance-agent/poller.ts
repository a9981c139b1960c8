// The beat of the agents: a look every few seconds, sooner when woken, never two at once.
import type { Region } from '../../types.ts';

export interface Poller {
  start(): void;
  /** A look very soon: a script ended, or a user canceled. */
  wake(): void;
  /** No look any more, and none under way. */
  stop(): Promise<void>;
}

/** Lets several events of one moment, such as an exit and its last output, be one look. */
const WAKE_MS = 20;

/** Calls `look` every `agentSeconds`. A look that fails is a line in the log, and the next one comes. */
export function createPoller(region: Region, look: () => Promise<void>): Poller {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;
  let isWoken = false;
  let isOn = false;
  const again = (milliseconds: number): void => {
    clearTimeout(timer);
    if (isOn) timer = setTimeout(beat, milliseconds);
  };
  const beat = (): void => {
    if (underWay !== undefined) return;
    isWoken = false;
    underWay = look()
      .catch((error: unknown) => region.log('an instance agent failed', { error: String(error) }))
      .finally(() => {
        underWay = undefined;
        again(isWoken ? WAKE_MS : region.options.agentSeconds * 1000);
      });
  };
  return {
    start() {
      isOn = true;
      again(0);
    },
    wake() {
      isWoken = true;
      if (underWay === undefined) again(WAKE_MS);
    },
    async stop() {
      isOn = false;
      clearTimeout(timer);
      await underWay;
    },
  };
}
