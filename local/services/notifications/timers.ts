// Timers that all end together.

export interface Timers {
  after(seconds: number, work: () => void): void;
  stop(): void;
}

export function timers(): Timers {
  const running = new Set<NodeJS.Timeout>();
  return {
    after(seconds, work) {
      const timer = setTimeout(() => {
        running.delete(timer);
        work();
      }, seconds * 1000);
      running.add(timer);
    },
    stop() {
      for (const timer of running) clearTimeout(timer);
      running.clear();
    },
  };
}
