// Timers that all end together.

/** Longer timeouts overflow and fire at once (Node: setTimeout). */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export interface Timers {
  after(seconds: number, work: () => void): void;
  stop(): void;
}

export function timers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  return {
    after(seconds, work) {
      const timer = setTimeout(
        () => {
          running.delete(timer);
          work();
        },
        Math.min(seconds * 1000, MAX_TIMEOUT_MS),
      );
      running.add(timer);
    },
    stop() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
