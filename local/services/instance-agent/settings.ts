// The numbers of Run Command (facts: run-command 2), and where a local region differs.

export interface AgentSettings {
  /** Scripts an instance runs at once: `commandExecutionMaxWorkers`. */
  readonly workers: number;
  /** Commands an instance holds at once, waiting ones included; more stay undelivered. */
  readonly inFlight: number;
  /** A command nobody fetched by then is EXPIRED. Oracle's number is not documented. */
  readonly deliverySeconds: number;
  /** Between SIGTERM and SIGKILL of a script that is timed out or canceled. */
  readonly graceSeconds: number;
}

export const DEFAULT_SETTINGS: AgentSettings = {
  workers: 2,
  inFlight: 5,
  deliverySeconds: 3600,
  graceSeconds: 10,
};

/** Inline scripts: 4 KB; inline output: the last 1 KB. */
export const MAX_SCRIPT_BYTES = 4096;
export const OUTPUT_BYTES = 1024;
/** A script runs one day at most, also with `executionTimeOutInSeconds: 0`. */
export const MAX_RUN_SECONDS = 24 * 3600;
/** How long a command can be read back. */
export const RETENTION_MS = 7 * 24 * 3600 * 1000;
/** How long `opc-retry-token` is remembered. */
export const RETRY_TOKEN_MS = 24 * 3600 * 1000;
