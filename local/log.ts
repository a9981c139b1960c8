// One line per event on stderr: stdout belongs to the ready line of `galley up`.

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** JSON lines on stderr, each with the time and the message. */
export function stderrLog(now: () => Date): Log {
  return (message, fields) =>
    console.error(JSON.stringify({ time: now().toISOString(), message, ...fields }));
}

/** Says nothing; for tests. */
export function silentLog(): void {}
