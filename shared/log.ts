// One JSON object per line on stdout: OCI Logging parses such lines into fields (facts E.4).

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log whose every line carries `context`, such as the function's name and call id. */
export function jsonLog(context: Readonly<Record<string, unknown>> = {}): Log {
  return (message, fields) => console.log(JSON.stringify({ message, ...context, ...fields }));
}

let muted: readonly RegExp[] = [];

/** Drops console warnings of libraries whose first argument matches: what they warn of is handled, and logged by us. */
export function muteWarnings(matching: RegExp): void {
  if (muted.some((known) => known.source === matching.source)) return;
  if (muted.length === 0) {
    const warn = console.warn.bind(console);
    console.warn = (...words: unknown[]) => {
      if (!muted.some((known) => known.test(String(words[0])))) warn(...words);
    };
  }
  muted = [...muted, matching];
}
