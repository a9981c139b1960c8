// galley up: a region of OCI on this machine, with the pipeline deployed in it, until Ctrl-C.
import { once } from 'node:events';
import { startLocal } from '../region.ts';
import type { Terminal } from '../terminal.ts';

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
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
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
  console.log(JSON.stringify(region.description));
  if (region.leftOut.length > 0)
    terminal.note(`of the Terraform state it does not play: ${region.leftOut.join(', ')}`);
  terminal.note(
    'ready: `galley push` uploads, `galley status` looks; Ctrl-C stops it, and its state stays in .galley/',
  );
  const [signal] = await stopped;
  terminal.note(`stopping${typeof signal === 'string' ? ` (${signal})` : ''}`);
  await region.stop();
  return 0;
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
