// What the node needs of whatever runs its containers.
import type { Fields, KubeObject } from '../object.ts';

export interface ContainerExit {
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
}

export interface StartedContainer {
  readonly id: string;
  /** Settles when the container has ended; never rejects. */
  readonly exited: Promise<ContainerExit>;
  /** Its output so far; `lines` from the end. */
  logs(lines?: number): Promise<string>;
  /** Runs a command inside; its exit code. */
  exec(command: readonly string[]): Promise<number>;
  stop(graceSeconds: number): Promise<void>;
  remove(): Promise<void>;
}

export interface ContainerStart {
  readonly image: string;
  readonly name: string;
  /** The container's entry in the pod's spec. */
  readonly spec: Fields;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
}

export interface Mount {
  /** Directory or file on this host. */
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The network of one pod, in which its containers are started. */
export interface Sandbox {
  readonly podIP: string;
  /** Where a port of the pod is reached from this host. */
  reach(port: number): Promise<Address | undefined>;
  start(start: ContainerStart): Promise<StartedContainer>;
  close(): Promise<void>;
}

export interface Runtime {
  readonly name: string;
  /** Fetches an image by digest or tag. Returns its `imageID`, `<repository>@sha256:…`. Throws PullError. */
  pull(image: string, policy: PullPolicy): Promise<string>;
  /** The user an image runs as, as its config names it. */
  userOf(image: string): Promise<string>;
  openSandbox(pod: KubeObject): Promise<Sandbox>;
  /** Ends and removes everything this region started, now or in an earlier life. */
  clear(): Promise<void>;
}

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

/** The image cannot be had; the message is the registry's. */
export class PullError extends Error {
  override readonly name = 'PullError';
}
