// galley up: a region of OCI on this machine, with the pipeline deployed in it, until Ctrl-C.
import { once } from 'node:events';
import { type LocalOptions, type LocalRegion, startLocal } from '../region.ts';
import { untilSignal } from '../signals.ts';
import type { Terminal } from '../terminal.ts';

/** As a shell reports a process that Ctrl-C ended. */
const INTERRUPTED = 130;

export interface UpOptions {
  readonly cluster: NonNullable<LocalOptions['cluster']>;
  readonly reset?: boolean;
  readonly port: number;
  readonly state?: string;
  readonly functions: NonNullable<LocalOptions['functions']>;
  /** Seconds between two alarms. */
  readonly clock: number;
}

/** Prints the one JSON line of the region on stdout when it is ready; the log goes to stderr. */
export async function up(options: UpOptions, terminal: Terminal): Promise<number> {
  const signal = untilSignal();
  signal.addEventListener('abort', () => terminal.note(`stopping (${signal.reason}); again: at once`));
  terminal.note('starting the local region');
  const region = await start(options, { signal, terminal }).catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (region === undefined) return INTERRUPTED;
  if (!signal.aborted) {
    welcome(region, terminal);
    await once(signal, 'abort');
  }
  await region.stop();
  return 0;
}

function start(
  { cluster, functions, ...options }: UpOptions,
  { signal, terminal }: { signal: AbortSignal; terminal: Terminal },
): Promise<LocalRegion> {
  return startLocal({
    home: process.cwd(),
    isReset: options.reset === true,
    port: options.port,
    cluster,
    functions,
    clockSeconds: options.clock,
    ...(options.state === undefined ? {} : { twin: options.state }),
    signal,
    starting: (what) => terminal.live(`  ${what}`),
  });
}

function welcome({ description, leftOut, cluster }: LocalRegion, terminal: Terminal): void {
  terminal.endProgress();
  if (leftOut.length > 0)
    terminal.note(
      `of the Terraform state it does not play: ${byService(leftOut)}; by name: ${description.endpoint}/_galley/health`,
    );
  console.log(JSON.stringify(description));
  terminal.note(
    `ready, with ${cluster}: \`galley push\` uploads, \`galley status\` looks; Ctrl-C stops it, and its state stays in .galley/`,
  );
}

/** `oci_core_* (12), oci_logging_* (2)`. */
function byService(addresses: readonly string[]): string {
  const counts = Object.groupBy(addresses, (address) => address.split('_').slice(0, 2).join('_'));
  return Object.entries(counts)
    .map(([service, those]) => `${service}_* (${those?.length})`)
    .join(', ');
}
