// What the outside says of one build, as far as it was asked: the second argument of decide.
import type { Fault } from './build.ts';

/** The command on the Build Instance, in our words. */
export interface CommandSeen {
  readonly outcome: 'waiting' | 'running' | 'succeeded' | 'failed' | 'timedOut' | 'canceled' | 'expired';
  readonly exitCode?: number;
  /** The last 1 KB the script printed. */
  readonly text?: string;
}

/** The result object the Build Instance wrote for one attempt. */
export interface Result {
  readonly attempt: number;
  readonly eTag: string;
  readonly outcome: 'succeeded' | 'failed' | 'canceled';
  readonly phase: string;
  readonly fault?: Fault;
  readonly reason?: string;
  readonly detail?: string;
  readonly exitCode: number;
  /** `<repository>@sha256:…` when succeeded. */
  readonly image?: string;
  readonly logTail: readonly string[];
}

export interface Lease {
  /** The build being applied. */
  readonly build: string;
  /** Which invocation. */
  readonly holder: string;
  readonly until: string;
}

/** `heads/<app>`: what is deployed, and who is at it. */
export interface Head {
  readonly build?: string;
  readonly image?: string;
  readonly endpoint?: string;
  readonly report?: string;
  /** Where the last deployed build was built: it has the app's layers. */
  readonly instance?: string;
  readonly lease?: Lease;
}

export interface Sibling {
  readonly id: string;
  /** Undefined: not read. */
  readonly state?: string;
}

export interface Seen {
  /** Who asked to cancel. */
  readonly cancel?: string;
  /** Other builds of the app that are not finished. */
  readonly siblings?: readonly Sibling[];
  readonly head?: Head;
  /** The head's ETag, for who goes on to take its lease. */
  readonly headTag?: string;
  /** A slot claimed for this build. */
  readonly slot?: { readonly instance: string; readonly number: number };
  /** Instances that were not taken although they come first, and why. */
  readonly passedOver?: string;
  /** 1 for the next queued build that gets a slot; seen by a sweep alone. */
  readonly place?: number;
  /** Why no slot could be had. */
  readonly noSlot?: string;
  /** `absent`: OCI knows no such command. Undefined: could not be asked. */
  readonly command?: CommandSeen | 'absent';
  readonly result?: Result;
  /** ISO 8601: the newest sign of life of galley-build; asked for when the command is no longer young. */
  readonly heardAt?: string;
  /** What is wrong with the instance of the command (stopped, gone, no plugin). */
  readonly instanceProblem?: string;
}

/** Is the command over, so that its slot may be taken by another? */
export function isOver(command: CommandSeen | 'absent' | undefined): boolean {
  if (command === undefined) return false;
  return command === 'absent' || (command.outcome !== 'waiting' && command.outcome !== 'running');
}
