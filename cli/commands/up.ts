// galley up: a region of OCI on this machine, with the pipeline deployed in it, until Ctrl-C.
import { startLocal } from '../region.ts';
import type { Terminal } from '../terminal.ts';

/** As a shell reports a program that a second Ctrl-C ended. */
const INTERRUPTED = 130;

export interface UpOptions {
  readonly cluster: string;
  readonly reset?: boolean;
  readonly port: string;
  readonly state?: string;
  readonly functions: string;
  readonly clock: string;
}

/** Prints the one JSON line of the region on stdout when it is ready; the log goes to stderr. */
export async function up(options: UpOptions, terminal: Terminal): Promise<number> {
  const stopped = signalled();
  terminal.note('starting the local region');
  const region = await startLocal({
    home: process.cwd(),
    isReset: options.reset === true,
    port: Number(options.port),
    cluster: clusterOf(options.cluster),
    functions: functionsOf(options.functions),
    clockSeconds: Number(options.clock),
    ...(options.state === undefined ? {} : { twin: options.state }),
  });
  if (region.leftOut.length > 0)
    terminal.note(`of the Terraform state it does not play: ${region.leftOut.join(', ')}`);
  console.log(JSON.stringify(region.description));
  terminal.note(
    'ready: `galley push` uploads, `galley status` looks; Ctrl-C stops it, and its state stays in .galley/',
  );
  terminal.note(`stopping (${await stopped})`);
  await region.stop();
  return 0;
}

/**
 * The first signal that asks to stop; a second one ends at once. The listeners stay: execa's would take the process for
 * one that handles no signals, and end it, as soon as they were gone.
 */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (isAsked) process.exit(INTERRUPTED);
        isAsked = true;
        resolve(signal);
      });
    }
  });
}

type Cluster = 'auto' | 'real' | 'stand-in' | `kubeconfig=${string}`;

function clusterOf(text: string): Cluster {
  if (text === 'auto' || text === 'real' || text === 'stand-in') return text;
  if (text.startsWith('kubeconfig=')) return text as Cluster;
  throw new TypeError(`--cluster ${text}: expected auto, real, stand-in or kubeconfig=PATH`);
}

function functionsOf(text: string): 'auto' | 'containers' | 'processes' {
  if (text === 'auto' || text === 'containers' || text === 'processes') return text;
  throw new TypeError(`--functions ${text}: expected auto, containers or processes`);
}
