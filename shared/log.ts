// One JSON object per line on stdout: OCI Logging parses such lines into fields (facts E.4).

export type Log = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log whose every line carries `context`, such as the function's name and call id. */
export function jsonLog(context: Readonly<Record<string, unknown>> = {}): Log {
  return (message, fields) => console.log(JSON.stringify({ message, ...context, ...fields }));
}
