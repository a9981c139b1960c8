// What runs a function: a container of its image, or a process in its place. Both keep Fn's contract.
import type { FunctionDefinition } from './definitions.ts';
import type { WorkDirectory } from './work-directory.ts';

export interface Launch {
  readonly definition: FunctionDefinition;
  readonly directory: WorkDirectory;
  /** Environment without the paths, which differ inside a container. */
  readonly env: Readonly<Record<string, string>>;
  /** Told each piece of output. */
  output(stream: 'stdout' | 'stderr', chunk: string): void;
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
