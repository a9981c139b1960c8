// What runs a function: a container of its image, or a process in its place. Both keep Fn's contract.
import type { ChildProcess } from 'node:child_process';
import type { FunctionDefinition } from './definitions.ts';
import type { OutputReader } from './output.ts';
import type { WorkDirectory } from './work-directory.ts';

export interface Launch {
  readonly definition: FunctionDefinition;
  readonly directory: WorkDirectory;
  /** Environment without the paths, which differ inside a container. */
  readonly env: Readonly<Record<string, string>>;
  readonly output: { readonly stdout: OutputReader; readonly stderr: OutputReader };
}

/** One running container. It knows no calls; see worker.ts. */
export interface Container {
  /** Resolves when it has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Nothing in it runs until `thaw`: what a function does after its answer does not happen. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Kills it and waits until nothing is left of it. */
  destroy(): Promise<void>;
}

export interface Runtime {
  readonly kind: 'containers' | 'processes';
  start(launch: Launch): Promise<Container>;
}

/** Hands a child's output on until both streams have ended; resolves when the child has ended too. */
export function follow(child: ChildProcess, { stdout, stderr }: Launch['output']): Promise<void> {
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => stdout.read(chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => stderr.read(chunk));
  child.once('close', () => {
    stdout.end();
    stderr.end();
  });
  return new Promise((resolve) => {
    child.once('error', (error) => stderr.read(`${error.message}\n`));
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}
